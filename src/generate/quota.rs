//! Shares that are kept, not hoped for. Chance alone would leave the small bands of a small authority empty or doubled; a
//! quota gives each new family to the band that is furthest behind its share, so that the spread is right at any size.

use super::draw::{Band, Draw};

/// One spread of values over bands.
pub(super) struct Quota {
    bands: &'static [Band],
    given: Vec<i64>,
    all: i64,
}

impl Quota {
    pub(super) fn new(bands: &'static [Band]) -> Quota {
        Quota { bands, given: vec![0; bands.len()], all: 0 }
    }

    /// A value for so many children at once. Within the band it is chance.
    pub(super) fn take(&mut self, draw: &mut Draw, children: u32) -> u32 {
        self.all += i64::from(children);
        let total: i64 = self.bands.iter().map(|(share, ..)| i64::from(*share)).sum();
        let behind = |at: usize| {
            let share = self.bands.get(at).map_or(0, |band| i64::from(band.0));
            share * self.all - self.given.get(at).copied().unwrap_or(0) * total
        };
        let neediest = (0..self.bands.len()).max_by_key(|at| (behind(*at), usize::MAX - at)).unwrap_or(0);
        if let Some(given) = self.given.get_mut(neediest) {
            *given += i64::from(children);
        }
        self.bands.get(neediest).map_or(0, |&(_, least, greatest)| draw.between(least, greatest))
    }
}

/// So many of something for each open plan, counted as they are made.
pub(super) struct Rate {
    a_plan: (u64, u64),
    done: u64,
}

impl Rate {
    /// `count` for `plans` plans.
    pub(super) fn new(count: u64, plans: u64) -> Rate {
        Rate { a_plan: (count, plans.max(1)), done: 0 }
    }

    /// How many are missing, with so many open plans.
    pub(super) fn missing(&self, plans: u64) -> u64 {
        let (count, of) = self.a_plan;
        let due = u128::from(plans) * u128::from(count) / u128::from(of);
        u64::try_from(due).unwrap_or(u64::MAX).saturating_sub(self.done)
    }

    /// Takes note of so many.
    pub(super) fn add(&mut self, count: u64) {
        self.done += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_never_strays_further_than_one_family_of_four() {
        const BANDS: &[Band] = &[(50, 0, 9), (45, 10, 19), (5, 20, 29)];
        let (mut quota, mut draw) = (Quota::new(BANDS), Draw::new(1, 1));
        let (mut counts, mut all) = ([0_i64; 3], 0);
        for family in 0..400_u32 {
            let children = family % 4 + 1;
            let value = quota.take(&mut draw, children);
            counts[(value / 10) as usize] += i64::from(children);
            all += i64::from(children);
            for (count, (share, ..)) in counts.iter().zip(BANDS) {
                let expected = i64::from(*share) * all / 100;
                assert!((count - expected).abs() <= 5, "{counts:?} of {all}");
            }
        }
    }

    #[test]
    fn a_rate_is_met_as_the_plans_grow() {
        let mut rate = Rate::new(7, 4);
        let mut made = Vec::new();
        for plans in 1..=4 {
            let missing = rate.missing(plans);
            rate.add(missing);
            made.push(missing);
        }
        assert_eq!(made, [1, 2, 2, 2]);
    }
}
