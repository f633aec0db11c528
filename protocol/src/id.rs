//! Names made of 32 bytes: each its own type, so that a root is never taken for an id.
//!
//! All are written as lowercase hexadecimal for people (JSON included) and as a byte string of 32 in CBOR.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// Text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not 64 hexadecimal digits (it has {digits})")]
pub struct NotHex {
    /// The text as given, cut at 80 characters.
    pub text: String,
    /// How many characters it has.
    pub digits: usize,
}

macro_rules! bytes32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Wraps the bytes as they are.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// The first 12 hexadecimal digits, for people.
            pub fn short(&self) -> String {
                hex::encode(&self.0[..6])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = NotHex;

            fn from_str(text: &str) -> Result<Self, NotHex> {
                parse_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize(&self.0, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserialize(deserializer).map(Self)
            }
        }
    };
}

bytes32! {
    /// The id of an entry: its RFC 6962 leaf hash. A community, an organisation, a person and a circle are named by
    /// the id of the entry that made them.
    Id
}
bytes32! {
    /// The root hash of a log at some size (RFC 6962 §2.1).
    Root
}
bytes32! {
    /// The salted commitment to a body (docs/protocol.md §2.4).
    BodyHash
}
bytes32! {
    /// SHA-256 of a public key that is not yet in use: the commitment to a log's next key.
    KeyHash
}
bytes32! {
    /// An Ed25519 public key as written, not yet checked. [`crate::sign::PublicKey`] is the checked one.
    KeyBytes
}
bytes32! {
    /// The pseudonym of a person of imported history (docs/protocol.md §2.3).
    Pseudonym
}
bytes32! {
    /// A hash with no narrower meaning: a node of a tree, a digest, a name of a cut.
    Hash
}

impl Id {
    /// Thirty-two zeros: an id that does not exist yet.
    pub const ZERO: Id = Id([0; 32]);
}

impl KeyHash {
    /// The commitment to `key`.
    pub fn of(key: &KeyBytes) -> KeyHash {
        KeyHash(Sha256::digest(key.as_bytes()).into())
    }
}

impl Hash {
    /// SHA-256 of `bytes`.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }
}

pub(crate) fn parse_hex(text: &str) -> Result<[u8; 32], NotHex> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| NotHex {
        text: text.chars().take(80).collect(),
        digits: text.chars().count(),
    })?;
    Ok(bytes)
}

pub(crate) fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.serialize_str(&hex::encode(bytes))
    } else {
        serializer.serialize_bytes(bytes)
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(Bytes32)
    } else {
        deserializer.deserialize_bytes(Bytes32)
    }
}

struct Bytes32;

impl Visitor<'_> for Bytes32 {
    type Value = [u8; 32];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("32 bytes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<[u8; 32], E> {
        parse_hex(text).map_err(E::custom)
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<[u8; 32], E> {
        bytes
            .try_into()
            .map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_both_ways_and_a_wrong_length_is_named() {
        let id = Id::from_bytes([0xab; 32]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.short(), "abababababab");
        let error = "abc".parse::<Id>().unwrap_err();
        assert_eq!(error.to_string(), "`abc` is not 64 hexadecimal digits (it has 3)");
        assert!("z".repeat(64).parse::<Id>().is_err());
    }

    #[test]
    fn people_read_hex_and_machines_read_bytes() {
        let id = Id::from_bytes([7; 32]);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        let cbor = crate::codec::encode(&id);
        assert_eq!(cbor[..2], [0x58, 0x20]);
        assert_eq!(crate::codec::decode::<Id>(&cbor), Ok(id));
        assert!(crate::codec::decode::<Id>(&[0x41, 7]).is_err());
        assert!(crate::codec::decode::<Id>(&[0x81, 7]).is_err());
    }
}
