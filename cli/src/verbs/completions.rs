//! `hearth completions`: the script that teaches a shell.

use crate::completion::Shell;
use crate::context::Context;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::Args;
use serde_json::json;
use std::env;
use std::path::Path;

/// `hearth completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth completions bash
  echo 'source <(hearth completions bash)' >> ~/.bashrc
  echo 'source <(hearth completions zsh)' >> ~/.zshrc
  hearth completions fish > ~/.config/fish/completions/hearth.fish

Verbs, options, topics, names and the ids of recent questions, answers and resources are completed. Ids come from
your node while it runs; zsh and fish show titles beside them.")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self, _: &Context) -> Result<Reply, Failure> {
        let script = self.shell.script(&program()).map_err(Failure::new)?;
        Ok(Reply::done(json!({ "script": script }), script))
    }
}

/// What the script runs: this program by its name where that is how it was called, else by its whole path.
fn program() -> String {
    let called = env::args_os().next().unwrap_or_default();
    let is_name = Path::new(&called).components().count() == 1;
    let path = if is_name { None } else { env::current_exe().ok() };
    path.map_or(called, Into::into).to_string_lossy().into_owned()
}
