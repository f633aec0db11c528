//! What can go wrong below every operation of the store.

use std::io;
use std::path::PathBuf;

use hearth_protocol::id::{BodyHash, Id, Root};

use super::logs::LogNumber;

/// Why the store could not do what was asked. After any of these nothing of the batch is in the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full. What is stored stays readable; writes go on as soon as there is room.
    #[error("the disk is full: free some space, then try again (everything stored stays readable)")]
    Full,
    /// The disk failed in another way.
    #[error("the disk failed: {0}")]
    Disk(#[source] io::Error),
    /// The database file is damaged.
    #[error("the database is damaged ({0}): restore a copy, or sync this node anew from its peers")]
    Corrupt(String),
    /// The database failed in a way that is neither.
    #[error("the database failed: {0}")]
    Database(#[source] Box<redb::Error>),
}

macro_rules! from_redb {
    ($($error:ident),*) => { $(
        impl From<redb::$error> for StoreError {
            fn from(error: redb::$error) -> StoreError {
                StoreError::from(redb::Error::from(error))
            }
        }
    )* };
}
from_redb!(
    StorageError,
    TableError,
    TransactionError,
    CommitError,
    DatabaseError,
    SetDurabilityError
);

impl From<redb::Error> for StoreError {
    #[expect(clippy::wildcard_enum_match_arm, reason = "redb's error is non-exhaustive")]
    fn from(error: redb::Error) -> StoreError {
        match error {
            redb::Error::Io(error) if is_full(&error) => StoreError::Full,
            redb::Error::Io(error) => StoreError::Disk(error),
            redb::Error::Corrupted(what) => StoreError::Corrupt(what),
            other => StoreError::Database(Box::new(other)),
        }
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Why a data directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process works on it.
    #[error("{directory}: another node is using this data directory{}", pid.map_or(String::new(), |pid| format!(" (process {pid})")))]
    Locked {
        /// The data directory.
        directory: PathBuf,
        /// The other process, where its lock file says so.
        pid: Option<u32>,
    },
    /// The directory or its lock file cannot be used.
    #[error("{path}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The database in it cannot be used.
    #[error("{directory}: {source}")]
    Store {
        /// The data directory.
        directory: PathBuf,
        /// Why.
        source: StoreError,
    },
}

/// Why entries were not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No such log is held.
    #[error("log {log:?} is not held here")]
    UnknownLog {
        /// The log named.
        log: LogNumber,
    },
    /// No log of that organisation is held.
    #[error("no log of organisation {organisation} is held here")]
    UnknownOrganisation {
        /// The organisation named.
        organisation: Id,
    },
    /// They start elsewhere than where the log ends.
    #[error("the entries start at {from}, but the log ends at {size}")]
    Gap {
        /// Where the log ends.
        size: u64,
        /// Where the entries start.
        from: u64,
    },
    /// They do not lead to the root that was verified.
    #[error("at size {size} the root is {found}, not {expected}")]
    Root {
        /// Size after them.
        size: u64,
        /// The root that was verified.
        expected: Root,
        /// The root they lead to.
        found: Root,
    },
}

/// Why a body or a piece of it was not kept.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bytes are not the body of that name.
    #[error("these bytes and salt are not body {hash}")]
    Mismatch {
        /// The body's name.
        hash: BodyHash,
    },
    /// The body was erased; it does not come back.
    #[error("body {hash} was erased")]
    Erased {
        /// The body's name.
        hash: BodyHash,
    },
    /// Pieces come in order.
    #[error("body {hash}: a piece at {offset}, but {held} bytes are held")]
    Gap {
        /// The body's name.
        hash: BodyHash,
        /// Bytes held.
        held: u64,
        /// Where the piece starts.
        offset: u64,
    },
    /// Larger than any body may be.
    #[error("body {hash} is larger than {limit} bytes")]
    TooLarge {
        /// The body's name.
        hash: BodyHash,
        /// The limit.
        limit: u64,
    },
}
