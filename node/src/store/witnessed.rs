//! What this node has cosigned: per origin the largest tree. Forgetting any of it would let two histories be cosigned.

use hearth_protocol::id::Root;
use hearth_protocol::log::TreeHead;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::tables::WITNESSED;
use super::{Batch, Snapshot, rows};

/// The largest tree cosigned of one origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Witnessed {
    size: u64,
    root: Root,
    /// The note that states it, for evidence.
    #[serde(with = "serde_bytes")]
    note: Vec<u8>,
}

impl From<Witnessed> for TreeHead {
    fn from(Witnessed { size, root, .. }: Witnessed) -> TreeHead {
        TreeHead { size, root }
    }
}

impl Snapshot<'_> {
    /// The largest tree cosigned of an origin.
    pub fn witnessed(&self, origin: &str) -> Result<Option<TreeHead>, StoreError> {
        decode(self.bytes(WITNESSED, origin)?).map(|row| row.map(Into::into))
    }

    /// The note of the checkpoint cosigned last of an origin.
    pub fn witnessed_note(&self, origin: &str) -> Result<Option<Vec<u8>>, StoreError> {
        decode(self.bytes(WITNESSED, origin)?).map(|row| row.map(|row| row.note))
    }
}

impl Batch {
    /// The largest tree cosigned of an origin, as this batch has it.
    pub fn witnessed(&self, origin: &str) -> Result<Option<TreeHead>, StoreError> {
        decode(self.bytes(WITNESSED, origin)?).map(|row| row.map(Into::into))
    }

    /// Notes the tree that is about to be cosigned, and the note that states it.
    pub fn keep_witnessed(&mut self, origin: &str, tree: TreeHead, note: &[u8]) -> Result<(), StoreError> {
        let TreeHead { size, root } = tree;
        self.put(
            WITNESSED,
            origin,
            &rows::encode(&Witnessed {
                size,
                root,
                note: note.to_vec(),
            }),
        )
    }
}

fn decode(row: Option<Vec<u8>>) -> Result<Option<Witnessed>, StoreError> {
    row.map(|row| rows::decode(&row, "witnessed")).transpose()
}
