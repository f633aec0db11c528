//! The shell of Hearthlog.

pub mod clock;
pub mod ledger;
pub mod network;
pub mod signer;
pub mod store;
