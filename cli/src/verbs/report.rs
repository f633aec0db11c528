//! `hearth report`: the community on one page.

use crate::context::Context;
use crate::durable::write_durably;
use crate::exit::Failure;
use crate::reply::Reply;
use crate::report::Findings;
use crate::source::Source;
use clap::{Args, ValueEnum};
use hearth_node::queries::At;
use hearth_protocol::time::{Span, Timestamp};
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
    /// The instant, such as 2026-10-01 [default: all that this node knows]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Timestamp>,
    /// A window of your own, such as 30d: values without ratings
    #[arg(long, value_name = "TIME")]
    window: Option<Span>,
    /// For outsiders: counts of one to seven people, and of all but so few, are left out, and no ids are listed
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
        let at = At {
            as_of: self.as_of.map(|as_of| as_of.to_string()),
            window: self.window.map(|window| window.to_string()),
            cut: None,
            external: self.external,
        };
        let source = Source::open(context)?;
        let kept = context.home.reports().map_err(Failure::new)?;
        let findings = Findings::gather(&source, &at, &kept)?;
        let made = findings.json();
        if context.screen.is_json() && self.out.is_none() {
            return Ok(Reply::done(made, ""));
        }
        let (name, text) = match self.format {
            Format::Html => ("report.html", findings.html()),
            Format::Csv => ("report.csv", findings.csv()?),
        };
        let out = self.out.unwrap_or_else(|| name.into());
        write_durably(&out, text.as_bytes()).map_err(|error| {
            Failure::new(format!("{} cannot be written: {error}", out.display()))
                .advise("Name another place with --out FILE.")
        })?;
        if self.window.is_none() {
            context
                .home
                .keep_report(kept, findings.report())
                .map_err(Failure::new)?;
        }
        let said = format!(
            "Wrote {}. It opens in any browser, without a network.",
            out.display()
        );
        Ok(Reply::done(
            json!({ "out": out, "as_of": made["framework"]["as_of"], "changed": made["changed"] }),
            said,
        ))
    }
}
