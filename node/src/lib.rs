//! The shell of Hearthlog.
// A test that picks one variant out of many says so best with a wildcard.
#![cfg_attr(test, allow(clippy::wildcard_enum_match_arm))]

pub mod api;
pub mod clock;
pub mod config;
pub mod directory;
pub mod exchange;
pub mod found;
pub mod invitation;
pub mod join;
pub mod ledger;
pub mod markup;
pub mod network;
pub mod projector;
pub mod pulse;
pub mod queries;
pub mod replication;
pub mod run;
pub mod search;
pub mod secret_file;
pub mod signer;
pub mod store;
pub mod telemetry;
pub mod witness;
