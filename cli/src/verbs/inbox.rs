//! `hearth inbox`: what waits for one. The node says what may; what is followed only this home knows.

use crate::context::Context;
use crate::exit::Failure;
use crate::motion::just_after;
use crate::render::news::Row;
use crate::reply::Reply;
use crate::source::Source;
use clap::Args;
use hearth_node::queries::Query;
use serde::Deserialize;
use serde_json::{Value, json};

/// Most lines under one heading.
const MOST: usize = 20;

/// `hearth inbox`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth inbox
  hearth inbox --json

Open questions, resources and tasks are shown where you declared an interest in one of their topics
(hearth interest TOPIC), or follow them or a topic (hearth follow --topic TOPIC).")]
pub(crate) struct Inbox {}

/// One reason why something waits.
#[derive(Deserialize)]
struct Reason {
    name: String,
    heading: String,
    next: String,
    followed: bool,
    entries: Vec<Value>,
}

impl Inbox {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let key = context.home.key()?.public().bytes();
        let answer = Source::open(context)?.ask(&Query::Inbox {
            key,
            now: Some(just_after(context.now())),
        })?;
        let read = |error| Failure::new(format!("the node's answer cannot be read: {error}"));
        let reasons: Vec<Reason> = serde_json::from_value(answer["sources"].clone()).map_err(read)?;
        let following = context.home.following().map_err(Failure::new)?;
        let (mut shown, mut lines, mut total) = (Vec::new(), Vec::new(), 0);
        for reason in reasons {
            let mut waiting = Vec::new();
            for entry in reason.entries {
                let row: Row = serde_json::from_value(entry.clone()).map_err(read)?;
                if !reason.followed || row.interest || row.is_followed(&following) {
                    waiting.push((entry, row));
                }
            }
            total += waiting.len();
            if !waiting.is_empty() {
                lines.push(format!("{} ({}): {}", reason.heading, waiting.len(), reason.next));
            }
            let rows = waiting.iter().take(MOST);
            lines.extend(rows.map(|(_, row)| format!("  {}", row.line(context.now()))));
            if waiting.len() > MOST {
                lines.push(format!("  and {} more: --json has all", waiting.len() - MOST));
            }
            let entries: Vec<Value> = waiting.into_iter().map(|(entry, _)| entry).collect();
            shown.push(json!({
                "name": reason.name, "heading": reason.heading, "next": reason.next, "entries": entries,
            }));
        }
        if total == 0 {
            lines.push("Nothing waits for you.".to_owned());
        }
        if following.topics.is_empty() {
            lines.push("You follow no topic yet: `hearth follow --topic TOPIC`.".to_owned());
        }
        Ok(Reply::done(
            json!({ "inbox": shown, "total": total }),
            lines.join("\n"),
        ))
    }
}
