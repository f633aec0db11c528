//! The directory of a dump and its files.

use super::rows::{OpenError, Rows};
use crate::exit::Failure;
use std::fmt;
use std::fs;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

/// A directory that holds a dump.
#[derive(Debug)]
pub(crate) struct Archive {
    directory: PathBuf,
}

/// The files of a dump that are read. Users.xml is not: it holds names, which the log must not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum File {
    Posts,
    Comments,
    Votes,
}

/// Why a dump cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArchiveError {
    #[error("{0} is not a directory")]
    NotADirectory(PathBuf),
    #[error("{0} holds no Posts.xml")]
    NoPosts(PathBuf),
    #[error("{file} cannot be read: {source}")]
    Unreadable { file: File, source: io::Error },
    #[error("{file} cannot be read: {source}")]
    NotADump { file: File, source: OpenError },
}

impl Archive {
    pub(crate) fn at(directory: &Path) -> Result<Self, ArchiveError> {
        if !directory.is_dir() {
            return Err(ArchiveError::NotADirectory(directory.to_owned()));
        }
        let archive = Self {
            directory: directory.to_owned(),
        };
        match archive.path(File::Posts).exists() {
            true => Ok(archive),
            false => Err(ArchiveError::NoPosts(archive.directory)),
        }
    }

    /// A site name for a dump that is not given one: the name of its directory.
    pub(crate) fn name(&self) -> Option<String> {
        let directory = self.directory.canonicalize().ok()?;
        Some(directory.file_name()?.to_string_lossy().into_owned())
    }

    /// Bytes that an import reads: posts are read twice.
    pub(crate) fn bytes(&self) -> u64 {
        [File::Posts, File::Posts, File::Comments, File::Votes]
            .iter()
            .filter_map(|file| fs::metadata(self.path(*file)).ok())
            .map(|metadata| metadata.len())
            .sum()
    }

    /// The rows of a file; none if the file is not there.
    pub(crate) fn open(&self, file: File) -> Result<Option<Rows<BufReader<fs::File>>>, ArchiveError> {
        let opened = match fs::File::open(self.path(file)) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(ArchiveError::Unreadable { file, source }),
        };
        let rows = Rows::open(BufReader::with_capacity(1 << 16, opened), file.list());
        rows.map(Some)
            .map_err(|source| ArchiveError::NotADump { file, source })
    }

    fn path(&self, file: File) -> PathBuf {
        self.directory.join(file.name())
    }
}

impl File {
    pub(crate) fn name(self) -> &'static str {
        match self {
            File::Posts => "Posts.xml",
            File::Comments => "Comments.xml",
            File::Votes => "Votes.xml",
        }
    }

    /// The outermost element.
    pub(crate) fn list(self) -> &'static str {
        match self {
            File::Posts => "posts",
            File::Comments => "comments",
            File::Votes => "votes",
        }
    }
}

impl fmt::Display for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        Failure::new(error)
            .advise("Name the unpacked directory of one site's dump, with Posts.xml, Comments.xml and Votes.xml in it.")
    }
}
