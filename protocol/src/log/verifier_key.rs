//! The public keys of notes, their ids and their written form `name+id+key` (C2SP signed-note).

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::cosignature;
use super::lines;
use super::origin::{BadName, KeyName};
use crate::sign::{BadKey, BadSignature, PublicKey, Signature};

/// Signature type of a plain Ed25519 signature over the note's text: what a log makes.
const ED25519: u8 = 0x01;
/// Signature type of an ECDSA key, whose id follows another rule.
const ECDSA: u8 = 0x02;
/// Signature type of `cosignature/v1`: what a witness makes.
const COSIGNATURE: u8 = 0x04;

/// Signature type of ML-DSA-44 cosignatures: kept and passed over.
const COSIGNATURE_ML_DSA: u8 = 0x06;

/// The four bytes that, with the name, say which key made a signature. An identifier, not a strong hash.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// Wraps the bytes as they are.
    pub const fn from_bytes(bytes: [u8; 4]) -> KeyId {
        KeyId(bytes)
    }

    /// The 4 bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    /// First 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key).
    fn of(name: &KeyName, kind: u8, key: &[u8]) -> KeyId {
        let digest: [u8; 32] = Sha256::new()
            .chain_update(name.as_str())
            .chain_update([b'\n', kind])
            .chain_update(key)
            .finalize()
            .into();
        let [a, b, c, d, ..] = digest;
        KeyId([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

/// What a key's signatures look like.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Material {
    Log(PublicKey),
    Witness(PublicKey),
    /// A type we cannot verify, such as ML-DSA-44 (0x06): kept for its name, never counted.
    Foreign {
        kind: u8,
        key: Vec<u8>,
    },
}

/// A key that may sign notes, under its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    id: KeyId,
    material: Material,
}

/// Why text is no verifier key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadVerifierKey {
    /// Not `name+8 hex digits+base64`.
    #[error("a verifier key is written name+id+key")]
    Shape,
    /// The name could not stand in a signature line.
    #[error(transparent)]
    Name(#[from] BadName),
    /// The id written is not that of this name and key.
    #[error("the key id is {written}, that of this name and key {computed}")]
    Id {
        /// What the text says.
        written: KeyId,
        /// What the key has.
        computed: KeyId,
    },
    /// An Ed25519 key has 32 bytes.
    #[error("{length} bytes are no Ed25519 key")]
    Length {
        /// How many bytes there were.
        length: usize,
    },
    /// The strict profile refuses the key.
    #[error(transparent)]
    Key(#[from] BadKey),
}

/// Why a line of a known key does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// The bytes after the key id are not what this type of key makes.
    #[error("{length} bytes are no signature of this type of key")]
    Length {
        /// How many bytes there were.
        length: usize,
    },
    /// A cosignature's time is above 2⁶³ − 1 (C2SP tlog-cosignature).
    #[error("the cosignature's time is out of range")]
    Time,
    /// The signature does not hold.
    #[error(transparent)]
    Signature(#[from] BadSignature),
}

/// What a known key's signature says beyond the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouched {
    /// A log signed it.
    Log,
    /// A witness cosigned it at that time.
    Witness {
        /// Seconds since 1970-01-01T00:00:00Z, as the witness says.
        seconds: u64,
    },
}

impl VerifierKey {
    /// The key of a log: type 0x01.
    pub fn log(name: KeyName, key: PublicKey) -> VerifierKey {
        VerifierKey {
            id: KeyId::of(&name, ED25519, key.as_bytes()),
            name,
            material: Material::Log(key),
        }
    }

    /// The key of a witness: type 0x04.
    pub fn witness(name: KeyName, key: PublicKey) -> VerifierKey {
        VerifierKey {
            id: KeyId::of(&name, COSIGNATURE, key.as_bytes()),
            name,
            material: Material::Witness(key),
        }
    }

    /// The key's name.
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The key's id under its name.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The key itself where it is a log's, else `None`.
    pub fn log_key(&self) -> Option<&PublicKey> {
        match &self.material {
            Material::Log(key) => Some(key),
            Material::Witness(_) | Material::Foreign { .. } => None,
        }
    }

    /// The key itself where it is a witness's `cosignature/v1` key, else `None`.
    pub fn witness_key(&self) -> Option<&PublicKey> {
        match &self.material {
            Material::Witness(key) => Some(key),
            Material::Log(_) | Material::Foreign { .. } => None,
        }
    }

    /// Whether keys of this type cosign checkpoints (types 0x04 and 0x06).
    pub fn cosigns(&self) -> bool {
        matches!(self.kind(), COSIGNATURE | COSIGNATURE_ML_DSA)
    }

    /// The public key alone, without type or name: two keys with the same bytes are duplicates (C2SP tlog-policy).
    pub fn key_bytes(&self) -> &[u8] {
        match &self.material {
            Material::Log(key) | Material::Witness(key) => key.as_bytes(),
            Material::Foreign { key, .. } => key,
        }
    }

    /// Checks the bytes that follow the key id in a signature line. `None` for a type that cannot be checked here.
    pub(super) fn verify(&self, text: &str, blob: &[u8]) -> Option<Result<Vouched, BadLine>> {
        match &self.material {
            Material::Log(key) => Some(verify_plain(key, text, blob)),
            Material::Witness(key) => Some(cosignature::verify(key, text, blob)),
            Material::Foreign { .. } => None,
        }
    }

    fn kind(&self) -> u8 {
        match &self.material {
            Material::Log(_) => ED25519,
            Material::Witness(_) => COSIGNATURE,
            Material::Foreign { kind, .. } => *kind,
        }
    }
}

fn verify_plain(key: &PublicKey, text: &str, blob: &[u8]) -> Result<Vouched, BadLine> {
    let signature = <[u8; 64]>::try_from(blob).map_err(|_| BadLine::Length { length: blob.len() })?;
    key.verify(text.as_bytes(), &Signature::from_bytes(signature))?;
    Ok(Vouched::Log)
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = [&[self.kind()], self.key_bytes()].concat();
        write!(f, "{}+{}+{}", self.name, self.id, lines::base64(&typed))
    }
}

impl FromStr for VerifierKey {
    type Err = BadVerifierKey;

    fn from_str(text: &str) -> Result<VerifierKey, BadVerifierKey> {
        let (name, rest) = text.split_once('+').ok_or(BadVerifierKey::Shape)?;
        let (id, key) = rest.split_once('+').ok_or(BadVerifierKey::Shape)?;
        let name: KeyName = name.parse()?;
        let mut written = [0; 4];
        hex::decode_to_slice(id, &mut written).map_err(|_| BadVerifierKey::Shape)?;
        let written = KeyId(written);
        let typed = lines::from_base64(key).ok_or(BadVerifierKey::Shape)?;
        let (&kind, key) = typed.split_first().ok_or(BadVerifierKey::Shape)?;
        let computed = if kind == ECDSA {
            written
        } else {
            KeyId::of(&name, kind, key)
        };
        if written != computed || id != written.to_string() {
            return Err(BadVerifierKey::Id { written, computed });
        }
        let material = match kind {
            ED25519 => Material::Log(ed25519_key(key)?),
            COSIGNATURE => Material::Witness(ed25519_key(key)?),
            _ => Material::Foreign {
                kind,
                key: key.to_vec(),
            },
        };
        Ok(VerifierKey {
            name,
            id: written,
            material,
        })
    }
}

fn ed25519_key(bytes: &[u8]) -> Result<PublicKey, BadVerifierKey> {
    let bytes = bytes
        .try_into()
        .map_err(|_| BadVerifierKey::Length { length: bytes.len() })?;
    Ok(PublicKey::from_bytes(bytes)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of C2SP signed-note.
    const PUBLISHED: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn reads_and_writes_the_published_example() {
        let key: VerifierKey = PUBLISHED.parse().unwrap();
        assert_eq!(key.to_string(), PUBLISHED);
        assert_eq!(VerifierKey::log(key.name().clone(), *key.log_key().unwrap()), key);
        assert!(key.witness_key().is_none());
    }

    #[test]
    fn a_key_has_another_id_as_a_witness() {
        let log: VerifierKey = PUBLISHED.parse().unwrap();
        let witness = VerifierKey::witness(log.name().clone(), *log.log_key().unwrap());
        assert_ne!(witness.id(), log.id());
        assert_eq!(witness.to_string().parse(), Ok(witness));
    }

    #[test]
    fn refuses_what_is_not_exactly_a_key() {
        for (bad, why) in [
            ("", "shape"),
            ("example.com/foo", "shape"),
            ("example.com/foo+530d903a", "shape"),
            ("example.com/foo+530d903a+", "no type"),
            (
                "example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "id",
            ),
            (
                "example.com/foo+530D903A+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "capitals",
            ),
            (
                "example.com/fob+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "name",
            ),
            (
                "example.com/f o+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "space",
            ),
            (
                "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
                "empty name",
            ),
        ] {
            assert!(bad.parse::<VerifierKey>().is_err(), "{why}");
        }
    }

    #[test]
    fn a_foreign_type_is_kept_but_not_verifiable() {
        let name: KeyName = "witness.example/w1".parse().unwrap();
        let key = vec![7; 1312];
        let id = KeyId::of(&name, 0x06, &key);
        let text = format!(
            "{name}+{id}+{}",
            lines::base64(&[&[0x06], key.as_slice()].concat())
        );
        let parsed: VerifierKey = text.parse().unwrap();
        assert!(parsed.cosigns());
        assert_eq!(parsed.verify("text\n", &[0; 2428]), None);
        assert_eq!(parsed.to_string(), text);
    }
}
