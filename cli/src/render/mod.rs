//! How facts look to a person: tables, times, words.

pub(crate) mod agreed;
pub(crate) mod calendar;
pub(crate) mod card;
pub(crate) mod data;
pub(crate) mod decision;
pub(crate) mod figures;
pub(crate) mod news;
pub(crate) mod table;
pub(crate) mod time;
pub(crate) mod words;
