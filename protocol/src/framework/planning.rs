//! P3: "There is an agreed plan for developing the COP over an agreed time span."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::Rating;
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use super::survival::lower_median;
use crate::community::Item;
use crate::id::Id;
use crate::kind::{Act, Deed, Milestone, Plan, Purpose, Slug};
use crate::time::{Span, Timestamp};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::P3),
    definitions: &[&PLAN_AGREED, &MILESTONES_MET, &MILESTONE_SLIP],
    rated: "*developing* with `plan_agreed`, *established* if also `milestones_met` reaches `p3.met` per cent of at least one milestone, which is of all that fell due and no sample. Without a plan for the present *emerging* where milestones were met, else *none*.",
    not_computed: &[],
    measure,
};

/// What a community may set of P3, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct P3 {
    /// Milestones met in time, in per cent, for *established*.
    pub met: u64,
    /// How long after it was due a milestone may be met.
    pub grace: Span,
}

impl Default for P3 {
    fn default() -> P3 {
        P3 {
            met: 75,
            grace: Span::days(30),
        }
    }
}

static PLAN_AGREED: Definition = Definition {
    name: "plan_agreed",
    formula: "whether a plan is in force at T by a decision, and T is not after the end of its time",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &[],
    raised: "agreeing on a plan, and on the next before it ends",
    gamed: "a plan that says nothing",
    countered: "its milestones are counted",
};

static MILESTONES_MET: Definition = Definition {
    name: "milestones_met",
    formula: "milestones whose baseline fell due in [T − W − 30 d, T − 30 d) and that were said to be met at most 30 d after it / all of these; a baseline is the date in the plan that was in force on that date; those due since are pending; a milestone that was due before the plan came into force is left out",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "p3.grace", "p3.met"],
    raised: "meeting milestones, and saying so",
    gamed: "moving dates once they are missed",
    countered: "other dates take a decision, and move nothing that has fallen due",
};

static MILESTONE_SLIP: Definition = Definition {
    name: "milestone_slip",
    formula: "lower median over the same milestones of the whole days from the baseline to when it was met, 0 where it was met before, without end where it is open",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window", "p3.grace"],
    raised: "being late: lower is better",
    gamed: "leaving the open ones out",
    countered: "they stay in it, without end",
};

/// A plan that was in force, and which entries are about it.
pub(super) struct InForce<'a> {
    pub(super) item: &'a Item,
    pub(super) plan: &'a Plan,
    proposal: Id,
    /// Counts plans that were adopted; a new baseline belongs to the plan before it.
    pub(super) era: usize,
}

/// A milestone that fell due while a plan was in force.
struct Due<'a> {
    milestone: &'a Milestone,
    met: Option<Timestamp>,
}

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let plans = plans(scope);
    let present = plans.last().filter(|last| scope.as_of <= last.plan.until);
    let agreed = Evidence {
        counted: present.iter().map(|plan| plan.item.into()).collect(),
        ..Evidence::default()
    };
    let agreed = Figure::flag(present.is_some(), agreed);
    let (due, mut evidence) = baselines(scope, &plans);
    let grace = scope.parameters.p3.grace;
    for due in &due {
        let in_time = due.met.is_some_and(|met| met <= due.milestone.due.plus(grace));
        evidence.sort_in(in_time, Counted::code(&due.milestone.slug));
    }
    let slip = Figure::wait(median_slip(&due), evidence.clone());
    let met = Figure::census("milestones", evidence);
    let share = met.ratio();
    let rating = match present {
        Some(_) => {
            let reached = share.denominator() > 0 && share.reaches(scope.parameters.p3.met);
            Rating::Established.capped(reached)
        }
        None if share.numerator() > 0 => Rating::Emerging,
        None => Rating::None,
    };
    let indicators = vec![
        Measured::signed_only(&PLAN_AGREED, agreed),
        Measured::signed_only(&MILESTONES_MET, met),
        Measured::signed_only(&MILESTONE_SLIP, slip),
    ];
    (Some(rating), indicators)
}

/// Every plan and baseline that was in force before the instant, by time.
pub(super) fn plans<'a>(scope: Scope<'a>) -> Vec<InForce<'a>> {
    let decisions = scope.decisions;
    let mut adopted = decisions.adopted(Deed::PlanAdopted);
    adopted.extend(decisions.adopted(Deed::PlanRebaselined));
    adopted.sort_unstable_by_key(|adopted| adopted.item.moment());
    let mut era = 0;
    let mut plans = Vec::with_capacity(adopted.len());
    for adopted in adopted {
        let plan = match adopted.item.act() {
            Some(Act::Purpose(Purpose::PlanAdopted(plan))) => {
                era += 1;
                plan
            }
            // What no plan came before is no other date of any.
            Some(Act::Purpose(Purpose::PlanRebaselined(plan))) if era > 0 => plan,
            _ => continue,
        };
        plans.push(InForce {
            item: adopted.item,
            plan,
            proposal: adopted.decision.proposal.id,
            era,
        });
    }
    plans
}

/// The milestones that fell due in the window, and what is pending or left out.
fn baselines<'a>(scope: Scope<'a>, plans: &[InForce<'a>]) -> (Vec<Due<'a>>, Evidence) {
    let grace = scope.parameters.p3.grace;
    let (since, until) = (
        scope.since(scope.parameters.window).minus(grace),
        scope.as_of.minus(grace),
    );
    let met = met(scope, plans);
    let mut evidence = Evidence::default();
    let mut due = Vec::new();
    let mut fallen: BTreeSet<(usize, &Slug, Timestamp)> = BTreeSet::new();
    for (n, plan) in plans.iter().enumerate() {
        let ends = plans.get(n + 1).map_or(scope.as_of, |next| next.item.effective);
        for milestone in &plan.plan.milestones {
            let at = milestone.due;
            if at < since || at >= scope.as_of || at >= ends {
                continue;
            }
            let key = (plan.era, &milestone.slug, at);
            if at < plan.item.effective {
                if fallen.insert(key) {
                    evidence.exclude(Counted::code(&milestone.slug), Excluded::DueBefore);
                }
                continue;
            }
            fallen.insert(key);
            if at >= until {
                evidence.pending.push(Counted::code(&milestone.slug));
                continue;
            }
            let met = met.get(&(plan.era, &milestone.slug)).copied();
            due.push(Due { milestone, met });
        }
    }
    (due, evidence)
}

/// When each milestone was first said to be met, by plan and code.
fn met<'a>(scope: Scope<'a>, plans: &[InForce<'a>]) -> BTreeMap<(usize, &'a Slug), Timestamp> {
    let eras: BTreeMap<Id, usize> = plans.iter().map(|plan| (plan.proposal, plan.era)).collect();
    let mut met: BTreeMap<(usize, &Slug), Timestamp> = BTreeMap::new();
    let view = scope.view;
    for item in view.done(Deed::MilestoneMet) {
        let Some(Act::Purpose(Purpose::MilestoneMet(says))) = item.act() else {
            continue;
        };
        let proposal = view.subject(item).and_then(|plan| view.subject(plan));
        let era = proposal.and_then(|proposal| eras.get(&proposal.id));
        if let Some(era) = era
            && scope.is_visible(item, Reach::Signed)
        {
            let first = met.entry((*era, &says.milestone)).or_insert(item.effective);
            *first = item.effective.min(*first);
        }
    }
    met
}

/// In whole days, as milliseconds.
fn median_slip(due: &[Due<'_>]) -> Option<Option<u64>> {
    let day = Span::DAY.as_millis();
    let slips = due.iter().map(|due| {
        let late = due.met.map(|met| met.since(due.milestone.due).as_millis());
        late.map(|late| late / day * day)
    });
    lower_median(slips.collect())
}
