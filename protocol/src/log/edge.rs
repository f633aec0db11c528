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
