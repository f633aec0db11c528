//! `hearth demo`: three organisations on this machine.

#[allow(dead_code, reason = "the command that plays the story follows")]
mod player;
#[allow(dead_code, reason = "the command that plays the story follows")]
mod scenario;

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth demo --dir ./demo --exit")]
pub(crate) struct Demo {}

impl Demo {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
