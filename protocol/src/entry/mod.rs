//! Entries: events, records and bodies, from and to their bytes (docs/protocol.md §2).

pub mod body;
mod event;
mod fields;
mod home;
mod payload;
mod record;

pub use body::{BodyRef, Committer, commit};
pub use event::Event;
pub use home::{Home, NotAHome};
pub use payload::Payload;
pub use record::{Record, Source};

use sha2::{Digest as _, Sha256};

use crate::codec::{Malformed, MalformedReason};
use crate::id::Id;

/// What the bytes of an entry say. Whether it counts is a verdict and is decided elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// Signed by its author.
    Event(Event),
    /// Vouched for by the organisation.
    Record(Record),
}

impl Entry {
    /// Reads received bytes. Unknown kinds and data that does not fit its kind are values ([`crate::kind::Act`]); only
    /// what breaks the form of every entry is malformed. The size of the whole is judged apart
    /// ([`crate::limits::ENTRY`]), and so is the signature ([`Event::verify`]).
    pub fn parse(bytes: &[u8]) -> Result<Entry, Malformed> {
        const TAG_18: u8 = 0xd2;
        const MAP: std::ops::RangeInclusive<u8> = 0xa0..=0xbf;
        match bytes.first() {
            None => Err(Malformed::new(0, MalformedReason::Truncated)),
            Some(&TAG_18) => Event::parse(bytes).map(Entry::Event),
            Some(first) if MAP.contains(first) => Record::parse(bytes).map(Entry::Record),
            Some(_) => Err(Malformed::new(0, MalformedReason::NotAnEntry)),
        }
    }

    /// The id of the entry with these bytes: the RFC 6962 leaf hash, SHA-256(0x00 ‖ bytes).
    pub fn id_of(bytes: &[u8]) -> Id {
        Id::from_bytes(
            Sha256::new()
                .chain_update([0])
                .chain_update(bytes)
                .finalize()
                .into(),
        )
    }

    /// What it says, whoever vouches for it.
    pub fn payload(&self) -> &Payload {
        match self {
            Entry::Event(event) => event.payload(),
            Entry::Record(record) => &record.payload,
        }
    }
}

#[cfg(test)]
mod tests;
