//! `hearth outbox`: what was written while the node was away.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth outbox\n  hearth outbox send")]
pub(crate) struct Outbox {
    /// Send everything now
    #[arg(value_name = "send")]
    send: Option<String>,
}

impl Outbox {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
