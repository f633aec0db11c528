//! The community report: one page that shows all that the framework says, opens without a network and without a script,
//! prints, and says how to check it.

mod charts;
mod check;
mod course;
mod findings;
mod membership;
mod overview;
mod page;
mod series;
mod sheet;
mod statement;
mod words;

pub(crate) use findings::{Findings, Report};
