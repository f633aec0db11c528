//! `hearth outbox`: what was written while the node was away.

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::home::Waiting;
use crate::pen::{self, Flushed};
use crate::remote::Submission;
use crate::render::table::Table;
use crate::render::time::local;
use crate::reply::Reply;
use clap::{Args, Subcommand};
use hearth_protocol::codec;
use hearth_protocol::entry::Entry;
use serde_json::{Value, json};

/// `hearth outbox`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  hearth outbox\n  hearth outbox send\n  hearth outbox drop 3f9a2c",
    args_conflicts_with_subcommands = true
)]
pub(crate) struct Outbox {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Send everything that waits
    #[command(after_help = "Example:\n  hearth outbox send")]
    Send,
    /// Throw away something that waits or was refused
    #[command(after_help = "Example:\n  hearth outbox drop 3f9a2c")]
    Drop {
        /// Its id as `hearth outbox` shows it
        id: String,
    },
}

impl Outbox {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self.action {
            None => show(context),
            Some(Action::Send) => send(context),
            Some(Action::Drop { id }) => throw_away(context, &id),
        }
    }
}

fn send(context: &Context) -> Result<Reply, Failure> {
    let Flushed {
        sent,
        refused,
        kept,
        kept_for,
        stopped,
    } = pen::flush(&context.remote()?, context)?;
    let why = stopped.as_ref().map(|stopped| &stopped.why);
    let json =
        json!({ "sent": sent, "refused": refused, "kept": kept, "kept_for": kept_for, "stopped": why });
    let mut text = format!("{sent} sent, {refused} refused.");
    if kept > 0 {
        let why = kept_for.unwrap_or_default();
        text.push_str(&format!(
            " {kept} cannot go yet: {why}.\nIt goes by itself when it can; `hearth outbox drop ID` throws it away."
        ));
    }
    match stopped {
        None if refused == 0 => Ok(Reply::done(json, text)),
        None => Ok(Reply::done(json, text).ending(Exit::Failed)),
        Some(stopped) => {
            let text = format!("{text} The rest waits: {}.", stopped.why);
            Ok(Reply::done(json, text).ending(if stopped.for_now {
                Exit::Unreachable
            } else {
                Exit::Failed
            }))
        }
    }
}

fn show(context: &Context) -> Result<Reply, Failure> {
    let outbox = context.home.outbox().map_err(Failure::new)?;
    let waiting = outbox.waiting().map_err(Failure::new)?;
    let refused = outbox.refused().map_err(Failure::new)?;
    let list = |found: &[Waiting]| {
        found
            .iter()
            .map(|waiting| described(waiting).0)
            .collect::<Vec<_>>()
    };
    let json = json!({ "waiting": list(&waiting), "refused": list(&refused) });
    if waiting.is_empty() && refused.is_empty() {
        return Ok(Reply::done(json, "Nothing waits."));
    }
    let mut table = Table::new(["id", "what", "written", "state"]);
    for item in waiting.iter().chain(&refused) {
        table.row(described(item).1);
    }
    Ok(Reply::done(json, table.render(&context.screen)))
}

fn throw_away(context: &Context, wanted: &str) -> Result<Reply, Failure> {
    let outbox = context.home.outbox().map_err(Failure::new)?;
    let all = [
        outbox.waiting().map_err(Failure::new)?,
        outbox.refused().map_err(Failure::new)?,
    ]
    .concat();
    let wanted = wanted.to_ascii_lowercase();
    let mut found = all.iter().filter(|waiting| {
        let (json, _) = described(waiting);
        let named = json["id"].as_str().map(|id| id.starts_with(&wanted));
        !wanted.is_empty() && named.unwrap_or_else(|| format!("#{}", waiting.number) == wanted)
    });
    let waiting = match (found.next(), found.next()) {
        (Some(waiting), None) => waiting,
        (None, _) => {
            return Err(Failure::new(format!("nothing in the outbox is called {wanted}"))
                .advise("`hearth outbox` lists what waits and what was refused."));
        }
        (Some(_), Some(_)) => {
            return Err(
                Failure::new(format!("several things in the outbox begin with {wanted}"))
                    .advise("Give more digits."),
            );
        }
    };
    let (json, [name, what, ..]) = described(waiting);
    let gone = if waiting.reason.is_some() {
        outbox.forget_refused(waiting.number)
    } else {
        outbox.withdraw(waiting.number)
    };
    gone.map_err(Failure::new)?;
    let text = format!("Thrown away: {name} ({what}). It will not be sent.");
    Ok(Reply::done(json!({ "dropped": json }), text))
}

/// One line of the list, for programs and for people.
fn described(waiting: &Waiting) -> (Value, [String; 4]) {
    let submission = waiting.submission().ok();
    let bytes = submission
        .and_then(|bytes| codec::decode::<Submission>(&bytes).ok())
        .and_then(|s| Some(s.entries.first()?.0.clone()));
    let entry = bytes
        .as_ref()
        .and_then(|bytes| Some((Entry::id_of(bytes), Entry::parse(bytes).ok()?)));
    let state = waiting
        .reason
        .as_ref()
        .map_or("waits".to_owned(), |reason| format!("refused: {reason}"));
    match entry {
        Some((id, entry)) => {
            let (kind, at) = (entry.payload().act.kind(), entry.payload().at);
            let json = json!({ "id": id, "kind": kind, "at": at.to_string(), "reason": waiting.reason });
            (json, [id.short(), kind.to_owned(), local(at), state])
        }
        None => {
            let json = json!({ "number": waiting.number, "reason": waiting.reason });
            let name = format!("#{}", waiting.number);
            (json, [name, "unreadable".into(), String::new(), state])
        }
    }
}
