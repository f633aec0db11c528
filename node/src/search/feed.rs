//! What the index is fed with: the words of every entry whose body is held, as they arrive; and what it loses: bodies that
//! were erased. What has been taken in is noted with each commit, so that a crash loses nothing but the time since then.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hearth_protocol::entry::{BodyRef, Entry};
use hearth_protocol::id::{BodyHash, Id, Root};
use hearth_protocol::log::TreeHead;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::index::{BodyKey, Document, Index, Shelf};
use super::text::{SEARCHED, Text, is_searched};
use super::{Place, SearchError};
use crate::store::{BodyState, LogNumber, Snapshot, Store, StoreError};

/// Of our making of words and documents: with another number the index is built anew.
const VERSION: u32 = 2;
/// Bytes of entries read from a log at a time.
const PORTION: usize = 1 << 20;
/// Bytes of words taken in at a time.
const WORDS: usize = 4 << 20;
/// Documents between two commits while there is more to take in.
const COMMIT: usize = 20_000;
/// Documents that make a word in the node's log.
const WORTH_TELLING: usize = 1000;
/// Entries without words that make it worth noting that they were read.
const WORTH_NOTING: u64 = 4096;

/// Reads a store into its index.
pub(super) struct Feed {
    store: Store,
    community: Id,
    path: PathBuf,
    open: Option<Open>,
}

/// How a look at the store is going. False: no more is wanted.
pub(super) type Watch<'a> = &'a mut dyn FnMut(&Shelf, u64) -> bool;

/// An open index and how far it goes.
struct Open {
    index: Index,
    logs: BTreeMap<LogNumber, Followed>,
    erased: BTreeSet<(LogNumber, BodyHash)>,
    /// Documents added or removed since the last commit.
    changes: usize,
    /// Entries read since then.
    unnoted: u64,
}

/// How far a log was read.
#[derive(Default)]
struct Followed {
    /// Entries below this index were read.
    read: u64,
    /// Those of them whose words are not here yet.
    waiting: BTreeMap<u64, BodyRef>,
    /// Entries that have a document, though they were read after what was last noted as settled.
    present: BTreeSet<u64>,
}

/// A portion of the store. The bodies are as they are stored.
#[derive(Default)]
struct Gathered {
    bodies: Vec<(Place, BodyRef, Vec<u8>)>,
    bytes: usize,
    erased: Vec<(LogNumber, BodyHash)>,
    read: u64,
}

/// What is noted with a commit.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    version: u32,
    community: Id,
    erased: u64,
    logs: Vec<LogNote>,
}

#[derive(Debug, Serialize, Deserialize)]
struct LogNote {
    number: LogNumber,
    organisation: Id,
    read: u64,
    root: Root,
    /// Of the entries below this index nothing is waited for.
    settled: u64,
}

impl Feed {
    pub(super) fn new(store: Store, community: Id, path: PathBuf) -> Self {
        Self {
            store,
            community,
            path,
            open: None,
        }
    }

    /// What was taken in by now, if anything was looked at yet.
    pub(super) fn shelf(&self) -> Option<Shelf> {
        self.open.as_ref().map(|open| open.index.shelf())
    }

    /// Takes in what is new and drops what was erased. An index that fails while it is open, since its files are gone, is
    /// opened anew once.
    pub(super) fn look(&mut self, watch: Watch<'_>) -> Result<(), SearchError> {
        let was_open = self.open.is_some();
        match self.take_in(watch) {
            Err(SearchError::Index(error)) if was_open => {
                tracing::warn!(%error, "the search index is opened anew");
                self.take_in(watch)
            }
            done => done,
        }
    }

    fn take_in(&mut self, watch: Watch<'_>) -> Result<(), SearchError> {
        let mut open = match self.open.take() {
            Some(open) => open,
            None => self.begin()?,
        };
        open.take_in(&self.store, self.community, watch)?;
        self.open = Some(open);
        Ok(())
    }

    /// Puts the files in order.
    pub(super) fn tidy(&mut self) -> Result<(), SearchError> {
        let Some(mut open) = self.open.take() else {
            return Ok(());
        };
        open.index.tidy()?;
        self.open = Some(open);
        Ok(())
    }

    /// Opens the index with what was noted of it, if that is still so.
    fn begin(&self) -> Result<Open, SearchError> {
        let (index, note) = Index::open(&self.path)?;
        let snapshot = self.store.read()?;
        if let Some(note) = note.as_deref().and_then(Note::read)
            && note.holds(&snapshot, self.community)?
        {
            return note.resume(index, &snapshot);
        }
        drop((snapshot, index));
        let index = Index::begin(&self.path)?;
        Ok(Open::empty(index))
    }
}

impl Open {
    fn empty(index: Index) -> Open {
        Open {
            index,
            logs: BTreeMap::new(),
            erased: BTreeSet::new(),
            changes: 0,
            unnoted: 0,
        }
    }

    fn take_in(&mut self, store: &Store, community: Id, watch: Watch<'_>) -> Result<(), SearchError> {
        let waited = |(log, followed): (&LogNumber, &Followed)| -> Vec<(LogNumber, u64)> {
            followed.waiting.keys().map(|index| (*log, *index)).collect()
        };
        let mut waiting: Vec<(LogNumber, u64)> = self.logs.iter().flat_map(waited).collect();
        let mut go_on = true;
        while go_on {
            // Read, then written: a reader of the store is kept for no longer than it takes.
            let (gathered, behind) = {
                let snapshot = store.read()?;
                let gathered = self.gather(&snapshot, &mut waiting)?;
                (gathered, self.behind(&snapshot)?)
            };
            let more = behind > 0 || !waiting.is_empty();
            self.unnoted += gathered.read;
            self.put(gathered)?;
            go_on = watch(&self.index.shelf(), behind) && more;
            let last = !go_on && (self.changes > 0 || self.unnoted >= WORTH_NOTING);
            if last || self.changes + usize::try_from(self.unnoted).unwrap_or(usize::MAX) >= COMMIT {
                self.commit(store, community)?;
            }
        }
        Ok(())
    }

    /// How many entries are still to be read.
    fn behind(&self, snapshot: &Snapshot<'_>) -> Result<u64, StoreError> {
        let mut behind = 0;
        for log in snapshot.logs()? {
            let read = self.logs.get(&log.number).map_or(0, |followed| followed.read);
            behind += snapshot.size(log.number)?.saturating_sub(read);
        }
        Ok(behind)
    }

    /// The next portion: bodies erased, bodies that were waited for, new entries.
    fn gather(
        &mut self,
        snapshot: &Snapshot<'_>,
        waiting: &mut Vec<(LogNumber, u64)>,
    ) -> Result<Gathered, StoreError> {
        let mut gathered = Gathered::default();
        if snapshot.erased_count()? != self.erased.len() as u64 {
            let erased = snapshot.erased_bodies()?;
            gathered.erased = erased
                .into_iter()
                .filter(|body| !self.erased.contains(body))
                .collect();
        }
        while gathered.bytes < WORDS
            && let Some((log, index)) = waiting.pop()
        {
            let followed = self.logs.entry(log).or_default();
            if let Some(body) = followed.waiting.remove(&index) {
                followed.take(snapshot, Place { log, index }, body, &mut gathered)?;
            }
        }
        for log in snapshot.logs()? {
            let followed = self.logs.entry(log.number).or_default();
            while gathered.bytes < WORDS && followed.read_on(snapshot, log.number, &mut gathered)? {}
        }
        Ok(gathered)
    }

    fn put(&mut self, gathered: Gathered) -> Result<(), SearchError> {
        self.changes += gathered.bodies.len() + gathered.erased.len();
        for (place, body, bytes) in gathered.bodies {
            self.index.add(&Document {
                place,
                body: key(place.log, &body.hash),
                text: Text::of(&String::from_utf8_lossy(&bytes), &body.media_type),
            })?;
        }
        // After what was read at the same moment or before: of a body that is erased nothing comes any more.
        for (log, hash) in gathered.erased {
            self.index.remove(&key(log, &hash))?;
            self.erased.insert((log, hash));
        }
        Ok(())
    }

    fn commit(&mut self, store: &Store, community: Id) -> Result<(), SearchError> {
        let note = self.note(&store.read()?, community)?;
        self.index.commit(&note.written())?;
        if self.changes >= WORTH_TELLING {
            tracing::info!(bodies = self.changes, "taken in for searching");
        }
        (self.changes, self.unnoted) = (0, 0);
        Ok(())
    }

    fn note(&self, snapshot: &Snapshot<'_>, community: Id) -> Result<Note, StoreError> {
        let mut logs = Vec::new();
        for log in snapshot.logs()? {
            let Some(followed) = self.logs.get(&log.number) else {
                continue;
            };
            let Some(head) = snapshot.head_at(&log, followed.read)? else {
                continue;
            };
            let first = followed.waiting.keys().next();
            logs.push(LogNote {
                number: log.number,
                organisation: log.charter.organisation,
                read: followed.read,
                root: head.root,
                settled: first.copied().unwrap_or(followed.read),
            });
        }
        Ok(Note {
            version: VERSION,
            community,
            erased: self.erased.len() as u64,
            logs,
        })
    }
}

impl Followed {
    /// Reads a portion of the log. False: there was nothing new.
    fn read_on(
        &mut self,
        snapshot: &Snapshot<'_>,
        log: LogNumber,
        gathered: &mut Gathered,
    ) -> Result<bool, StoreError> {
        let from = self.read;
        for (index, entry) in snapshot.range(log, from, PORTION)? {
            self.read = index + 1;
            gathered.read += 1;
            if let Some(body) = body_searched(&entry) {
                self.take(snapshot, Place { log, index }, body, gathered)?;
            }
            if gathered.bytes >= WORDS {
                break;
            }
        }
        Ok(self.read > from)
    }

    /// Takes the words of an entry, or waits for them.
    fn take(
        &mut self,
        snapshot: &Snapshot<'_>,
        place: Place,
        body: BodyRef,
        gathered: &mut Gathered,
    ) -> Result<(), StoreError> {
        if self.present.remove(&place.index) {
            return Ok(());
        }
        match snapshot.body(place.log, &body.hash)? {
            BodyState::Held { .. } => {
                let bytes = snapshot.body_bytes(place.log, &body.hash, 0, SEARCHED)?;
                gathered.bytes += bytes.len();
                gathered.bodies.push((place, body, bytes));
            }
            BodyState::Partial { .. } | BodyState::Missing => {
                self.waiting.insert(place.index, body);
            }
            BodyState::Erased { .. } => {}
        }
        Ok(())
    }
}

/// The body of an entry, where its words are searched.
fn body_searched(entry: &[u8]) -> Option<BodyRef> {
    let entry = Entry::parse(entry).ok()?;
    let payload = entry.payload();
    let body = payload.body.as_ref()?;
    (is_searched(payload.act.kind()) && body.media_type.starts_with("text/")).then(|| body.clone())
}

fn key(log: LogNumber, hash: &BodyHash) -> BodyKey {
    let mut key = [0; 36];
    key[..4].copy_from_slice(&log.get().to_be_bytes());
    key[4..].copy_from_slice(hash.as_bytes());
    key
}

impl Note {
    /// As it is kept: with a checksum, since the file it is kept in has none.
    fn written(&self) -> String {
        let note = serde_json::to_string(self).expect("a note can be written");
        format!("{} {note}", hex::encode(Sha256::digest(&note)))
    }

    fn read(text: &str) -> Option<Note> {
        let (sum, note) = text.split_once(' ')?;
        if sum != hex::encode(Sha256::digest(note)) {
            return None;
        }
        serde_json::from_str(note).ok()
    }

    /// Whether it speaks of this very store, and of this way of making documents.
    fn holds(&self, snapshot: &Snapshot<'_>, community: Id) -> Result<bool, StoreError> {
        if self.version != VERSION || self.community != community || self.erased > snapshot.erased_count()? {
            return Ok(false);
        }
        for noted in &self.logs {
            let Some(log) = snapshot.log(&noted.organisation)? else {
                return Ok(false);
            };
            let head = TreeHead {
                size: noted.read,
                root: noted.root,
            };
            if log.number != noted.number || snapshot.head_at(&log, noted.read)? != Some(head) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Goes on where it ends. What was not settled is read again, and what of it has a document is passed over.
    fn resume(self, index: Index, snapshot: &Snapshot<'_>) -> Result<Open, SearchError> {
        let places = index.places()?;
        let mut open = Open::empty(index);
        for noted in self.logs {
            let unsettled = |place: &&Place| place.log == noted.number && place.index >= noted.settled;
            let followed = Followed {
                read: noted.settled,
                present: places.iter().filter(unsettled).map(|place| place.index).collect(),
                waiting: BTreeMap::new(),
            };
            open.logs.insert(noted.number, followed);
        }
        if self.erased == snapshot.erased_count()? {
            open.erased = snapshot.erased_bodies()?.into_iter().collect();
        }
        Ok(open)
    }
}
