//! Any bytes are read without panic as every kind of note and statement beside a log; what is read is written again as
//! the same bytes where the form allows but one.
#![no_main]

use hearth_protocol::log::witness::{AddCheckpoint, Answer};
use hearth_protocol::log::{Checkpoint, ForkEvidence, Handover, Note, Policy, TlogProof, bundle};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(Note::parse(&note.to_bytes()).as_ref(), Ok(&note));
        let _ = Checkpoint::parse(note.text());
        let _ = Handover::open(bytes);
    }
    let _ = AddCheckpoint::parse(bytes);
    for status in [200, 404, 409, 422] {
        let _ = Answer::parse(status, bytes);
    }
    let _ = TlogProof::parse(bytes);
    let _ = Policy::parse(bytes);
    let _ = ForkEvidence::from_bytes(bytes);
    if let Ok(entries) = bundle::parse(bytes) {
        let entries: Vec<Vec<u8>> = entries.into_iter().map(<[u8]>::to_vec).collect();
        assert_eq!(bundle::encode(&entries).as_deref(), Ok(bytes));
    }
});
