//! K2: "Members pool and validate their most useful material and share good practice."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::mutual::Favours;
use super::parameters::Thresholds;
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use crate::community::{Author, Item, OrganisationNumber};
use crate::id::Id;
use crate::kind::{Act, Deed, Learning};
use crate::time::Span;

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::K2),
    definitions: &[
        &VALIDATED,
        &DISPUTED,
        &FRESH,
        &USING_ORGANISATIONS,
        &MUTUAL_VALIDATORS,
    ],
    rated: "Rated by `validated` (`k2.validated`); *established* also needs `fresh` of at least `k2.fresh` per cent; *not reachable* with fewer than `k2.validators` + 1 organisations.",
    not_computed: &[],
    measure,
};

/// What a community may set of K2, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct K2 {
    /// Resources within their review date, in per cent, from which it is *established*.
    pub fresh: u64,
    /// A resource is judged once it, and the version in question, are older than this.
    pub settled: Span,
    /// Resources validated.
    pub validated: Thresholds,
    /// Organisations without an author among whose members a validation must be found.
    pub validators: u64,
}

impl Default for K2 {
    fn default() -> K2 {
        K2 {
            fresh: 70,
            settled: Span::days(30),
            validated: (30, 60).into(),
            validators: 2,
        }
    }
}

static VALIDATED: Definition = Definition {
    name: "validated",
    formula: "resources whose judged version is validated by members of at least 2 organisations that hold no author / resources first published more than 30 d before T and neither withdrawn nor superseded by another; judged is the newest version that is itself older than 30 d; each person's last verdict on exactly that version counts, the author's own never",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &["k2.settled", "k2.validators", "k2.validated", "few"],
    raised: "members of other organisations validating the judged version",
    gamed: "a stale sign-off",
    countered: "a verdict is bound to one version",
};

static DISPUTED: Definition = Definition {
    name: "disputed",
    formula: "of the same resources, those of whose judged version somebody's last verdict is a dispute",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::AsOf,
    parameters: &["k2.settled"],
    raised: "dissent about the judged version, which is no fault by itself",
    gamed: "talking dissenters round",
    countered: "every earlier verdict stays in the log",
};

static FRESH: Definition = Definition {
    name: "fresh",
    formula: "of the same resources, those whose judged version names a review date that has not passed (review ≥ T); one without a review date is not fresh",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &["k2.settled", "k2.fresh"],
    raised: "looking resources over in time and publishing them with a new review date",
    gamed: "a review date far away",
    countered: "the date is in the version's header for all to see, and verdicts are bound to that version",
};

static USING_ORGANISATIONS: Definition = Definition {
    name: "using_organisations",
    formula: "organisations of which a member said before T that they use one of the same resources (any version; none that their organisation holds the author of, nor their own) / organisations admitted before T",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::AsOf,
    parameters: &["k2.settled"],
    raised: "members attesting what their practice uses of the others' material",
    gamed: "attesting use that is none",
    countered: "who attests signs for their organisation, and only for what others made",
};

static MUTUAL_VALIDATORS: Definition = Definition {
    name: "mutual_validators",
    formula: "pairs of people of whom each one's last verdict validates the judged version of a resource of the other, among the resources of `validated`",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::AsOf,
    parameters: &["k2.settled"],
    raised: "two people validating each other's resources, which is no fault by itself: who reads the share should know of it",
    gamed: "two authors obliging each other",
    countered: "the pairs are counted, and their resources listed: a flag, never part of a rating",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let opinions = Opinions::of(scope);
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| resources(scope, reach));
    let pair = |counts: &dyn Fn(&Resource<'_>) -> bool| {
        [&signed, &all].map(|resources| Figure::share("resources", evidence(scope, resources, counts)))
    };
    let validated = Measured::both(
        &VALIDATED,
        pair(&|resource| opinions.validate(resource, scope.parameters.k2.validators)),
    );
    let disputed = Measured::both(&DISPUTED, pair(&|resource| opinions.dispute(resource)));
    let fresh = Measured::both(&FRESH, pair(&|resource| resource.is_fresh(scope)));
    let rating = rate(scope, &validated, &fresh);
    let using = Measured::signed_only(&USING_ORGANISATIONS, using_organisations(scope, &signed));
    // What nobody here is the author of cannot be returned, so there is no figure with imports.
    let mutual = Measured::signed_only(&MUTUAL_VALIDATORS, opinions.mutual(&signed));
    (Some(rating), vec![validated, disputed, fresh, using, mutual])
}

/// Not reachable where too few organisations are left without an author.
fn rate(scope: Scope<'_>, validated: &Measured, fresh: &Measured) -> Rating {
    let parameters = scope.parameters;
    if (scope.organisations_at(scope.as_of).len() as u64) <= parameters.k2.validators {
        return Rating::NotReachable;
    }
    rating::of_sample(validated.signed.ratio(), parameters.k2.validated, parameters.few)
        .capped(fresh.signed.ratio().reaches(parameters.k2.fresh))
}

/// A resource by its first version, and the version it is judged by.
struct Resource<'a> {
    first: &'a Item,
    /// The newest version that is old enough; none while the first is not.
    judged: Option<&'a Item>,
    /// Taken back, or replaced by another.
    gone: Option<Excluded>,
    /// The organisations that hold its author. Importing makes no author.
    homes: BTreeSet<OrganisationNumber>,
}

impl Resource<'_> {
    fn is_fresh(&self, scope: Scope<'_>) -> bool {
        let Some(Act::Learning(Learning::ResourcePublished(version))) = self.judged.and_then(Item::act)
        else {
            return false;
        };
        version.review.is_some_and(|review| review >= scope.as_of)
    }

    /// Whether it is somebody's who neither wrote it nor signs for an organisation that holds its author.
    fn is_seen_from_outside_by(&self, item: &Item) -> bool {
        item.author.is_another_than(self.first.author) && !self.homes.contains(&item.organisation)
    }
}

fn resources<'a>(scope: Scope<'a>, reach: Reach) -> Vec<Resource<'a>> {
    let settled = |item: &Item| scope.is_mature(item.effective, scope.parameters.k2.settled);
    let mut resources: Vec<Resource<'a>> = Vec::new();
    let mut at: Vec<Option<usize>> = vec![None; scope.view.items().len()];
    let houses = scope.view.houses_at(scope.as_of);
    let published = || scope.done(Deed::ResourcePublished, reach);
    for first in published().filter(|item| scope.view.subject(item).is_none()) {
        at[scope.view.position(first)] = Some(resources.len());
        resources.push(Resource {
            first,
            judged: Some(first).filter(|first| settled(first)),
            gone: None,
            homes: houses.behind(first),
        });
    }
    let of = |first: &Item| at[scope.view.position(first)];
    for version in published().filter(|version| settled(version)) {
        if let Some(resource) = scope
            .view
            .subject(version)
            .and_then(of)
            .map(|n| &mut resources[n])
            && resource
                .judged
                .is_some_and(|judged| judged.moment() < version.moment())
        {
            resource.judged = Some(version);
        }
    }
    for (deed, why) in [
        (Deed::ResourceSuperseded, Excluded::Superseded),
        (Deed::ResourceWithdrawn, Excluded::Withdrawn),
    ] {
        let endings = scope.view.done(deed);
        for ending in endings.filter(|item| scope.is_visible(item, reach)) {
            if let Some(n) = scope.view.subject(ending).and_then(of) {
                resources[n].gone = Some(why);
            }
        }
    }
    resources
}

fn evidence(
    scope: Scope<'_>,
    resources: &[Resource<'_>],
    counts: &dyn Fn(&Resource<'_>) -> bool,
) -> Evidence {
    let mut evidence = Evidence::default();
    for resource in resources {
        let thing = resource.first.into();
        if resource.first.author == Author::Automaton {
            evidence.exclude(thing, Excluded::Automaton);
        } else if let Some(why) = resource.gone {
            evidence.exclude(thing, why);
        } else if !scope.is_mature(resource.first.effective, scope.parameters.k2.settled) {
            evidence.pending.push(thing);
        } else {
            evidence.sort_in(counts(resource), thing);
        }
    }
    evidence
}

/// The organisations whose members use what others made, of the resources that are judged.
fn using_organisations(scope: Scope<'_>, resources: &[Resource<'_>]) -> Figure {
    let judged = evidence(scope, resources, &|_| true);
    let counted: BTreeSet<Counted> = judged.counted.iter().copied().collect();
    let by_first: BTreeMap<Id, &Resource<'_>> = resources
        .iter()
        .filter(|resource| counted.contains(&resource.first.into()))
        .map(|resource| (resource.first.id, resource))
        .collect();
    let mut using: BTreeSet<OrganisationNumber> = BTreeSet::new();
    let applied = scope.view.done(Deed::ResourceApplied);
    for item in applied.filter(|item| scope.is_visible(item, Reach::Signed)) {
        // The first version, of whichever version is used.
        let first = scope
            .view
            .subject(item)
            .and_then(|version| scope.view.root(version));
        if first
            .and_then(|first| by_first.get(&first.id))
            .is_some_and(|resource| resource.is_seen_from_outside_by(item))
        {
            using.insert(item.organisation);
        }
    }
    let mut evidence = Evidence {
        excluded: judged.excluded,
        pending: judged.pending,
        ..Evidence::default()
    };
    for number in scope.organisations_at(scope.as_of) {
        let id = scope.view.organisation(number).id;
        evidence.sort_in(using.contains(&number), Counted::Organisation(id));
    }
    Figure::share("organisations", evidence)
}

/// The last word of each person on each version, by the version's position in the view.
struct Opinions<'a> {
    scope: Scope<'a>,
    last: BTreeMap<usize, BTreeMap<Author, &'a Item>>,
}

impl<'a> Opinions<'a> {
    fn of(scope: Scope<'a>) -> Opinions<'a> {
        let mut last: BTreeMap<usize, BTreeMap<Author, &'a Item>> = BTreeMap::new();
        for opinion in scope.opinions() {
            let Some(version) = scope.view.subject(opinion) else {
                continue;
            };
            let said = last.entry(scope.view.position(version)).or_default();
            let latest = said.entry(opinion.author).or_insert(opinion);
            if latest.moment() < opinion.moment() {
                *latest = opinion;
            }
        }
        Opinions { scope, last }
    }

    fn on(&self, resource: &Resource<'a>) -> impl Iterator<Item = &'a Item> {
        let position = resource.judged.map(|version| self.scope.view.position(version));
        let said = position.and_then(|position| self.last.get(&position));
        said.into_iter().flat_map(BTreeMap::values).copied()
    }

    /// Members of enough organisations that hold no author validate it.
    fn validate(&self, resource: &Resource<'a>, enough: u64) -> bool {
        let validations = self
            .on(resource)
            .filter(|item| item.deed == Some(Deed::ResourceValidated));
        let independent = validations
            .filter(|item| resource.is_seen_from_outside_by(item))
            .map(|item| item.organisation);
        independent.collect::<BTreeSet<_>>().len() as u64 >= enough
    }

    /// Authors who validate each other's resources, among those that are judged.
    fn mutual(&self, resources: &[Resource<'a>]) -> Figure {
        let mut favours = Favours::default();
        let judged = evidence(self.scope, resources, &|_| true);
        let counted: BTreeSet<Counted> = judged.counted.iter().copied().collect();
        let is_judged = |resource: &&Resource<'a>| counted.contains(&resource.first.into());
        for resource in resources.iter().filter(is_judged) {
            let Some(author) = resource.first.author.person() else {
                continue;
            };
            let validations = self
                .on(resource)
                .filter(|item| item.deed == Some(Deed::ResourceValidated));
            for validator in validations.filter_map(|item| item.author.person()) {
                favours.add(author, validator, resource.first);
            }
        }
        favours.mutual(judged)
    }

    fn dispute(&self, resource: &Resource<'a>) -> bool {
        self.on(resource)
            .any(|item| item.deed == Some(Deed::ResourceDisputed))
    }
}
