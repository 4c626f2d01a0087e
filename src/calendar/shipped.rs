//! The calendars that are compiled in.
//!
//! Owns the list of them. A further calendar is one file in `holidays/` and one line here. Must not know how a file is
//! read.

use super::working_days::Calendar;

/// Calendar and the text of its holiday file.
const SHIPPED: &[(&str, &str)] = &[("england-and-wales", include_str!("../../holidays/england-and-wales.txt"))];

impl Calendar {
    /// The compiled-in calendar of this name, if there is one. Read afresh at each call, which takes well under a
    /// millisecond: keep it.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// assert!(Calendar::shipped("england-and-wales").is_some());
    /// assert!(Calendar::shipped("atlantis").is_none());
    /// ```
    pub fn shipped(id: &str) -> Option<Self> {
        // A test reads every shipped file, so a refusal cannot reach a release.
        Self::parse(id, Self::shipped_text(id)?).ok()
    }

    /// The names of all compiled-in calendars.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// assert!(Calendar::shipped_ids().any(|id| id == "england-and-wales"));
    /// ```
    pub fn shipped_ids() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(id, _)| *id)
    }

    /// The compiled-in holiday file of this calendar as it is written, comments included: where a local file begins.
    ///
    /// ```
    /// use duewatch::calendar::Calendar;
    ///
    /// let text = Calendar::shipped_text("england-and-wales").ok_or("not shipped")?;
    /// assert!(text.contains("2027-03-29  published    regular     Easter Monday"));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn shipped_text(id: &str) -> Option<&'static str> {
        SHIPPED.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_file_is_read() {
        for (id, text) in SHIPPED {
            let calendar = Calendar::parse(id, text).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(calendar.id(), *id);
        }
        for id in ["", "england", "utopia"] {
            assert!(Calendar::shipped(id).is_none());
        }
    }
}
