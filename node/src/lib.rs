//! The shell of Hearthlog.
