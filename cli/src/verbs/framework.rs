//! `hearth framework` and `hearth explain`.

use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::render::figures;
use crate::reply::Reply;
use crate::source::Source;
use clap::Args;
use hearth_node::queries::{At, Query};
use hearth_protocol::time::{Span, Timestamp};

/// For when figures are computed.
#[derive(Debug, Args)]
struct When {
    /// The instant, such as 2026-10-01 or 2026-10-01T12:00:00Z [default: all that this node knows]
    #[arg(long, value_name = "DATE")]
    as_of: Option<Timestamp>,
    /// A window of your own, such as 90d: values without ratings
    #[arg(long, value_name = "TIME")]
    window: Option<Span>,
}

impl When {
    /// Where no instant is said, the node takes that of its cut, and the answer names it.
    fn at(&self, context: &Context) -> At {
        if self.as_of.is_some_and(|as_of| as_of > context.now()) {
            context.screen.note(
                "That instant lies in the future: this is what would hold if nothing more happened until then.",
            );
        }
        At {
            as_of: self.as_of.map(|as_of| as_of.to_string()),
            window: self.window.map(|window| window.to_string()),
            cut: None,
            external: false,
        }
    }
}

/// `hearth framework`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  hearth framework\n  hearth framework --as-of 2026-10-01 --json\n  hearth framework --window 30d --data ./north"
)]
pub(crate) struct Framework {
    #[command(flatten)]
    when: When,
    /// For outsiders: counts of one to seven people, and of all but so few, are left out
    #[arg(long)]
    external: bool,
}

impl Framework {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Framework(At {
            external: self.external,
            ..self.when.at(context)
        }))?;
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
            at: self.when.at(context),
        };
        let answer = Source::open(context)?.ask(&query)?;
        let text = figures::explanation(&answer, &context.screen);
        Ok(Reply::done(answer, text))
    }
}
