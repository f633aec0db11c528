//! Questions, answers, threads and reactions.

use std::ops::Not;

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family};
use super::slug::{Slug, Topics};
use super::table::{Presence, Signer, Subject, kind};

const ANSWER: &[Deed] = &[Deed::QueryAnswered];
const QUERY: &[Deed] = &[Deed::QueryAsked];
const QUERY_OR_THREAD: &[Deed] = &[Deed::QueryAsked, Deed::ThreadOpened];
const CONVERSATION: &[Deed] = &[
    Deed::ThreadOpened,
    Deed::ThreadReplied,
    Deed::QueryAsked,
    Deed::QueryAnswered,
    Deed::ResourcePublished,
    Deed::MeetingScheduled,
    Deed::WorkProposed,
    Deed::WorkReleased,
    Deed::StoryTold,
    Deed::ClaimDrafted,
];
/// Words that stand for themselves. A resource is not corrected: it gets a new version, since people vouch for versions.
const CORRECTABLE: &[Deed] = &[
    Deed::QueryAsked,
    Deed::QueryAnswered,
    Deed::ThreadOpened,
    Deed::ThreadReplied,
    Deed::MeetingScheduled,
    Deed::ReflectionLogged,
];

family! {
    /// Acts of people talking to each other.
    Interaction {
        /// Asks. Body: the question.
        "query.asked" => QueryAsked(QueryAsked):
            kind(Signer::Member, Subject::None, Presence::Required, "a question").history().contribution(),
        /// Answers a query. Body: the answer.
        "query.answered" => QueryAnswered:
            kind(Signer::Member, Subject::One(QUERY), Presence::Required, "an answer").history().contribution(),
        /// The asker accepts an answer.
        "query.accepted" => QueryAccepted:
            kind(Signer::Asker, Subject::One(ANSWER), Presence::Absent, "an acceptance").history(),
        /// The asker takes the query back. Body: the reason, if given.
        "query.withdrawn" => QueryWithdrawn:
            kind(Signer::Asker, Subject::One(QUERY), Presence::Optional, "a withdrawal").history(),
        /// Somebody is looked for, behind the scenes, who can answer. Whom that is asked of is not written down.
        "query.referred" => QueryReferred:
            kind(Signer::Member, Subject::One(QUERY_OR_THREAD), Presence::Absent, "a referral"),
        /// Opens a thread. Body: the text.
        "thread.opened" => ThreadOpened(ThreadOpened):
            kind(Signer::Member, Subject::None, Presence::Required, "a discussion").history().contribution(),
        /// Replies to a thread, a reply, a query, an answer, a resource, a meeting, a work, a story or a claim. Body: the text.
        "thread.replied" => ThreadReplied:
            kind(Signer::Member, Subject::One(CONVERSATION), Presence::Required, "a reply").history().contribution(),
        /// Reacts to a contribution.
        "reaction.given" => ReactionGiven(ReactionGiven):
            kind(Signer::Member, Subject::Contribution, Presence::Absent, "a reaction").history(),
        /// The author puts other words in the place of the first ones, which stay readable. Body: the new words.
        "content.corrected" => ContentCorrected:
            kind(Signer::Author, Subject::One(CORRECTABLE), Presence::Required, "a correction"),
    }
}

/// Data of `query.asked`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueryAsked {
    /// What it is about.
    #[serde(default, skip_serializing_if = "Topics::is_empty")]
    pub topics: Topics,
    /// Asked under a pseudonym. Left out when false.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub pseudonymous: bool,
}

impl Data for QueryAsked {}

/// Data of `thread.opened`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreadOpened {
    /// What it is about.
    #[serde(default, skip_serializing_if = "Topics::is_empty")]
    pub topics: Topics,
    /// What it is for, such as `future`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Slug>,
}

impl Data for ThreadOpened {}

/// Data of `reaction.given`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReactionGiven {
    /// Which reaction.
    pub reaction: Slug,
}

impl Data for ReactionGiven {}
