//! The checkpoint of a log as a node holds it: the log's signature and every cosignature gathered so far, in one
//! order, so that nodes that hold the same hold the same bytes.

use std::collections::BTreeMap;

use super::checkpoint::Checkpoint;
use super::key_chain::{CheckpointError, KeyChain};
use super::note::{Known, Note, NoteSignature, Unopened, open_lines};
use super::origin::KeyName;
use super::quorum::Witnessing;
use super::tree::TreeHead;
use super::verifier_key::{KeyId, VerifierKey, Vouched};

/// A verified checkpoint with verified cosignatures. As bytes: the log's signatures ascending by key id, then one
/// cosignature per witness ascending by (name, key id); of two by one witness, the earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldNote {
    checkpoint: Checkpoint,
    text: String,
    log: BTreeMap<KeyId, NoteSignature>,
    cosignatures: BTreeMap<(KeyName, KeyId), NoteSignature>,
}

impl HeldNote {
    /// Reads a checkpoint of the chain's log with the cosignatures of these witnesses. Lines of others are left out;
    /// one of a witness known here that does not hold condemns the note.
    pub fn open(
        bytes: &[u8],
        chain: &KeyChain,
        witnesses: &[VerifierKey],
    ) -> Result<HeldNote, CheckpointError> {
        let note = Note::parse(bytes)?;
        Self::open_note(&note, chain, witnesses)
    }

    /// [`HeldNote::open`] of a note already parsed.
    pub fn open_note(
        note: &Note,
        chain: &KeyChain,
        witnesses: &[VerifierKey],
    ) -> Result<HeldNote, CheckpointError> {
        let checkpoint = chain.open_note(note)?;
        let keys = chain.verifiers(checkpoint.head.size);
        let mut held = HeldNote {
            checkpoint,
            text: note.text().to_owned(),
            log: BTreeMap::new(),
            cosignatures: BTreeMap::new(),
        };
        for Known { key, line, .. } in note.open(&keys)? {
            keep_least(&mut held.log, key.id(), line);
        }
        held.absorb(note.signatures(), witnesses)?;
        Ok(held)
    }

    /// Adds cosignatures of these witnesses, as a witness's answer or another's copy of the note carries them. Says
    /// whether anything was new. Adds nothing if one line of a known witness does not hold.
    pub fn absorb(&mut self, lines: &[NoteSignature], witnesses: &[VerifierKey]) -> Result<bool, Unopened> {
        let mut grown = false;
        for Known { key, line, vouched } in open_lines(&self.text, lines, witnesses)? {
            if matches!(vouched, Vouched::Witness { .. }) {
                grown |= keep_least(&mut self.cosignatures, (key.name().clone(), key.id()), line);
            }
        }
        Ok(grown)
    }

    /// Adds what another copy of the same checkpoint has. Says whether anything was new; a note with another text
    /// adds nothing.
    pub fn merge(&mut self, other: &HeldNote) -> bool {
        if self.text != other.text {
            return false;
        }
        let mut grown = false;
        for (id, line) in &other.log {
            grown |= keep_least(&mut self.log, *id, line);
        }
        for (key, line) in &other.cosignatures {
            grown |= keep_least(&mut self.cosignatures, key.clone(), line);
        }
        grown
    }

    /// What the log states.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Its size and root.
    pub fn head(&self) -> TreeHead {
        self.checkpoint.head
    }

    /// Whether this witness has cosigned.
    pub fn has(&self, witness: &VerifierKey) -> bool {
        self.cosignatures
            .contains_key(&(witness.name().clone(), witness.id()))
    }

    /// How many of these witnesses have cosigned, against the quorum among them.
    pub fn witnessing(&self, witnesses: &[VerifierKey]) -> Witnessing {
        let have = witnesses.iter().filter(|witness| self.has(witness)).count();
        Witnessing::of(have, witnesses.len())
    }

    /// The note, in the order all nodes agree on.
    pub fn to_note(&self) -> Note {
        let lines = self
            .log
            .values()
            .chain(self.cosignatures.values())
            .cloned()
            .collect();
        Note::assemble(self.text.clone(), lines)
    }

    /// The note's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_note().to_bytes()
    }
}

/// Keeps the bytewise smaller line of one key; a cosignature begins with its time, so the earlier one. The union of
/// two notes is then the same whichever comes first.
fn keep_least<K: Ord>(kept: &mut BTreeMap<K, NoteSignature>, key: K, line: &NoteSignature) -> bool {
    match kept.get(&key) {
        Some(held) if held.blob() <= line.blob() => false,
        Some(_) | None => {
            kept.insert(key, line.clone());
            true
        }
    }
}
