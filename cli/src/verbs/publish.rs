//! `hearth publish`: a log as static files.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth publish ./site/log --entries --data ./north")]
pub(crate) struct Publish {}

impl Publish {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
