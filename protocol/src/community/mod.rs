//! Verdicts: who may do what, what counts, and when it was (docs/protocol.md §6).
