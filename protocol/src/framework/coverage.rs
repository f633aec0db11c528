//! G3: "There is a good coverage of potential membership and awareness of any gaps in representation."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::contributions::counted_contributions;
use super::evidence::{Counted, Evidence};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::parameters::Thresholds;
use super::rating::{self, Rating};
use super::scope::Scope;
use super::section::Section;
use super::statement::Statement;
use crate::community::Item;
use crate::gathering::gaps;
use crate::kind::{Act, Coverage, Deed, Potential, Slug};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::G3),
    definitions: &[
        &COVERED,
        &COVERED_BY_REGION,
        &DECLARED_BY_REGION,
        &COVERED_BY_ROLE,
        &DECLARED_BY_ROLE,
        &DROPPED,
        &OWNED_GAPS,
    ],
    rated: "Rated by `covered` (`g3.covered`), which is of all that are declared and no sample; *established* also needs an owner for every gap that is open. *insufficient* without a list in force.",
    not_computed: &[],
    measure,
};

/// What a community may set of G3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct G3 {
    /// Potential organisations covered.
    pub covered: Thresholds,
}

impl Default for G3 {
    fn default() -> G3 {
        G3 {
            covered: (30, 60).into(),
        }
    }
}

static COVERED: Definition = Definition {
    name: "covered",
    formula: "organisations on the list of potential ones in force at T that are, by their short name, organisations of the community with at least one member at T who contributed there in [T − W, T) / organisations on that list; it is in force by a decision, until the next",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "g3.covered"],
    raised: "members of further organisations on the list contributing",
    gamed: "shrinking the list",
    countered: "a list takes a decision, and what was dropped from it stands beside it",
};

static COVERED_BY_REGION: Definition = Definition {
    name: "covered_by_region",
    formula: "the covered ones, by region code",
    rates: false,
    parameters: &["window"],
    raised: "as for covered",
    gamed: "as for covered",
    countered: "the declared ones stand beside it",
    ..COVERED
};

static DECLARED_BY_REGION: Definition = Definition {
    name: "declared_by_region",
    formula: "the organisations on the list, by region code",
    ground: Ground::Attested,
    of_people: false,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "declaring more potential organisations",
    gamed: "a list of those who are in already",
    countered: "the list is open to everybody, and any member raises a gap",
};

static COVERED_BY_ROLE: Definition = Definition {
    name: "covered_by_role",
    formula: "the covered ones, by role code",
    ..COVERED_BY_REGION
};

static DECLARED_BY_ROLE: Definition = Definition {
    name: "declared_by_role",
    formula: "the organisations on the list, by role code",
    ..DECLARED_BY_REGION
};

static DROPPED: Definition = Definition {
    name: "dropped",
    formula: "organisations on any list that was in force before, and not on the one in force at T",
    ground: Ground::Attested,
    of_people: false,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "leaving an organisation out of the next list",
    gamed: "shrinking the list in small steps",
    countered: "every list there was is compared, not the last alone",
};

static OWNED_GAPS: Definition = Definition {
    name: "owned_gaps",
    formula: "gaps raised before T and not closed before T that a member at T has taken on / all of these",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &[],
    raised: "members taking on gaps, and closing them",
    gamed: "raising no gap, or closing it at once",
    countered: "what is declared and not covered shows without any gap being raised",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let lists = lists(scope);
    let declared = lists.last().map_or(&[] as &[Potential], |(_, list)| *list);
    let contributing = contributing(scope);
    let is_covered = |potential: &Potential| contributing.contains(potential.slug.as_str());
    let mut evidence = Evidence::default();
    for potential in declared {
        evidence.sort_in(is_covered(potential), Counted::code(&potential.slug));
    }
    let by = |code: fn(&Potential) -> &Slug, only_covered: bool| {
        let rows = declared.iter().filter(|row| !only_covered || is_covered(row));
        parts(rows, code)
    };
    let covered = Figure::census("potential organisations", evidence);
    let owned = owned(scope);
    let rating = rate(scope, lists.is_empty(), &covered, &owned);
    let indicators = vec![
        Measured::signed_only(&COVERED, covered),
        Measured::signed_only(&COVERED_BY_REGION, by(|row| &row.region, true)),
        Measured::signed_only(&DECLARED_BY_REGION, by(|row| &row.region, false)),
        Measured::signed_only(&COVERED_BY_ROLE, by(|row| &row.role, true)),
        Measured::signed_only(&DECLARED_BY_ROLE, by(|row| &row.role, false)),
        Measured::signed_only(&DROPPED, dropped(&lists)),
        Measured::signed_only(&OWNED_GAPS, owned),
    ];
    (Some(rating), indicators)
}

fn rate(scope: Scope<'_>, no_list: bool, covered: &Figure, owned: &Figure) -> Rating {
    if no_list {
        return Rating::Insufficient;
    }
    let gaps = owned.ratio();
    let every_gap_owned = gaps.numerator() == gaps.denominator();
    rating::of_census(covered.ratio(), scope.parameters.g3.covered).capped(every_gap_owned)
}

/// Every list that was in force before the instant, the one in force there last.
fn lists<'a>(scope: Scope<'a>) -> Vec<(&'a Item, &'a [Potential])> {
    let adopted = scope.decisions.adopted(Deed::CoverageDeclared).into_iter();
    adopted
        .filter_map(|adopted| match adopted.item.act() {
            Some(Act::Coverage(Coverage::CoverageDeclared(list))) => {
                Some((adopted.item, list.potential.as_slice()))
            }
            _ => None,
        })
        .collect()
}

/// The short names of organisations of which a member at the instant contributed in the window.
fn contributing<'a>(scope: Scope<'a>) -> BTreeSet<&'a str> {
    let homes = scope.organisations_of_members();
    let since = scope.since(scope.parameters.window);
    counted_contributions(scope, since)
        .filter(|item| {
            let of = item.author.person().and_then(|person| homes.get(&person));
            of.is_some_and(|of| of.contains(&item.organisation))
        })
        .map(|item| scope.view.organisation(item.organisation).slug.as_str())
        .collect()
}

fn parts<'a>(rows: impl Iterator<Item = &'a Potential>, code: fn(&Potential) -> &Slug) -> Figure {
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    let mut evidence = Evidence::default();
    for row in rows {
        *parts.entry(code(row).to_string()).or_default() += 1;
        evidence.counted.push(Counted::code(&row.slug));
    }
    Figure::parts(parts, evidence)
}

fn dropped(lists: &[(&Item, &[Potential])]) -> Figure {
    let Some(((_, last), before)) = lists.split_last() else {
        return Figure::number(None, Evidence::default());
    };
    let stands: BTreeSet<&Slug> = last.iter().map(|row| &row.slug).collect();
    let rows = before.iter().flat_map(|(_, list)| list.iter());
    let gone: BTreeSet<&Slug> = rows
        .map(|row| &row.slug)
        .filter(|slug| !stands.contains(slug))
        .collect();
    Figure::count(Evidence {
        counted: gone.into_iter().map(Counted::code).collect(),
        ..Evidence::default()
    })
}

fn owned(scope: Scope<'_>) -> Figure {
    let mut evidence = Evidence::default();
    for gap in gaps(scope.view, scope.as_of) {
        if gap.closed.is_none() {
            evidence.sort_in(!gap.owners.is_empty(), gap.raised.into());
        }
    }
    Figure::census("gaps", evidence)
}
