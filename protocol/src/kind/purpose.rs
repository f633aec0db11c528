//! What the community is for and how it goes about it: terms of reference, the plan, targets, arrangements. All of it
//! takes effect by a decision; the words are those that were voted on.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::decisions::DECISION;
use super::family::{Data, family, within};
use super::learning::ResourceType;
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use crate::limits;
use crate::time::Timestamp;

const TERMS: &[Deed] = &[Deed::TermsAdopted];
const PLAN: &[Deed] = &[Deed::PlanAdopted, Deed::PlanRebaselined];

family! {
    /// Acts of saying what the community is for.
    Purpose {
        /// The terms of reference from now on.
        "terms.adopted" => TermsAdopted(TermsAdopted):
            kind(Signer::Member, Subject::Led(DECISION, &[]), Presence::Absent, "terms of reference").adopted(),
        /// A member has read these terms.
        "terms.acknowledged" => TermsAcknowledged(TermsAcknowledged):
            kind(Signer::Member, Subject::One(TERMS), Presence::Absent, "an acknowledgement of the terms"),
        /// The plan from now on.
        "plan.adopted" => PlanAdopted(Plan):
            kind(Signer::Member, Subject::Led(DECISION, &[]), Presence::Absent, "a plan").adopted(),
        /// The same plan with other dates: what has fallen due by then stays due when it was.
        "plan.rebaselined" => PlanRebaselined(Plan):
            kind(Signer::Member, Subject::Led(DECISION, &[]), Presence::Absent, "a new baseline of the plan").adopted(),
        /// A milestone of the plan is met. Body: by what, if given.
        "milestone.met" => MilestoneMet(MilestoneMet):
            kind(Signer::Member, Subject::One(PLAN), Presence::Optional, "a milestone that was met"),
        /// What is aimed at, registered before the time it is for.
        "target.set" => TargetSet(TargetSet):
            kind(Signer::Member, Subject::Led(DECISION, &[]), Presence::Absent, "a target").adopted(),
        /// How the community is run from now on.
        "arrangements.adopted" => ArrangementsAdopted(ArrangementsAdopted):
            kind(Signer::Member, Subject::Led(DECISION, &[]), Presence::Absent, "arrangements of how the community is run").adopted(),
    }
}

/// Data of `terms.adopted`: which of five parts the text has. The fifth, a date of review, is there or is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsAdopted {
    /// Whether they say for how long they are.
    pub term: bool,
    /// When they should be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Timestamp>,
    /// Whether they say what the community is for.
    pub purpose: bool,
    /// Which version of the terms they are.
    pub version: u64,
    /// Whether their objectives can be measured.
    pub measurable: bool,
    /// Whether they say who belongs.
    pub membership: bool,
    /// The objectives, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objectives: Vec<Slug>,
}

impl Data for TermsAdopted {
    fn check(&self) -> Result<(), String> {
        numbered(self.version)?;
        within("objectives", self.objectives.len(), 0, limits::OBJECTIVES)?;
        if !self.objectives.is_sorted_by(|a, b| a < b) {
            return Err("the objectives are not ascending".to_owned());
        }
        if self.measurable && self.objectives.is_empty() {
            return Err("objectives that can be measured, and none of them".to_owned());
        }
        Ok(())
    }
}

/// Data of `terms.acknowledged`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermsAcknowledged {
    /// Which version was read: that of the terms it is about.
    pub version: u64,
}

impl Data for TermsAcknowledged {
    fn check(&self) -> Result<(), String> {
        numbered(self.version)
    }
}

/// Data of `plan.adopted` and `plan.rebaselined`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// When its time begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// What is to be produced, ascending by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<PlannedOutput>,
    /// Which version of the plan it is.
    pub version: u64,
    /// What is to be reached, ascending by code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
}

impl Data for Plan {
    fn check(&self) -> Result<(), String> {
        numbered(self.version)?;
        in_order(self.from, self.until)?;
        within("outputs", self.outputs.len(), 0, limits::OUTPUTS)?;
        within("milestones", self.milestones.len(), 0, limits::MILESTONES)?;
        if !self.outputs.is_sorted_by(|a, b| a.slug < b.slug) {
            return Err("the outputs are not ascending by code".to_owned());
        }
        if !self.milestones.is_sorted_by(|a, b| a.slug < b.slug) {
            return Err("the milestones are not ascending by code".to_owned());
        }
        Ok(())
    }
}

/// A milestone of a plan. In CBOR the array [code, when it is due].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Slug, Timestamp)", into = "(Slug, Timestamp)")]
pub struct Milestone {
    /// Its code.
    pub slug: Slug,
    /// By when.
    pub due: Timestamp,
}

/// An output of a plan. In CBOR the array [code, type, when it is due].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    from = "(Slug, ResourceType, Timestamp)",
    into = "(Slug, ResourceType, Timestamp)"
)]
pub struct PlannedOutput {
    /// Its code.
    pub slug: Slug,
    /// What it will be.
    pub sort: ResourceType,
    /// By when.
    pub due: Timestamp,
}

/// Data of `milestone.met`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MilestoneMet {
    /// Which.
    pub milestone: Slug,
}

impl Data for MilestoneMet {}

/// Data of `target.set`: a band for what is counted over a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetSet {
    /// From here on within the band.
    pub low: i64,
    /// When its time begins.
    pub from: Timestamp,
    /// Up to here within the band.
    pub high: i64,
    /// When it ends.
    pub until: Timestamp,
    /// Of which objective of the terms; `membership` is the net change of members.
    pub objective: Slug,
}

impl Data for TargetSet {
    fn check(&self) -> Result<(), String> {
        in_order(self.from, self.until)?;
        if self.low > self.high {
            return Err(format!("a band from {} to {}", self.low, self.high));
        }
        Ok(())
    }
}

/// Data of `arrangements.adopted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrangementsAdopted {
    /// At which level decisions are taken, such as `community` or `host`.
    pub level: Slug,
    /// How it is run, such as `core-group` or `rotating`.
    pub model: Slug,
    /// When that should be looked at again.
    pub review: Timestamp,
}

impl Data for ArrangementsAdopted {}

fn numbered(version: u64) -> Result<(), String> {
    if version == 0 {
        return Err("version 0 (they are counted from 1)".to_owned());
    }
    Ok(())
}

fn in_order(from: Timestamp, until: Timestamp) -> Result<(), String> {
    if from >= until {
        return Err(format!("a time from {from} to {until}"));
    }
    Ok(())
}

impl From<(Slug, Timestamp)> for Milestone {
    fn from((slug, due): (Slug, Timestamp)) -> Milestone {
        Milestone { slug, due }
    }
}

impl From<Milestone> for (Slug, Timestamp) {
    fn from(milestone: Milestone) -> (Slug, Timestamp) {
        (milestone.slug, milestone.due)
    }
}

impl From<(Slug, ResourceType, Timestamp)> for PlannedOutput {
    fn from((slug, sort, due): (Slug, ResourceType, Timestamp)) -> PlannedOutput {
        PlannedOutput { slug, sort, due }
    }
}

impl From<PlannedOutput> for (Slug, ResourceType, Timestamp) {
    fn from(output: PlannedOutput) -> (Slug, ResourceType, Timestamp) {
        (output.slug, output.sort, output.due)
    }
}
