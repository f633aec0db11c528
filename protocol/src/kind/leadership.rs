//! Leaders' work: requests to the leadership, and tasks that members take on.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family};
use super::slug::Topics;
use super::table::{Presence, Signer, Subject, kind};
use crate::time::Timestamp;

const REQUEST: &[Deed] = &[Deed::LeadershipAsked];
const TASK: &[Deed] = &[Deed::TaskOffered];
const TAKEN_TASK: &[Deed] = &[Deed::TaskAccepted];
const DONE_TASK: &[Deed] = &[Deed::TaskDone];

family! {
    /// Acts of leading, and of helping those who lead.
    Leadership {
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
