//! Anonymous surveys: opened by a steward, answered under once-keys with tokens of two issuers.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::community::Head;
use super::family::{Data, family, within};
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use crate::codec::blob;
use crate::id::Id;
use crate::limits;
use crate::pulse::{IssuerKey, MODULUS, Token};
use crate::time::Timestamp;

const PULSE: &[Deed] = &[Deed::PulseOpened];
const KEYS: &[Deed] = &[Deed::PulseKeyed];
const REQUEST: &[Deed] = &[Deed::PulseRequested];

family! {
    /// Acts of asking members what they think, without knowing who thinks it.
    Pulse {
        /// Asks. Body: words to those who are asked, if any.
        "pulse.opened" => PulseOpened(PulseOpened):
            kind(Signer::Steward, Subject::None, Presence::Optional, "a pulse"),
        /// The key an issuer signs tokens of this pulse with. Only a record.
        "pulse.keyed" => PulseKeyed(PulseKeyed):
            kind(Signer::Nobody, Subject::One(PULSE), Presence::Absent, "an issuer's key").record_only(),
        /// A member asks both issuers for a token: once per person.
        "pulse.requested" => PulseRequested(PulseRequested):
            kind(Signer::Member, Subject::Led(PULSE, KEYS), Presence::Absent, "a request for tokens"),
        /// An issuer's answer to a request. Only a record.
        "pulse.issued" => PulseIssued(PulseIssued):
            kind(Signer::Nobody, Subject::Led(REQUEST, KEYS), Presence::Absent, "a token issued").record_only(),
        /// What somebody answered, under a key used once. Only in the log of the collector, before it closes.
        "pulse.answered" => PulseAnswered(PulseAnswered):
            kind(Signer::Tokens, Subject::Led(PULSE, KEYS), Presence::Absent, "an anonymous answer"),
        /// The collector has published all answers. Only a record.
        "pulse.closed" => PulseClosed:
            kind(Signer::Nobody, Subject::One(PULSE), Presence::Absent, "the end of a pulse").record_only(),
    }
}

/// Data of `pulse.opened`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseOpened {
    /// How many members the electorate has, as the opener counted.
    pub n: u64,
    /// What is asked: statements, as slugs, in the order they are put.
    pub items: Vec<Slug>,
    /// Answers run from 1, *not at all*, to this, *fully*.
    pub scale: u64,
    /// By when each part is to be done. The nodes keep to it; verdicts go by log position.
    pub until: Deadlines,
    /// The two organisations that issue tokens.
    pub issuers: (Id, Id),
    /// The organisation that collects the answers.
    pub collector: Id,
    /// Whose members may answer: those of each log at that size, ascending by organisation.
    pub electorate: Vec<Head>,
}

/// The timetable of a pulse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    /// Issuers show their keys.
    pub keys: Timestamp,
    /// Answers are taken; then the pulse is closed.
    pub answers: Timestamp,
    /// Tokens are asked for and issued.
    pub requests: Timestamp,
}

impl Data for PulseOpened {
    fn check(&self) -> Result<(), String> {
        within("items", self.items.len(), 1, limits::PULSE_ITEMS)?;
        let repeated = |(place, item): (usize, &Slug)| self.items[..place].contains(item);
        if self.items.iter().enumerate().any(repeated) {
            return Err("an item is asked twice".to_owned());
        }
        if !(2..=limits::PULSE_SCALE).contains(&self.scale) {
            return Err(format!(
                "a scale to {} (allowed: 2 to {})",
                self.scale,
                limits::PULSE_SCALE
            ));
        }
        let Deadlines {
            keys,
            answers,
            requests,
        } = self.until;
        if !(keys <= requests && requests <= answers) {
            return Err("the deadlines are not in the order keys, requests, answers".to_owned());
        }
        within("rows of the electorate", self.electorate.len(), 1, limits::HEADS)?;
        if !self
            .electorate
            .is_sorted_by(|a, b| a.organisation < b.organisation)
        {
            return Err("the electorate is not ascending by organisation".to_owned());
        }
        self.check_offices()
    }
}

impl PulseOpened {
    /// The place of an organisation among the issuers.
    pub fn issuer(&self, organisation: Id) -> Option<usize> {
        <[Id; 2]>::from(self.issuers)
            .iter()
            .position(|issuer| *issuer == organisation)
    }

    /// The size of an organisation's log at which it belongs to the electorate; none if it does not.
    pub fn electorate_of(&self, organisation: Id) -> Option<u64> {
        let row = self
            .electorate
            .iter()
            .find(|row| row.organisation == organisation);
        row.map(|row| row.size)
    }

    /// Whether a choice on the scale agrees: lies above its middle.
    pub fn agrees(&self, choice: u64) -> bool {
        2 * choice > self.scale + 1
    }

    /// Two issuers, and a collector that is neither, where there is a third.
    fn check_offices(&self) -> Result<(), String> {
        let [one, other] = <[Id; 2]>::from(self.issuers);
        if one == other {
            return Err("both issuers are one organisation".to_owned());
        }
        let offices = [one, other, self.collector];
        if offices.iter().any(|office| self.electorate_of(*office).is_none()) {
            return Err("an issuer or the collector is not in the electorate".to_owned());
        }
        if self.electorate.len() > 2 && self.issuer(self.collector).is_some() {
            return Err("the collector issues tokens, though there are three organisations".to_owned());
        }
        Ok(())
    }
}

/// Data of `pulse.keyed`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseKeyed {
    /// The issuer's key for this pulse.
    pub key: IssuerKey,
}

impl Data for PulseKeyed {}

/// A byte string of [`blob`]'s, for lists of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Blob(#[serde(with = "blob")] pub Vec<u8>);

/// Data of `pulse.requested`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseRequested {
    /// The statement, blinded for each issuer in the order of the pulse.
    pub blinded: (Blob, Blob),
}

impl Data for PulseRequested {
    fn check(&self) -> Result<(), String> {
        [&self.blinded.0, &self.blinded.1]
            .iter()
            .try_for_each(|Blob(message)| as_long_as_a_key("blinded message", message))
    }
}

/// Data of `pulse.issued`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseIssued {
    /// The issuer's key.
    pub key: IssuerKey,
    /// What was asked to be signed.
    #[serde(with = "blob")]
    pub blinded: Vec<u8>,
    /// The signature over it.
    #[serde(with = "blob")]
    pub signature: Vec<u8>,
}

impl Data for PulseIssued {
    fn check(&self) -> Result<(), String> {
        as_long_as_a_key("blinded message", &self.blinded)?;
        as_long_as_a_key("signature", &self.signature)
    }
}

fn as_long_as_a_key(what: &str, bytes: &[u8]) -> Result<(), String> {
    if MODULUS.contains(&bytes.len()) {
        Ok(())
    } else {
        Err(format!("a {what} of {} bytes is as long as no key", bytes.len()))
    }
}

/// Data of `pulse.answered`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PulseAnswered {
    /// The tokens, one of each issuer in the order of the pulse.
    pub tokens: (Token, Token),
    /// One choice per item of the pulse; 0 where it is left out.
    pub choices: Vec<u64>,
}

impl Data for PulseAnswered {
    fn check(&self) -> Result<(), String> {
        within("choices", self.choices.len(), 1, limits::PULSE_ITEMS)?;
        if self.choices.iter().any(|choice| *choice > limits::PULSE_SCALE) {
            return Err("a choice beyond every scale".to_owned());
        }
        Ok(())
    }
}
