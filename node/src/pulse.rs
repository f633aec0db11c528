//! Anonymous surveys, as far as a node has a part in them: it issues tokens, takes answers, and publishes them all at once
//! (docs/pulse.md).

mod answers;
mod carrier;
mod declined;
mod desk;
mod secret;

pub use carrier::{Carrier, Parcel};
pub use declined::Declined;
pub use desk::{ANSWER, Desk, Setup};
pub use secret::{IssuerError, IssuerSecret};
