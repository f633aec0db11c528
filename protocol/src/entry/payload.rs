//! What an entry says, whoever vouches for it.

use serde::ser::{Serialize, Serializer};

use super::body::BodyRef;
use super::fields::Fields;
use crate::codec::{self, Malformed};
use crate::id::Id;
use crate::kind::Act;
use crate::time::Timestamp;

/// The payload of an event, and the same fields of a record (docs/protocol.md §2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// When the author says it happened.
    pub at: Timestamp,
    /// What is done: `do` and `data`.
    pub act: Act,
    /// The circle it happens in (`in`).
    pub circle: Option<Id>,
    /// The entries it is about or follows, at most 64; the first is the subject.
    pub re: Vec<Id>,
    /// Its words or its file, kept apart.
    pub body: Option<BodyRef>,
}

impl Payload {
    /// An act at a time, about nothing, without a body.
    pub fn new(at: Timestamp, act: impl Into<Act>) -> Payload {
        Payload {
            at,
            act: act.into(),
            circle: None,
            re: Vec::new(),
            body: None,
        }
    }

    /// The same, about `subject`.
    pub fn about(mut self, subject: Id) -> Payload {
        self.re.insert(0, subject);
        self
    }

    /// The same, with a body.
    pub fn with_body(mut self, body: BodyRef) -> Payload {
        self.body = Some(body);
        self
    }

    /// Reads a payload's bytes. See [`super::Entry::parse`] for what is malformed and what is a value.
    pub fn parse(bytes: &[u8]) -> Result<Payload, Malformed> {
        codec::decode::<Fields<_>>(bytes)?.into_payload()
    }

    /// The payload's bytes.
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// What it is about: the first of `re`.
    pub fn subject(&self) -> Option<Id> {
        self.re.first().copied()
    }

    /// Every body it refers to: its own, then the file among its data.
    pub fn bodies(&self) -> impl Iterator<Item = &BodyRef> {
        self.body.iter().chain(self.act.file())
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields::of(self, None).serialize(serializer)
    }
}
