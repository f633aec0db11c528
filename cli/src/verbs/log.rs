//! `hearth log`: the entries of a log.

use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::render::card::{Card, HEADLINE};
use crate::render::data::noun;
use crate::render::table::Table;
use crate::reply::Reply;
use crate::source::{Source, in_pages, read};
use clap::Args;
use hearth_node::queries::{Query, Use};
use serde_json::Value;

/// `hearth log`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth log\n  hearth log south --from 100 --limit 20")]
pub(crate) struct Log {
    /// Whose log, by short name or id [default: this organisation's]
    #[arg(add = completion::of(Use::Organisation))]
    organisation: Option<String>,
    /// Index of the first entry [default: the last page]
    #[arg(long)]
    from: Option<u64>,
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

impl Log {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let ask = |from, limit| {
            source.ask(&Query::Log {
                organisation: self.organisation.clone(),
                from,
                limit,
            })
        };
        let from = match self.from {
            Some(from) => from,
            None => count(&ask(0, 0)?["size"]).saturating_sub(self.limit as u64),
        };
        let all = |answer: &Value| count(&answer["size"]).saturating_sub(from);
        let page = |passed: usize, limit| ask(from.saturating_add(passed as u64), limit);
        let answer = in_pages("entries", self.limit, all, page)?;
        let entries: Vec<Card> = read(&answer["entries"])?;
        let mut table = Table::new(["index", "id", "what", "by", "when", "verdict", "words"]);
        for card in &entries {
            table.row([
                card.index.to_string(),
                card.short(),
                noun(&card.kind).to_owned(),
                card.author(),
                card.when(),
                card.caveat().unwrap_or_else(|| "counts".to_owned()),
                card.headline(HEADLINE),
            ]);
        }
        Ok(Reply::done(answer, table.render(&context.screen)))
    }
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}
