//! `hearth report`: the community on one page.

use crate::context::Context;
use crate::durable::write_durably;
use crate::exit::Failure;
use crate::reply::Reply;
use crate::report::Findings;
use crate::source::Source;
use crate::verbs::when::When;
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::PathBuf;

/// `hearth report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth report --out report.html
  hearth report --as-of 2026-10-01 --out report.html
  hearth report --external --out for-funders.html
  hearth report --format csv --out figures.csv

The page carries everything in itself: it opens without a network and without a script, and prints. What has changed
is told against the last report made from this home for the same readers.")]
pub(crate) struct Report {
    /// Where to write it [default: report.html or report.csv]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    when: When,
    /// For outsiders: numbers of people in steps of eight, and no ids
    #[arg(long)]
    external: bool,
    /// What to write; `--json` prints instead
    #[arg(long, value_enum, default_value_t = Format::Html)]
    format: Format,
}

/// What a report can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The page.
    Html,
    /// A row per figure.
    Csv,
}

impl Report {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let at = self.when.at(context, self.external);
        let source = Source::open(context)?;
        let kept = context.home.reports().map_err(Failure::new)?;
        let findings = Findings::gather(&source, &at, &kept)?;
        let made = findings.json();
        if context.screen.is_json() && self.out.is_none() {
            return Ok(Reply::done(made, ""));
        }
        let (name, text, opens) = match self.format {
            Format::Html => (
                "report.html",
                findings.html(),
                "It opens in any browser, without a network.",
            ),
            Format::Csv => (
                "report.csv",
                findings.csv()?,
                "It opens in any program for spreadsheets.",
            ),
        };
        let out = self.out.unwrap_or_else(|| name.into());
        write_durably(&out, text.as_bytes()).map_err(|error| {
            Failure::new(format!("{} cannot be written: {error}", out.display()))
                .advise("Name another place with --out FILE.")
        })?;
        if at.window.is_none() {
            context
                .home
                .keep_report(kept, findings.report())
                .map_err(Failure::new)?;
        }
        let said = format!("Wrote {}. {opens}", out.display());
        Ok(Reply::done(
            json!({ "out": out, "as_of": made["framework"]["as_of"], "changed": made["changed"] }),
            said,
        ))
    }
}
