//! The logs held here: the organisation's own and the replicas, each under a small local number.

use hearth_protocol::id::{Id, KeyHash};
use hearth_protocol::kind::Chartered;
use hearth_protocol::log::{Frontier, KeyChain, Origin, TiledHashes, TreeHead};
use hearth_protocol::sign::PublicKey;
use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::tables::{self, FRONTIERS, LOGS};
use super::{Batch, Snapshot, rows};

/// A log's number in this store alone. Never leaves the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogNumber(pub(super) u32);

impl LogNumber {
    /// The log of that number.
    pub const fn of(number: u32) -> LogNumber {
        LogNumber(number)
    }

    /// The number alone.
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// What a log's charter says that holding it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLog {
    /// Whose log it is.
    pub organisation: Id,
    /// Its name in checkpoints.
    pub origin: Origin,
    /// The first log key.
    pub key: PublicKey,
    /// The commitment to the key after that.
    pub next: KeyHash,
    /// The key its node cosigns with.
    pub witness: PublicKey,
    /// True for the one log this node sequences.
    pub own: bool,
}

/// A log held here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Log {
    /// Its number in this store.
    pub number: LogNumber,
    /// What its charter says.
    pub charter: NewLog,
}

impl NewLog {
    /// The log that a charter opens; `organisation` is the id of that charter.
    pub fn of_charter(organisation: Id, charter: &Chartered, own: bool) -> NewLog {
        let Chartered {
            key,
            next,
            origin,
            witness,
            ..
        } = charter;
        let origin = origin
            .as_str()
            .parse()
            .expect("the origin of a charter can name a key");
        NewLog {
            organisation,
            origin,
            key: *key,
            next: *next,
            witness: *witness,
            own,
        }
    }
}

impl Snapshot<'_> {
    /// All logs held, ascending by organisation.
    pub fn logs(&self) -> Result<Vec<Log>, StoreError> {
        let table = self.transaction().open_table(LOGS)?;
        let logs: Vec<Log> = table
            .iter()?
            .map(|row| rows::decode(row?.1.value(), "logs"))
            .collect::<Result<_, _>>()?;
        let mut numbers: Vec<u32> = logs.iter().map(|log| log.number.0).collect();
        numbers.sort_unstable();
        if numbers.iter().copied().ne((0..).take(numbers.len())) {
            return Err(StoreError::Corrupt(
                "its logs are not numbered as it numbers them".to_owned(),
            ));
        }
        Ok(logs)
    }

    /// One organisation's log.
    pub fn log(&self, organisation: &Id) -> Result<Option<Log>, StoreError> {
        self.bytes(LOGS, organisation.as_bytes())?
            .map(|row| rows::decode(&row, "logs"))
            .transpose()
    }

    /// The log this node sequences, if it has one.
    pub fn own_log(&self) -> Result<Option<Log>, StoreError> {
        Ok(self.logs()?.into_iter().find(|log| log.charter.own))
    }

    /// The keys of a log: the first, and those it was handed over to as far as the handovers kept here go.
    pub fn key_chain(&self, log: &Log) -> Result<KeyChain, StoreError> {
        let NewLog {
            origin, key, next, ..
        } = &log.charter;
        let damaged =
            |what: &dyn std::fmt::Display| StoreError::Corrupt(format!("the keys of {origin}: {what}"));
        let mut chain = KeyChain::new(origin.clone(), *key, *next).map_err(|error| damaged(&error))?;
        for note in self.handovers(log.number)? {
            chain.hand_over(&note).map_err(|error| damaged(&error))?;
        }
        Ok(chain)
    }

    /// Number of entries of a log; 0 for one not held.
    pub fn size(&self, log: LogNumber) -> Result<u64, StoreError> {
        Ok(self.frontier(log)?.size())
    }

    /// Size and root of a log; the empty tree for one not held.
    pub fn tree_head(&self, log: LogNumber) -> Result<TreeHead, StoreError> {
        Ok(self.frontier(log)?.head())
    }

    /// The log's tree at an earlier size; none where it is not that large.
    pub fn head_at(&self, log: &Log, size: u64) -> Result<Option<TreeHead>, StoreError> {
        let held = self.size(log.number)?;
        if size > held {
            return Ok(None);
        }
        let tiles = self.tiles(log.number)?;
        let frontier = Frontier::read(&TiledHashes::new(&tiles, held), size);
        let frontier = frontier
            .map_err(|error| StoreError::Corrupt(format!("the tree of {}: {error}", log.charter.origin)))?;
        Ok(Some(frontier.head()))
    }

    /// The right edge of a log's tree; empty for one not held.
    pub fn frontier(&self, log: LogNumber) -> Result<Frontier, StoreError> {
        decode_frontier(self.bytes(FRONTIERS, log.0)?)
    }
}

impl Batch {
    /// Begins to hold a log. One that is held already keeps its number and what was known of it.
    pub fn hold_log(&mut self, log: NewLog) -> Result<LogNumber, StoreError> {
        let mut table = self.transaction().open_table(LOGS)?;
        if let Some(row) = table.get(log.organisation.as_bytes())? {
            return Ok(rows::decode::<Log>(row.value(), "logs")?.number);
        }
        let held = table.iter()?.count();
        let number = LogNumber(u32::try_from(held).expect("fewer logs than 2^32"));
        let row = rows::encode(&Log {
            number,
            charter: log.clone(),
        });
        table.insert(log.organisation.as_bytes(), row.as_slice())?;
        drop(table);
        self.put(FRONTIERS, number.0, &Frontier::new().to_bytes())?;
        Ok(number)
    }

    /// One organisation's log, as this batch has it.
    pub fn log(&self, organisation: &Id) -> Result<Option<Log>, StoreError> {
        self.bytes(LOGS, organisation.as_bytes())?
            .map(|row| rows::decode(&row, "logs"))
            .transpose()
    }

    /// Makes every table, so that readers never meet a missing one.
    pub(super) fn make_tables(&mut self) -> Result<(), StoreError> {
        let transaction = self.transaction();
        macro_rules! make {
            ($($table:ident),*) => { $( transaction.open_table(tables::$table)?; )* };
        }
        make!(
            LOGS, ENTRIES, TILES, FRONTIERS, IDS, INDEXED, SOURCES, HEADS, COSIGNED, AIMS, HANDOVERS,
            EVIDENCE, SET_BACK
        );
        make!(
            BODIES,
            CHUNKS,
            ERASED,
            WANTED,
            WITNESSED,
            INVITATIONS,
            APPLICATIONS,
            META
        );
        Ok(())
    }

    pub(super) fn frontier(&self, log: LogNumber) -> Result<Option<Frontier>, StoreError> {
        self.bytes(FRONTIERS, log.0)?
            .map(|bytes| decode_frontier(Some(bytes)))
            .transpose()
    }
}

fn decode_frontier(bytes: Option<Vec<u8>>) -> Result<Frontier, StoreError> {
    let Some(bytes) = bytes else {
        return Ok(Frontier::new());
    };
    Frontier::from_bytes(&bytes).map_err(|error| StoreError::Corrupt(format!("a frontier: {error}")))
}
