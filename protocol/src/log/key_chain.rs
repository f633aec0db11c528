//! Which key of a log verifies which size.

use super::checkpoint::{Checkpoint, MalformedCheckpoint};
use super::evidence::ForkEvidence;
use super::handover::{Handover, MalformedHandover};
use super::note::{MalformedNote, Note, Unopened};
use super::origin::Origin;
use super::tree::TreeHead;
use super::verifier_key::VerifierKey;
use crate::id::{KeyBytes, KeyHash};
use crate::limits;
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
    pub key: KeyBytes,
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
        key: KeyBytes,
    },
    /// At a smaller size than the handover before it.
    #[error("the handover is at {size}, the one before it at {before}")]
    Backwards {
        /// Its size.
        size: u64,
        /// The size of the one before.
        before: u64,
    },
    /// The log has changed its key [`limits::HANDOVERS`] times already.
    #[error("the log has changed its key {} times already", limits::HANDOVERS)]
    TooMany,
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
            Err(ForeignOrigin {
                origin,
                key: first.bytes(),
            })
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

    /// What the handovers so far state of the tree, each with its note.
    pub fn statements(&self) -> impl Iterator<Item = (TreeHead, &Note)> {
        self.handovers
            .iter()
            .map(|(handover, note)| (handover.head, note))
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
            return Err(HandoverError::Uncommitted {
                key: handover.key.bytes(),
            });
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
        if self.handovers.len() == limits::HANDOVERS {
            return Err(HandoverError::TooMany);
        }
        let note = handover.only_its_own_line(&note);
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
            Err(HandoverError::Uncommitted {
                key: handover.key.bytes(),
            })
        }
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

#[cfg(test)]
mod tests {
    use super::super::evidence::Fork;
    use super::super::sample::{Sample, log_key};
    use super::*;

    fn handed_over(sample: &Sample, at: u64) -> KeyChain {
        let mut chain = sample.chain.clone();
        let note = sample.handover(sample.head(at), 1).sign(&log_key(1));
        assert_eq!(chain.hand_over(&note.to_bytes()), Ok(HandedOver::Now));
        chain
    }

    #[test]
    fn an_origin_is_tied_to_its_first_key() {
        let Sample { origin, .. } = Sample::new();
        assert!(KeyChain::new(origin, log_key(1).public(), log_key(2).public().hash()).is_err());
    }

    #[test]
    fn each_size_has_its_key() {
        let sample = Sample::new();
        let chain = handed_over(&sample, 12);
        assert_eq!(
            (*chain.current(), chain.next()),
            (log_key(1).public(), log_key(2).public().hash())
        );
        let opens = |size: u64, generation: u8| {
            chain
                .open_note(&sample.sign(sample.head(size), generation))
                .is_ok()
        };
        assert_eq!([11, 12, 13].map(|size| opens(size, 0)), [true, true, false]);
        assert_eq!([11, 12, 13].map(|size| opens(size, 1)), [false, true, true]);
        assert!(!opens(13, 2));
    }

    #[test]
    fn a_chain_can_go_on() {
        let sample = Sample::new();
        let mut chain = handed_over(&sample, 12);
        let second = sample.handover(sample.head(12), 2).sign(&log_key(2)).to_bytes();
        assert_eq!(chain.hand_over(&second), Ok(HandedOver::Now));
        assert_eq!(chain.hand_over(&second), Ok(HandedOver::Before));
        let opens = |size: u64, generation: u8| {
            chain
                .open_note(&sample.sign(sample.head(size), generation))
                .is_ok()
        };
        assert_eq!(
            [0, 1, 2].map(|generation| opens(11, generation)),
            [true, false, false]
        );
        assert_eq!(
            [0, 1, 2].map(|generation| opens(12, generation)),
            [true, true, true]
        );
        assert_eq!(
            [0, 1, 2].map(|generation| opens(13, generation)),
            [false, false, true]
        );
    }

    #[test]
    fn refuses_a_key_nobody_committed_to() {
        let sample = Sample::new();
        let mut chain = sample.chain.clone();
        let early = sample.handover(sample.head(12), 2).sign(&log_key(2));
        assert_eq!(
            chain.hand_over(&early.to_bytes()),
            Err(HandoverError::Uncommitted {
                key: log_key(2).public().bytes()
            })
        );
        let mut chain = handed_over(&sample, 12);
        let backwards = sample.handover(sample.head(11), 2).sign(&log_key(2));
        assert_eq!(
            chain.hand_over(&backwards.to_bytes()),
            Err(HandoverError::Backwards { size: 11, before: 12 })
        );
        let mut other = sample.handover(sample.head(12), 2);
        other.origin = Origin::of("oak-house", &log_key(0).public()).unwrap();
        let foreign = other.sign(&log_key(2));
        assert!(matches!(
            chain.hand_over(&foreign.to_bytes()),
            Err(HandoverError::OtherLog { .. })
        ));
    }

    #[test]
    fn a_commitment_is_spent_once() {
        let sample = Sample::new();
        let mut chain = handed_over(&sample, 12);
        let again = sample.handover(sample.head(13), 1).sign(&log_key(1));
        let Err(HandoverError::Spent { evidence }) = chain.hand_over(&again.to_bytes()) else {
            panic!("the second handover was not refused");
        };
        for chain in [&chain, &sample.chain] {
            assert!(matches!(evidence.verify(chain), Ok(Fork::TwoHandovers { .. })));
        }
        let untouched = handed_over(&sample, 12);
        assert_eq!(chain, untouched);
    }

    /// Handovers travel with every head: what a peer adds to one, or a log makes of a thousand, must not fill the frame.
    #[test]
    fn what_travels_with_the_heads_stays_small() {
        let sample = Sample::new();
        let (mut chain, mut padded) = (sample.chain.clone(), sample.chain.clone());
        let note = sample.handover(sample.head(12), 1).sign(&log_key(1));
        chain.hand_over(&note.to_bytes()).unwrap();
        let junk = format!("— example.com/junk {}\n", "AAAA".repeat(1000));
        padded
            .hand_over(format!("{note}{note_line}{junk}", note_line = note.signatures()[0]).as_bytes())
            .unwrap();
        assert_eq!(padded, chain);

        let mut generation = 2;
        let refused = loop {
            let next = sample
                .handover(sample.head(12), generation)
                .sign(&log_key(generation));
            if let Err(refused) = chain.hand_over(&next.to_bytes()) {
                break refused;
            }
            generation += 1;
        };
        assert_eq!(refused, HandoverError::TooMany);
        let bytes: usize = chain.handovers().map(|note| note.to_bytes().len()).sum();
        assert!(bytes < limits::FRAME / 16, "{bytes}");
    }

    #[test]
    fn opens_only_its_own_checkpoints() {
        let sample = Sample::new();
        let other = Checkpoint {
            origin: Origin::of("oak-house", &log_key(0).public()).unwrap(),
            head: sample.head(3),
        };
        let note = other.sign(&log_key(0));
        assert!(matches!(
            sample.chain.open_note(&note),
            Err(CheckpointError::OtherLog { .. })
        ));
        let extended = format!("{}more\n", sample.checkpoint(3).text());
        let note = Note::sign(extended, sample.origin.key_name().clone(), &log_key(0)).unwrap();
        assert_eq!(
            sample.chain.open_note(&note),
            Err(MalformedCheckpoint::Extended.into())
        );
        assert!(sample.chain.open(&sample.checkpoint(3).to_bytes()).is_ok());
    }
}
