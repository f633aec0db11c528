//! V4: "Queries receive responses."

use super::evidence::{Counted, Evidence, Excluded};
use super::figure::{Figure, Open, Value};
use super::indicator::{Indicator, Measured};
use super::mutual::Favours;
use super::queries::{Query, queries};
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use super::survival::{self, Watched};
use crate::community::Author;
use crate::time::Span;

pub(super) fn measure<'a>(scope: Scope<'a>) -> (Rating, Vec<Measured>) {
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| Asked::of(scope, reach));
    let pair = |figure: fn(&Asked<'a>) -> Figure| [figure(&signed), figure(&all)];
    let indicators = vec![
        Measured::both(Indicator::RespondedInTime, pair(Asked::responded_in_time)),
        Measured::both(Indicator::EverResponded, pair(Asked::ever_responded)),
        Measured::both(Indicator::MedianResponse, pair(Asked::median)),
        Measured::both(Indicator::ResponseSurvival, pair(Asked::survival)),
        Measured::both(Indicator::AcceptedInTime, pair(Asked::accepted_in_time)),
        Measured::both(Indicator::OldestOpen, pair(Asked::oldest_open)),
        Measured::both(Indicator::MutualResponders, pair(Asked::mutual)),
    ];
    let [responded, _, _, _, accepted, _, _] = indicators.as_slice() else {
        unreachable!("V4 has seven indicators")
    };
    let parameters = scope.parameters;
    let rating = rating::of_sample(responded.signed.ratio(), parameters.responded, parameters.few).and(
        rating::of_sample(accepted.signed.ratio(), parameters.accepted, parameters.few),
    );
    (rating, indicators)
}

/// The queries of the window, less those of automata and those taken back early and unanswered.
struct Asked<'a> {
    scope: Scope<'a>,
    queries: Vec<Query<'a>>,
    excluded: Vec<(Counted, Excluded)>,
}

impl<'a> Asked<'a> {
    fn of(scope: Scope<'a>, reach: Reach) -> Asked<'a> {
        let since = scope.since(scope.parameters.window);
        let mut excluded = Vec::new();
        let mut population = queries(scope, reach);
        population.retain(|query| {
            if query.item.effective < since {
                return false;
            }
            let why = if query.item.author == Author::Automaton {
                Some(Excluded::Automaton)
            } else if query.withdrawn_unanswered_within(scope.parameters.respond_in) {
                Some(Excluded::Withdrawn)
            } else {
                None
            };
            excluded.extend(why.map(|why| (query.item.into(), why)));
            why.is_none()
        });
        Asked {
            scope,
            queries: population,
            excluded,
        }
    }

    fn responded_in_time(&self) -> Figure {
        let limit = self.scope.parameters.respond_in;
        Figure::share("mature queries", self.within(limit, Query::response_after))
    }

    fn accepted_in_time(&self) -> Figure {
        let limit = self.scope.parameters.accept_in;
        Figure::share("mature queries", self.within(limit, Query::acceptance_after))
    }

    fn ever_responded(&self) -> Figure {
        Figure::share("queries", self.answered())
    }

    fn median(&self) -> Figure {
        let limit = self.scope.parameters.respond_in;
        let mature = self
            .queries
            .iter()
            .filter(|query| self.scope.is_mature(query.item.effective, limit));
        let waits = mature
            .map(|query| query.response_after().map(Span::as_millis))
            .collect();
        let ever = |query: &Query<'a>| query.response_after().map(|_| Span::ZERO);
        Figure::wait(survival::lower_median(waits), self.within(limit, ever))
    }

    fn survival(&self) -> Figure {
        let watched = |query: &Query<'_>| match query.response_after() {
            Some(after) => Watched::Answered(after.as_millis()),
            None => Watched::Open(self.scope.as_of.since(query.item.effective).as_millis()),
        };
        let watched: Vec<Watched> = self.queries.iter().map(watched).collect();
        Figure::survival(&survival::table(&watched), self.answered())
    }

    fn oldest_open(&self) -> Figure {
        let mut open: Vec<_> = self
            .queries
            .iter()
            .filter(|q| !q.is_answered())
            .map(|q| q.item)
            .collect();
        open.sort_unstable_by_key(|item| item.moment());
        let listed = open.iter().take(Value::LISTED);
        let listed = listed
            .map(|item| Open {
                id: (*item).into(),
                since: item.effective,
            })
            .collect();
        let counted = open.into_iter().map(Counted::from).collect();
        Figure::oldest(
            listed,
            Evidence {
                counted,
                excluded: self.excluded.clone(),
                ..Evidence::default()
            },
        )
    }

    /// Pairs would give away who asked under a pseudonym.
    fn mutual(&self) -> Figure {
        let (mut favours, mut excluded) = (Favours::default(), self.excluded.clone());
        for query in &self.queries {
            match query.item.author.person() {
                _ if query.item.pseudonymous => {
                    excluded.push((query.item.into(), Excluded::Pseudonymous));
                }
                None => excluded.push((query.item.into(), Excluded::UnknownAuthor)),
                Some(asker) => {
                    for responder in &query.responders {
                        favours.add(asker, *responder, query.item);
                    }
                }
            }
        }
        favours.mutual(Evidence {
            excluded,
            ..Evidence::default()
        })
    }

    /// Sorts the mature by whether something came within the limit; the others are pending.
    fn within(&self, limit: Span, after: impl Fn(&Query<'a>) -> Option<Span>) -> Evidence {
        let mut evidence = Evidence {
            excluded: self.excluded.clone(),
            ..Evidence::default()
        };
        for query in &self.queries {
            if self.scope.is_mature(query.item.effective, limit) {
                evidence.sort_in(after(query).is_some_and(|wait| wait <= limit), query.item.into());
            } else {
                evidence.pending.push(query.item.into());
            }
        }
        evidence
    }

    fn answered(&self) -> Evidence {
        let mut evidence = Evidence {
            excluded: self.excluded.clone(),
            ..Evidence::default()
        };
        for query in &self.queries {
            evidence.sort_in(query.is_answered(), query.item.into());
        }
        evidence
    }
}
