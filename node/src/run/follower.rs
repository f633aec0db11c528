//! The thread that reads what the store has gained: folds it into the community, notes the bodies it speaks of, and takes
//! up the logs of organisations that were admitted.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use hearth_protocol::community::{Organisation, VoidReason};
use hearth_protocol::id::Id;
use hearth_protocol::kind;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TryRecvError;

use crate::join::{self, Charter, given_charters};
use crate::network::Admitted;
use crate::projector::Projector;
use crate::store::{Store, StoreError};
use hearth_protocol::sync::Peer;

/// How long after a failure the store is looked at again.
const AGAIN: Duration = Duration::from_secs(1);

/// How long nodes of an organisation that was removed are still met, so that they can read that it was.
const FAREWELL: Duration = Duration::from_secs(10);
/// How often it is looked whether that is over, while one takes leave.
const GLANCE: Duration = Duration::from_millis(100);

/// What the follower found.
#[derive(Debug)]
pub(super) enum Finding {
    /// Entries were folded; the clock the community runs on, once that is known.
    Folded(Option<kind::Clock>),
    /// Bodies are wanted, or some no longer are.
    Bodies,
    /// Who is admitted has changed; their logs are held.
    Admission(Vec<Admitted>),
    /// This node's own organisation is admitted, by the founding log itself.
    Joined,
}

/// The running thread.
pub(super) struct Follower {
    wake: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Follower {
    /// Starts the thread; it looks at once.
    pub(super) fn start(
        store: Store,
        projector: Projector,
        own: Id,
    ) -> io::Result<(Self, mpsc::UnboundedReceiver<Finding>)> {
        let (wake, inbox) = mpsc::channel(1);
        let (findings, outbox) = mpsc::unbounded_channel();
        let worker = Worker {
            store,
            projector,
            own,
            findings,
            admitted: Vec::new(),
            leaving: BTreeMap::new(),
        };
        let thread = thread::Builder::new()
            .name("projector".into())
            .spawn(move || worker.run(inbox))?;
        Ok((Self { wake, thread }, outbox))
    }

    /// The store may have gained something. Said while it is busy, it looks once more.
    pub(super) fn wake(&self) {
        // Full: it is going to look anyway. Closed: the node is stopping.
        let _coming = self.wake.try_send(());
    }

    /// Whether the thread has ended, which it does unasked only where it panics.
    pub(super) fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends the thread.
    pub(super) fn stop(self) {
        drop(self.wake);
        if self.thread.join().is_err() {
            tracing::error!("the projector thread panicked");
        }
    }
}

struct Worker {
    store: Store,
    projector: Projector,
    own: Id,
    findings: mpsc::UnboundedSender<Finding>,
    admitted: Vec<Admitted>,
    /// Organisations that were removed while their nodes were met, and when that was noticed.
    leaving: BTreeMap<Id, Instant>,
}

impl Worker {
    fn run(mut self, mut inbox: mpsc::Receiver<()>) {
        loop {
            if let Err(error) = self.look() {
                tracing::error!(%error, "the store could not be followed; it will be tried again");
                thread::sleep(AGAIN);
                if !inbox.is_closed() {
                    continue;
                }
            }
            if !self.sleep(&mut inbox) {
                break;
            }
        }
        if let Err(error) = self.projector.keep() {
            tracing::warn!(%error, "the checks made were not kept; they are made again at the next start");
        }
    }

    /// Waits until there may be something to do; false once the node is stopping.
    fn sleep(&self, inbox: &mut mpsc::Receiver<()>) -> bool {
        let Some(first) = self.leaving.values().min() else {
            return inbox.blocking_recv().is_some();
        };
        loop {
            match inbox.try_recv() {
                Ok(()) => return true,
                Err(TryRecvError::Disconnected) => return false,
                Err(TryRecvError::Empty) if first.elapsed() >= FAREWELL => return true,
                Err(TryRecvError::Empty) => thread::sleep(GLANCE),
            }
        }
    }

    fn look(&mut self) -> Result<(), StoreError> {
        self.projector.follow()?;
        let clock = self.projector.read().clock();
        self.tell(Finding::Folded(clock));
        self.take_up_logs()?;
        if self.projector.note_bodies()? {
            self.tell(Finding::Bodies);
        }
        Ok(())
    }

    /// Holds the log of everybody ever admitted, and meets the nodes of those who were not removed. The address book is the
    /// founding log; before an applicant has it, the charters it was given.
    fn take_up_logs(&mut self) -> Result<(), StoreError> {
        let organisations = self.projector.read().organisations();
        let joined = organisations
            .iter()
            .any(|organisation| organisation.id == self.own);
        let gone = self.gone(&organisations);
        let charters: Vec<Charter> = if joined {
            let charter = |o: Organisation| Charter {
                id: o.id,
                says: o.charter,
            };
            organisations.into_iter().map(charter).collect()
        } else {
            given_charters(&self.store.read()?)?
        };
        let met = charters.iter().filter(|charter| !gone.contains(&charter.id));
        let admitted: Vec<Admitted> = met.flat_map(nodes).collect();
        let waited = self.store.read()?.meta(join::INVITATION)?.is_some();
        if admitted == self.admitted && !(joined && waited) {
            return Ok(());
        }
        self.store.write(|batch| -> Result<(), StoreError> {
            for charter in charters.iter().filter(|charter| charter.id != self.own) {
                batch.hold_log(charter.log(false))?;
            }
            if joined && waited {
                join::finish(batch)
            } else {
                Ok(())
            }
        })?;
        if joined && waited {
            self.tell(Finding::Joined);
        }
        self.admitted.clone_from(&admitted);
        self.tell(Finding::Admission(admitted));
        Ok(())
    }

    /// The organisations that were removed, but for those whose nodes may still read that they were.
    fn gone(&mut self, organisations: &[Organisation]) -> BTreeSet<Id> {
        let is_removed = |organisation: &&Organisation| {
            let reason = organisation.limit.map(|limit| limit.reason);
            reason == Some(VoidReason::Removed) && organisation.id != self.own
        };
        let removed: BTreeSet<Id> = organisations.iter().filter(is_removed).map(|o| o.id).collect();
        for node in self
            .admitted
            .iter()
            .filter(|node| removed.contains(&node.organisation))
        {
            self.leaving.entry(node.organisation).or_insert_with(Instant::now);
        }
        self.leaving.retain(|_, since| since.elapsed() < FAREWELL);
        removed
            .into_iter()
            .filter(|id| !self.leaving.contains_key(id))
            .collect()
    }

    fn tell(&self, finding: Finding) {
        // Nobody listens any more: the node is stopping.
        let _stopping = self.findings.send(finding);
    }
}

fn nodes(charter: &Charter) -> impl Iterator<Item = Admitted> + '_ {
    charter.says.nodes.iter().map(|node| Admitted {
        organisation: charter.id,
        peer: Peer(node.id.clone()),
        addresses: node.addresses.clone(),
    })
}
