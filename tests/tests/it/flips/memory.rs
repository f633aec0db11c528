//! A database file in memory.

use hearth_node::store::{Store, StoreError};
use redb::{Database, StorageBackend};
use std::io;
use std::sync::{Arc, Mutex};

#[derive(Debug, Clone)]
pub(super) struct Memory(Arc<Mutex<Vec<u8>>>);

impl Memory {
    pub(super) fn of(bytes: &[u8]) -> Memory {
        Memory(Arc::new(Mutex::new(bytes.to_vec())))
    }

    pub(super) fn database(&self) -> Database {
        Database::builder().create_with_backend(self.clone()).unwrap()
    }

    pub(super) fn store(&self) -> Result<Store, StoreError> {
        let memory = self.clone();
        Store::with_backend(move || memory.clone())
    }
}

impl StorageBackend for Memory {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let bytes = self.0.lock().unwrap();
        let start = offset as usize;
        let held = bytes.get(start..start + out.len());
        out.copy_from_slice(held.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.lock().unwrap().resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let start = offset as usize;
        self.0.lock().unwrap()[start..start + data.len()].copy_from_slice(data);
        Ok(())
    }
}
