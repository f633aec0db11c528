//! Ed25519 secrets in files of their own: 64 hexadecimal digits and a line feed, readable by their owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use hearth_protocol::sign::SecretKey;
use zeroize::Zeroizing;

/// Why a secret cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// The file cannot be used.
    #[error("{path}: {source}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others may read it.
    #[error("{path} can be read by others (mode {mode:o}): chmod 600 it, and think about replacing the key", path = path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It holds something else.
    #[error("{path} does not hold a secret key of 64 hexadecimal digits", path = path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
    },
    /// The system gives no randomness.
    #[error("the system gives no random bytes: {0}")]
    Randomness(getrandom::Error),
}

/// A new random key.
pub fn generate() -> Result<SecretKey, SecretFileError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).map_err(SecretFileError::Randomness)?;
    Ok(SecretKey::from_seed(*seed))
}

/// Keeps a key in a file that must not exist yet (mode 0600, synced).
pub fn write_new(path: &Path, key: &SecretKey) -> Result<(), SecretFileError> {
    let text = Zeroizing::new(format!("{}\n", *Zeroizing::new(hex::encode(key.seed()))));
    write_new_bytes(path, text.as_bytes())
}

/// Keeps a secret of another form in a file that must not exist yet (mode 0600, synced with its name). It is there whole
/// or not at all.
pub fn write_new_bytes(path: &Path, bytes: &[u8]) -> Result<(), SecretFileError> {
    let written = || -> io::Result<()> {
        let mut fresh = path.as_os_str().to_owned();
        fresh.push(".new");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        // Unlike a renaming, a link replaces nothing.
        let linked = fs::hard_link(&fresh, path);
        fs::remove_file(&fresh)?;
        linked?;
        match path.parent() {
            Some(directory) if !directory.as_os_str().is_empty() => File::open(directory)?.sync_all(),
            _ => Ok(()),
        }
    };
    written().map_err(|source| SecretFileError::File {
        path: path.into(),
        source,
    })
}

/// Reads a key.
pub fn read(path: &Path) -> Result<SecretKey, SecretFileError> {
    let text = read_bytes(path)?;
    let mut seed = Zeroizing::new([0; 32]);
    match hex::decode_to_slice(text.trim_ascii_end(), seed.as_mut()) {
        Ok(()) => Ok(SecretKey::from_seed(*seed)),
        Err(_) => Err(SecretFileError::NotAKey { path: path.into() }),
    }
}

/// Reads a file that nobody but its owner may be able to read.
pub fn read_bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, SecretFileError> {
    let file = |source| SecretFileError::File {
        path: path.into(),
        source,
    };
    let mode = fs::metadata(path).map_err(file)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretFileError::Exposed {
            path: path.into(),
            mode,
        });
    }
    Ok(Zeroizing::new(fs::read(path).map_err(file)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_once_and_for_its_owner() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        let key = generate().unwrap();
        write_new(&path, &key).unwrap();
        assert_eq!(read(&path).unwrap().public(), key.public());
        assert!(matches!(
            write_new(&path, &generate().unwrap()),
            Err(SecretFileError::File { .. })
        ));
        assert_eq!(read(&path).unwrap().public(), key.public(), "the first stays");
        assert_eq!(
            fs::read_dir(directory.path()).unwrap().count(),
            1,
            "nothing lies about"
        );
        let cut_short = directory.path().join("next.new");
        fs::write(&cut_short, "0123").unwrap();
        write_new(&directory.path().join("next"), &key).unwrap();
        assert!(!cut_short.exists(), "what a crash left is overwritten");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(
            read(&path),
            Err(SecretFileError::Exposed { mode: 0o644, .. })
        ));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "no key").unwrap();
        assert!(matches!(read(&path), Err(SecretFileError::NotAKey { .. })));
    }
}
