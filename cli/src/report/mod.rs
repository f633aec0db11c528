//! The community report: one page that shows all that the framework says, opens without a network and without a script,
//! prints, and says how to check it.

mod charts;
mod findings;
mod page;
mod sheet;

pub(crate) use findings::{Findings, Report};
