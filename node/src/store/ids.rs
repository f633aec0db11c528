//! Where an entry of a given id is. Ids are random, so that inserting each with its commit would touch a page of the index
//! per entry, ever more of them cold as the logs grow. Instead the newest ids stay in memory (recovered from the tiles
//! when the store is opened) and go into the index in sorted runs, behind the commits.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hearth_protocol::id::{Hash, Id};
use redb::{Durability, ReadableTable};

use super::error::StoreError;
use super::logs::LogNumber;
use super::tables::{IDS, INDEXED};
use super::{Snapshot, Store};

/// Ids that make a run worth writing.
const RUN: usize = 8192;
/// Ids in memory at which a commit waits for the run to be written.
const MOST: usize = 4 * RUN;

/// Where an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The log.
    pub log: LogNumber,
    /// The lowest index of that entry in it.
    pub index: u64,
}

/// An entry newly in a log.
pub(super) struct Appearance {
    pub(super) id: Id,
    pub(super) log: LogNumber,
    pub(super) index: u64,
}

/// The ids of committed entries that are not in the index yet, with their lowest index per log.
#[derive(Default)]
pub(super) struct Recent(Mutex<Unindexed>);

#[derive(Default)]
struct Unindexed {
    places: BTreeMap<(Id, LogNumber), u64>,
    /// Per log, the size up to which `places` goes on from the index.
    sizes: BTreeMap<LogNumber, u64>,
}

impl Recent {
    pub(super) fn remember(&self, appeared: Vec<Appearance>) {
        let mut recent = self.lock();
        for Appearance { id, log, index } in appeared {
            recent.places.entry((id, log)).or_insert(index);
            recent.sizes.insert(log, index + 1);
        }
    }

    /// Forgets everything: it is read anew from the tiles.
    pub(super) fn forget(&self) {
        *self.lock() = Unindexed::default();
    }

    pub(super) fn is_overdue(&self) -> bool {
        self.lock().places.len() >= MOST
    }

    pub(super) fn places(&self, id: &Id) -> Vec<Place> {
        let range = (*id, LogNumber(0))..=(*id, LogNumber(u32::MAX));
        self.lock()
            .places
            .range(range)
            .map(|((_, log), index)| Place {
                log: *log,
                index: *index,
            })
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Unindexed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Moves the newest ids into the index if there are enough for a run. To be called after commits, when nobody waits.
    ///
    /// # Errors
    /// [`StoreError`]; the ids stay in memory then.
    pub fn index_ids(&self) -> Result<(), StoreError> {
        let indexed = self.index_run();
        if indexed.is_err() {
            self.inner.database.recover();
        }
        indexed
    }

    fn index_run(&self) -> Result<(), StoreError> {
        let _writing = self.inner.writing();
        let (run, sizes) = {
            let recent = self.inner.recent.lock();
            if recent.places.len() < RUN {
                return Ok(());
            }
            (recent.places.clone(), recent.sizes.clone())
        };
        let mut transaction = self.inner.database.begin_write()?;
        // Lost in a crash it is only done again: the next commit to be synced syncs it too.
        transaction.set_durability(Durability::None)?;
        {
            let mut ids = transaction.open_table(IDS)?;
            for ((id, log), index) in &run {
                let key = (id.as_bytes(), log.0);
                let known = ids.get(key)?.is_some();
                if !known {
                    ids.insert(key, index)?;
                }
            }
            let mut indexed = transaction.open_table(INDEXED)?;
            for (log, size) in &sizes {
                indexed.insert(log.0, size)?;
            }
        }
        transaction.commit()?;
        *self.inner.recent.lock() = Unindexed::default();
        Ok(())
    }

    /// Fills the memory with the ids that the index lacks.
    pub(super) fn recover_ids(&self) -> Result<(), StoreError> {
        let snapshot = self.snapshot()?;
        let indexed = snapshot.transaction().open_table(INDEXED)?;
        for log in snapshot.logs()? {
            let log = log.number;
            let from = indexed.get(log.0)?.map_or(0, |size| size.value());
            let leaves = snapshot.leaves(log, from)?.into_iter().zip(from..);
            let id = |leaf: Hash| Id::from_bytes(*leaf.as_bytes());
            let appeared = leaves.map(|(leaf, index)| Appearance {
                id: id(leaf),
                log,
                index,
            });
            self.inner.recent.remember(appeared.collect());
        }
        Ok(())
    }
}

impl Snapshot<'_> {
    /// Every log that holds an entry of this id, ascending, with its lowest index there.
    pub fn find(&self, id: &Id) -> Result<Vec<Place>, StoreError> {
        // Memory first, then an index read begun after it: an id on its way from one to the other is in either.
        let recent = self.store.inner.recent.places(id);
        let (_reading, now) = self.store.inner.database.begin_read()?;
        let mut places = BTreeMap::new();
        for row in now
            .open_table(IDS)?
            .range((id.as_bytes(), 0)..=(id.as_bytes(), u32::MAX))?
        {
            let (key, index) = row?;
            places.insert(LogNumber(key.value().1), index.value());
        }
        for Place { log, index } in recent {
            places.entry(log).or_insert(index);
        }
        let mut found = Vec::with_capacity(places.len());
        for (log, index) in places {
            if index < self.size(log)? {
                found.push(Place { log, index });
            }
        }
        Ok(found)
    }

    /// The lowest index of an entry of this id in one log.
    pub fn find_in(&self, log: LogNumber, id: &Id) -> Result<Option<u64>, StoreError> {
        Ok(self
            .find(id)?
            .into_iter()
            .find(|place| place.log == log)
            .map(|place| place.index))
    }
}
