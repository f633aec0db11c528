//! What a client hands in, and what it gets back.

use hearth_protocol::entry;
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::log::TreeHead;

/// Entries in the order they are to stand in the log, and the bodies they refer to.
#[derive(Debug, Clone, Default)]
pub struct Submission {
    /// Each entry's bytes.
    pub entries: Vec<Vec<u8>>,
    /// Bodies not handed in before. One that no accepted entry refers to is not kept.
    pub bodies: Vec<SubmittedBody>,
}

/// A body with its salt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedBody {
    /// 32 random bytes.
    pub salt: [u8; 32],
    /// The body.
    pub bytes: Vec<u8>,
}

impl SubmittedBody {
    /// Its name.
    pub fn hash(&self) -> BodyHash {
        entry::commit(&self.salt, &self.bytes)
    }
}

/// The acknowledgement of one entry: it is on disk, in the tree, and under a signed checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accepted {
    /// The entry's id.
    pub id: Id,
    /// Whose log it is in.
    pub organisation: Id,
    /// Its index there.
    pub index: u64,
    /// A signed tree that holds it.
    pub head: TreeHead,
    /// Whether it was there before.
    pub duplicate: bool,
}
