//! Starting a ledger: what store and signer file say, put before the rules of [`super::standing`].

use std::io;
use std::path::Path;

use hearth_protocol::log::{Frontier, TiledHashes};

use super::standing::{Signed, Stored};
use crate::signer::{Signer, SignerError};
use crate::store::{Log, Store, StoreError};

/// Reads what the store says of a log whose key last signed `signed_size` entries.
pub(super) fn stored(store: &Store, log: &Log, signed_size: u64) -> Result<Stored, StoreError> {
    let snapshot = store.read()?;
    let head = snapshot.tree_head(log.number)?;
    let root_when_signed = if signed_size <= head.size {
        let tiles = snapshot.tiles(log.number)?;
        let frontier = Frontier::read(&TiledHashes::new(&tiles, head.size), signed_size);
        Some(
            frontier
                .map_err(|error| StoreError::Corrupt(format!("the tree of the own log: {error}")))?
                .root(),
        )
    } else {
        None
    };
    Ok(Stored {
        head,
        root_when_signed,
    })
}

/// Opens the signer file and says what it says. A file whose key is not the one in force is of no use.
pub(super) fn signed(store: &Store, log: &Log, path: &Path) -> Result<(Option<Signer>, Signed), StartError> {
    match Signer::open(path) {
        Ok(signer) if *store.read()?.key_chain(log)?.current() == signer.key() => {
            let held = signer.held();
            Ok((Some(signer), Signed::Held(held)))
        }
        Ok(_) | Err(SignerError::Corrupt { .. }) => Ok((None, Signed::Unusable)),
        Err(SignerError::Missing { .. }) => Ok((None, Signed::Missing)),
        Err(error @ (SignerError::Exists { .. } | SignerError::Exposed { .. } | SignerError::Io { .. })) => {
            Err(error.into())
        }
    }
}

/// Why a ledger does not start at all.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signer file is there but cannot be used as it is.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The store holds no log of its own.
    #[error("this data directory holds no log of its own: found or join a community first")]
    NoOwnLog,
    /// The writer thread cannot be started.
    #[error("no thread for the ledger: {0}")]
    Thread(#[source] io::Error),
}
