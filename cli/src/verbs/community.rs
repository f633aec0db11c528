//! Founding, inviting, joining and admitting organisations.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Community {
    /// Found a community with this organisation as its first
    Found(Found),
    /// Make an invitation for one organisation
    Invite(Invite),
    /// Join the community an invitation comes from
    Join(Join),
    /// Let an organisation in that has applied
    Admit(Admit),
}

impl Community {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Community::Found(verb) => verb.run(context),
            Community::Invite(verb) => verb.run(context),
            Community::Join(verb) => verb.run(context),
            Community::Admit(verb) => verb.run(context),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth community found")]
pub(crate) struct Found {}

impl Found {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth community invite")]
pub(crate) struct Invite {}

impl Invite {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth community join hearth1…")]
pub(crate) struct Join {}

impl Join {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth community admit")]
pub(crate) struct Admit {}

impl Admit {
    pub(crate) fn run(self, _context: &Context) -> Result<Reply, Failure> {
        Err(Failure::new("this verb is not built yet"))
    }
}
