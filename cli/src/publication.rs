//! A log as static files in the layout of C2SP tlog-tiles.
//!
//! Tiles and entries are written first and synced, the checkpoint last and whole: whenever writing stops, the checkpoint
//! that is there has its tiles. What an earlier run wrote is not written again.

use crate::durable::{sync_directory_of, write_durably};
use hearth_node::directory::DataDirectory;
use hearth_protocol::id::Root;
use hearth_protocol::log::bundle::{self, Unbundled};
use hearth_protocol::log::checkpoint::MalformedCheckpoint;
use hearth_protocol::log::edge::GrownTile;
use hearth_protocol::log::note::MalformedNote;
use hearth_protocol::log::{
    BundleId, Checkpoint, Note, Origin, TileEdge, TileId, Tiles, TreeHead, leaf_hash,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Entries of a bundle, and leaves of a tile.
const WIDTH: u64 = 256;

/// A directory that holds, or is to hold, one published log.
pub(crate) struct Publication {
    directory: PathBuf,
    /// The edge of what lies there now.
    edge: TileEdge,
    with_entries: bool,
    /// Entries of the bundle in the making.
    bundle: Vec<Vec<u8>>,
    /// Index of the next entry to be given.
    next: u64,
    /// Tiles that are not full yet.
    open: BTreeMap<(u8, u64), GrownTile>,
    written: u64,
}

/// Why a log is not published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    #[error("{path}: {source}", path = path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{node} is a node's data directory", node = node.display())]
    OfANode { node: PathBuf },
    #[error("the checkpoint in {directory} is none: {reason}", directory = directory.display())]
    BadCheckpoint { directory: PathBuf, reason: String },
    #[error("{directory} holds another log, {origin}", directory = directory.display())]
    OtherLog { directory: PathBuf, origin: Origin },
    #[error(
        "{directory} holds entries, which would fall behind the checkpoint: publish with --entries, or into another directory",
        directory = directory.display()
    )]
    HoldsEntries { directory: PathBuf },
    #[error("{directory} is ahead: it is at {theirs}, the log here at {ours}", directory = directory.display())]
    Ahead {
        directory: PathBuf,
        theirs: u64,
        ours: u64,
    },
    #[error("the tiles in {directory} are damaged: {reason}", directory = directory.display())]
    BadTiles { directory: PathBuf, reason: String },
    #[error("what lies in {directory} is of another tree: {path} differs", directory = directory.display())]
    OtherTile { directory: PathBuf, path: String },
    #[error("the entries give root {found}, the checkpoint says {signed}: verify the log")]
    OtherRoot { found: Root, signed: Root },
    #[error("entry {index} is too long for a bundle: {source}")]
    Unbundled { index: u64, source: Unbundled },
}

impl Publication {
    /// Looks at what lies in `directory` already, for publishing `checkpoint` of the same log.
    pub(crate) fn open(
        directory: &Path,
        checkpoint: &Checkpoint,
        with_entries: bool,
    ) -> Result<Self, PublishError> {
        if let Some(node) = node_around(directory) {
            return Err(PublishError::OfANode { node });
        }
        if !with_entries && directory.join("tile/entries").is_dir() {
            let directory = directory.to_owned();
            return Err(PublishError::HoldsEntries { directory });
        }
        let published = published_checkpoint(directory)?;
        let size = published.as_ref().map_or(0, |published| published.head.size);
        if let Some(published) = published {
            let directory = directory.to_owned();
            if published.origin != checkpoint.origin {
                return Err(PublishError::OtherLog {
                    directory,
                    origin: published.origin,
                });
            }
            if size > checkpoint.head.size {
                return Err(PublishError::Ahead {
                    directory,
                    theirs: size,
                    ours: checkpoint.head.size,
                });
            }
        }
        let edge = TileEdge::read(&Files(directory), size).map_err(|error| PublishError::BadTiles {
            directory: directory.to_owned(),
            reason: error.to_string(),
        })?;
        let next = if with_entries {
            first_unbundled(directory, size)
        } else {
            size
        };
        Ok(Self {
            directory: directory.to_owned(),
            edge,
            with_entries,
            bundle: Vec::new(),
            next,
            open: BTreeMap::new(),
            written: 0,
        })
    }

    /// Index of the entry that is wanted next.
    pub(crate) fn wants(&self) -> u64 {
        self.next
    }

    /// Takes the next entry.
    pub(crate) fn entry(&mut self, entry: Vec<u8>) -> Result<(), PublishError> {
        if self.next >= self.edge.size() {
            let grown = self.edge.append(&[leaf_hash(&entry)]);
            self.tiles(grown)?;
        }
        self.next += 1;
        if self.with_entries {
            self.bundle.push(entry);
            if self.next.is_multiple_of(WIDTH) {
                self.close_bundle()?;
            }
        }
        Ok(())
    }

    /// Writes what is left, the handovers, and at last the checkpoint. Gives the number of files written.
    pub(crate) fn finish(
        mut self,
        note: &[u8],
        head: TreeHead,
        handovers: &[Vec<u8>],
    ) -> Result<u64, PublishError> {
        let found = self.edge.frontier().root();
        if found != head.root {
            return Err(PublishError::OtherRoot {
                found,
                signed: head.root,
            });
        }
        for grown in std::mem::take(&mut self.open).into_values() {
            self.write(&grown.tile.to_string(), &grown.bytes)?;
        }
        self.close_bundle()?;
        for (number, handover) in handovers.iter().enumerate() {
            self.write(&format!("handover/{number}"), handover)?;
        }
        let path = self.directory.join("checkpoint");
        if fs::read(&path).ok().as_deref() != Some(note) {
            fs::create_dir_all(&self.directory)
                .and_then(|()| write_durably(&path, note))
                .map_err(|source| PublishError::Io { path, source })?;
            self.written += 1;
        }
        self.tidy(head.size);
        Ok(self.written)
    }

    fn tiles(&mut self, grown: Vec<GrownTile>) -> Result<(), PublishError> {
        for grown in grown {
            let place = (grown.tile.level(), grown.tile.index());
            if grown.tile.is_full() {
                self.open.remove(&place);
                self.write(&grown.tile.to_string(), &grown.bytes)?;
            } else {
                self.open.insert(place, grown);
            }
        }
        Ok(())
    }

    fn close_bundle(&mut self) -> Result<(), PublishError> {
        let entries = std::mem::take(&mut self.bundle);
        let Some(last) = self.next.checked_sub(1).filter(|_| !entries.is_empty()) else {
            return Ok(());
        };
        let index = last / WIDTH;
        let bundle = BundleId::within(self.next, index).expect("the last entry is in a bundle");
        let bytes = bundle::encode(&entries).map_err(|source| PublishError::Unbundled {
            index: bundle.start() + source.at as u64,
            source,
        })?;
        self.write(&bundle.to_string(), &bytes)
    }

    /// Writes a file that never changes once it is there.
    fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), PublishError> {
        let path = self.directory.join(name);
        match fs::read(&path) {
            Ok(there) if there == bytes => return Ok(()),
            Ok(_) => {
                return Err(PublishError::OtherTile {
                    directory: self.directory.clone(),
                    path: name.to_owned(),
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(PublishError::Io { path, source }),
        }
        self.written += 1;
        create_directory_of(&path)
            .and_then(|()| write_durably(&path, bytes))
            .map_err(|source| PublishError::Io { path, source })
    }

    /// Removes partial tiles and bundles that a full one has replaced (C2SP allows it). What cannot be removed does no harm.
    fn tidy(&self, size: u64) {
        let mut replaced: Vec<String> = TileId::all(size)
            .filter(TileId::is_full)
            .map(|tile| tile.to_string())
            .collect();
        if self.with_entries {
            replaced.extend(
                BundleId::all(size)
                    .filter(|b| u64::from(b.width()) == WIDTH)
                    .map(|b| b.to_string()),
            );
        }
        let replaced = replaced.iter().filter(|full| self.directory.join(full).is_file());
        for full in replaced {
            let _ = fs::remove_dir_all(self.directory.join(format!("{full}.p")));
        }
    }
}

/// The first entry whose full bundle is not there: an earlier run may have stopped, or gone on without entries. The last
/// bundle is rewritten as it grows.
fn first_unbundled(directory: &Path, size: u64) -> u64 {
    let missing = BundleId::all(size)
        .find(|bundle| u64::from(bundle.width()) < WIDTH || !directory.join(bundle.to_string()).is_file());
    missing.map_or(size, |bundle| bundle.start())
}

/// Makes the directory of a file and sees to it that it survives a power cut with everything above it that was made.
fn create_directory_of(path: &Path) -> io::Result<()> {
    // A bare name lies in the directory that is there already.
    let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) else {
        return Ok(());
    };
    if parent.is_dir() {
        return Ok(());
    }
    create_directory_of(parent)?;
    match fs::create_dir(parent) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_directory_of(parent),
    }
}

/// The data directory that `directory` is, or lies in: what is published is copied to a web server, keys are not.
fn node_around(directory: &Path) -> Option<PathBuf> {
    let whole = std::path::absolute(directory).ok()?;
    let there = whole.ancestors().find_map(|path| fs::canonicalize(path).ok())?;
    let mut places = whole.ancestors().chain(there.ancestors());
    places
        .find(|place| DataDirectory::at(*place).is_founded())
        .map(Path::to_owned)
}

fn published_checkpoint(directory: &Path) -> Result<Option<Checkpoint>, PublishError> {
    let path = directory.join("checkpoint");
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(PublishError::Io { path, source }),
    };
    let bad = |reason: String| PublishError::BadCheckpoint {
        directory: directory.to_owned(),
        reason,
    };
    let note = Note::parse(&bytes).map_err(|error: MalformedNote| bad(error.to_string()))?;
    let checkpoint =
        Checkpoint::parse(note.text()).map_err(|error: MalformedCheckpoint| bad(error.to_string()))?;
    Ok(Some(checkpoint))
}

/// The tiles that lie in a directory.
struct Files<'a>(&'a Path);

impl Tiles for Files<'_> {
    type Error = io::Error;

    fn tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, io::Error> {
        let name = tile.to_string();
        // A partial tile may have been replaced by the full one.
        let full = name.split_once(".p/").map(|(full, _)| full);
        for name in std::iter::once(name.as_str()).chain(full) {
            match fs::read(self.0.join(name)) {
                Ok(bytes) => return Ok(Some(bytes)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hearth_protocol::sign::SecretKey;

    const DIRECTORY_OF_SIZES: [u64; 7] = [1, 3, 255, 256, 257, 600, 601];

    fn entry(index: u64) -> Vec<u8> {
        format!("entry {index}").into_bytes()
    }

    fn head(size: u64) -> TreeHead {
        let mut edge = TileEdge::new();
        (0..size).for_each(|index| drop(edge.append(&[leaf_hash(&entry(index))])));
        edge.frontier().head()
    }

    fn checkpoint(size: u64) -> (Checkpoint, Vec<u8>) {
        let key = SecretKey::from_seed([1; 32]);
        let origin = Origin::of("north", &key.public()).unwrap();
        let checkpoint = Checkpoint {
            origin,
            head: head(size),
        };
        let note = checkpoint.sign(&key).to_bytes();
        (checkpoint, note)
    }

    /// Publishes up to `size`; gives how many entries were asked for and how many files were written.
    fn publish(directory: &Path, size: u64, with_entries: bool) -> Result<(u64, u64), PublishError> {
        let (checkpoint, note) = checkpoint(size);
        let mut publication = Publication::open(directory, &checkpoint, with_entries)?;
        let mut asked = 0;
        while publication.wants() < size {
            publication.entry(entry(publication.wants()))?;
            asked += 1;
        }
        Ok((asked, publication.finish(&note, checkpoint.head, &[])?))
    }

    fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
        fn walk(root: &Path, at: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
            for path in fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    walk(root, &path, found);
                } else {
                    let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                    found.insert(name, fs::read(&path).unwrap());
                }
            }
        }
        let mut found = BTreeMap::new();
        walk(directory, directory, &mut found);
        found
    }

    /// Whether every tile that the checkpoint needs is there and right: read through, the tree has the signed root.
    fn is_readable(directory: &Path) -> bool {
        let Some(checkpoint) = published_checkpoint(directory).unwrap() else {
            return true;
        };
        let size = checkpoint.head.size;
        let whole = TileId::all(size).all(|tile| Files(directory).tile(tile).unwrap().is_some());
        whole
            && TileEdge::read(&Files(directory), size)
                .is_ok_and(|edge| edge.frontier().root() == checkpoint.head.root)
    }

    #[test]
    fn growing_gives_the_same_log_as_publishing_at_once() {
        for with_entries in [false, true] {
            let grown = tempfile::tempdir().unwrap();
            for size in DIRECTORY_OF_SIZES {
                publish(grown.path(), size, with_entries).unwrap();
                assert!(is_readable(grown.path()), "at {size}");
            }
            let at_once = tempfile::tempdir().unwrap();
            publish(at_once.path(), 601, with_entries).unwrap();
            let (grown, at_once) = (files(grown.path()), files(at_once.path()));
            for (name, bytes) in &at_once {
                assert_eq!(grown.get(name), Some(bytes), "{name}");
            }
            assert!(
                grown
                    .keys()
                    .all(|name| at_once.contains_key(name) || name.contains(".p/"))
            );
        }
    }

    #[test]
    fn a_second_run_writes_only_what_is_new() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(publish(directory.path(), 600, true).unwrap().0, 600);
        assert_eq!(
            publish(directory.path(), 600, true).unwrap(),
            (88, 0),
            "the last bundle is read again, nothing written"
        );
        let (asked, written) = publish(directory.path(), 601, true).unwrap();
        assert_eq!((asked, written), (89, 3), "a tile, a bundle, the checkpoint");
        assert!(matches!(
            publish(directory.path(), 602, false),
            Err(PublishError::HoldsEntries { .. })
        ));
    }

    #[test]
    fn entries_can_be_added_later() {
        let directory = tempfile::tempdir().unwrap();
        publish(directory.path(), 300, false).unwrap();
        publish(directory.path(), 300, true).unwrap();
        let bundle = fs::read(directory.path().join("tile/entries/000")).unwrap();
        assert_eq!(bundle::parse(&bundle).unwrap().len(), 256);
    }

    /// Whether every bundle of a log of that size is there.
    fn has_bundles(directory: &Path, size: u64) -> bool {
        BundleId::all(size).all(|bundle| {
            let bytes = fs::read(directory.join(bundle.to_string())).unwrap_or_default();
            bundle::parse(&bytes).is_ok_and(|entries| entries.len() == usize::from(bundle.width()))
        })
    }

    #[test]
    fn entries_are_never_left_behind_the_checkpoint() {
        let directory = tempfile::tempdir().unwrap();
        publish(directory.path(), 300, true).unwrap();
        assert!(matches!(
            publish(directory.path(), 900, false),
            Err(PublishError::HoldsEntries { .. })
        ));
        assert_eq!(
            publish(directory.path(), 1000, true).unwrap().0,
            1000 - 256,
            "from the first bundle that is not full"
        );
        assert!(has_bundles(directory.path(), 1000));
    }

    #[test]
    fn entries_whose_writing_stopped_are_written_on() {
        let directory = tempfile::tempdir().unwrap();
        publish(directory.path(), 1000, false).unwrap();
        let (checkpoint, _) = checkpoint(1000);
        let mut stopped = Publication::open(directory.path(), &checkpoint, true).unwrap();
        (0..600).for_each(|index| stopped.entry(entry(index)).unwrap());
        drop(stopped);
        assert_eq!(publish(directory.path(), 1000, true).unwrap().0, 1000 - 512);
        assert!(has_bundles(directory.path(), 1000));
    }

    #[test]
    fn a_partial_bundle_goes_only_where_the_full_one_is() {
        let directory = tempfile::tempdir().unwrap();
        publish(directory.path(), 300, true).unwrap();
        let (checkpoint, _) = checkpoint(600);
        let publication = Publication::open(directory.path(), &checkpoint, true).unwrap();
        publication.tidy(600);
        assert!(directory.path().join("tile/entries/001.p/44").is_file());
    }

    #[test]
    fn a_checkpoint_is_never_ahead_of_its_tiles() {
        let whole = tempfile::tempdir().unwrap();
        publish(whole.path(), 300, true).unwrap();
        let (checkpoint, _) = checkpoint(700);
        // Stops after every entry: what is there must be a log that can be read.
        let mut publication = Publication::open(whole.path(), &checkpoint, true).unwrap();
        while publication.wants() < 700 {
            publication.entry(entry(publication.wants())).unwrap();
            if publication.wants().is_multiple_of(50) {
                assert!(
                    is_readable(whole.path()),
                    "interrupted at {}",
                    publication.wants()
                );
            }
        }
        drop(publication);
        assert_eq!(
            published_checkpoint(whole.path()).unwrap().unwrap().head.size,
            300
        );
        publish(whole.path(), 700, true).unwrap();
        assert!(is_readable(whole.path()));
    }

    #[test]
    fn another_log_or_an_older_one_is_not_written_over() {
        let directory = tempfile::tempdir().unwrap();
        publish(directory.path(), 300, false).unwrap();
        assert!(matches!(
            publish(directory.path(), 299, false),
            Err(PublishError::Ahead { .. })
        ));
        let key = SecretKey::from_seed([2; 32]);
        let other = Checkpoint {
            origin: Origin::of("south", &key.public()).unwrap(),
            head: head(400),
        };
        assert!(matches!(
            Publication::open(directory.path(), &other, false),
            Err(PublishError::OtherLog { .. })
        ));
        let forked = Checkpoint {
            head: head(400),
            ..checkpoint(400).0
        };
        let mut publication = Publication::open(directory.path(), &forked, false).unwrap();
        (300..400).for_each(|_| publication.entry(b"another entry".to_vec()).unwrap());
        let ended = publication.finish(b"", forked.head, &[]);
        assert!(matches!(ended, Err(PublishError::OtherRoot { .. })));
    }
}
