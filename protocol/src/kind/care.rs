//! Imports, erasure, and what should not be shown.

use serde::{Deserialize, Serialize};

use super::family::{Data, family, within};
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use crate::id::BodyHash;
use crate::limits;

family! {
    /// Acts of looking after the log and the people in it.
    Care {
        /// Announces an import. Body: the 32-byte salt of its pseudonyms.
        "import.made" => ImportMade(ImportMade):
            kind(Signer::Steward, Subject::None, Presence::Required, "an import"),
        /// Says that bodies have been erased: their tombstone.
        "erasure.carried_out" => ErasureCarriedOut(ErasureCarriedOut):
            kind(Signer::StewardOrAuthor, Subject::Any, Presence::Absent, "an erasure"),
        /// A member thinks that something should not stand here. Body: why, if given.
        "content.reported" => ContentReported(ContentReported):
            kind(Signer::Member, Subject::Any, Presence::Optional, "a report of content"),
        /// The words of entries are not shown any more. They stay, and so does every figure. Body: why, if given.
        "content.hidden" => ContentHidden(ContentHidden):
            kind(Signer::StewardOfTheirs, Subject::Any, Presence::Optional, "word that content is hidden"),
    }
}

/// Data of `import.made`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportMade {
    /// Where the history comes from, as in the records' `source.site`.
    pub site: String,
    /// The format it was read from, such as `stackexchange`.
    pub format: Slug,
}

impl Data for ImportMade {
    fn check(&self) -> Result<(), String> {
        within("bytes of a site", self.site.len(), 1, limits::SOURCE_TEXT)
    }
}

/// Data of `erasure.carried_out`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureCarriedOut {
    /// Why.
    pub ground: Slug,
    /// Which bodies.
    pub hashes: Vec<BodyHash>,
}

impl Data for ErasureCarriedOut {
    fn check(&self) -> Result<(), String> {
        within("hashes", self.hashes.len(), 1, limits::ERASED)
    }
}

/// Data of `content.reported`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentReported {
    /// What is wrong with it, such as `patient-data`.
    pub ground: Slug,
}

impl Data for ContentReported {}

/// Data of `content.hidden`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContentHidden {
    /// Why, such as `patient-data`.
    pub ground: Slug,
}

impl Data for ContentHidden {}
