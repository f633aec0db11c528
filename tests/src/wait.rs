//! Waiting for a condition, within bounds.

use std::time::{Duration, Instant};

/// How long a condition may take to come true, however loaded the machine is.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(50);

/// Looks until there is something to see.
///
/// # Panics
/// If there is nothing for [`PATIENCE`].
#[track_caller]
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(Instant::now() < end, "waited in vain until {what}");
        std::thread::sleep(GLANCE);
    }
}
