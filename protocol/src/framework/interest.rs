//! V1: "The domain is people bought together by a shared interest."

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use super::survey;
use crate::gathering::interests;
use crate::kind::{Act, Community, Deed, Slug};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::V1),
    definitions: &[
        &DOMAIN_DECLARED,
        &INTERESTED,
        survey::MATTERS.agreement,
        survey::MATTERS.turnout,
    ],
    rated: "*developing* where the domain is declared, *established* from `v1.interested` per cent of `interested`.",
    not_computed: &[],
    measure,
};

/// What a community may set of V1, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct V1 {
    /// The topics adopted besides the domain itself.
    pub topics: Vec<Slug>,
    /// Per cent of the members interested from which it is *established*.
    pub interested: u64,
}

impl Default for V1 {
    fn default() -> V1 {
        V1 {
            topics: Vec::new(),
            interested: 70,
        }
    }
}

static DOMAIN_DECLARED: Definition = Definition {
    name: "domain_declared",
    formula: "the community was founded before T, with its domain",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &[],
    raised: "founding the community",
    gamed: "a domain that says nothing",
    countered: "whether members share it stands beside it",
};

static INTERESTED: Definition = Definition {
    name: "interested",
    formula: "members at T whose last declaration of interests before T names the domain or one of the adopted topics (`v1.topics`) / members at T",
    ground: Ground::Measured,
    of_people: true,
    rates: true,
    window: Extent::AsOf,
    parameters: &["v1.topics", "v1.interested", "few"],
    raised: "members who declare an interest in an adopted topic",
    gamed: "declaring interests on behalf of others",
    countered: "each member signs their own; topics are adopted by a decision",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let mut domain = Evidence::default();
    let mut adopted: BTreeSet<&Slug> = scope.parameters.v1.topics.iter().collect();
    for founding in scope.view.done(Deed::Founded) {
        if let (true, Some(Act::Community(Community::Founded(founded)))) =
            (scope.is_visible(founding, Reach::Signed), founding.act())
        {
            adopted.insert(&founded.domain);
            domain.counted.push(founding.into());
        }
    }
    let is_declared = !domain.counted.is_empty();
    let interested = interested(scope, &adopted);
    let mut indicators = vec![
        Measured::signed_only(&DOMAIN_DECLARED, Figure::flag(is_declared, domain)),
        Measured::signed_only(&INTERESTED, interested),
    ];
    indicators.extend(survey::measured(scope, &survey::MATTERS));
    (Some(rate(scope, is_declared, &indicators[1].signed)), indicators)
}

fn rate(scope: Scope<'_>, is_declared: bool, interested: &Figure) -> Rating {
    let (share, sizes) = (interested.ratio(), scope.parameters.few);
    if !is_declared {
        return Rating::None;
    }
    if share.denominator() < sizes.too_few {
        return Rating::Insufficient;
    }
    let is_met = rating::is_met(share, scope.parameters.v1.interested, sizes);
    Rating::Established.capped(is_met)
}

fn interested(scope: Scope<'_>, adopted: &BTreeSet<&Slug>) -> Figure {
    let declared = interests(scope.view, scope.as_of);
    let members = scope.people_at(scope.as_of, Reach::Signed);
    let mut evidence = Evidence::default();
    for (person, (declaration, _)) in &declared {
        if !members.contains(person) {
            evidence.exclude((*declaration).into(), Excluded::NotAMember);
        }
    }
    for person in members {
        let topics = declared
            .get(&person)
            .map_or(&[] as &[Slug], |(_, topics)| *topics);
        let counts = topics.iter().any(|topic| adopted.contains(topic));
        evidence.sort_in(counts, scope.view.person(person).into());
    }
    Figure::share(Scope::people_name(Reach::Signed), evidence)
}
