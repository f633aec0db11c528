//! Entries against frozen vectors, against damage, and round.
#![allow(
    clippy::too_many_lines,
    clippy::wildcard_enum_match_arm,
    reason = "tables and tests"
)]

mod arbitrary;
mod chapters;
mod damage;
mod deciding;
mod frozen;
mod leading;
mod learning;
mod malformed;
mod outputs;
mod purposeful;
mod story;
mod survey;
mod unfit;
