//! Proof that a log has lied (docs/protocol.md §4.3). It convicts by itself: whoever knows the log's first key and
//! its handovers can check it.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::handover::Handover;
use super::key_chain::{CheckpointError, HandoverError, KeyChain};
use super::note::{MalformedNote, Note};
use super::proof::{self, BadProof};
use super::tree::TreeHead;
use crate::codec::{self, Malformed};
use crate::id::{Hash, Root};

/// Two notes that one log has signed and that cannot both be true.
///
/// Each note is a checkpoint or a handover. They contradict each other by themselves (two roots for one size, or two
/// handovers to one key), or by a proof: the root R′ that the later tree has at the earlier note's size, and the
/// consistency proof from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct ForkEvidence {
    notes: [Note; 2],
    proof: Vec<Hash>,
}

/// What evidence shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fork {
    /// One size, two roots.
    SameSize {
        /// The size.
        size: u64,
        /// The two roots, in the order of the notes.
        roots: [Root; 2],
    },
    /// The later tree does not continue the earlier one.
    Inconsistent {
        /// What the log signed for the smaller size.
        earlier: TreeHead,
        /// The root the later tree has at that size.
        truly: Root,
        /// What the log signed for the larger size.
        later: TreeHead,
    },
    /// One commitment to a next key was spent twice.
    TwoHandovers {
        /// The two statements.
        handovers: Box<[Handover; 2]>,
    },
}

/// Why evidence convicts nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEvidence {
    /// A note is no checkpoint that the log has signed.
    #[error("not this log's checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A note is no handover of the log.
    #[error("not this log's handover: {0}")]
    Handover(#[from] HandoverError),
    /// The later tree has at the earlier size just what was signed, or the notes say the same.
    #[error("the notes do not contradict each other")]
    NoContradiction,
    /// The proof does not lead from R′ to the later root.
    #[error("the proof of the contradiction does not hold: {0}")]
    Proof(#[from] BadProof),
}

/// The form in canonical CBOR: as the `evidence` request of docs/protocol.md §5.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    note: [ByteBuf; 2],
    proof: Vec<Hash>,
}

impl From<ForkEvidence> for Wire {
    fn from(ForkEvidence { notes, proof }: ForkEvidence) -> Wire {
        Wire {
            note: notes.map(|note| ByteBuf::from(note.to_bytes())),
            proof,
        }
    }
}

impl TryFrom<Wire> for ForkEvidence {
    type Error = MalformedNote;

    fn try_from(
        Wire {
            note: [first, second],
            proof,
        }: Wire,
    ) -> Result<ForkEvidence, MalformedNote> {
        Ok(ForkEvidence {
            notes: [Note::parse(&first)?, Note::parse(&second)?],
            proof,
        })
    }
}

enum Statement {
    Checkpoint(TreeHead),
    Handover(Box<Handover>),
}

impl ForkEvidence {
    /// Two notes and what shows their contradiction: nothing where they contradict each other by themselves, else R′
    /// and the consistency proof from (size of the first, R′) to the second. Not verified yet.
    pub fn new(first: Note, second: Note, proof: Vec<Hash>) -> ForkEvidence {
        ForkEvidence {
            notes: [first, second],
            proof,
        }
    }

    /// Canonical CBOR.
    pub fn to_bytes(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Reads what [`ForkEvidence::to_bytes`] wrote. Not verified yet.
    pub fn from_bytes(bytes: &[u8]) -> Result<ForkEvidence, Malformed> {
        codec::decode(bytes)
    }

    /// The two notes.
    pub fn notes(&self) -> &[Note; 2] {
        &self.notes
    }

    /// R′ and the proof from it, or nothing.
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// Checks that the log with these keys signed both notes and that they contradict each other.
    pub fn verify(&self, chain: &KeyChain) -> Result<Fork, BadEvidence> {
        let [first, second] = &self.notes;
        let (first, second) = (Statement::open(first, chain)?, Statement::open(second, chain)?);
        if let (Statement::Handover(first), Statement::Handover(second)) = (&first, &second)
            && first.key == second.key
            && first != second
        {
            return Ok(Fork::TwoHandovers {
                handovers: Box::new([*first.clone(), *second.clone()]),
            });
        }
        let (earlier, later) = (first.head(), second.head());
        if earlier.size == later.size {
            return if earlier.root == later.root {
                Err(BadEvidence::NoContradiction)
            } else {
                Ok(Fork::SameSize {
                    size: earlier.size,
                    roots: [earlier.root, later.root],
                })
            };
        }
        let (&truly, proof) = self.proof.split_first().ok_or(BadEvidence::NoContradiction)?;
        let truly = Root::from(truly);
        proof::verify_consistency(
            &TreeHead {
                size: earlier.size,
                root: truly,
            },
            &later,
            proof,
        )?;
        if truly == earlier.root {
            return Err(BadEvidence::NoContradiction);
        }
        Ok(Fork::Inconsistent {
            earlier,
            truly,
            later,
        })
    }
}

impl Statement {
    fn open(note: &Note, chain: &KeyChain) -> Result<Statement, BadEvidence> {
        if Handover::is_meant(note.text()) {
            Ok(Statement::Handover(Box::new(chain.committed_handover(note)?)))
        } else {
            Ok(Statement::Checkpoint(chain.open_note(note)?.head))
        }
    }

    fn head(&self) -> TreeHead {
        match self {
            Statement::Checkpoint(head) => *head,
            Statement::Handover(handover) => handover.head,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, log_key};
    use super::*;

    /// R′ and the proof from it, as the honest tree gives them.
    fn contradiction(sample: &Sample, from: u64, to: u64) -> Vec<Hash> {
        let mut proof = vec![sample.head(from).root.into()];
        proof.extend(sample.consistency(from, to));
        proof
    }

    #[test]
    fn two_roots_of_one_size_convict() {
        let sample = Sample::new();
        let (ours, theirs) = (sample.checkpoint(20), sample.sign(sample.forked_head(20), 0));
        let evidence = ForkEvidence::new(ours.clone(), theirs, Vec::new());
        let roots = [sample.head(20).root, sample.forked_head(20).root];
        assert_eq!(
            evidence.verify(&sample.chain),
            Ok(Fork::SameSize { size: 20, roots })
        );
        assert_eq!(ForkEvidence::from_bytes(&evidence.to_bytes()), Ok(evidence));
        let innocent = ForkEvidence::new(ours.clone(), ours, Vec::new());
        assert_eq!(innocent.verify(&sample.chain), Err(BadEvidence::NoContradiction));
    }

    #[test]
    fn a_tree_that_does_not_go_on_convicts() {
        let sample = Sample::new();
        for from in [16, 20] {
            let (theirs, ours) = (sample.sign(sample.forked_head(from), 0), sample.checkpoint(30));
            let evidence = ForkEvidence::new(theirs, ours, contradiction(&sample, from, 30));
            let fork = Fork::Inconsistent {
                earlier: sample.forked_head(from),
                truly: sample.head(from).root,
                later: sample.head(30),
            };
            assert_eq!(evidence.verify(&sample.chain), Ok(fork));
            assert_eq!(ForkEvidence::from_bytes(&evidence.to_bytes()), Ok(evidence));
        }
    }

    #[test]
    fn an_honest_log_is_never_convicted() {
        let sample = Sample::new();
        let (early, late) = (sample.checkpoint(20), sample.checkpoint(30));
        let verify = |first: &Note, second: &Note, proof: Vec<Hash>| {
            ForkEvidence::new(first.clone(), second.clone(), proof).verify(&sample.chain)
        };
        assert_eq!(
            verify(&early, &late, contradiction(&sample, 20, 30)),
            Err(BadEvidence::NoContradiction)
        );
        assert_eq!(
            verify(&early, &late, Vec::new()),
            Err(BadEvidence::NoContradiction)
        );
        let mut forged = contradiction(&sample, 20, 30);
        forged[0] = sample.forked_head(20).root.into();
        assert!(matches!(
            verify(&early, &late, forged),
            Err(BadEvidence::Proof(_))
        ));
        assert!(matches!(
            verify(&late, &early, contradiction(&sample, 20, 30)),
            Err(BadEvidence::Proof(_))
        ));
        let by_another = sample.sign(sample.forked_head(30), 1);
        assert!(matches!(
            verify(&late, &by_another, Vec::new()),
            Err(BadEvidence::Checkpoint(_))
        ));
    }

    #[test]
    fn two_handovers_to_one_key_convict_and_one_does_not() {
        let sample = Sample::new();
        let handover = |size: u64, generation: u8| {
            sample
                .handover(sample.head(size), generation)
                .sign(&log_key(generation))
        };
        let verify =
            |first: Note, second: Note| ForkEvidence::new(first, second, Vec::new()).verify(&sample.chain);
        assert!(matches!(
            verify(handover(12, 1), handover(13, 1)),
            Ok(Fork::TwoHandovers { .. })
        ));
        assert_eq!(
            verify(handover(12, 1), handover(12, 1)),
            Err(BadEvidence::NoContradiction)
        );
        assert!(matches!(
            verify(handover(12, 2), handover(13, 2)),
            Err(BadEvidence::Handover(HandoverError::Uncommitted { .. }))
        ));
        let mut next = sample.handover(sample.head(12), 1);
        next.next = log_key(7).public().hash();
        assert!(matches!(
            verify(handover(12, 1), next.sign(&log_key(1))),
            Ok(Fork::TwoHandovers { .. })
        ));
    }

    #[test]
    fn a_handover_can_contradict_a_checkpoint() {
        let sample = Sample::new();
        let forked = sample.handover(sample.forked_head(20), 1).sign(&log_key(1));
        let same = ForkEvidence::new(sample.checkpoint(20), forked.clone(), Vec::new());
        assert!(matches!(
            same.verify(&sample.chain),
            Ok(Fork::SameSize { size: 20, .. })
        ));
        let later = ForkEvidence::new(forked, sample.checkpoint(30), contradiction(&sample, 20, 30));
        assert!(matches!(
            later.verify(&sample.chain),
            Ok(Fork::Inconsistent { .. })
        ));
    }

    #[test]
    fn bytes_have_one_form() {
        let sample = Sample::new();
        let evidence = ForkEvidence::new(sample.checkpoint(1), sample.checkpoint(2), vec![Hash::of(b"x")]);
        let mut bytes = evidence.to_bytes();
        bytes.push(0);
        assert!(matches!(ForkEvidence::from_bytes(&bytes), Err(Malformed { .. })));
        assert!(matches!(ForkEvidence::from_bytes(b"\xa0"), Err(Malformed { .. })));
    }
}
