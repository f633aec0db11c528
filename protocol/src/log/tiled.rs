//! A tree read out of its tiles.

use super::hashes::Hashes;
use super::tile::{TILE_HEIGHT, TileId};
use super::tree::node_hash;
use crate::id::Hash;

/// Where tiles are kept.
pub trait Tiles {
    /// Why a tile could not be read.
    type Error;

    /// The bytes of a tile, or of a wider one at the same place; `None` if it is not there.
    fn tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// The tree of the first `size` leaves, read from tiles as they are needed.
#[derive(Clone, Copy, Debug)]
pub struct TiledHashes<'a, T: ?Sized> {
    tiles: &'a T,
    size: u64,
}

/// Why a hash could not be read from tiles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TileError<E> {
    /// The tree is smaller.
    #[error("the tree has no node {index} at level {level}")]
    Beyond {
        /// Height above the leaves.
        level: u8,
        /// Position within the level.
        index: u64,
    },
    /// The tile should be there.
    #[error("{tile} is missing")]
    Missing {
        /// Which.
        tile: TileId,
    },
    /// The tile has fewer bytes than its hashes need.
    #[error("{tile} has {length} bytes")]
    Short {
        /// Which.
        tile: TileId,
        /// How many bytes there are.
        length: usize,
    },
    /// The place where tiles are kept failed.
    #[error("reading tiles: {0}")]
    Read(#[source] E),
}

impl<'a, T: Tiles + ?Sized> TiledHashes<'a, T> {
    /// The tree of the first `size` leaves of what the tiles hold.
    pub fn new(tiles: &'a T, size: u64) -> Self {
        TiledHashes { tiles, size }
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes of one tile, cut to the width the tree gives it.
    pub fn read(&self, tile: TileId) -> Result<Vec<Hash>, TileError<T::Error>> {
        let bytes = self
            .tiles
            .tile(tile)
            .map_err(TileError::Read)?
            .ok_or(TileError::Missing { tile })?;
        let hashes = bytes.get(..tile.length()).ok_or(TileError::Short {
            tile,
            length: bytes.len(),
        })?;
        Ok(hashes
            .as_chunks::<32>()
            .0
            .iter()
            .copied()
            .map(Hash::from_bytes)
            .collect())
    }
}

impl<T: Tiles + ?Sized> Hashes for TiledHashes<'_, T> {
    type Error = TileError<T::Error>;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        let beyond = TileError::Beyond { level, index };
        let (tile_level, height) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let per_tile = TILE_HEIGHT - height;
        let Some(tile) = TileId::within(self.size, tile_level, index >> per_tile) else {
            return Err(beyond);
        };
        let within = (index & ((1 << per_tile) - 1)) as usize;
        let hashes = self.read(tile)?;
        let row = hashes
            .get(within << height..(within + 1) << height)
            .ok_or(beyond)?;
        Ok(perfect(row))
    }
}

/// The hash over a perfect row of 2ⁿ hashes.
pub(super) fn perfect(row: &[Hash]) -> Hash {
    match row {
        [only] => *only,
        _ => {
            let (left, right) = row.split_at(row.len() / 2);
            node_hash(perfect(left), perfect(right))
        }
    }
}
