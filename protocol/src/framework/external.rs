//! R10: what outsiders are told of people. A count of few, or of all but few, could point at somebody, and so could the
//! difference of two figures. So no number of people is told exactly: each as the range of [`STEP`] it lies in, by the lower
//! end of that. All that is printed of people are multiples of the step then, in every figure, of every instant, and whatever
//! is added to or subtracted from whatever else gives no one to seven.

use std::collections::BTreeMap;

use super::answer::Summary;
use super::figure::{Open, Value};
use super::indicator::Definition;

/// One more than the most people that are few.
pub const STEP: u64 = 8;

/// The lower end of the range a number of people is told as: up to [`STEP`] − 1 more than this.
pub const fn in_steps(people: u64) -> u64 {
    people - people % STEP
}

/// What outsiders are told of a figure.
pub(super) fn told(definition: &Definition, exact: Summary) -> Summary {
    if definition.of_people {
        Summary {
            value: of_people(exact.value),
            pending: in_steps(exact.pending),
            excluded: by_sort(exact.excluded),
            step: Some(STEP),
        }
    } else {
        let value = without_ids(exact.value);
        Summary { value, ..exact }
    }
}

/// An interval would give away what it is the interval of.
fn of_people(value: Value) -> Value {
    match value {
        Value::Share {
            numerator,
            denominator,
            of,
            interval: _,
        } => Value::Share {
            numerator: in_steps(numerator),
            denominator: in_steps(denominator),
            of,
            interval: None,
        },
        Value::Number { value } => Value::Number {
            value: value.map(in_steps),
        },
        Value::Parts { parts } => Value::Parts {
            parts: by_sort(parts),
        },
        Value::Flag { .. } | Value::Wait { .. } | Value::Survival { .. } | Value::Oldest { .. } => {
            without_ids(value)
        }
    }
}

/// Of which sort there is any at all is not told either: a sort of few is as one of none.
fn by_sort<Sort: Ord>(counts: BTreeMap<Sort, u64>) -> BTreeMap<Sort, u64> {
    let counts = counts.into_iter().map(|(sort, people)| (sort, in_steps(people)));
    counts.filter(|(_, people)| *people > 0).collect()
}

fn without_ids(value: Value) -> Value {
    let Value::Oldest { open } = value else {
        return value;
    };
    let open = open.into_iter().map(|open| Open { id: None, ..open });
    Value::Oldest { open: open.collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::framework::evidence::{Counted, Excluded};
    use crate::framework::indicator::{Extent, Ground};
    use crate::id::Id;
    use crate::time::Timestamp;

    static OF_PEOPLE: Definition = Definition {
        name: "example",
        formula: "",
        ground: Ground::Measured,
        of_people: true,
        rates: false,
        window: Extent::AsOf,
        parameters: &[],
        raised: "",
        gamed: "",
        countered: "",
    };

    static OF_ENTRIES: Definition = Definition {
        of_people: false,
        ..OF_PEOPLE
    };

    fn exact(value: Value, pending: u64, excluded: u64) -> Summary {
        Summary {
            value,
            pending,
            excluded: BTreeMap::from([(Excluded::NotAMember, excluded)]),
            step: None,
        }
    }

    fn share(numerator: u64, denominator: u64) -> Value {
        Value::Share {
            numerator,
            denominator,
            of: "members",
            interval: Some([1, 2]),
        }
    }

    fn parts(counts: &[u64]) -> Value {
        let parts = counts.iter().enumerate();
        Value::Parts {
            parts: parts.map(|(sort, count)| (sort.to_string(), *count)).collect(),
        }
    }

    fn numbers(told: &Summary) -> Vec<u64> {
        let mut numbers = vec![told.pending];
        numbers.extend(told.excluded.values());
        match &told.value {
            Value::Share {
                numerator,
                denominator,
                interval,
                ..
            } => {
                assert_eq!(*interval, None, "an interval can be solved for its share");
                numbers.extend([*numerator, *denominator, denominator - numerator]);
            }
            Value::Number { value } => numbers.extend(*value),
            Value::Parts { parts } => numbers.extend(parts.values()),
            Value::Flag { .. } | Value::Wait { .. } | Value::Survival { .. } | Value::Oldest { .. } => (),
        }
        numbers
    }

    fn figures() -> impl Strategy<Value = Summary> {
        let value = prop_oneof![
            (0..60_u64, 0..60_u64).prop_map(|(counted, others)| share(counted, counted + others)),
            prop::option::of(0..60_u64).prop_map(|value| Value::Number { value }),
            prop::collection::vec(0..20_u64, 0..6).prop_map(|counts| parts(&counts)),
        ];
        (value, 0..20_u64, 0..20_u64).prop_map(|(value, pending, excluded)| exact(value, pending, excluded))
    }

    proptest! {
        #[test]
        fn no_two_numbers_of_people_differ_by_one_to_seven(figures in prop::collection::vec(figures(), 1..8)) {
            let told = figures.into_iter().map(|figure| told(&OF_PEOPLE, figure));
            let numbers: Vec<u64> = told.flat_map(|told| numbers(&told)).collect();
            for (one, other) in numbers.iter().flat_map(|one| numbers.iter().map(move |other| (one, other))) {
                prop_assert!(!(1..STEP).contains(&one.abs_diff(*other)), "{one} and {other}");
            }
        }

        #[test]
        fn a_person_more_or_less_within_a_step_is_not_seen(step in 0..6_u64, one in 0..STEP, other in 0..STEP) {
            let of = |more: u64| {
                let people = step * STEP + more;
                [share(people, 80 + more), Value::Number { value: Some(people) }, parts(&[people, more])]
                    .map(|value| told(&OF_PEOPLE, exact(value, people, more)))
            };
            prop_assert_eq!(of(one), of(other));
        }
    }

    #[test]
    fn what_is_no_number_of_people_is_told_exactly() {
        let figure = exact(share(3, 20), 2, 1);
        assert_eq!(told(&OF_ENTRIES, figure.clone()), figure);
    }

    #[test]
    fn no_id_is_told() {
        let open = |id| {
            let since = Timestamp::EPOCH;
            Value::Oldest {
                open: vec![Open { id, since }],
            }
        };
        let waiting = Counted::Entry(Id::from_bytes([1; 32]));
        for definition in [&OF_ENTRIES, &OF_PEOPLE] {
            let told = told(definition, exact(open(Some(waiting)), 0, 0));
            assert_eq!(told.value, open(None));
        }
    }
}
