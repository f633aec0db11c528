//! The tree as C2SP tiles, and nothing else: rows of up to 256 hashes, the right-most of each level rewritten as it grows.

use hearth_protocol::id::Hash;
use hearth_protocol::log::{Frontier, TileEdge, TileId, TiledHashes, Tiles};
use redb::{ReadOnlyTable, ReadableTable};

use super::error::StoreError;
use super::logs::LogNumber;
use super::tables::TILES;
use super::{Batch, Snapshot};

type TileKey = (u32, u8, u64);

/// The tiles of one log: what [`TiledHashes`] reads the tree from.
pub struct StoredTiles<T = ReadOnlyTable<TileKey, &'static [u8]>> {
    log: LogNumber,
    table: T,
}

impl<T: ReadableTable<TileKey, &'static [u8]>> Tiles for StoredTiles<T> {
    type Error = StoreError;

    fn tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.table.get((self.log.0, tile.level(), tile.index()))?;
        Ok(row.map(|bytes| bytes.value().to_vec()))
    }
}

impl Snapshot<'_> {
    /// The stored tiles of a log. Its tree at `size` is `TiledHashes::new(&tiles, size)`.
    pub fn tiles(&self, log: LogNumber) -> Result<StoredTiles, StoreError> {
        Ok(StoredTiles {
            log,
            table: self.transaction().open_table(TILES)?,
        })
    }

    /// The leaf hashes, which are the entry ids, of a log from index `from` up to its size.
    pub fn leaves(&self, log: LogNumber, from: u64) -> Result<Vec<Hash>, StoreError> {
        let (tiles, size) = (self.tiles(log)?, self.size(log)?);
        let tree = TiledHashes::new(&tiles, size);
        let mut leaves = Vec::new();
        let first = from / u64::from(hearth_protocol::log::tile::TILE_WIDTH);
        for tile in (first..).map_while(|index| TileId::within(size, 0, index)) {
            leaves.extend(tree.read(tile).map_err(|error| damaged(log, &error))?);
        }
        let before = from - (first * u64::from(hearth_protocol::log::tile::TILE_WIDTH)).min(from);
        leaves.drain(..usize::try_from(before).map_or(leaves.len(), |before| before.min(leaves.len())));
        Ok(leaves)
    }
}

impl Batch {
    /// Appends leaf hashes to a tree of `size` leaves; gives the right edge after them.
    pub(super) fn extend_tiles(
        &self,
        log: LogNumber,
        size: u64,
        leaves: &[Hash],
    ) -> Result<Frontier, StoreError> {
        let mut tiles = StoredTiles {
            log,
            table: self.transaction().open_table(TILES)?,
        };
        let mut edge = TileEdge::read(&tiles, size).map_err(|error| damaged(log, &error))?;
        for grown in edge.append(leaves) {
            let key = (log.0, grown.tile.level(), grown.tile.index());
            tiles.table.insert(key, grown.bytes.as_slice())?;
        }
        Ok(edge.frontier())
    }
}

fn damaged(log: LogNumber, error: &impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("the tree of log {}: {error}", log.0))
}
