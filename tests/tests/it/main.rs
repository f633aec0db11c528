//! The whole-system tests, one binary. A module per topic.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks the variant it is about"
)]
#![allow(
    clippy::too_many_lines,
    reason = "a test tells one story from its beginning to its end"
)]
#![allow(
    clippy::type_complexity,
    reason = "a test names what it holds where it makes it"
)]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]
use hearth_stories::story;

mod client;
mod commuting;
mod crash;
mod cuts;
mod decisions;
mod demo;
mod faults;
mod flips;
mod gathering;
mod governance;
mod house;
mod independent;
mod interop;
mod leading;
mod meeting_verdicts;
mod network;
mod process;
mod pulses;
mod restore;
mod searching;
mod simulation;
mod tokens;
mod verdicts;
mod votes;
