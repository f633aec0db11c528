//! Targets, registered before the time they are for.

use super::terms::history;
use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, propose};
use crate::pen::Pen;
use crate::render::agreed;
use crate::render::card::{short, when};
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::words::Words;
use clap::{Args, Subcommand};
use hearth_protocol::kind::{Purpose, Slug, TargetSet};
use hearth_protocol::time::Timestamp;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Target {
    /// Put a target to the vote
    Propose(Propose),
    /// Show the targets that were set
    Show(Show),
}

impl Target {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Target::Propose(verb) => verb.run(context),
            Target::Show(verb) => verb.run(context),
        }
    }
}

/// `hearth target propose`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth target propose membership \"How much we mean to grow\" --low 2 --high 8 --from 2026-04-01 --until 2026-07-01
  hearth target propose answer-each-other \"Four of five\" --low 80 --high 100 --from 2026-04-01 --until 2026-07-01

The objective is one of the terms of reference; `membership` is the net change of members. A target counts where it came
into force before its time begins.")]
pub(crate) struct Propose {
    /// Of which objective
    objective: Slug,
    /// What is aimed at, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// From here on it is met
    #[arg(long, allow_negative_numbers = true)]
    low: i64,
    /// Up to here
    #[arg(long, allow_negative_numbers = true)]
    high: i64,
    /// When its time begins
    #[arg(long, value_name = "DATE")]
    from: Timestamp,
    /// When its time ends
    #[arg(long, value_name = "DATE")]
    until: Timestamp,
    #[command(flatten)]
    voting: Voting,
}

impl Propose {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("target", "what is aimed at");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        if self.low > self.high || self.from >= self.until {
            return Err(Failure::usage(
                "a target has a lower end and a higher one, a beginning and a later end",
            ));
        }
        if self.from <= context.now() {
            context
                .screen
                .note("Its time has begun: a target registered after the fact counts for nothing.");
        }
        let target = TargetSet {
            low: self.low,
            from: self.from,
            high: self.high,
            until: self.until,
            objective: self.objective,
        };
        let motion = Motion {
            title,
            words,
            adopts: Some(Purpose::TargetSet(target).into()),
            about: Vec::new(),
        };
        propose(context, &Pen::new(context)?, motion, &self.voting)
    }
}

/// `hearth target show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth target show")]
pub(crate) struct Show {}

impl Show {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let rows = history(context, "target.set")?;
        let lines: Vec<String> = rows
            .iter()
            .map(|row| {
                let decision = short(row["decision"]["id"].as_str().unwrap_or_default());
                let since = when(row["since"].as_str().unwrap_or_default());
                format!(
                    "{} · set {since} by decision {decision}",
                    agreed::target(&row["data"])
                )
            })
            .collect();
        let text = if lines.is_empty() {
            "No target was set. Propose one: hearth target propose".to_owned()
        } else {
            lines.join("\n")
        };
        Ok(Reply::done(json!({ "targets": rows }), text))
    }
}
