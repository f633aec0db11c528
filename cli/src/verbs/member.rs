//! Members of the organisation.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// Admit a member by public key
    Admit(Admit),
    /// List the members
    List(List),
    /// Make a key invalid from now on
    Revoke(Revoke),
}

impl Member {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Member::Admit(verb) => verb.run(context),
            Member::List(verb) => verb.run(context),
            Member::Revoke(verb) => verb.run(context),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth member admit")]
pub(crate) struct Admit {}

impl Admit {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth member list")]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth member revoke")]
pub(crate) struct Revoke {}

impl Revoke {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
