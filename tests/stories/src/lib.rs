//! Small communities told entry by entry, without node and network: by hand ([`story`], [`survey`]) or as a file
//! ([`told`]), with the figures worked by hand for them ([`expected`]), which
//! a program in another language recomputes ([`independent`]). All of it needs the core alone, so that a change
//! of a figure is tried within seconds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "a test picks the variant it is about"
)]

pub mod expected;
pub mod independent;
pub mod story;
pub mod survey;
pub mod told;
