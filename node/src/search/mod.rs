//! Full-text search over the words the node holds. The only room that names tantivy.
//!
//! The index lies in the data directory beside the store and is made from it alone: it may be lost at any time, and is then
//! built anew. It says where words stand; whether an entry may be shown is judged by whoever asks (`queries`), from the
//! community as it is then, and what it says is read from the store.

mod desk;
mod excerpt;
mod expression;
mod feed;
mod index;
mod text;
mod words;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use hearth_protocol::id::Id;

use crate::store::{LogNumber, Store, StoreError};
use desk::Desk;
use feed::Feed;

pub use excerpt::Passage;
pub use expression::{BadExpression, Expression};
pub use index::Hit;
pub use text::{SEARCHED, Text, is_searched};

/// The index's name within a data directory.
pub const SEARCH_DIRECTORY: &str = "search";

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// In which log.
    pub log: LogNumber,
    /// Where in it.
    pub index: u64,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The entries in which all of it stands, in no order.
    pub hits: Vec<Hit>,
    /// How many entries of the store have not been taken in yet.
    pub behind: u64,
}

/// Why nothing can be searched.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// tantivy failed.
    #[error("the search index failed: {0}")]
    Index(Box<tantivy::TantivyError>),
    /// The directory cannot be used.
    #[error("the search index in {path}: {source}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It failed before, and was told.
    #[error("{0}")]
    Failed(String),
    /// The thread that keeps it is gone.
    #[error("the search index is no longer kept up: start the node again")]
    Ended,
}

/// Looks words up. Cheap to clone; the index is closed with the last clone.
#[derive(Clone)]
pub struct Search {
    inner: Arc<Inner>,
}

enum Inner {
    /// A thread keeps the index up to the store.
    Running(Desk),
    /// Nothing changes: it is brought up to the store when it is asked.
    AtRest(Box<Mutex<Feed>>),
}

impl Search {
    /// Keeps the index of a running node in a thread of its own.
    ///
    /// # Errors
    /// That of starting a thread.
    pub fn start(store: Store, community: Id, directory: &Path) -> io::Result<Search> {
        let feed = Feed::new(store, community, directory.join(SEARCH_DIRECTORY));
        Ok(Search {
            inner: Arc::new(Inner::Running(Desk::start(feed)?)),
        })
    }

    /// The index of a directory on which no node runs. Nothing is opened before it is asked.
    pub fn at_rest(store: Store, community: Id, directory: &Path) -> Search {
        let feed = Feed::new(store, community, directory.join(SEARCH_DIRECTORY));
        Search {
            inner: Arc::new(Inner::AtRest(Box::new(Mutex::new(feed)))),
        }
    }

    /// The store may have gained something.
    pub fn wake(&self) {
        if let Inner::Running(desk) = &*self.inner {
            desk.wake();
        }
    }

    /// Ends the thread. Blocks until it has written what it has read.
    pub fn stop(&self) {
        if let Inner::Running(desk) = &*self.inner {
            desk.stop();
        }
    }

    /// Where all of it stands, as the store is now; if that takes too long, as far as has been taken in.
    ///
    /// # Errors
    /// [`SearchError`].
    pub fn find(&self, expression: &Expression) -> Result<Found, SearchError> {
        let (shelf, behind) = match &*self.inner {
            Inner::Running(desk) => desk.up_to_date()?,
            Inner::AtRest(feed) => {
                let mut feed = feed.lock().unwrap_or_else(PoisonError::into_inner);
                feed.look(&mut |_, _| true)?;
                feed.tidy()?;
                (feed.shelf(), 0)
            }
        };
        let hits = shelf.map_or(Ok(Vec::new()), |shelf| shelf.find(expression))?;
        Ok(Found { hits, behind })
    }
}

impl Place {
    /// Entries of a log are fewer than 2^40.
    const INDEX_BITS: u32 = 40;

    /// As one number, which orders as places do.
    fn number(self) -> u64 {
        (u64::from(self.log.get()) << Self::INDEX_BITS) | self.index
    }

    fn of_number(number: u64) -> Place {
        let log = u32::try_from(number >> Self::INDEX_BITS).expect("24 bits are left of it");
        Place {
            log: LogNumber::of(log),
            index: number & ((1 << Self::INDEX_BITS) - 1),
        }
    }
}

#[cfg(test)]
mod tests;
