//! `hearth handover`: continue a log under its next key.

use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;
use hearth_node::directory::DataDirectory;
use hearth_node::ledger::hand_over;
use hearth_node::secret_file;
use hearth_node::store::Store;
use hearth_protocol::sign::SecretKey;
use serde_json::json;
use std::path::{Path, PathBuf};

/// `hearth handover`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth handover --data ./north --key /media/stick/north.next-key --after ./north.next-key-2

Use it when the log's key is lost (the signer file is gone or was restored from an old copy)
or may be known to others. No node may run on the directory meanwhile.")]
pub(crate) struct Handover {
    /// The file with the next key: what was put aside when the present key began
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Where to put the key after that; made if it is not there. Move it off this machine afterwards
    #[arg(long, value_name = "FILE")]
    after: PathBuf,
    /// Give up entries that the present key has signed, or may have, and that this directory does not hold
    #[arg(long)]
    abandon: bool,
}

impl Handover {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let directory = DataDirectory::at(context.data()?);
        if !directory.is_founded() {
            return Err(Failure::new(format!(
                "{} holds no node",
                directory.path().display()
            )));
        }
        let next = secret_file::read(&self.key).map_err(Failure::new)?;
        let store = Store::open(directory.path()).map_err(Failure::new)?;
        let is_new = !self.after.exists();
        let after = key_in(&self.after)?;
        let head = hand_over(
            &store,
            &directory.signer(),
            next.clone(),
            after.public().hash(),
            self.abandon,
        )
        .map_err(|error| {
            if is_new && error.is_refusal() {
                // A key that nothing refers to. If it stays, the next attempt takes it.
                let _ = std::fs::remove_file(&self.after);
            }
            Failure::new(error)
        })?;
        let key = next.public().bytes();
        let json = json!({ "size": head.size, "root": head.root, "key": key, "after": self.after });
        let text = format!(
            "From entry {} on the log is signed by {key}.\nThe key after it lies in {}; move it off this machine.",
            head.size,
            self.after.display()
        );
        Ok(Reply::done(json, text))
    }
}

/// The key in a file; a new one where there is none, so that a handover that broke off can be done again.
fn key_in(path: &Path) -> Result<SecretKey, Failure> {
    if path.exists() {
        return secret_file::read(path).map_err(Failure::new);
    }
    let key = secret_file::generate().map_err(Failure::new)?;
    secret_file::write_new(path, &key).map_err(Failure::new)?;
    Ok(key)
}
