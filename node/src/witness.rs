//! This node as a witness of the others' logs (C2SP tlog-witness, add-checkpoint): what it will cosign is on disk, in one
//! transaction with the check that nothing came in between, before the cosignature exists.

use hearth_protocol::id::Id;
use hearth_protocol::log::witness::{AddCheckpoint, Refusal, Reply, Watched};
use hearth_protocol::log::{Cosigner, ForkEvidence, KeyChain, Note, TreeHead, VerifierKey};
use hearth_protocol::sync::{OfferedHead, WitnessReply, WitnessRequest};
use serde_bytes::ByteBuf;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::clock::Clock;
use crate::store::{Log, Snapshot, Store, StoreError};

/// Where evidence comes out that the witness has found.
pub type Convicting = UnboundedReceiver<ForkEvidence>;

/// The witness of one organisation.
#[derive(Clone)]
pub struct Witness {
    store: Store,
    cosigner: Cosigner,
    clock: Clock,
    found: UnboundedSender<ForkEvidence>,
}

impl Witness {
    /// The witness that signs with `cosigner` and remembers in `store`, and what convicts the logs put before it: one piece
    /// of evidence for each log, so the channel needs no bound.
    pub fn new(store: Store, cosigner: Cosigner, clock: Clock) -> (Witness, Convicting) {
        let (found, convicting) = unbounded_channel();
        let witness = Witness {
            store,
            cosigner,
            clock,
            found,
        };
        (witness, convicting)
    }

    /// The key that verifies its cosignatures.
    pub fn verifier(&self) -> &VerifierKey {
        self.cosigner.verifier()
    }

    /// Answers one add-checkpoint request. A log that is not held here, and the own log, are unknown origins. Evidence of
    /// a fork is kept.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing was cosigned.
    pub fn add_checkpoint(&self, body: &[u8]) -> Result<Reply, StoreError> {
        let answer = self.judge(body);
        match answer {
            Ok(reply) => Ok(reply),
            Err(NotCosigned::Refused(refusal)) => Ok(refusal.into()),
            Err(NotCosigned::Store(error)) => Err(error),
        }
    }

    /// The checkpoint of an organisation's log that was cosigned last, as it came, with the handovers of its key.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn latest(&self, organisation: &Id) -> Result<WitnessReply, StoreError> {
        let snapshot = self.store.read()?;
        let Some(log) = snapshot.log(organisation)? else {
            return Ok(WitnessReply::Never {});
        };
        let Some(note) = snapshot.witnessed_note(log.charter.origin.as_str())? else {
            return Ok(WitnessReply::Never {});
        };
        let handovers = snapshot.handovers(log.number)?.into_iter();
        let head = OfferedHead {
            note,
            handovers: handovers.map(ByteBuf::from).collect(),
            organisation: *organisation,
        };
        Ok(WitnessReply::Latest { head })
    }

    /// Answers a question of `/hearth/witness/1`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn answer(&self, request: &WitnessRequest) -> Result<WitnessReply, StoreError> {
        match request {
            WitnessRequest::Add { body } => {
                let Reply { status, body, .. } = self.add_checkpoint(body)?;
                Ok(WitnessReply::Added {
                    body: body.into_bytes(),
                    status: u64::from(status),
                })
            }
            WitnessRequest::Latest { organisation } => self.latest(organisation),
        }
    }

    fn judge(&self, body: &[u8]) -> Result<Reply, NotCosigned> {
        let request = AddCheckpoint::parse(body)?;
        let snapshot = self.store.read()?;
        let log = snapshot
            .logs()?
            .into_iter()
            .find(|log| log.charter.origin == *request.origin());
        let log = log.filter(|log| !log.charter.own).ok_or(Refusal::UnknownOrigin)?;
        let (chain, latest) = (snapshot.key_chain(&log)?, latest(&snapshot, &log)?);
        let watched = Watched {
            chain: &chain,
            latest,
        };
        let offered = request.note().clone();
        // Nothing is read while something is written.
        drop(snapshot);
        let acceptance = match request.decide(Some(watched)) {
            Ok(acceptance) => acceptance,
            Err(refusal) => {
                self.keep_evidence(&log, &chain, &refusal, offered)?;
                return Err(refusal.into());
            }
        };
        let origin = log.charter.origin.as_str();
        let persisted = acceptance.persist(|acceptance| {
            self.store.write(|batch| {
                let now = batch.witnessed(origin)?.unwrap_or_else(TreeHead::empty);
                if now != acceptance.latest() {
                    return Err(NotCosigned::Refused(Refusal::Conflict { latest: now.size }));
                }
                Ok(batch.keep_witnessed(origin, acceptance.head(), &acceptance.note().to_bytes())?)
            })
        })?;
        Ok(persisted.cosign(&self.cosigner, self.clock.now()).into())
    }

    /// Two checkpoints of one size and different roots, both signed by the log under keys that count, convict it: kept, and
    /// told at once. One such pair is enough, whatever else the log signs.
    fn keep_evidence(
        &self,
        log: &Log,
        chain: &KeyChain,
        refusal: &Refusal,
        offered: Note,
    ) -> Result<(), StoreError> {
        if !refusal.is_fork() {
            return Ok(());
        }
        let snapshot = self.store.read()?;
        let convicts = |bytes: &Vec<u8>| {
            ForkEvidence::from_bytes(bytes).is_ok_and(|evidence| evidence.verify(chain).is_ok())
        };
        if snapshot.evidence(log.number)?.iter().any(convicts) {
            return Ok(());
        }
        let cosigned = snapshot.witnessed_note(log.charter.origin.as_str())?;
        drop(snapshot);
        let Some(cosigned) = cosigned.and_then(|bytes| Note::parse(&bytes).ok()) else {
            return Ok(());
        };
        let evidence = ForkEvidence::new(cosigned, offered, Vec::new());
        // What was cosigned may be of a key that was handed over below it: an honest loss.
        if evidence.verify(chain).is_err() {
            return Ok(());
        }
        tracing::error!(origin = %log.charter.origin, %refusal, "the log has forked; evidence is kept");
        self.store
            .write(|batch| batch.keep_evidence(log.number, &evidence.to_bytes()))?;
        // Where nobody listens the node is stopping: it reads the evidence when it starts again.
        let _stopping = self.found.send(evidence);
        Ok(())
    }
}

fn latest(snapshot: &Snapshot<'_>, log: &Log) -> Result<TreeHead, StoreError> {
    Ok(snapshot
        .witnessed(log.charter.origin.as_str())?
        .unwrap_or_else(TreeHead::empty))
}

/// Why there is no cosignature.
#[derive(Debug, thiserror::Error)]
enum NotCosigned {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests {
    use hearth_protocol::id::Hash;
    use hearth_protocol::log::{Checkpoint, Handover, MemoryTree, Origin, leaf_hash, proof};
    use hearth_protocol::sign::SecretKey;

    use super::*;
    use crate::store::NewLog;

    /// A log of somebody else, and a witness that holds it.
    struct Pair {
        secret: SecretKey,
        origin: Origin,
        store: Store,
        witness: Witness,
        found: Convicting,
    }

    fn secret(seed: u8) -> SecretKey {
        SecretKey::from_seed([seed; 32])
    }

    fn hold(store: &Store, secret: &SecretKey, own: bool) -> Origin {
        let key = secret.public();
        let origin = Origin::of("south", &key).unwrap();
        let organisation = Id::from_bytes(*key.as_bytes());
        let log = NewLog {
            organisation,
            origin: origin.clone(),
            key,
            next: self::secret(2).public().hash(),
            witness: key,
            own,
        };
        store.write(|batch| batch.hold_log(log)).unwrap();
        origin
    }

    fn witness_over(store: Store) -> (Witness, Convicting) {
        Witness::new(
            store,
            Cosigner::new("north/witness".parse().unwrap(), secret(9)),
            Clock::System,
        )
    }

    fn pair() -> Pair {
        let (store, secret) = (Store::in_memory(), secret(1));
        let origin = hold(&store, &secret, false);
        let (witness, found) = witness_over(store.clone());
        Pair {
            witness,
            found,
            store,
            origin,
            secret,
        }
    }

    impl Pair {
        /// Asks the witness to go from `old` to `size` of a log whose entries differ by `branch`.
        fn ask(&self, old: u64, size: u64, branch: u8) -> Reply {
            let tree: MemoryTree = (0..size).map(|index| leaf_hash(&[branch, index as u8])).collect();
            let head = hearth_protocol::log::Frontier::read(&tree, size).unwrap().head();
            let note = Checkpoint {
                origin: self.origin.clone(),
                head,
            }
            .sign(&self.secret);
            let proof: Vec<Hash> = match old {
                0 => Vec::new(),
                _ => proof::consistency(&tree, old.min(size), size).unwrap(),
            };
            self.witness
                .add_checkpoint(&AddCheckpoint::new(old, proof, note).unwrap().to_bytes())
                .unwrap()
        }

        fn organisation(&self) -> Id {
            Id::from_bytes(*self.secret.public().as_bytes())
        }

        fn remembered(&self) -> u64 {
            let seen = self
                .store
                .read()
                .unwrap()
                .witnessed(self.origin.as_str())
                .unwrap();
            seen.map_or(0, |tree| tree.size)
        }

        fn evidence(&self) -> usize {
            let snapshot = self.store.read().unwrap();
            let log = &snapshot.logs().unwrap()[0];
            snapshot.evidence(log.number).unwrap().len()
        }
    }

    #[test]
    fn what_it_cosigned_it_remembers_and_answers_by_the_status_codes_of_c2sp() {
        let pair = pair();
        assert_eq!(pair.ask(0, 5, 0).status, 200);
        assert_eq!(pair.remembered(), 5);
        let stale = pair.ask(0, 6, 0);
        assert_eq!((stale.status, stale.body.as_str()), (409, "5\n"));
        assert_eq!(pair.ask(5, 9, 0).status, 200);
        assert_eq!(pair.ask(9, 9, 0).status, 200, "the same again is cosigned again");
        assert_eq!((pair.remembered(), pair.evidence()), (9, 0));
        assert_eq!(pair.witness.add_checkpoint(b"old nonsense").unwrap().status, 400);
    }

    #[test]
    fn it_shows_the_checkpoint_behind_the_size_it_names() {
        let pair = pair();
        let organisation = pair.organisation();
        assert_eq!(
            pair.witness.latest(&organisation).unwrap(),
            WitnessReply::Never {}
        );
        pair.ask(0, 5, 0);
        pair.ask(5, 9, 0);
        let WitnessReply::Latest { head } = pair.witness.latest(&organisation).unwrap() else {
            panic!("it has cosigned");
        };
        let snapshot = pair.store.read().unwrap();
        let chain = snapshot.key_chain(&snapshot.logs().unwrap()[0]).unwrap();
        assert_eq!(chain.open(&head.note).unwrap().0.head.size, 9);
        assert_eq!((head.organisation, head.handovers.len()), (organisation, 0));
        let stranger = Id::from_bytes([7; 32]);
        assert_eq!(pair.witness.latest(&stranger).unwrap(), WitnessReply::Never {});
    }

    #[test]
    fn a_fork_is_refused_and_its_evidence_convicts() {
        let mut pair = pair();
        assert_eq!(pair.ask(0, 5, 0).status, 200);
        assert!(pair.found.try_recv().is_err());
        assert_eq!(pair.ask(5, 5, 1).status, 422);
        assert_eq!(pair.remembered(), 5);
        let found = pair.found.try_recv().unwrap();
        let snapshot = pair.store.read().unwrap();
        let log = snapshot.logs().unwrap().remove(0);
        let evidence = snapshot.evidence(log.number).unwrap();
        let evidence = ForkEvidence::from_bytes(&evidence[0]).unwrap();
        assert_eq!(found, evidence);
        assert!(evidence.verify(&snapshot.key_chain(&log).unwrap()).is_ok());
        assert_eq!(pair.ask(5, 9, 1).status, 422, "a bad proof alone convicts nobody");
        assert_eq!(pair.ask(5, 5, 2).status, 422);
        drop(snapshot);
        assert_eq!(pair.evidence(), 1, "once is enough");
        assert!(pair.found.try_recv().is_err());
    }

    #[test]
    fn a_log_that_lost_what_was_cosigned_and_handed_over_below_it_is_not_convicted() {
        let mut pair = pair();
        assert_eq!(pair.ask(0, 5, 0).status, 200);
        let leaf = |index: u64| leaf_hash(&[u8::from(index >= 3), index as u8]);
        let tree: MemoryTree = (0..5).map(leaf).collect();
        let head = |size| hearth_protocol::log::Frontier::read(&tree, size).unwrap().head();
        let handover = Handover {
            origin: pair.origin.clone(),
            head: head(3),
            key: secret(2).public(),
            next: secret(3).public().hash(),
        };
        let log = pair.store.read().unwrap().logs().unwrap().remove(0).number;
        let notes = [handover.sign(&secret(2)).to_bytes()];
        pair.store
            .write(|batch| batch.keep_handovers(log, &notes))
            .unwrap();
        let (origin, head) = (pair.origin.clone(), head(5));
        let note = Checkpoint { origin, head }.sign(&secret(2));
        let asked = AddCheckpoint::new(5, Vec::new(), note).unwrap().to_bytes();
        assert_eq!(pair.witness.add_checkpoint(&asked).unwrap().status, 422);
        assert_eq!(pair.evidence(), 0, "the former key's statement is of no account");
        assert!(pair.found.try_recv().is_err());
    }

    #[test]
    fn it_knows_no_stranger_and_does_not_vouch_for_its_own_log() {
        let pair = pair();
        let stranger = Pair {
            origin: Origin::of("west", &secret(3).public()).unwrap(),
            ..pair
        };
        assert_eq!(stranger.ask(0, 5, 0).status, 404);
        let own = secret(4);
        let origin = hold(&stranger.store, &own, true);
        let own = Pair {
            origin,
            secret: own,
            ..stranger
        };
        assert_eq!(own.ask(0, 5, 0).status, 404);
    }

    #[test]
    fn of_two_requests_at_once_one_is_cosigned_and_nothing_is_forgotten_by_a_restart() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let secret = secret(1);
        let origin = hold(&store, &secret, false);
        let (witness, found) = witness_over(store.clone());
        let pair = Pair {
            witness,
            found,
            store,
            origin,
            secret,
        };
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let asking: Vec<_> = [0, 1]
                .map(|branch| {
                    scope.spawn({
                        let pair = &pair;
                        move || pair.ask(0, 5, branch).status
                    })
                })
                .into();
            asking.into_iter().map(|asked| asked.join().unwrap()).collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "never both");
        let Pair {
            witness,
            store,
            origin,
            secret,
            found,
        } = pair;
        drop((witness, store, found));
        let store = Store::open(directory.path()).unwrap();
        let (witness, found) = witness_over(store.clone());
        let pair = Pair {
            witness,
            found,
            store,
            origin,
            secret,
        };
        assert_eq!((pair.remembered(), pair.ask(0, 6, 0).status), (5, 409));
    }
}
