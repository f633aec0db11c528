//! A few named values of the node itself.

use hearth_protocol::id::Id;

use super::error::StoreError;
use super::tables::META;
use super::{Batch, Snapshot};

const COMMUNITY: &str = "community";

impl Snapshot<'_> {
    /// The community this node belongs to.
    pub fn community(&self) -> Result<Option<Id>, StoreError> {
        let bytes = self.meta(COMMUNITY)?;
        Ok(bytes.and_then(|bytes| bytes.try_into().ok()).map(Id::from_bytes))
    }

    /// A named value.
    pub fn meta(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.bytes(META, name)
    }
}

impl Batch {
    /// Says which community this node belongs to.
    pub fn set_community(&mut self, community: &Id) -> Result<(), StoreError> {
        self.set_meta(COMMUNITY, community.as_bytes())
    }

    /// Sets a named value.
    pub fn set_meta(&mut self, name: &str, value: &[u8]) -> Result<(), StoreError> {
        self.put(META, name, value)
    }

    /// Forgets a named value.
    pub fn clear_meta(&mut self, name: &str) -> Result<(), StoreError> {
        self.transaction().open_table(META)?.remove(name)?;
        Ok(())
    }
}
