//! How long answers take when some have not come yet: medians that keep the unanswered in, and the Kaplan–Meier table.

/// The lower median of durations where a missing one is longer than any other.
///
/// Outer none: there is nothing to take a median of. Inner none: the median is *not reached*.
pub(super) fn lower_median(mut durations: Vec<Option<u64>>) -> Option<Option<u64>> {
    let middle = durations.len().checked_sub(1)? / 2;
    let (_, median, _) =
        durations.select_nth_unstable_by_key(middle, |d| (d.is_none(), d.unwrap_or_default()));
    Some(*median)
}

/// One item under watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watched {
    /// Answered after so many milliseconds.
    Answered(u64),
    /// Not answered, and watched for every duration below this one.
    Open(u64),
}

/// One line of the table, for a duration after which at least one answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// The duration in milliseconds.
    pub(super) after: u64,
    /// How many items were watched at that duration and not answered before it.
    pub(super) at_risk: u64,
    /// How many of these were answered exactly then.
    pub(super) answered: u64,
}

/// The Kaplan–Meier table (1958), as counts: the share still waiting after t is the product of
/// `(at_risk − answered) / at_risk` over its lines up to t. O(n log n).
pub(super) fn table(items: &[Watched]) -> Vec<Step> {
    let mut answered: Vec<u64> = Vec::new();
    let mut open: Vec<u64> = Vec::new();
    for item in items {
        match *item {
            Watched::Answered(after) => answered.push(after),
            Watched::Open(until) => open.push(until),
        }
    }
    answered.sort_unstable();
    open.sort_unstable();
    let mut steps: Vec<Step> = Vec::new();
    for (before, &after) in answered.iter().enumerate() {
        match steps.last_mut() {
            Some(step) if step.after == after => step.answered += 1,
            _ => {
                let still_open = open.len() - open.partition_point(|&until| until <= after);
                let at_risk = (answered.len() - before + still_open) as u64;
                steps.push(Step {
                    after,
                    at_risk,
                    answered: 1,
                });
            }
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unanswered_stay_in_the_median() {
        assert_eq!(lower_median(vec![]), None);
        assert_eq!(lower_median(vec![None]), Some(None));
        assert_eq!(
            lower_median(vec![Some(9), None]),
            Some(Some(9)),
            "the lower of two"
        );
        assert_eq!(lower_median(vec![Some(9), None, None]), Some(None));
        assert_eq!(
            lower_median(vec![Some(3), Some(1), Some(2), Some(u64::MAX)]),
            Some(Some(2))
        );
        assert_eq!(
            lower_median(vec![Some(u64::MAX), None, Some(0)]),
            Some(Some(u64::MAX)),
            "a long wait is still an answer"
        );
    }

    #[test]
    fn the_table_counts_who_was_still_watched() {
        use Watched::{Answered, Open};
        let items = [
            Answered(10),
            Answered(10),
            Open(10),
            Open(11),
            Answered(30),
            Open(5),
            Open(90),
        ];
        let expected = [
            // Watched at 10: the three answers, and those open beyond it (11 and 90).
            Step {
                after: 10,
                at_risk: 5,
                answered: 2,
            },
            Step {
                after: 30,
                at_risk: 2,
                answered: 1,
            },
        ];
        assert_eq!(table(&items), expected);
        assert_eq!(table(&[Open(7)]), []);
    }
}
