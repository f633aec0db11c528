//! G1: "Governance of the COP has been considered and is in place at the appropriate level."

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::{self, Rating};
use super::scope::Scope;
use super::section::Section;
use super::statement::Statement;
use super::terms::days_past;
use crate::governance::{Decision, State};
use crate::kind::{Act, Deed, Purpose};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::G1),
    definitions: &[
        &ARRANGED,
        &ARRANGEMENTS_OVERDUE,
        &CLOSED_TRULY,
        &ORGANISATIONS_VOTING,
    ],
    rated: "*developing* where arrangements are in force; *established* if they are also no day past their review and `closed_truly` reaches `g1.truly` per cent of at least as many decisions as `few` asks for above *developing*. Without arrangements *emerging* where a decision was closed truly, else *none*.",
    not_computed: &[],
    measure,
};

/// What a community may set of G1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct G1 {
    /// Decisions closed truly, in per cent, for *established*.
    pub truly: u64,
}

impl Default for G1 {
    fn default() -> G1 {
        G1 { truly: 80 }
    }
}

static ARRANGED: Definition = Definition {
    name: "arranged",
    formula: "whether arrangements of how the community is run (model, level, review date) are in force at T, by a decision, until the next",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &[],
    raised: "agreeing on how the community is run",
    gamed: "arrangements that nobody keeps to",
    countered: "what was decided, and how, stands beside it",
};

static ARRANGEMENTS_OVERDUE: Definition = Definition {
    name: "arrangements_overdue",
    formula: "whole days that T is past the review date of the arrangements in force; nothing without arrangements",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &[],
    raised: "nothing but time: a review that ends in new arrangements brings it down",
    gamed: "a date far away",
    countered: "the date is shown",
};

static CLOSED_TRULY: Definition = Definition {
    name: "closed_truly",
    formula: "decisions with their deadline in [T − 365 d, T) of which the first declared outcome is the one that the ballots come to / all of these, those never closed and those that never carry (no electorate or an outdated one, no notice) included; open ones, and those whose electorate is beyond the cut, are pending",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Year,
    parameters: &["year", "g1.truly", "few"],
    raised: "closing votes when they are over, as they came out",
    gamed: "letting lost votes lie",
    countered: "what nobody closes counts against it, and everybody recounts",
};

static ORGANISATIONS_VOTING: Definition = Definition {
    name: "organisations_voting",
    formula: "organisations of which anybody voted / organisations with anybody in the electorate, each counted once for every decision with its deadline in [T − 365 d, T)",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Year,
    parameters: &["year"],
    raised: "votes from organisations that have been silent",
    gamed: "block votes",
    countered: "the tally of each organisation is shown, with names",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let arrangements = scope.decisions.in_force(Deed::ArrangementsAdopted);
    let review = arrangements.and_then(|adopted| match adopted.item.act() {
        Some(Act::Purpose(Purpose::ArrangementsAdopted(arrangements))) => Some(arrangements.review),
        _ => None,
    });
    let overdue = days_past(scope.as_of, review);
    let itself = || Evidence {
        counted: arrangements.iter().map(|adopted| adopted.item.into()).collect(),
        ..Evidence::default()
    };
    let truly = closed_truly(scope);
    let rating = rate(scope, arrangements.is_some(), overdue, &truly);
    let indicators = vec![
        Measured::signed_only(&ARRANGED, Figure::flag(arrangements.is_some(), itself())),
        Measured::signed_only(&ARRANGEMENTS_OVERDUE, Figure::number(overdue, itself())),
        Measured::signed_only(&CLOSED_TRULY, truly),
        Measured::signed_only(&ORGANISATIONS_VOTING, organisations_voting(scope)),
    ];
    (Some(rating), indicators)
}

fn rate(scope: Scope<'_>, arranged: bool, overdue: Option<u64>, truly: &Figure) -> Rating {
    let share = truly.ratio();
    if !arranged {
        return if share.numerator() > 0 {
            Rating::Emerging
        } else {
            Rating::None
        };
    }
    let kept = rating::is_met(share, scope.parameters.g1.truly, scope.parameters.few);
    Rating::Established.capped(kept && overdue == Some(0))
}

/// Decisions whose deadline lies in the year.
fn over<'a>(scope: Scope<'a>) -> impl Iterator<Item = &'a Decision<'a>> {
    let since = scope.since(scope.parameters.year);
    let all = scope.decisions.all().iter();
    all.filter(move |decision| (since..scope.as_of).contains(&decision.says.closes))
}

fn closed_truly(scope: Scope<'_>) -> Figure {
    let mut evidence = Evidence::default();
    for decision in over(scope) {
        let declared = decision.closed.map(|(_, outcome)| outcome);
        if decision.state == State::Beyond {
            evidence.pending.push(decision.proposal.into());
        } else {
            let truly = declared.is_some() && declared == decision.outcome();
            evidence.sort_in(truly, decision.proposal.into());
        }
    }
    let open = scope.decisions.all().iter();
    let open = open.filter(|decision| decision.says.closes >= scope.as_of);
    evidence
        .pending
        .extend(open.map(|decision| Counted::from(decision.proposal)));
    Figure::share("decisions", evidence)
}

fn organisations_voting(scope: Scope<'_>) -> Figure {
    let mut evidence = Evidence::default();
    for decision in over(scope) {
        let voting = decision.voting_organisations();
        for organisation in decision.by_organisation().keys() {
            let id = scope.view.organisation(*organisation).id;
            evidence.sort_in(voting.contains(organisation), Counted::Organisation(id));
        }
    }
    Figure::census("organisations and decisions", evidence)
}
