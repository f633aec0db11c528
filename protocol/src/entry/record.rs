//! What the organisation vouches for without a member's signature (docs/protocol.md §2.3).

use std::ops::Not;

use serde::de::{Deserializer, Error as _};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::fields::Fields;
use super::home::Home;
use super::payload::Payload;
use crate::codec::{self, Malformed};
use crate::id::Pseudonym;
use crate::limits;

/// An unsigned entry: imported history, or `heads.seen`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it says.
    pub payload: Payload,
    /// Whose log it belongs to.
    pub home: Home,
    /// Where it comes from.
    pub source: Source,
}

impl Record {
    /// Reads a record's bytes. See [`super::Entry::parse`] for what is malformed and what is a value.
    pub fn parse(bytes: &[u8]) -> Result<Record, Malformed> {
        codec::decode::<Fields<_>>(bytes)?.into_record()
    }

    /// The record's bytes, which are the entry.
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields::of(&self.payload, Some((self.home, &self.source))).serialize(serializer)
    }
}

/// Where a record comes from. (`site`, `kind`, `id`) is unique in its log. The three texts are 1 to 256 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Its id there.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// What it is there.
    #[serde(deserialize_with = "text")]
    pub kind: String,
    /// The place: a site's name; for `heads.seen` the log's origin.
    #[serde(deserialize_with = "text")]
    pub site: String,
    /// Its author's pseudonym; none if unknown. An unknown author differs from everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Pseudonym>,
    /// Whether a bot or a system account made it. Left out when false.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub automaton: bool,
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.len() {
        1..=limits::SOURCE_TEXT => Ok(text),
        bytes => Err(D::Error::custom(format_args!(
            "a source text of {bytes} bytes (allowed: 1 to 256)"
        ))),
    }
}
