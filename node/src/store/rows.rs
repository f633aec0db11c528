//! Rows of several fields: CBOR of the structs that own them. The database is ours alone, so no canonical check applies.

use redb::{Key, ReadTransaction, ReadableTable, TableDefinition, WriteTransaction};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;
use super::{Batch, Snapshot};

pub(super) fn encode<T: Serialize>(row: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(row, &mut bytes).expect("a row of ours encodes into memory");
    bytes
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, StoreError> {
    ciborium::from_reader(bytes).map_err(|error| StoreError::Corrupt(format!("a row of {what}: {error}")))
}

impl Snapshot<'_> {
    pub(super) fn transaction(&self) -> &ReadTransaction {
        &self.transaction
    }

    /// The bytes under one key.
    pub(super) fn bytes<K: Key + 'static>(
        &self,
        table: TableDefinition<'static, K, &'static [u8]>,
        key: K::SelfType<'_>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let table = self.transaction.open_table(table)?;
        Ok(table.get(key)?.map(|bytes| bytes.value().to_vec()))
    }
}

impl Batch {
    pub(super) fn transaction(&self) -> &WriteTransaction {
        &self.transaction
    }

    /// The bytes under one key, as this batch has them.
    pub(super) fn bytes<K: Key + 'static>(
        &self,
        table: TableDefinition<'static, K, &'static [u8]>,
        key: K::SelfType<'_>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let table = self.transaction.open_table(table)?;
        Ok(table.get(key)?.map(|bytes| bytes.value().to_vec()))
    }

    pub(super) fn put<K: Key + 'static>(
        &mut self,
        table: TableDefinition<'static, K, &'static [u8]>,
        key: K::SelfType<'_>,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        self.transaction.open_table(table)?.insert(key, bytes)?;
        Ok(())
    }
}
