//! Tells a community's story entry by entry, keeping what each was made from.

use serde_json::{Value, json};

use crate::entry::{BodyRef, Entry, Event, Home, Payload, Record, Source, commit};
use crate::id::Id;
use crate::kind::*;
use crate::sign::SecretKey;
use crate::time::{Span, Timestamp};

/// One entry and all it was made from.
pub(super) struct Example {
    pub(super) kind: String,
    pub(super) name: &'static str,
    seed: Option<u8>,
    home: Home,
    pub(super) body: Option<([u8; 32], Vec<u8>)>,
    pub(super) bytes: Vec<u8>,
}

impl Example {
    pub(super) fn to_json(&self) -> Value {
        let mut vector = json!({
            "name": self.name,
            "id": Entry::id_of(&self.bytes),
            "bytes": hex::encode(&self.bytes),
            "community": self.home.community,
            "organisation": self.home.organisation,
        });
        match Entry::parse(&self.bytes).unwrap() {
            Entry::Event(event) => {
                vector["form"] = json!("event");
                vector["seed"] = json!(hex::encode([self.seed.unwrap(); 32]));
                vector["public_key"] = json!(event.kid());
                vector["fields"] = json!(event.payload());
            }
            Entry::Record(record) => {
                vector["form"] = json!("record");
                vector["fields"] = json!(record);
            }
        }
        if let Some((salt, bytes)) = &self.body {
            vector["body"] = json!({
                "salt": hex::encode(salt),
                "bytes": hex::encode(bytes),
                "hash": commit(salt, bytes),
            });
        }
        vector
    }
}

/// The teller: where the story happens, and how late it is.
pub(super) struct Story {
    pub(super) examples: Vec<Example>,
    pub(super) home: Home,
    pub(super) at: Timestamp,
}

impl Story {
    /// The same community on a day of its own.
    pub(super) fn beside(&self, day: &str) -> Story {
        Story {
            examples: Vec::new(),
            home: self.home,
            at: day.parse().unwrap(),
        }
    }

    pub(super) fn tell(
        &mut self,
        name: &'static str,
        seed: u8,
        act: impl Into<Act>,
        re: &[Id],
        words: Option<&str>,
    ) -> Id {
        let body = words.map(|words| (self.salt(), words.as_bytes().to_vec()));
        self.tell_with(name, seed, act.into(), re, body, "text/markdown")
    }

    pub(super) fn tell_with(
        &mut self,
        name: &'static str,
        seed: u8,
        act: Act,
        re: &[Id],
        body: Option<([u8; 32], Vec<u8>)>,
        media_type: &str,
    ) -> Id {
        let payload = self.payload(act, re, &body, media_type);
        let bytes = Event::sign(&payload, &key(seed), &self.home);
        self.push(name, Some(seed), payload.act.kind(), body, bytes)
    }

    pub(super) fn record(
        &mut self,
        name: &'static str,
        act: impl Into<Act>,
        re: &[Id],
        words: Option<&str>,
        source: Source,
    ) -> Id {
        let body = words.map(|words| (self.salt(), words.as_bytes().to_vec()));
        let payload = self.payload(act.into(), re, &body, "text/markdown");
        let kind = payload.act.kind().to_owned();
        let bytes = Record {
            payload,
            home: self.home,
            source,
        }
        .encode();
        self.push(name, None, &kind, body, bytes)
    }

    fn payload(
        &mut self,
        act: Act,
        re: &[Id],
        body: &Option<([u8; 32], Vec<u8>)>,
        media_type: &str,
    ) -> Payload {
        self.at = self.at.plus(Span::MINUTE);
        let body = body
            .as_ref()
            .map(|(salt, bytes)| BodyRef::to(salt, bytes, media_type));
        Payload {
            re: re.to_vec(),
            body,
            ..Payload::new(self.at, act)
        }
    }

    fn push(
        &mut self,
        name: &'static str,
        seed: Option<u8>,
        kind: &str,
        body: Option<([u8; 32], Vec<u8>)>,
        bytes: Vec<u8>,
    ) -> Id {
        let id = Entry::id_of(&bytes);
        self.examples.push(Example {
            kind: kind.to_owned(),
            name,
            seed,
            home: self.home,
            body,
            bytes,
        });
        id
    }

    pub(super) fn salt(&self) -> [u8; 32] {
        [u8::try_from(0x40 + self.examples.len()).unwrap(); 32]
    }
}

pub(super) fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}
