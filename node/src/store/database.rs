//! The database handle. After a failed write redb refuses all further work on a handle, reads included; this one opens
//! the file anew, so that a node whose disk is full stays readable, and goes on writing once there is room.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};
use std::time::{Duration, Instant};

use redb::{Database, DatabaseError, ReadTransaction, ReadableDatabase, TransactionError, WriteTransaction};

use super::error::StoreError;

type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send + Sync>;

/// Bytes that must be free before a write is tried again on a disk that was full.
const ROOM: usize = 4 << 20;

/// How long readers are given to finish before the file is closed under them. A thread that writes while it reads would
/// wait for itself.
const READERS: Duration = Duration::from_secs(5);

/// The reads going on.
#[derive(Default)]
struct Readers {
    count: Mutex<usize>,
    none: Condvar,
}

/// A read going on: the file stays open until it is dropped.
pub(super) struct Reading<'a>(&'a Readers);

impl Readers {
    fn enter(&self) -> Reading<'_> {
        *self.count() += 1;
        Reading(self)
    }

    fn count(&self) -> MutexGuard<'_, usize> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_until_none(&self, patience: Duration) {
        let waited = self
            .none
            .wait_timeout_while(self.count(), patience, |count| *count > 0);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let mut count = self.0.count();
        *count -= 1;
        if *count == 0 {
            self.0.none.notify_all();
        }
    }
}

pub(super) struct Handle {
    database: RwLock<Option<Database>>,
    readers: Readers,
    open: Opener,
    /// Where to look for room before the first write after a failed one.
    directory: Option<PathBuf>,
    failed: AtomicBool,
    reopened: AtomicU64,
}

impl Handle {
    pub(super) fn new(open: Opener, directory: Option<&Path>) -> Result<Handle, StoreError> {
        let database = RwLock::new(Some(open()?));
        Ok(Handle {
            database,
            readers: Readers::default(),
            open,
            directory: directory.map(Path::to_owned),
            failed: AtomicBool::new(false),
            reopened: AtomicU64::new(0),
        })
    }

    /// The file stays open while the first lives, which is to be dropped last.
    pub(super) fn begin_read(&self) -> Result<(Reading<'_>, ReadTransaction), StoreError> {
        self.with(|database| {
            let reading = self.readers.enter();
            Ok((reading, database.begin_read()?))
        })
    }

    pub(super) fn begin_write(&self) -> Result<WriteTransaction, StoreError> {
        if self.failed.load(Ordering::Acquire) {
            self.find_room()?;
        }
        self.with(|database| Ok(database.begin_write()?))
    }

    /// To be called after a write that failed for whatever reason: opens the file anew if the handle refuses to go on.
    pub(super) fn recover(&self) {
        let usable = self.with(|database| match database.try_begin_write() {
            Ok(_) | Err(TransactionError::WouldBlock) => Ok(()),
            Err(error) => Err(error.into()),
        });
        if usable.is_ok() {
            return;
        }
        self.failed.store(true, Ordering::Release);
        let mut database = self.lock_unread();
        *database = None;
        if let Err(error) = self.reopen(&mut database) {
            tracing::error!(%error, "the database does not open again");
        }
    }

    /// How often the file was opened anew. After that, what is on disk may differ from what the failed write's caller was
    /// told, either way.
    pub(super) fn reopened(&self) -> u64 {
        self.reopened.load(Ordering::Acquire)
    }

    pub(super) fn check_integrity(&self) -> Result<bool, StoreError> {
        let mut database = self.lock();
        Ok(self.reopen(&mut database)?.check_integrity()?)
    }

    fn with<T>(&self, work: impl Fn(&Database) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(database) = &*self.database.read().unwrap_or_else(PoisonError::into_inner) {
            return work(database);
        }
        let mut database = self.lock();
        work(self.reopen(&mut database)?)
    }

    /// Opens the file if it is not open.
    fn reopen<'a>(&self, database: &'a mut Option<Database>) -> Result<&'a mut Database, StoreError> {
        if database.is_none() {
            *database = Some((self.open)()?);
            self.reopened.fetch_add(1, Ordering::AcqRel);
        }
        Ok(database.as_mut().expect("opened just above"))
    }

    fn lock(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        self.database.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for those who read, who may need a second read to finish.
    fn lock_unread(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        let began = Instant::now();
        loop {
            let database = self.lock();
            let readers = *self.readers.count();
            let patience = READERS.saturating_sub(began.elapsed());
            if readers == 0 {
                return database;
            }
            if patience.is_zero() {
                tracing::warn!(
                    readers,
                    "the database is opened anew under its readers, which will fail"
                );
                return database;
            }
            drop(database);
            self.readers.wait_until_none(patience);
        }
    }

    fn find_room(&self) -> Result<(), StoreError> {
        if let Some(directory) = &self.directory {
            let probe = directory.join("room");
            let written = std::fs::write(&probe, vec![0x55; ROOM]);
            // A probe that cannot be removed does no harm: the next one overwrites it.
            let _ = std::fs::remove_file(&probe);
            written.map_err(|_| StoreError::Full)?;
        }
        self.failed.store(false, Ordering::Release);
        Ok(())
    }
}
