//! Chance, the same on every machine: a ChaCha stream, and whole numbers only.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One stream of chance. Each family has its own, so that a larger authority changes no family of a smaller one's.
pub(super) struct Draw(ChaCha8Rng);

/// A share of cases (in parts of the sum of all shares) and the least and greatest value in it.
pub(super) type Band = (u32, u32, u32);

impl Draw {
    pub(super) fn new(seed: u64, stream: u64) -> Draw {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Draw(rng)
    }

    /// A number from 0 to `limit - 1`; 0 for a limit of 0.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        let scaled = (u64::from(self.0.next_u32()) * u64::from(limit)) >> 32;
        u32::try_from(scaled).unwrap_or(0)
    }

    /// A number from `least` to `greatest`, both included.
    pub(super) fn between(&mut self, least: u32, greatest: u32) -> u32 {
        least + self.below(greatest.saturating_sub(least) + 1)
    }

    /// True in so many cases of a hundred.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.below(100) < percent
    }

    /// A number from one of the bands, each as often as its share says.
    pub(super) fn band(&mut self, bands: &[Band]) -> u32 {
        let mut at = self.below(bands.iter().map(|(share, ..)| share).sum());
        for &(share, least, greatest) in bands {
            if at < share {
                return self.between(least, greatest);
            }
            at -= share;
        }
        0
    }

    /// One of the items, none of an empty list.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(u32::try_from(items.len()).unwrap_or(u32::MAX)) as usize)
    }
}
