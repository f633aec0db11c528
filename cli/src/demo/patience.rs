//! Waiting for another process: look again and again, but not for ever.

use std::thread;
use std::time::{Duration, Instant};

/// How long to let other processes be before the second look; twice as long before each after it, up to [`LONGEST`]: to be
/// looked at costs them time, too.
const FIRST: Duration = Duration::from_millis(15);
const LONGEST: Duration = Duration::from_millis(120);

/// A bounded wait.
#[derive(Debug)]
pub(crate) struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    pub(crate) fn of(length: Duration) -> Self {
        Self {
            until: Instant::now() + length,
            pause: FIRST,
        }
    }

    /// Pauses once; false when patience is at its end.
    pub(crate) fn wait(&mut self) -> bool {
        thread::sleep(self.pause);
        self.pause = LONGEST.min(self.pause * 2);
        Instant::now() < self.until
    }
}
