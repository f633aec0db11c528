//! `hearth verify`: every byte of a log, checked again.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth verify --data ./north\n  hearth verify ./published")]
pub(crate) struct Verify {}

impl Verify {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
