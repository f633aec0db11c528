//! How much of the activity is the leaders', and how that changed: "Predominately self-organizing", "Encourage a
//! non-hierarchical knowledge and relationships". Shown beside V3, never rated: a community may be as it likes.

use super::evidence::Evidence;
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured};
use super::roles::Roles;
use super::scope::{Reach, Scope};
use crate::community::Item;
use crate::kind::Deed;
use crate::time::{Span, Timestamp};

/// What is begun by somebody, for others to take up.
const BEGINNINGS: [Deed; 4] = [
    Deed::QueryAsked,
    Deed::ThreadOpened,
    Deed::CircleOpened,
    Deed::TaskOffered,
];

pub(super) static NOT_BY_LEADERS: Definition = Definition {
    name: "not_by_leaders",
    formula: "contributions in [T − W, T) whose author held no role then / all contributions in [T − W, T); signed entries alone",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "members who hold no role contributing more than those who do, which is no merit by itself",
    gamed: "leading without a role",
    countered: "roles are granted by recorded decisions, and who did what is on record",
};

pub(super) static NOT_BY_LEADERS_BEFORE: Definition = Definition {
    name: "not_by_leaders_before",
    formula: "the same in [T − 2W, T − W)",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "nothing any more: it is of the past",
    gamed: "as for not_by_leaders",
    countered: "the two stand side by side: the trend",
};

pub(super) static NOT_BEGUN_BY_LEADERS: Definition = Definition {
    name: "not_begun_by_leaders",
    formula: "queries, threads, circles and tasks begun in [T − W, T) by somebody who held no role then / all begun in [T − W, T); signed entries alone",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "members who hold no role beginning something",
    gamed: "leading without a role",
    countered: "roles are granted by recorded decisions, and who began what is on record",
};

pub(super) static NOT_BEGUN_BY_LEADERS_BEFORE: Definition = Definition {
    name: "not_begun_by_leaders_before",
    formula: "the same in [T − 2W, T − W)",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "nothing any more: it is of the past",
    gamed: "as for not_begun_by_leaders",
    countered: "the two stand side by side: the trend",
};

/// The four of them.
pub(super) fn measure(scope: Scope<'_>) -> [Measured; 4] {
    let roles = scope.roles();
    let window = scope.own_window.unwrap_or(scope.parameters.window);
    let now = (scope.as_of.minus(window), scope.as_of);
    let before = (
        scope
            .as_of
            .minus(Span::from_millis(window.as_millis().saturating_mul(2))),
        now.0,
    );
    let contributed = |(from, until)| {
        let contributions = scope.contributed_between(from, until);
        Figure::share("contributions", others(&roles, contributions))
    };
    let begun = |(from, until): (Timestamp, Timestamp)| {
        let within = move |item: &&Item| item.effective >= from && item.effective < until;
        let all = BEGINNINGS
            .iter()
            .flat_map(|deed| scope.done(*deed, Reach::Signed));
        Figure::share("beginnings", others(&roles, all.filter(within)))
    };
    [
        Measured::signed_only(&NOT_BY_LEADERS, contributed(now)),
        Measured::signed_only(&NOT_BY_LEADERS_BEFORE, contributed(before)),
        Measured::signed_only(&NOT_BEGUN_BY_LEADERS, begun(now)),
        Measured::signed_only(&NOT_BEGUN_BY_LEADERS_BEFORE, begun(before)),
    ]
}

/// By whether whoever did it held no role then.
fn others<'a>(roles: &Roles<'_>, done: impl Iterator<Item = &'a Item>) -> Evidence {
    let mut evidence = Evidence::default();
    for item in done {
        evidence.sort_in(!roles.led(item), item.into());
    }
    evidence
}
