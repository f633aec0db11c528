//! What a node says about itself while it runs: `tracing` events on stderr.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// What is said where neither a flag nor the environment says otherwise.
const USUAL: &str =
    "info,libp2p=warn,libp2p_swarm=warn,libp2p_gossipsub=error,quinn=warn,netlink_packet_route=error";

/// The form of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not one.
    #[error("`{filter}` is not a filter such as `info` or `hearth_node=debug,warn`: {source}")]
    Filter {
        /// The text given.
        filter: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// It was started before.
    #[error("the log is already being written")]
    Started,
}

/// Starts writing to stderr. `filter` comes from the flag, else from the variable `HEARTH_LOG`, else it is the usual one.
pub fn start(filter: Option<&str>, format: LogFormat) -> Result<(), TelemetryError> {
    let named = filter
        .map(str::to_owned)
        .or_else(|| std::env::var("HEARTH_LOG").ok());
    let filter = named.unwrap_or_else(|| USUAL.to_owned());
    let parsed = EnvFilter::try_new(&filter).map_err(|source| TelemetryError::Filter { filter, source })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(parsed)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let started = match format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
    started.map_err(|_| TelemetryError::Started)
}
