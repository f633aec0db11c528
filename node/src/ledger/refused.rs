//! Why an entry is not taken: what is wrong, where, and what to do.

use std::fmt;

use hearth_protocol::codec::Malformed;
use hearth_protocol::community::{Community, Refusal, VoidReason};
use hearth_protocol::entry::Entry;
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::Deed;
use hearth_protocol::limits;
use hearth_protocol::time::Timestamp;

use super::standing::Standing;
use crate::store::StoreError;

/// Why one entry of a submission is not taken.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refused {
    /// The bytes are no entry.
    #[error("the bytes are no entry: {0}; make it anew with a client that follows docs/protocol.md")]
    Malformed(Malformed),
    /// Larger than an entry may be.
    #[error(
        "the entry has {size} bytes, more than {}; put the words in its body",
        limits::ENTRY
    )]
    Oversize {
        /// Its bytes.
        size: usize,
    },
    /// It belongs to another log.
    #[error("the entry was made for {}; make it for this log, or hand it in there", OtherHome(*.organisation))]
    WrongHome {
        /// The organisation of this community it was made for; none for another community.
        organisation: Option<Id>,
    },
    /// Dated later than clocks can differ.
    #[error(
        "the entry is dated {at}, more than five minutes after this node's clock ({now}); check both clocks"
    )]
    Future {
        /// What it says.
        at: Timestamp,
        /// This node's time.
        now: Timestamp,
    },
    /// It would count for nothing.
    #[error("the entry would not count: {told}")]
    Void {
        /// Why, as the protocol names it.
        reason: VoidReason,
        /// Why, as the person is told.
        told: String,
    },
    /// It is about an entry that is not here.
    #[error("the entry refers to {0}, which this node does not hold yet; try again when it has synced")]
    MissingReference(Id),
    /// Only the ledger itself writes these.
    #[error("`{0}` is written by the node itself; leave it out")]
    Reserved(&'static str),
    /// A body it refers to was neither handed in with it nor before.
    #[error("the body {hash} was not handed in; send it with the entry or before it")]
    MissingBody {
        /// The body's name.
        hash: BodyHash,
    },
    /// A body is longer or shorter than the entry says.
    #[error("the body {hash} has {size} bytes, but the entry says {stated}; make the entry anew")]
    BodySize {
        /// The body's name.
        hash: BodyHash,
        /// Its bytes.
        size: u64,
        /// What the entry says.
        stated: u64,
    },
    /// It refers to a body that was erased.
    #[error("the body {hash} was erased and does not come back; make the entry anew with a fresh salt")]
    ErasedBody {
        /// The body's name.
        hash: BodyHash,
    },
    /// An erasure names a body that none of the entries it is about has.
    #[error("the body {hash} belongs to none of the entries the erasure names in this log")]
    NotItsBody {
        /// The body's name.
        hash: BodyHash,
    },
    /// This node does not sign its log at present.
    #[error("this node takes no entries now ({0}); keep the entry and try again later")]
    NotSigning(Standing),
    /// Too many submissions wait, or the node is stopping.
    #[error("too many submissions are waiting, or the node is stopping; try again in a moment")]
    Busy,
    /// The disk is full.
    #[error("the node's disk is full; free some space there, then try again (what is stored stays readable)")]
    DiskFull,
    /// The store failed; nothing of the submission is stored.
    #[error("the store failed: {0}; see the node's log")]
    Store(String),
    /// It is stored, but no checkpoint over it could be signed.
    #[error("the entry is stored but not signed yet ({0}); hand it in again later: it will not be doubled")]
    Unsigned(String),
}

impl Refused {
    /// A short name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Refused::Malformed(_) => "malformed",
            Refused::Oversize { .. } => "oversize",
            Refused::WrongHome { .. } => "wrong_home",
            Refused::Future { .. } => "future",
            Refused::Void { reason, .. } => reason.name(),
            Refused::MissingReference(_) => "missing_reference",
            Refused::Reserved(_) => "reserved",
            Refused::MissingBody { .. } => "missing_body",
            Refused::BodySize { .. } => "body_size",
            Refused::ErasedBody { .. } => "erased_body",
            Refused::NotItsBody { .. } => "not_its_body",
            Refused::NotSigning(_) => "not_signing",
            Refused::Busy => "busy",
            Refused::DiskFull => "disk_full",
            Refused::Store(_) => "store_failed",
            Refused::Unsigned(_) => "unsigned",
        }
    }

    /// Whether the very same bytes may be taken later, so that a client keeps them.
    pub fn is_temporary(&self) -> bool {
        match self {
            Refused::MissingReference(_)
            | Refused::MissingBody { .. }
            | Refused::Future { .. }
            | Refused::NotSigning(_)
            | Refused::Busy
            | Refused::DiskFull
            | Refused::Store(_)
            | Refused::Unsigned(_) => true,
            Refused::Malformed(_)
            | Refused::Oversize { .. }
            | Refused::WrongHome { .. }
            | Refused::Void { .. }
            | Refused::Reserved(_)
            | Refused::BodySize { .. }
            | Refused::ErasedBody { .. }
            | Refused::NotItsBody { .. } => false,
        }
    }
}

impl From<VoidReason> for Refused {
    fn from(reason: VoidReason) -> Refused {
        Refused::Void {
            reason,
            told: reason.explanation().to_owned(),
        }
    }
}

impl Refused {
    /// The refusal of this entry by the community, with the rule for what it does and what it is about.
    pub(super) fn of(refusal: Refusal, entry: &Entry, facts: &Community) -> Refused {
        match refusal {
            Refusal::Void(reason) => {
                let payload = entry.payload();
                let about = payload.re.first().and_then(|id| facts.deed_of(id));
                Deed::named(payload.act.kind()).map_or_else(
                    || reason.into(),
                    |deed| Refused::Void {
                        reason,
                        told: reason.told(deed, about),
                    },
                )
            }
            Refusal::Missing(id) => Refused::MissingReference(id),
            Refusal::Future { at, now } => Refused::Future { at, now },
        }
    }
}

impl From<&StoreError> for Refused {
    fn from(error: &StoreError) -> Refused {
        match error {
            StoreError::Full => Refused::DiskFull,
            StoreError::Disk(_) | StoreError::Corrupt(_) | StoreError::Database(_) => {
                Refused::Store(error.to_string())
            }
        }
    }
}

struct OtherHome(Option<Id>);

impl fmt::Display for OtherHome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(organisation) => write!(f, "another organisation of this community ({organisation})"),
            None => write!(f, "another community"),
        }
    }
}
