//! Works: what members make together, version by version.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family, within};
use super::learning::ResourceType;
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use crate::entry::BodyRef;
use crate::id::Id;
use crate::limits;
use crate::time::Timestamp;

const DECISION: &[Deed] = &[Deed::DecisionProposed];
const WORK: &[Deed] = &[Deed::WorkProposed];
const RELEASE: &[Deed] = &[Deed::WorkReleased];
const ORIGINS: &[Deed] = &[Deed::ThreadOpened, Deed::QueryAsked, Deed::ResourcePublished];

family! {
    /// Acts of making something together.
    Works {
        /// A work to be made, by the authors it names; they are its authors once they sign. Body: title and words.
        "work.proposed" => WorkProposed(WorkProposed):
            kind(Signer::Member, Subject::Optional(ORIGINS), Presence::Required, "a proposal of a work"),
        /// A named author signs.
        "work.joined" => WorkJoined:
            kind(Signer::Named, Subject::One(WORK), Presence::Absent, "an author's signature").contribution(),
        /// A version is agreed on by a decision.
        "work.agreed" => WorkAgreed:
            kind(Signer::Member, Subject::Led(DECISION, RELEASE), Presence::Absent, "word that a work is agreed on")
                .adopted(),
        /// A version of the work, and what else it was made from. Body: title and words.
        "work.released" => WorkReleased(WorkReleased):
            kind(Signer::Named, Subject::Led(WORK, &[]), Presence::Required, "a version of a work"),
        /// A member says whether a version does what it is for. Body: the evaluation.
        "work.evaluated" => WorkEvaluated(Evaluated):
            kind(Signer::Member, Subject::One(RELEASE), Presence::Required, "the evaluation of a work"),
    }
}

/// Data of `work.proposed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkProposed {
    /// When its authors mean its first version to be out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The output of the plan that it is, by its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Slug>,
    /// What it is to be.
    #[serde(rename = "type")]
    pub sort: ResourceType,
    /// Who may sign it as an author, and release it: persons, ascending.
    pub authors: Vec<Id>,
}

impl Data for WorkProposed {
    fn check(&self) -> Result<(), String> {
        persons("authors", &self.authors)
    }

    fn names(&self) -> &[Id] {
        &self.authors
    }
}

/// Data of `work.released`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkReleased {
    /// The work itself, where it is a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<BodyRef>,
    /// What it is.
    #[serde(rename = "type")]
    pub sort: ResourceType,
    /// Under which licence it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Slug>,
    /// Its number, as its authors count.
    pub version: u64,
}

impl Data for WorkReleased {}

/// Data of `work.evaluated` and `claim.evaluated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluated {
    /// What the evaluation comes to.
    pub result: Finding,
}

impl Data for Evaluated {}

/// What an evaluation comes to: whether a work does what it is for, whether a claim is borne out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finding {
    /// Yes.
    Supported,
    /// In part.
    Partly,
    /// No.
    Unsupported,
}

/// Persons in a header: ascending, each once.
pub(super) fn persons(what: &str, named: &[Id]) -> Result<(), String> {
    within(what, named.len(), 1, limits::AUTHORS)?;
    if named.is_sorted_by(|a, b| a < b) {
        Ok(())
    } else {
        Err(format!("the {what} are not ascending"))
    }
}
