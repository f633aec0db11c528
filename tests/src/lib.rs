//! Support for the whole-system tests.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks the variant it is about"
)]

pub mod fleet;
pub mod house;
pub mod wait;
pub mod world;
