//! The one way of reading: questions and their answers, for the API of a running node and for a data directory alike.

mod query;

pub use query::{At, Query};
