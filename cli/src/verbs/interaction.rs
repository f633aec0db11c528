//! Asking, answering and talking.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth ask")]
pub(crate) struct Ask {}

impl Ask {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth answer 3f9a2c")]
pub(crate) struct Answer {}

impl Answer {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth accept 3f9a2c")]
pub(crate) struct Accept {}

impl Accept {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth withdraw 3f9a2c")]
pub(crate) struct Withdraw {}

impl Withdraw {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth discuss")]
pub(crate) struct Discuss {}

impl Discuss {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth reply 3f9a2c")]
pub(crate) struct ReplyTo {}

impl ReplyTo {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth react 3f9a2c thanks")]
pub(crate) struct React {}

impl React {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
