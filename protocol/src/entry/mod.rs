//! Entries: events, records and bodies, from and to their bytes (docs/protocol.md §2).
