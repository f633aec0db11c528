//! The hashes of an RFC 6962 tree (§2.1), and the pair of size and root that names one state of a log.

use sha2::{Digest as _, Sha256};

use crate::id::{Hash, Id, Root};

/// SHA-256(0x00 ‖ entry): the hash of a leaf, which is also the entry's [`Id`].
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash::from_bytes(
        Sha256::new()
            .chain_update([0x00])
            .chain_update(entry)
            .finalize()
            .into(),
    )
}

/// SHA-256(0x01 ‖ left ‖ right): the hash of the node above two others.
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    let pair = Sha256::new()
        .chain_update([0x01])
        .chain_update(left.as_bytes())
        .chain_update(right.as_bytes());
    Hash::from_bytes(pair.finalize().into())
}

/// SHA-256(""): the root of the tree without leaves.
pub fn empty_root() -> Root {
    Hash::of(&[]).into()
}

/// One state of a log. Two heads of one size and different roots are a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// RFC 6962 root over them.
    pub root: Root,
}

impl TreeHead {
    /// The head of a log without entries.
    pub fn empty() -> TreeHead {
        TreeHead {
            size: 0,
            root: empty_root(),
        }
    }
}

impl From<Id> for Hash {
    fn from(id: Id) -> Hash {
        Hash::from_bytes(*id.as_bytes())
    }
}

impl From<Hash> for Id {
    fn from(leaf: Hash) -> Id {
        Id::from_bytes(*leaf.as_bytes())
    }
}

impl From<Root> for Hash {
    fn from(root: Root) -> Hash {
        Hash::from_bytes(*root.as_bytes())
    }
}

impl From<Hash> for Root {
    fn from(top: Hash) -> Root {
        Root::from_bytes(*top.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the reference data of Certificate Transparency: the leaves "" and 0x00, and the tree of both.
    #[test]
    fn known_hashes() {
        assert_eq!(
            empty_root().to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            leaf_hash(b"").to_string(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            node_hash(leaf_hash(b""), leaf_hash(b"\0")).to_string(),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }
}
