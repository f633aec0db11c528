//! Verification for other programs: what is wrong, in words, and nothing if all is well.

use super::published::Given;
use super::report::Report;
use hearth_node::directory::DataDirectory;
use hearth_node::store::Store;
use indicatif::ProgressBar;
use std::path::Path;

/// What `hearth verify DIR` finds wrong with a published log.
///
/// # Errors
/// Why nothing could be verified, in words.
pub fn faults_of_published(directory: &Path) -> Result<Vec<String>, String> {
    let given = Given {
        key: None,
        witnesses: Vec::new(),
        community: None,
    };
    let report = super::published(directory, given, &ProgressBar::hidden());
    report.map_or_else(|failure| Err(failure.to_string()), |report| Ok(report.faults()))
}

/// What `hearth verify --data DIR` finds wrong with a data directory.
///
/// # Errors
/// Why nothing could be verified, in words.
pub fn faults_of_data(directory: &Path) -> Result<Vec<String>, String> {
    let report = super::data(&DataDirectory::at(directory), &ProgressBar::hidden());
    report.map_or_else(|failure| Err(failure.to_string()), |report| Ok(report.faults()))
}

/// The same for a store that is open already, with the key files of `directory`. The pages of the database itself are not
/// checked against their checksums.
pub fn faults_of_store(directory: &Path, store: &Store) -> Vec<String> {
    let mut report = Report::default();
    super::data::store_of(
        &DataDirectory::at(directory),
        store,
        &ProgressBar::hidden(),
        &mut report,
    );
    report.faults()
}
