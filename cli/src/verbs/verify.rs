//! `hearth verify`: every byte of a log, checked again.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use crate::verify::{self, Given};
use clap::Args;
use hearth_node::directory::DataDirectory;
use hearth_protocol::id::Id;
use hearth_protocol::log::VerifierKey;
use std::path::{Path, PathBuf};

/// `hearth verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth verify --data ./north
  hearth verify ./site/log --vkey 'hearth/north/0faa132aceaa50d7+5a8b4d8c+AZO5…'
  hearth verify --node http://127.0.0.1:7070

It re-reads entries, signatures, tiles, roots, checkpoints, cosignatures, handovers and bodies, and says what is
wrong, in which log, at which index. It ends with 0 only if all is well, with 4 if anything is not,
and with 2 if it was not told which key to believe.")]
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
                self.has_a_key(directory)?;
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

    /// Where the entries are not published, nothing there says who signs: that is for the person to say, and no falsification.
    fn has_a_key(&self, directory: &Path) -> Result<(), Failure> {
        let hashes_alone = directory.join("checkpoint").is_file() && !directory.join("tile/entries").is_dir();
        if hashes_alone && self.vkey.is_none() {
            return Err(Failure::usage(
                "without its entries nothing in this log says which key signs it",
            )
            .advise("Give the key with --vkey KEY: `hearth publish` and `hearth status` show it. Nothing was checked."));
        }
        Ok(())
    }
}
