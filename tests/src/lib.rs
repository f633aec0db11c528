//! Support for the whole-system tests.

pub mod world;
