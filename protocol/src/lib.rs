//! The pure core of Hearthlog: bytes, trees, verdicts and figures. No I/O, clock, randomness or unordered iteration:
//! whatever must come out the same on two machines lives here. `docs/protocol.md` is its normative description.
#![warn(missing_docs)]
// A test that picks one variant out of many says so best with a wildcard.
#![cfg_attr(test, allow(clippy::wildcard_enum_match_arm))]

pub mod limits;

pub mod id;
pub mod pulse;
pub mod sign;
pub mod time;

pub mod codec;
pub mod entry;
pub mod kind;

pub mod log;

pub mod claims;
pub mod community;
pub mod framework;
pub mod gathering;
pub mod governance;

pub mod audit;
pub mod sync;

#[cfg(test)]
mod vectors;
