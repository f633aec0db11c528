//! Getting our own head cosigned: every reachable node is asked as a witness (C2SP tlog-witness, add-checkpoint) once
//! per head, and once after a start in any case, because its answer tells whether we know less than we once signed.
//! A witness that names a larger size has claimed something; it is asked to show the head it means, and until it has
//! answered that, nobody else's word confirms us.

use std::collections::{BTreeMap, BTreeSet};

use super::backoff::{Backoff, Jitter};
use super::message::WitnessRequest;
use super::peers::Peers;
use super::port::Peer;
use crate::id::{Hash, Id};
use crate::log::witness::{AddCheckpoint, Answer};
use crate::log::{HeldNote, VerifierKey};
use crate::time::Timestamp;

/// The witnesses and what each knows of our log.
#[derive(Debug, Default)]
pub(super) struct Cosign {
    witnesses: BTreeMap<Peer, Witness>,
    /// Consistency proofs to the head at hand, by the size they begin at; none while the store works one out.
    proofs: BTreeMap<u64, Option<Vec<Hash>>>,
    /// The size those proofs lead to.
    proofs_to: u64,
}

#[derive(Debug, Default)]
struct Witness {
    /// The size it cosigned last, as far as we know.
    knows: u64,
    /// It has said so itself since we started.
    confirmed: bool,
    asking: bool,
    /// It named a size larger than ours, and is being asked for the head.
    claims: bool,
    /// Answers that named another size, since it last cosigned.
    conflicts: u32,
    backoff: Backoff,
}

/// A size may rightly conflict twice: not known yet, and grown by a question whose answer was lost.
const CONFLICTS: u32 = 2;

/// A question put to a witness: the size it was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct About {
    size: u64,
}

/// What to do for a witness next.
#[derive(Debug, PartialEq)]
pub(super) enum Step {
    Ask(Peer, About, WitnessRequest),
    /// The store has to prove our log consistent from this size to the head's.
    Prove {
        from: u64,
        size: u64,
    },
}

/// What came of an answer.
#[derive(Debug, PartialEq)]
pub(super) enum Told {
    /// The head with one more cosignature.
    Cosigned(HeldNote),
    /// The witness answered for the first time since we started, and knows no more than we do.
    Confirmed,
    /// The witness says that it knows a size that we do not have: it is to be asked for its head.
    Claims(u64),
    /// The answer is not what a witness says.
    Lied,
}

impl Cosign {
    pub(super) fn connected(&mut self, peer: Peer) {
        self.witnesses.entry(peer).or_default();
    }

    /// What it knew is remembered, in case it comes back.
    pub(super) fn disconnected(&mut self, peer: &Peer) {
        if let Some(witness) = self.witnesses.get_mut(peer) {
            witness.asking = false;
            witness.claims = false;
        }
    }

    pub(super) fn proven(&mut self, from: u64, size: u64, proof: Option<&[Hash]>) {
        if size == self.proofs_to {
            match proof {
                Some(proof) => self.proofs.insert(from, Some(proof.to_vec())),
                None => self.proofs.remove(&from),
            };
        }
    }

    /// The next witness to ask about `head`; `key_of` gives the witness key of an organisation whose log is held.
    pub(super) fn next<'a, A>(
        &mut self,
        now: Timestamp,
        peers: &Peers<A>,
        head: &HeldNote,
        key_of: impl Fn(Id) -> Option<&'a VerifierKey>,
    ) -> Option<Step> {
        let size = head.head().size;
        if self.proofs_to != size {
            self.proofs.clear();
            self.proofs_to = size;
        }
        let mut unproven = BTreeSet::new();
        for (peer, witness) in &mut self.witnesses {
            let key = peers.organisation(peer).and_then(&key_of);
            let lacks = key.is_some_and(|key| !head.has(key) || !witness.confirmed);
            if !lacks || witness.asking || !witness.backoff.is_over(now) || !peers.is_well(peer, now) {
                continue;
            }
            let old = witness.knows.min(size);
            let proof = if old == 0 || old == size {
                Some(Vec::new())
            } else {
                self.proofs.get(&old).cloned().flatten()
            };
            let Some(proof) = proof else {
                unproven.insert(old);
                continue;
            };
            let request =
                AddCheckpoint::new(old, proof, head.to_note()).expect("a held note is a checkpoint");
            witness.asking = true;
            return Some(Step::Ask(
                peer.clone(),
                About { size },
                WitnessRequest::Add {
                    body: request.to_bytes(),
                },
            ));
        }
        let from = unproven.into_iter().find(|old| !self.proofs.contains_key(old))?;
        self.proofs.insert(from, None);
        Some(Step::Prove { from, size })
    }

    /// `head` is our newest, `key` the witness key of the peer's organisation.
    pub(super) fn answered(
        &mut self,
        (now, jitter): (Timestamp, &mut Jitter),
        peer: &Peer,
        about: About,
        (status, body): (u64, &[u8]),
        (head, key): (&HeldNote, &VerifierKey),
    ) -> Vec<Told> {
        let Some(witness) = self.witnesses.get_mut(peer) else {
            return Vec::new();
        };
        witness.asking = false;
        match Answer::parse(u16::try_from(status).unwrap_or_default(), body) {
            Answer::Cosigned(_) if head.head().size != about.size => {
                witness.knows = witness.knows.max(about.size);
                Vec::new()
            }
            Answer::Cosigned(lines) => {
                let mut cosigned = head.clone();
                if cosigned.absorb(&lines, std::slice::from_ref(key)).is_err() || !cosigned.has(key) {
                    witness.backoff.lied(now, jitter);
                    return vec![Told::Lied];
                }
                witness.knows = about.size;
                witness.conflicts = 0;
                witness.backoff = Backoff::default();
                witness
                    .confirm()
                    .into_iter()
                    .chain([Told::Cosigned(cosigned)])
                    .collect()
            }
            Answer::Knows(size) if size > head.head().size => {
                (witness.asking, witness.claims) = (true, true);
                vec![Told::Claims(size)]
            }
            Answer::Knows(size) => {
                witness.conflicts += 1;
                if witness.conflicts > CONFLICTS {
                    witness.backoff.failed(now, jitter);
                }
                witness.knows = size;
                witness.confirm().into_iter().collect()
            }
            Answer::Refused { .. } => {
                witness.backoff.failed(now, jitter);
                Vec::new()
            }
        }
    }

    /// The witness has shown the head it claimed, or has not and is left alone for a while.
    pub(super) fn shown(&mut self, now: Timestamp, jitter: &mut Jitter, peer: &Peer, bears_out: bool) {
        if let Some(witness) = self.witnesses.get_mut(peer) {
            (witness.asking, witness.claims) = (false, false);
            if !bears_out {
                witness.backoff.lied(now, jitter);
            }
        }
    }

    /// Some witness has yet to show what it claimed.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.witnesses.values().any(|witness| witness.claims)
    }

    pub(super) fn failed(&mut self, now: Timestamp, jitter: &mut Jitter, peer: &Peer) {
        if let Some(witness) = self.witnesses.get_mut(peer) {
            witness.asking = false;
            witness.backoff.failed(now, jitter);
        }
    }
}

impl Witness {
    fn confirm(&mut self) -> Option<Told> {
        (!std::mem::replace(&mut self.confirmed, true)).then_some(Told::Confirmed)
    }
}
