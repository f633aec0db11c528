//! Waiting for another process: look again and again, but not for ever.

use std::thread;
use std::time::{Duration, Instant};

/// How long to let other processes be between two looks.
const PAUSE: Duration = Duration::from_millis(25);

/// A bounded wait.
#[derive(Debug)]
pub(crate) struct Patience {
    until: Instant,
}

impl Patience {
    pub(crate) fn of(length: Duration) -> Self {
        Self {
            until: Instant::now() + length,
        }
    }

    /// Pauses once; false when patience is at its end.
    pub(crate) fn wait(&mut self) -> bool {
        thread::sleep(PAUSE);
        Instant::now() < self.until
    }
}
