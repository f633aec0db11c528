//! K4: "Members demonstrate an interest in learning from their peers and are willing to ask for help."

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::parameters::Thresholds;
use super::queries::{Query, queries};
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use super::survey;
use crate::community::{Author, PersonNumber};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::K4),
    definitions: &[
        &ASKERS,
        &ANSWERED_ACROSS,
        &ASKING_DAYS,
        &PSEUDONYMOUS_QUERIES,
        survey::SAFE_TO_ASK.agreement,
        survey::SAFE_TO_ASK.turnout,
    ],
    rated: "Rated by `askers` (`k4.askers`).",
    not_computed: &[],
    measure,
};

/// What a community may set of K4.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct K4 {
    /// Askers among the members.
    pub askers: Thresholds,
}

impl Default for K4 {
    fn default() -> K4 {
        K4 {
            askers: (10, 25).into(),
        }
    }
}

static ASKERS: Definition = Definition {
    name: "askers",
    formula: "members at T who asked at least one query of their own name in [T − 365 d, T) / members at T",
    ground: Ground::Measured,
    of_people: true,
    rates: true,
    window: Extent::Year,
    parameters: &["year", "k4.askers", "few"],
    raised: "members who ask for the first time in the year",
    gamed: "planted questions",
    countered: "people and days are counted, not questions",
};

static ANSWERED_ACROSS: Definition = Definition {
    name: "answered_across",
    formula: "queries of [T − 365 d, T) with a response from another organisation than the asker's / those with any response; signed entries alone",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Year,
    parameters: &["year"],
    raised: "answers by members of another organisation",
    gamed: "two organisations taking turns",
    countered: "who answered whom is on record",
};

static ASKING_DAYS: Definition = Definition {
    name: "asking_days",
    formula: "distinct days (UTC) with a query in [T − 365 d, T)",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Year,
    parameters: &["year"],
    raised: "asking on more days",
    gamed: "as for askers",
    countered: "the days are counted, not the items",
};

static PSEUDONYMOUS_QUERIES: Definition = Definition {
    name: "pseudonymous_queries",
    formula: "queries of [T − 365 d, T) asked under a pseudonym: counted apart from askers",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Year,
    parameters: &["year"],
    raised: "asking under a pseudonym, which is nobody's fault",
    gamed: "hiding that few ask by name",
    countered: "they are in no share",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| Year::of(scope, reach));
    let askers = Measured::both(&ASKERS, [signed.askers(), all.askers()]);
    let rating = rating::of_sample(
        askers.signed.ratio(),
        scope.parameters.k4.askers,
        scope.parameters.few,
    );
    let mut indicators = vec![
        askers,
        Measured::signed_only(&ANSWERED_ACROSS, signed.answered_across()),
        Measured::both(&ASKING_DAYS, [signed.days(), all.days()]),
        Measured::both(&PSEUDONYMOUS_QUERIES, [signed.pseudonymous(), all.pseudonymous()]),
    ];
    indicators.extend(survey::measured(scope, &survey::SAFE_TO_ASK));
    (Some(rating), indicators)
}

/// The queries of the year.
struct Year<'a> {
    scope: Scope<'a>,
    reach: Reach,
    queries: Vec<Query<'a>>,
    automata: Vec<(Counted, Excluded)>,
}

impl<'a> Year<'a> {
    fn of(scope: Scope<'a>, reach: Reach) -> Year<'a> {
        let since = scope.since(scope.parameters.year);
        let in_year = queries(scope, reach)
            .into_iter()
            .filter(|query| query.item.effective >= since);
        let (automata, queries): (Vec<_>, Vec<_>) = in_year.partition(|q| q.item.author == Author::Automaton);
        let automata = automata
            .iter()
            .map(|query| (query.item.into(), Excluded::Automaton))
            .collect();
        Year {
            scope,
            reach,
            queries,
            automata,
        }
    }

    /// Asking under a pseudonym is counted apart, not here.
    fn askers(&self) -> Figure {
        let people = self.scope.people_at(self.scope.as_of, self.reach);
        let mut askers: BTreeSet<PersonNumber> = BTreeSet::new();
        let mut evidence = Evidence {
            excluded: self.automata.clone(),
            ..Evidence::default()
        };
        for query in &self.queries {
            match query.item.author {
                _ if query.item.pseudonymous => evidence.exclude(query.item.into(), Excluded::Pseudonymous),
                Author::Person(number) if people.contains(&number) => {
                    askers.insert(number);
                }
                Author::Person(_) => evidence.exclude(query.item.into(), Excluded::NotAMember),
                Author::Unknown => evidence.exclude(query.item.into(), Excluded::UnknownAuthor),
                Author::Automaton | Author::Organisation => {
                    unreachable!("a query left in the year is a person's")
                }
            }
        }
        for number in people {
            evidence.sort_in(askers.contains(&number), self.scope.view.person(number).into());
        }
        Figure::share(Scope::people_name(self.reach), evidence)
    }

    fn answered_across(&self) -> Figure {
        let mut evidence = Evidence {
            excluded: self.automata.clone(),
            ..Evidence::default()
        };
        for query in self.queries.iter().filter(|query| query.is_answered()) {
            evidence.sort_in(query.answered_across, query.item.into());
        }
        Figure::share("answered queries", evidence)
    }

    fn days(&self) -> Figure {
        let days: BTreeSet<_> = self
            .queries
            .iter()
            .map(|query| query.item.effective.start_of_day())
            .collect();
        let counted = days.into_iter().map(Counted::Day).collect();
        Figure::count(Evidence {
            counted,
            excluded: self.automata.clone(),
            ..Evidence::default()
        })
    }

    fn pseudonymous(&self) -> Figure {
        let asked = self.queries.iter().filter(|query| query.item.pseudonymous);
        let counted = asked.map(|query| query.item.into()).collect();
        Figure::count(Evidence {
            counted,
            excluded: self.automata.clone(),
            ..Evidence::default()
        })
    }
}
