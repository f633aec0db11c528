//! The tree, built again from the leaves, and compared with the tiles that claim to be it.

use std::collections::BTreeMap;

use super::finding::{Fault, Finding, Place};
use crate::id::{Hash, Root};
use crate::log::edge::GrownTile;
use crate::log::{Frontier, TileEdge, TileId};

/// A log's tree in the making. Leaves come in order; tiles are compared as they fill up.
#[derive(Debug, Default)]
pub struct Recount {
    edge: TileEdge,
    frontier: Frontier,
    /// Tiles that may still grow, at their present width.
    open: BTreeMap<(u8, u64), GrownTile>,
    /// Roots at the sizes that were asked for before.
    roots: BTreeMap<u64, Option<Root>>,
    /// Tiles that differ, and where first.
    differing: Vec<(TileId, Fault)>,
}

impl Recount {
    /// Begins with no leaf. The roots at `sizes` will be known at the end, where the log is that long.
    pub fn new(sizes: impl IntoIterator<Item = u64>) -> Recount {
        let roots = sizes.into_iter().map(|size| (size, None)).collect();
        let mut recount = Recount {
            roots,
            ..Recount::default()
        };
        recount.note_root();
        recount
    }

    /// Number of leaves so far.
    pub fn size(&self) -> u64 {
        self.frontier.head().size
    }

    /// Appends leaves. The tiles that are full now are to be compared next, with [`Recount::compare`].
    pub fn append(&mut self, leaves: &[Hash]) -> Vec<GrownTile> {
        for &leaf in leaves {
            self.frontier.append(leaf);
            self.note_root();
        }
        let (full, open): (Vec<_>, Vec<_>) = self
            .edge
            .append(leaves)
            .into_iter()
            .partition(|grown| grown.tile.is_full());
        for grown in &full {
            self.open.remove(&(grown.tile.level(), grown.tile.index()));
        }
        self.open.extend(
            open.into_iter()
                .map(|grown| ((grown.tile.level(), grown.tile.index()), grown)),
        );
        full
    }

    /// The tiles left over when all leaves have come: the partial ones.
    pub fn partial(&self) -> Vec<GrownTile> {
        self.open.values().cloned().collect()
    }

    /// Compares a tile of the tree with the bytes that are kept for it; a wider tile may stand in for a partial one.
    pub fn compare(&mut self, grown: &GrownTile, kept: Option<&[u8]>) {
        let fault = match kept {
            None => Some(Fault::Missing),
            Some(kept) => difference(&grown.bytes, kept),
        };
        self.differing.extend(fault.map(|fault| (grown.tile, fault)));
    }

    /// The root at one of the sizes asked for; none if the log is shorter, or the size was not asked for.
    pub fn root_at(&self, size: u64) -> Option<Root> {
        self.roots.get(&size).copied().flatten()
    }

    /// What is wrong with the tiles, given whether the entries are those that were signed for. If they are, the tiles are
    /// wrong; if not, a leaf tile that differs shows which entry is.
    pub fn findings(&self, entries_are_signed: bool) -> Vec<Finding> {
        let finding = |(tile, fault): &(TileId, Fault)| {
            if let Fault::OtherHash { at } = fault
                && !entries_are_signed
                && tile.level() == 0
            {
                return Finding {
                    place: Place::Entry(tile.index() * 256 + at),
                    fault: Fault::OtherEntry,
                };
            }
            Finding {
                place: Place::Tile(*tile),
                fault: fault.clone(),
            }
        };
        self.differing.iter().map(finding).collect()
    }

    fn note_root(&mut self) {
        let head = self.frontier.head();
        if let Some(root) = self.roots.get_mut(&head.size) {
            *root = Some(head.root);
        }
    }
}

fn difference(expected: &[u8], kept: &[u8]) -> Option<Fault> {
    let Some(same_width) = kept.get(..expected.len()) else {
        let (expected, found) = (expected.len() as u64, kept.len() as u64);
        return Some(Fault::Length { expected, found });
    };
    let at = expected.iter().zip(same_width).position(|(a, b)| a != b)?;
    Some(Fault::OtherHash { at: at as u64 / 32 })
}
