//! What time it is: the machine's clock, or a file that a demonstration steps.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use hearth_protocol::time::Timestamp;

/// The one source of the present time in a node.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A file that holds decimal milliseconds since 1970 UTC. Only for communities founded with `clock: simulated`.
    File(FileClock),
    /// Milliseconds since 1970 UTC, as the holder of the other end says. For simulated worlds.
    Told(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that reads `path`.
    ///
    /// # Errors
    /// [`ClockError`] where the file cannot be read now or holds no number.
    pub fn file(path: &Path) -> Result<Clock, ClockError> {
        let last = Arc::new(AtomicU64::new(read(path)?));
        Ok(Clock::File(FileClock {
            path: path.to_owned(),
            last,
        }))
    }

    /// The present time.
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp::from_millis(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
            }
            Clock::File(file) => file.now(),
            Clock::Told(millis) => Timestamp::from_millis(millis.load(Ordering::Relaxed)),
        }
    }

    /// Whether this is a simulated clock.
    pub fn is_simulated(&self) -> bool {
        !matches!(self, Clock::System)
    }
}

/// A clock in a file. It never goes back: a file that is gone, unreadable or stepped back leaves it where it was.
#[derive(Debug, Clone)]
pub struct FileClock {
    path: PathBuf,
    last: Arc<AtomicU64>,
}

impl FileClock {
    fn now(&self) -> Timestamp {
        let seen = read(&self.path).unwrap_or(0);
        let before = self.last.fetch_max(seen, Ordering::Relaxed);
        Timestamp::from_millis(before.max(seen))
    }
}

/// Sets the clock file at `path`, replacing it whole so that no reader sees half a number.
///
/// # Errors
/// Whatever the file system says.
pub fn set(path: &Path, now: Timestamp) -> io::Result<()> {
    let fresh = path.with_extension("new");
    std::fs::write(&fresh, now.as_millis().to_string())?;
    std::fs::rename(&fresh, path)
}

fn read(path: &Path) -> Result<u64, ClockError> {
    let text = std::fs::read_to_string(path).map_err(|source| ClockError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    text.trim().parse().map_err(|_| ClockError::NotANumber {
        path: path.to_owned(),
    })
}

/// Why a clock file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// It cannot be read.
    #[error("{path}: {source}")]
    Unreadable {
        /// The clock file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It holds something else than decimal milliseconds.
    #[error("{path}: not a number of milliseconds since 1970")]
    NotANumber {
        /// The clock file.
        path: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_clock_follows_its_file_and_never_goes_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("clock");
        assert!(matches!(Clock::file(&path), Err(ClockError::Unreadable { .. })));
        set(&path, Timestamp::from_millis(1_000)).unwrap();
        let clock = Clock::file(&path).unwrap();
        assert_eq!(clock.now().as_millis(), 1_000);
        set(&path, Timestamp::from_millis(2_000)).unwrap();
        assert_eq!(clock.now().as_millis(), 2_000);
        set(&path, Timestamp::from_millis(500)).unwrap();
        assert_eq!(clock.now().as_millis(), 2_000);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(clock.now().as_millis(), 2_000);
    }

    #[test]
    fn a_file_without_a_number_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("clock");
        std::fs::write(&path, "noon").unwrap();
        assert!(matches!(Clock::file(&path), Err(ClockError::NotANumber { .. })));
    }
}
