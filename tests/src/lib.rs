//! Support for the whole-system tests.

pub mod house;
pub mod wait;
pub mod world;
