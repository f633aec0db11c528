//! `hearth import`: history from elsewhere.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Import {
    /// A directory of a Stack Exchange data dump (Posts.xml, Comments.xml, Votes.xml)
    Stackexchange(Stackexchange),
}

impl Import {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Import::Stackexchange(verb) => verb.run(context),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth import stackexchange ./dump")]
pub(crate) struct Stackexchange {}

impl Stackexchange {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
