//! Who belongs, who came and who went. No statement by itself: the denominator of many.

use std::collections::BTreeSet;

use super::evidence::Evidence;
use super::figure::Figure;
use super::indicator::{Indicator, Measured};
use super::scope::{Reach, Scope};
use crate::community::PersonNumber;

/// members(T − W) + joined − left = members(T): the balance holds because all four are of two sets.
pub(super) fn measure(scope: Scope<'_>) -> Vec<Measured> {
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| Balance::of(scope, reach));
    let pair = |figure: fn(&Balance) -> &BTreeSet<PersonNumber>| {
        [&signed, &all].map(|balance| count(scope, figure(balance)))
    };
    vec![
        Measured::both(Indicator::Members, pair(|balance| &balance.now)),
        Measured::both(Indicator::MembersBefore, pair(|balance| &balance.before)),
        Measured::both(Indicator::Joined, pair(|balance| &balance.joined)),
        Measured::both(Indicator::Left, pair(|balance| &balance.left)),
    ]
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
