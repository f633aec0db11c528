//! Resources and what members say of them.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family};
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use crate::entry::BodyRef;
use crate::time::Timestamp;

const RESOURCE: &[Deed] = &[Deed::ResourcePublished];

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
        /// A member vouches for a version. Body: the rationale, if given.
        "resource.validated" => ResourceValidated:
            kind(Signer::Member, Subject::One(RESOURCE), Presence::Optional, "a validation").contribution(),
        /// A member objects to a version. Body: the rationale, if given.
        "resource.disputed" => ResourceDisputed:
            kind(Signer::Member, Subject::One(RESOURCE), Presence::Optional, "a dispute").contribution(),
    }
}

/// Data of `resource.published`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourcePublished {
    /// The file itself, where the resource is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<BodyRef>,
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

impl Data for ResourcePublished {}

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
