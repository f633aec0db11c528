//! Handing the own log over to its next key: the statement first, then the new signer file. If it stops in between, doing
//! it again with the same key ends it, with the same statement: two different ones would convict the log.

use std::path::Path;

use hearth_protocol::id::KeyHash;
use hearth_protocol::log::{Handover, TreeHead};
use hearth_protocol::sign::SecretKey;

use crate::signer::{Signer, SignerError};
use crate::store::{Store, StoreError};

/// Makes `next`, the key the own log has committed to, its key from the present size on, and commits to the key whose hash
/// is `after`. The store must be open here alone: no node may run on the directory. Where the present key has signed more
/// than the store holds, those entries are given up, which is done only where `abandons` says so.
///
/// # Errors
/// [`HandOverError`].
pub fn hand_over(
    store: &Store,
    signer: &Path,
    next: SecretKey,
    after: KeyHash,
    abandons: bool,
) -> Result<TreeHead, HandOverError> {
    let snapshot = store.read()?;
    let log = snapshot.own_log()?.ok_or(HandOverError::NoOwnLog)?;
    let chain = snapshot.key_chain(&log)?;
    let mut notes = snapshot.handovers(log.number)?;
    let stored = notes.last().and_then(|note| Handover::open(note).ok());
    let handover = match stored {
        Some(stored) if stored.key == next.public() => stored,
        Some(_) | None if next.public().hash() != chain.next() => return Err(HandOverError::WrongKey),
        Some(_) | None => {
            if next.public().hash() == after {
                return Err(HandOverError::SameKey);
            }
            let head = snapshot.tree_head(log.number)?;
            let signed = Signer::open(signer).map(|signer| signer.held().size).ok();
            match signed {
                _ if abandons => {}
                None => return Err(HandOverError::SignedUnknown { stored: head.size }),
                Some(signed) if signed > head.size => {
                    return Err(HandOverError::Behind {
                        signed,
                        stored: head.size,
                    });
                }
                Some(_) => {}
            }
            let handover = Handover {
                origin: log.charter.origin.clone(),
                head,
                key: next.public(),
                next: after,
            };
            notes.push(handover.sign(&next).to_bytes());
            store.write(|batch| batch.keep_handovers(log.number, &notes))?;
            handover
        }
    };
    if handover.next != after {
        return Err(HandOverError::OtherCommitment {
            stated: handover.next,
        });
    }
    match Signer::open(signer) {
        Ok(done) if done.key() == next.public() => {}
        Ok(_) | Err(_) => drop(Signer::replace(signer, next, after, handover.head)?),
    }
    Ok(handover.head)
}

impl HandOverError {
    /// Whether nothing was stated and nothing written: the same can be asked for in another way.
    pub fn is_refusal(&self) -> bool {
        match self {
            HandOverError::NoOwnLog
            | HandOverError::WrongKey
            | HandOverError::SameKey
            | HandOverError::Behind { .. }
            | HandOverError::SignedUnknown { .. } => true,
            HandOverError::Store(_) | HandOverError::Signer(_) | HandOverError::OtherCommitment { .. } => {
                false
            }
        }
    }
}

/// Why a log was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum HandOverError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The new signer file could not be written. The statement is made: do the same again.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The store holds no log of its own.
    #[error("this data directory holds no log of its own")]
    NoOwnLog,
    /// The key after the next would be the next.
    #[error("the key after the next must be another than the next; name another file with --after")]
    SameKey,
    /// How much the present key has signed is not known: its signer file is gone or damaged.
    #[error(
        "nothing here says how many entries the log's key has signed; {stored} are here: run the node until `hearth status` \
         shows that it has fetched what its peers hold, then hand over with --abandon, which gives up what nobody has"
    )]
    SignedUnknown {
        /// Entries held.
        stored: u64,
    },
    /// The present key has signed entries that the store does not hold.
    #[error(
        "the log's key has signed {signed} entries, and only {stored} are here: run the node to fetch the others from peers first; \
         if no peer has them, give them up with --abandon"
    )]
    Behind {
        /// Entries signed.
        signed: u64,
        /// Entries held.
        stored: u64,
    },
    /// Not the key the log has committed to.
    #[error(
        "this is not the next key this log has committed to; use the one put aside when its present key began"
    )]
    WrongKey,
    /// This handover was begun with another commitment, and cannot be stated twice.
    #[error("this handover was begun before, with a commitment to another key ({stated}); use that one")]
    OtherCommitment {
        /// The commitment in the statement.
        stated: KeyHash,
    },
}
