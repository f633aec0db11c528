//! Questions, answers, threads and reactions.

use std::ops::Not;

use serde::{Deserialize, Serialize};

use super::family::{Data, family};
use super::slug::{Slug, Topics};

family! {
    /// Acts of people talking to each other.
    Interaction {
        /// Asks. Body: the question.
        "query.asked" => QueryAsked(QueryAsked),
        /// Answers a query. Body: the answer.
        "query.answered" => QueryAnswered,
        /// The asker accepts an answer.
        "query.accepted" => QueryAccepted,
        /// The asker takes the query back. Body: the reason, if given.
        "query.withdrawn" => QueryWithdrawn,
        /// Opens a thread. Body: the text.
        "thread.opened" => ThreadOpened(ThreadOpened),
        /// Replies to a thread, a reply, a query, an answer or a resource. Body: the text.
        "thread.replied" => ThreadReplied,
        /// Reacts to a contribution.
        "reaction.given" => ReactionGiven(ReactionGiven),
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
