//! Chance that repeats: the same seed gives the same numbers on every machine.

use uuid::Uuid;

/// A stream of numbers from a seed (SplitMix64).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.draw() % end.max(1) as u64).unwrap_or(0)
    }

    /// One of `all`.
    ///
    /// # Panics
    /// When there is none; lists of words are never empty.
    #[expect(clippy::indexing_slicing, reason = "below the length")]
    pub fn one<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// One of `all` by weight.
    ///
    /// # Panics
    /// When there is none.
    #[expect(clippy::indexing_slicing, reason = "the last one takes what is left")]
    pub fn weighted<'a, T>(&mut self, all: &'a [(T, u32)]) -> &'a T {
        let sum: u32 = all.iter().map(|(_, weight)| weight).sum();
        let mut left = u32::try_from(self.draw() % u64::from(sum.max(1))).unwrap_or(0);
        for (one, weight) in all {
            if left < *weight {
                return one;
            }
            left -= weight;
        }
        &all[all.len() - 1].0
    }

    /// An identifier of version 7 at a moment, in milliseconds since 1970.
    pub fn id<T: From<Uuid>>(&mut self, millis: u64) -> T {
        let (high, low) = (self.draw(), self.draw());
        let mut bytes = [0; 10];
        bytes.iter_mut().zip(high.to_be_bytes().into_iter().chain(low.to_be_bytes())).for_each(|(to, from)| *to = from);
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }
}
