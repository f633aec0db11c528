//! Inclusion and consistency proofs (RFC 6962 §2.1.1, §2.1.2): made from any reader of a stored tree, verified from
//! hashes alone (the algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2).

use super::hashes::Hashes;
use super::tree::{TreeHead, empty_root, node_hash};
use crate::id::{Hash, Root};

/// Why a proof could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// No leaf of that index in a tree of that size.
    #[error("leaf {index} is not in a tree of {size}")]
    NotIncluded {
        /// The leaf asked for.
        index: u64,
        /// The size it should be proven into.
        size: u64,
    },
    /// A tree is only consistent with a larger one.
    #[error("a tree of {from} cannot precede one of {to}")]
    Backwards {
        /// The size that should come first.
        from: u64,
        /// The size that should follow.
        to: u64,
    },
    /// The stored tree could not be read.
    #[error("reading the tree: {0}")]
    Read(#[source] E),
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    /// The leaf lies beyond the tree, or the first tree is larger than the second.
    #[error("{inner} is not within a tree of {size}")]
    Range {
        /// The leaf's index or the first tree's size.
        inner: u64,
        /// Size of the tree.
        size: u64,
    },
    /// Such a proof has another number of hashes.
    #[error("a proof of {found} hashes cannot be right here")]
    Length {
        /// How many hashes came.
        found: usize,
    },
    /// The hashes lead to another root.
    #[error("the proof leads to another root than that of size {size}")]
    Root {
        /// The size whose root is not met.
        size: u64,
    },
}

/// Proof that leaf `index` is in the tree of the first `size` leaves: siblings from the leaf upwards.
pub fn inclusion<H: Hashes + ?Sized>(
    hashes: &H,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, ProveError<H::Error>> {
    if index >= size {
        return Err(ProveError::NotIncluded { index, size });
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        let (sibling, within) = if index < middle {
            ((middle, end), (start, middle))
        } else {
            ((start, middle), (middle, end))
        };
        path.push(subtree(hashes, sibling.0, sibling.1).map_err(ProveError::Read)?);
        (start, end) = within;
    }
    path.reverse();
    Ok(path)
}

/// Proof that the tree of the first `from` leaves is a prefix of the tree of the first `to`; empty if `from` is 0 or
/// equal to `to`.
pub fn consistency<H: Hashes + ?Sized>(
    hashes: &H,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, ProveError<H::Error>> {
    if from > to {
        return Err(ProveError::Backwards { from, to });
    }
    if from == 0 {
        return Ok(Vec::new());
    }
    let mut path = Vec::new();
    let (mut start, mut end) = (0, to);
    while end != from {
        let middle = start + split(end - start);
        let (sibling, within) = if from <= middle {
            ((middle, end), (start, middle))
        } else {
            ((start, middle), (middle, end))
        };
        path.push(subtree(hashes, sibling.0, sibling.1).map_err(ProveError::Read)?);
        (start, end) = within;
    }
    if start != 0 {
        path.push(subtree(hashes, start, end).map_err(ProveError::Read)?);
    }
    path.reverse();
    Ok(path)
}

/// Checks that `leaf` is at `index` under `head`.
pub fn verify_inclusion(leaf: Hash, index: u64, head: &TreeHead, proof: &[Hash]) -> Result<(), BadProof> {
    if index >= head.size {
        return Err(BadProof::Range {
            inner: index,
            size: head.size,
        });
    }
    let length = BadProof::Length { found: proof.len() };
    let (mut node, mut last, mut root) = (index, head.size - 1, leaf);
    for &sibling in proof {
        if last == 0 {
            return Err(length);
        }
        if node & 1 == 1 || node == last {
            root = node_hash(sibling, root);
            skip_lone_ancestors(&mut node, &mut last);
        } else {
            root = node_hash(root, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(length);
    }
    meets(root, head)
}

/// Checks that `old` is a prefix of `new`. Equal sizes need equal roots and an empty proof; so does size 0, whose
/// root must be the empty one.
pub fn verify_consistency(old: &TreeHead, new: &TreeHead, proof: &[Hash]) -> Result<(), BadProof> {
    if old.size > new.size {
        return Err(BadProof::Range {
            inner: old.size,
            size: new.size,
        });
    }
    let length = BadProof::Length { found: proof.len() };
    if old.size == 0 || old.size == new.size {
        let smallest = if old.size == 0 { empty_root() } else { new.root };
        return match (
            proof.is_empty(),
            old.root == smallest,
            old.size < new.size || old.root == new.root,
        ) {
            (false, _, _) => Err(length),
            (true, true, true) => Ok(()),
            (true, _, _) => Err(BadProof::Root { size: old.size }),
        };
    }
    let old_is_perfect = old.size.is_power_of_two();
    let (first, rest) = if old_is_perfect {
        (Hash::from(old.root), proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(length)?;
        (*first, rest)
    };
    let (mut node, mut last) = (old.size - 1, new.size - 1);
    let right_edge = node.trailing_ones();
    node >>= right_edge;
    last >>= right_edge;
    let (mut old_root, mut new_root) = (first, first);
    for &sibling in rest {
        if last == 0 {
            return Err(length);
        }
        if node & 1 == 1 || node == last {
            old_root = node_hash(sibling, old_root);
            new_root = node_hash(sibling, new_root);
            skip_lone_ancestors(&mut node, &mut last);
        } else {
            new_root = node_hash(new_root, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(length);
    }
    meets(old_root, old).and_then(|()| meets(new_root, new))
}

/// The largest power of two smaller than `leaves` (RFC 6962 §2.1), for `leaves` > 1.
fn split(leaves: u64) -> u64 {
    1 << (leaves - 1).ilog2()
}

/// The hash over leaves `start..end`, where `start` is a multiple of the largest power of two within the range.
fn subtree<H: Hashes + ?Sized>(hashes: &H, start: u64, end: u64) -> Result<Hash, H::Error> {
    let leaves = end - start;
    if leaves.is_power_of_two() {
        let level = leaves.trailing_zeros();
        return hashes.node(level as u8, start >> level);
    }
    let middle = start + split(leaves);
    Ok(node_hash(
        subtree(hashes, start, middle)?,
        subtree(hashes, middle, end)?,
    ))
}

/// Moves up past the levels where the node is the last and has no sibling.
fn skip_lone_ancestors(node: &mut u64, last: &mut u64) {
    while *node & 1 == 0 && *node != 0 {
        *node >>= 1;
        *last >>= 1;
    }
}

fn meets(root: Hash, head: &TreeHead) -> Result<(), BadProof> {
    if Root::from(root) == head.root {
        Ok(())
    } else {
        Err(BadProof::Root { size: head.size })
    }
}
