//! The own log: submit → validate → sequence → commit → signer → checkpoint → acknowledge.
//!
//! Entries are parsed and their signatures verified by whoever submits; one writer thread then takes what waits, judges
//! and sequences it, and commits it in one transaction. The order is fixed: the commit is on disk before the signer file
//! says so, the signer file before a signature exists, the signature before anybody is told.

mod refused;
mod standing;
mod submission;

use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use hearth_protocol::community::Community;
use hearth_protocol::entry::Home;
use hearth_protocol::log::{Note, TreeHead};
use tokio::sync::watch;

pub use self::refused::Refused;
pub use self::standing::{HandOverReason, News, Signed, Standing, Stored};
pub use self::submission::{Accepted, Submission, SubmittedBody};
use crate::clock::Clock;
use crate::store::{Store, StoreError};

/// Everything known of the community, shared by the ledger (which folds its own entries as it takes them) and the
/// projector (which folds those of the others).
pub type SharedCommunity = Arc<RwLock<Community>>;

/// Folds into a community whatever the store holds and it lacks. The projector's; the ledger calls it before it judges.
pub type CatchUp = Arc<dyn Fn(&Store, &mut Community) -> Result<(), StoreError> + Send + Sync>;

/// What a ledger is made of.
pub struct Setup {
    /// The store, which holds the own log.
    pub store: Store,
    /// Where the signer file is.
    pub signer: PathBuf,
    /// The time.
    pub clock: Clock,
    /// The community and the organisation of the own log.
    pub home: Home,
    /// What is known of the community.
    pub community: SharedCommunity,
    /// How that is brought up to the store.
    pub catch_up: CatchUp,
    /// Offered checkpoints are at least this far apart.
    pub offer_every: Duration,
}

/// The own log of a running node. Cheap to clone; all clones are one ledger.
#[derive(Clone)]
pub struct Ledger {
    standing: watch::Receiver<Standing>,
    committed: watch::Receiver<TreeHead>,
    offered: watch::Receiver<Option<Note>>,
}

impl Ledger {
    /// Applies the start-up rules and starts the writer thread. Where the log cannot be signed (see [`Standing`]) the
    /// ledger starts all the same, and refuses submissions.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start(setup: Setup) -> Result<Ledger, StartError> {
        unimplemented!("lands next: {:?}", setup.home)
    }

    /// Hands in entries; answers for each, in order, once the accepted ones are durable and under a signed checkpoint.
    #[expect(clippy::unused_async, reason = "lands next")]
    pub async fn submit(&self, submission: Submission) -> Vec<Result<Accepted, Refused>> {
        unimplemented!("lands next: {}", submission.entries.len())
    }

    /// [`Ledger::submit`] for callers outside an async runtime.
    pub fn submit_blocking(&self, submission: Submission) -> Vec<Result<Accepted, Refused>> {
        unimplemented!("lands next: {}", submission.entries.len())
    }

    /// Tells the ledger what witnesses know of its log.
    pub fn hear(&self, news: News) {
        unimplemented!("lands next: {news:?}")
    }

    /// Says that entries that others sequenced were stored.
    pub fn notice_replicas(&self) {}

    /// To be called about once a second: offers a checkpoint and logs the heads seen when they are due.
    pub fn tick(&self) {}

    /// Whether it signs, and why not.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// The own log's newest signed tree.
    pub fn committed(&self) -> watch::Receiver<TreeHead> {
        self.committed.clone()
    }

    /// The newest offered checkpoint: what goes to witnesses and peers. None before the first of this run.
    pub fn offered(&self) -> watch::Receiver<Option<Note>> {
        self.offered.clone()
    }
}

/// Why a ledger does not start at all.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store holds no log of its own.
    #[error("this data directory holds no log of its own: found or join a community first")]
    NoOwnLog,
}
