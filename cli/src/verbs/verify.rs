//! `hearth verify`: every byte of a log, checked again.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use crate::verify::{self, Given, Report};
use clap::{ArgGroup, Args};
use hearth_node::directory::DataDirectory;
use hearth_node::run::NodeFile;
use hearth_protocol::id::Id;
use hearth_protocol::log::VerifierKey;
use indicatif::ProgressBar;
use std::path::{Path, PathBuf};

/// `hearth verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth verify --data ./north
  hearth verify ./site/log --vkey 'hearth/north/0faa132aceaa50d7+5a8b4d8c+AZO5…'
  hearth verify --node http://127.0.0.1:7070
  hearth verify --proof proof.txt --entry entry.bin --policy policy.txt

It re-reads entries, signatures, tiles, roots, checkpoints, cosignatures, handovers and bodies, and says what is
wrong, in which log, at which index. It ends with 0 only if all is well, with 4 if anything is not,
and with 2 if it was not told which key to believe.
With --proof it checks what `hearth prove` wrote, or any C2SP tlog-proof, without a log, a node or a network.")]
#[command(group = ArgGroup::new("outside").args(["published", "proof"]))]
pub(crate) struct Verify {
    /// A directory that `hearth publish` wrote
    #[arg(value_name = "DIR")]
    published: Option<PathBuf>,
    /// A proof that an entry is in a log
    #[arg(long, value_name = "FILE", requires = "entry")]
    proof: Option<PathBuf>,
    /// The entry to be proven: a file with its bytes, or its whole id
    #[arg(long, value_name = "FILE|ID", requires = "proof")]
    entry: Option<String>,
    /// Whom to believe about the proof: a C2SP tlog-policy, as you had it from elsewhere
    #[arg(long, value_name = "FILE", requires = "proof", conflicts_with_all = ["vkey", "witnesses"])]
    policy: Option<PathBuf>,
    /// The key of the log, as you had it from elsewhere
    #[arg(long, value_name = "KEY", requires = "outside")]
    vkey: Option<VerifierKey>,
    /// A key that may cosign the log; may be repeated. Of those named with a proof, more than half must have cosigned
    #[arg(long = "witness", value_name = "KEY", requires = "outside")]
    witnesses: Vec<VerifierKey>,
    /// The community of the published log, where nothing in it names it
    #[arg(long, value_name = "ID", requires = "published")]
    community: Option<Id>,
}

impl Verify {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        if let (Some(proof), Some(entry)) = (&self.proof, &self.entry) {
            let policy = verify::policy(self.policy.as_deref(), self.vkey, self.witnesses)?;
            return verify::proof(proof, entry, &policy);
        }
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
            (None, Some(directory)) => of_directory(context, directory, &bar)?,
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

/// A directory at rest by its files; one on which a node runs by what the node gives out.
fn of_directory(context: &Context, directory: &Path, bar: &ProgressBar) -> Result<Report, Failure> {
    let data = DataDirectory::at(directory);
    let failure = match verify::data(&data, bar) {
        Err(failure) => failure,
        verified => return verified,
    };
    let Some(node) = NodeFile::read(&data.node()) else {
        return Err(failure);
    };
    let mut report = verify::peer(&context.remote_at(&node.api)?, bar)?;
    let place = directory.display();
    let what = format!("the files in {place}: a node runs on them; stop it and verify again for those");
    report
        .logs
        .iter_mut()
        .for_each(|log| log.not_checked.push(what.clone()));
    Ok(report)
}
