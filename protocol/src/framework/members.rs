//! Who belongs, who came and who went. No statement by itself: the denominator of many.

use std::collections::BTreeSet;

use super::evidence::Evidence;
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::Rating;
use super::scope::{Reach, Scope};
use super::section::Section;
use crate::community::PersonNumber;

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Members,
    definitions: &[&MEMBERS, &MEMBERS_BEFORE, &JOINED, &LEFT],
    rated: "Without rating.",
    not_computed: &[],
    measure,
};

static MEMBERS: Definition = Definition {
    name: "members",
    formula: "people admitted and not left before T, of organisations admitted before T; with imported history also everybody known to have done something in it before T (people, not members)",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "people joining",
    gamed: "admitting people who never take part",
    countered: "contributors, askers and retention stand beside it",
};

static MEMBERS_BEFORE: Definition = Definition {
    name: "members_before",
    formula: "the same at T − W, so that members_before + joined − left = members",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "nothing any more: it is of the past",
    gamed: "as for members",
    countered: "the balance is of two sets and always holds",
};

static JOINED: Definition = Definition {
    name: "joined",
    formula: "members at T that were none at T − W",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "people joining in the window",
    gamed: "leaving and joining again",
    countered: "a person who left and came back within the window is in neither difference",
};

static LEFT: Definition = Definition {
    name: "left",
    formula: "members at T − W that are none at T",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "people leaving in the window, which is no merit",
    gamed: "never recording a departure",
    countered: "inactive members lower every share they are the denominator of",
};

/// members(T − W) + joined − left = members(T): the balance holds because all four are of two sets.
fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| Balance::of(scope, reach));
    let pair = |figure: fn(&Balance) -> &BTreeSet<PersonNumber>| {
        [&signed, &all].map(|balance| count(scope, figure(balance)))
    };
    let indicators = vec![
        Measured::both(&MEMBERS, pair(|balance| &balance.now)),
        Measured::both(&MEMBERS_BEFORE, pair(|balance| &balance.before)),
        Measured::both(&JOINED, pair(|balance| &balance.joined)),
        Measured::both(&LEFT, pair(|balance| &balance.left)),
    ];
    (None, indicators)
}

struct Balance {
    before: BTreeSet<PersonNumber>,
    now: BTreeSet<PersonNumber>,
    joined: BTreeSet<PersonNumber>,
    left: BTreeSet<PersonNumber>,
}

impl Balance {
    fn of(scope: Scope<'_>, reach: Reach) -> Balance {
        let before = scope.people_at(scope.since(scope.parameters.window), reach);
        let now = scope.people_at(scope.as_of, reach);
        let joined = now.difference(&before).copied().collect();
        let left = before.difference(&now).copied().collect();
        Balance {
            before,
            now,
            joined,
            left,
        }
    }
}

fn count(scope: Scope<'_>, people: &BTreeSet<PersonNumber>) -> Figure {
    let counted = people
        .iter()
        .map(|number| scope.view.person(*number).into())
        .collect();
    Figure::count(Evidence {
        counted,
        ..Evidence::default()
    })
}
