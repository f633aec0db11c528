//! `hearth erase`: words go, the log stays.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth erase 3f9a2c --ground request")]
pub(crate) struct Erase {}

impl Erase {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
