//! V4: "Queries receive responses."

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence, Excluded};
use super::figure::{Figure, Open, Value};
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::mutual::Favours;
use super::parameters::Thresholds;
use super::queries::{Query, queries};
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use super::survival::{self, Watched};
use crate::community::Author;
use crate::time::Span;

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::V4),
    definitions: &[
        &RESPONDED_IN_TIME,
        &EVER_RESPONDED,
        &MEDIAN_RESPONSE,
        &RESPONSE_SURVIVAL,
        &ACCEPTED_IN_TIME,
        &OLDEST_OPEN,
        &MUTUAL_RESPONDERS,
    ],
    rated: "Rated by `responded_in_time` (`v4.responded`) and `accepted_in_time` (`v4.accepted`): the lower counts.",
    not_computed: &[],
    measure,
};

/// What a community may set of V4, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct V4 {
    /// Queries with an answer accepted in time.
    pub accepted: Thresholds,
    /// Within this an acceptance is in time.
    pub accept_in: Span,
    /// Queries with a first response in time.
    pub responded: Thresholds,
    /// Within this a first response is in time.
    pub respond_in: Span,
}

impl Default for V4 {
    fn default() -> V4 {
        V4 {
            accepted: (40, 60).into(),
            accept_in: Span::days(14),
            responded: (50, 80).into(),
            respond_in: Span::hours(72),
        }
    }
}

static RESPONDED_IN_TIME: Definition = Definition {
    name: "responded_in_time",
    formula: "queries of [T − W, T) with a first response within 72 h / those older than 72 h at T; a response is an answer with words by another person; queries of automata, and those taken back within 72 h and before any response, are left out",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "v4.respond_in", "v4.responded", "few"],
    raised: "answering within 72 h",
    gamed: "taking back queries nobody answered",
    countered: "a later withdrawal changes nothing, and the left-out are listed",
};

static EVER_RESPONDED: Definition = Definition {
    name: "ever_responded",
    formula: "queries of [T − W, T) with a response before T / all of them, whatever their age",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "answering at all, however late",
    gamed: "empty or self-given answers",
    countered: "a response has words and another author",
};

static MEDIAN_RESPONSE: Definition = Definition {
    name: "median_response",
    formula: "lower median of the time to the first response over the queries older than 72 h; an unanswered one is longer than all others, so the median can be not reached",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window", "v4.respond_in"],
    raised: "waiting longer; a shorter wait is better",
    gamed: "leaving the unanswered out",
    countered: "they stay in",
};

static RESPONSE_SURVIVAL: Definition = Definition {
    name: "response_survival",
    formula: "Kaplan-Meier table of first responses: for each time t after which one came, how many queries were under watch and unanswered until then, and how many were answered at t; an open query is under watch at t while asked + t < T",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "nothing by itself: it shows how long answers take",
    gamed: "reporting only fast answers",
    countered: "open queries count as long as they were watched",
};

static ACCEPTED_IN_TIME: Definition = Definition {
    name: "accepted_in_time",
    formula: "queries of [T − W, T) of which the asker accepted a response by another within 14 d of asking / those older than 14 d at T",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "v4.accept_in", "v4.accepted", "few"],
    raised: "answers that help, and askers who say so",
    gamed: "accepting anything",
    countered: "only the asker accepts, the first acceptance counts, and who answered whom is on record",
};

static OLDEST_OPEN: Definition = Definition {
    name: "oldest_open",
    formula: "queries of [T − W, T) without a response before T, the ten longest-waiting listed",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "leaving queries unanswered; fewer is better",
    gamed: "asking the same again, so that it looks young",
    countered: "the first asking stays on the list",
};

static MUTUAL_RESPONDERS: Definition = Definition {
    name: "mutual_responders",
    formula: "pairs of people of whom each responded to a query of the other, among the queries of [T − W, T) that `ever_responded` is of, less those asked under a pseudonym or by an unknown author",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "two people answering each other, which is no fault by itself: who reads the shares should know of it",
    gamed: "two people asking each other for show",
    countered: "the pairs are counted, and the queries between them listed: a flag, never part of a rating",
};

fn measure<'a>(scope: Scope<'a>) -> (Option<Rating>, Vec<Measured>) {
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| Asked::of(scope, reach));
    let pair = |figure: fn(&Asked<'a>) -> Figure| [figure(&signed), figure(&all)];
    let indicators = vec![
        Measured::both(&RESPONDED_IN_TIME, pair(Asked::responded_in_time)),
        Measured::both(&EVER_RESPONDED, pair(Asked::ever_responded)),
        Measured::both(&MEDIAN_RESPONSE, pair(Asked::median)),
        Measured::both(&RESPONSE_SURVIVAL, pair(Asked::survival)),
        Measured::both(&ACCEPTED_IN_TIME, pair(Asked::accepted_in_time)),
        Measured::both(&OLDEST_OPEN, pair(Asked::oldest_open)),
        Measured::both(&MUTUAL_RESPONDERS, pair(Asked::mutual)),
    ];
    let [responded, _, _, _, accepted, _, _] = indicators.as_slice() else {
        unreachable!("V4 has seven indicators")
    };
    let parameters = scope.parameters;
    let rating = rating::of_sample(responded.signed.ratio(), parameters.v4.responded, parameters.few).and(
        rating::of_sample(accepted.signed.ratio(), parameters.v4.accepted, parameters.few),
    );
    (Some(rating), indicators)
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
            } else if query.withdrawn_unanswered_within(scope.parameters.v4.respond_in) {
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
        let limit = self.scope.parameters.v4.respond_in;
        Figure::share("mature queries", self.within(limit, Query::response_after))
    }

    fn accepted_in_time(&self) -> Figure {
        let limit = self.scope.parameters.v4.accept_in;
        Figure::share("mature queries", self.within(limit, Query::acceptance_after))
    }

    fn ever_responded(&self) -> Figure {
        Figure::share("queries", self.answered())
    }

    fn median(&self) -> Figure {
        let limit = self.scope.parameters.v4.respond_in;
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
                id: Some((*item).into()),
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
