//! Where a world's chances come from: one number, so that the same world happens again.

/// A sequence of numbers from a seed (splitmix64).
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound as u64) as usize
    }

    /// True `percent` times of a hundred.
    pub fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// That many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        std::iter::repeat_with(|| self.number() as u8)
            .take(count)
            .collect()
    }

    /// Thirty-two bytes.
    pub fn array(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.number() as u8)
    }
}

/// The seeds to try: as many as asked for, or the one in `HEARTH_SEED`, to see a failure again.
pub fn seeds(count: u64) -> impl Iterator<Item = u64> {
    let one = std::env::var("HEARTH_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    one.map_or(0..count, |seed| seed..seed + 1)
}
