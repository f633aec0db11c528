//! What the community is worth to whom: stories, impact claims and audits.

use std::fmt;
use std::ops::Not;

use serde::{Deserialize, Serialize};

use super::family::{Data, family, within};
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use super::works::{Evaluated, persons};
use super::{Deed, Head};
use crate::id::{Hash, Id};
use crate::limits;
use crate::time::{Span, Timestamp};

const DECISION: &[Deed] = &[Deed::DecisionProposed];
const STORY: &[Deed] = &[Deed::StoryTold];
const CLAIM: &[Deed] = &[Deed::ClaimDrafted];

family! {
    /// Acts of saying what has come of it.
    Impact {
        /// What the community holds its own value to be, from now on: the text that was voted on.
        "value.stated" => ValueStated(ValueStated):
            kind(Signer::Member, Subject::Led(DECISION, &[]), Presence::Absent, "a statement of value").adopted(),
        /// What somebody has got from the community, at a point of the value cycle. Body: the story.
        "story.told" => StoryTold(StoryTold):
            kind(Signer::Member, Subject::None, Presence::Required, "a story"),
        /// A member was there, too. Body: in their words, if given.
        "story.corroborated" => StoryCorroborated(StoryCorroborated):
            kind(Signer::Member, Subject::One(STORY), Presence::Optional, "the corroboration of a story"),
        /// What changed, by how much, and what the community contributed. Body: the narrative, and what might make it wrong.
        "claim.drafted" => ClaimDrafted(ClaimDrafted):
            kind(Signer::Member, Subject::None, Presence::Required, "an impact claim"),
        /// What the claim rests on: entries and files. Body: what they show, if given.
        "claim.evidenced" => ClaimEvidenced(ClaimEvidenced):
            kind(Signer::Author, Subject::Led(CLAIM, &[]), Presence::Optional, "evidence for a claim"),
        /// A person whom the claim names as contributor agrees to what it says.
        "claim.acknowledged" => ClaimAcknowledged:
            kind(Signer::Named, Subject::One(CLAIM), Presence::Absent, "a contributor's acknowledgement"),
        /// A member bears it out. Body: what from, if given.
        "claim.corroborated" => ClaimCorroborated:
            kind(Signer::Member, Subject::One(CLAIM), Presence::Optional, "the corroboration of a claim"),
        /// A member has examined it. Body: the evaluation.
        "claim.evaluated" => ClaimEvaluated(Evaluated):
            kind(Signer::Member, Subject::One(CLAIM), Presence::Required, "the evaluation of a claim"),
        /// A member holds it to be wrong. Body: why.
        "claim.contested" => ClaimContested:
            kind(Signer::Member, Subject::One(CLAIM), Presence::Required, "an objection to a claim"),
        /// The author takes it back. Body: the reason, if given.
        "claim.withdrawn" => ClaimWithdrawn:
            kind(Signer::Author, Subject::One(CLAIM), Presence::Optional, "a withdrawal"),
        /// A member has recomputed the value from the pinned cut. Body: a note, if given.
        "audit.attested" => AuditAttested(AuditAttested):
            kind(Signer::Member, Subject::One(CLAIM), Presence::Optional, "an audit"),
    }
}

/// Data of `value.stated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueStated {
    /// When it should be looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Timestamp>,
    /// Which version of it this is.
    pub version: u64,
}

impl Data for ValueStated {}

/// Data of `story.told`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryTold {
    /// Which value it tells of.
    pub cycle: Cycle,
    /// Whoever it is about agrees to its being passed on outside. Left out when false.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub consent: bool,
}

impl Data for StoryTold {}

/// The cycles of value creation (Wenger, Trayner and de Laat, 2011).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cycle {
    /// The meeting itself was of value.
    Immediate,
    /// Something was learned that may be of use.
    Potential,
    /// It was put into practice.
    Applied,
    /// Practice became better for it.
    Realised,
    /// What counts as better is seen anew.
    Reframing,
}

/// Data of `story.corroborated`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoryCorroborated {
    /// Agrees to be named as a witness. Left out when false.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub consent: bool,
}

impl Data for StoryCorroborated {}

/// Data of `claim.drafted`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimDrafted {
    /// How much of every log the value was computed from.
    pub cut: Vec<Head>,
    /// As of when.
    pub as_of: Timestamp,
    /// How much.
    pub value: Amount,
    /// What it says of practice: a null result is a result.
    pub effect: Effect,
    /// How it was found, by a code.
    pub method: Slug,
    /// Over how long before `as_of`, where not the indicator's own window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Span>,
    /// What was measured, by a code, where it is no indicator of the framework.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<Slug>,
    /// The ruleset that judged.
    pub ruleset: u64,
    /// The indicator of the framework it is a value of, in its signed column; `-` for `_`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<Slug>,
    /// The objective it is about, by its code.
    pub objective: Slug,
    /// The parameters of the indicator, by their hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Hash>,
    /// Who brought it about: persons, ascending.
    pub contributors: Vec<Id>,
}

impl Data for ClaimDrafted {
    fn check(&self) -> Result<(), String> {
        within("rows of the pinned cut", self.cut.len(), 1, limits::HEADS)?;
        if !self.cut.is_sorted_by(|a, b| a.organisation < b.organisation) {
            return Err("the pinned cut is not ascending by organisation".to_owned());
        }
        if self.indicator.is_some() == self.measure.is_some() {
            return Err("a claim is about an indicator or about a measure".to_owned());
        }
        if self.indicator.is_some() != self.parameters.is_some() {
            return Err("parameters go with an indicator".to_owned());
        }
        self.value.check()?;
        persons("contributors", &self.contributors)
    }

    fn names(&self) -> &[Id] {
        &self.contributors
    }

    fn pins(&self) -> &[Head] {
        &self.cut
    }
}

/// How much: a whole number, or a ratio of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// A number.
    Whole(i64),
    /// So many of so many, at least one.
    Ratio(u64, u64),
}

impl Amount {
    fn check(self) -> Result<(), String> {
        match self {
            Amount::Ratio(_, 0) => Err("a ratio to nothing".to_owned()),
            Amount::Whole(_) | Amount::Ratio(..) => Ok(()),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Amount::Whole(number) => write!(f, "{number}"),
            Amount::Ratio(part, whole) => write!(f, "{part}/{whole}"),
        }
    }
}

/// What a claim says of practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// It became better.
    Better,
    /// Nothing changed: a null result.
    None,
    /// It became worse.
    Worse,
}

/// Data of `claim.evidenced`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimEvidenced {
    /// Files kept elsewhere, by the SHA-256 of their bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<Hash>,
}

impl Data for ClaimEvidenced {
    fn check(&self) -> Result<(), String> {
        within("files", self.files.len(), 0, limits::EVIDENCE_FILES)
    }
}

/// Data of `audit.attested`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditAttested {
    /// What came out; none where nothing could be recomputed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Amount>,
    /// How it compares.
    pub result: Comparison,
}

impl Data for AuditAttested {
    fn check(&self) -> Result<(), String> {
        if self.value.is_some() == (self.result == Comparison::Unknown) {
            return Err("a value goes with a result other than unknown".to_owned());
        }
        self.value.map_or(Ok(()), Amount::check)
    }
}

/// How a recomputed value compares with the one claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// Bit for bit the same.
    Equal,
    /// Another.
    Different,
    /// It cannot be recomputed: the claim is about a measure of its own.
    Unknown,
}
