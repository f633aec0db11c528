//! K1: "The community is shared learning together."

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::attendance::attended;
use super::contributions::active_members;
use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::parameters::Thresholds;
use super::queries::is_response;
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use super::survey;
use crate::community::{Item, PersonNumber};
use crate::kind::Deed;

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::K1),
    definitions: &[
        &RECIPROCAL,
        &SHARED_MEETINGS,
        survey::LEARNED.agreement,
        survey::LEARNED.turnout,
    ],
    rated: "Rated by `reciprocal` (`k1.reciprocal`); *established* also needs `learned_something` of at least `k1.learned` per cent, and enough answers for that to be rated so high.",
    not_computed: &[],
    measure,
};

/// What a community may set of K1, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct K1 {
    /// Per cent of the answers by members who learned something they will use, for *established*.
    pub learned: u64,
    /// Members who gave and received, among the active.
    pub reciprocal: Thresholds,
    /// A meeting is shared from people of this many organisations.
    pub organisations: u64,
}

impl Default for K1 {
    fn default() -> K1 {
        K1 {
            learned: 60,
            reciprocal: (10, 25).into(),
            organisations: 3,
        }
    }
}

static RECIPROCAL: Definition = Definition {
    name: "reciprocal",
    formula: "active members who in [T − W, T) both responded to a query of another organisation and had a response from another organisation to a query of their own / active members: members at T with a contribution in [T − W, T); signed entries alone; the response is in the window, the query may be older; a query asked under a pseudonym is left out as received, since it would name the asker",
    ground: Ground::Measured,
    of_people: true,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "k1.reciprocal", "few"],
    raised: "members who only asked answering somebody elsewhere, and members who only answered asking",
    gamed: "two people pinging each other back and forth",
    countered: "another person of another organisation each time, and `mutual_responders` of V4 shows the pairs",
};

static SHARED_MEETINGS: Definition = Definition {
    name: "shared_meetings",
    formula: "meetings at which people of at least 3 organisations were, each by a `meeting.attended` of their own signed in [T − W, T) and not before the meeting was to begin; a sheet counts for nobody on it who has not countersigned",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window", "k1.organisations"],
    raised: "meetings that people of several organisations come to and sign for",
    gamed: "one organiser filling in the sheet",
    countered: "everybody signs for themselves; what is not countersigned is listed as left out",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let reciprocal = reciprocal(scope);
    let surveyed = survey::measured(scope, &survey::LEARNED);
    let parameters = scope.parameters;
    let learned = rating::is_met(surveyed[0].signed.ratio(), parameters.k1.learned, parameters.few);
    let rating =
        rating::of_sample(reciprocal.ratio(), parameters.k1.reciprocal, parameters.few).capped(learned);
    let mut indicators = vec![
        Measured::signed_only(&RECIPROCAL, reciprocal),
        Measured::signed_only(&SHARED_MEETINGS, shared_meetings(scope)),
    ];
    indicators.extend(surveyed);
    (Some(rating), indicators)
}

fn reciprocal(scope: Scope<'_>) -> Figure {
    let since = scope.since(scope.parameters.window);
    let is_recent = |item: &&Item| scope.is_visible(item, Reach::Signed) && item.effective >= since;
    let (mut gave, mut received) = (BTreeSet::new(), BTreeSet::new());
    let mut unnamed: BTreeSet<Counted> = BTreeSet::new();
    for answer in scope.view.done(Deed::QueryAnswered).filter(is_recent) {
        let query = scope.view.subject(answer).filter(|query| {
            scope.is_visible(query, Reach::Signed)
                && is_response(answer, query)
                && query.organisation != answer.organisation
        });
        let Some(query) = query else { continue };
        gave.extend(answer.author.person());
        if query.pseudonymous {
            unnamed.insert(query.into());
        } else {
            received.extend(query.author.person());
        }
    }
    let both: BTreeSet<PersonNumber> = gave.intersection(&received).copied().collect();
    let mut evidence = Evidence::default();
    for query in unnamed {
        evidence.exclude(query, Excluded::Pseudonymous);
    }
    for number in active_members(scope) {
        evidence.sort_in(both.contains(&number), scope.view.person(number).into());
    }
    Figure::share("active members", evidence)
}

fn shared_meetings(scope: Scope<'_>) -> Figure {
    let (meetings, excluded) = attended(scope, scope.since(scope.parameters.window));
    let mut evidence = Evidence {
        excluded,
        ..Evidence::default()
    };
    for attended in meetings {
        let shared = attended.organisations.len() as u64 >= scope.parameters.k1.organisations;
        evidence.sort_in(shared, attended.meeting.into());
    }
    Figure::count(evidence)
}
