//! What strangers send: no bytes make a parser of this room panic, and whatever one accepts it writes back unchanged.

use proptest::prelude::*;

use super::evidence::ForkEvidence;
use super::frontier::Frontier;
use super::handover::Handover;
use super::note::Note;
use super::policy::Policy;
use super::proof;
use super::sample::{Sample, cosigner, log_key};
use super::tile::{BundleId, TileId};
use super::tlog_proof::TlogProof;
use super::verifier_key::VerifierKey;
use super::witness::{AddCheckpoint, Answer};
use super::{Checkpoint, bundle};

fn read(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_bytes(), bytes);
        if let Ok(checkpoint) = Checkpoint::parse(note.text()) {
            assert_eq!(checkpoint.text(), note.text());
        }
        if let Ok(handover) = Handover::open_note(&note) {
            assert_eq!(handover.text(), note.text());
        }
    }
    if let Ok(request) = AddCheckpoint::parse(bytes) {
        assert_eq!(request.to_bytes(), bytes);
    }
    if let Ok(proof) = TlogProof::parse(bytes) {
        assert_eq!(proof.to_bytes(), bytes);
    }
    if let Ok(policy) = Policy::parse(bytes) {
        assert_eq!(Policy::parse(&policy.to_bytes()), Ok(policy));
    }
    if let Ok(evidence) = ForkEvidence::from_bytes(bytes) {
        assert_eq!(evidence.to_bytes(), bytes);
    }
    if let Ok(frontier) = Frontier::from_bytes(bytes) {
        assert_eq!(frontier.to_bytes(), bytes);
    }
    if let Ok(entries) = bundle::parse(bytes) {
        assert_eq!(bundle::encode(&entries).unwrap(), bytes);
    }
    Answer::parse(200, bytes);
    Answer::parse(409, bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        read_names(text);
    }
}

fn read_names(text: &str) {
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(tile) = text.parse::<TileId>() {
        assert_eq!(tile.to_string(), text);
    }
    if let Ok(bundle) = text.parse::<BundleId>() {
        assert_eq!(bundle.to_string(), text);
    }
}

/// One good example of everything this room reads.
fn examples() -> Vec<Vec<u8>> {
    let sample = Sample::new();
    let note = sample.cosigned(&sample.checkpoint(20), 1, 10);
    let log = VerifierKey::log(sample.origin.key_name().clone(), log_key(0).public());
    let proof = TlogProof {
        extra: Some(vec![1]),
        index: 3,
        proof: proof::inclusion(&sample.tree, 3, 20).unwrap(),
        note: note.clone(),
    };
    vec![
        note.to_bytes(),
        sample.handover(sample.head(12), 1).sign(&log_key(1)).to_bytes(),
        AddCheckpoint::new(10, sample.consistency(10, 20), note.clone())
            .unwrap()
            .to_bytes(),
        proof.to_bytes(),
        Policy::majority(vec![log.clone()], vec![cosigner(1).verifier().clone()]).to_bytes(),
        ForkEvidence::new(note, sample.checkpoint(30), sample.consistency(20, 30)).to_bytes(),
        Frontier::read(&sample.tree, 13).unwrap().to_bytes(),
        bundle::encode(&[b"one".as_slice(), b"two"]).unwrap(),
        log.to_string().into_bytes(),
        b"tile/0/x001/x234/067.p/8".to_vec(),
        b"tile/entries/x001/000".to_vec(),
    ]
}

#[test]
fn good_examples_are_read() {
    examples().iter().for_each(|example| read(example));
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read(&bytes);
    }

    #[test]
    fn any_text(text in "(— |old |index |[a-z+/=0-9 .\\n]){0,60}") {
        read(text.as_bytes());
    }

    #[test]
    fn damaged_examples(which in 0_usize..11, at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = examples().swap_remove(which);
        let at = at.index(bytes.len());
        if cut {
            bytes.remove(at);
        } else {
            bytes[at] = byte;
        }
        read(&bytes);
    }
}
