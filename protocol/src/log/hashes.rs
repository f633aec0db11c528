//! Where proofs find the hashes of a stored tree: the one seam between the tree's arithmetic and its storage.

use super::tree::node_hash;
use crate::id::Hash;

/// A reader of perfect subtrees of one tree.
pub trait Hashes {
    /// Why a hash could not be had.
    type Error;

    /// The hash over leaves `index · 2^level` up to, not including, `(index + 1) · 2^level`.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// A tree kept whole in memory, every perfect subtree at hand: 64 bytes a leaf.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemoryTree {
    levels: Vec<Vec<Hash>>,
}

/// A [`MemoryTree`] has no such perfect subtree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree has no node {index} at level {level}")]
pub struct NoSuchNode {
    /// Height above the leaves.
    pub level: u8,
    /// Position within the level.
    pub index: u64,
}

impl MemoryTree {
    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Appends one leaf and every perfect subtree it completes.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(node);
            match row.as_slice() {
                [.., left, right] if row.len().is_multiple_of(2) => node = node_hash(*left, *right),
                _ => return,
            }
        }
    }
}

impl FromIterator<Hash> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::default();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }
}

impl Hashes for MemoryTree {
    type Error = NoSuchNode;

    fn node(&self, level: u8, index: u64) -> Result<Hash, NoSuchNode> {
        let row = self.levels.get(usize::from(level));
        let found = row
            .zip(usize::try_from(index).ok())
            .and_then(|(row, index)| row.get(index));
        found.copied().ok_or(NoSuchNode { level, index })
    }
}
