//! Names of the pieces a tree is stored and published in (C2SP tlog-tiles): tiles of hashes, bundles of entries.

use std::fmt;
use std::str::FromStr;

use super::lines;

/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: u16 = 256;
/// Levels of the tree that one level of tiles spans.
pub const TILE_HEIGHT: u8 = 8;
/// Levels of tiles that a tree of a u64 number of leaves can have.
const LEVELS: u8 = 8;

/// One tile: `width` consecutive hashes of perfect subtrees of height 8 · `level`, from position `index` · 256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u16,
}

/// One bundle: `width` consecutive entries from index `index` · 256; the entries of a tile of level 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BundleId {
    index: u64,
    width: u16,
}

/// Text that is no path of a tile or a bundle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path:?} is not the path of a tile or a bundle")]
pub struct BadPath {
    /// The text as given.
    pub path: String,
}

impl TileId {
    /// The tile at that place as a tree of `size` leaves has it: full, partial, or `None` where it has none.
    pub fn within(size: u64, level: u8, index: u64) -> Option<TileId> {
        let width = width_within(hashes_at(size, level), index)?;
        Some(TileId { level, index, width })
    }

    /// Every tile of a tree of `size` leaves, level by level from the leaves.
    pub fn all(size: u64) -> impl Iterator<Item = TileId> {
        Self::changed(0, size)
    }

    /// The tiles that a tree of `to` leaves has and its first `from` leaves did not have, or had narrower.
    pub fn changed(from: u64, to: u64) -> impl Iterator<Item = TileId> {
        (0..LEVELS).flat_map(move |level| {
            let (before, after) = (hashes_at(from, level), hashes_at(to, level));
            let grown = if after > before {
                before / width()..after.div_ceil(width())
            } else {
                0..0
            };
            grown.filter_map(move |index| Self::within(to, level, index))
        })
    }

    /// Level of tiles, the leaves' being 0.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Position within the level, in tiles.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Length in bytes.
    pub fn length(&self) -> usize {
        usize::from(self.width) * 32
    }

    /// Whether nothing can be added any more.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }
}

impl BundleId {
    /// The bundle at that place as a log of `size` entries has it: full, partial, or `None` where it has none.
    pub fn within(size: u64, index: u64) -> Option<BundleId> {
        let width = width_within(size, index)?;
        Some(BundleId { index, width })
    }

    /// Every bundle of a log of `size` entries.
    pub fn all(size: u64) -> impl Iterator<Item = BundleId> {
        Self::changed(0, size)
    }

    /// The bundles that a log of `to` entries has and its first `from` entries did not have, or had narrower.
    pub fn changed(from: u64, to: u64) -> impl Iterator<Item = BundleId> {
        let grown = if to > from {
            from / width()..to.div_ceil(width())
        } else {
            0..0
        };
        grown.filter_map(move |index| Self::within(to, index))
    }

    /// Position, in bundles.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many entries, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Index of the first entry.
    pub fn start(&self) -> u64 {
        self.index * width()
    }
}

/// How many hashes level `level` of tiles has in a tree of `size` leaves.
fn hashes_at(size: u64, level: u8) -> u64 {
    size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))
        .unwrap_or(0)
}

fn width() -> u64 {
    u64::from(TILE_WIDTH)
}

/// Width of the tile at `index` where its level has `hashes`.
fn width_within(hashes: u64, index: u64) -> Option<u16> {
    let before = index.checked_mul(width())?;
    let width = hashes.saturating_sub(before).min(width());
    (width > 0).then_some(width as u16)
}

/// `tile/<L>/<N>[.p/<W>]`
impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.level)?;
        write_place(f, self.index, self.width)
    }
}

/// `tile/entries/<N>[.p/<W>]`
impl fmt::Display for BundleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tile/entries/")?;
        write_place(f, self.index, self.width)
    }
}

impl FromStr for TileId {
    type Err = BadPath;

    fn from_str(path: &str) -> Result<TileId, BadPath> {
        let parts = path.strip_prefix("tile/").and_then(|rest| rest.split_once('/'));
        let parsed = parts.and_then(|(level, place)| {
            let level = u8::try_from(lines::decimal(level)?)
                .ok()
                .filter(|level| *level < LEVELS)?;
            let (index, width) = parse_place(place)?;
            Some(TileId { level, index, width })
        });
        parsed.ok_or_else(|| BadPath {
            path: path.to_owned(),
        })
    }
}

impl FromStr for BundleId {
    type Err = BadPath;

    fn from_str(path: &str) -> Result<BundleId, BadPath> {
        let ends = |place: &(u64, u16)| place.0.checked_mul(width())?.checked_add(u64::from(place.1));
        let place = path.strip_prefix("tile/entries/").and_then(parse_place);
        // No log has an entry with an index beyond what 64 bits count.
        let place = place.filter(|place| ends(place).is_some());
        let (index, width) = place.ok_or_else(|| BadPath {
            path: path.to_owned(),
        })?;
        Ok(BundleId { index, width })
    }
}

/// 1234067 is written `x001/x234/067`; a partial width follows as `.p/<W>`.
fn write_place(f: &mut fmt::Formatter<'_>, index: u64, width: u16) -> fmt::Result {
    let mut digits = vec![index % 1000];
    let mut rest = index / 1000;
    while rest > 0 {
        digits.push(rest % 1000);
        rest /= 1000;
    }
    for (place, group) in digits.iter().enumerate().rev() {
        if place == 0 {
            write!(f, "{group:03}")?
        } else {
            write!(f, "x{group:03}/")?
        }
    }
    if width < TILE_WIDTH {
        write!(f, ".p/{width}")
    } else {
        Ok(())
    }
}

fn parse_place(place: &str) -> Option<(u64, u16)> {
    let (number, width) = match place.split_once(".p/") {
        Some((number, width)) => {
            let width = u16::try_from(lines::decimal(width)?).ok()?;
            (
                number,
                Some(width).filter(|width| (1..TILE_WIDTH).contains(width))?,
            )
        }
        None => (place, TILE_WIDTH),
    };
    let (groups, last) = match number.rsplit_once('/') {
        Some((groups, last)) => (Some(groups), last),
        None => (None, number),
    };
    let mut index = 0;
    for group in groups.into_iter().flat_map(|groups| groups.split('/')) {
        index = append_group(index, group.strip_prefix('x')?)?;
    }
    let led_by_zeroes = groups.is_some_and(|groups| groups.starts_with("x000"));
    append_group(index, last)
        .filter(|_| !led_by_zeroes)
        .map(|index| (index, width))
}

fn append_group(index: u64, group: &str) -> Option<u64> {
    let three_digits = group.len() == 3 && group.bytes().all(|digit| digit.is_ascii_digit());
    let group: u64 = three_digits.then(|| group.parse().ok())??;
    index.checked_mul(1000)?.checked_add(group)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn paths(tiles: impl Iterator<Item = impl ToString>) -> Vec<String> {
        tiles.map(|tile| tile.to_string()).collect()
    }

    /// The examples of C2SP tlog-tiles.
    #[test]
    fn published_examples() {
        let deep = TileId {
            level: 0,
            index: 1_234_067,
            width: TILE_WIDTH,
        };
        assert_eq!(deep.to_string(), "tile/0/x001/x234/067");
        assert_eq!(paths(TileId::all(256)), ["tile/0/000", "tile/1/000.p/1"]);
        let of_70_000 = paths(TileId::all(70_000));
        assert_eq!(of_70_000.len(), 273 + 1 + 1 + 1 + 1);
        assert_eq!(
            of_70_000[272..],
            [
                "tile/0/272",
                "tile/0/273.p/112",
                "tile/1/000",
                "tile/1/001.p/17",
                "tile/2/000.p/1"
            ]
        );
    }

    #[test]
    fn sizes_at_the_edges() {
        assert_eq!(TileId::all(0).count(), 0);
        assert_eq!(paths(TileId::all(1)), ["tile/0/000.p/1"]);
        assert_eq!(paths(TileId::all(255)), ["tile/0/000.p/255"]);
        assert_eq!(
            paths(TileId::all(257)),
            ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]
        );
        assert_eq!(paths(TileId::changed(256, 257)), ["tile/0/001.p/1"]);
        assert_eq!(paths(TileId::changed(255, 256)), ["tile/0/000", "tile/1/000.p/1"]);
        assert_eq!(TileId::changed(300, 300).count(), 0);
        assert_eq!(
            paths(BundleId::all(300)),
            ["tile/entries/000", "tile/entries/001.p/44"]
        );
        assert_eq!(paths(BundleId::changed(256, 300)), ["tile/entries/001.p/44"]);
        let last = TileId::within(u64::MAX, 7, 0).unwrap();
        assert_eq!(last.to_string(), "tile/7/000.p/255");
        assert_eq!(TileId::within(u64::MAX, 8, 0), None);
    }

    #[test]
    fn paths_have_one_spelling() {
        for bad in [
            "tile/0/0",
            "tile/0/1000",
            "tile/00/000",
            "tile/8/000",
            "tile/0/x000/001",
            "tile/0/x001",
            "tile/0/001/002",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p",
            "tile/0/+01",
            "tile/-1/000",
            "tile/0/",
            "tile/entries/000",
            "/tile/0/000",
            "tile/0/x099/x999/x999/x999/x999/x999/999",
        ] {
            assert!(bad.parse::<TileId>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn paths_go_both_ways(level in 0..LEVELS, index in 0..u64::MAX / 256, width in 1..=TILE_WIDTH) {
            let tile = TileId { level, index, width };
            prop_assert_eq!(tile.to_string().parse(), Ok(tile));
            let bundle = BundleId { index, width };
            prop_assert_eq!(bundle.to_string().parse(), Ok(bundle));
        }

        #[test]
        fn changed_is_what_all_gained(from in 0_u64..70_000, more in 0_u64..70_000) {
            let before: Vec<TileId> = TileId::all(from).collect();
            let gained: Vec<TileId> = TileId::all(from + more).filter(|tile| !before.contains(tile)).collect();
            prop_assert_eq!(TileId::changed(from, from + more).collect::<Vec<_>>(), gained);
        }
    }

    #[test]
    fn a_bundle_ends_where_a_log_can() {
        let last: BundleId = "tile/entries/x072/x057/x594/x037/x927/935.p/255".parse().unwrap();
        assert_eq!(last.start(), u64::MAX - 255);
        for beyond in [
            "tile/entries/x072/x057/x594/x037/x927/935",
            "tile/entries/x072/x057/x594/x037/x927/936.p/1",
            "tile/entries/x018/x446/x744/x073/x709/x551/615",
        ] {
            assert!(beyond.parse::<BundleId>().is_err(), "{beyond}");
        }
    }
}
