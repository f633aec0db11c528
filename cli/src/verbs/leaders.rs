//! Asking the leadership, and answering for it; looking behind the scenes for who can answer.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{Card, HEADLINE};
use crate::render::table::Table;
use crate::render::time::ago;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::words::{Words, titled};
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::kind::{Interaction, Leadership, LeadershipAsked, Slug, Topics};
use hearth_protocol::time::Timestamp;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(crate) enum Leaders {
    /// Ask the leadership for something
    Ask(Ask),
    /// Answer what the leadership was asked
    Answer(Answer),
    /// List what the leadership was asked, newest first
    List(List),
}

impl Leaders {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Leaders::Ask(verb) => verb.run(context),
            Leaders::Answer(verb) => verb.run(context),
            Leaders::List(verb) => verb.run(context),
        }
    }
}

/// `hearth leaders ask`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hearth leaders ask \"Could we have a room in May?\" \"For twelve people.\" --topic training"
)]
pub(crate) struct Ask {
    /// The request in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// What it is about (a-z, 0-9 and -); up to eight
    #[arg(long = "topic", value_name = "TOPIC", add = completion::of(Use::Topic))]
    topics: Vec<Slug>,
}

impl Ask {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let topics = Topics::try_from(self.topics).map_err(Failure::usage)?;
        let sheet = Sheet::of("leaders", "what you ask the leadership for");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let act = Leadership::LeadershipAsked(LeadershipAsked { topics });
        pen.send(
            "Asked",
            pen.draft(act).saying(Some(titled(&title, words.as_deref())))?,
        )
    }
}

/// `hearth leaders answer`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth leaders answer 3f9a2c \"Yes: the library is ours.\"

Any member may answer; it is the leadership's answer where its author holds a role.")]
pub(crate) struct Answer {
    /// The request's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Request))]
    request: String,
    #[command(flatten)]
    words: Words,
}

impl Answer {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("leaders", "your answer").about(&self.request);
        let words = self.words.read(context, sheet)?;
        let pen = Pen::new(context)?;
        let request = pen.resolve(&self.request)?;
        pen.send(
            "Answered",
            pen.draft(Leadership::LeadershipAnswered)
                .about(request)
                .saying(Some(words))?,
        )
    }
}

/// `hearth leaders list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth leaders list")]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let as_of = Some(context.now().to_string());
        let answer = Source::open(context)?.ask(&Query::Requests { as_of })?;
        let rows = answer["requests"].as_array().cloned().unwrap_or_default();
        let mut table = Table::new(["id", "request", "by", "when", "answers", "by the leadership"]);
        for row in &rows {
            let request: Card = read(&row["request"])?;
            table.row([
                request.short(),
                request.headline(HEADLINE),
                request.author(),
                request.ago(context.now()),
                row["answers"].as_array().map_or(0, Vec::len).to_string(),
                if row["answered"] == true {
                    "answered"
                } else {
                    "not yet"
                }
                .to_owned(),
            ]);
        }
        let text = if rows.is_empty() {
            "The leadership was asked for nothing yet.".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}

/// `hearth refer`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth refer 3f9a2c

Everybody can see that you are looking for somebody who can answer; whom you ask is written down nowhere.
`hearth unanswered --referred` lists what to come back to.")]
pub(crate) struct Refer {
    /// The id of the question or discussion
    #[arg(value_parser = entry_id, add = completion::of(Use::Answer))]
    entry: String,
}

impl Refer {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let subject = pen.resolve(&self.entry)?;
        pen.send("Referred", pen.draft(Interaction::QueryReferred).about(subject))
    }
}

/// `hearth unanswered`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth unanswered
  hearth unanswered --referred

Questions without an answer after 72 hours, and discussions without a reply after 7 days; the oldest first.")]
pub(crate) struct Unanswered {
    /// Only those that somebody referred: to follow up
    #[arg(long)]
    referred: bool,
}

impl Unanswered {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let query = Query::Unanswered {
            as_of: Some(context.now().to_string()),
            referred: self.referred,
        };
        let answer = Source::open(context)?.ask(&query)?;
        let rows = answer["waiting"].as_array().cloned().unwrap_or_default();
        let mut table = Table::new(["id", "title", "by", "waits since", "referred"]);
        for row in &rows {
            let thread: Card = read(&row["thread"])?;
            table.row([
                thread.short(),
                thread.headline(HEADLINE),
                thread.author(),
                thread.ago(context.now()),
                referred(&row["referrals"], context.now()),
            ]);
        }
        let text = match (rows.is_empty(), self.referred) {
            (false, _) => table.render(&context.screen),
            (true, false) => "Nothing waits for an answer for too long.".to_owned(),
            (true, true) => "Nothing that was referred still waits.".to_owned(),
        };
        Ok(Reply::done(answer, text))
    }
}

/// By whom last and when.
fn referred(referrals: &Value, now: Timestamp) -> String {
    let Some(last) = referrals.as_array().and_then(|all| all.last()) else {
        return "no".to_owned();
    };
    let at = last["at"].as_str().and_then(|at| at.parse::<Timestamp>().ok());
    let at = at.map_or_else(String::new, |at| format!(", {}", ago(at, now)));
    format!("by {}{at}", last["by"]["name"].as_str().unwrap_or("a member"))
}
