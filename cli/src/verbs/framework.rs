//! `hearth framework` and `hearth explain`.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth framework --as-of 2026-10-01")]
pub(crate) struct Framework {}

impl Framework {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth explain V4")]
pub(crate) struct Explain {}

impl Explain {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
