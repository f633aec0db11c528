//! Resources and what members say of them, collected answers, and who learns with whom.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family, within};
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use crate::entry::BodyRef;
use crate::id::Id;
use crate::limits;
use crate::time::Timestamp;

const RESOURCE: &[Deed] = &[Deed::ResourcePublished];
const FAQ: &[Deed] = &[Deed::FaqPublished];
const PERSON: &[Deed] = &[Deed::MemberAdmitted];
/// What answers are collected from.
const SOURCES: &[Deed] = &[
    Deed::QueryAnswered,
    Deed::QueryAsked,
    Deed::ThreadOpened,
    Deed::ThreadReplied,
    Deed::ResourcePublished,
    Deed::FaqPublished,
];
/// What one can have learned from.
const LEARNED_FROM: &[Deed] = &[
    Deed::QueryAnswered,
    Deed::QueryAsked,
    Deed::ThreadOpened,
    Deed::ThreadReplied,
    Deed::ResourcePublished,
    Deed::FaqPublished,
    Deed::MeetingScheduled,
];
/// What members vouch for.
const VERSION: &[Deed] = &[Deed::ResourcePublished, Deed::WorkReleased];

family! {
    /// Acts of pooling and validating material.
    Learning {
        /// A resource, or a new version of one. Body: title and words.
        "resource.published" => ResourcePublished(ResourcePublished):
            kind(Signer::MemberOrAuthor, Subject::Optional(RESOURCE), Presence::Required, "a resource")
                .history()
                .contribution(),
        /// The author takes a resource back. Body: the reason, if given.
        "resource.withdrawn" => ResourceWithdrawn:
            kind(Signer::Author, Subject::One(RESOURCE), Presence::Optional, "a withdrawal"),
        /// A member vouches for a version of a resource or of a work. Body: the rationale, if given.
        "resource.validated" => ResourceValidated:
            kind(Signer::Member, Subject::One(VERSION), Presence::Optional, "a validation").contribution(),
        /// A member objects to a version of a resource or of a work. Body: the rationale, if given.
        "resource.disputed" => ResourceDisputed:
            kind(Signer::Member, Subject::One(VERSION), Presence::Optional, "a dispute").contribution(),
        /// Another resource takes the place of this one: first that, then the other. Body: the reason, if given.
        "resource.superseded" => ResourceSuperseded:
            kind(Signer::Author, Subject::Led(RESOURCE, RESOURCE), Presence::Optional, "word that a resource is replaced"),
        /// A member vouches that their practice uses it. Body: how, if given.
        "resource.applied" => ResourceApplied:
            kind(Signer::Member, Subject::One(RESOURCE), Presence::Optional, "word that a resource is in use"),
        /// Answers to a question that many have, from what they are taken. Body: question and answer.
        "faq.published" => FaqPublished:
            kind(Signer::Member, Subject::Many(SOURCES), Presence::Required, "collected answers").contribution(),
        /// A member says that the answers are collected rightly. Body: why, if given.
        "faq.endorsed" => FaqEndorsed:
            kind(Signer::Member, Subject::One(FAQ), Presence::Optional, "an endorsement"),
        /// What somebody learned, and from what, where it was something said here. Body: the reflection.
        "reflection.logged" => ReflectionLogged:
            kind(Signer::Member, Subject::Optional(LEARNED_FROM), Presence::Required, "a reflection"),
        /// Makes a person known to others. Body: why, if given.
        "introduction.made" => IntroductionMade:
            kind(Signer::Member, Subject::Led(PERSON, PERSON), Presence::Optional, "an introduction"),
        /// One of two says that they are mentor and mentee. It holds once the other has said so, too. Body: about what,
        /// if given.
        "mentoring.started" => MentoringStarted(MentoringStarted):
            kind(Signer::Member, Subject::One(PERSON), Presence::Optional, "a mentorship"),
    }
}

/// Data of `resource.published`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourcePublished {
    /// The file itself, where the resource is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<BodyRef>,
    /// What it came from, such as a discussion or collected answers, ascending. A tie for readers: no verdict asks
    /// whether they are there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<Id>,
    /// What it is.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub sort: Option<ResourceType>,
    /// When it should be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Timestamp>,
    /// Under which licence it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Slug>,
}

impl Data for ResourcePublished {
    fn check(&self) -> Result<(), String> {
        within("sources", self.from.len(), 0, limits::SOURCES)?;
        if !self.from.is_sorted_by(|a, b| a < b) {
            return Err("the sources are not ascending".to_owned());
        }
        Ok(())
    }
}

/// What a resource is: "they can be agreed together and range from guidance to policy to education materials".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ResourceType {
    /// Guidance.
    Guidance,
    /// A policy.
    Policy,
    /// Education material.
    Education,
    /// A tool.
    Tool,
    /// Anything else.
    Other,
}

/// Data of `mentoring.started`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MentoringStarted {
    /// What the author is to the person it names.
    #[serde(rename = "as")]
    pub part: Mentorship,
}

impl Data for MentoringStarted {}

/// A part in a mentorship.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mentorship {
    /// Passes on.
    Mentor,
    /// Learns.
    Mentee,
}
