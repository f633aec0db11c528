//! Ed25519 in one strict profile, for entries, checkpoints, cosignatures, handovers and sessions alike
//! (docs/protocol.md §2.5). Signatures are never verified in batches: a batch can accept what each alone refuses.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use crate::id::{self, KeyBytes, KeyHash};

mod small_order;
pub use small_order::SMALL_ORDER;

/// Why 32 bytes are no public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// The bytes decode to no point of the curve.
    #[error("the key is no point of the curve")]
    NotAPoint,
    /// The bytes decode to a point whose own encoding differs.
    #[error("the key is not written in its canonical encoding")]
    NotCanonical,
    /// The point is one of [`SMALL_ORDER`]: anyone can sign under it.
    #[error("the key is of small order")]
    SmallOrder,
}

/// Why a signature does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    /// The key itself is refused.
    #[error(transparent)]
    Key(#[from] BadKey),
    /// The signature's first half is one of [`SMALL_ORDER`].
    #[error("the signature's R is of small order")]
    SmallOrderR,
    /// S is not below L, R is no canonical point, or the equation does not hold.
    #[error("the signature does not belong to this message and key")]
    Mismatch,
}

/// A public key that passed the profile, decompressed once.
#[derive(Clone, Copy)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Checks that the bytes are the canonical encoding of a point that is not of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<PublicKey, BadKey> {
        if SMALL_ORDER.contains(bytes) {
            return Err(BadKey::SmallOrder);
        }
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| BadKey::NotAPoint)?;
        if key.to_edwards().compress().as_bytes() != bytes {
            return Err(BadKey::NotCanonical);
        }
        Ok(PublicKey(key))
    }

    /// The key's 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The key as a name.
    pub fn bytes(&self) -> KeyBytes {
        KeyBytes::from_bytes(*self.0.as_bytes())
    }

    /// The commitment to this key.
    pub fn hash(&self) -> KeyHash {
        KeyHash::of(&self.bytes())
    }

    /// Checks one signature over `message`: RFC 8032's cofactorless equation, S < L, R canonical and not of small order.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), BadSignature> {
        let (r, _) = signature.0.split_at(32);
        if SMALL_ORDER.iter().any(|point| point == r) {
            return Err(BadSignature::SmallOrderR);
        }
        self.0
            .verify_strict(message, &ed25519_dalek::Signature::from_bytes(&signature.0))
            .map_err(|_| BadSignature::Mismatch)
    }
}

impl TryFrom<KeyBytes> for PublicKey {
    type Error = BadKey;

    fn try_from(bytes: KeyBytes) -> Result<PublicKey, BadKey> {
        PublicKey::from_bytes(bytes.as_bytes())
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &PublicKey) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for PublicKey {}

impl PartialOrd for PublicKey {
    fn partial_cmp(&self, other: &PublicKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for PublicKey {
    fn cmp(&self, other: &PublicKey) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl Hash for PublicKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().fmt(f)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.bytes().short())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        id::serialize(self.as_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PublicKey, D::Error> {
        PublicKey::from_bytes(&id::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A signature as written: R ‖ S. Only [`PublicKey::verify`] says whether it holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Wraps the bytes as they are.
    pub const fn from_bytes(bytes: [u8; 64]) -> Signature {
        Signature(bytes)
    }

    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({})", hex::encode(&self.0[..6]))
    }
}

/// A secret key. Wiped when dropped; never printed.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key whose RFC 8032 secret is `seed`.
    pub fn from_seed(seed: [u8; 32]) -> SecretKey {
        SecretKey(SigningKey::from_bytes(&seed))
    }

    /// The RFC 8032 secret, for keeping it.
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half. (A key made from a seed is canonical and never of small order.)
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs `message` (RFC 8032, deterministic).
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey(of {})", self.public().bytes().short())
    }
}

#[cfg(test)]
mod tests;
