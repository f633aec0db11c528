//! P1: "There are clear terms of reference which cite the purpose and objectives for what the community of practice is
//! expected to achieve."

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::Rating;
use super::scope::Scope;
use super::section::Section;
use super::statement::Statement;
use crate::governance::{Adopted, Decision};
use crate::kind::{Act, Deed, Outcome, Purpose, TermsAdopted};
use crate::time::{Span, Timestamp};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::P1),
    definitions: &[&TERMS_PARTS, &TERMS_RATIFIED, &TERMS_OVERDUE],
    rated: "*developing* where terms of reference are in force, *established* where they also have all five parts, are ratified and are no day past their review; *none* without terms.",
    not_computed: &[],
    measure,
};

/// What a community may set of P1, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct P1 {
    /// Least time between proposal and deadline for terms to be ratified.
    pub notice: Span,
    /// Organisations from which ballots must have come.
    pub organisations: u64,
}

impl Default for P1 {
    fn default() -> P1 {
        P1 {
            notice: Span::days(7),
            organisations: 2,
        }
    }
}

/// Parts that terms of reference have.
const PARTS: u64 = 5;

static TERMS_PARTS: Definition = Definition {
    name: "terms_parts",
    formula: "which of five parts the terms of reference in force at T say they have: purpose, measurable (objectives), term, membership, and a date of review; they are in force by a decision, until the next",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &[],
    raised: "adopting terms that say more",
    gamed: "claiming a part that the text lacks",
    countered: "the text stands beside the claim, and people voted on both",
};

static TERMS_RATIFIED: Definition = Definition {
    name: "terms_ratified",
    formula: "whether the decision by which they are in force was closed as carried, with ballots that count from at least 2 organisations and at least 7 d between proposal and deadline; counted are the ballots",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &["p1.notice", "p1.organisations"],
    raised: "time to read, votes from several organisations, and somebody closing the vote",
    gamed: "a rubber stamp",
    countered: "the notice, and ballots shown by name",
};

static TERMS_OVERDUE: Definition = Definition {
    name: "terms_overdue",
    formula: "whole days that T is past the review date of the terms in force; nothing where there is no date",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &[],
    raised: "nothing but time: a review that ends in new terms brings it down",
    gamed: "a date far away",
    countered: "the date is shown",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let adopted = scope.decisions.in_force(Deed::TermsAdopted);
    let terms = adopted.and_then(|adopted| said(&adopted));
    let ratified = adopted.is_some_and(|adopted| is_ratified(scope, adopted.decision));
    let overdue = days_past(scope.as_of, terms.and_then(|terms| terms.review));
    let parts = terms.map(parts).unwrap_or_default();
    let rating = match terms {
        None => Rating::None,
        Some(_) => Rating::Established.capped(parts.len() as u64 == PARTS && ratified && overdue == Some(0)),
    };
    let evidence = |counted: Vec<Counted>| Evidence {
        counted,
        ..Evidence::default()
    };
    let itself = || adopted.iter().map(|adopted| adopted.item.into()).collect();
    let ballots = adopted
        .iter()
        .flat_map(|adopted| adopted.decision.ballots.values());
    let ballots = ballots.map(|(_, ballot)| (*ballot).into()).collect();
    let indicators = vec![
        Measured::signed_only(&TERMS_PARTS, Figure::parts(parts, evidence(itself()))),
        Measured::signed_only(&TERMS_RATIFIED, Figure::flag(ratified, evidence(ballots))),
        Measured::signed_only(&TERMS_OVERDUE, Figure::number(overdue, evidence(itself()))),
    ];
    (Some(rating), indicators)
}

/// What terms in force say.
pub(super) fn said<'a>(adopted: &Adopted<'a, '_>) -> Option<&'a TermsAdopted> {
    match adopted.item.act() {
        Some(Act::Purpose(Purpose::TermsAdopted(terms))) => Some(terms),
        _ => None,
    }
}

fn parts(terms: &TermsAdopted) -> BTreeMap<String, u64> {
    let there = [
        ("purpose", terms.purpose),
        ("measurable", terms.measurable),
        ("term", terms.term),
        ("membership", terms.membership),
        ("review", terms.review.is_some()),
    ];
    there
        .into_iter()
        .filter(|(_, there)| *there)
        .map(|(name, _)| (name.to_owned(), 1))
        .collect()
}

fn is_ratified(scope: Scope<'_>, decision: &Decision<'_>) -> bool {
    let asked = &scope.parameters.p1;
    let closed = matches!(decision.closed, Some((_, Outcome::Carried)));
    let notice = decision.proposal.effective.plus(asked.notice) <= decision.says.closes;
    closed && notice && decision.voting_organisations().len() as u64 >= asked.organisations
}

/// Whole days that an instant is past a date; none where there is no date.
pub(super) fn days_past(as_of: Timestamp, review: Option<Timestamp>) -> Option<u64> {
    review.map(|review| as_of.since(review).as_millis() / Span::DAY.as_millis())
}
