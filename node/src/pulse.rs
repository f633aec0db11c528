//! Anonymous surveys, as far as a node has a part in them: it issues tokens, takes answers, and publishes them all at once.

mod secret;

pub use secret::{IssuerError, IssuerSecret};
