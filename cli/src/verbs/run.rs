//! `hearth run`: the organisation's node, until it is told to stop.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth run --data ./north")]
pub(crate) struct Run {}

impl Run {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
