//! Numbers that look random and are the same for the same seed, on every machine and in every version.

use std::ops::Range;

/// A stream of numbers (SplitMix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The stream of a seed that `keys` name: streams of different keys have nothing to do with each other.
    #[must_use]
    pub fn new(seed: u64, keys: &[u64]) -> Self {
        let mut random = Self(seed);
        for key in keys {
            random = Self(random.number() ^ key.wrapping_mul(0xd6e8_feb8_6659_fd93));
        }
        random.number();
        random
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to below 1.
    pub fn fraction(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number of a range that is not empty.
    pub fn among(&mut self, range: Range<usize>) -> usize {
        let width = (range.end - range.start) as u128;
        range.start + ((u128::from(self.number()) * width) >> 64) as usize
    }

    /// Whether something happens that happens with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, several: &'a [T]) -> &'a T {
        &several[self.among(0..several.len())]
    }

    /// The uid of something at Palette: 24 hexadecimal digits.
    pub fn uid(&mut self) -> String {
        format!("{:016x}{:08x}", self.number(), self.number() as u32)
    }
}
