//! What was measured, and how it is printed.

use std::collections::BTreeMap;
use std::fmt;

/// Figures by name, one a round.
#[derive(Default)]
pub(crate) struct Figures {
    seconds: BTreeMap<&'static str, Vec<f64>>,
    peak_mb: BTreeMap<&'static str, Vec<f64>>,
    said: Vec<String>,
}

impl Figures {
    pub(crate) fn seconds(&mut self, name: &'static str, seconds: f64) {
        self.seconds.entry(name).or_default().push(seconds);
    }

    pub(crate) fn peak_mb(&mut self, name: &'static str, mb: f64) {
        self.peak_mb.entry(name).or_default().push(mb);
    }

    pub(crate) fn say(&mut self, what: String) {
        self.said.push(what);
    }

    fn median(&self, name: &str) -> f64 {
        let mut sorted = self.seconds.get(name).cloned().unwrap_or_default();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }
}

/// A run, what it is held against, and the limit.
const RATIOS: [(&str, &str, &str); 3] = [
    ("cold: read and assessed", "floor: the same rows by the database's own shell", "cold / floor"),
    ("bare read", "floor: the same rows by the database's own shell", "bare / floor"),
    ("quiet: 1 % changed", "bare read", "quiet / bare"),
];

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, seconds) in &self.seconds {
            let rounds: Vec<String> = seconds.iter().map(|seconds| format!("{seconds:.2}")).collect();
            writeln!(f, "  {name:<52} {:>8.2} s  ({})", self.median(name), rounds.join(", "))?;
        }
        for (of, by, name) in RATIOS {
            writeln!(f, "  {name:<52} {:>8.2} times", self.median(of) / self.median(by))?;
        }
        for (name, mb) in &self.peak_mb {
            let peak = mb.iter().copied().fold(0.0, f64::max);
            writeln!(f, "  peak memory, {name:<39} {peak:>8.0} MB")?;
        }
        for said in &self.said {
            writeln!(f, "  {said}")?;
        }
        Ok(())
    }
}
