//! Support for the whole-system tests.

pub mod wait;
pub mod world;
