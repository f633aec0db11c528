//! The scenario's only source of chance: SplitMix64, so that one seed tells one story on every machine.

/// A seeded stream of numbers. Not for keys or salts that protect anybody: the demo's people do not exist.
#[derive(Debug, Clone)]
pub(crate) struct Dice {
    state: u64,
}

impl Dice {
    /// A stream for `seed`; `lane` sets streams of one seed apart, so that changing one part of the story leaves the others.
    pub(crate) fn new(seed: u64, lane: u64) -> Self {
        let mut dice = Self {
            state: seed ^ lane.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        };
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`. `bound` is at least 1.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "a die has a face");
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, each as likely. `items` is not empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u64) as usize]
    }

    /// An index, each as likely as its weight. Nothing where every weight is 0.
    pub(crate) fn weighted(&mut self, weights: &[u64]) -> Option<usize> {
        let total: u64 = weights.iter().sum();
        let mut left = if total == 0 {
            return None;
        } else {
            self.below(total)
        };
        weights.iter().position(|&weight| {
            let here = left < weight;
            left = left.saturating_sub(weight);
            here
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_stream_and_a_lane_is_another() {
        let draw = |seed, lane| {
            let mut dice = Dice::new(seed, lane);
            [(); 8].map(|()| dice.below(1_000_000))
        };
        assert_eq!(draw(1, 1), draw(1, 1));
        assert_ne!(draw(1, 1), draw(1, 2));
        assert_ne!(draw(1, 1), draw(2, 1));
    }

    #[test]
    fn a_weight_of_nothing_is_never_drawn() {
        let mut dice = Dice::new(7, 0);
        assert!((0..1000).all(|_| dice.weighted(&[0, 3, 0, 1, 0]).is_some_and(|i| i == 1 || i == 3)));
        assert_eq!(dice.weighted(&[0, 0]), None);
    }
}
