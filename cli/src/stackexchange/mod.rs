//! The reader of Stack Exchange data dumps.

mod dump;
mod rows;
