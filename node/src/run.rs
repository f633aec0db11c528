//! A running node: everything started, one loop that hands each thing that happens to the room it concerns, everything
//! stopped.

use std::path::PathBuf;

use crate::config::Config;
use crate::directory::DataDirectory;

/// How a node is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The node's data directory.
    pub directory: DataDirectory,
    /// Its settings: those of `config.json`, changed by what the command line says.
    pub config: Config,
    /// A file with the time in milliseconds; only for a community founded with `clock: simulated`.
    pub clock: Option<PathBuf>,
}

/// Why a node does not run, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {}

/// Runs a node until it is told to stop (SIGINT, SIGTERM).
pub fn run(options: Options) -> Result<(), RunError> {
    unimplemented!("lands next: {options:?}")
}
