//! What `POST /v1/entries` takes and gives: entries with their small bodies, and an outcome for each entry.

use hearth_protocol::codec::{self, blob};
use hearth_protocol::entry::BodyRef;
use hearth_protocol::id::Id;
use serde::{Deserialize, Serialize};

/// Signed entries and the bodies they commit to, sent together.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Submission {
    pub(crate) bodies: Vec<Body>,
    pub(crate) entries: Vec<Bytes>,
}

/// A body as it travels: the salt, then the bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Body {
    #[serde(with = "blob")]
    salt: Vec<u8>,
    #[serde(with = "blob")]
    bytes: Vec<u8>,
}

/// A byte string of CBOR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Bytes(#[serde(with = "blob")] pub(crate) Vec<u8>);

impl Body {
    /// A body under a fresh salt, and what an entry says of it.
    pub(crate) fn new(bytes: Vec<u8>, media_type: &str) -> Result<(BodyRef, Body), getrandom::Error> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt)?;
        Ok((
            BodyRef::to(&salt, &bytes, media_type),
            Body {
                salt: salt.to_vec(),
                bytes,
            },
        ))
    }

    /// Salt, then bytes: as it is kept until it is sent by itself.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        [self.salt.as_slice(), &self.bytes].concat()
    }
}

impl Body {
    /// A body under a salt chosen before.
    pub(crate) fn salted(salt: [u8; 32], bytes: Vec<u8>) -> Body {
        Body {
            salt: salt.to_vec(),
            bytes,
        }
    }
}

impl Submission {
    pub(crate) fn push(&mut self, entry: Vec<u8>, bodies: impl IntoIterator<Item = Body>) {
        self.entries.push(Bytes(entry));
        self.bodies.extend(bodies);
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }
}

/// The node's answer to a submission.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub(super) results: Vec<Outcome>,
}

/// What became of one entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub(crate) enum Outcome {
    Acknowledged(Acknowledged),
    Refused { error: Reason },
}

/// The entry is durable in the log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Acknowledged {
    pub(crate) id: Id,
    pub(crate) index: u64,
    /// Whether it was in the log before.
    #[serde(default)]
    pub(crate) duplicate: bool,
}

/// Why the node will not take an entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Reason {
    pub(crate) code: String,
    pub(crate) message: String,
    /// Whether the same entry may be taken later.
    #[serde(default)]
    pub(crate) temporary: bool,
}

impl Reason {
    /// Whether it lies with this one entry, so that others may be taken meanwhile.
    pub(crate) fn is_of_the_entry(&self) -> bool {
        matches!(
            self.code.as_str(),
            "missing_reference" | "missing_body" | "future"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submission_is_canonical() {
        let (body, sent) = Body::new(b"words".to_vec(), "text/markdown").unwrap();
        let mut submission = Submission::default();
        submission.push(vec![1, 2], [sent.clone()]);
        assert_eq!(
            codec::decode::<Submission>(&submission.encode()).unwrap(),
            submission
        );
        let salt: [u8; 32] = sent.salt.try_into().unwrap();
        assert_eq!(hearth_protocol::entry::commit(&salt, &sent.bytes), body.hash);
    }

    #[test]
    fn outcomes_are_read() {
        let id = Id::from_bytes([7; 32]);
        let text = format!(
            r#"{{"results":[{{"id":"{id}","index":4,"size":5,"duplicate":true}},{{"error":{{"code":"not_permitted","message":"no"}}}}]}}"#
        );
        let answer: Answer = serde_json::from_str(&text).unwrap();
        assert_eq!(
            answer.results[0],
            Outcome::Acknowledged(Acknowledged {
                id,
                index: 4,
                duplicate: true
            })
        );
        let reason = Reason {
            code: "not_permitted".into(),
            message: "no".into(),
            temporary: false,
        };
        assert_eq!(answer.results[1], Outcome::Refused { error: reason });
    }
}
