//! Time for a role: pledged by its holder, confirmed by the employer.

use super::role::person;
use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::short;
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::Source;
use crate::words::Words;
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::kind::{Leadership, TimeConfirmed, TimePledged};
use hearth_protocol::limits;
use hearth_protocol::time::Month;

#[derive(Debug, Subcommand)]
pub(crate) enum Time {
    /// Say how much time one will have for one's role, each month from one on
    Pledge(Pledge),
    /// As a steward: confirm how much time a colleague had for a role in a month
    Confirm(Confirm),
    /// List the months: minutes planned and confirmed
    List(List),
}

impl Time {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Time::Pledge(verb) => verb.run(context),
            Time::Confirm(verb) => verb.run(context),
            Time::List(verb) => verb.run(context),
        }
    }
}

/// `hearth time pledge`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth time pledge 77ab10 2026-03 960

960 minutes are two days a month. It goes on until a later pledge takes its place; one made when a month has begun does
not change what was planned for it.")]
pub(crate) struct Pledge {
    /// The id of the grant of the role: `hearth role list` shows it
    #[arg(value_parser = entry_id, add = completion::of(Use::Grant))]
    grant: String,
    /// The first month, such as 2026-03
    month: Month,
    /// How many minutes a month
    #[arg(value_parser = clap::value_parser!(u64).range(1..=limits::MINUTES_OF_A_MONTH))]
    minutes: u64,
    #[command(flatten)]
    note: Words,
}

impl Pledge {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("time", "a note").about(&self.grant);
        let note = self.note.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let grant = pen.resolve(&self.grant)?;
        let act = Leadership::TimePledged(TimePledged {
            month: self.month,
            minutes: self.minutes,
        });
        pen.send("Pledged", pen.draft(act).about(grant).saying(note)?)
    }
}

/// `hearth time confirm`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth time confirm 90cc31 2026-03 900

It takes a steward of the holder's organisation, and not the holder. Only a month that is over is confirmed; of several
confirmations the last counts.")]
pub(crate) struct Confirm {
    /// The id of the pledge: `hearth time list` shows it
    #[arg(value_parser = entry_id, add = completion::of(Use::Pledge))]
    pledge: String,
    /// The month, such as 2026-03
    month: Month,
    /// How many minutes it was
    #[arg(value_parser = clap::value_parser!(u64).range(0..=limits::MINUTES_OF_A_MONTH))]
    minutes: u64,
    #[command(flatten)]
    note: Words,
}

impl Confirm {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        if context.now() < self.month.ends() {
            return Err(Failure::new(format!("{} is not over yet", self.month))
                .advise("Confirm it when the month is over; what is confirmed before does not count."));
        }
        let sheet = Sheet::of("time", "a note").about(&self.pledge);
        let note = self.note.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let pledge = pen.resolve(&self.pledge)?;
        let act = Leadership::TimeConfirmed(TimeConfirmed {
            month: self.month,
            minutes: self.minutes,
        });
        pen.send("Confirmed", pen.draft(act).about(pledge).saying(note)?)
    }
}

/// `hearth time list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth time list")]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let as_of = Some(context.now().to_string());
        let answer = Source::open(context)?.ask(&Query::Time { as_of })?;
        let rows = answer["months"].as_array().cloned().unwrap_or_default();
        let mut table = Table::new(["month", "role", "who", "planned", "confirmed", "pledge"]);
        for row in &rows {
            let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
            let minutes = |field: &str| row[field].as_u64().map(|minutes| format!("{minutes} min"));
            let waits = if row["over"] == true {
                "not yet"
            } else {
                "(not over)"
            };
            table.row([
                text("month"),
                text("role"),
                person(row),
                minutes("planned").unwrap_or_default(),
                minutes("confirmed").unwrap_or_else(|| waits.to_owned()),
                short(&text("pledge")),
            ]);
        }
        let text = if rows.is_empty() {
            "No time was pledged for a role yet.".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}
