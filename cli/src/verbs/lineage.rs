//! What something came from, and what came of it.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::render::card::{Card, HEADLINE};
use crate::render::data::noun;
use crate::reply::Reply;
use crate::source::{Source, read};
use clap::Args;
use hearth_node::queries::{Query, Use};
use serde_json::Value;

/// `hearth lineage`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth lineage 5d02aa

It follows discussion, collected answers (FAQ), resource and work both ways. Of what was said in reply it shows
only what something came of.")]
pub(crate) struct Lineage {
    /// The id of any step
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    entry: String,
}

impl Lineage {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Lineage { id: self.entry })?;
        let mut lines = vec![line(&answer["entry"])?];
        for (way, heading, nothing) in [
            ("from", "came from", "It came from nothing written here."),
            ("into", "led to", "Nothing has come of it yet."),
        ] {
            lines.push(String::new());
            let steps = list(&answer[way]);
            if steps.is_empty() {
                lines.push(nothing.to_owned());
            } else {
                lines.push(heading.to_owned());
                branches(steps, way, "", &mut lines)?;
            }
        }
        Ok(Reply::done(answer, lines.join("\n")))
    }
}

/// A tree with its branches drawn.
fn branches(steps: &[Value], way: &str, indent: &str, lines: &mut Vec<String>) -> Result<(), Failure> {
    for (place, step) in steps.iter().enumerate() {
        let is_last = place + 1 == steps.len();
        let (joint, beyond) = if is_last {
            ("└─ ", "   ")
        } else {
            ("├─ ", "│  ")
        };
        let above = if step["above"] == true { " (as above)" } else { "" };
        lines.push(format!("{indent}{joint}{}{above}", line(&step["entry"])?));
        branches(list(&step[way]), way, &format!("{indent}{beyond}"), lines)?;
    }
    Ok(())
}

fn line(entry: &Value) -> Result<String, Failure> {
    let card: Card = read(entry)?;
    let (short, noun, author, when) = (card.short(), noun(&card.kind), card.author(), card.when());
    let headline = card.headline(HEADLINE);
    Ok(format!("{short} {noun}: {headline} · {author} · {when}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
