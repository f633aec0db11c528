//! Reading what the community wrote.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth thread 3f9a2c")]
pub(crate) struct Thread {}

impl Thread {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth threads")]
pub(crate) struct Threads {}

impl Threads {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth search syringe driver")]
pub(crate) struct Search {}

impl Search {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth status")]
pub(crate) struct Status {}

impl Status {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth log")]
pub(crate) struct Log {}

impl Log {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth show 3f9a2c")]
pub(crate) struct Show {}

impl Show {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
