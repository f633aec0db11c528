//! What was signed over a log: its head, the cosignatures under it, its handovers.

use std::collections::BTreeSet;

use super::finding::{Fault, Finding, Place};
use super::recount::Recount;
use crate::log::handover::Handover;
use crate::log::key_chain::CheckpointError;
use crate::log::{Checkpoint, KeyChain, Note, NoteSignature, TreeHead, VerifierKey};

/// Which keys are believed for a log.
#[derive(Debug, Clone)]
pub enum Trust {
    /// The key in its charter, and those it was handed over to.
    Chain(KeyChain),
    /// One key, known from elsewhere, and no other.
    Key(VerifierKey),
}

/// Who may cosign a log.
#[derive(Debug, Clone)]
pub enum Witnesses {
    /// These and no others: a line of another key is a fault.
    All(Vec<VerifierKey>),
    /// These are known; there may be others, whose lines cannot be checked.
    Known(Vec<VerifierKey>),
}

/// A signed head whose signatures have been checked.
#[derive(Debug, Clone)]
pub struct Signed {
    /// What the log states; none if its own signature does not hold.
    pub checkpoint: Option<Checkpoint>,
    /// Witnesses whose cosignatures hold.
    pub cosigned_by: BTreeSet<String>,
    /// Names of lines that cannot be checked, since their keys are not known.
    pub unchecked: BTreeSet<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// Checks every signature of a head: the log's own, and each cosignature by itself.
pub fn open(note: &[u8], trust: &Trust, witnesses: &Witnesses) -> Signed {
    let mut signed = Signed {
        checkpoint: None,
        cosigned_by: BTreeSet::new(),
        unchecked: BTreeSet::new(),
        findings: Vec::new(),
    };
    match read(note, trust) {
        Ok((checkpoint, note)) => {
            let own = trust.verifiers(checkpoint.head.size);
            for line in note.signatures().iter().filter(|line| !is_of(line, &own)) {
                signed.cosignature(&note, line, witnesses);
            }
            signed.checkpoint = Some(checkpoint);
        }
        Err(error) => signed.findings.push(Finding {
            place: Place::Checkpoint,
            fault: error.into(),
        }),
    }
    signed
}

impl Signed {
    fn cosignature(&mut self, note: &Note, line: &NoteSignature, witnesses: &Witnesses) {
        let (Witnesses::All(keys) | Witnesses::Known(keys)) = witnesses;
        let name = line.name().to_string();
        if is_of(line, keys) {
            match alone(note, line).open(keys) {
                Ok(_) => drop(self.cosigned_by.insert(name)),
                Err(error) => {
                    let fault = Fault::Signature(error.to_string());
                    self.findings.push(Finding {
                        place: Place::Signature(name),
                        fault,
                    });
                }
            }
        } else if matches!(witnesses, Witnesses::All(_)) {
            self.findings.push(Finding {
                place: Place::Signature(name),
                fault: Fault::Stranger,
            });
        } else {
            self.unchecked.insert(name);
        }
    }
}

/// Compares a signed head with the tree built from what is here.
pub fn compare(place: Place, head: &TreeHead, recount: &Recount) -> Option<Finding> {
    let fault = match recount.root_at(head.size) {
        None => Fault::Ahead {
            size: head.size,
            held: recount.size(),
        },
        Some(found) if found != head.root => Fault::OtherRoot {
            size: head.size,
            signed: head.root,
            found,
        },
        Some(_) => return None,
    };
    Some(Finding { place, fault })
}

/// Takes handovers into the trust, in order. Gives the heads they bind. Where a single key is trusted they can only be
/// read, not chained.
pub fn hand_over(
    trust: &mut Trust,
    handovers: &[Vec<u8>],
    findings: &mut Vec<Finding>,
) -> Vec<(u64, TreeHead)> {
    let mut heads = Vec::new();
    for (number, bytes) in (0..).zip(handovers) {
        let place = Place::Handover(number);
        match Handover::open(bytes) {
            Ok(handover) => heads.push((number, handover.head)),
            Err(error) => {
                findings.push(Finding {
                    place,
                    fault: error.into(),
                });
                continue;
            }
        }
        if let Trust::Chain(chain) = trust
            && let Err(error) = chain.hand_over(bytes)
        {
            findings.push(Finding {
                place,
                fault: error.into(),
            });
        }
    }
    heads
}

impl Trust {
    fn verifiers(&self, size: u64) -> Vec<VerifierKey> {
        match self {
            Trust::Chain(chain) => chain.verifiers(size),
            Trust::Key(key) => vec![key.clone()],
        }
    }
}

fn read(bytes: &[u8], trust: &Trust) -> Result<(Checkpoint, Note), CheckpointError> {
    match trust {
        Trust::Chain(chain) => chain.open(bytes),
        Trust::Key(key) => {
            let note = Note::parse(bytes)?;
            let checkpoint = Checkpoint::parse(note.text())?;
            if checkpoint.origin.key_name() != key.name() {
                return Err(CheckpointError::OtherLog {
                    origin: checkpoint.origin,
                });
            }
            note.open(std::slice::from_ref(key))?;
            Ok((checkpoint, note))
        }
    }
}

fn is_of(line: &NoteSignature, keys: &[VerifierKey]) -> bool {
    keys.iter()
        .any(|key| key.name() == line.name() && key.id() == line.id())
}

/// The same text under one line alone, so that one bad line does not hide another.
fn alone(note: &Note, line: &NoteSignature) -> Note {
    let text = format!("{}\n{line}", note.text());
    Note::parse(text.as_bytes()).expect("a note read once reads again with one of its lines")
}
