//! The shell of Hearthlog.

pub mod clock;
pub mod signer;
pub mod store;
