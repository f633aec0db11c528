//! The whole-system tests, one binary. A module per topic.
mod house;
mod independent;
