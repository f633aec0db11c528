//! `hearth verify`: every byte of a log, checked again.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use crate::verify::{self, Given};
use clap::Args;
use hearth_node::directory::DataDirectory;
use hearth_protocol::id::Id;
use hearth_protocol::log::VerifierKey;
use std::path::PathBuf;

/// `hearth verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth verify --data ./north
  hearth verify ./site/log --vkey 'hearth/north/0faa132aceaa50d7+5a8b4d8c+AZO5…'
  hearth verify --node http://127.0.0.1:7070

It re-reads entries, signatures, tiles, roots, checkpoints, cosignatures, handovers and bodies, and says what is
wrong, in which log, at which index. It ends with 0 only if all is well, and with 4 if anything is not.")]
pub(crate) struct Verify {
    /// A directory that `hearth publish` wrote
    #[arg(value_name = "DIR")]
    published: Option<PathBuf>,
    /// The key of the published log, as you had it from elsewhere
    #[arg(long, value_name = "KEY", requires = "published")]
    vkey: Option<VerifierKey>,
    /// A key that may cosign the published log; may be repeated
    #[arg(long = "witness", value_name = "KEY", requires = "published")]
    witnesses: Vec<VerifierKey>,
    /// The community of the published log, where nothing in it names it
    #[arg(long, value_name = "ID", requires = "published")]
    community: Option<Id>,
}

impl Verify {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let bar = context.screen.progress_of(0);
        let report = match (&self.published, &context.globals.data) {
            (Some(directory), _) => {
                let given = Given {
                    key: self.vkey,
                    witnesses: self.witnesses,
                    community: self.community,
                };
                verify::published(directory, given, &bar)?
            }
            (None, Some(directory)) => verify::data(&DataDirectory::at(directory), &bar)?,
            (None, None) => verify::peer(&context.remote()?, &bar)?,
        };
        bar.finish_and_clear();
        Ok(report.into_reply())
    }
}
