//! Decisions: what is proposed, who votes on it until when, the ballots and the outcome somebody declares. What a
//! decision comes to is recomputed by everybody ([`crate::governance`]).

use serde::de::Error as _;
use serde::ser::SerializeStruct as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::family::{Data, family, within};
use super::table::{Presence, Signer, Subject, kind};
use super::{Act, Deed, Head};
use crate::framework::Parameters;
use crate::limits;
use crate::time::Timestamp;

pub(super) const DECISION: &[Deed] = &[Deed::DecisionProposed];

family! {
    /// Acts of deciding together.
    Decisions {
        /// Puts something to the vote. Body: the text to be agreed.
        "decision.proposed" => DecisionProposed(DecisionProposed):
            kind(Signer::Member, Subject::AnyOrNone, Presence::Required, "a proposal"),
        /// One person's vote; the last before the deadline counts. Body: the reason, if given.
        "ballot.cast" => BallotCast(BallotCast):
            kind(Signer::Member, Subject::One(DECISION), Presence::Optional, "a ballot"),
        /// Declares what the vote came to. Body: a note, if given.
        "decision.closed" => DecisionClosed(DecisionClosed):
            kind(Signer::Member, Subject::One(DECISION), Presence::Optional, "the close of a decision"),
        /// The parameters of the framework's figures from now on.
        "parameters.adopted" => ParametersAdopted(Parameters):
            kind(Signer::Member, Subject::Led(DECISION, &[]), Presence::Absent, "a change of parameters").adopted(),
    }
}

/// Data of `decision.proposed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionProposed {
    /// Whose members vote: those at this cut.
    pub cut: Vec<Head>,
    /// How votes become an outcome.
    pub rule: Rule,
    /// What takes effect once it has carried; none for a decision that says all in its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adopts: Option<Adoption>,
    /// The last instant of voting.
    pub closes: Timestamp,
    /// How many per cent of the electorate must vote.
    pub quorum: u64,
}

impl Data for DecisionProposed {
    fn check(&self) -> Result<(), String> {
        within(
            "organisations of the electorate",
            self.cut.len(),
            1,
            limits::HEADS,
        )?;
        if !self.cut.is_sorted_by(|a, b| a.organisation < b.organisation) {
            return Err("the electorate's cut is not ascending by organisation".to_owned());
        }
        if !(1..=100).contains(&self.quorum) {
            return Err(format!(
                "a quorum of {} per cent (allowed: 1 to 100)",
                self.quorum
            ));
        }
        Ok(())
    }

    fn pins(&self) -> &[Head] {
        &self.cut
    }
}

/// How votes become an outcome. Whoever abstains counts for the quorum alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// One member one vote: more for than against.
    Members,
    /// One organisation one vote, which goes with more of its own ballots: more organisations for than against.
    Organisations,
    /// Nobody is against.
    Consent,
}

/// An act that a decision lets happen: `{do, data}`, as the entry that does it will have them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoption(Box<Act>);

/// An act that takes no decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not take effect by a decision")]
pub struct NotAdopted(String);

impl Adoption {
    /// The act.
    pub fn act(&self) -> &Act {
        &self.0
    }
}

impl TryFrom<Act> for Adoption {
    type Error = NotAdopted;

    fn try_from(act: Act) -> Result<Adoption, NotAdopted> {
        if act.rules().is_some_and(|kind| kind.adopted) && act.deed().is_some() {
            Ok(Adoption(Box::new(act)))
        } else {
            Err(NotAdopted(act.kind().to_owned()))
        }
    }
}

impl Serialize for Adoption {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Adoption", 2)?;
        fields.serialize_field("do", self.0.kind())?;
        fields.serialize_field("data", &*self.0)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Adoption {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Adoption, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Fields {
            #[serde(rename = "do")]
            kind: String,
            data: ciborium::Value,
        }
        let Fields { kind, data } = Fields::deserialize(deserializer)?;
        let act = Act::of(&kind, &crate::codec::encode(&data)).map_err(D::Error::custom)?;
        Adoption::try_from(act).map_err(D::Error::custom)
    }
}

/// Data of `ballot.cast`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BallotCast {
    /// For or against.
    pub choice: Choice,
}

impl Data for BallotCast {}

/// What a ballot says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// Let it be so.
    For,
    /// Do not. Where the rule is consent this is an objection.
    Against,
    /// Neither.
    Abstain,
}

/// Data of `decision.closed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionClosed {
    /// What the vote came to, by the word of whoever closes it.
    pub outcome: Outcome,
}

impl Data for DecisionClosed {}

/// What a vote came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is agreed.
    Carried,
    /// It is not.
    Failed,
}

impl Data for Parameters {
    fn check(&self) -> Result<(), String> {
        Parameters::check(self)
    }
}
