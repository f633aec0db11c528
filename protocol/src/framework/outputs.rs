//! I1: "The practice is the production of resources and products."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::planning::plans;
use super::rating::Rating;
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use crate::community::{Author, Item, OrganisationNumber, PersonNumber};
use crate::id::Id;
use crate::kind::{Act, Deed, ResourceType, Slug, Works};
use crate::time::Timestamp;

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::I1),
    definitions: &[
        &JOINT_OUTPUTS,
        &JOINT_OUTPUTS_BY_TYPE,
        &VALIDATED_OUTPUTS,
        &AGREED_OUTPUTS,
        &PLANNED_OUTPUTS,
    ],
    rated: "Rated by the number of `validated_outputs`: *developing* from `i1.developing`, *established* from `i1.established`; *emerging* with joint outputs of which fewer are validated, *none* without any; *not reachable* with fewer than `k2.validators` + 2 organisations, since a joint output has two of its own.",
    not_computed: &[],
    measure,
};

/// What a community may set of I1, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct I1 {
    /// Validated outputs from which it is *developing*.
    pub developing: u64,
    /// Validated outputs from which it is *established*.
    pub established: u64,
}

impl Default for I1 {
    fn default() -> I1 {
        I1 {
            developing: 1,
            established: 3,
        }
    }
}

static JOINT_OUTPUTS: Definition = Definition {
    name: "joint_outputs",
    formula: "of the works and resources of which a version came out in [T − 365 d, T), those with at least 2 authors, of at least 2 organisations / all of them, less resources taken back; an author of a work is who is named as one and signed before T, and a resource has one author",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Year,
    parameters: &["year"],
    raised: "works by authors of several organisations, who sign",
    gamed: "splitting one work into many, or naming authors who did nothing",
    countered: "works are counted, not versions, and each author signs",
};

static JOINT_OUTPUTS_BY_TYPE: Definition = Definition {
    name: "joint_outputs_by_type",
    formula: "the joint outputs by the type of their newest version before T: guidance, policy, education, tool, other",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Year,
    parameters: &["year"],
    raised: "as for joint_outputs",
    gamed: "as for joint_outputs",
    countered: "as for joint_outputs",
};

static VALIDATED_OUTPUTS: Definition = Definition {
    name: "validated_outputs",
    formula: "joint outputs whose judged version is validated by members of at least 2 organisations that hold no author / joint outputs with a version older than 30 d; judged is the newest that is; each person's last verdict on exactly that version counts, an author's never",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Year,
    parameters: &[
        "year",
        "k2.settled",
        "k2.validators",
        "i1.developing",
        "i1.established",
    ],
    raised: "members of further organisations validating the judged version",
    gamed: "a stale sign-off",
    countered: "a verdict is bound to one version",
};

static AGREED_OUTPUTS: Definition = Definition {
    name: "agreed_outputs",
    formula: "joint outputs of which a version was agreed on by a decision that carried / joint outputs",
    ground: Ground::Attested,
    of_people: false,
    rates: false,
    window: Extent::Year,
    parameters: &["year"],
    raised: "deciding on works together",
    gamed: "decisions that nobody reads",
    countered: "the tally of each decision is shown",
};

static PLANNED_OUTPUTS: Definition = Definition {
    name: "planned_outputs",
    formula: "of the outputs that a plan in force had due in [T − 365 d, T), those of which a version of a work that names the output by its code came out before T / all of them; an output is due when the plan says that was in force at that time, so that one that has fallen due stays due when it was, whatever later baselines of that plan say; left out is what a plan had due before it was in force",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Year,
    parameters: &["year"],
    raised: "bringing out what was planned",
    gamed: "moving dates",
    countered: "a plan and each new baseline of it take a decision",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let works = works(scope);
    let since = scope.since(scope.parameters.year);
    let joint: Vec<&Work<'_>> = works
        .values()
        .filter(|work| work.came_out(since) && work.is_joint())
        .collect();
    let (mut types, mut validated, mut agreed) = (BTreeMap::new(), Evidence::default(), Evidence::default());
    let verdicts = Verdicts::of(scope);
    let decided = decided(scope);
    for work in &joint {
        let thing = Counted::from(work.proposal);
        *types.entry(work.sort().to_owned()).or_default() += 1;
        agreed.sort_in(
            work.releases.iter().any(|release| decided.contains(&release.id)),
            thing,
        );
        match work.judged(scope) {
            Some(version) => validated.sort_in(verdicts.validate(scope, work, version), thing),
            None => validated.pending.push(thing),
        }
    }
    let counted = joint.iter().map(|work| Counted::from(work.proposal)).collect();
    let by_type = Evidence {
        counted,
        ..Evidence::default()
    };
    let rating = rate(scope, joint.len() as u64, validated.counted.len() as u64);
    let indicators = vec![
        Measured::signed_only(&JOINT_OUTPUTS, outputs(scope, &works, since)),
        Measured::signed_only(&JOINT_OUTPUTS_BY_TYPE, Figure::parts(types, by_type)),
        Measured::signed_only(&VALIDATED_OUTPUTS, Figure::share("joint outputs", validated)),
        Measured::signed_only(&AGREED_OUTPUTS, Figure::share("joint outputs", agreed)),
        Measured::signed_only(&PLANNED_OUTPUTS, planned(scope, &works, since)),
    ];
    (Some(rating), indicators)
}

/// A census of what came out: no sample is too small.
fn rate(scope: Scope<'_>, joint: u64, validated: u64) -> Rating {
    let parameters = scope.parameters;
    if (scope.organisations_at(scope.as_of).len() as u64) < parameters.k2.validators.saturating_add(2) {
        Rating::NotReachable
    } else if joint == 0 {
        Rating::None
    } else if validated >= parameters.i1.established {
        Rating::Established
    } else if validated >= parameters.i1.developing {
        Rating::Developing
    } else {
        Rating::Emerging
    }
}

/// A work: who signed it, and what came out of it, by time.
struct Work<'a> {
    proposal: &'a Item,
    authors: BTreeSet<PersonNumber>,
    /// In whose logs they signed.
    organisations: BTreeSet<OrganisationNumber>,
    /// All that admitted one of them.
    homes: BTreeSet<OrganisationNumber>,
    releases: Vec<&'a Item>,
}

impl<'a> Work<'a> {
    /// Two people of two organisations: nobody works together with themself.
    fn is_joint(&self) -> bool {
        self.authors.len() >= 2 && self.organisations.len() >= 2
    }

    fn came_out(&self, since: Timestamp) -> bool {
        self.releases.iter().any(|release| release.effective >= since)
    }

    /// The newest version that is old enough.
    fn judged(&self, scope: Scope<'_>) -> Option<&'a Item> {
        let old = |release: &&&Item| scope.is_mature(release.effective, scope.parameters.k2.settled);
        self.releases.iter().rev().find(old).copied()
    }

    /// The output of the plan that it is.
    fn plan(&self) -> Option<&'a Slug> {
        match self.proposal.act() {
            Some(Act::Works(Works::WorkProposed(says))) => says.plan.as_ref(),
            _ => None,
        }
    }

    fn sort(&self) -> &'static str {
        let says = self.releases.last().and_then(|release| release.act());
        let Some(Act::Works(Works::WorkReleased(says))) = says else {
            return "other";
        };
        match says.sort {
            ResourceType::Guidance => "guidance",
            ResourceType::Policy => "policy",
            ResourceType::Education => "education",
            ResourceType::Tool => "tool",
            ResourceType::Other => "other",
        }
    }
}

/// All works proposed before the instant, by place.
fn works(scope: Scope<'_>) -> BTreeMap<usize, Work<'_>> {
    let view = scope.view;
    let visible = |deed| {
        view.done(deed)
            .filter(move |item| scope.is_visible(item, Reach::Signed))
    };
    let proposals = visible(Deed::WorkProposed).map(|proposal| {
        let work = Work {
            proposal,
            authors: BTreeSet::new(),
            organisations: BTreeSet::new(),
            homes: BTreeSet::new(),
            releases: Vec::new(),
        };
        (view.position(proposal), work)
    });
    let mut works: BTreeMap<usize, Work<'_>> = proposals.collect();
    let houses = view.houses_at(scope.as_of);
    let place = |item: &Item| view.subject(item).map(|subject| view.position(subject));
    for joined in visible(Deed::WorkJoined) {
        if let Some(work) = place(joined).and_then(|place| works.get_mut(&place)) {
            work.authors.extend(joined.author.person());
            work.organisations.insert(joined.organisation);
            work.homes.extend(houses.behind(joined));
        }
    }
    for release in visible(Deed::WorkReleased) {
        if let Some(work) = place(release).and_then(|place| works.get_mut(&place)) {
            work.releases.push(release);
        }
    }
    for work in works.values_mut() {
        work.releases.sort_unstable_by_key(|release| release.moment());
    }
    works
}

/// What came out in the window, by whether authors of several organisations made it.
fn outputs(scope: Scope<'_>, works: &BTreeMap<usize, Work<'_>>, since: Timestamp) -> Figure {
    let mut evidence = Evidence::default();
    for work in works.values().filter(|work| work.came_out(since)) {
        evidence.sort_in(work.is_joint(), work.proposal.into());
    }
    let view = scope.view;
    let visible = |deed| {
        view.done(deed)
            .filter(move |item| scope.is_visible(item, Reach::Signed))
    };
    let withdrawn: BTreeSet<Id> = visible(Deed::ResourceWithdrawn)
        .filter_map(|item| view.subject(item))
        .map(|first| first.id)
        .collect();
    let versions = visible(Deed::ResourcePublished).filter(|version| version.effective >= since);
    let resources: BTreeSet<Id> = versions
        .map(|version| view.subject(version).map_or(version.id, |first| first.id))
        .collect();
    for first in resources {
        if withdrawn.contains(&first) {
            evidence.exclude(Counted::Entry(first), Excluded::Withdrawn);
        } else {
            evidence.uncounted.push(Counted::Entry(first));
        }
    }
    Figure::share("outputs", evidence)
}

/// The outputs that fell due in the window, by whether they are out.
fn planned(scope: Scope<'_>, works: &BTreeMap<usize, Work<'_>>, since: Timestamp) -> Figure {
    let delivered: BTreeSet<&Slug> = works
        .values()
        .filter(|work| !work.releases.is_empty())
        .filter_map(Work::plan)
        .collect();
    let mut evidence = Evidence::default();
    for ((_, output), (due, in_force)) in due_outputs(scope) {
        if due < since || due >= scope.as_of {
            continue;
        }
        if in_force {
            evidence.sort_in(delivered.contains(output), Counted::code(output));
        } else {
            evidence.exclude(Counted::code(output), Excluded::DueBefore);
        }
    }
    Figure::census("planned outputs", evidence)
}

/// When each output of each plan fell due, by the first of its baselines that has it fall due before the next; and whether
/// that was in force then.
fn due_outputs<'a>(scope: Scope<'a>) -> BTreeMap<(usize, &'a Slug), (Timestamp, bool)> {
    let plans = plans(scope);
    let ends = plans.iter().skip(1).map(|next| next.item.effective);
    let ends = ends.chain([scope.as_of]);
    let mut due = BTreeMap::new();
    for (plan, end) in plans.iter().zip(ends) {
        for output in plan.plan.outputs.iter().filter(|output| output.due < end) {
            let in_force = output.due >= plan.item.effective;
            let known = due
                .entry((plan.era, &output.slug))
                .or_insert((output.due, in_force));
            if in_force && !known.1 {
                *known = (output.due, true);
            }
        }
    }
    due
}

/// The versions agreed on by a decision that carried.
fn decided(scope: Scope<'_>) -> BTreeSet<Id> {
    let agreed = scope.decisions.adopted(Deed::WorkAgreed);
    let named = agreed
        .iter()
        .flat_map(|agreed| scope.view.references(agreed.item).skip(1));
    named.map(|version| version.id).collect()
}

/// The last word of each person on each version, by the version's place in the view.
struct Verdicts<'a> {
    last: BTreeMap<usize, BTreeMap<Author, &'a Item>>,
}

impl<'a> Verdicts<'a> {
    fn of(scope: Scope<'a>) -> Verdicts<'a> {
        let mut last: BTreeMap<usize, BTreeMap<Author, &'a Item>> = BTreeMap::new();
        for verdict in scope.opinions() {
            let subject = scope.view.subject(verdict);
            let Some(version) = subject.filter(|version| version.deed == Some(Deed::WorkReleased)) else {
                continue;
            };
            let said = last.entry(scope.view.position(version)).or_default();
            let latest = said.entry(verdict.author).or_insert(verdict);
            if latest.moment() < verdict.moment() {
                *latest = verdict;
            }
        }
        Verdicts { last }
    }

    /// Members of enough organisations that hold no author validate it.
    fn validate(&self, scope: Scope<'_>, work: &Work<'_>, version: &Item) -> bool {
        let said = self.last.get(&scope.view.position(version));
        let validations = said
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter(|item| item.deed == Some(Deed::ResourceValidated));
        let from: BTreeSet<OrganisationNumber> = validations
            .filter(|item| item.author.person().is_none_or(|by| !work.authors.contains(&by)))
            .map(|item| item.organisation)
            .filter(|from| !work.homes.contains(from))
            .collect();
        from.len() as u64 >= scope.parameters.k2.validators
    }
}
