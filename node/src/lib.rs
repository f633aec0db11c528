//! The shell of Hearthlog.

pub mod clock;
pub mod exchange;
pub mod ledger;
pub mod network;
pub mod replication;
pub mod signer;
pub mod store;
