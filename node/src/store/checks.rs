//! `views.redb`: which entries were checked already, and which of them failed. A cache beside the store: deleting the file
//! loses nothing but the time to check again.

use std::path::{Path, PathBuf};

use hearth_protocol::id::Id;
use hearth_protocol::log::TreeHead;
use redb::{Database, ReadableDatabase, TableDefinition};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::rows;

/// The cache's file name within a data directory.
pub const CHECKS_FILE: &str = "views.redb";

/// The number goes up when more is checked of an entry than before: what an older program found does not say so.
const CHECKED: TableDefinition<'static, &[u8; 32], &[u8]> = TableDefinition::new("checked/2");

/// What is known of one log's entries by earlier checks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checks {
    /// The entries below this index were checked.
    pub size: u64,
    /// Those of them whose signature does not hold, ascending.
    pub failed: Vec<u64>,
}

/// The open cache.
pub struct ChecksFile {
    database: Database,
}

#[derive(Serialize, Deserialize)]
struct Row {
    checks: Checks,
    #[serde(with = "serde_bytes")]
    root: Vec<u8>,
}

impl ChecksFile {
    /// Opens the cache of a data directory, or begins a new one where there is none or where the old one is damaged.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(directory: &Path) -> Result<ChecksFile, StoreError> {
        let path: PathBuf = directory.join(CHECKS_FILE);
        let database = match Database::create(&path) {
            Ok(database) => database,
            Err(error) => {
                tracing::warn!(%error, "the cache of checks is damaged; everything is checked again");
                std::fs::remove_file(&path).map_err(StoreError::Disk)?;
                Database::create(&path)?
            }
        };
        let transaction = database.begin_write()?;
        transaction.open_table(CHECKED)?;
        transaction.commit()?;
        Ok(ChecksFile { database })
    }

    /// What is known of a log, and the tree it is known for.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn load(&self, organisation: &Id) -> Result<Option<(Checks, TreeHead)>, StoreError> {
        let table = self.database.begin_read()?.open_table(CHECKED)?;
        let Some(row) = table.get(organisation.as_bytes())? else {
            return Ok(None);
        };
        let Row { checks, root } = rows::decode(row.value(), "checked")?;
        let Ok(root) = <[u8; 32]>::try_from(root) else {
            return Ok(None);
        };
        let head = TreeHead {
            size: checks.size,
            root: hearth_protocol::id::Root::from_bytes(root),
        };
        Ok(Some((checks, head)))
    }

    /// Remembers what is known of some logs, each with its root at that size.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn save(&self, logs: &[(Id, Checks, TreeHead)]) -> Result<(), StoreError> {
        let transaction = self.database.begin_write()?;
        {
            let mut table = transaction.open_table(CHECKED)?;
            for (organisation, checks, head) in logs {
                let row = Row {
                    checks: checks.clone(),
                    root: head.root.as_bytes().to_vec(),
                };
                table.insert(organisation.as_bytes(), rows::encode(&row).as_slice())?;
            }
        }
        Ok(transaction.commit()?)
    }
}
