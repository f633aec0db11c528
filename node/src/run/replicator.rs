//! The thread that replicates: it alone drives the machine and writes what others sequenced.

use std::collections::BTreeMap;
use std::io;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use hearth_protocol::id::Id;
use hearth_protocol::sync::{Input, Peer, Portions};
use hearth_protocol::time::Timestamp;
use tokio::sync::mpsc;

use crate::replication::{Errand, Replication, ReplicationError};
use crate::store::Store;

/// Things that may wait to be looked at.
const QUEUE: usize = 1024;
/// Things looked at together at most: an answer may be a megabyte.
const BATCH: usize = 32;

/// Something for the machine.
#[derive(Debug)]
pub(super) enum Word {
    /// It happened.
    Happened(Input),
    /// There are other logs in the store than before.
    NewLogs,
    /// Our own log is to be followed like another's, or no longer.
    FollowOwn(bool),
    /// Other bodies are wanted than before.
    NewWants,
}

/// The running thread.
pub(super) struct Replicator {
    words: mpsc::Sender<Word>,
    thread: JoinHandle<()>,
}

impl Replicator {
    /// Starts the thread. Its errands are never more than a few for each word, so their channel needs no bound.
    pub(super) fn start(store: Store, seed: u64) -> io::Result<(Self, mpsc::UnboundedReceiver<Errand>)> {
        let (words, inbox) = mpsc::channel(QUEUE);
        let (errands, outbox) = mpsc::unbounded_channel();
        let worker = Worker {
            store,
            seed,
            began: Instant::now(),
            replication: None,
            peers: BTreeMap::new(),
            follows_own: false,
            errands,
        };
        let thread = thread::Builder::new()
            .name("replication".into())
            .spawn(move || worker.run(inbox))?;
        Ok((Self { words, thread }, outbox))
    }

    /// Tells the machine. Waits while it is busy; it never waits for us.
    pub(super) async fn tell(&self, word: Word) {
        // Only a thread that has ended takes nothing, and then the node is stopping.
        let _ended = self.words.send(word).await;
    }

    /// Whether the thread has ended, which it does unasked only where it panics.
    pub(super) fn has_ended(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends the thread once it has done what it was told.
    pub(super) fn stop(self) {
        drop(self.words);
        if self.thread.join().is_err() {
            tracing::error!("the replication thread panicked");
        }
    }
}

struct Worker {
    store: Store,
    seed: u64,
    /// The machine's time counts from here: its patience has nothing to do with the community's clock.
    began: Instant,
    /// None after a failure, until it can begin again.
    replication: Option<Replication>,
    peers: BTreeMap<Peer, Id>,
    follows_own: bool,
    errands: mpsc::UnboundedSender<Errand>,
}

impl Worker {
    fn run(mut self, mut inbox: mpsc::Receiver<Word>) {
        self.begin();
        while let Some(word) = inbox.blocking_recv() {
            self.remember(&word);
            if self.replication.is_none() {
                // A tick comes every second: often enough to try again.
                if matches!(word, Word::Happened(Input::Tick)) {
                    self.begin();
                }
                continue;
            }
            match word {
                Word::Happened(input) => self.happened(input, &mut inbox),
                word @ (Word::NewLogs | Word::FollowOwn(_) | Word::NewWants) => self.work(word),
            }
        }
    }

    /// Takes together what has piled up while the machine was busy: one transaction for all that it makes us keep.
    fn happened(&mut self, first: Input, inbox: &mut mpsc::Receiver<Word>) {
        let mut inputs = vec![first];
        let mut other = None;
        while inputs.len() < BATCH
            && let Ok(word) = inbox.try_recv()
        {
            self.remember(&word);
            match word {
                Word::Happened(input) => inputs.push(input),
                word @ (Word::NewLogs | Word::FollowOwn(_) | Word::NewWants) => {
                    other = Some(word);
                    break;
                }
            }
        }
        let now = self.now();
        if let Some(replication) = &mut self.replication {
            let done = replication.step(now, inputs);
            self.finish(done);
        }
        other.into_iter().for_each(|word| self.work(word));
    }

    /// Keeps what a machine that begins again has to be told.
    fn remember(&mut self, word: &Word) {
        match word {
            Word::Happened(Input::Connected { peer, organisation }) => {
                self.peers.insert(peer.clone(), *organisation);
            }
            Word::Happened(Input::Disconnected { peer }) => {
                self.peers.remove(peer);
            }
            Word::FollowOwn(follows_own) => self.follows_own = *follows_own,
            Word::Happened(_) | Word::NewLogs | Word::NewWants => {}
        }
    }

    /// Each machine gets a seed of its own, so that its questions are not taken for those of the one before.
    fn begin(&mut self) {
        self.seed = self.seed.wrapping_add(1);
        let started = Replication::start(self.store.clone(), self.seed, Portions::default(), self.now());
        let peers: Vec<Word> = self
            .peers
            .iter()
            .map(|(peer, organisation)| Input::Connected {
                peer: peer.clone(),
                organisation: *organisation,
            })
            .map(Word::Happened)
            .collect();
        match started {
            Ok((replication, errands)) => {
                self.replication = Some(replication);
                self.send(errands);
                self.work(Word::FollowOwn(self.follows_own));
                peers.into_iter().for_each(|word| self.work(word));
            }
            Err(error) => tracing::error!(%error, "replication does not start; it will be tried again"),
        }
    }

    fn work(&mut self, word: Word) {
        let now = self.now();
        let Some(replication) = &mut self.replication else {
            return;
        };
        let done = match word {
            Word::Happened(input) => replication.step(now, [input]),
            Word::NewLogs => replication.follow(now),
            Word::FollowOwn(follows_own) => replication.follow_own(follows_own, now),
            Word::NewWants => replication.look_for_bodies(now),
        };
        self.finish(done);
    }

    fn finish(&mut self, done: Result<Vec<Errand>, ReplicationError>) {
        match done {
            Ok(errands) => self.send(errands),
            Err(error) => {
                tracing::error!(%error, "replication stopped; it begins anew in a moment");
                self.replication = None;
            }
        }
    }

    fn send(&self, errands: Vec<Errand>) {
        for errand in errands {
            // Nobody listens any more: the node is stopping.
            let _stopping = self.errands.send(errand);
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }
}
