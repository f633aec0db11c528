//! The whole-system tests, one binary. A module per topic.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cuts;
mod crash;
mod demo;
mod faults;
mod figures;
mod fleet;
mod house;
mod independent;
mod interop;
mod network;
mod restore;
mod process;
mod simulation;
mod story;
mod verdicts;
