//! `hearth thread` and `hearth threads`: what people said to each other.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::render::agreed::in_a_line;
use crate::render::card::{Card, HEADLINE, short};
use crate::render::data::noun;
use crate::render::table::Table;
use crate::render::words::{WORDS, harmless, in_one_line, set_in};
use crate::reply::Reply;
use crate::source::{Source, in_pages, read};
use clap::Args;
use hearth_node::queries::{Query, Use};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// `hearth thread`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hearth thread 3f9a2c\n  hearth thread 3f9a2c --history\n\nWhoever asked under a pseudonym is unnamed in everything they do about their question."
)]
pub(crate) struct Thread {
    /// The id of any part of it
    #[arg(value_parser = entry_id, add = completion::of(Use::Read))]
    entry: String,
    /// Show also what corrected words read before
    #[arg(long)]
    history: bool,
}

impl Thread {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Thread { id: self.entry })?;
        let root: Card = read(&answer["thread"])?;
        let entries: Vec<Card> = read(&answer["entries"])?;
        let text = std::iter::once(&root)
            .chain(&entries)
            .map(|card| spoken(card, &root, self.history))
            .collect::<Vec<_>>()
            .join("\n\n");
        Ok(Reply::done(answer, text))
    }
}

/// One contribution: its line, set in under the root, and deeper its words, which no line of them leaves.
fn spoken(card: &Card, root: &Card, history: bool) -> String {
    let margin = if card.id == root.id { 0 } else { 2 };
    let to = card
        .re
        .first()
        .filter(|subject| **subject != root.id && card.id != root.id);
    let to = to
        .map(|subject| format!(" on {}", short(subject)))
        .unwrap_or_default();
    let caveat = card
        .caveat()
        .map(|caveat| format!(" [{caveat}]"))
        .unwrap_or_default();
    let corrected = card.corrected().map(|corrected| format!(" · {corrected}"));
    let corrected = corrected.unwrap_or_default();
    let head = format!(
        "{} {}{to} · {} · {}{corrected}{caveat}",
        card.short(),
        noun(&card.kind),
        card.author(),
        card.when()
    );
    let data = match card.kind.as_str() {
        "query.asked" | "thread.opened" => None,
        "reaction.given" => card.data["reaction"].as_str().map(harmless),
        kind => in_a_line(kind, &card.data),
    };
    let file = card
        .file
        .as_ref()
        .map(|file| format!("File: {}, {} bytes, {}", file.media_type, file.size, file.state));
    let mut lines = vec![set_in(&head, margin)];
    lines.extend(data.map(|data| set_in(&in_one_line(&data), margin + 2)));
    lines.extend(file.map(|file| set_in(&file, margin + 2)));
    lines.extend(card.words().map(|words| set_in(&words, margin + WORDS)));
    for (until, words) in history.then(|| card.former()).into_iter().flatten() {
        lines.push(set_in(&until, margin + 2));
        lines.push(set_in(&words, margin + WORDS));
    }
    lines.join("\n")
}

/// `hearth threads`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth threads --limit 20")]
pub(crate) struct Threads {
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Pass over this many of the newest
    #[arg(long, default_value_t = 0)]
    skip: usize,
}

#[derive(Deserialize)]
struct ThreadRow {
    thread: Card,
    follow_ups: Option<BTreeMap<String, u64>>,
    #[serde(default)]
    withdrawn: bool,
}

impl Threads {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let page = |passed, limit| {
            let skip = self.skip.saturating_add(passed);
            source.ask(&Query::Threads { limit, skip })
        };
        let all = |answer: &Value| {
            answer["total"]
                .as_u64()
                .unwrap_or(0)
                .saturating_sub(self.skip as u64)
        };
        let answer = in_pages("threads", self.limit, all, page)?;
        let rows: Vec<ThreadRow> = read(&answer["threads"])?;
        let mut table = Table::new(["id", "what", "title", "by", "when", "answers", "replies"]);
        for ThreadRow {
            thread,
            follow_ups,
            withdrawn,
        } in &rows
        {
            let of_kind = |kind: &str| {
                follow_ups
                    .as_ref()
                    .and_then(|counts| counts.get(kind))
                    .copied()
                    .unwrap_or(0)
                    .to_string()
            };
            table.row([
                thread.short(),
                noun(&thread.kind).to_owned(),
                if *withdrawn {
                    format!("(withdrawn) {}", thread.headline(HEADLINE))
                } else {
                    thread.headline(HEADLINE)
                },
                thread.author(),
                thread.ago(context.now()),
                of_kind("query.answered"),
                of_kind("thread.replied"),
            ]);
        }
        let text = if rows.is_empty() {
            "Nothing has been written yet.".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}
