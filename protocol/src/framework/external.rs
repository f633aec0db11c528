//! R10: what outsiders are not told. A count of one to seven people, or of all but so few, could point at somebody, so the
//! figure is left out, and with it whatever would give it away by subtraction.

use super::evidence::{Counted, Evidence};
use super::figure::{Figure, Value};
use super::indicator::{Ground, Measured};
use super::section::{Measurement, Section};

/// So few people can be recognised.
const FEW: std::ops::RangeInclusive<u64> = 1..=7;

/// Indicators that count people by other things than their ids.
const OF_PEOPLE: &[&str] = &["absence_factor", "mutual_responders", "mutual_validators"];

/// Leaves out what would point at people.
pub(super) fn suppress(measured: &mut [Measurement]) {
    for measurement in measured {
        let members = measurement.section == Section::Members;
        for indicator in &mut measurement.indicators {
            columns(indicator);
        }
        if members {
            balance(&mut measurement.indicators);
        }
    }
}

/// The columns give each other away: what is imported is *all* less *signed*.
fn columns(indicator: &mut Measured) {
    let names_people =
        OF_PEOPLE.contains(&indicator.definition.name) || indicator.definition.ground == Ground::Surveyed;
    let figures = || std::iter::once(&indicator.signed).chain(&indicator.all);
    let is_of_people = names_people || figures().any(|figure| evidence_of_people(&figure.evidence));
    if !is_of_people {
        return;
    }
    if gives_away(&indicator.signed) {
        indicator.signed.leave_out();
        indicator.all.as_mut().map(Figure::leave_out);
    } else if let Some(all) = &mut indicator.all
        && (gives_away(all) || differ_by_few(&indicator.signed, all))
    {
        all.leave_out();
    }
}

/// members before + joined − left = members, so one alone would be known by the other three.
fn balance(indicators: &mut [Measured]) {
    if indicators.iter().any(|indicator| indicator.signed.is_left_out()) {
        for indicator in indicators.iter_mut() {
            indicator.signed.leave_out();
        }
    }
    let is_left_out = |indicator: &Measured| indicator.all.as_ref().is_some_and(Figure::is_left_out);
    if indicators
        .iter()
        .any(|i| is_left_out(i) || i.signed.is_left_out())
    {
        for all in indicators
            .iter_mut()
            .filter_map(|indicator| indicator.all.as_mut())
        {
            all.leave_out();
        }
    }
}

fn gives_away(figure: &Figure) -> bool {
    let few = |count: u64| FEW.contains(&count);
    let people = |things: &[Counted]| things.iter().filter(|thing| is_person(thing)).count() as u64;
    let beside = [
        people(&figure.evidence.pending),
        figure
            .evidence
            .excluded
            .iter()
            .filter(|(thing, _)| is_person(thing))
            .count() as u64,
    ];
    let value = match &figure.value {
        Value::Share {
            numerator,
            denominator,
            ..
        } => few(*numerator) || few(denominator - numerator) || few(*denominator),
        Value::Number { value } => value.is_some_and(few),
        Value::Parts { parts } => parts.values().any(|count| few(*count)),
        Value::Flag { .. }
        | Value::Wait { .. }
        | Value::Survival { .. }
        | Value::Oldest { .. }
        | Value::LeftOut {} => false,
    };
    value || beside.into_iter().any(few)
}

fn differ_by_few(signed: &Figure, all: &Figure) -> bool {
    let parts = |figure: &Figure| match figure.value {
        Value::Share {
            numerator,
            denominator,
            ..
        } => vec![numerator, denominator, denominator - numerator],
        Value::Number { value: Some(value) } => vec![value],
        Value::Number { value: None }
        | Value::Flag { .. }
        | Value::Parts { .. }
        | Value::Wait { .. }
        | Value::Survival { .. }
        | Value::Oldest { .. }
        | Value::LeftOut {} => Vec::new(),
    };
    let pairs = parts(signed).into_iter().zip(parts(all));
    pairs.into_iter().any(|(a, b)| FEW.contains(&a.abs_diff(b)))
}

fn evidence_of_people(evidence: &Evidence) -> bool {
    let counted = evidence
        .counted
        .iter()
        .chain(&evidence.uncounted)
        .chain(&evidence.pending);
    counted
        .chain(evidence.excluded.iter().map(|(thing, _)| thing))
        .any(is_person)
}

const fn is_person(thing: &Counted) -> bool {
    matches!(thing, Counted::Member(_) | Counted::Imported(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::indicator::{Definition, Extent};
    use crate::id::Id;

    static OF_MEMBERS: Definition = Definition {
        name: "example",
        formula: "",
        ground: Ground::Measured,
        window: Extent::AsOf,
        parameters: &[],
        raised: "",
        gamed: "",
        countered: "",
    };

    fn member(number: u8) -> Counted {
        Counted::Member(Id::from_bytes([number; 32]))
    }

    fn share(counted: u8, uncounted: u8) -> Figure {
        let mut evidence = Evidence::default();
        for number in 0..counted + uncounted {
            evidence.sort_in(number < counted, member(number));
        }
        Figure::share("members", evidence)
    }

    fn shown(signed: Figure, all: Option<Figure>) -> (bool, Option<bool>) {
        let mut measured = Measured {
            definition: &OF_MEMBERS,
            signed,
            all,
        };
        columns(&mut measured);
        (
            !measured.signed.is_left_out(),
            measured.all.map(|all| !all.is_left_out()),
        )
    }

    #[test]
    fn one_to_seven_people_and_all_but_so_few_are_left_out() {
        for (counted, uncounted, expected) in [
            (0, 20, true),
            (1, 20, false),
            (7, 20, false),
            (8, 20, true),
            (20, 8, true),
            (20, 7, false),
            (20, 1, false),
            (20, 0, true),
            (0, 7, false),
            (0, 0, true),
        ] {
            assert_eq!(
                shown(share(counted, uncounted), None).0,
                expected,
                "{counted} and {uncounted}"
            );
        }
    }

    #[test]
    fn what_is_no_count_of_people_is_shown() {
        let entries = Evidence {
            counted: vec![Counted::Entry(Id::from_bytes([1; 32]))],
            ..Evidence::default()
        };
        assert!(shown(Figure::share("queries", entries), None).0);
    }

    #[test]
    fn one_column_does_not_give_the_other_away() {
        assert_eq!(
            shown(share(20, 20), Some(share(23, 20))),
            (true, Some(false)),
            "three imported"
        );
        assert_eq!(
            shown(share(20, 20), Some(share(20, 23))),
            (true, Some(false)),
            "three imported"
        );
        assert_eq!(shown(share(20, 20), Some(share(30, 40))), (true, Some(true)));
        assert_eq!(shown(share(3, 20), Some(share(30, 40))), (false, Some(false)));
    }

    #[test]
    fn a_pending_person_is_counted_too() {
        let mut evidence = Evidence::default();
        (0..20).for_each(|number| evidence.sort_in(number < 10, member(number)));
        evidence.pending = vec![member(99)];
        assert!(!shown(Figure::share("members", evidence), None).0);
    }

    #[test]
    fn the_balance_of_members_is_shown_whole_or_not_at_all() {
        let number = |count: u8| {
            let counted = (0..count).map(member).collect();
            let figure = Figure::count(Evidence {
                counted,
                ..Evidence::default()
            });
            Measured {
                definition: &OF_MEMBERS,
                signed: figure.clone(),
                all: Some(figure),
            }
        };
        for (counts, shown) in [([30, 20, 10, 0], true), ([30, 27, 10, 7], false)] {
            let mut indicators: Vec<Measured> = counts.map(number).into();
            indicators.iter_mut().for_each(columns);
            balance(&mut indicators);
            let all_shown = indicators.iter().all(|i| !i.signed.is_left_out());
            let none_shown = indicators.iter().all(|i| i.signed.is_left_out());
            assert_eq!((all_shown, none_shown), (shown, !shown), "{counts:?}");
        }
    }
}
