//! A share of a whole as two integers, and how far a sample lets one trust it.

/// Numerator and denominator, never divided. The numerator is a part of the denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ratio {
    numerator: u64,
    denominator: u64,
}

/// One in a million: the unit of [`Ratio::interval`].
pub const MILLION: u32 = 1_000_000;

impl Ratio {
    /// The part `numerator` of the whole `denominator`.
    ///
    /// # Panics
    /// If the part is larger than the whole: our bug.
    pub fn new(numerator: u64, denominator: u64) -> Ratio {
        assert!(
            numerator <= denominator,
            "a part is at most its whole: {numerator} of {denominator}"
        );
        Ratio {
            numerator,
            denominator,
        }
    }

    /// The part.
    pub const fn numerator(self) -> u64 {
        self.numerator
    }

    /// The whole.
    pub const fn denominator(self) -> u64 {
        self.denominator
    }

    /// Whether the part is at least `percent` of the whole. Nothing of nothing is at least nothing.
    pub fn reaches(self, percent: u64) -> bool {
        u128::from(self.numerator) * 100 >= u128::from(self.denominator) * u128::from(percent)
    }

    /// Whether the part is more than `percent` of the whole.
    pub fn exceeds(self, percent: u64) -> bool {
        u128::from(self.numerator) * 100 > u128::from(self.denominator) * u128::from(percent)
    }

    /// The Wilson score interval at 95 % (z = 1.96) in millionths, outward: the lower end rounded down, the upper up.
    /// None where there is no sample.
    ///
    /// With k of n and z² = 2401/625 the ends are
    /// `(1250·k + 2401 ∓ √((2401²·n + 4·2401·625·k·(n−k)) / n)) / (2·(625·n + 2401))`
    /// (E. B. Wilson, 1927), the root taken exactly to the millionth by integer comparison.
    ///
    /// # Panics
    /// If the whole is over 2³⁰: no community has so many items.
    pub fn interval(self) -> Option<[u32; 2]> {
        const UNIT: u128 = MILLION as u128;
        assert!(
            self.denominator <= 1 << 30,
            "a sample of {} is beyond the arithmetic",
            self.denominator
        );
        if self.denominator == 0 {
            return None;
        }
        let (k, n) = (u128::from(self.numerator), u128::from(self.denominator));
        let square = 2401 * 2401 * n + 4 * 2401 * 625 * k * (n - k);
        let root = ceil_root(square * UNIT * UNIT, n);
        let middle = (1250 * k + 2401) * UNIT;
        let below = 2 * (625 * n + 2401);
        let low = middle.saturating_sub(root) / below;
        let high = (middle + root).div_ceil(below).min(UNIT);
        Some([low, high].map(|end| u32::try_from(end).expect("an end is at most a million")))
    }
}

/// The least s with s²·n ≥ x.
fn ceil_root(x: u128, n: u128) -> u128 {
    let mut s = (x / n).isqrt();
    while s * s * n < x {
        s += 1;
    }
    s
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_is_reached_exactly() {
        assert!(Ratio::new(1, 2).reaches(50));
        assert!(!Ratio::new(499, 1000).reaches(50));
        assert!(Ratio::new(1, 5).reaches(20));
        assert!(!Ratio::new(1, 3).reaches(34));
        assert!(!Ratio::new(1, 2).exceeds(50));
        assert!(Ratio::new(501, 1000).exceeds(50));
    }

    #[test]
    fn the_interval_agrees_with_the_published_formula() {
        // Worked with 60 decimal digits outside this program, then rounded outward to millionths.
        for (k, n, expected) in [
            (0, 1, [0, 793_457]),
            (1, 1, [206_543, 1_000_000]),
            (0, 10, [0, 277_541]),
            (5, 10, [236_589, 763_411]),
            (10, 10, [722_459, 1_000_000]),
            (81, 263, [255_287, 366_211]),
            (1, 1_000_000, [0, 6]),
        ] {
            assert_eq!(Ratio::new(k, n).interval(), Some(expected), "{k} of {n}");
        }
        assert_eq!(Ratio::new(0, 0).interval(), None);
    }

    #[test]
    fn the_interval_holds_the_ratio_and_stays_in_range_at_the_largest_sample() {
        let n = 1 << 30;
        for k in [0, 1, n / 3, n / 2, n - 1, n] {
            let [low, high] = Ratio::new(k, n).interval().unwrap();
            let share = k * u64::from(MILLION) / n;
            assert!(
                u64::from(low) <= share && share <= u64::from(high),
                "{k}: {low}..{high}"
            );
        }
    }
}
