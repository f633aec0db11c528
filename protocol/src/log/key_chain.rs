//! Which key of a log verifies which size.

use super::checkpoint::{Checkpoint, MalformedCheckpoint};
use super::evidence::ForkEvidence;
use super::handover::{Handover, MalformedHandover};
use super::note::{MalformedNote, Note, Unopened};
use super::origin::Origin;
use super::tree::TreeHead;
use super::verifier_key::VerifierKey;
use crate::id::KeyHash;
use crate::sign::PublicKey;

/// The keys of one log: the first, from its charter, and those handed over to since.
///
/// A size up to that of the first handover verifies under the first key, a size from there to the second handover
/// under the second key, and so on. At the very size of a handover both keys count, since both have stated its root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChain {
    origin: Origin,
    first: PublicKey,
    first_next: KeyHash,
    handovers: Vec<(Handover, Note)>,
}

/// An origin that does not end in the hash of the log's first key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the origin {origin} is not one of the key {key}")]
pub struct ForeignOrigin {
    /// The origin given.
    pub origin: Origin,
    /// The key given with it.
    pub key: PublicKey,
}

/// What became of a handover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandedOver {
    /// The chain has grown by one key.
    Now,
    /// The chain had it already.
    Before,
}

/// Why a handover does not belong to a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandoverError {
    /// Not a handover, or not signed by its new key.
    #[error(transparent)]
    Malformed(#[from] MalformedHandover),
    /// Of another log.
    #[error("the handover is of {origin}")]
    OtherLog {
        /// Which.
        origin: Origin,
    },
    /// To a key nobody had committed to.
    #[error("the log has not committed to the key {key}")]
    Uncommitted {
        /// The key.
        key: PublicKey,
    },
    /// At a smaller size than the handover before it.
    #[error("the handover is at {size}, the one before it at {before}")]
    Backwards {
        /// Its size.
        size: u64,
        /// The size of the one before.
        before: u64,
    },
    /// It spends a commitment that another handover has spent: the log is convicted.
    #[error("another handover has spent the same commitment")]
    Spent {
        /// Both handovers.
        evidence: Box<ForkEvidence>,
    },
}

/// Why a note is no checkpoint of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not a signed note.
    #[error(transparent)]
    Note(#[from] MalformedNote),
    /// Not the text of a checkpoint.
    #[error(transparent)]
    Text(#[from] MalformedCheckpoint),
    /// Of another log.
    #[error("the checkpoint is of {origin}")]
    OtherLog {
        /// Which.
        origin: Origin,
    },
    /// Not, or wrongly, signed by the key that counts at its size.
    #[error(transparent)]
    Unsigned(#[from] Unopened),
}

impl KeyChain {
    /// The chain of a log that has not handed over yet: its origin, its first key and the commitment to the next, as
    /// its charter says.
    pub fn new(origin: Origin, first: PublicKey, next: KeyHash) -> Result<KeyChain, ForeignOrigin> {
        if origin.belongs_to(&first) {
            Ok(KeyChain {
                origin,
                first,
                first_next: next,
                handovers: Vec::new(),
            })
        } else {
            Err(ForeignOrigin { origin, key: first })
        }
    }

    /// Which log.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The key that signs the log's next size.
    pub fn current(&self) -> &PublicKey {
        self.handovers
            .last()
            .map_or(&self.first, |(handover, _)| &handover.key)
    }

    /// The commitment to the key after the current one.
    pub fn next(&self) -> KeyHash {
        self.handovers
            .last()
            .map_or(self.first_next, |(handover, _)| handover.next)
    }

    /// The handovers so far, in order, as their notes: what travels with the heads.
    pub fn handovers(&self) -> impl Iterator<Item = &Note> {
        self.handovers.iter().map(|(_, note)| note)
    }

    /// The keys that count for checkpoints of `size`, under the log's name.
    pub fn verifiers(&self, size: u64) -> Vec<VerifierKey> {
        let begins = std::iter::once(0).chain(self.handovers.iter().map(|(handover, _)| handover.head.size));
        let ends = self
            .handovers
            .iter()
            .map(|(handover, _)| handover.head.size)
            .chain([u64::MAX]);
        let keys =
            std::iter::once(&self.first).chain(self.handovers.iter().map(|(handover, _)| &handover.key));
        let counting = keys
            .zip(begins.zip(ends))
            .filter(|(_, (begin, end))| (*begin..=*end).contains(&size));
        counting
            .map(|(key, _)| VerifierKey::log(self.origin.key_name().clone(), *key))
            .collect()
    }

    /// Takes the next handover; one that the chain has already is no news.
    pub fn hand_over(&mut self, bytes: &[u8]) -> Result<HandedOver, HandoverError> {
        let note = Note::parse(bytes).map_err(MalformedHandover::from)?;
        let handover = self.own(&note)?;
        if let Some((earlier, spent)) = self
            .handovers
            .iter()
            .find(|(earlier, _)| earlier.key == handover.key)
        {
            return if *earlier == handover {
                Ok(HandedOver::Before)
            } else {
                let evidence = Box::new(ForkEvidence::new(spent.clone(), note, Vec::new()));
                Err(HandoverError::Spent { evidence })
            };
        }
        if handover.key.hash() != self.next() {
            return Err(HandoverError::Uncommitted { key: handover.key });
        }
        let before = self
            .handovers
            .last()
            .map_or(0, |(handover, _)| handover.head.size);
        if handover.head.size < before {
            return Err(HandoverError::Backwards {
                size: handover.head.size,
                before,
            });
        }
        self.handovers.push((handover, note));
        Ok(HandedOver::Now)
    }

    /// Reads a checkpoint of this log, signed by a key that counts at its size.
    pub fn open(&self, bytes: &[u8]) -> Result<(Checkpoint, Note), CheckpointError> {
        let note = Note::parse(bytes)?;
        let checkpoint = self.open_note(&note)?;
        Ok((checkpoint, note))
    }

    /// [`KeyChain::open`] of a note already parsed.
    pub fn open_note(&self, note: &Note) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = Checkpoint::parse(note.text())?;
        if checkpoint.origin != self.origin {
            return Err(CheckpointError::OtherLog {
                origin: checkpoint.origin,
            });
        }
        note.open(&self.verifiers(checkpoint.head.size))?;
        Ok(checkpoint)
    }

    /// What a handover of this log states, whether or not it is the one the chain took: signed by a key the log had
    /// committed to at some time.
    pub(super) fn committed_handover(&self, note: &Note) -> Result<Handover, HandoverError> {
        let handover = self.own(note)?;
        let mut commitments =
            std::iter::once(self.first_next).chain(self.handovers.iter().map(|(handover, _)| handover.next));
        if commitments.any(|next| next == handover.key.hash()) {
            Ok(handover)
        } else {
            Err(HandoverError::Uncommitted { key: handover.key })
        }
    }

    /// The head a handover in the chain binds, if one is at that size.
    pub fn handover_head(&self, size: u64) -> Option<TreeHead> {
        self.handovers
            .iter()
            .map(|(handover, _)| handover.head)
            .find(|head| head.size == size)
    }

    fn own(&self, note: &Note) -> Result<Handover, HandoverError> {
        let handover = Handover::open_note(note)?;
        if handover.origin == self.origin {
            Ok(handover)
        } else {
            Err(HandoverError::OtherLog {
                origin: handover.origin,
            })
        }
    }
}
