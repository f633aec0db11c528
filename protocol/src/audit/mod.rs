//! Checking a log from its bytes alone, without trust in the node that wrote it (the level *verify* of an audit).
//!
//! Nothing here reads a file: a caller hands over bytes and is told what is wrong with them, and where. [`charter`] says
//! whose log it is and which keys speak for it, [`entry`] reads one entry, [`recount`] builds the tree again, [`statement`]
//! checks what was signed over it, [`body`] whether the words are those the log commits to, [`sighting`] whether what
//! it records of other logs is true.

pub mod body;
pub mod charter;
pub mod entry;
mod finding;
pub mod recount;
pub mod sighting;
pub mod statement;

pub use charter::Charter;
pub use finding::{Fault, Finding, Place};
pub use recount::Recount;
pub use sighting::Sighting;
pub use statement::Trust;

#[cfg(test)]
mod tests;
