//! Entries: appended in order, read by index or in ranges.

use hearth_protocol::entry::{Entry, Record};
use hearth_protocol::id::{Hash, Id, Root};
use hearth_protocol::log::TreeHead;
use redb::ReadableTable;
use sha2::{Digest, Sha256};

use super::error::{AppendError, StoreError};
use super::ids::Appearance;
use super::logs::LogNumber;
use super::tables::{ENTRIES, FRONTIERS, SOURCES};
use super::{Batch, Snapshot};

/// Names a record's (site, kind, id): unique in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SourceKey([u8; 32]);

impl SourceKey {
    /// The name of these three. Each is preceded by its length, so that none runs into the next.
    pub fn of(site: &str, kind: &str, id: &str) -> SourceKey {
        let mut hash = Sha256::new();
        for part in [site, kind, id] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        SourceKey(hash.finalize().into())
    }

    /// The name of a record's source; none for an event.
    pub fn of_entry(entry: &Entry) -> Option<SourceKey> {
        match entry {
            Entry::Event(_) => None,
            Entry::Record(Record { source, .. }) => {
                Some(SourceKey::of(&source.site, &source.kind, &source.id))
            }
        }
    }
}

/// An entry about to be appended, hashed once.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// The entry as received.
    pub bytes: Vec<u8>,
    /// Its id: the leaf hash.
    pub id: Id,
    /// For a record, its source.
    pub source: Option<SourceKey>,
}

impl NewEntry {
    /// Hashes an entry of which nothing is known yet.
    pub fn received(bytes: Vec<u8>) -> NewEntry {
        let source = Entry::parse(&bytes)
            .ok()
            .and_then(|entry| SourceKey::of_entry(&entry));
        NewEntry {
            id: Entry::id_of(&bytes),
            bytes,
            source,
        }
    }
}

/// What an append did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Index of the first new entry.
    pub from: u64,
    /// The tree after the last.
    pub head: TreeHead,
}

impl Snapshot<'_> {
    /// One entry's bytes.
    pub fn entry(&self, log: LogNumber, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(ENTRIES, (log.0, index))
    }

    /// The newest entry with its index.
    pub fn latest(&self, log: LogNumber) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let table = self.transaction().open_table(ENTRIES)?;
        let last = table
            .range((log.0, 0)..=(log.0, u64::MAX))?
            .next_back()
            .transpose()?;
        Ok(last.map(|(key, bytes)| (key.value().1, bytes.value().to_vec())))
    }

    /// Entries from index `from` on, in order, each with its index: at most `limit` bytes together, but at least one if
    /// there is one.
    pub fn range(&self, log: LogNumber, from: u64, limit: usize) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let table = self.transaction().open_table(ENTRIES)?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        for row in table.range((log.0, from)..=(log.0, u64::MAX))? {
            let (key, entry) = row?;
            bytes += entry.value().len();
            if bytes > limit && !found.is_empty() {
                break;
            }
            found.push((key.value().1, entry.value().to_vec()));
        }
        Ok(found)
    }

    /// The index of the own log's record of that source.
    pub fn find_source(&self, source: &SourceKey) -> Result<Option<u64>, StoreError> {
        let table = self.transaction().open_table(SOURCES)?;
        Ok(table.get(&source.0)?.map(|index| index.value()))
    }
}

impl Batch {
    /// Appends to the own log: entries, tiles, frontier, ids and sources together.
    ///
    /// # Errors
    /// [`AppendError::UnknownLog`], [`AppendError::Store`].
    pub fn append_own(&mut self, log: LogNumber, entries: &[NewEntry]) -> Result<Appended, AppendError> {
        let mut sources = self.transaction().open_table(SOURCES).map_err(StoreError::from)?;
        let from = self.frontier(log)?.ok_or(AppendError::UnknownLog { log })?.size();
        for (entry, index) in entries.iter().zip(from..) {
            let Some(SourceKey(source)) = &entry.source else {
                continue;
            };
            if sources.get(source).map_err(StoreError::from)?.is_none() {
                sources.insert(source, index).map_err(StoreError::from)?;
            }
        }
        drop(sources);
        self.append(log, entries)
    }

    /// Appends verified entries of a log that somebody else sequences (or of our own, when it was lost and is followed),
    /// if they start where it ends and lead to the root that was verified.
    ///
    /// # Errors
    /// [`AppendError`]; then the whole batch must be given up.
    pub fn append_replica(
        &mut self,
        organisation: &Id,
        from: u64,
        entries: Vec<Vec<u8>>,
        expected: Root,
    ) -> Result<Appended, AppendError> {
        let held = self.log(organisation)?.ok_or(AppendError::UnknownOrganisation {
            organisation: *organisation,
        })?;
        let size = self.frontier(held.number)?.unwrap_or_default().size();
        if from != size {
            return Err(AppendError::Gap { size, from });
        }
        let entries: Vec<NewEntry> = entries.into_iter().map(NewEntry::received).collect();
        let appended = match held.charter.own {
            true => self.append_own(held.number, &entries)?,
            false => self.append(held.number, &entries)?,
        };
        if appended.head.root != expected {
            let TreeHead { size, root } = appended.head;
            return Err(AppendError::Root {
                size,
                expected,
                found: root,
            });
        }
        Ok(appended)
    }

    fn append(&mut self, log: LogNumber, entries: &[NewEntry]) -> Result<Appended, AppendError> {
        let from = self.frontier(log)?.ok_or(AppendError::UnknownLog { log })?.size();
        let leaves: Vec<Hash> = entries
            .iter()
            .map(|entry| Hash::from_bytes(*entry.id.as_bytes()))
            .collect();
        let frontier = self.extend_tiles(log, from, &leaves)?;
        self.write_entries(log, from, entries)?;
        self.put(FRONTIERS, log.0, &frontier.to_bytes())?;
        let seen = entries.iter().zip(from..).map(|(entry, index)| Appearance {
            id: entry.id,
            log,
            index,
        });
        self.appended.extend(seen);
        Ok(Appended {
            from,
            head: frontier.head(),
        })
    }

    fn write_entries(&self, log: LogNumber, from: u64, entries: &[NewEntry]) -> Result<(), StoreError> {
        let mut table = self.transaction().open_table(ENTRIES)?;
        for (entry, index) in entries.iter().zip(from..) {
            table.insert((log.0, index), entry.bytes.as_slice())?;
        }
        Ok(())
    }
}
