//! The kinds of entries: what each says, who signs it and what it is about (docs/protocol.md §3).
//!
//! One file per family. A kind this version does not know, and data that does not fit its kind, are values too: such an
//! entry is kept and replicated, and void.

mod care;
mod community;
mod family;
mod interaction;
mod learning;
mod people;
mod slug;
mod table;

pub use care::{Care, ErasureCarriedOut, ImportMade};
pub use community::{
    Admission, Chartered, Clock, Community, Electorate, Founded, Head, HeadsSeen, Motion, Node, Policy,
    Proposed,
};
pub use interaction::{Interaction, QueryAsked, ReactionGiven, ThreadOpened};
pub use learning::{Learning, ResourcePublished, ResourceType};
pub use people::{Admitted, NamedKey, People};
pub use slug::{BadSlug, Slug, TooManyTopics, Topics};
pub use table::{AsRecord, KINDS, Kind, Presence, Signer, Subject};

use serde::ser::{Error as _, Serialize, Serializer};

use crate::codec;
use crate::entry::BodyRef;

/// What an entry does: `do` and `data` together.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "acts are read one at a time; a box would cost each an allocation"
)]
pub enum Act {
    /// Founding, charters, governance, heads seen.
    Community(Community),
    /// Members and their keys.
    People(People),
    /// Queries, threads, reactions.
    Interaction(Interaction),
    /// Resources.
    Learning(Learning),
    /// Imports and erasure.
    Care(Care),
    /// A kind this version does not know.
    Unknown {
        /// The name in `do`.
        kind: String,
        /// `data` as canonical CBOR; the empty map where it is left out.
        data: Vec<u8>,
    },
    /// A known kind whose data, `re` or body does not fit it.
    Bad {
        /// The name in `do`.
        kind: String,
        /// `data` as canonical CBOR; the empty map where it is left out.
        data: Vec<u8>,
        /// What does not fit, for people.
        reason: String,
    },
}

/// The empty map in CBOR: `data` left out.
pub(crate) const NO_DATA: &[u8] = &[0xa0];

impl Act {
    /// The name in `do`.
    pub fn kind(&self) -> &str {
        match self {
            Act::Community(act) => act.kind(),
            Act::People(act) => act.kind(),
            Act::Interaction(act) => act.kind(),
            Act::Learning(act) => act.kind(),
            Act::Care(act) => act.kind(),
            Act::Unknown { kind, .. } | Act::Bad { kind, .. } => kind,
        }
    }

    /// The rules of its kind; none for a kind this version does not know.
    pub fn rules(&self) -> Option<&'static Kind> {
        Kind::named(self.kind())
    }

    /// The file among its fields, where there is one.
    pub fn file(&self) -> Option<&BodyRef> {
        match self {
            Act::Learning(Learning::ResourcePublished(resource)) => resource.file.as_ref(),
            Act::Community(_)
            | Act::People(_)
            | Act::Interaction(_)
            | Act::Learning(_)
            | Act::Care(_)
            | Act::Unknown { .. }
            | Act::Bad { .. } => None,
        }
    }

    /// Reads `data` as its kind asks, given how many ids `re` holds and whether there is a body.
    pub(crate) fn read(kind: String, data: Vec<u8>, references: usize, body: bool) -> Act {
        let Some(rules) = Kind::named(&kind) else {
            return Act::Unknown { kind, data };
        };
        match rules
            .fits(references, body)
            .and_then(|()| read_known(&kind, &data))
        {
            Ok(act) => act,
            Err(reason) => Act::Bad { kind, data, reason },
        }
    }

    /// `data` in CBOR; [`NO_DATA`] where it is left out.
    pub(crate) fn data(&self) -> Vec<u8> {
        match self {
            Act::Unknown { data, .. } | Act::Bad { data, .. } => data.clone(),
            Act::Community(act) => codec::encode(act),
            Act::People(act) => codec::encode(act),
            Act::Interaction(act) => codec::encode(act),
            Act::Learning(act) => codec::encode(act),
            Act::Care(act) => codec::encode(act),
        }
    }
}

/// Writes `data` alone. Data this version cannot read is shown to people as the hexadecimal of its bytes.
impl Serialize for Act {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Act::Community(act) => act.serialize(serializer),
            Act::People(act) => act.serialize(serializer),
            Act::Interaction(act) => act.serialize(serializer),
            Act::Learning(act) => act.serialize(serializer),
            Act::Care(act) => act.serialize(serializer),
            Act::Unknown { data, .. } | Act::Bad { data, .. } if serializer.is_human_readable() => {
                serializer.serialize_str(&hex::encode(data))
            }
            Act::Unknown { data, .. } | Act::Bad { data, .. } => {
                let value: ciborium::Value = codec::decode(data).map_err(S::Error::custom)?;
                value.serialize(serializer)
            }
        }
    }
}

impl From<Community> for Act {
    fn from(act: Community) -> Act {
        Act::Community(act)
    }
}

impl From<People> for Act {
    fn from(act: People) -> Act {
        Act::People(act)
    }
}

impl From<Interaction> for Act {
    fn from(act: Interaction) -> Act {
        Act::Interaction(act)
    }
}

impl From<Learning> for Act {
    fn from(act: Learning) -> Act {
        Act::Learning(act)
    }
}

impl From<Care> for Act {
    fn from(act: Care) -> Act {
        Act::Care(act)
    }
}

fn read_known(kind: &str, data: &[u8]) -> Result<Act, String> {
    Community::read(kind, data)
        .map(|act| act.map(Act::Community))
        .or_else(|| People::read(kind, data).map(|act| act.map(Act::People)))
        .or_else(|| Interaction::read(kind, data).map(|act| act.map(Act::Interaction)))
        .or_else(|| Learning::read(kind, data).map(|act| act.map(Act::Learning)))
        .or_else(|| Care::read(kind, data).map(|act| act.map(Act::Care)))
        .expect("every kind of the table is of one family")
}

#[cfg(test)]
mod tests;
