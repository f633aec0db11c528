//! The member's key file: one line, `hearth-member-key-1 ` and the 64 hex digits of the secret, readable by its owner alone.

use hearth_protocol::sign::SecretKey;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const HEAD: &str = "hearth-member-key-1 ";

/// Why there is no key to sign with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("there is no key at {0}")]
    Absent(PathBuf),
    #[error("there is a key at {0} already")]
    Exists(PathBuf),
    #[error("{0} can be read by others on this machine")]
    Open(PathBuf),
    #[error("{0} is not a key file")]
    Damaged(PathBuf),
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

pub(super) fn make(path: &Path) -> Result<SecretKey, KeyError> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(seed.as_mut()).map_err(KeyError::Random)?;
    let line = Zeroizing::new(format!("{HEAD}{}\n", hex::encode(seed.as_ref())));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(line.as_bytes())?;
        file.sync_all()?;
        super::durable::sync_directory_of(path)
    });
    match written {
        Ok(()) => Ok(SecretKey::from_seed(*seed)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(KeyError::Exists(path.to_owned())),
        Err(source) => Err(KeyError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

pub(super) fn read(path: &Path) -> Result<SecretKey, KeyError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(KeyError::Absent(path.to_owned()));
        }
        Err(source) => {
            return Err(KeyError::Io {
                path: path.to_owned(),
                source,
            });
        }
    };
    refuse_if_open(path)?;
    let damaged = || KeyError::Damaged(path.to_owned());
    let digits = text.trim_end().strip_prefix(HEAD).ok_or_else(damaged)?;
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, seed.as_mut()).map_err(|_| damaged())?;
    Ok(SecretKey::from_seed(*seed))
}

/// As ssh does: a secret that others can read is not used.
#[cfg(unix)]
fn refuse_if_open(path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).map_err(|source| KeyError::Io {
        path: path.to_owned(),
        source,
    })?;
    if metadata.permissions().mode() & 0o077 == 0 {
        Ok(())
    } else {
        Err(KeyError::Open(path.to_owned()))
    }
}

#[cfg(not(unix))]
fn refuse_if_open(_path: &Path) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_read_back() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("member.key");
        assert!(matches!(read(&path), Err(KeyError::Absent(_))));
        let made = make(&path).unwrap();
        assert_eq!(read(&path).unwrap().public().as_bytes(), made.public().as_bytes());
        assert!(matches!(make(&path), Err(KeyError::Exists(_))));
        assert_eq!(read(&path).unwrap().public().as_bytes(), made.public().as_bytes());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("member.key");
        make(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read(&path), Err(KeyError::Open(_))));
    }

    #[test]
    fn a_damaged_file_is_said_to_be_one() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("member.key");
        make(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, &text[..text.len() - 4]).unwrap();
        assert!(matches!(read(&path), Err(KeyError::Damaged(_))));
    }
}
