//! K3: "Experiences members may summarize discussion threads into FAQs."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::queries::{Query, is_response, queries};
use super::rating::Rating;
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use crate::community::{Author, Item, PersonNumber, Spell};
use crate::kind::Deed;
use crate::time::{Span, Timestamp};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::K3),
    definitions: &[&SUMMARISED, &ENDORSED_SUMMARIES, &FAQS_PUBLISHED],
    rated: "Rated by the numbers of `endorsed_summaries` and `summarised`: *established* from `k3.established` endorsed, *emerging* from one summarised, else *none*; the sample is the eligible threads of `summarised` (`few`). There is no threshold of *developing*, which is but what `few` leaves of *established*; optional (\"may\").",
    not_computed: &[],
    measure,
};

/// What a community may set of K3, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct K3 {
    /// From this many known people a thread is worth summarising.
    pub people: u64,
    /// Who has been a member so long is experienced.
    pub tenure: Span,
    /// A thread is judged once its acceptance is older than this.
    pub settled: Span,
    /// Threads of a year summarised and endorsed from which it is *established*.
    pub established: u64,
}

impl Default for K3 {
    fn default() -> K3 {
        K3 {
            people: 3,
            settled: Span::days(30),
            tenure: Span::days(180),
            established: 3,
        }
    }
}

static SUMMARISED: Definition = Definition {
    name: "summarised",
    formula: "eligible threads of which a `faq.published` before T cites an answer (a response in it), its author having been a member for at least 180 d without a break when they published it, of whatever organisations / eligible threads: queries of [T − 365 d, T) whose asker accepted a response by another more than 30 d before T and in which at least 3 known people asked, answered or replied before T; accepted later: pending",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Year,
    parameters: &["year", "k3.people", "k3.settled", "k3.tenure", "few"],
    raised: "experienced members collecting the answers of settled threads",
    gamed: "answers out of thin air",
    countered: "it counts by the answers it cites, and `endorsed_summaries` by whose they are",
};

static ENDORSED_SUMMARIES: Definition = Definition {
    name: "endorsed_summaries",
    formula: "threads of `summarised` of which such an FAQ was endorsed before T by somebody else than its author whose response in the thread it cites / threads of `summarised`",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Year,
    parameters: &["year", "k3.people", "k3.settled", "k3.tenure", "k3.established"],
    raised: "those who answered endorsing what was made of it",
    gamed: "endorsing one's own summary",
    countered: "the endorser wrote one of the cited answers and not the summary",
};

static FAQS_PUBLISHED: Definition = Definition {
    name: "faqs_published",
    formula: "`faq.published` of [T − 365 d, T) by authors who had been members for at least 180 d without a break then; the others are left out",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Year,
    parameters: &["year", "k3.tenure"],
    raised: "experienced members collecting answers",
    gamed: "splitting one collection into many",
    countered: "the rating counts threads, not collections",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| Threads::of(scope, reach));
    let summarised = [signed.summarised(), all.summarised()];
    let endorsed = [signed.endorsed(), all.endorsed()];
    let rating = rate(scope, &summarised[0], &endorsed[0]);
    let indicators = vec![
        Measured::both(&SUMMARISED, summarised),
        Measured::both(&ENDORSED_SUMMARIES, endorsed),
        Measured::signed_only(&FAQS_PUBLISHED, published(scope)),
    ];
    (Some(rating), indicators)
}

fn rate(scope: Scope<'_>, summarised: &Figure, endorsed: &Figure) -> Rating {
    let (eligible, few) = (summarised.ratio().denominator(), scope.parameters.few);
    if eligible < few.too_few {
        return Rating::Insufficient;
    }
    let established = endorsed.ratio().numerator() >= scope.parameters.k3.established;
    let rating = match (established, summarised.ratio().numerator()) {
        (true, _) => Rating::Established,
        (false, 0) => Rating::None,
        (false, _) => Rating::Emerging,
    };
    rating.capped(eligible >= few.few)
}

/// What collected answers made of a thread.
#[derive(Default, Clone, Copy)]
struct Summary {
    cited: bool,
    endorsed: bool,
}

/// The threads of the year in which an answer was accepted.
struct Threads<'a> {
    scope: Scope<'a>,
    queries: Vec<Query<'a>>,
    /// How many known people each thread has, by its query's position.
    people: BTreeMap<usize, u64>,
    /// By its query's position.
    summaries: BTreeMap<usize, Summary>,
}

impl<'a> Threads<'a> {
    fn of(scope: Scope<'a>, reach: Reach) -> Threads<'a> {
        let since = scope.since(scope.parameters.year);
        let mut settled = queries(scope, reach);
        settled.retain(|query| {
            let asked = query.item.author != Author::Automaton && query.item.effective >= since;
            asked && query.accepted_at().is_some()
        });
        Threads {
            scope,
            queries: settled,
            people: people(scope, reach),
            summaries: summaries(scope, reach),
        }
    }

    fn summarised(&self) -> Figure {
        let mut evidence = Evidence::default();
        for query in &self.queries {
            let thing = query.item.into();
            if !self.has_enough_people(query) {
                evidence.exclude(thing, Excluded::FewPeople);
            } else if !self.is_settled(query) {
                evidence.pending.push(thing);
            } else {
                evidence.sort_in(self.summary(query).cited, thing);
            }
        }
        Figure::share("eligible threads", evidence)
    }

    fn endorsed(&self) -> Figure {
        let mut evidence = Evidence::default();
        let eligible = |query: &&Query<'a>| self.has_enough_people(query) && self.is_settled(query);
        for query in self.queries.iter().filter(eligible) {
            let Summary { cited, endorsed } = self.summary(query);
            if cited {
                evidence.sort_in(endorsed, query.item.into());
            }
        }
        Figure::share("summarised threads", evidence)
    }

    fn summary(&self, query: &Query<'a>) -> Summary {
        let position = self.scope.view.position(query.item);
        self.summaries.get(&position).copied().unwrap_or_default()
    }

    fn has_enough_people(&self, query: &Query<'a>) -> bool {
        let people = self.people.get(&self.scope.view.position(query.item));
        people.copied().unwrap_or(0) >= self.scope.parameters.k3.people
    }

    fn is_settled(&self, query: &Query<'a>) -> bool {
        let settled = self.scope.parameters.k3.settled;
        query
            .accepted_at()
            .is_some_and(|at| self.scope.is_mature(at, settled))
    }
}

/// How many people asked, answered and replied, by the position of the query all of it began with.
fn people(scope: Scope<'_>, reach: Reach) -> BTreeMap<usize, u64> {
    let said = [Deed::QueryAsked, Deed::QueryAnswered, Deed::ThreadReplied];
    let said = said.into_iter().flat_map(|deed| scope.view.done(deed));
    let said = said.filter(|item| scope.is_visible(item, reach));
    let mut took_part: Vec<(usize, PersonNumber)> = said
        .filter_map(|item| Some((scope.view.position(scope.view.root(item)?), item.author.person()?)))
        .collect();
    took_part.sort_unstable();
    took_part.dedup();
    let threads = took_part.chunk_by(|one, other| one.0 == other.0);
    threads.map(|thread| (thread[0].0, thread.len() as u64)).collect()
}

/// What the collections of experienced authors made of each query, by its position.
fn summaries(scope: Scope<'_>, reach: Reach) -> BTreeMap<usize, Summary> {
    let mut endorsers: BTreeMap<usize, BTreeSet<PersonNumber>> = BTreeMap::new();
    let endorsements = scope.view.done(Deed::FaqEndorsed);
    for item in endorsements.filter(|item| scope.is_visible(item, Reach::Signed)) {
        if let (Some(faq), Some(person)) = (scope.view.subject(item), item.author.person()) {
            endorsers
                .entry(scope.view.position(faq))
                .or_default()
                .insert(person);
        }
    }
    let mut summaries: BTreeMap<usize, Summary> = BTreeMap::new();
    let faqs = scope.view.done(Deed::FaqPublished);
    for faq in faqs.filter(|faq| scope.is_visible(faq, Reach::Signed) && is_experienced(scope, faq)) {
        let endorsers = endorsers.get(&scope.view.position(faq));
        for answer in scope
            .view
            .references(faq)
            .filter(|answer| answer.deed == Some(Deed::QueryAnswered) && scope.is_visible(answer, reach))
        {
            let Some(query) = scope
                .view
                .subject(answer)
                .filter(|query| is_response(answer, query))
            else {
                continue;
            };
            let summary = summaries.entry(scope.view.position(query)).or_default();
            summary.cited = true;
            let answerer = answer.author.person();
            summary.endorsed |= answerer.is_some_and(|person| {
                Some(person) != faq.author.person() && endorsers.is_some_and(|all| all.contains(&person))
            });
        }
    }
    summaries
}

fn published(scope: Scope<'_>) -> Figure {
    let since = scope.since(scope.parameters.year);
    let mut evidence = Evidence::default();
    let faqs = scope.view.done(Deed::FaqPublished);
    for faq in faqs.filter(|faq| scope.is_visible(faq, Reach::Signed) && faq.effective >= since) {
        if is_experienced(scope, faq) {
            evidence.counted.push(faq.into());
        } else {
            evidence.exclude(faq.into(), Excluded::ShortTenure);
        }
    }
    Figure::count(evidence)
}

/// Whether its author had been a member long enough when they wrote it, without a break, of whatever organisations.
fn is_experienced(scope: Scope<'_>, item: &Item) -> bool {
    let Some(author) = item.author.person() else {
        return false;
    };
    let own = |spell: &&Spell| spell.person == author;
    let own: Vec<&Spell> = scope.view.spells().iter().filter(own).collect();
    let mut since = item.effective;
    let before = |since: Timestamp| {
        let covering = own.iter().filter(move |spell| spell.holds_at(since));
        covering.map(|spell| spell.from).min()
    };
    while let Some(earlier) = before(since) {
        since = earlier;
    }
    item.effective.since(since) >= scope.parameters.k3.tenure
}
