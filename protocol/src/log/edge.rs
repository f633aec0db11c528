//! The growing edge of a tiled tree: the right-most, still partial tile of each level, in memory. Appending gives the
//! tiles to store, so tiles are the only form in which a tree is ever kept.

use super::frontier::Frontier;
use super::tile::{TILE_WIDTH, TileId};
use super::tiled::{TileError, TiledHashes, Tiles, perfect};
use crate::id::Hash;

/// The partial tiles of a tree of `size` leaves, the leaves' first; none is ever full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TileEdge {
    size: u64,
    rows: Vec<Vec<Hash>>,
}

/// A tile as it is to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrownTile {
    /// Its place and width.
    pub tile: TileId,
    /// Its hashes, one after the other.
    pub bytes: Vec<u8>,
}

impl TileEdge {
    /// The edge of the empty tree.
    pub fn new() -> TileEdge {
        TileEdge::default()
    }

    /// Reads the edge of the first `size` leaves of what the tiles hold.
    pub fn read<T: Tiles + ?Sized>(tiles: &T, size: u64) -> Result<TileEdge, TileError<T::Error>> {
        let hashes = TiledHashes::new(tiles, size);
        let mut rows = Vec::new();
        let mut row_size = size;
        while row_size > 0 {
            let index = row_size / u64::from(TILE_WIDTH);
            let partial = TileId::within(size, rows.len() as u8, index);
            rows.push(partial.map_or_else(|| Ok(Vec::new()), |tile| hashes.read(tile))?);
            row_size = index;
        }
        Ok(TileEdge { size, rows })
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends leaves; gives every tile that is new or wider than before, each once, at its final width.
    pub fn append(&mut self, leaves: &[Hash]) -> Vec<GrownTile> {
        let before = self.size;
        let mut full = Vec::new();
        for &leaf in leaves {
            self.push(leaf, &mut full);
        }
        let partial = self.rows.iter().enumerate().filter_map(|(level, row)| {
            let (level, index) = (level as u8, (self.size >> (8 * level)) / u64::from(TILE_WIDTH));
            let tile = TileId::within(self.size, level, index)?;
            let grown = TileId::within(before, level, index) != Some(tile);
            grown.then(|| GrownTile {
                tile,
                bytes: bytes(row),
            })
        });
        full.into_iter().chain(partial).collect()
    }

    /// The frontier of the same tree.
    pub fn frontier(&self) -> Frontier {
        let mut peaks = Vec::with_capacity(self.size.count_ones() as usize);
        for row in self.rows.iter().rev() {
            let mut rest = row.as_slice();
            while !rest.is_empty() {
                let (peak, after) = rest.split_at(1 << rest.len().ilog2());
                peaks.push(perfect(peak));
                rest = after;
            }
        }
        Frontier::from_peaks(self.size, peaks).expect("an edge has the hashes of its size")
    }

    fn push(&mut self, leaf: Hash, full: &mut Vec<GrownTile>) {
        let mut node = leaf;
        self.size += 1;
        for level in 0.. {
            if level == self.rows.len() {
                self.rows.push(Vec::new());
            }
            let row = &mut self.rows[level];
            row.push(node);
            if row.len() < usize::from(TILE_WIDTH) {
                return;
            }
            let index = (self.size >> (8 * level)) / u64::from(TILE_WIDTH) - 1;
            let tile = TileId::within(self.size, level as u8, index).expect("a full tile is within its tree");
            full.push(GrownTile {
                tile,
                bytes: bytes(row),
            });
            node = perfect(row);
            row.clear();
        }
    }
}

fn bytes(row: &[Hash]) -> Vec<u8> {
    row.iter().flat_map(Hash::as_bytes).copied().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::super::hashes::{Hashes as _, MemoryTree};
    use super::super::tree::leaf_hash;
    use super::*;

    /// Keeps of each place the widest tile only, as a store does.
    #[derive(Default)]
    struct Shelf(BTreeMap<(u8, u64), Vec<u8>>);

    impl Shelf {
        fn put(&mut self, grown: Vec<GrownTile>) {
            for GrownTile { tile, bytes } in grown {
                assert_eq!(bytes.len(), tile.length());
                self.0.insert((tile.level(), tile.index()), bytes);
            }
        }
    }

    impl Tiles for Shelf {
        type Error = Infallible;

        fn tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Infallible> {
            Ok(self.0.get(&(tile.level(), tile.index())).cloned())
        }
    }

    fn leaves(from: u64, to: u64) -> Vec<Hash> {
        (from..to).map(|index| leaf_hash(&index.to_be_bytes())).collect()
    }

    fn assert_same_tree(shelf: &Shelf, edge: &TileEdge, size: u64) {
        let whole: MemoryTree = leaves(0, size).into_iter().collect();
        let tiled = TiledHashes::new(shelf, size);
        for level in 0..=size.checked_ilog2().unwrap_or(0) as u8 {
            for index in [
                0,
                1,
                (size >> level) / 2,
                (size >> level).saturating_sub(1),
                size >> level,
            ] {
                assert_eq!(
                    tiled.node(level, index).ok(),
                    whole.node(level, index).ok(),
                    "{level} {index} of {size}"
                );
            }
        }
        assert_eq!(edge.frontier(), Frontier::read(&whole, size).unwrap());
        assert_eq!(TileEdge::read(shelf, size).unwrap(), *edge);
    }

    #[test]
    fn every_size_around_a_full_tile() {
        let (mut edge, mut shelf) = (TileEdge::new(), Shelf::default());
        for size in 0..=520 {
            if size > 0 {
                let grown = edge.append(&leaves(size - 1, size));
                let names: Vec<TileId> = grown.iter().map(|grown| grown.tile).collect();
                assert_eq!(names, TileId::changed(size - 1, size).collect::<Vec<_>>());
                shelf.put(grown);
            }
            assert_same_tree(&shelf, &edge, size);
        }
    }

    #[test]
    fn a_third_level_of_tiles() {
        let (mut edge, mut shelf) = (TileEdge::new(), Shelf::default());
        for (from, to) in [(0, 65_535), (65_535, 65_536), (65_536, 66_000)] {
            shelf.put(edge.append(&leaves(from, to)));
            assert_same_tree(&shelf, &edge, to);
        }
    }

    #[test]
    fn says_which_tile_is_missing_or_short() {
        let (mut edge, mut shelf) = (TileEdge::new(), Shelf::default());
        shelf.put(edge.append(&leaves(0, 300)));
        let second = TileId::within(300, 0, 1).unwrap();
        shelf.0.get_mut(&(0, 1)).unwrap().truncate(43 * 32 + 31);
        assert_eq!(
            TileEdge::read(&shelf, 300),
            Err(TileError::Short {
                tile: second,
                length: 1407
            })
        );
        shelf.0.remove(&(0, 1));
        assert_eq!(
            TileEdge::read(&shelf, 300),
            Err(TileError::Missing { tile: second })
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn batches_make_no_difference(batches in proptest::collection::vec(0_u64..700, 1..6)) {
            let (mut edge, mut shelf, mut size) = (TileEdge::new(), Shelf::default(), 0);
            for batch in batches {
                let grown = edge.append(&leaves(size, size + batch));
                let mut names: Vec<TileId> = grown.iter().map(|grown| grown.tile).collect();
                names.sort();
                prop_assert_eq!(names, TileId::changed(size, size + batch).collect::<Vec<_>>());
                shelf.put(grown);
                size += batch;
            }
            assert_same_tree(&shelf, &edge, size);
        }
    }
}
