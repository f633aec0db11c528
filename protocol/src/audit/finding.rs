//! What is wrong, and where.

use std::fmt;

use crate::id::{BodyHash, Id, Root};
use crate::log::handover::MalformedHandover;
use crate::log::key_chain::{CheckpointError, HandoverError};
use crate::log::{BundleId, TileId};

/// One thing that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {fault}")]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

/// A part of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// The log as a whole.
    Log,
    /// The entry at an index.
    Entry(u64),
    /// A tile of hashes.
    Tile(TileId),
    /// A bundle of entries.
    Bundle(BundleId),
    /// The signed head.
    Checkpoint,
    /// The signature line of that name in the signed head.
    Signature(String),
    /// The handover of that number, from 0.
    Handover(u64),
    /// The body that the entry at an index refers to.
    Body {
        /// The first entry that refers to it.
        index: u64,
        /// Its name.
        hash: BodyHash,
    },
    /// A file beside the log, by its name.
    File(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Log => f.write_str("log"),
            Place::Entry(index) => write!(f, "entry {index}"),
            Place::Tile(tile) => write!(f, "{tile}"),
            Place::Bundle(bundle) => write!(f, "{bundle}"),
            Place::Checkpoint => f.write_str("checkpoint"),
            Place::Signature(name) => write!(f, "signature of {name}"),
            Place::Handover(number) => write!(f, "handover {number}"),
            Place::Body { index, hash } => write!(f, "body {} of entry {index}", hash.short()),
            Place::File(name) => f.write_str(name),
        }
    }
}

/// What can be wrong with a part of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It should be there.
    #[error("it is missing")]
    Missing,
    /// It should not be there.
    #[error("it is beyond the signed size {size}")]
    Beyond {
        /// How many entries are signed for.
        size: u64,
    },
    /// It cannot be read; what the reader says.
    #[error("{0}")]
    Unreadable(String),
    /// A tile or bundle of another length than its name says.
    #[error("it has {found} where its name says {expected}")]
    Length {
        /// By its name.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// A hash of a tile is not that of the tree.
    #[error("hash {at} is not that of the tree")]
    OtherHash {
        /// Which, from 0.
        at: u64,
    },
    /// The entry is not the one whose hash the tree holds.
    #[error("its bytes are not those whose hash the tree holds")]
    OtherEntry,
    /// The tree over what is here has another root than the one signed.
    #[error("the root signed at size {size} is {signed}; the entries give {found}")]
    OtherRoot {
        /// At which size.
        size: u64,
        /// What was signed.
        signed: Root,
        /// What the entries give.
        found: Root,
    },
    /// A row of `heads.seen` names another root than the log seen has.
    #[error("it says that {log} had root {seen} at size {size}; the entries of that log give {found}")]
    OtherSighting {
        /// The log seen.
        log: String,
        /// At which size.
        size: u64,
        /// What the row says.
        seen: Root,
        /// What the entries give.
        found: Root,
    },
    /// The signed size is larger than what is here.
    #[error("it is signed for {size} entries; {held} are here")]
    Ahead {
        /// The signed size.
        size: u64,
        /// What is here.
        held: u64,
    },
    /// The signed head does not hold.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A signature line does not hold.
    #[error("it does not hold: {0}")]
    Signature(String),
    /// A line of a key that is not among those that may sign here.
    #[error("its key is not one of the community's witnesses")]
    Stranger,
    /// A handover that does not follow.
    #[error(transparent)]
    Handover(#[from] HandoverError),
    /// A handover that cannot be read.
    #[error(transparent)]
    MalformedHandover(#[from] MalformedHandover),
    /// A body missing without a tombstone.
    #[error("withheld: it is not here, and no entry says that it was erased")]
    Withheld,
    /// A body said to be erased, but no entry of the log says so.
    #[error("it was removed, but no entry says that it was erased")]
    NoTombstone,
    /// A body that an entry says is erased.
    #[error("it is still here, although entry {by} says that it was erased")]
    NotErased {
        /// The tombstone.
        by: Id,
    },
    /// Body bytes that the entry does not commit to.
    #[error("its bytes are not those the entry commits to")]
    OtherBody,
    /// A body of another length than its entry says.
    #[error("it has {found} bytes; its entry says {expected}")]
    BodySize {
        /// By the entry.
        expected: u64,
        /// As it is.
        found: u64,
    },
    /// Evidence is kept that the log has signed two inconsistent trees.
    #[error("the log is convicted of a fork: evidence {0} is kept")]
    Convicted(u64),
    /// A key file whose key is not the one the charter names.
    #[error("its key is not the one that {0} names")]
    OtherKey(&'static str),
    /// The log's key stands committed to more than the log has.
    #[error(
        "it has signed size {signer}, the log has {log}: start the node, which fetches what is missing from its peers"
    )]
    SignerAhead {
        /// By the signer file.
        signer: u64,
        /// By the log.
        log: u64,
    },
    /// The log's key has signed more than its file remembers.
    #[error("it stands at size {signer}, but a checkpoint of size {signed} is signed: the file was set back")]
    SetBack {
        /// By the signer file.
        signer: u64,
        /// By the newest checkpoint kept.
        signed: u64,
    },
    /// A part of the signer file is neither empty nor whole.
    #[error("one of its two slots is not whole: a write was cut off, or it was damaged since")]
    TornSlot,
    /// The log is not the one it is held as.
    #[error("the log is that of {found}, held as {expected}")]
    OtherLog {
        /// Held as.
        expected: String,
        /// By its charter.
        found: String,
    },
}
