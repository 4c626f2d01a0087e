//! When a message that could not be handed over is tried again.
//!
//! Owns the schedule. Pure: must not know what is sent, to whom or why it failed.

use chrono::{DateTime, TimeDelta, Utc};

/// Minutes to wait after the first failures.
const FIRST_WAITS_MINUTES: [i64; 5] = [1, 5, 15, 30, 60];
/// Minutes to wait after every later one.
const LATER_WAIT_MINUTES: i64 = 120;
/// The waits of one message add up to no more than this: four days.
const GIVE_UP_AFTER_MINUTES: i64 = 4 * 24 * 60;
/// Longest shortening of a wait, in thousandths.
const JITTER_PER_MILLE: u64 = 200;

/// When to try again after `attempt` attempts have failed, the last one at `now`: 1, 5, 15, 30 and 60 minutes, then every two
/// hours. With no attempt made yet, that is now.
///
/// None once the waits would pass four days: the message is dead and a person must be told.
///
/// Each wait is shortened by up to a fifth, derived from the seed, so that a queue that failed together does not come back
/// together; it is never lengthened, so that four days stay four days. The same arguments always give the same instant.
pub fn next_attempt(attempt: u32, message_seed: u64, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if attempt == 0 {
        return Some(now);
    }
    let count = usize::try_from(attempt).ok()?;
    let first: i64 = FIRST_WAITS_MINUTES.iter().take(count).sum();
    let later = i64::try_from(count.saturating_sub(FIRST_WAITS_MINUTES.len())).ok()?;
    if first + later * LATER_WAIT_MINUTES > GIVE_UP_AFTER_MINUTES {
        return None;
    }
    let wait = FIRST_WAITS_MINUTES.get(count - 1).copied().unwrap_or(LATER_WAIT_MINUTES);
    let off = i64::try_from(scatter(message_seed, attempt) % (JITTER_PER_MILLE + 1)).ok()?;
    now.checked_add_signed(TimeDelta::milliseconds(wait * 60 * (1000 - off)))
}

/// The finaliser of SplitMix64 over seed and attempt: neighbouring seeds land far apart.
fn scatter(seed: u64, attempt: u32) -> u64 {
    let mut z = seed.wrapping_add(u64::from(attempt).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn start() -> DateTime<Utc> {
        "2026-03-27T09:00:00Z".parse().expect("an instant")
    }

    fn waits(seed: u64) -> Vec<TimeDelta> {
        (1..1000).map_while(|attempt| next_attempt(attempt, seed, start())).map(|at| at - start()).collect()
    }

    #[test]
    fn nothing_tried_yet_is_due_now() {
        assert_eq!(next_attempt(0, 7, start()), Some(start()));
    }

    #[test]
    fn dead_after_four_days() {
        // 1 + 5 + 15 + 30 + 60 = 111 minutes; 47 waits of 120 make 5,640; together 5,751 of the 5,760 minutes in four days.
        assert_eq!(waits(1).len(), 5 + 47);
        assert_eq!(next_attempt(u32::MAX, 1, start()), None);
    }

    #[test]
    fn messages_that_failed_together_come_back_apart() {
        let mut at: Vec<_> = (0..100).map(|seed| next_attempt(6, seed, start())).collect();
        at.sort();
        at.dedup();
        assert!(at.len() > 70, "{} different instants of 100", at.len());
    }

    proptest! {
        #[test]
        fn each_wait_is_the_nominal_one_less_a_fifth_at_most(seed: u64) {
            for (index, wait) in waits(seed).into_iter().enumerate() {
                let nominal = TimeDelta::minutes([1, 5, 15, 30, 60].get(index).copied().unwrap_or(120));
                prop_assert!(wait <= nominal && wait >= nominal * 4 / 5, "{index}: {wait}");
            }
        }
    }
}
