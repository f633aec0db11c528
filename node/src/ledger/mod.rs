//! The own log: submit → validate → sequence → commit → signer → checkpoint → acknowledge.
//!
//! Entries are parsed and their signatures verified by whoever submits; one writer thread then takes what waits, judges
//! and sequences it, and commits it in one transaction. The order is fixed: the commit is on disk before the signer file
//! says so, the signer file before a signature exists, the signature before anybody is told.

mod hand_over;
mod heads_seen;
mod prepare;
mod refused;
mod sequence;
mod standing;
mod start;
mod submission;
mod writer;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hearth_protocol::community::Community;
use hearth_protocol::entry::Home;
use hearth_protocol::log::{Note, TreeHead};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot, watch};

pub use self::hand_over::{HandOverError, hand_over};
use self::heads_seen::LastSeen;
use self::prepare::{By, PreparedSubmission};
pub use self::refused::Refused;
pub use self::standing::{HandOverReason, News, Signed, Standing, Stored};
pub use self::start::StartError;
pub use self::submission::{Accepted, Submission, SubmittedBody};
use self::writer::{Command, Job, Writer};
use crate::clock::Clock;
use crate::signer::Signer;
use crate::store::{Store, StoreError};

/// Commands that wait for the writer at most; beyond that submitters wait themselves.
const QUEUE: usize = 1024;

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

/// The own log of a running node. Cheap to clone; all clones are one ledger, which works until the last is dropped or
/// [`Ledger::stop`].
#[derive(Clone)]
pub struct Ledger {
    home: Home,
    community: SharedCommunity,
    inbox: mpsc::Sender<Command>,
    writer: Arc<Mutex<Option<JoinHandle<()>>>>,
    standing: Arc<watch::Sender<Standing>>,
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
        let Setup {
            store,
            signer: path,
            clock,
            home,
            community,
            catch_up,
            offer_every,
        } = setup;
        let log = store.read()?.own_log()?.ok_or(StartError::NoOwnLog)?;
        let (signer, signed) = start::signed(&store, &log, &path)?;
        let held = signer.as_ref().map_or_else(TreeHead::empty, Signer::held);
        let mut standing = Standing::at_start(start::stored(&store, &log, held.size)?, signed);
        if !store.read()?.evidence(log.number)?.is_empty() {
            standing = standing.after(News::Convicted);
        }
        tracing::info!(%standing, signed = held.size, "the ledger starts");
        let standing = Arc::new(watch::Sender::new(standing));
        let (committed_out, committed) = watch::channel(held);
        let (offered_out, offered) = watch::channel(None);
        let (inbox, commands) = mpsc::channel(QUEUE);
        let last_seen = LastSeen::read(&store.read()?)?;
        let writer = Writer {
            store,
            log,
            home,
            clock,
            community: community.clone(),
            catch_up,
            offer_every,
            signer,
            standing: standing.clone(),
            committed: committed_out,
            offered: offered_out,
            last_seen,
            signed: None,
            last_offer: None,
            waiting: Vec::new(),
            failed: None,
        };
        let thread = thread::Builder::new().name("ledger".to_owned());
        let thread = thread
            .spawn(move || writer.run(commands))
            .map_err(StartError::Thread)?;
        let writer = Arc::new(Mutex::new(Some(thread)));
        Ok(Ledger {
            home,
            community,
            inbox,
            writer,
            standing,
            committed,
            offered,
        })
    }

    /// Hands in entries; answers for each, in order, once the accepted ones are durable and under a signed checkpoint.
    /// Waits while the ledger is busy, or while it asks the witnesses at start.
    pub async fn submit(&self, submission: Submission) -> Vec<Result<Accepted, Refused>> {
        self.submit_by(By::Anybody, submission).await
    }

    /// The same for what the node itself writes.
    pub(crate) async fn submit_own(&self, submission: Submission) -> Vec<Result<Accepted, Refused>> {
        self.submit_by(By::TheNode, submission).await
    }

    async fn submit_by(&self, by: By, submission: Submission) -> Vec<Result<Accepted, Refused>> {
        let entries = submission.entries.len();
        let ledger = self.clone();
        let Ok(submission) = tokio::task::spawn_blocking(move || ledger.prepare(by, submission)).await else {
            return busy(entries);
        };
        let (answers, answered) = oneshot::channel();
        if self
            .inbox
            .send(Command::Submit(Job { submission, answers }))
            .await
            .is_err()
        {
            return busy(entries);
        }
        answered.await.unwrap_or_else(|_| busy(entries))
    }

    /// [`Ledger::submit`] for callers outside an async runtime.
    pub fn submit_blocking(&self, submission: Submission) -> Vec<Result<Accepted, Refused>> {
        let entries = submission.entries.len();
        let submission = self.prepare(By::Anybody, submission);
        let (answers, answered) = oneshot::channel();
        if self
            .inbox
            .blocking_send(Command::Submit(Job { submission, answers }))
            .is_err()
        {
            return busy(entries);
        }
        answered.blocking_recv().unwrap_or_else(|_| busy(entries))
    }

    /// Tells the ledger what is known elsewhere of its log.
    pub fn hear(&self, news: News) {
        writer::hear(&self.standing, news);
        self.tick();
    }

    /// Says that entries which others sequenced, or held for us, were stored.
    pub fn notice_replicas(&self) {
        self.tell(Command::NoticeReplicas);
    }

    /// To be called about once a second: offers a checkpoint and logs the heads seen when they are due.
    pub fn tick(&self) {
        self.tell(Command::Tick);
    }

    /// Whether it signs, and why not.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// The own log's newest signed tree.
    pub fn committed(&self) -> watch::Receiver<TreeHead> {
        self.committed.clone()
    }

    /// The newest offered checkpoint: what goes to witnesses and peers. None before the first of this run.
    pub fn offered(&self) -> watch::Receiver<Option<Note>> {
        self.offered.clone()
    }

    /// Whether the writer thread has ended, which it does unasked only where it panics.
    pub fn has_ended(&self) -> bool {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Finishes what was handed in, offers the last checkpoint, and ends the writer thread. Blocks until that is done.
    pub fn stop(&self) {
        let thread = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        // A full queue: the writer is told again once there is room.
        while let Some(thread) = &thread
            && !thread.is_finished()
            && self
                .inbox
                .try_send(Command::Stop)
                .is_err_and(|error| matches!(error, TrySendError::Full(_)))
        {
            thread::yield_now();
        }
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the ledger's thread panicked");
        }
    }

    fn prepare(&self, by: By, submission: Submission) -> PreparedSubmission {
        let homes = || {
            let facts = self.community.read().unwrap_or_else(PoisonError::into_inner);
            facts
                .organisations()
                .into_iter()
                .map(|organisation| organisation.id)
                .collect()
        };
        prepare::prepare(submission, by, self.home, &homes)
    }

    /// Wakes the writer. Where the queue is full it is awake, and the next tick comes within a second.
    fn tell(&self, command: Command) {
        let _ = self.inbox.try_send(command);
    }
}

fn busy(entries: usize) -> Vec<Result<Accepted, Refused>> {
    vec![Err(Refused::Busy); entries]
}

#[cfg(test)]
mod tests;
