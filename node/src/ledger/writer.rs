//! The writer thread: the only place that appends to the own log and uses its key.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use hearth_protocol::community::Community as Facts;
use hearth_protocol::entry::{Entry, Home};
use hearth_protocol::id::Id;
use hearth_protocol::log::{Note, TreeHead};
use tokio::sync::{mpsc, oneshot, watch};

use super::heads_seen::{Due, LastSeen};
use super::prepare::{PreparedSubmission, prepare_parsed};
use super::refused::Refused;
use super::sequence::{CommitError, Placed, Sequence};
use super::standing::{News, Standing};
use super::start;
use super::submission::Accepted;
use super::{CatchUp, SharedCommunity};
use crate::clock::Clock;
use crate::signer::Signer;
use crate::store::{Log, Store, StoreError};

/// Submissions taken into one batch at most.
const BATCH: usize = 512;
/// Submissions that wait for a witness's answer at most.
const WAITING: usize = 1024;

/// How long no `heads.seen` is tried after a commit that failed: it would fail again, and each attempt reads all logs anew.
const PAUSE: Duration = Duration::from_secs(10);

/// What reaches the writer.
pub(super) enum Command {
    Submit(Job),
    NoticeReplicas,
    Tick,
    Stop,
}

/// A submission and where its answers go.
pub(super) struct Job {
    pub(super) submission: PreparedSubmission,
    pub(super) answers: oneshot::Sender<Vec<Result<Accepted, Refused>>>,
}

/// Takes news into account, at once and from any thread: whoever is about to sign looks again.
pub(super) fn hear(standing: &watch::Sender<Standing>, news: News) {
    standing.send_if_modified(|standing| {
        let before = std::mem::replace(standing, standing.after(news));
        if before != *standing {
            tracing::info!(%before, now = %*standing, "the ledger's standing");
        }
        before != *standing
    });
}

pub(super) struct Writer {
    pub(super) store: Store,
    pub(super) log: Log,
    pub(super) home: Home,
    pub(super) clock: Clock,
    pub(super) community: SharedCommunity,
    pub(super) catch_up: CatchUp,
    pub(super) offer_every: Duration,
    /// None where the log must be handed over.
    pub(super) signer: Option<Signer>,
    pub(super) standing: Arc<watch::Sender<Standing>>,
    pub(super) committed: watch::Sender<TreeHead>,
    pub(super) offered: watch::Sender<Option<Note>>,
    pub(super) last_seen: LastSeen,
    /// The newest signed checkpoint, with its size.
    pub(super) signed: Option<(TreeHead, Note)>,
    pub(super) last_offer: Option<(Instant, TreeHead)>,
    pub(super) waiting: Vec<Job>,
    /// When a commit failed last.
    pub(super) failed: Option<Instant>,
}

impl Writer {
    /// Works until told to stop, or until nobody is left to tell it anything.
    pub(super) fn run(mut self, mut inbox: mpsc::Receiver<Command>) {
        self.settle();
        while let Some(first) = inbox.blocking_recv() {
            let mut stop = self.receive(first);
            while !stop && self.waiting.len() < BATCH {
                let Ok(command) = inbox.try_recv() else { break };
                stop = self.receive(command);
            }
            self.settle();
            if stop {
                break;
            }
        }
        self.offer(true);
    }

    /// Takes note of one command; true for the last.
    fn receive(&mut self, command: Command) -> bool {
        match command {
            Command::Submit(job) if self.waiting.len() >= WAITING => refuse(job, &Refused::Busy),
            Command::Submit(job) => self.waiting.push(job),
            Command::NoticeReplicas | Command::Tick => self.examine_fetched(),
            Command::Stop => return true,
        }
        false
    }

    /// Where the key was ahead of the store: has what it signed been fetched by now?
    fn examine_fetched(&self) {
        let Standing::Behind { signed } = *self.standing.borrow() else {
            return;
        };
        match start::stored(&self.store, &self.log, signed.size) {
            Ok(stored) => hear(&self.standing, News::Fetched(stored)),
            Err(error) => tracing::error!(%error, "the own log cannot be read"),
        }
    }

    /// Answers everything that waits, if it can be answered, and writes and offers what is due.
    fn settle(&mut self) {
        let standing = *self.standing.borrow();
        if standing == Standing::Asking {
            return;
        }
        let jobs = std::mem::take(&mut self.waiting);
        if !standing.signs() {
            jobs.into_iter()
                .for_each(|job| refuse(job, &Refused::NotSigning(standing)));
            return;
        }
        self.write_batch(jobs);
        self.offer(false);
        if let Err(error) = self.store.index_ids() {
            tracing::warn!(%error, "the index of ids was not written; it will be tried again");
        }
    }

    fn write_batch(&mut self, jobs: Vec<Job>) {
        let (submissions, answers): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|job| (job.submission, job.answers)).unzip();
        let placed = self.commit(submissions);
        let sealed = self.seal();
        for (placed, answer) in placed.into_iter().zip(answers) {
            let results = placed
                .into_iter()
                .map(|placed| self.acknowledge(placed?, &sealed))
                .collect();
            // Where nobody waits any more it is stored all the same.
            let _ = answer.send(results);
        }
    }

    /// Judges and sequences submissions and commits them in one transaction, with a `heads.seen` where one is due. Holds
    /// the community until it is done: nobody reads from it what is not on disk.
    fn commit(&mut self, submissions: Vec<PreparedSubmission>) -> Vec<Vec<Result<Placed, Refused>>> {
        let community = self.community.clone();
        let mut facts = community.write().unwrap_or_else(PoisonError::into_inner);
        let (store, log) = (self.store.clone(), self.log.clone());
        let now = self.clock.now();
        let sequence =
            (self.catch_up)(&store, &mut facts).and_then(|()| Sequence::new(&log, store.read()?, now));
        let mut sequence = match sequence {
            Ok(sequence) => sequence,
            Err(error) => {
                tracing::error!(%error, "the own log cannot be read");
                let refused = Refused::from(&error);
                return submissions
                    .into_iter()
                    .map(|submission| submission.refuse(&refused))
                    .collect();
            }
        };
        let from = sequence.next_index();
        let mut placed: Vec<_> = submissions
            .into_iter()
            .map(|submission| sequence.take(submission, &mut facts))
            .collect();
        if let Err(error) = self.commit_sequence(sequence, &mut facts) {
            tracing::error!(%error, "a batch was not committed");
            self.failed = Some(Instant::now());
            // It has folded entries that are not stored: anew from the store, before anybody reads.
            *facts = Facts::new(self.home.community);
            if let Err(error) = (self.catch_up)(&store, &mut facts) {
                tracing::error!(%error, "the logs cannot be read");
            }
            let refused = Refused::from(&error);
            // A copy of an entry of the same batch is as little stored as the entry.
            placed
                .iter_mut()
                .flatten()
                .filter(|result| result.as_ref().is_ok_and(|placed| placed.index >= from))
                .for_each(|new| *new = Err(refused.clone()));
        }
        placed
    }

    fn commit_sequence(&mut self, mut sequence: Sequence<'_>, facts: &mut Facts) -> Result<(), CommitError> {
        let now = self.clock.now();
        let (snapshot, index) = (sequence.snapshot(), sequence.next_index());
        let may = self.failed.is_none_or(|failed| failed.elapsed() >= PAUSE);
        let due = may.then(|| self.last_seen.next(snapshot, &self.log, self.home, now, index));
        let then = due
            .transpose()?
            .flatten()
            .and_then(|due| self.take_heads_seen(due, &mut sequence, facts));
        let taken = sequence.end();
        if !taken.is_empty() {
            self.store.write(|batch| {
                then.iter().try_for_each(|then| then.keep(batch))?;
                taken.write(batch)
            })?;
        }
        if let Some(then) = then {
            self.last_seen = then;
        }
        Ok(())
    }

    fn take_heads_seen(&self, due: Due, sequence: &mut Sequence<'_>, facts: &mut Facts) -> Option<LastSeen> {
        let Due { record, then } = due;
        let bytes = record.encode();
        let taken = prepare_parsed(bytes, Entry::Record(record), self.home, Vec::<Id>::new)
            .and_then(|prepared| sequence.take_entry(prepared, &mut BTreeMap::new(), facts));
        match taken {
            Ok(_) => Some(then),
            Err(refused) => {
                tracing::warn!(%refused, "the heads seen were not logged");
                None
            }
        }
    }

    /// Signs the log as it is stored, if that is not signed yet: signer file first, then the signature.
    fn seal(&mut self) -> Result<TreeHead, Refused> {
        let head = self
            .store
            .read()
            .and_then(|snapshot| snapshot.tree_head(self.log.number))
            .map_err(|error| Refused::from(&error))?;
        if self.signed.as_ref().is_some_and(|(signed, _)| *signed == head) {
            return Ok(head);
        }
        let standing = *self.standing.borrow();
        let Some(signer) = self.signer.as_mut().filter(|_| standing.signs()) else {
            return Err(Refused::NotSigning(standing));
        };
        let synced = signer.advance(head).map_err(|error| {
            tracing::error!(%error, "the log was not signed");
            Refused::Unsigned(error.to_string())
        })?;
        let note = synced.sign(&self.log.charter.origin);
        self.signed = Some((head, note));
        self.committed.send_replace(head);
        Ok(head)
    }

    fn acknowledge(&self, placed: Placed, sealed: &Result<TreeHead, Refused>) -> Result<Accepted, Refused> {
        let Placed { id, index, duplicate } = placed;
        let head = sealed.clone()?;
        Ok(Accepted {
            id,
            organisation: self.home.organisation,
            index,
            head,
            duplicate,
        })
    }

    /// Offers the newest checkpoint, if it was not offered and it is time, or in any case.
    fn offer(&mut self, now: bool) {
        let Some((head, note)) = &self.signed else { return };
        let is_due = self
            .last_offer
            .is_none_or(|(at, offered)| offered != *head && (now || at.elapsed() >= self.offer_every));
        if !is_due {
            return;
        }
        let kept = self
            .store
            .write(|batch| batch.keep_head(self.log.number, &note.to_bytes()));
        match kept {
            Ok(()) => {
                self.last_offer = Some((Instant::now(), *head));
                self.offered.send_replace(Some(note.clone()));
            }
            Err(error) => {
                let error: StoreError = error;
                tracing::error!(%error, "a checkpoint was not kept, and so not offered");
            }
        }
    }
}

fn refuse(job: Job, refused: &Refused) {
    // Where nobody waits any more nobody need be told.
    let _ = job.answers.send(job.submission.refuse(refused));
}
