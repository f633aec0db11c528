//! `hearth man`: a page of the manual for each verb.

use crate::args::Cli;
use crate::context::Context;
use crate::durable::write_durably;
use crate::exit::Failure;
use crate::reply::Reply;
use clap::{Args, Command, CommandFactory};
use clap_mangen::Man as Page;
use clap_mangen::roff::{Roff, roman};
use serde_json::json;
use std::fs;
use std::io;
use std::path::PathBuf;

/// Where pages about commands of users belong.
const SECTION: &str = "1";

/// `hearth man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth man --out ~/.local/share/man/man1
  man hearth-ask

One page for the program and one for each verb, with its examples.")]
pub(crate) struct Man {
    /// The directory to write them to
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Man {
    pub(crate) fn run(self, _: &Context) -> Result<Reply, Failure> {
        let failed = |error| Failure::new(format!("cannot write to {}: {error}", self.out.display()));
        fs::create_dir_all(&self.out).map_err(failed)?;
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let mut pages = Vec::new();
        collect(&command, &mut pages).map_err(failed)?;
        let mut names = Vec::new();
        for (name, page) in pages {
            write_durably(&self.out.join(&name), &page).map_err(failed)?;
            names.push(name);
        }
        let text = format!("{} pages in {}.", names.len(), self.out.display());
        Ok(Reply::done(json!({ "out": self.out, "pages": names }), text))
    }
}

/// The pages of a verb and of the verbs under it, each with the name of its file.
fn collect(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    pages.push((format!("{name}.{SECTION}"), page(command)?));
    command
        .get_subcommands()
        .filter(|verb| !verb.is_hide_set())
        .try_for_each(|verb| collect(verb, pages))
}

fn page(command: &Command) -> io::Result<Vec<u8>> {
    let page = Page::new(command.clone())
        .section(SECTION)
        .source(format!("Hearthlog {}", env!("CARGO_PKG_VERSION")))
        .manual("Hearthlog");
    let mut bytes = Vec::new();
    page.render_title(&mut bytes)?;
    page.render_name_section(&mut bytes)?;
    page.render_synopsis_section(&mut bytes)?;
    page.render_description_section(&mut bytes)?;
    page.render_options_section(&mut bytes)?;
    if command.get_subcommands().any(|verb| !verb.is_hide_set()) {
        page.render_subcommands_section(&mut bytes)?;
    }
    if let Some(after) = command.get_after_help() {
        closing(&after.to_string()).to_writer(&mut bytes)?;
    }
    Ok(bytes)
}

/// What stands after the options in `--help`: examples as they are typed, and paragraphs.
fn closing(text: &str) -> Roff {
    let mut roff = Roff::new();
    let (mut typed, mut headed) = (false, false);
    if !text.starts_with("Example") {
        roff.control("SH", ["NOTES"]);
    }
    for line in text.lines() {
        if ["Example:", "Examples:"].contains(&line) {
            roff.control("SH", ["EXAMPLES"]);
            headed = true;
            continue;
        }
        let is_typed = line.starts_with("  ");
        if is_typed != typed {
            roff.control(if is_typed { "nf" } else { "fi" }, []);
            typed = is_typed;
        }
        match line.trim() {
            "" => {
                // What follows the examples is about the verb.
                roff.control(if headed { "SH" } else { "PP" }, headed.then_some("NOTES"));
                headed = false;
            }
            _ => {
                roff.text([roman(line)]);
            }
        }
    }
    if typed {
        roff.control("fi", []);
    }
    roff
}
