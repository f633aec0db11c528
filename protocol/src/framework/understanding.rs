//! P2: "Most members understand these objectives and could articulate the value of it to others."

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::evidence::{Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::parameters::Thresholds;
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use super::survey;
use super::terms;
use crate::community::{Item, PersonNumber};
use crate::governance::Adopted;
use crate::kind::{Act, Deed, Purpose};
use crate::time::Span;

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::P2),
    definitions: &[&ACKNOWLEDGED, survey::EXPLAIN.agreement, survey::EXPLAIN.turnout],
    rated: "Rated by `acknowledged` (`p2.acknowledged`) and by `explain_its_value` (`p2.explains`): the lower counts. *Developing* is more than the first threshold of each, for most is more than half. *insufficient* without terms, while they are new, and where too few answered the survey.",
    not_computed: &[],
    measure,
};

/// What a community may set of P2, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct P2 {
    /// Acknowledgements are counted once the terms have been in force for longer than this.
    pub settled: Span,
    /// Answers by members who could explain its value to others.
    pub explains: Thresholds,
    /// Members who acknowledged them.
    pub acknowledged: Thresholds,
}

impl Default for P2 {
    fn default() -> P2 {
        P2 {
            settled: Span::days(30),
            explains: (50, 60).into(),
            acknowledged: (50, 70).into(),
        }
    }
}

static ACKNOWLEDGED: Definition = Definition {
    name: "acknowledged",
    formula: "members at T who acknowledged the terms of reference in force at T, by their version / members at T; all of them are pending until the terms have been in force for more than 30 d; an acknowledgement of what was adopted by the same decision in another log is one of the same terms",
    ground: Ground::Measured,
    of_people: true,
    rates: true,
    window: Extent::AsOf,
    parameters: &["p2.settled", "p2.acknowledged", "few"],
    raised: "members reading the terms and saying so",
    gamed: "acknowledging for others, or without reading",
    countered: "each with their own key; new terms ask anew; an acknowledgement means seen, never understood",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let adopted = scope.decisions.in_force(Deed::TermsAdopted);
    let figure = adopted.map_or_else(
        || Figure::share("members", Evidence::default()),
        |adopted| acknowledged(scope, adopted),
    );
    let surveyed = survey::measured(scope, &survey::EXPLAIN);
    let parameters = &scope.parameters.p2;
    let rating = rate(scope, &figure, parameters.acknowledged).and(rate(
        scope,
        &surveyed[0].signed,
        parameters.explains,
    ));
    let mut indicators = vec![Measured::signed_only(&ACKNOWLEDGED, figure)];
    indicators.extend(surveyed);
    (Some(rating), indicators)
}

/// *Developing* begins above its threshold, not at it.
fn rate(scope: Scope<'_>, figure: &Figure, thresholds: Thresholds) -> Rating {
    let share = figure.ratio();
    let rating = rating::of_sample(share, thresholds, scope.parameters.few);
    if rating == Rating::Developing && !share.exceeds(thresholds.developing) {
        return Rating::Emerging;
    }
    rating
}

fn acknowledged(scope: Scope<'_>, adopted: Adopted<'_, '_>) -> Figure {
    let members = scope.people_at(scope.as_of, Reach::Signed);
    let mut evidence = Evidence::default();
    let mut seen: BTreeSet<PersonNumber> = BTreeSet::new();
    for item in acknowledgements(scope, adopted) {
        let Some(person) = item.author.person() else {
            continue;
        };
        if !members.contains(&person) {
            evidence.exclude(item.into(), Excluded::NotAMember);
        } else if version(item) != terms::said(&adopted).map(|terms| terms.version) {
            evidence.exclude(item.into(), Excluded::AnotherVersion);
        } else if !seen.insert(person) {
            evidence.exclude(item.into(), Excluded::Repeated);
        }
    }
    let is_settled = scope.is_mature(adopted.item.effective, scope.parameters.p2.settled);
    for person in members {
        let thing = scope.view.person(person).into();
        if is_settled {
            evidence.sort_in(seen.contains(&person), thing);
        } else {
            evidence.pending.push(thing);
        }
    }
    Figure::share("members", evidence)
}

/// Acknowledgements of what this decision adopted, by time.
fn acknowledgements<'a>(scope: Scope<'a>, adopted: Adopted<'_, '_>) -> Vec<&'a Item> {
    let view = scope.view;
    let of_these = |item: &&Item| {
        let terms = view.subject(item);
        let proposal = terms.and_then(|terms| view.subject(terms));
        proposal.is_some_and(|proposal| proposal.id == adopted.decision.proposal.id)
    };
    let mut found: Vec<&Item> = view
        .done(Deed::TermsAcknowledged)
        .filter(|item| scope.is_visible(item, Reach::Signed))
        .filter(of_these)
        .collect();
    found.sort_unstable_by_key(|item| item.moment());
    found
}

fn version(item: &Item) -> Option<u64> {
    match item.act() {
        Some(Act::Purpose(Purpose::TermsAcknowledged(says))) => Some(says.version),
        _ => None,
    }
}
