//! Leaders' work: roles and the time for them, requests to the leadership, and tasks that members take on.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family};
use super::slug::{Slug, Topics};
use super::table::{Presence, Signer, Subject, kind};
use crate::id::Id;
use crate::limits;
use crate::time::{Month, Timestamp};

const DECISION: &[Deed] = &[Deed::DecisionProposed];
const GRANT: &[Deed] = &[Deed::RoleGranted];
const PLEDGE: &[Deed] = &[Deed::TimePledged];
const REQUEST: &[Deed] = &[Deed::LeadershipAsked];
const TASK: &[Deed] = &[Deed::TaskOffered];
const TAKEN_TASK: &[Deed] = &[Deed::TaskAccepted];
const DONE_TASK: &[Deed] = &[Deed::TaskDone];

family! {
    /// Acts of leading, and of helping those who lead.
    Leadership {
        /// The community gives somebody a role for a term.
        "role.granted" => RoleGranted(RoleGranted):
            kind(Signer::Member, Subject::Led(DECISION, &[]), Presence::Absent, "the grant of a role").adopted(),
        /// Whoever is to hold a role takes it. Body: a note, if given.
        "role.accepted" => RoleAccepted:
            kind(Signer::Named, Subject::One(GRANT), Presence::Optional, "the acceptance of a role"),
        /// Whoever holds a role gives it up. Body: the reason, if given.
        "role.ended" => RoleEnded:
            kind(Signer::Named, Subject::One(GRANT), Presence::Optional, "the end of a role"),
        /// Whoever holds a role says how much time they will have for it, each month from one on. Body: a note, if given.
        "time.pledged" => TimePledged(TimePledged):
            kind(Signer::Named, Subject::One(GRANT), Presence::Optional, "a pledge of time"),
        /// The employer confirms how much time it was in a month. Body: a note, if given.
        "time.confirmed" => TimeConfirmed(TimeConfirmed):
            kind(Signer::OtherSteward, Subject::One(PLEDGE), Presence::Optional, "a confirmation of time"),
        /// Asks the leadership for something. Body: what for.
        "leadership.asked" => LeadershipAsked(LeadershipAsked):
            kind(Signer::Member, Subject::None, Presence::Required, "a request to the leadership"),
        /// Answers a request; it is the leadership's answer where its author held a role then. Body: the answer.
        "leadership.answered" => LeadershipAnswered:
            kind(Signer::Member, Subject::One(REQUEST), Presence::Required, "an answer to a request"),
        /// Work that somebody is wanted for. Body: what is to be done.
        "task.offered" => TaskOffered(TaskOffered):
            kind(Signer::Member, Subject::None, Presence::Required, "a task"),
        /// A member takes a task on. Body: a note, if given.
        "task.accepted" => TaskAccepted:
            kind(Signer::Member, Subject::One(TASK), Presence::Optional, "the taking on of a task"),
        /// Whoever took a task on has done it. Body: a note, if given.
        "task.done" => TaskDone:
            kind(Signer::Author, Subject::One(TAKEN_TASK), Presence::Optional, "a task that was done"),
        /// Another member accepts what was done. Body: a note, if given.
        "task.confirmed" => TaskConfirmed:
            kind(Signer::OtherMember, Subject::One(DONE_TASK), Presence::Optional, "the confirmation of a task"),
    }
}

/// Data of `role.granted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleGranted {
    /// When the term begins.
    pub from: Timestamp,
    /// Which role.
    pub role: Slug,
    /// When the term ends.
    pub until: Timestamp,
    /// The person.
    pub holder: Id,
    /// Who provides for it.
    pub provided_by: Provider,
}

impl Data for RoleGranted {
    fn check(&self) -> Result<(), String> {
        if self.from >= self.until {
            return Err(format!("a term from {} until {}", self.from, self.until));
        }
        Ok(())
    }

    fn names(&self) -> &[Id] {
        std::slice::from_ref(&self.holder)
    }
}

/// Who provides the community with a leader: "Hospice UK /members".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// The organisation that hosts the community.
    Host,
    /// The members themselves.
    Members,
}

/// Data of `time.pledged`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimePledged {
    /// The first month.
    pub month: Month,
    /// How many minutes a month.
    pub minutes: u64,
}

impl Data for TimePledged {
    fn check(&self) -> Result<(), String> {
        minutes_of_a_month(self.minutes, 1)
    }
}

/// Data of `time.confirmed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeConfirmed {
    /// The month.
    pub month: Month,
    /// How many minutes it was.
    pub minutes: u64,
}

impl Data for TimeConfirmed {
    fn check(&self) -> Result<(), String> {
        minutes_of_a_month(self.minutes, 0)
    }
}

fn minutes_of_a_month(minutes: u64, least: u64) -> Result<(), String> {
    let most = limits::MINUTES_OF_A_MONTH;
    if (least..=most).contains(&minutes) {
        Ok(())
    } else {
        Err(format!("{minutes} minutes a month (allowed: {least} to {most})"))
    }
}

/// Data of `leadership.asked`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadershipAsked {
    /// What it is about.
    #[serde(default, skip_serializing_if = "Topics::is_empty")]
    pub topics: Topics,
}

impl Data for LeadershipAsked {}

/// Data of `task.offered`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskOffered {
    /// By when it should be done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Topics::is_empty")]
    pub topics: Topics,
}

impl Data for TaskOffered {}
