//! Coverage: who is missing in the community.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family};
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};

const GAP: &[Deed] = &[Deed::GapRaised];
const GAP_OR_OWNERSHIP: &[Deed] = &[Deed::GapRaised, Deed::GapOwned];

family! {
    /// Acts of looking for who is missing.
    Coverage {
        /// Somebody is missing. Body: who, and why it matters.
        "gap.raised" => GapRaised(GapRaised):
            kind(Signer::Member, Subject::None, Presence::Required, "a gap"),
        /// A member takes it on to close a gap. Body: a note, if given.
        "gap.owned" => GapOwned:
            kind(Signer::Member, Subject::One(GAP), Presence::Optional, "the ownership of a gap"),
        /// A gap is one no longer: by who raised it, or by an owner about their ownership. Body: the reason, if given.
        "gap.closed" => GapClosed:
            kind(Signer::Author, Subject::One(GAP_OR_OWNERSHIP), Presence::Optional, "the closing of a gap"),
    }
}

/// Data of `gap.raised`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GapRaised {
    /// Which role is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Slug>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Slug>,
}

impl Data for GapRaised {}
