//! Measuring ways of answering one question side by side.

use std::time::Instant;

const ROUNDS: usize = 11;

/// Named ways of answering one question, and the median of their rounds.
pub(crate) struct Rows(pub(crate) Vec<(&'static str, f64)>);

/// Whatever is timed: one pass over some questions, answering how many.
pub(crate) type Pass<'a> = Box<dyn FnMut() -> usize + 'a>;

impl Rows {
    /// All passes once each round, so that what disturbs the machine disturbs them alike; the first round only warms up.
    pub(crate) fn measured(mut passes: Vec<(&'static str, Pass<'_>)>) -> Self {
        let mut times: Vec<Vec<f64>> = passes.iter().map(|_| Vec::new()).collect();
        for round in 0..=ROUNDS {
            for ((_, pass), times) in passes.iter_mut().zip(&mut times) {
                let started = Instant::now();
                let answered = pass();
                if round > 0 {
                    times.push(started.elapsed().as_secs_f64() * 1e9 / answered as f64);
                }
            }
        }
        Self(passes.iter().zip(&mut times).map(|((name, _), times)| (*name, median(times))).collect())
    }

    pub(crate) fn print(&self) {
        let floor = self.0.first().map_or(1.0, |(_, ns)| *ns);
        for (name, ns) in &self.0 {
            println!("  {name:<42} {ns:>10.2}   {:>8.2} times the first", ns / floor);
        }
    }

    pub(crate) fn ratio(&self, one: &str, other: &str) -> (String, f64) {
        let of = |name: &str| self.0.iter().find(|(known, _)| *known == name).expect("measured").1;
        (format!("{one} / {other}"), of(one) / of(other))
    }
}

pub(crate) fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

pub(crate) fn holds(missed: &mut Vec<String>, (what, is): (String, f64), holds: impl Fn(f64) -> bool, words: &str) {
    let verdict = if holds(is) { "holds" } else { "MISSED" };
    println!("{what}: {is:.2}, {words}: {verdict}");
    if !holds(is) {
        missed.push(what);
    }
}
