//! K4: "Members demonstrate an interest in learning from their peers and are willing to ask for help."

use std::collections::BTreeSet;

use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Indicator, Measured};
use super::queries::{Query, queries};
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use crate::community::{Author, PersonNumber};

pub(super) fn measure(scope: Scope<'_>) -> (Rating, Vec<Measured>) {
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| Year::of(scope, reach));
    let askers = Measured::both(Indicator::Askers, [signed.askers(), all.askers()]);
    let rating = rating::of_sample(
        askers.signed.ratio(),
        scope.parameters.askers,
        scope.parameters.few,
    );
    let indicators = vec![
        askers,
        Measured::signed_only(Indicator::AnsweredAcross, signed.answered_across()),
        Measured::both(Indicator::AskingDays, [signed.days(), all.days()]),
        Measured::both(
            Indicator::PseudonymousQueries,
            [signed.pseudonymous(), all.pseudonymous()],
        ),
    ];
    (rating, indicators)
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
