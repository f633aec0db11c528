//! A log with its keys, for the tests of this room.

use super::checkpoint::Checkpoint;
use super::cosignature::Cosigner;
use super::frontier::Frontier;
use super::handover::Handover;
use super::hashes::MemoryTree;
use super::key_chain::KeyChain;
use super::note::Note;
use super::origin::Origin;
use super::proof;
use super::tree::{TreeHead, leaf_hash};
use super::witness::{AddCheckpoint, Watched};
use crate::id::Hash;
use crate::sign::SecretKey;
use crate::time::Timestamp;

/// A log of forty entries, and a fork of it that differs from entry ten on.
pub(super) struct Sample {
    pub(super) origin: Origin,
    pub(super) chain: KeyChain,
    pub(super) tree: MemoryTree,
    pub(super) fork: MemoryTree,
}

/// The key that the sample's log comes to by its `generation`-th handover.
pub(super) fn log_key(generation: u8) -> SecretKey {
    SecretKey::from_seed([10 + generation; 32])
}

/// The `which`-th witness.
pub(super) fn cosigner(which: u8) -> Cosigner {
    let name = format!("witness.example/w{which}").parse().unwrap();
    Cosigner::new(name, SecretKey::from_seed([100 + which; 32]))
}

impl Sample {
    pub(super) fn new() -> Sample {
        let first = log_key(0).public();
        let origin = Origin::of("elm-house", &first).unwrap();
        let chain = KeyChain::new(origin.clone(), first, log_key(1).public().hash()).unwrap();
        let leaf = |index: u64| leaf_hash(format!("entry {index}").as_bytes());
        let other = |index: u64| {
            if index < 10 {
                leaf(index)
            } else {
                leaf(index + 1000)
            }
        };
        Sample {
            origin,
            chain,
            tree: (0..40).map(leaf).collect(),
            fork: (0..40).map(other).collect(),
        }
    }

    pub(super) fn head(&self, size: u64) -> TreeHead {
        Frontier::read(&self.tree, size).unwrap().head()
    }

    pub(super) fn forked_head(&self, size: u64) -> TreeHead {
        Frontier::read(&self.fork, size).unwrap().head()
    }

    pub(super) fn consistency(&self, from: u64, to: u64) -> Vec<Hash> {
        proof::consistency(&self.tree, from, to).unwrap()
    }

    /// The checkpoint of any head, signed by the log's key of that generation.
    pub(super) fn sign(&self, head: TreeHead, generation: u8) -> Note {
        Checkpoint {
            origin: self.origin.clone(),
            head,
        }
        .sign(&log_key(generation))
    }

    pub(super) fn checkpoint(&self, size: u64) -> Note {
        self.sign(self.head(size), 0)
    }

    /// The note with a witness's line added.
    pub(super) fn cosigned(&self, note: &Note, which: u8, seconds: u64) -> Note {
        let request = AddCheckpoint::new(0, Vec::new(), note.clone()).unwrap();
        let watched = Watched {
            chain: &self.chain,
            latest: TreeHead::empty(),
        };
        let persisted = request
            .decide(Some(watched))
            .unwrap()
            .persist(|_| Ok::<(), ()>(()))
            .unwrap();
        let line = persisted.cosign(&cosigner(which), Timestamp::from_millis(seconds * 1000));
        Note::parse(format!("{note}{line}").as_bytes()).unwrap()
    }

    /// The handover to the key of `generation`, which commits to the one after it.
    pub(super) fn handover(&self, head: TreeHead, generation: u8) -> Handover {
        let (key, next) = (
            log_key(generation).public(),
            log_key(generation + 1).public().hash(),
        );
        Handover {
            origin: self.origin.clone(),
            head,
            key,
            next,
        }
    }
}
