//! This node as a witness of the others' logs (C2SP tlog-witness, add-checkpoint): what it will cosign is on disk, in one
//! transaction with the check that nothing came in between, before the cosignature exists.

use hearth_protocol::log::witness::{AddCheckpoint, Refusal, Reply, Watched};
use hearth_protocol::log::{Cosigner, ForkEvidence, Note, TreeHead, VerifierKey};

use crate::clock::Clock;
use crate::store::{Log, Snapshot, Store, StoreError};

/// The witness of one organisation.
#[derive(Clone)]
pub struct Witness {
    store: Store,
    cosigner: Cosigner,
    clock: Clock,
}

impl Witness {
    /// The witness that signs with `cosigner` and remembers in `store`.
    pub fn new(store: Store, cosigner: Cosigner, clock: Clock) -> Witness {
        Witness {
            store,
            cosigner,
            clock,
        }
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
        let acceptance = match request.decide(Some(watched)) {
            Ok(acceptance) => acceptance,
            Err(refusal) => {
                self.keep_evidence(&snapshot, &log, &refusal, offered)?;
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

    /// Two checkpoints of one size and different roots, both signed by the log, convict it.
    fn keep_evidence(
        &self,
        snapshot: &Snapshot<'_>,
        log: &Log,
        refusal: &Refusal,
        offered: Note,
    ) -> Result<(), StoreError> {
        if !refusal.is_fork() {
            return Ok(());
        }
        let cosigned = snapshot.witnessed_note(log.charter.origin.as_str())?;
        let Some(cosigned) = cosigned.and_then(|bytes| Note::parse(&bytes).ok()) else {
            return Ok(());
        };
        let evidence = ForkEvidence::new(cosigned, offered, Vec::new());
        tracing::error!(origin = %log.charter.origin, %refusal, "the log has forked; evidence is kept");
        self.store
            .write(|batch| batch.keep_evidence(log.number, &evidence.to_bytes()))
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
