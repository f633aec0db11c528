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
        return verify_trivial(old, new, proof);
    }
    let (first, rest) = if old.size.is_power_of_two() {
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

/// The consistency that needs no hashes: of the empty tree with any, and of a tree with itself.
fn verify_trivial(old: &TreeHead, new: &TreeHead, proof: &[Hash]) -> Result<(), BadProof> {
    if !proof.is_empty() {
        return Err(BadProof::Length { found: proof.len() });
    }
    let empty_is_empty = [old, new]
        .iter()
        .all(|head| head.size > 0 || head.root == empty_root());
    let same_is_same = old.size < new.size || old.root == new.root;
    if empty_is_empty && same_is_same {
        Ok(())
    } else {
        Err(BadProof::Root { size: old.size })
    }
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

#[cfg(test)]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;
    use sha2::Sha256;

    use super::super::frontier::Frontier;
    use super::super::hashes::MemoryTree;
    use super::super::tree::leaf_hash;
    use super::*;

    /// All pairs up to here are tried; it takes in 0, 1, every shape of up to five peaks and several powers of two.
    const EXHAUSTIVE: u64 = 68;

    fn entry(index: u64) -> Vec<u8> {
        format!("entry {index}").into_bytes()
    }

    fn tree(size: u64) -> MemoryTree {
        (0..size).map(|index| leaf_hash(&entry(index))).collect()
    }

    fn oracle(size: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
        let mut tree = MemoryBackedTree::new();
        (0..size).for_each(|index| tree.push(entry(index)));
        tree
    }

    fn head(tree: &MemoryTree, size: u64) -> TreeHead {
        Frontier::read(tree, size).unwrap().head()
    }

    fn bytes(proof: &[Hash]) -> Vec<u8> {
        proof.iter().flat_map(Hash::as_bytes).copied().collect()
    }

    /// Every proof one step away from this one: each hash changed, dropped or doubled, one more at either end.
    fn neighbours(proof: &[Hash]) -> Vec<Vec<Hash>> {
        let stranger = Hash::from_bytes([0x5a; 32]);
        let mut all = vec![[&[stranger], proof].concat(), [proof, &[stranger]].concat()];
        for at in 0..proof.len() {
            let (before, after) = (&proof[..at], &proof[at + 1..]);
            all.push([before, &[stranger], after].concat());
            all.push([before, after].concat());
            all.push([before, &[proof[at], proof[at]], after].concat());
        }
        all
    }

    #[test]
    fn inclusion_is_that_of_the_oracle_and_nothing_else_verifies() {
        let whole = tree(EXHAUSTIVE);
        for size in 1..=EXHAUSTIVE {
            let (oracle, head) = (oracle(size), head(&whole, size));
            assert_eq!(head.root.as_bytes(), oracle.root().as_bytes().as_slice());
            for index in 0..size {
                let leaf = leaf_hash(&entry(index));
                let proof = inclusion(&whole, index, size).unwrap();
                assert_eq!(bytes(&proof), oracle.prove_inclusion(index as usize).as_bytes());
                assert_eq!(verify_inclusion(leaf, index, &head, &proof), Ok(()));
                assert!(verify_inclusion(leaf_hash(b"another"), index, &head, &proof).is_err());
                for other in (0..=size).filter(|other| *other != index) {
                    assert!(
                        verify_inclusion(leaf, other, &head, &proof).is_err(),
                        "{index} as {other} of {size}"
                    );
                }
                for other in neighbours(&proof) {
                    assert!(verify_inclusion(leaf, index, &head, &other).is_err());
                }
            }
        }
    }

    #[test]
    fn consistency_is_that_of_the_oracle_and_nothing_else_verifies() {
        let whole = tree(EXHAUSTIVE);
        for to in 0..=EXHAUSTIVE {
            let (oracle, new) = (oracle(to), head(&whole, to));
            for from in 0..=to {
                let old = head(&whole, from);
                let proof = consistency(&whole, from, to).unwrap();
                if from > 0 {
                    assert_eq!(
                        bytes(&proof),
                        oracle.prove_consistency((to - from) as usize).as_bytes()
                    );
                }
                assert_eq!(verify_consistency(&old, &new, &proof), Ok(()), "{from} to {to}");
                for other in neighbours(&proof) {
                    assert!(verify_consistency(&old, &new, &other).is_err(), "{from} to {to}");
                }
                let forged = TreeHead {
                    size: from,
                    root: leaf_hash(b"forged").into(),
                };
                assert!(verify_consistency(&forged, &new, &proof).is_err());
                if from > 0 {
                    let forged = TreeHead {
                        size: to,
                        root: leaf_hash(b"forged").into(),
                    };
                    assert!(verify_consistency(&old, &forged, &proof).is_err());
                }
            }
        }
    }

    #[test]
    fn there_is_no_proof_out_of_range() {
        let whole = tree(3);
        assert_eq!(
            inclusion(&whole, 3, 3),
            Err(ProveError::NotIncluded { index: 3, size: 3 })
        );
        assert_eq!(
            inclusion(&whole, 0, 0),
            Err(ProveError::NotIncluded { index: 0, size: 0 })
        );
        assert_eq!(
            consistency(&whole, 3, 2),
            Err(ProveError::Backwards { from: 3, to: 2 })
        );
        assert!(matches!(consistency(&whole, 1, 9), Err(ProveError::Read(_))));
        let (two, three) = (head(&whole, 2), head(&whole, 3));
        assert_eq!(
            verify_consistency(&three, &two, &[]),
            Err(BadProof::Range { inner: 3, size: 2 })
        );
        assert_eq!(
            verify_consistency(&two, &three, &[]),
            Err(BadProof::Length { found: 0 })
        );
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        let edge = TreeHead {
            size: u64::MAX,
            root: empty_root(),
        };
        let proof = vec![Hash::of(b"any"); 64];
        let leaf = Hash::of(b"leaf");
        let (length, root) = (BadProof::Length { found: 63 }, BadProof::Root { size: u64::MAX });
        assert_eq!(verify_inclusion(leaf, 0, &edge, &proof[..63]), Err(length));
        assert_eq!(verify_inclusion(leaf, 0, &edge, &proof), Err(root));
        assert_eq!(
            verify_inclusion(leaf, u64::MAX - 1, &edge, &proof[..63]),
            Err(root)
        );
        let old = TreeHead {
            size: u64::MAX - 1,
            ..edge
        };
        assert!(verify_consistency(&old, &edge, &proof).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn larger_trees_agree_with_the_oracle(to in 1_u64..3000, from in 1_u64..3000, index in 0_u64..3000) {
            let (from, index) = (1 + (from - 1) % to, index % to);
            let (whole, oracle) = (tree(to), oracle(to));
            let new = head(&whole, to);
            let path = inclusion(&whole, index, to).unwrap();
            let theirs = oracle.prove_inclusion(index as usize);
            prop_assert_eq!(bytes(&path), theirs.as_bytes());
            prop_assert_eq!(verify_inclusion(leaf_hash(&entry(index)), index, &new, &path), Ok(()));
            let path = consistency(&whole, from, to).unwrap();
            let theirs = oracle.prove_consistency((to - from) as usize);
            prop_assert_eq!(bytes(&path), theirs.as_bytes());
            prop_assert_eq!(verify_consistency(&head(&whole, from), &new, &path), Ok(()));
        }
    }
}
