//! Coverage: which organisations the community could be of, and who is missing.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family, within};
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use crate::limits;

const DECISION: &[Deed] = &[Deed::DecisionProposed];
const GAP: &[Deed] = &[Deed::GapRaised];
const GAP_OR_OWNERSHIP: &[Deed] = &[Deed::GapRaised, Deed::GapOwned];

family! {
    /// Acts of looking for who is missing.
    Coverage {
        /// The organisations the community could be of, in place of those declared before. Body: their names.
        "coverage.declared" => CoverageDeclared(CoverageDeclared):
            kind(Signer::Member, Subject::Led(DECISION, &[]), Presence::Optional, "a list of potential organisations")
                .adopted(),
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

/// Data of `coverage.declared`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoverageDeclared {
    /// One row per organisation, ascending by `slug`.
    pub potential: Vec<Potential>,
}

impl Data for CoverageDeclared {
    fn check(&self) -> Result<(), String> {
        within(
            "potential organisations",
            self.potential.len(),
            1,
            limits::POTENTIAL,
        )?;
        if !self.potential.is_sorted_by(|a, b| a.slug < b.slug) {
            return Err("the potential organisations are not ascending by `slug`".to_owned());
        }
        Ok(())
    }
}

/// An organisation that could be one of the community.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Potential {
    /// What part it has in the field, such as `hospice`.
    pub role: Slug,
    /// Its short name: that of its charter, once it is in.
    pub slug: Slug,
    /// Where it is.
    pub region: Slug,
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
