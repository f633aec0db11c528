//! Bodies lie apart from the log, behind a salted commitment, so that they can be erased (docs/protocol.md §2.4).

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::id::BodyHash;
use crate::limits;

/// What an entry says of a body.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRef {
    /// Commitment to salt and bytes.
    pub hash: BodyHash,
    /// Length in bytes, without the salt; at most [`limits::BODY`].
    #[serde(deserialize_with = "size")]
    pub size: u64,
    /// Media type, `type/subtype` and parameters, 3 to 127 bytes of printable ASCII.
    #[serde(rename = "type", deserialize_with = "media_type")]
    pub media_type: String,
}

impl BodyRef {
    /// Refers to a body that is at hand.
    pub fn to(salt: &[u8; limits::SALT], bytes: &[u8], media_type: &str) -> BodyRef {
        BodyRef {
            hash: commit(salt, bytes),
            size: bytes.len() as u64,
            media_type: media_type.to_owned(),
        }
    }
}

/// SHA-256("hearth/body/v1" ‖ 0x00 ‖ salt ‖ bytes).
pub fn commit(salt: &[u8; limits::SALT], bytes: &[u8]) -> BodyHash {
    let mut committer = Committer::new(salt);
    committer.update(bytes);
    committer.finish()
}

/// [`commit`] for a body that arrives in pieces.
#[derive(Clone)]
pub struct Committer(Sha256);

impl Committer {
    /// Begins with the salt.
    pub fn new(salt: &[u8; limits::SALT]) -> Committer {
        Committer(Sha256::new().chain_update(b"hearth/body/v1\0").chain_update(salt))
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The commitment to all pieces so far, in the order given.
    pub fn finish(self) -> BodyHash {
        BodyHash::from_bytes(self.0.finalize().into())
    }
}

fn size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let size = u64::deserialize(deserializer)?;
    if size > limits::BODY {
        return Err(D::Error::custom(format_args!(
            "a body of {size} bytes (at most {})",
            limits::BODY
        )));
    }
    Ok(size)
}

fn media_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let has_form = text
        .split_once('/')
        .is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty());
    let is_printable = text.bytes().all(|b| (b' '..=b'~').contains(&b));
    if !has_form || !is_printable || text.len() > limits::MEDIA_TYPE {
        return Err(D::Error::custom("no media type of 3 to 127 bytes"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_commitment_is_the_documented_hash() {
        let salt = [9; 32];
        let mut bytes = b"hearth/body/v1\0".to_vec();
        bytes.extend_from_slice(&salt);
        bytes.extend_from_slice(b"words");
        assert_eq!(
            commit(&salt, b"words").as_bytes(),
            crate::id::Hash::of(&bytes).as_bytes()
        );
    }

    proptest! {
        #[test]
        fn pieces_commit_to_the_whole(salt: [u8; 32], pieces: Vec<Vec<u8>>) {
            let mut committer = Committer::new(&salt);
            pieces.iter().for_each(|piece| committer.update(piece));
            prop_assert_eq!(committer.finish(), commit(&salt, &pieces.concat()));
        }
    }
}
