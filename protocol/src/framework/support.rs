//! L2: "The leadership is informally supported by members of the COP and members engage with the leadership when
//! required."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::parameters::Thresholds;
use super::rating::{self, Rating};
use super::roles::Roles;
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use super::survey;
use crate::community::{Item, PersonNumber};
use crate::id::Id;
use crate::kind::Deed;
use crate::time::{Span, Timestamp};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::L2),
    definitions: &[
        &HELPERS,
        &REQUESTS_ANSWERED,
        survey::WHOM_TO_ASK.agreement,
        survey::WHOM_TO_ASK.turnout,
    ],
    rated: "Rated by `helpers` (`l2.helpers`); *established* also needs `requests_answered` of at least `l2.answered` per cent, and enough requests for that to be rated so high.",
    not_computed: &[],
    measure,
};

/// What a community may set of L2, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct L2 {
    /// Helpers among the active members.
    pub helpers: Thresholds,
    /// How many per cent of the requests must be answered in time.
    pub answered: u64,
    /// Within this an answer to a request is in time.
    pub answer_in: Span,
}

impl Default for L2 {
    fn default() -> L2 {
        L2 {
            helpers: (5, 15).into(),
            answered: 80,
            answer_in: Span::days(7),
        }
    }
}

static HELPERS: Definition = Definition {
    name: "helpers",
    formula: "active members who did a task in [T − W, T) that another person confirmed before T, while they held no role / active members: those at T with at least one contribution in [T − W, T)",
    ground: Ground::Measured,
    of_people: true,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "l2.helpers", "few"],
    raised: "members taking on tasks, and others confirming what they did",
    gamed: "putting credit on somebody, or doing tasks on paper",
    countered: "whoever did it signs that they took it on and that it is done, and another signs for it",
};

static REQUESTS_ANSWERED: Definition = Definition {
    name: "requests_answered",
    formula: "requests to the leadership of [T − W, T) with an answer with words within 7 d, by another person who held a role then / those older than 7 d at T",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "l2.answer_in", "l2.answered", "few"],
    raised: "leaders answering within 7 d",
    gamed: "planted requests",
    countered: "who asked and who answered is on record",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let roles = scope.roles();
    let helpers = Figure::share("active members", helpers(scope, &roles));
    let answered = Figure::share("mature requests", answered(scope, &roles));
    let parameters = scope.parameters;
    let engaged = rating::is_met(answered.ratio(), parameters.l2.answered, parameters.few);
    let rating = rating::of_sample(helpers.ratio(), parameters.l2.helpers, parameters.few).capped(engaged);
    let mut indicators = vec![
        Measured::signed_only(&HELPERS, helpers),
        Measured::signed_only(&REQUESTS_ANSWERED, answered),
    ];
    indicators.extend(survey::measured(scope, &survey::WHOM_TO_ASK));
    (Some(rating), indicators)
}

/// Who took part, and who of them helped.
fn helpers(scope: Scope<'_>, roles: &Roles<'_>) -> Evidence {
    let since = scope.since(scope.parameters.window);
    let active = scope.active_between(since, scope.as_of);
    // The log knows of another key; who is one by two admissions confirms nothing for themself.
    let confirmed: BTreeSet<Id> = scope
        .done(Deed::TaskConfirmed, Reach::Signed)
        .filter_map(|item| Some((item, scope.view.subject(item)?)))
        .filter(|(item, done)| item.author.is_another_than(done.author))
        .map(|(_, done)| done.id)
        .collect();
    let mut helpers: BTreeSet<PersonNumber> = BTreeSet::new();
    let mut evidence = Evidence::default();
    let in_window = |item: &&Item| item.effective >= since;
    for done in scope.done(Deed::TaskDone, Reach::Signed).filter(in_window) {
        let Some(person) = done.author.person() else {
            continue;
        };
        if !confirmed.contains(&done.id) {
            evidence.exclude(done.into(), Excluded::Unconfirmed);
        } else if roles.led(done) {
            evidence.exclude(done.into(), Excluded::Leader);
        } else if !active.contains(&person) {
            evidence.exclude(done.into(), Excluded::Inactive);
        } else {
            helpers.insert(person);
        }
    }
    for person in active {
        evidence.sort_in(helpers.contains(&person), scope.view.person(person).into());
    }
    evidence
}

/// The requests old enough, by whether a leader answered in time.
fn answered(scope: Scope<'_>, roles: &Roles<'_>) -> Evidence {
    let limit = scope.parameters.l2.answer_in;
    let since = scope.since(scope.parameters.window);
    let mut evidence = Evidence::default();
    let mut first: BTreeMap<Id, Timestamp> = BTreeMap::new();
    for answer in scope.done(Deed::LeadershipAnswered, Reach::Signed) {
        let Some(request) = scope
            .view
            .subject(answer)
            .filter(|request| request.effective >= since)
        else {
            continue;
        };
        if !roles.led(answer) {
            evidence.exclude(answer.into(), Excluded::NotALeader);
        } else if answer.written && answer.author.is_another_than(request.author) {
            let at = first.entry(request.id).or_insert(answer.effective);
            *at = answer.effective.min(*at);
        }
    }
    let in_window = |item: &&Item| item.effective >= since;
    for request in scope.done(Deed::LeadershipAsked, Reach::Signed).filter(in_window) {
        if scope.is_mature(request.effective, limit) {
            let answered = first.get(&request.id);
            let in_time = answered.is_some_and(|at| at.since(request.effective) <= limit);
            evidence.sort_in(in_time, request.into());
        } else {
            evidence.pending.push(request.into());
        }
    }
    evidence
}
