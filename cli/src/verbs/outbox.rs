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
    after_help = "Examples:\n  hearth outbox\n  hearth outbox send",
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
}

impl Outbox {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self.action {
            None => show(context),
            Some(Action::Send) => send(context),
        }
    }
}

fn send(context: &Context) -> Result<Reply, Failure> {
    let Flushed {
        sent,
        refused,
        kept,
        stopped,
    } = pen::flush(&context.remote()?, context)?;
    let why = stopped.as_ref().map(|stopped| &stopped.why);
    let json = json!({ "sent": sent, "refused": refused, "kept": kept, "stopped": why });
    let mut text = format!("{sent} sent, {refused} refused.");
    if kept > 0 {
        text.push_str(&format!(" {kept} cannot go yet."));
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
            (json, ["?".into(), "unreadable".into(), String::new(), state])
        }
    }
}
