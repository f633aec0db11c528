//! The right edge of a tree: the hashes of the perfect subtrees a size is made of. All an append or a root needs,
//! O(log n) in size, so a follower keeps one per log and nothing else of the tree in memory.

use super::hashes::Hashes;
use super::tree::{TreeHead, empty_root, node_hash};
use crate::id::{Hash, Root};

/// The perfect subtrees of a tree of `size` leaves, largest first: one per set bit of `size`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

/// Why bytes or parts are not a frontier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFrontier {
    /// A size has exactly as many peaks as set bits.
    #[error("a tree of {size} leaves has {} peaks, not {found}", size.count_ones())]
    Peaks {
        /// The size claimed.
        size: u64,
        /// How many peaks came with it.
        found: usize,
    },
    /// Not a u64 followed by whole hashes.
    #[error("{length} bytes are not a frontier")]
    Length {
        /// How many bytes were given.
        length: usize,
    },
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl Frontier {
    /// The frontier of the empty tree.
    pub const fn new() -> Self {
        Self {
            size: 0,
            peaks: Vec::new(),
        }
    }

    /// Takes the peaks of a tree of `size` leaves, largest first.
    pub fn from_peaks(size: u64, peaks: Vec<Hash>) -> Result<Self, BadFrontier> {
        if peaks.len() == size.count_ones() as usize {
            Ok(Self { size, peaks })
        } else {
            Err(BadFrontier::Peaks {
                size,
                found: peaks.len(),
            })
        }
    }

    /// Reads the frontier of the first `size` leaves of a stored tree.
    pub fn read<H: Hashes + ?Sized>(hashes: &H, size: u64) -> Result<Self, H::Error> {
        let mut peaks = Vec::with_capacity(size.count_ones() as usize);
        let mut start = 0;
        for level in (0..u64::BITS as u8).rev().filter(|level| size >> level & 1 == 1) {
            peaks.push(hashes.node(level, start >> level)?);
            start += 1 << level;
        }
        Ok(Self { size, peaks })
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The perfect subtrees, largest first.
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Appends one leaf; amortised one hash.
    pub fn append(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self
                .peaks
                .pop()
                .expect("a frontier has one peak per set bit of its size");
            node = node_hash(left, node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// The RFC 6962 root.
    pub fn root(&self) -> Root {
        let folded = self
            .peaks
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(left, right));
        folded.map_or_else(empty_root, Root::from)
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        TreeHead {
            size: self.size,
            root: self.root(),
        }
    }

    /// `u64be size ‖ peaks`, for keeping. Inverse of [`Frontier::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.peaks.iter().flat_map(Hash::as_bytes));
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadFrontier> {
        let length = BadFrontier::Length { length: bytes.len() };
        let (size, peaks) = bytes.split_first_chunk::<8>().ok_or_else(|| length.clone())?;
        let (peaks, rest) = peaks.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(length);
        }
        Self::from_peaks(
            u64::from_be_bytes(*size),
            peaks.iter().copied().map(Hash::from_bytes).collect(),
        )
    }
}

impl Extend<Hash> for Frontier {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        leaves.into_iter().for_each(|leaf| self.append(leaf));
    }
}

#[cfg(test)]
mod tests {
    use super::super::hashes::MemoryTree;
    use super::super::tree::leaf_hash;
    use super::*;

    fn leaf(index: u64) -> Hash {
        leaf_hash(&index.to_be_bytes())
    }

    #[test]
    fn reads_the_same_frontier_from_a_tree_as_appending_gives() {
        let mut tree = MemoryTree::default();
        let mut grown = Frontier::new();
        for size in 0..130 {
            assert_eq!(Frontier::read(&tree, size).unwrap(), grown);
            assert_eq!(Frontier::from_bytes(&grown.to_bytes()).unwrap(), grown);
            tree.push(leaf(size));
            grown.append(leaf(size));
        }
    }

    #[test]
    fn refuses_a_size_its_peaks_do_not_make() {
        let mut bytes = Frontier::from_peaks(2, vec![leaf(0)]).unwrap().to_bytes();
        bytes[7] = 3;
        assert_eq!(
            Frontier::from_bytes(&bytes),
            Err(BadFrontier::Peaks { size: 3, found: 1 })
        );
        bytes.pop();
        assert_eq!(
            Frontier::from_bytes(&bytes),
            Err(BadFrontier::Length { length: 39 })
        );
        assert!(Frontier::from_bytes(&[0; 7]).is_err());
    }
}
