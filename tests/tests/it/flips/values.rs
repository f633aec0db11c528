//! The rows of the database, read and replaced without the store.

use super::memory::Memory;
use hearth_node::store::Store;
use hearth_protocol::log::{TileId, Tiles};
use redb::{Key, ReadableDatabase, ReadableTable, TableDefinition, Value, WriteTransaction};

type Table<K, V> = TableDefinition<'static, K, V>;
type Key32 = &'static [u8; 32];
type Put = Box<dyn Fn(&WriteTransaction, &[u8]) + Send + Sync>;

/// One row: its value, and how to put another in its place.
pub(super) struct Row {
    pub(super) table: &'static str,
    pub(super) bytes: Vec<u8>,
    put: Put,
}

impl Row {
    pub(super) fn replace(&self, memory: &Memory, bytes: &[u8]) {
        let database = memory.database();
        let transaction = database.begin_write().unwrap();
        (self.put)(&transaction, bytes);
        transaction.commit().unwrap();
    }
}

/// Every value that an entry, a body, a tile, a note or what was cosigned is read from.
pub(super) fn values(memory: &Memory) -> Vec<Row> {
    let database = memory.database();
    let mut rows = Vec::new();
    macro_rules! table {
        ($name:literal, $key:ty, |$read:ident| $owned:expr, |$kept:ident| $given:expr) => {
            let definition: Table<$key, &'static [u8]> = Table::new($name);
            let table = database
                .begin_read()
                .unwrap()
                .open_table(definition)
                .unwrap();
            for row in table.iter().unwrap() {
                let (key, value) = row.unwrap();
                let $read = key.value();
                let $kept = $owned;
                let put = move |transaction: &WriteTransaction, bytes: &[u8]| {
                    let mut table = transaction.open_table(definition).unwrap();
                    table.insert($given, bytes).unwrap();
                };
                rows.push(Row {
                    table: $name,
                    bytes: value.value().to_vec(),
                    put: Box::new(put),
                });
            }
        };
    }
    table!("logs", Key32, |key| *key, |kept| &kept);
    table!("entries", (u32, u64), |key| key, |kept| kept);
    table!("tiles", (u32, u8, u64), |key| key, |kept| kept);
    table!("frontiers", u32, |key| key, |kept| kept);
    table!("heads", u32, |key| key, |kept| kept);
    table!("cosigned", u32, |key| key, |kept| kept);
    table!("aims", u32, |key| key, |kept| kept);
    table!("handovers", (u32, u32), |key| key, |kept| kept);
    table!("bodies", (u32, Key32), |key| (key.0, *key.1), |key| (
        key.0, &key.1
    ));
    table!("chunks", (u32, Key32, u64), |key| (key.0, *key.1, key.2), |key| (
        key.0, &key.1, key.2
    ));
    table!("witnessed", &'static str, |key| key.to_owned(), |key| key
        .as_str());
    rows
}

/// What the store reads out of those values.
pub(super) fn content(store: &Store) -> Vec<String> {
    let snapshot = store.read().unwrap();
    let mut said = Vec::new();
    for log in snapshot.logs().unwrap() {
        let number = log.number;
        let size = snapshot.size(number).unwrap();
        let tiles = snapshot.tiles(number).unwrap();
        let tiles: Vec<_> = TileId::all(size).map(|tile| tiles.tile(tile).unwrap()).collect();
        let origin = log.charter.origin.as_str();
        let cosigned = (
            snapshot.witnessed(origin).unwrap(),
            snapshot.witnessed_note(origin).unwrap(),
        );
        let notes = (
            snapshot.head(number).unwrap(),
            snapshot.cosigned(number).unwrap(),
            snapshot.aim(number).unwrap(),
        );
        let entries = snapshot.range(number, 0, usize::MAX).unwrap();
        for (_, entry) in &entries {
            let Ok(entry) = hearth_protocol::entry::Entry::parse(entry) else {
                continue;
            };
            for body in entry.payload().bodies() {
                let bytes = snapshot.body_bytes(number, &body.hash, 0, usize::MAX).unwrap();
                said.push(format!(
                    "{:?} {bytes:?}",
                    snapshot.body(number, &body.hash).unwrap()
                ));
            }
        }
        said.push(format!(
            "{log:?} {:?} {tiles:?} {cosigned:?} {notes:?} {entries:?} {:?}",
            snapshot.frontier(number).unwrap(),
            snapshot.handovers(number).unwrap()
        ));
    }
    said
}

/// Every row of every table, as text. It begins like the tables of the store.
pub(super) fn everything(memory: &Memory) -> Vec<String> {
    let database = memory.database();
    let mut said = Vec::new();
    macro_rules! tables {
        ($($name:literal: $key:ty => $value:ty),* $(,)?) => { $(
            said.extend(rows::<$key, $value>(&database, Table::new($name)));
        )* };
    }
    tables! {
        "logs": Key32 => &'static [u8],
        "entries": (u32, u64) => &'static [u8],
        "tiles": (u32, u8, u64) => &'static [u8],
        "frontiers": u32 => &'static [u8],
        "ids": (Key32, u32) => u64,
        "indexed": u32 => u64,
        "sources": Key32 => u64,
        "heads": u32 => &'static [u8],
        "cosigned": u32 => &'static [u8],
        "aims": u32 => &'static [u8],
        "handovers": (u32, u32) => &'static [u8],
        "evidence": (u32, Key32) => &'static [u8],
        "bodies": (u32, Key32) => &'static [u8],
        "chunks": (u32, Key32, u64) => &'static [u8],
        "erased": (u32, Key32) => Key32,
        "wanted": (u32, Key32, u64) => u64,
        "witnessed": &'static str => &'static [u8],
        "invitations": Key32 => &'static [u8],
        "applications": Key32 => &'static [u8],
        "meta": &'static str => &'static [u8],
    }
    said
}

fn rows<K: Key, V: Value>(database: &redb::Database, definition: Table<K, V>) -> Vec<String> {
    let table = database.begin_read().unwrap().open_table(definition).unwrap();
    let row = |row: Result<(redb::AccessGuard<'_, K>, redb::AccessGuard<'_, V>), _>| {
        let (key, value) = row.unwrap();
        format!("{definition} {:?} {:?}", key.value(), value.value())
    };
    table.iter().unwrap().map(row).collect()
}
