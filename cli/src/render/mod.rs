//! How facts look to a person: tables, times, words.

pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod words;
