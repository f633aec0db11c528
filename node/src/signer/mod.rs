//! The signer file: the one place where an organisation's log secret lives, and the memory of what it last signed.
//!
//! A log key must never sign two inconsistent trees. So the secret lies in the same file as the (size, root) of the last
//! tree it was used for, and a signature can only be had by first writing that pair down: [`Signer::advance`] syncs it to
//! disk and returns a [`Synced`], and only a [`Synced`] can sign, and only the tree it stands for.

mod layout;

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hearth_protocol::id::{KeyHash, Root};
use hearth_protocol::log::{Checkpoint, Note, Origin, TreeHead};
use hearth_protocol::sign::{PublicKey, SecretKey};

use self::layout::{FILE_LENGTH, Header, Slot};

/// An open signer file. It has no `Debug`: it holds the log's secret key, which is wiped from memory when it is dropped.
pub struct Signer {
    path: PathBuf,
    file: File,
    secret: SecretKey,
    next: KeyHash,
    held: Slot,
    torn: bool,
}

impl Signer {
    /// Makes a signer file (mode 0600) for a log that stands at `tree`, and syncs it. Never replaces an existing one.
    ///
    /// # Errors
    /// [`SignerError::Exists`] where there is one already; [`SignerError::Io`].
    pub fn create(
        path: &Path,
        secret: SecretKey,
        next: KeyHash,
        tree: TreeHead,
    ) -> Result<Signer, SignerError> {
        let fresh = path.with_extension("new");
        write_new(&fresh, &secret, next, tree).map_err(|source| io_error(&fresh, source))?;
        let linked = std::fs::hard_link(&fresh, path);
        std::fs::remove_file(&fresh).map_err(|source| io_error(&fresh, source))?;
        linked.map_err(|source| {
            if source.kind() == io::ErrorKind::AlreadyExists {
                SignerError::Exists {
                    path: path.to_owned(),
                }
            } else {
                io_error(path, source)
            }
        })?;
        sync_directory_of(path)?;
        Signer::open(path)
    }

    /// Puts a signer file for a new key in the place of whatever stands there: the last step of a handover.
    ///
    /// # Errors
    /// [`SignerError::Io`].
    pub fn replace(
        path: &Path,
        secret: SecretKey,
        next: KeyHash,
        tree: TreeHead,
    ) -> Result<Signer, SignerError> {
        let fresh = path.with_extension("new");
        write_new(&fresh, &secret, next, tree).map_err(|source| io_error(&fresh, source))?;
        std::fs::rename(&fresh, path).map_err(|source| io_error(path, source))?;
        sync_directory_of(path)?;
        Signer::open(path)
    }

    /// Opens a signer file: the newer of its two slots that is whole counts, so a torn write falls back to the older.
    ///
    /// # Errors
    /// [`SignerError::Missing`], [`SignerError::Exposed`] (others may read it), [`SignerError::Corrupt`], [`SignerError::Io`].
    pub fn open(path: &Path) -> Result<Signer, SignerError> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(|source| {
                if source.kind() == io::ErrorKind::NotFound {
                    SignerError::Missing {
                        path: path.to_owned(),
                    }
                } else {
                    io_error(path, source)
                }
            })?;
        let mode = file
            .metadata()
            .map_err(|source| io_error(path, source))?
            .permissions()
            .mode()
            & 0o777;
        if mode & 0o077 != 0 {
            return Err(SignerError::Exposed {
                path: path.to_owned(),
                mode,
            });
        }
        let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(FILE_LENGTH));
        file.seek(SeekFrom::Start(0))
            .and_then(|_| file.read_to_end(&mut bytes))
            .map_err(|source| io_error(path, source))?;
        let corrupt = |what| SignerError::Corrupt {
            path: path.to_owned(),
            what,
        };
        let header = Header::decode(&bytes).ok_or_else(|| corrupt("header"))?;
        let held = Slot::newest(&bytes, &header.key()).ok_or_else(|| corrupt("both slots"))?;
        let torn = Slot::any_torn(&bytes, &header.key());
        let Header { secret, next } = header;
        Ok(Signer {
            path: path.to_owned(),
            file,
            secret,
            next,
            held,
            torn,
        })
    }

    /// The log's public key in force.
    pub fn key(&self) -> PublicKey {
        self.secret.public()
    }

    /// The hash of the key this one will hand over to.
    pub fn next(&self) -> KeyHash {
        self.next
    }

    /// Whether one of the two slots was neither empty nor whole when the file was opened: the other one counts.
    pub fn is_torn(&self) -> bool {
        self.torn
    }

    /// The tree this key last committed itself to.
    pub fn held(&self) -> TreeHead {
        self.held.tree
    }

    /// Commits the key to `tree` for ever: writes it to the slot not in use and syncs it. Standing still is allowed.
    ///
    /// # Errors
    /// [`AdvanceError::Backwards`] and [`AdvanceError::Forked`] say that the caller's log is not the one this key signed;
    /// [`AdvanceError::Io`]: nothing may be signed, and the same call may be tried again.
    pub fn advance(&mut self, tree: TreeHead) -> Result<Synced<'_>, AdvanceError> {
        let held = self.held.tree;
        if tree.size < held.size {
            return Err(AdvanceError::Backwards {
                held: held.size,
                asked: tree.size,
            });
        }
        if tree.size == held.size && tree.root != held.root {
            return Err(AdvanceError::Forked {
                size: tree.size,
                held: held.root,
                asked: tree.root,
            });
        }
        if tree != held {
            let slot = Slot {
                sequence: self.held.sequence + 1,
                tree,
            };
            self.write(&slot).map_err(|source| AdvanceError::Io {
                path: self.path.clone(),
                source,
            })?;
            self.held = slot;
        }
        Ok(Synced { signer: self })
    }

    fn write(&self, slot: &Slot) -> io::Result<()> {
        self.file.write_all_at(&slot.encode(&self.key()), slot.offset())?;
        self.file.sync_data()
    }
}

/// Proof that the signer file on disk stands at its tree. The only door to a signature of the log key.
pub struct Synced<'a> {
    signer: &'a Signer,
}

impl Synced<'_> {
    /// The tree that may now be signed.
    pub fn tree(&self) -> TreeHead {
        self.signer.held()
    }

    /// The signed checkpoint of exactly this tree (C2SP tlog-checkpoint).
    pub fn sign(&self, origin: &Origin) -> Note {
        Checkpoint {
            origin: origin.clone(),
            head: self.tree(),
        }
        .sign(&self.signer.secret)
    }
}

fn write_new(path: &Path, secret: &SecretKey, next: KeyHash, tree: TreeHead) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    file.write_all(&layout::encode_file(secret, next, &Slot { sequence: 0, tree }))?;
    file.sync_all()
}

fn sync_directory_of(path: &Path) -> Result<(), SignerError> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|source| io_error(directory, source))
}

fn io_error(path: &Path, source: io::Error) -> SignerError {
    SignerError::Io {
        path: path.to_owned(),
        source,
    }
}

/// Why a signer file cannot be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// There is none. It must never be made anew for a log that has been signed: the log is handed over to its next key.
    #[error(
        "{path}: the signer file is missing; hand this log over to its next key (never recreate the file)"
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// There is one already.
    #[error("{path}: a signer file exists already")]
    Exists {
        /// Where it is.
        path: PathBuf,
    },
    /// Other users of the machine may read the secret.
    #[error("{path}: mode {mode:o} lets others read the log's secret key; make it 600")]
    Exposed {
        /// Where it is.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Neither slot, or not the header, is whole. As good as missing.
    #[error("{path}: the signer file is damaged ({what}); hand this log over to its next key")]
    Corrupt {
        /// Where it is.
        path: PathBuf,
        /// The part that fails its checksum.
        what: &'static str,
    },
    /// The disk failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a key does not commit itself to a tree.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// The key has signed a larger tree.
    #[error("this key has signed size {held}; it does not go back to {asked}")]
    Backwards {
        /// The size it stands at.
        held: u64,
        /// The size it was asked for.
        asked: u64,
    },
    /// The key has signed another tree of this size.
    #[error("this key has signed another tree of size {size}: root {held}, not {asked}")]
    Forked {
        /// The size of both.
        size: u64,
        /// The root it stands at.
        held: Root,
        /// The root it was asked for.
        asked: Root,
    },
    /// The slot could not be written and synced.
    #[error("{path}: {source}")]
    Io {
        /// The signer file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

#[cfg(test)]
mod tests;
