//! Dropping entries that a log no longer stands by. It is noted while the node runs and done when the store is opened,
//! before anything was read from it: nothing in memory rests on an entry that is gone.

use hearth_protocol::entry::Entry;
use hearth_protocol::id::{Hash, Id, Root};
use hearth_protocol::log::{Checkpoint, Frontier, Note, TreeHead};
use redb::ReadableTable;

use super::error::StoreError;
use super::logs::{Log, LogNumber};
use super::tables::{AIMS, COSIGNED, ENTRIES, FRONTIERS, HEADS, IDS, INDEXED, META, SET_BACK, TILES, WANTED};
use super::{Batch, Snapshot, Store};

impl Snapshot<'_> {
    /// The tree beyond which the entries of a log are to be dropped.
    pub fn set_back_to(&self, log: LogNumber) -> Result<Option<TreeHead>, StoreError> {
        self.bytes(SET_BACK, log.0)?.map(|row| decode(&row)).transpose()
    }
}

impl Batch {
    /// Notes that the entries of a log beyond this tree, or all of them where the tree held is another at that size, are to
    /// be dropped when the store is opened next.
    pub fn keep_set_back(&mut self, log: LogNumber, to: &TreeHead) -> Result<(), StoreError> {
        let row = [to.size.to_be_bytes().as_slice(), to.root.as_bytes()].concat();
        self.put(SET_BACK, log.0, &row)
    }

    /// Drops what was noted of one log, and all that was kept for those entries' sake; whatever else was noted under the
    /// organisation's name is to be found out anew. Bodies that only those entries referred to stay, as does what they erased.
    fn drop_beyond(&mut self, log: &Log, to: TreeHead) -> Result<(), StoreError> {
        let (organisation, log) = (log.charter.organisation.to_string(), log.number);
        let ids = self.ids_of(log)?;
        let leaves: Vec<Hash> = ids.iter().map(|id| Hash::from_bytes(*id.as_bytes())).collect();
        let kept = usize::try_from(to.size).ok().and_then(|size| leaves.get(..size));
        let is_to = |kept: &&[Hash]| {
            let mut frontier = Frontier::new();
            frontier.extend(kept.iter().copied());
            frontier.root() == to.root
        };
        let kept = kept.filter(is_to).unwrap_or_default();
        let size = kept.len() as u64;
        tracing::warn!(
            log = log.0,
            held = ids.len(),
            kept = size,
            "entries that their log no longer stands by are dropped"
        );
        let transaction = self.transaction();
        let (mut entries, mut indexed) = (transaction.open_table(ENTRIES)?, transaction.open_table(INDEXED)?);
        entries.retain_in((log.0, size)..=(log.0, u64::MAX), |_, _| false)?;
        let covered = indexed.get(log.0)?.map_or(0, |covered| covered.value());
        indexed.insert(log.0, covered.min(size))?;
        drop((entries, indexed));
        let mut places = transaction.open_table(IDS)?;
        for id in ids.iter().skip(kept.len()) {
            let key = (id.as_bytes(), log.0);
            let lowest = places.get(key)?.map(|index| index.value());
            if lowest.is_some_and(|index| index >= size) {
                places.remove(key)?;
            }
        }
        drop(places);
        let mut wanted = transaction.open_table(WANTED)?;
        wanted.retain_in(
            (log.0, &[0; 32], 0)..=(log.0, &[0xff; 32], u64::MAX),
            |(_, _, index), _| index < size,
        )?;
        drop(wanted);
        let mut noted = transaction.open_table(META)?;
        noted.retain(|name, _| !name.ends_with(&organisation))?;
        drop(noted);
        let mut tiles = transaction.open_table(TILES)?;
        tiles.retain_in((log.0, 0, 0)..=(log.0, u8::MAX, u64::MAX), |_, _| false)?;
        drop(tiles);
        let frontier = self.extend_tiles(log, 0, kept)?;
        self.put(FRONTIERS, log.0, &frontier.to_bytes())?;
        self.drop_notes_beyond(log, size)
    }

    fn ids_of(&self, log: LogNumber) -> Result<Vec<Id>, StoreError> {
        let entries = self.transaction().open_table(ENTRIES)?;
        let rows = entries.range((log.0, 0)..=(log.0, u64::MAX))?;
        rows.map(|row| Ok(Entry::id_of(row?.1.value()))).collect()
    }

    fn drop_notes_beyond(&mut self, log: LogNumber, size: u64) -> Result<(), StoreError> {
        for table in [HEADS, COSIGNED] {
            let mut notes = self.transaction().open_table(table)?;
            let stated = notes.get(log.0)?.map(|note| size_of(note.value()));
            if stated.is_some_and(|stated| stated.is_none_or(|stated| stated > size)) {
                notes.remove(log.0)?;
            }
        }
        self.transaction().open_table(AIMS)?.remove(log.0)?;
        self.transaction().open_table(SET_BACK)?.remove(log.0)?;
        Ok(())
    }
}

impl Store {
    /// Drops what was noted, and reads the ids anew. To be called when nothing has been read from the store yet. The own log
    /// is left as it is: its entries are nobody else's to drop.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_back(&self) -> Result<(), StoreError> {
        let snapshot = self.snapshot()?;
        let mut noted: Vec<(Log, TreeHead)> = Vec::new();
        for log in snapshot.logs()?.into_iter().filter(|log| !log.charter.own) {
            noted.extend(snapshot.set_back_to(log.number)?.map(|to| (log, to)));
        }
        drop(snapshot);
        if !noted.is_empty() {
            self.write(|batch| noted.iter().try_for_each(|(log, to)| batch.drop_beyond(log, *to)))?;
            self.inner.recent.forget();
        }
        self.recover_ids()
    }
}

/// What a note says of its log's size; none for what is no checkpoint.
fn size_of(note: &[u8]) -> Option<u64> {
    let note = Note::parse(note).ok()?;
    let (checkpoint, _) = Checkpoint::read(note.text()).ok()?;
    Some(checkpoint.head.size)
}

fn decode(row: &[u8]) -> Result<TreeHead, StoreError> {
    let corrupt = || StoreError::Corrupt("the tree to set a log back to".to_owned());
    let (size, root) = row.split_first_chunk::<8>().ok_or_else(corrupt)?;
    let root = <[u8; 32]>::try_from(root).map_err(|_| corrupt())?;
    Ok(TreeHead {
        size: u64::from_be_bytes(*size),
        root: Root::from_bytes(root),
    })
}

#[cfg(test)]
mod tests {
    use hearth_protocol::id::BodyHash;
    use hearth_protocol::log::{MemoryTree, Origin, TiledHashes, leaf_hash, proof};
    use hearth_protocol::sign::SecretKey;

    use super::*;
    use crate::store::{NewEntry, NewLog, Place, WantedBody};

    const SIZE: u64 = 700;

    fn secret() -> SecretKey {
        SecretKey::from_seed([1; 32])
    }

    fn origin() -> Origin {
        Origin::of("north", &secret().public()).unwrap()
    }

    fn entry(index: u64) -> Vec<u8> {
        format!("entry {index}").into_bytes()
    }

    fn head(size: u64) -> TreeHead {
        let tree: MemoryTree = (0..size).map(|index| leaf_hash(&entry(index))).collect();
        Frontier::read(&tree, size).unwrap().head()
    }

    fn note(size: u64) -> Vec<u8> {
        let (origin, head) = (origin(), head(size));
        Checkpoint { origin, head }.sign(&secret()).to_bytes()
    }

    /// A row that somebody keeps of an organisation's log.
    fn noted(organisation: u8) -> String {
        format!("read of {}", Id::from_bytes([organisation; 32]))
    }

    /// A store with a log of [`SIZE`] entries, some of their ids in the index, that is to be set back.
    fn to_be_set_back(directory: &std::path::Path, own: bool, to: TreeHead) -> LogNumber {
        let store = Store::open(directory).unwrap();
        let key = secret().public();
        let log = NewLog {
            organisation: Id::from_bytes([1; 32]),
            origin: origin(),
            key,
            next: key.hash(),
            witness: key,
            own,
        };
        let log = store.write(|batch| batch.hold_log(log)).unwrap();
        let entries: Vec<NewEntry> = (0..SIZE).map(|index| NewEntry::received(entry(index))).collect();
        let wanted = |index: u64| WantedBody {
            hash: BodyHash::from_bytes([index.to_be_bytes()[7]; 32]),
            size: 1,
            log,
            index,
        };
        store
            .write(|batch| -> Result<(), crate::store::AppendError> {
                batch.append_own(log, &entries)?;
                batch.keep_head(log, &note(600))?;
                batch.keep_aim(log, &note(SIZE))?;
                batch.want_body(&wanted(299))?;
                batch.want_body(&wanted(300))?;
                batch.keep_set_back(log, &to)?;
                batch.set_meta(&noted(1), b"700")?;
                batch.set_meta(&noted(2), b"700")?;
                Ok(())
            })
            .unwrap();
        let snapshot = store.read().unwrap();
        assert_eq!(snapshot.size(log).unwrap(), SIZE, "not while the node runs");
        assert_eq!(snapshot.set_back_to(log).unwrap(), Some(to));
        log
    }

    #[test]
    fn entries_beyond_what_a_log_stands_by_are_gone_when_the_store_is_opened_next() {
        let directory = tempfile::tempdir().unwrap();
        let log = to_be_set_back(directory.path(), false, head(300));
        for _ in 0..2 {
            let store = Store::open(directory.path()).unwrap();
            let snapshot = store.read().unwrap();
            assert_eq!(snapshot.tree_head(log).unwrap(), head(300));
            assert_eq!(snapshot.latest(log).unwrap().unwrap(), (299, entry(299)));
            assert_eq!(snapshot.set_back_to(log).unwrap(), None);
            assert_eq!(
                (snapshot.head(log).unwrap(), snapshot.aim(log).unwrap()),
                (None, None)
            );
            let place = |index: u64| snapshot.find(&Entry::id_of(&entry(index))).unwrap();
            assert_eq!(
                (place(299), place(300)),
                (vec![Place { log, index: 299 }], vec![])
            );
            let noted = [1, 2].map(|of| snapshot.meta(&noted(of)).unwrap().is_some());
            assert_eq!(noted, [false, true], "what others made of it is made anew");
            let wanted = snapshot.wanted_bodies().unwrap();
            assert_eq!(wanted.iter().map(|body| body.index).collect::<Vec<_>>(), [299]);
        }
        let store = Store::open(directory.path()).unwrap();
        let again: Vec<Vec<u8>> = (300..SIZE).map(entry).collect();
        let organisation = Id::from_bytes([1; 32]);
        let root = head(SIZE).root;
        store
            .write(|batch| batch.append_replica(&organisation, 300, again, root))
            .unwrap();
        let snapshot = store.read().unwrap();
        let tiles = snapshot.tiles(log).unwrap();
        let tree = TiledHashes::new(&tiles, SIZE);
        let proof = proof::consistency(&tree, 300, SIZE).unwrap();
        assert!(proof::verify_consistency(&head(300), &head(SIZE), &proof).is_ok());
    }

    #[test]
    fn ids_that_were_indexed_are_gone_too() {
        let directory = tempfile::tempdir().unwrap();
        let log = to_be_set_back(directory.path(), false, head(300));
        let store = Store::open(directory.path()).unwrap();
        let many: Vec<NewEntry> = (300..9000)
            .map(|index| NewEntry::received(entry(index)))
            .collect();
        store.write(|batch| batch.append_own(log, &many)).unwrap();
        store.index_ids().unwrap();
        store.write(|batch| batch.keep_set_back(log, &head(300))).unwrap();
        drop(store);
        let store = Store::open(directory.path()).unwrap();
        store
            .write(|batch| batch.append_own(log, &[NewEntry::received(b"another".to_vec())]))
            .unwrap();
        let snapshot = store.read().unwrap();
        let place = |bytes: &[u8]| snapshot.find(&Entry::id_of(bytes)).unwrap();
        assert_eq!(place(&entry(300)), []);
        assert_eq!(place(&entry(299)), [Place { log, index: 299 }]);
        assert_eq!(place(b"another"), [Place { log, index: 300 }]);
    }

    #[test]
    fn of_another_tree_nothing_is_kept_and_of_the_own_log_everything() {
        let other = TreeHead {
            root: Root::from_bytes([7; 32]),
            ..head(300)
        };
        let beyond = TreeHead {
            size: SIZE + 1,
            ..head(300)
        };
        for (own, to, size) in [(false, other, 0), (false, beyond, 0), (true, head(300), SIZE)] {
            let directory = tempfile::tempdir().unwrap();
            let log = to_be_set_back(directory.path(), own, to);
            let store = Store::open(directory.path()).unwrap();
            let snapshot = store.read().unwrap();
            assert_eq!(snapshot.tree_head(log).unwrap(), head(size));
        }
    }
}
