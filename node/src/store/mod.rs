//! Everything a node keeps, in one redb file. The only room that names redb.
//!
//! [`Store::read`] gives a [`Snapshot`]: all reads of one snapshot see the same moment. [`Store::write`] runs a closure
//! over a [`Batch`]: one transaction, synced to disk when it returns, nothing of it kept where it fails.

mod append;
mod bodies;
mod checks;
mod database;
mod error;
mod heads;
mod ids;
mod joining;
mod lock;
mod logs;
mod meta;
mod rows;
mod set_back;
mod tables;
mod tiles;
mod witnessed;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redb::backends::{FileBackend, InMemoryBackend};
use redb::{Builder, ReadTransaction, StorageBackend, WriteTransaction};

pub use self::append::{Appended, NewEntry, SourceKey};
pub use self::bodies::{BodyState, WantedBody};
pub use self::checks::{CHECKS_FILE, Checks, ChecksFile};
pub use self::error::{AppendError, BodyError, OpenError, StoreError};
pub use self::ids::Place;
pub use self::joining::{Application, Invitation, Redeemed, TokenHash};
pub use self::logs::{Log, LogNumber, NewLog};
pub use self::tiles::StoredTiles;

use self::database::{Handle, Reading};
use self::ids::Recent;
use self::lock::DirectoryLock;

/// The database's file name within a data directory.
pub const DATABASE_FILE: &str = "hearth.redb";
/// Memory for pages of the database, in bytes.
const CACHE: usize = 64 << 20;

/// A node's store. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: Handle,
    recent: Recent,
    /// Held from the beginning of a transaction until its ids are remembered, so that they are in the order of commits.
    writing: Mutex<()>,
    /// The opening of the file that `recent` goes with.
    known: Mutex<u64>,
    _lock: Option<DirectoryLock>,
}

impl Inner {
    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Opens the store of a data directory, making it where there is none, and holds the directory's lock.
    ///
    /// # Errors
    /// [`OpenError::Locked`] while another process holds it; [`OpenError::Io`]; [`OpenError::Store`].
    pub fn open(directory: &Path) -> Result<Store, OpenError> {
        Store::open_directory(directory, false)
    }

    /// Like [`Store::open`], but verifies every page's checksum first: for a file that somebody else may have altered.
    ///
    /// # Errors
    /// As [`Store::open`]; damage is [`StoreError::Corrupt`].
    pub fn open_checked(directory: &Path) -> Result<Store, OpenError> {
        Store::open_directory(directory, true)
    }

    /// A store in memory, for the simulator: the same code over redb's memory backend.
    pub fn in_memory() -> Store {
        let open = Box::new(|| Builder::new().create_with_backend(InMemoryBackend::new()));
        Handle::new(open, None)
            .and_then(|database| Store::over(database, None))
            .expect("memory does not fail")
    }

    /// A store over a simulated disk: the seam for fault tests. `open` is called again after each failed write.
    ///
    /// # Errors
    /// Whatever opening the database over that backend says.
    pub fn with_backend<B: StorageBackend>(
        open: impl Fn() -> B + Send + Sync + 'static,
    ) -> Result<Store, StoreError> {
        let open = Box::new(move || builder(false).create_with_backend(open()));
        Store::over(Handle::new(open, None)?, None)
    }

    /// A moment of the store, for reading.
    ///
    /// # Errors
    /// [`StoreError`] where the database cannot be read.
    pub fn read(&self) -> Result<Snapshot<'_>, StoreError> {
        self.refresh_ids()?;
        self.snapshot()
    }

    /// Runs `work` in one transaction, and returns once it is on disk. Where `work` or the disk fails nothing is kept.
    ///
    /// # Errors
    /// What `work` returns, and [`StoreError`] from the transaction itself.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Batch) -> Result<T, E>,
    ) -> Result<T, E> {
        self.refresh_ids()?;
        if self.inner.recent.is_overdue() {
            self.index_ids()?;
        }
        let result = self.transact(work);
        if result.is_err() {
            self.inner.database.recover();
        }
        result
    }

    /// Checks every page of the database file against its checksum. False: something was wrong and has been repaired.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] where it cannot be repaired.
    pub fn check_integrity(&self) -> Result<bool, StoreError> {
        self.inner.database.check_integrity()
    }

    fn open_directory(directory: &Path, checked: bool) -> Result<Store, OpenError> {
        let io = |source| OpenError::Io {
            path: directory.to_owned(),
            source,
        };
        std::fs::create_dir_all(directory).map_err(io)?;
        let lock = DirectoryLock::take(directory)?;
        let path = directory.join(DATABASE_FILE);
        let open = Box::new(move || {
            let mut options = std::fs::OpenOptions::new();
            let file = options
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            builder(checked).create_with_backend(FileBackend::new(file)?)
        });
        let store = Handle::new(open, Some(directory)).and_then(|database| Store::over(database, Some(lock)));
        store.map_err(|source| OpenError::Store {
            directory: directory.to_owned(),
            source,
        })
    }

    fn over(database: Handle, lock: Option<DirectoryLock>) -> Result<Store, StoreError> {
        let store = Store {
            inner: Arc::new(Inner {
                database,
                recent: Recent::default(),
                writing: Mutex::new(()),
                known: Mutex::new(0),
                _lock: lock,
            }),
        };
        store.write(|batch| batch.make_tables())?;
        store.set_back()?;
        Ok(store)
    }

    fn snapshot(&self) -> Result<Snapshot<'_>, StoreError> {
        let (reading, transaction) = self.inner.database.begin_read()?;
        Ok(Snapshot {
            transaction,
            store: self,
            _reading: reading,
        })
    }

    /// A write that was said to have failed may be on disk all the same, and ids that were indexed may no longer be.
    fn refresh_ids(&self) -> Result<(), StoreError> {
        let mut known = self.inner.known.lock().unwrap_or_else(PoisonError::into_inner);
        let reopened = self.inner.database.reopened();
        if *known != reopened {
            self.recover_ids()?;
            *known = reopened;
        }
        Ok(())
    }

    fn transact<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&mut Batch) -> Result<T, E>,
    ) -> Result<T, E> {
        let _writing = self.inner.writing();
        let transaction = self.inner.database.begin_write()?;
        let mut batch = Batch {
            transaction,
            appended: Vec::new(),
        };
        let result = work(&mut batch)?;
        let Batch {
            transaction,
            appended,
        } = batch;
        transaction.commit().map_err(StoreError::from)?;
        self.inner.recent.remember(appended);
        Ok(result)
    }
}

fn builder(checked: bool) -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE).set_check_integrity_on_open(checked);
    builder
}

/// One moment of the store. While it lives, the database cannot reuse what it sees: keep it short.
pub struct Snapshot<'a> {
    transaction: ReadTransaction,
    store: &'a Store,
    /// Dropped last.
    _reading: Reading<'a>,
}

/// One transaction being written. Its reads see its own writes.
pub struct Batch {
    transaction: WriteTransaction,
    appended: Vec<ids::Appearance>,
}

#[cfg(test)]
mod tests;
