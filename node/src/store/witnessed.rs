//! What this node has cosigned: per origin the largest tree. Forgetting any of it would let two histories be cosigned.

use hearth_protocol::id::Root;
use hearth_protocol::log::TreeHead;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::tables::WITNESSED;
use super::{Batch, Snapshot, rows};

/// The largest tree cosigned of one origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Witnessed {
    size: u64,
    root: Root,
}

impl From<Witnessed> for TreeHead {
    fn from(Witnessed { size, root }: Witnessed) -> TreeHead {
        TreeHead { size, root }
    }
}

impl Snapshot<'_> {
    /// The largest tree cosigned of an origin.
    pub fn witnessed(&self, origin: &str) -> Result<Option<TreeHead>, StoreError> {
        let table = self.transaction().open_table(WITNESSED)?;
        table
            .get(origin)?
            .map(|row| rows::decode::<Witnessed>(row.value(), "witnessed").map(Into::into))
            .transpose()
    }
}

impl Batch {
    /// The largest tree cosigned of an origin, as this batch has it.
    pub fn witnessed(&self, origin: &str) -> Result<Option<TreeHead>, StoreError> {
        let row = self.bytes(WITNESSED, origin)?;
        row.map(|row| rows::decode::<Witnessed>(&row, "witnessed").map(Into::into))
            .transpose()
    }

    /// Notes the tree that is about to be cosigned.
    pub fn keep_witnessed(&mut self, origin: &str, tree: TreeHead) -> Result<(), StoreError> {
        let TreeHead { size, root } = tree;
        self.put(WITNESSED, origin, &rows::encode(&Witnessed { size, root }))
    }
}
