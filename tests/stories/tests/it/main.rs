//! The stories of tests/vectors/figures, one binary. `HEARTH_STORIES=v4-` tells only those whose names begin so.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks the variant it is about"
)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod document;
mod figures;
mod outside;
mod recomputed;
