//! `hearth framework` and `hearth explain`.

use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::render::figures;
use crate::reply::Reply;
use crate::source::Source;
use crate::verbs::when::When;
use clap::Args;
use hearth_node::queries::Query;

/// `hearth framework`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  hearth framework\n  hearth framework --as-of 2026-10-01 --json\n  hearth framework --window 30d --data ./north\n  hearth framework --external"
)]
pub(crate) struct Framework {
    #[command(flatten)]
    when: When,
    /// For outsiders: numbers of people in steps of eight, and no ids
    #[arg(long)]
    external: bool,
}

impl Framework {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Framework(self.when.at(context, self.external)))?;
        let text = figures::framework(&answer, &context.screen);
        Ok(Reply::done(answer, text))
    }
}

/// `hearth explain`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth explain V4 --as-of 2026-10-01")]
pub(crate) struct Explain {
    /// The statement, such as V4
    #[arg(add = completion::of_statements())]
    statement: String,
    #[command(flatten)]
    when: When,
}

impl Explain {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let query = Query::Explain {
            statement: self.statement.to_uppercase(),
            at: self.when.at(context, false),
        };
        let answer = Source::open(context)?.ask(&query)?;
        let text = figures::explanation(&answer, &context.screen);
        Ok(Reply::done(answer, text))
    }
}
