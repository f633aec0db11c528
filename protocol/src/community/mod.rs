//! Verdicts: who may do what, what counts, and when it was (docs/protocol.md §6).
//!
//! [`check`] judges bytes, for one log alone, and can run on every core. [`Community::ingest`] folds what it found, log
//! by log. [`Community::view`] answers for a [`Cut`]: the same facts give the same view, in whatever order they came.

mod cut;
mod verdict;
mod view;

pub use cut::{Cut, Row, Unordered};
pub use verdict::{Standing, VoidReason};
pub use view::{Author, Column, Item, Kind, Person, View, ViewError};

use crate::id::{Id, KeyBytes, KeyHash};
use crate::time::Timestamp;

/// What the bytes of one entry say, as far as bytes and home alone can tell. Made by [`check`].
#[derive(Debug, Clone)]
pub struct Checked {
    id: Id,
}

/// Whether the signature is still to be verified, or known from before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// Verify it now.
    Unknown,
    /// An earlier [`check`] of the same bytes for the same home found this.
    Known(bool),
}

/// Judges the bytes of an entry of `organisation`'s log. Depends on nothing else, so its result can be kept.
pub fn check(_bytes: &[u8], _community: Id, _organisation: Id, _signature: Signature) -> Checked {
    unimplemented!("lands next")
}

impl Checked {
    /// The entry's id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// False only where there is a signature and it does not hold: what a shell remembers, to pass as
    /// [`Signature::Known`] later.
    pub fn signature_holds(&self) -> bool {
        unimplemented!("lands next")
    }
}

/// Everything known of a community: facts of all logs, folded as they come.
#[derive(Debug, Clone)]
pub struct Community {
    id: Id,
}

/// An admitted organisation, as its charter gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id: that of its charter.
    pub id: Id,
    /// Its short name, also in its origin.
    pub slug: String,
    /// The name of its log.
    pub origin: String,
    /// The log's first key.
    pub key: KeyBytes,
    /// The commitment to the log's next key.
    pub next: KeyHash,
    /// Its witness's key.
    pub witness: KeyBytes,
    /// Its nodes: libp2p peer id and addresses.
    pub nodes: Vec<(Vec<u8>, Vec<String>)>,
    /// Its first stewards.
    pub stewards: Vec<KeyBytes>,
}

/// What a key may do in an organisation in the present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Role {
    /// May admit, and sign for the organisation.
    pub steward: bool,
    /// The member whose key it is.
    pub member: Option<Id>,
}

/// Why an entry should not be submitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It would be void.
    #[error("{}", .0.explanation())]
    Void(VoidReason),
    /// It refers to an entry that has not arrived here.
    #[error("it refers to {0}, which this node has not got yet")]
    Missing(Id),
    /// It claims to have happened more than five minutes from now.
    #[error("it is dated {at}, more than five minutes after this node's clock ({now})")]
    Future {
        /// What it claims.
        at: Timestamp,
        /// The clock.
        now: Timestamp,
    },
}

impl Community {
    /// A community of which nothing has arrived yet. Its founding log makes itself known by its first entry.
    pub fn new(_community: Id) -> Community {
        unimplemented!("lands next")
    }

    /// Its id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The organisation that founded it, once its charter (index 1 of the founding log) is here.
    pub fn founder(&self) -> Option<Id> {
        unimplemented!("lands next")
    }

    /// How many entries of a log have been ingested.
    pub fn size_of(&self, _organisation: Id) -> u64 {
        unimplemented!("lands next")
    }

    /// Takes the next entry of a log. Logs may be interleaved in any way.
    ///
    /// # Panics
    /// If `index` is not the log's size: our bug.
    pub fn ingest(&mut self, _organisation: Id, _index: u64, _checked: Checked) {
        unimplemented!("lands next")
    }

    /// Whether the entry would count as the next one of its log, as far as this node knows. A batch asks and ingests
    /// one entry after another.
    pub fn may_submit(&self, _organisation: Id, _checked: &Checked, _now: Timestamp) -> Result<(), Refusal> {
        unimplemented!("lands next")
    }

    /// The organisations admitted by what has been ingested, ascending by id, the founder included.
    pub fn organisations(&self) -> Vec<Organisation> {
        unimplemented!("lands next")
    }

    /// What a key may do now. Revoked keys may do nothing.
    pub fn role(&self, _organisation: Id, _key: &KeyBytes) -> Role {
        unimplemented!("lands next")
    }

    /// What a governance proposal must name as the preceding outcome.
    pub fn last_outcome(&self) -> Id {
        unimplemented!("lands next")
    }

    /// The cut of all that has been ingested. None before the founding log has its first two entries.
    pub fn present(&self) -> Option<Cut> {
        unimplemented!("lands next")
    }

    /// Everything as it stands in a cut. Nothing outside the cut changes it.
    pub fn view(&self, _cut: &Cut) -> Result<View, ViewError> {
        unimplemented!("lands next")
    }
}
