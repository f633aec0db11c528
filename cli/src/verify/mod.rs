//! Verification of whole logs: fetching every byte from where it lies, and handing it to `hearth_protocol::audit`.

mod data;
mod examination;
mod peer;
mod published;
mod report;

pub(crate) use data::data;
pub(crate) use peer::peer;
pub(crate) use published::{Given, published};
