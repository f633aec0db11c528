//! The replication machine over this node's store: what it keeps is kept here, what it reads of the store is answered
//! here, and only what concerns others comes out.

use std::collections::BTreeSet;

use hearth_protocol::id::Id;
use hearth_protocol::log::{ForkEvidence, TreeHead, VerifierKey};
use hearth_protocol::sync::{
    BodyName, Followed, Input, Keep, Machine, Output, Pause, Peer, Portions, Question, Ticket,
};
use hearth_protocol::time::Timestamp;

use crate::exchange::prove;
use crate::store::{
    AppendError, Batch, BodyError, BodyState, Log, LogNumber, Snapshot, Store, StoreError, WantedBody,
};

/// Bodies the machine is told of at a time. Those nobody has do not count, so that they hold up no others.
const BODIES: usize = 1024;

/// The machine and its store.
pub struct Replication {
    store: Store,
    machine: Machine,
    /// Wanted bodies that the machine knows of and is busy with.
    fetching: BTreeSet<BodyName>,
    /// Those that nobody had: the machine goes on asking now and then.
    missing: BTreeSet<BodyName>,
    /// The store wants more bodies than those.
    more_wanted: bool,
    /// Our own log is followed like another's: this node was restored from an old copy.
    follows_own: bool,
}

/// Something for the rest of the node to do or to know.
#[derive(Debug)]
pub enum Errand {
    /// Ask a peer; the answer goes back as [`Input::Replied`].
    Ask {
        /// The node.
        peer: Peer,
        /// Names the question.
        ticket: Ticket,
        /// The question.
        question: Question,
    },
    /// Publish a head on the heads topic.
    Gossip {
        /// The log.
        organisation: Id,
        /// The signed note.
        note: Vec<u8>,
    },
    /// The store holds more of a log.
    Grown {
        /// The log.
        organisation: Id,
        /// Its entries now.
        size: u64,
    },
    /// The store holds a body that was wanted.
    BodyKept {
        /// The body.
        body: BodyName,
    },
    /// Nothing more is taken in of a log.
    Paused {
        /// The log.
        organisation: Id,
        /// Why.
        why: Pause,
    },
    /// A witness knows no more of our own log than we do.
    Confirmed {
        /// The witness.
        peer: Peer,
    },
    /// Somebody has shown a head of our own log that is larger than ours: follow it, do not sign.
    Restored {
        /// Who.
        peer: Peer,
        /// The size of that head.
        size: u64,
    },
    /// A witness says that it knows more of our own log, and has not shown it.
    Claimed {
        /// The witness.
        peer: Peer,
        /// The size it named.
        size: u64,
    },
}

/// Why the machine and the store have parted: begin again with [`Replication::start`].
#[derive(Debug, thiserror::Error)]
pub enum ReplicationError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Verified entries do not continue the log in the store.
    #[error("verified entries were not kept: {0}")]
    Append(#[from] AppendError),
    /// A body's pieces were not kept.
    #[error("a body was not kept: {0}")]
    Body(#[from] BodyError),
}

impl Replication {
    /// A machine that holds every log the store holds. `seed` only spreads its retries.
    ///
    /// # Errors
    /// [`StoreError`] if the store cannot be read.
    pub fn start(
        store: Store,
        seed: u64,
        portions: Portions,
        now: Timestamp,
    ) -> Result<(Replication, Vec<Errand>), ReplicationError> {
        let machine = Machine::new(seed, portions);
        let (fetching, missing) = (BTreeSet::new(), BTreeSet::new());
        let mut replication = Replication {
            store,
            machine,
            fetching,
            missing,
            more_wanted: false,
            follows_own: false,
        };
        let mut errands = replication.follow(now)?;
        errands.extend(replication.look_for_bodies(now)?);
        Ok((replication, errands))
    }

    /// Takes up every log of the store, as after the admission of an organisation.
    ///
    /// # Errors
    /// [`ReplicationError::Store`].
    pub fn follow(&mut self, now: Timestamp) -> Result<Vec<Errand>, ReplicationError> {
        let snapshot = self.store.read()?;
        let mut logs = Vec::new();
        for log in snapshot.logs()? {
            let own = log.charter.own && !self.follows_own;
            logs.push(Followed {
                own,
                ..followed(&snapshot, &log)?
            });
        }
        drop(snapshot);
        self.step(now, [Input::Follow(logs)])
    }

    /// Follows our own log like another's, or no longer. To be said once the ledger has stopped writing it, after
    /// [`Errand::Restored`], or before it writes again.
    ///
    /// # Errors
    /// [`ReplicationError`].
    pub fn follow_own(&mut self, follows_own: bool, now: Timestamp) -> Result<Vec<Errand>, ReplicationError> {
        self.follows_own = follows_own;
        self.follow(now)
    }

    /// Looks for the bodies the store wants. Due when entries that refer to some were read.
    ///
    /// # Errors
    /// [`ReplicationError`].
    pub fn look_for_bodies(&mut self, now: Timestamp) -> Result<Vec<Errand>, ReplicationError> {
        let mut inputs = self.erased()?;
        inputs.extend(self.wanted()?);
        self.step(now, inputs)
    }

    /// The bodies that are looked for and have been erased meanwhile.
    fn erased(&self) -> Result<Vec<Input>, StoreError> {
        let snapshot = self.store.read()?;
        let mut inputs = Vec::new();
        for body in self.fetching.iter().chain(&self.missing) {
            let Some(log) = snapshot.log(&body.organisation)? else {
                continue;
            };
            if let BodyState::Erased { .. } = snapshot.body(log.number, &body.hash)? {
                inputs.push(Input::Unwanted { body: *body });
            }
        }
        Ok(inputs)
    }

    /// As many wanted bodies as the machine has room for, and does not know yet.
    fn wanted(&mut self) -> Result<Vec<Input>, StoreError> {
        let room = BODIES.saturating_sub(self.fetching.len());
        let snapshot = self.store.read()?;
        let logs = snapshot.logs()?;
        let name = |wanted: &WantedBody| {
            let log = logs.iter().find(|held| held.number == wanted.log)?;
            Some(BodyName {
                organisation: log.charter.organisation,
                hash: wanted.hash,
            })
        };
        let is_new = |wanted: &WantedBody| {
            name(wanted).is_some_and(|body| !self.missing.contains(&body) && !self.fetching.contains(&body))
        };
        let wanted = snapshot.wanted_bodies_where(room, is_new)?;
        let is_full = wanted.len() == room;
        let mut inputs = Vec::new();
        for wanted in wanted {
            if let Some(body) = name(&wanted) {
                self.fetching.insert(body);
                inputs.push(Input::Wanted {
                    body,
                    size: wanted.size,
                });
            }
        }
        self.more_wanted = is_full && (room == 0 || !inputs.is_empty());
        Ok(inputs)
    }

    /// Takes in what happened. Everything to be kept is in the store, in one transaction, when this returns.
    ///
    /// # Errors
    /// [`ReplicationError`]; the machine is then of no more use.
    pub fn step(
        &mut self,
        now: Timestamp,
        inputs: impl IntoIterator<Item = Input>,
    ) -> Result<Vec<Errand>, ReplicationError> {
        let (mut errands, mut inputs): (Vec<Errand>, Vec<Input>) = (Vec::new(), inputs.into_iter().collect());
        while !inputs.is_empty() {
            let mut outputs = Vec::new();
            for input in inputs.drain(..) {
                if let Input::Unwanted { body } = &input {
                    self.forget(*body);
                }
                self.machine.step(now, input, &mut outputs);
            }
            inputs = self.carry_out(outputs, &mut errands)?;
            if self.more_wanted && self.fetching.len() < BODIES / 2 {
                inputs.extend(self.wanted()?);
            }
        }
        Ok(errands)
    }

    /// Keeps what is to be kept, then reads what is to be read; gives what the machine has to hear of it.
    fn carry_out(
        &mut self,
        outputs: Vec<Output>,
        errands: &mut Vec<Errand>,
    ) -> Result<Vec<Input>, ReplicationError> {
        let (mut keeps, mut proofs, mut inputs) = (Vec::new(), Vec::new(), Vec::new());
        for output in outputs {
            match output {
                Output::Keep(keep) => keeps.push(keep),
                Output::NeedProof {
                    organisation,
                    from,
                    size,
                } => proofs.push((organisation, from, size)),
                Output::BodyMissing { body } => {
                    self.fetching.remove(&body);
                    self.missing.insert(body);
                }
                Output::Ask {
                    peer,
                    ticket,
                    question,
                } => errands.push(Errand::Ask {
                    peer,
                    ticket,
                    question,
                }),
                Output::Gossip { organisation, note } => errands.push(Errand::Gossip { organisation, note }),
                Output::Paused { organisation, why } => errands.push(Errand::Paused { organisation, why }),
                Output::Confirmed { peer } => errands.push(Errand::Confirmed { peer }),
                Output::Restored { peer, size } => errands.push(Errand::Restored { peer, size }),
                Output::Claimed { peer, size } => errands.push(Errand::Claimed { peer, size }),
            }
        }
        if !keeps.is_empty() {
            let kept = self.store.write(|batch| keep_all(batch, keeps))?;
            inputs.extend(kept.into_iter().filter_map(|kept| self.report(kept, errands)));
        }
        for (organisation, from, size) in proofs {
            let proof = prove(&self.store.read()?, &organisation, from, size)?;
            inputs.push(Input::Proof {
                organisation,
                from,
                size,
                proof,
            });
        }
        Ok(inputs)
    }

    fn report(&mut self, kept: Kept, errands: &mut Vec<Errand>) -> Option<Input> {
        match kept {
            Kept::Entries { organisation, size } => {
                errands.push(Errand::Grown { organisation, size });
                Some(Input::Stored { organisation, size })
            }
            Kept::Body(body) => {
                self.forget(body);
                errands.push(Errand::BodyKept { body });
                None
            }
            Kept::Erased(body) => {
                self.forget(body);
                Some(Input::Unwanted { body })
            }
            Kept::Spoilt(body) => {
                self.forget(body);
                self.more_wanted = true;
                Some(Input::Unwanted { body })
            }
        }
    }

    fn forget(&mut self, body: BodyName) {
        self.fetching.remove(&body);
        self.missing.remove(&body);
    }
}

/// What was kept and concerns others.
enum Kept {
    Entries {
        organisation: Id,
        size: u64,
    },
    Body(BodyName),
    /// A body that was erased while it was on its way.
    Erased(BodyName),
    /// A body whose pieces do not fit together.
    Spoilt(BodyName),
}

fn keep_all(batch: &mut Batch, keeps: Vec<Keep>) -> Result<Vec<Kept>, ReplicationError> {
    let mut kept = Vec::new();
    for keep in keeps {
        kept.extend(keep_one(batch, keep)?);
    }
    Ok(kept)
}

fn keep_one(batch: &mut Batch, keep: Keep) -> Result<Option<Kept>, ReplicationError> {
    match keep {
        Keep::Entries {
            organisation,
            from,
            entries,
            frontier,
            note,
            is_head,
        } => {
            let TreeHead { size, root } = frontier.head();
            batch.append_replica(&organisation, from, entries, root)?;
            let log = number(batch, &organisation)?;
            if is_head {
                batch.keep_head(log, &note)?;
                batch.drop_aim(log)?;
            } else {
                batch.keep_aim(log, &note)?;
            }
            return Ok(Some(Kept::Entries { organisation, size }));
        }
        Keep::Head { organisation, note } => batch.keep_head(number(batch, &organisation)?, &note)?,
        Keep::Handovers {
            organisation,
            handovers,
        } => {
            batch.keep_handovers(number(batch, &organisation)?, &handovers)?;
        }
        Keep::Evidence {
            organisation,
            evidence,
        } => {
            batch.keep_evidence(number(batch, &organisation)?, &evidence.to_bytes())?;
        }
        Keep::SetBack { organisation, to } => {
            batch.keep_set_back(number(batch, &organisation)?, &to)?;
        }
        Keep::Piece {
            body,
            salt,
            offset,
            bytes,
        } => {
            let log = number(batch, &body.organisation)?;
            if offset == 0 {
                batch.drop_pieces(log, &body.hash)?;
            }
            match batch.keep_piece(log, &body.hash, &salt, offset, &bytes) {
                Err(BodyError::Erased { .. }) => return Ok(Some(Kept::Erased(body))),
                Err(BodyError::Gap { .. }) => return spoilt(batch, log, body),
                kept => kept?,
            }
        }
        Keep::Body { body } => {
            let log = number(batch, &body.organisation)?;
            match batch.complete_body(log, &body.hash) {
                Err(BodyError::Erased { .. }) => return Ok(Some(Kept::Erased(body))),
                Err(BodyError::Mismatch { .. }) => return spoilt(batch, log, body),
                completed => completed?,
            }
            return Ok(Some(Kept::Body(body)));
        }
        Keep::NoPieces { body } => batch.drop_pieces(number(batch, &body.organisation)?, &body.hash)?,
    }
    Ok(None)
}

/// The pieces are not those that were fetched: somebody hands in the same body meanwhile. It is begun anew.
fn spoilt(batch: &mut Batch, log: LogNumber, body: BodyName) -> Result<Option<Kept>, ReplicationError> {
    batch.drop_pieces(log, &body.hash)?;
    Ok(Some(Kept::Spoilt(body)))
}

fn number(batch: &Batch, organisation: &Id) -> Result<LogNumber, ReplicationError> {
    let log = batch.log(organisation)?;
    let unknown = AppendError::UnknownOrganisation {
        organisation: *organisation,
    };
    Ok(log.ok_or(unknown)?.number)
}

/// One log of the store, as the machine takes it up.
fn followed(snapshot: &Snapshot<'_>, log: &Log) -> Result<Followed, StoreError> {
    let Log { number, charter } = log;
    let corrupt = |what: String| StoreError::Corrupt(format!("the log of {}: {what}", charter.organisation));
    let keys = snapshot.key_chain(log)?;
    let mut evidence = None;
    for bytes in snapshot.evidence(*number)? {
        let kept = ForkEvidence::from_bytes(&bytes).map_err(|error| corrupt(error.to_string()))?;
        // What a later handover has made of no account convicts nobody.
        if kept.verify(&keys).is_ok() {
            evidence = Some(kept);
            break;
        }
    }
    Ok(Followed {
        organisation: charter.organisation,
        keys,
        witness: VerifierKey::witness(charter.origin.witness_name(), charter.witness),
        own: charter.own,
        ours: charter.own,
        frontier: snapshot.frontier(*number)?,
        head: snapshot.head(*number)?,
        aim: snapshot.aim(*number)?,
        evidence,
        is_set_back: !charter.own && snapshot.set_back_to(*number)?.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use hearth_protocol::log::Origin;
    use hearth_protocol::sign::SecretKey;
    use hearth_protocol::sync::Request;

    use super::*;
    use crate::store::NewLog;

    const NOW: Timestamp = Timestamp::from_millis(0);
    const SOUTH: Id = Id::from_bytes([2; 32]);

    fn looked_for(errands: &[Errand]) -> usize {
        let is_body = |errand: &&Errand| {
            matches!(
                errand,
                Errand::Ask {
                    question: Question::Sync(Request::Body { .. }),
                    ..
                }
            )
        };
        errands.iter().filter(is_body).count()
    }

    #[test]
    fn a_body_that_was_erased_is_looked_for_no_longer() {
        let store = Store::in_memory();
        let key = SecretKey::from_seed([2; 32]).public();
        let log = NewLog {
            organisation: SOUTH,
            origin: Origin::of("south", &key).unwrap(),
            key,
            next: key.hash(),
            witness: key,
            own: false,
        };
        let log = store.write(|batch| batch.hold_log(log)).unwrap();
        let hash = hearth_protocol::id::BodyHash::from_bytes([3; 32]);
        let wanted = WantedBody {
            hash,
            size: 1,
            log,
            index: 0,
        };
        store.write(|batch| batch.want_body(&wanted)).unwrap();
        let (mut replication, _) = Replication::start(store.clone(), 1, Portions::default(), NOW).unwrap();
        let arrives = |peer: u8| Input::Connected {
            peer: Peer(vec![peer]),
            organisation: SOUTH,
        };
        let errands = replication.step(NOW, [arrives(1)]).unwrap();
        assert_eq!(looked_for(&errands), 1);
        let leaves = Input::Disconnected { peer: Peer(vec![1]) };
        replication.step(NOW, [leaves]).unwrap();

        let by = Id::from_bytes([4; 32]);
        store.write(|batch| batch.erase_body(log, &hash, &by)).unwrap();
        let errands = replication.look_for_bodies(NOW).unwrap();
        assert_eq!(looked_for(&errands), 0);
        let errands = replication.step(NOW, [arrives(2)]).unwrap();
        assert_eq!(looked_for(&errands), 0, "nobody new is asked for it");
    }
}
