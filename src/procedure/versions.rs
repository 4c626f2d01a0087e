//! A procedure put together: with the version it took the place of, and with what the country asks where it is silent.
//!
//! Owns which rule stands for a duty. Must not know how any of them is written.

use sha2::{Digest, Sha256};

use super::Procedure;

impl Procedure {
    /// The procedure with the version that it took the place of: a clock that began before it came into force finishes under
    /// that one, unless the rule says that it takes over. A duty that only the earlier version has goes on for the clocks
    /// that had begun.
    ///
    /// ```
    /// use duewatch::procedure::{DutyCatalogue, Procedure};
    ///
    /// let (file, text) = Procedure::shipped("rochdale").ok_or("not shipped")?;
    /// let read = |text: &str| Procedure::parse(file, text, &DutyCatalogue::shipped());
    /// let earlier = read(text)?;
    /// let later = read(&text.replace("in_force_on = ", "in_force_on = 2027-01-04 # "))?.replacing(earlier);
    /// let duty = &later.rules[0].duty;
    /// let on = |day: &str| later.rule_since(duty, day.parse().unwrap()).unwrap().in_force_on.to_string();
    /// assert_eq!(on("2027-01-04"), "2027-01-04");
    /// assert_ne!(on("2027-01-03"), "2027-01-04");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn replacing(mut self, earlier: Procedure) -> Procedure {
        self.hash = joined(&self.hash, &earlier.hash);
        let mut gone = Vec::new();
        for rule in earlier.rules {
            match self.rules.iter_mut().find(|own| own.duty == rule.duty) {
                Some(own) if own.takes_over => {}
                Some(own) => own.earlier = Some(Box::new(rule)),
                None => {
                    let begun_before = rule.begun_before.unwrap_or(self.in_force_on).min(self.in_force_on);
                    gone.push(super::Rule { begun_before: Some(begun_before), ..rule });
                }
            }
        }
        self.rules.extend(gone);
        self
    }

    /// The procedure with another one beneath it: every rule of that one whose duty this one has no rule for. Ladders, dates and
    /// words for roles are as their own procedure has them.
    ///
    /// ```
    /// use duewatch::procedure::{DutyCatalogue, Procedure};
    ///
    /// let read = |id| {
    ///     let (file, text) = Procedure::shipped(id).ok_or("not shipped")?;
    ///     Procedure::parse(file, text, &DutyCatalogue::shipped()).map_err(|_| "not sound")
    /// };
    /// let (croydon, national) = (read("croydon")?, read("national")?);
    /// let both = croydon.clone().over(&national);
    /// assert!(both.rules.starts_with(&croydon.rules) && both.rules.len() > croydon.rules.len());
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn over(mut self, beneath: &Procedure) -> Procedure {
        self.hash = joined(&self.hash, &beneath.hash);
        for rule in &beneath.rules {
            match self.rules.iter_mut().find(|own| own.duty == rule.duty) {
                None => self.rules.push(rule.clone()),
                // This one has it no more: it goes on for the clocks that had begun, and the other one has those that begin.
                Some(gone) => {
                    if let Some(in_force_on) = gone.begun_before {
                        let earlier = Some(Box::new(gone.clone()));
                        *gone = super::Rule { in_force_on, earlier, ..rule.clone() };
                    }
                }
            }
        }
        self
    }
}

fn joined(one: &str, other: &str) -> String {
    format!("{:x}", Sha256::digest(format!("{one}\n{other}").as_bytes()))
}
