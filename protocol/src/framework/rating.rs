//! How well a statement is met: five grades, and two ways of having none (R7, R9).

use serde::Serialize;

use super::parameters::{SmallNumbers, Thresholds};
use super::ratio::Ratio;

/// What the figures say of a statement. The order is from worst to best; the first two are no grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// The community is so made that no behaviour of its members could meet the threshold.
    NotReachable,
    /// Too little has happened to say.
    Insufficient,
    /// Nothing of it is there.
    None,
    /// Some of it, less than the threshold of *developing*.
    Emerging,
    /// The lower threshold is reached.
    Developing,
    /// The upper threshold is reached.
    Established,
}

impl Rating {
    /// Whether it is a grade at all.
    pub const fn is_grade(self) -> bool {
        !matches!(self, Rating::NotReachable | Rating::Insufficient)
    }

    /// Several thresholds mean *and*: the lowest counts. Where one of them cannot be judged, the whole cannot.
    pub fn and(self, other: Rating) -> Rating {
        self.min(other)
    }

    /// At most *developing*, unless what *established* asks for besides is there.
    pub(super) fn capped(self, established: bool) -> Rating {
        if established {
            self
        } else {
            self.min(Rating::Developing)
        }
    }
}

/// Grades a share of a sample, small numbers included (R7).
pub(super) fn of_sample(share: Ratio, thresholds: Thresholds, sizes: SmallNumbers) -> Rating {
    if share.denominator() < sizes.too_few {
        return Rating::Insufficient;
    }
    of_share(share, thresholds).capped(share.denominator() >= sizes.few)
}

/// Whether a share of a sample reaches so many per cent, of enough for *established* (R7).
pub(super) fn is_met(share: Ratio, per_cent: u64, sizes: SmallNumbers) -> bool {
    share.denominator() > 0 && share.denominator() >= sizes.few && share.reaches(per_cent)
}

/// Grades a share of all there is: no sample, so that small numbers do not matter (R7).
pub(super) fn of_census(share: Ratio, thresholds: Thresholds) -> Rating {
    of_share(share, thresholds)
}

/// Grades a number that is no sample, with or without a threshold of *developing*.
pub(super) fn of_count(count: u64, developing: Option<u64>, established: u64) -> Rating {
    if count == 0 {
        Rating::None
    } else if count >= established {
        Rating::Established
    } else if developing.is_some_and(|developing| count >= developing) {
        Rating::Developing
    } else {
        Rating::Emerging
    }
}

fn of_share(share: Ratio, thresholds: Thresholds) -> Rating {
    if share.numerator() == 0 {
        Rating::None
    } else if share.reaches(thresholds.established) {
        Rating::Established
    } else if share.reaches(thresholds.developing) {
        Rating::Developing
    } else {
        Rating::Emerging
    }
}

/// The grade of a dimension from those of its statements, each with whether it is optional: the better of the lower
/// medians over the obligatory and over all, if at least half of the obligatory are graded (R9).
pub(super) fn of_dimension(statements: &[(Rating, bool)]) -> Rating {
    let obligatory = statements.iter().filter(|(_, optional)| !optional).count();
    let mut all: Vec<Rating> = statements
        .iter()
        .map(|(r, _)| *r)
        .filter(|r| r.is_grade())
        .collect();
    let mut core: Vec<Rating> = statements
        .iter()
        .filter(|(r, optional)| !optional && r.is_grade())
        .map(|(r, _)| *r)
        .collect();
    if core.len() * 2 < obligatory {
        return Rating::Insufficient;
    }
    all.sort_unstable();
    core.sort_unstable();
    match (lower_median(&core), lower_median(&all)) {
        (Some(a), Some(b)) => a.max(b),
        _ => Rating::Insufficient,
    }
}

fn lower_median(sorted: &[Rating]) -> Option<Rating> {
    sorted.get(sorted.len().checked_sub(1)? / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HALF: Thresholds = Thresholds {
        developing: 50,
        established: 80,
    };
    const SIZES: SmallNumbers = SmallNumbers { too_few: 5, few: 10 };

    #[test]
    fn a_sample_of_fewer_than_five_has_no_rating_and_of_fewer_than_ten_at_most_developing() {
        for (k, n, expected) in [
            (0, 0, Rating::Insufficient),
            (4, 4, Rating::Insufficient),
            (5, 5, Rating::Developing),
            (9, 9, Rating::Developing),
            (10, 10, Rating::Established),
            (8, 10, Rating::Established),
            (79, 100, Rating::Developing),
            (5, 10, Rating::Developing),
            (4, 10, Rating::Emerging),
            (0, 10, Rating::None),
        ] {
            assert_eq!(of_sample(Ratio::new(k, n), HALF, SIZES), expected, "{k} of {n}");
        }
    }

    #[test]
    fn a_number_that_is_no_sample_needs_no_size() {
        let grade = |count| of_count(count, Some(2), 3);
        assert_eq!(
            [0, 1, 2, 3].map(grade),
            [
                Rating::None,
                Rating::Emerging,
                Rating::Developing,
                Rating::Established
            ]
        );
        assert_eq!(of_count(2, None, 3), Rating::Emerging);
    }

    #[test]
    fn several_thresholds_are_all_needed() {
        assert_eq!(Rating::Established.and(Rating::Emerging), Rating::Emerging);
        assert_eq!(
            Rating::Established.and(Rating::Insufficient),
            Rating::Insufficient
        );
        assert_eq!(Rating::None.and(Rating::NotReachable), Rating::NotReachable);
    }

    #[test]
    fn a_dimension_takes_the_better_median_and_needs_half_of_the_obligatory() {
        use Rating::{Developing, Emerging, Established, Insufficient, None};
        let core = |rating| (rating, false);
        let extra = |rating| (rating, true);
        assert_eq!(
            of_dimension(&[core(Established), core(None), core(Developing)]),
            Developing
        );
        assert_eq!(
            of_dimension(&[core(Established), core(None)]),
            None,
            "the lower of two"
        );
        assert_eq!(
            of_dimension(&[core(Established), core(None), extra(Established)]),
            Established,
            "an optional one can lift"
        );
        assert_eq!(
            of_dimension(&[core(Developing), core(Established), extra(None), extra(None)]),
            Developing,
            "but never lower"
        );
        assert_eq!(
            of_dimension(&[core(Emerging), core(Insufficient)]),
            Emerging,
            "half is enough"
        );
        assert_eq!(
            of_dimension(&[core(Emerging), core(Insufficient), core(Insufficient)]),
            Insufficient
        );
    }
}
