//! The kinds of entries: what each says, who signs it and what it is about (docs/protocol.md §3).
