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

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, cosigner};
    use super::*;

    fn witnesses() -> Vec<VerifierKey> {
        (1..=3).map(|which| cosigner(which).verifier().clone()).collect()
    }

    fn hold(sample: &Sample, note: &Note) -> HeldNote {
        HeldNote::open_note(note, &sample.chain, &witnesses()).unwrap()
    }

    fn with(sample: &Sample, cosigners: &[(u8, u64)]) -> Note {
        let bare = sample.checkpoint(9);
        cosigners.iter().fold(bare, |note, (which, seconds)| {
            sample.cosigned(&note, *which, *seconds)
        })
    }

    #[test]
    fn the_order_of_arrival_leaves_no_trace() {
        let sample = Sample::new();
        let everything = hold(&sample, &with(&sample, &[(3, 30), (1, 10), (2, 20)]));
        let (mut one, other) = (
            hold(&sample, &with(&sample, &[(3, 30)])),
            hold(&sample, &with(&sample, &[(2, 20), (1, 10)])),
        );
        let mut reversed = other.clone();
        assert!(one.merge(&other));
        assert!(reversed.merge(&hold(&sample, &with(&sample, &[(3, 30)]))));
        assert_eq!(one.to_bytes(), everything.to_bytes());
        assert_eq!(reversed.to_bytes(), everything.to_bytes());
        assert!(!one.merge(&everything), "nothing is new the second time");
        let names: Vec<String> = one
            .to_note()
            .signatures()
            .iter()
            .map(|line| line.name().to_string())
            .collect();
        let log = sample.origin.to_string();
        assert_eq!(
            names,
            [
                log.as_str(),
                "witness.example/w1",
                "witness.example/w2",
                "witness.example/w3"
            ]
        );
        assert_eq!(hold(&sample, &one.to_note()), one);
    }

    #[test]
    fn of_two_cosignatures_of_one_witness_the_earlier_stays() {
        let sample = Sample::new();
        let (early, late) = (
            hold(&sample, &with(&sample, &[(1, 256)])),
            hold(&sample, &with(&sample, &[(1, 300)])),
        );
        let (mut one, mut other) = (early.clone(), late.clone());
        assert!(!one.merge(&late));
        assert!(other.merge(&early));
        assert_eq!(one, other);
        assert_eq!(one, hold(&sample, &with(&sample, &[(1, 300), (1, 256)])));
    }

    #[test]
    fn strangers_are_left_out_and_liars_condemn() {
        let sample = Sample::new();
        let noisy = with(&sample, &[(9, 5), (1, 10)]);
        assert_eq!(hold(&sample, &noisy), hold(&sample, &with(&sample, &[(1, 10)])));

        let mut held = hold(&sample, &with(&sample, &[]));
        let mut lines = noisy.signatures().to_vec();
        lines.extend(sample.cosigned(&sample.checkpoint(8), 2, 5).signatures().to_vec());
        assert!(matches!(
            held.absorb(&lines, &witnesses()),
            Err(Unopened::Failed { .. })
        ));
        assert_eq!(
            held.witnessing(&witnesses()),
            Witnessing::Provisional { have: 0, need: 2 }
        );
        assert_eq!(held.absorb(noisy.signatures(), &witnesses()), Ok(true));
        assert_eq!(held.absorb(noisy.signatures(), &witnesses()), Ok(false));
        assert!(held.has(cosigner(1).verifier()));
    }

    #[test]
    fn witnessed_by_a_quorum_of_those_asked() {
        let sample = Sample::new();
        let held = hold(&sample, &with(&sample, &[(1, 10), (3, 10)]));
        assert_eq!(
            held.witnessing(&witnesses()),
            Witnessing::Witnessed { have: 2, need: 2 }
        );
        assert_eq!(
            held.witnessing(&witnesses()[..2]),
            Witnessing::Provisional { have: 1, need: 2 }
        );
        assert_eq!(held.witnessing(&[]), Witnessing::Unwitnessed);
    }

    #[test]
    fn holds_only_what_the_log_signed() {
        let sample = Sample::new();
        let note = sample.sign(sample.head(9), 1);
        assert!(HeldNote::open_note(&note, &sample.chain, &[]).is_err());
        let nine = hold(&sample, &sample.checkpoint(9));
        let ten = hold(&sample, &sample.cosigned(&sample.checkpoint(10), 1, 10));
        let mut merged = nine.clone();
        assert!(!merged.merge(&ten), "another text");
        assert_eq!(merged, nine);
        let old = Note::assemble(
            sample.checkpoint(9).text().to_owned(),
            sample.checkpoint(10).signatures().to_vec(),
        );
        assert!(HeldNote::open_note(&old, &sample.chain, &[]).is_err());
    }
}
