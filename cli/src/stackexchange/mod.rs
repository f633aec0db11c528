//! The reader of Stack Exchange data dumps.
