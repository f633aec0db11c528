//! Sharing and judging resources.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth share")]
pub(crate) struct Share {}

impl Share {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth validate 3f9a2c")]
pub(crate) struct Validate {}

impl Validate {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth dispute 3f9a2c")]
pub(crate) struct Dispute {}

impl Dispute {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
