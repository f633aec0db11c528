//! The bytes of a signer file.
//!
//! | offset | bytes |
//! |---|---|
//! | 0 | magic (16) ‖ seed (32) ‖ next-key hash (32) ‖ SHA-256 of these (32) |
//! | 4096 | slot of even sequences: sequence u64be ‖ size u64be ‖ root (32) ‖ SHA-256(public key ‖ these) |
//! | 8192 | slot of odd sequences |
//!
//! Each part has a page of its own, so that a torn write harms one part alone; a slot's checksum includes the key, so that
//! a slot of another log's file is not whole here.

use hearth_protocol::id::{KeyHash, Root};
use hearth_protocol::log::TreeHead;
use hearth_protocol::sign::{PublicKey, SecretKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const MAGIC: [u8; 16] = *b"hearth/signer/1\n";
const PAGE: usize = 4096;
const SLOT_BODY: usize = 8 + 8 + 32;
const SLOT_LENGTH: usize = SLOT_BODY + 32;

/// Length of a whole signer file.
pub(super) const FILE_LENGTH: usize = 3 * PAGE;

/// The part written once.
pub(super) struct Header {
    pub(super) secret: SecretKey,
    pub(super) next: KeyHash,
}

impl Header {
    pub(super) fn decode(file: &[u8]) -> Option<Header> {
        let rest = file.get(..112)?.strip_prefix(&MAGIC)?;
        let (seed, rest) = rest.split_first_chunk::<32>()?;
        let (next, checksum) = rest.split_first_chunk::<32>()?;
        if Sha256::digest(&file[..80])[..] != *checksum {
            return None;
        }
        Some(Header {
            secret: SecretKey::from_seed(*seed),
            next: KeyHash::from_bytes(*next),
        })
    }

    pub(super) fn key(&self) -> PublicKey {
        self.secret.public()
    }
}

/// The part written for each checkpoint, two of them in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) sequence: u64,
    pub(super) tree: TreeHead,
}

impl Slot {
    /// The newer whole slot of a file, for the key it was written under.
    pub(super) fn newest(file: &[u8], key: &PublicKey) -> Option<Slot> {
        let slots = [PAGE, 2 * PAGE].map(|at| Slot::decode(file.get(at..at + SLOT_LENGTH)?, key));
        slots.into_iter().flatten().max_by_key(|slot| slot.sequence)
    }

    /// Whether a slot of a file is neither empty nor whole.
    pub(super) fn any_torn(file: &[u8], key: &PublicKey) -> bool {
        [PAGE, 2 * PAGE].iter().any(|at| {
            let slot = file.get(*at..at + SLOT_LENGTH).unwrap_or_default();
            slot.iter().any(|byte| *byte != 0) && Slot::decode(slot, key).is_none()
        })
    }

    /// Where this slot is written: never over the one before it.
    pub(super) fn offset(&self) -> u64 {
        if self.sequence.is_multiple_of(2) {
            PAGE as u64
        } else {
            2 * PAGE as u64
        }
    }

    pub(super) fn encode(&self, key: &PublicKey) -> [u8; SLOT_LENGTH] {
        let mut bytes = [0; SLOT_LENGTH];
        bytes[..8].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.tree.size.to_be_bytes());
        bytes[16..SLOT_BODY].copy_from_slice(self.tree.root.as_bytes());
        let checksum = checksum(key, &bytes[..SLOT_BODY]);
        bytes[SLOT_BODY..].copy_from_slice(&checksum);
        bytes
    }

    fn decode(bytes: &[u8], key: &PublicKey) -> Option<Slot> {
        let (body, sum) = bytes.split_at_checked(SLOT_BODY)?;
        if checksum(key, body) != *sum {
            return None;
        }
        let (sequence, rest) = body.split_first_chunk::<8>()?;
        let (size, root) = rest.split_first_chunk::<8>()?;
        let root = Root::from_bytes(root.try_into().ok()?);
        Some(Slot {
            sequence: u64::from_be_bytes(*sequence),
            tree: TreeHead {
                size: u64::from_be_bytes(*size),
                root,
            },
        })
    }
}

/// A whole new file.
pub(super) fn encode_file(secret: &SecretKey, next: KeyHash, first: &Slot) -> Zeroizing<Vec<u8>> {
    let mut file = Zeroizing::new(vec![0; FILE_LENGTH]);
    file[..16].copy_from_slice(&MAGIC);
    file[16..48].copy_from_slice(secret.seed());
    file[48..80].copy_from_slice(next.as_bytes());
    let sum: [u8; 32] = Sha256::digest(&file[..80]).into();
    file[80..112].copy_from_slice(&sum);
    let at = usize::try_from(first.offset()).expect("a slot lies within the file");
    file[at..at + SLOT_LENGTH].copy_from_slice(&first.encode(&secret.public()));
    file
}

fn checksum(key: &PublicKey, body: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(key.as_bytes())
        .chain_update(body)
        .finalize()
        .into()
}
