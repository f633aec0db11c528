//! Circles: sub-groups of the community around a topic. What happens in one names it in the payload's `in`.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family};
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use crate::time::Timestamp;

const CIRCLE: &[Deed] = &[Deed::CircleOpened];

family! {
    /// Acts of forming and leaving sub-groups.
    Circles {
        /// Opens a circle, whose first member the author is; its id names the circle. Body: name and remit.
        "circle.opened" => CircleOpened(CircleOpened):
            kind(Signer::Member, Subject::None, Presence::Required, "a circle"),
        /// A member becomes one of the circle.
        "circle.joined" => CircleJoined:
            kind(Signer::Member, Subject::One(CIRCLE), Presence::Absent, "the joining of a circle"),
        /// A member is one of the circle no longer.
        "circle.left" => CircleLeft:
            kind(Signer::Member, Subject::One(CIRCLE), Presence::Absent, "the leaving of a circle"),
        /// Ends a circle. Body: the reason, if given.
        "circle.closed" => CircleClosed:
            kind(Signer::Author, Subject::One(CIRCLE), Presence::Optional, "the end of a circle"),
    }
}

/// Data of `circle.opened`: the form of the group, as far as it has been settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CircleOpened {
    /// What sort of group.
    pub kind: CircleKind,
    /// How its members meet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<CircleMode>,
    /// What its members have in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<CircleBasis>,
    /// What else there is to its form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Slug>,
    /// What it is about.
    pub topic: Slug,
    /// When it ends; none where it is open-ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether somebody leads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub structure: Option<CircleStructure>,
}

impl Data for CircleOpened {}

/// "topic and special interest groups".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CircleKind {
    /// A topic group.
    Topic,
    /// A special interest group.
    SpecialInterest,
}

/// "face to face, online".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CircleMode {
    /// Its members meet in one place.
    FaceToFace,
    /// They meet online.
    Online,
    /// Both.
    Mixed,
}

/// "knowledge or role".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CircleBasis {
    /// What they know or want to know.
    Knowledge,
    /// What they are.
    Role,
}

/// "hierarchical, non-hierarchical".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CircleStructure {
    /// Somebody leads.
    Hierarchical,
    /// Nobody does.
    NonHierarchical,
}
