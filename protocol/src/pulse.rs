//! Tokens of anonymous surveys: what an issuer signs without seeing it, and whether a token holds. RFC 9474,
//! RSABSSA-SHA384-PSS-Randomized, whose result is an ordinary RSASSA-PSS signature (docs/protocol.md §7).
//!
//! Issuing needs a secret key and belongs to the node. Blinding needs randomness, which the client draws and hands in: the
//! steps themselves ([`blinding`]) are a function like any other.

use std::fmt;

use rsa::pss::{Signature, VerifyingKey};
use rsa::signature::Verifier as _;
use rsa::{BoxedUint, PublicKey};
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use sha2::Sha384;

use crate::codec::blob;
use crate::id::{Id, KeyBytes};

pub mod blinding;
mod receipt;
#[cfg(test)]
pub(crate) mod tests;

pub use receipt::{BadReceipt, Receipt};

/// Lengths of a modulus that are allowed: 2048, 3072 and 4096 bits.
pub const MODULUS: [usize; 3] = [256, 384, 512];
/// Length of the random prefix that RFC 9474 puts before a message.
pub const PREFIX: usize = 32;
/// The public exponent of every key.
const EXPONENT: u32 = 65_537;
/// Length of the salt of a signature: that of SHA-384.
const SALT: usize = 48;
const CONTEXT: &[u8] = b"hearth/pulse/v1\0";

/// What a token states: in this community, for this pulse, whoever holds the secret of this once-key was entitled to one
/// answer. Its issuer signs it without seeing it.
pub fn statement(community: Id, pulse: Id, once_key: KeyBytes) -> Vec<u8> {
    [
        CONTEXT,
        community.as_bytes(),
        pulse.as_bytes(),
        once_key.as_bytes(),
    ]
    .concat()
}

/// Why bytes are no issuer's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadIssuerKey {
    /// Neither 2048 nor 3072 nor 4096 bits.
    #[error("a key of {0} bytes is neither of 2048 nor of 3072 nor of 4096 bits")]
    Length(usize),
    /// Written longer than it is.
    #[error("the highest bit of the key is not set")]
    Short,
    /// No product of two odd primes.
    #[error("the key is an even number")]
    Even,
}

/// An issuer's key for one pulse: an RSA modulus, big-endian. The exponent is 65,537.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuerKey {
    modulus: Vec<u8>,
    key: PublicKey,
}

impl IssuerKey {
    /// Reads a modulus.
    pub fn from_bytes(modulus: &[u8]) -> Result<IssuerKey, BadIssuerKey> {
        if !MODULUS.contains(&modulus.len()) {
            return Err(BadIssuerKey::Length(modulus.len()));
        }
        if modulus[0] & 0x80 == 0 {
            return Err(BadIssuerKey::Short);
        }
        if modulus[modulus.len() - 1] & 1 == 0 {
            return Err(BadIssuerKey::Even);
        }
        let key = PublicKey::new(number(modulus), BoxedUint::from(EXPONENT))
            .expect("an odd modulus of an allowed length is a key");
        Ok(IssuerKey {
            modulus: modulus.to_vec(),
            key,
        })
    }

    /// The modulus.
    pub fn as_bytes(&self) -> &[u8] {
        &self.modulus
    }

    /// The key as other programs read it: a DER `SubjectPublicKeyInfo` with the algorithm `rsaEncryption`.
    pub fn spki(&self) -> Vec<u8> {
        let modulus = tagged(0x02, &[&[0], self.as_bytes()].concat());
        let exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
        let numbers = tagged(0x30, &[&modulus[..], &exponent].concat());
        let bits = tagged(0x03, &[&[0], &numbers[..]].concat());
        tagged(0x30, &[RSA_ENCRYPTION, &bits].concat())
    }

    /// Whether an issuer can sign this blinded message: as long as the modulus, and below it.
    pub fn can_sign(&self, blinded: &[u8]) -> bool {
        blinded.len() == self.modulus.len() && blinded < self.as_bytes()
    }
}

/// A number of as many bits as its bytes have.
fn number(bytes: &[u8]) -> BoxedUint {
    let bits = u32::try_from(bytes.len() * 8).expect("a number here has at most 4096 bits");
    BoxedUint::from_be_slice(bytes, bits).expect("the bits are those of the bytes")
}

/// The algorithm identifier `rsaEncryption` with the parameters NULL.
const RSA_ENCRYPTION: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// A DER item of 256 to 65,535 bytes.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("a key has less than 64 KiB");
    [&[tag, 0x82], &length.to_be_bytes()[..], content].concat()
}

impl fmt::Debug for IssuerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerKey({}…)", hex::encode(&self.modulus[..6]))
    }
}

impl Serialize for IssuerKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        blob::serialize(&self.modulus, serializer)
    }
}

impl<'de> Deserialize<'de> for IssuerKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<IssuerKey, D::Error> {
        let modulus = blob::deserialize(deserializer)?;
        IssuerKey::from_bytes(&modulus).map_err(de::Error::custom)
    }
}

/// An issuer's signature over a statement, unblinded by whoever asked for it, with the key it is to be checked under. In
/// CBOR the array [key, prefix, signature].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The issuer's key. Whether it is that of an issuer of the pulse is a verdict.
    pub key: IssuerKey,
    /// The random prefix of the message.
    pub prefix: [u8; PREFIX],
    /// The signature, as long as the key.
    pub signature: Vec<u8>,
}

/// Why a token does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token was not signed by this issuer for this pulse and once-key")]
pub struct BadToken;

impl Token {
    /// Checks that the issuer signed `prefix ‖ statement`: RSASSA-PSS with SHA-384, MGF1 with SHA-384, a salt of 48 bytes.
    pub fn verify(&self, statement: &[u8]) -> Result<(), BadToken> {
        if self.signature.len() != self.key.modulus.len() {
            return Err(BadToken);
        }
        let signature = Signature::try_from(self.signature.as_slice()).map_err(|_| BadToken)?;
        VerifyingKey::<Sha384>::new_with_salt_len(self.key.key.clone(), SALT)
            .verify(&[&self.prefix, statement].concat(), &signature)
            .map_err(|_| BadToken)
    }
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Written(
    IssuerKey,
    #[serde(with = "blob")] Vec<u8>,
    #[serde(with = "blob")] Vec<u8>,
);

impl Serialize for Token {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written(self.key.clone(), self.prefix.to_vec(), self.signature.clone()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Token {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Token, D::Error> {
        let Written(key, prefix, signature) = Written::deserialize(deserializer)?;
        let prefix = <[u8; PREFIX]>::try_from(prefix)
            .map_err(|wrong| de::Error::custom(format!("a prefix of {} bytes, not {PREFIX}", wrong.len())))?;
        if signature.len() != key.as_bytes().len() {
            return Err(de::Error::custom("a signature is as long as the key it is by"));
        }
        Ok(Token {
            key,
            prefix,
            signature,
        })
    }
}
