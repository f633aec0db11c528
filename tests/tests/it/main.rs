//! The whole-system tests, one binary. A module per topic.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod crash;
mod cuts;
mod demo;
mod faults;
mod figures;
mod fleet;
mod house;
mod independent;
mod interop;
mod network;
mod process;
mod restore;
mod simulation;
mod story;
mod verdicts;
