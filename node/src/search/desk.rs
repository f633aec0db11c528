//! The thread that keeps the index, and how those who ask wait for it. Everything that is written is written there, so
//! nobody else waits: neither the ledger nor the projector.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{io, mem};

use super::SearchError;
use super::feed::Feed;
use super::index::Shelf;

/// How long whoever asks waits for the index to be up to the store.
const PATIENCE: Duration = Duration::from_secs(5);
/// The thread rests so long after a look that nobody asked for, so that what arrives is taken in together.
const REST: Duration = Duration::from_secs(1);
/// It rests so many times as long as the look took, too.
const RESTS: u32 = 4;
/// How long after a failure it tries again unasked.
const AGAIN: Duration = Duration::from_secs(10);

/// The running thread.
pub(super) struct Desk {
    board: Arc<Board>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Where the thread and those who ask leave word for each other.
#[derive(Default)]
struct Board {
    word: Mutex<Word>,
    changed: Condvar,
}

#[derive(Default)]
struct Word {
    /// Looks that were asked for.
    asked: u64,
    /// Of those, how many are answered by what was taken in.
    done: u64,
    /// Something may be new.
    woken: bool,
    stopping: bool,
    ended: bool,
    shelf: Option<Shelf>,
    /// Entries not taken in yet.
    behind: u64,
    /// Why the last look failed.
    failure: Option<String>,
}

impl Desk {
    pub(super) fn start(feed: Feed) -> io::Result<Desk> {
        let board = Arc::new(Board::default());
        board.word().woken = true;
        let theirs = board.clone();
        let thread = thread::Builder::new().name("search".into()).spawn(move || {
            let _end = End(&theirs);
            theirs.serve(feed);
        })?;
        Ok(Desk {
            board,
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) fn wake(&self) {
        self.board.word().woken = true;
        self.board.changed.notify_all();
    }

    pub(super) fn stop(&self) {
        self.board.word().stopping = true;
        self.board.changed.notify_all();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the search thread panicked");
        }
    }

    /// The index, once it is up to what the store holds now, or as far as it is when patience ends; and how many entries
    /// it lacks.
    pub(super) fn up_to_date(&self) -> Result<(Option<Shelf>, u64), SearchError> {
        let mut word = self.board.word();
        word.asked += 1;
        let ticket = word.asked;
        self.board.changed.notify_all();
        let waits = |word: &mut Word| word.done < ticket && !word.ended;
        let (word, _) = self
            .board
            .changed
            .wait_timeout_while(word, PATIENCE, waits)
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(failure) = &word.failure {
            return Err(SearchError::Failed(failure.clone()));
        }
        if word.ended {
            return Err(SearchError::Ended);
        }
        // Nothing is known of a look that is still under way but what it says itself.
        let behind = if word.done < ticket { word.behind.max(1) } else { 0 };
        Ok((word.shelf.clone(), behind))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Board {
    fn word(&self) -> MutexGuard<'_, Word> {
        self.word.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, mut feed: Feed) {
        let mut rested = Instant::now();
        while let Some(ticket) = self.wait(rested) {
            let begun = Instant::now();
            let looked = feed.look(&mut |shelf, behind| {
                let mut word = self.word();
                (word.shelf, word.behind) = (Some(shelf.clone()), behind);
                !word.stopping
            });
            // Whoever asked is answered before the files are put in order.
            let failed = self.say(ticket, looked) || self.say(ticket, feed.tidy());
            let rest = if failed {
                AGAIN
            } else {
                REST.max(begun.elapsed() * RESTS)
            };
            rested = Instant::now() + rest;
        }
    }

    /// Waits until there is something to look for: at once if it is asked for, else when the thread has rested. None: the
    /// node is stopping.
    fn wait(&self, rested: Instant) -> Option<u64> {
        let mut word = self.word();
        loop {
            if word.stopping {
                return None;
            }
            let now = Instant::now();
            if word.done < word.asked || (word.woken && now >= rested) {
                word.woken = false;
                return Some(word.asked);
            }
            let until = if word.woken { rested - now } else { Duration::MAX };
            word = match until {
                Duration::MAX => self.changed.wait(word).unwrap_or_else(PoisonError::into_inner),
                until => {
                    let waited = self.changed.wait_timeout(word, until);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    /// Tells how a look ended. True: it failed.
    fn say(&self, ticket: u64, result: Result<(), SearchError>) -> bool {
        let failure = result.err().map(|error| error.to_string());
        let mut word = self.word();
        if let Some(failure) = &failure {
            word.woken = true;
            if word.failure.as_ref() != Some(failure) {
                tracing::error!(%failure, "the search index could not be kept up; it will be tried again");
            }
        }
        let failed = failure.is_some();
        (word.failure, word.done) = (failure, ticket);
        drop(word);
        self.changed.notify_all();
        failed
    }
}

/// Says that the thread has ended, however it does.
struct End<'a>(&'a Board);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let mut word = self.0.word();
        word.ended = true;
        // The files are closed with it.
        drop(mem::take(&mut word.shelf));
        drop(word);
        self.0.changed.notify_all();
    }
}
