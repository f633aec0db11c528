//! Verification of whole logs: fetching every byte from where it lies, and handing it to `hearth_protocol::audit`.

mod data;
mod examination;
mod faults;
mod peer;
mod proof;
mod published;
mod report;
mod sightings;

pub(crate) use data::data;
pub use faults::{faults_of_data, faults_of_published, faults_of_store};
pub(crate) use peer::peer;
pub(crate) use proof::{policy, proof};
pub(crate) use published::{Given, published};
pub(crate) use report::Report;
