//! G2: "Sub-groups may be emerging around specialist subjects."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::contributions::counted_contributions;
use super::evidence::{Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::Rating;
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use crate::community::{Author, Item, OrganisationNumber, PersonNumber};
use crate::gathering::{Circle, circles};
use crate::id::Id;
use crate::kind::{Act, Deed, Interaction, Slug};
use crate::time::Span;

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::G2),
    definitions: &[&ACTIVE_CIRCLES, &TOPICS_WITHOUT_CIRCLE],
    rated: "*established* with at least one active circle, *none* without.",
    not_computed: &[],
    measure,
};

/// What a community may set of G2, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct G2 {
    /// Askers about a topic from which it is named as one that has no circle.
    pub askers: u64,
    /// How long a contribution keeps a circle active.
    pub recent: Span,
    /// Members of an active circle.
    pub members: u64,
    /// Organisations they are of, and organisations that contribute.
    pub organisations: u64,
}

impl Default for G2 {
    fn default() -> G2 {
        G2 {
            askers: 5,
            recent: Span::days(30),
            members: 3,
            organisations: 2,
        }
    }
}

static ACTIVE_CIRCLES: Definition = Definition {
    name: "active_circles",
    formula: "circles open at T that have at least 3 members of at least 2 organisations, of which at least 2 contributed in the circle, by such members of theirs, in [T − 30 d, T) / circles open at T; a circle is open from its opening until it is closed or its term ends; its members are those who opened or joined it, did not leave it since, and are members at T, each of the organisations they belong to at T; a contribution is in the circle it names, else in the one named where its chain begins",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["g2.recent", "g2.members", "g2.organisations"],
    raised: "contributions of two organisations in a circle",
    gamed: "opening circles that are shells",
    countered: "one in which nobody contributed for 30 days is dormant, and stays in the whole",
};

static TOPICS_WITHOUT_CIRCLE: Definition = Definition {
    name: "topics_without_circle",
    formula: "topics about which at least 5 people asked in [T − 365 d, T), of their own name, and on which no circle is open at T; with how many asked: a suggestion",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::Year,
    parameters: &["year", "g2.askers"],
    raised: "more people asking about a topic, which is no fault: a circle might serve them",
    gamed: "naming the same topic differently",
    countered: "it is a suggestion, never part of a rating",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let mut open = circles(scope.view, scope.as_of);
    open.retain(|circle| circle.is_open(scope.as_of));
    let active = active(scope, &open);
    let rating = match active.ratio().numerator() {
        0 => Rating::None,
        _ => Rating::Established,
    };
    let suggestions = [Reach::Signed, Reach::All].map(|reach| without_circle(scope, reach, &open));
    let indicators = vec![
        Measured::signed_only(&ACTIVE_CIRCLES, active),
        Measured::both(&TOPICS_WITHOUT_CIRCLE, suggestions),
    ];
    (Some(rating), indicators)
}

fn active(scope: Scope<'_>, open: &[Circle<'_>]) -> Figure {
    let least = &scope.parameters.g2;
    let mut contributing: BTreeMap<Id, BTreeSet<(PersonNumber, OrganisationNumber)>> = BTreeMap::new();
    for item in counted_contributions(scope, scope.since(least.recent)) {
        if let (Some(circle), Some(person)) = (scope.view.circle(item), item.author.person()) {
            let by = contributing.entry(circle.id).or_default();
            by.insert((person, item.organisation));
        }
    }
    let organisations = scope.organisations_of_members();
    let mut evidence = Evidence::default();
    for circle in open {
        let homes = circle
            .members
            .iter()
            .filter_map(|person| organisations.get(person));
        let homes: BTreeSet<_> = homes.flatten().collect();
        let contributed = contributing.get(&circle.opened.id).into_iter().flatten();
        let active: BTreeSet<_> = contributed
            .filter(|(person, organisation)| {
                let belongs = organisations
                    .get(person)
                    .is_some_and(|of| of.contains(organisation));
                circle.members.contains(person) && belongs
            })
            .map(|(_, organisation)| organisation)
            .collect();
        let is_active = circle.members.len() as u64 >= least.members
            && homes.len() as u64 >= least.organisations
            && active.len() as u64 >= least.organisations;
        evidence.sort_in(is_active, circle.opened.into());
    }
    Figure::census("circles", evidence)
}

fn without_circle(scope: Scope<'_>, reach: Reach, open: &[Circle<'_>]) -> Figure {
    let served: BTreeSet<&Slug> = open.iter().map(|circle| &circle.form.topic).collect();
    let since = scope.since(scope.parameters.year);
    let mut evidence = Evidence::default();
    let mut asked: BTreeMap<&Slug, (BTreeSet<PersonNumber>, Vec<&Item>)> = BTreeMap::new();
    for query in scope
        .view
        .done(Deed::QueryAsked)
        .filter(|query| scope.is_visible(query, reach) && query.effective >= since)
    {
        let Some(Act::Interaction(Interaction::QueryAsked(says))) = query.act() else {
            continue;
        };
        let topics = says
            .topics
            .as_slice()
            .iter()
            .filter(|topic| !served.contains(topic));
        match query.author {
            Author::Automaton => evidence.exclude(query.into(), Excluded::Automaton),
            _ if query.pseudonymous => evidence.exclude(query.into(), Excluded::Pseudonymous),
            Author::Person(person) => topics.for_each(|topic| {
                let (people, queries) = asked.entry(topic).or_default();
                people.insert(person);
                queries.push(query);
            }),
            Author::Unknown => evidence.exclude(query.into(), Excluded::UnknownAuthor),
            Author::Organisation => unreachable!("a query that counts is a person's"),
        }
    }
    asked.retain(|_, (people, _)| people.len() as u64 >= scope.parameters.g2.askers);
    let mut queries: Vec<_> = asked
        .values()
        .flat_map(|(_, queries)| queries.iter().copied())
        .map(Into::into)
        .collect();
    queries.sort_unstable();
    queries.dedup();
    evidence.counted = queries;
    let parts = asked
        .into_iter()
        .map(|(topic, (people, _))| (topic.to_string(), people.len() as u64));
    Figure::parts(parts.collect(), evidence)
}
