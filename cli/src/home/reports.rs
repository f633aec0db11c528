//! `reports.json`: what the last reports said, so that the next one can say what has changed.

use crate::durable::write_privately;
use crate::report::Report;
use std::path::Path;
use std::{fs, io};

/// Most reports that are kept.
const MOST: usize = 24;

/// Those kept, the oldest first. A file that cannot be read as reports is an error, never forgotten in silence.
pub(super) fn read(file: &Path) -> io::Result<Vec<Report>> {
    match fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            let what = format!(
                "{} holds no reports ({error}); remove it to begin anew",
                file.display()
            );
            io::Error::new(io::ErrorKind::InvalidData, what)
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Keeps one more; of the same community, readers and instant only the newest.
pub(super) fn keep(file: &Path, mut kept: Vec<Report>, report: Report) -> io::Result<()> {
    kept.retain(|other| !report.is_again(other));
    kept.push(report);
    let over = kept.len().saturating_sub(MOST);
    kept.drain(..over);
    write_privately(file, &serde_json::to_vec(&kept)?)
}
