//! Asking, answering and talking.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::verbs::following::follow_own;
use crate::words::{Words, titled};
use clap::Args;
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Interaction, Learning, QueryAsked, ReactionGiven, Slug, ThreadOpened, Topics};
use serde_json::json;

/// `hearth ask`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth ask \"Which mouth care do you use?\" \"Our patients refuse the foam swabs.\" --topic mouth-care
  hearth ask \"How do you store opioids at night?\" --file question.md
  hearth ask
  fortune | hearth ask \"Is this wise?\" -

Without a title it opens your editor (VISUAL or EDITOR) for both, title and text.")]
pub(crate) struct Ask {
    /// The question in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// What it is about (a-z, 0-9 and -); up to eight
    #[arg(long = "topic", value_name = "TOPIC", add = completion::of(Use::Topic))]
    topics: Vec<Slug>,
    /// In this circle
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Circle))]
    circle: Option<String>,
    /// Show it without your name, here and in all you do about it: accepting, taking back, correcting, replying.
    /// No listing names you (thread, threads, log, show, search); whoever reads the log can still see the key
    #[arg(long)]
    pseudonym: bool,
}

impl Ask {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let topics = topics(self.topics)?;
        let sheet = Sheet::of("ask", "your question");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let act = Interaction::QueryAsked(QueryAsked {
            topics,
            pseudonymous: self.pseudonym,
        });
        let circle = circle(&pen, self.circle.as_deref())?;
        let draft = pen.draft(act).inside(circle);
        let reply = pen.send("Asked", draft.saying(Some(titled(&title, words.as_deref())))?)?;
        follow_own(context, &reply);
        Ok(reply)
    }
}

/// `hearth answer`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth answer 3f9a2c \"We moved to soft baby brushes; nobody refuses them.\"
  hearth answer 3f9a2c

Without words it opens your editor (VISUAL or EDITOR), with the question beside the answer.")]
pub(crate) struct Answer {
    /// The question's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Answer))]
    query: String,
    #[command(flatten)]
    words: Words,
}

impl Answer {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("answer", "your answer").about(&self.query);
        let words = self.words.read(context, sheet)?;
        let pen = Pen::new(context)?;
        let query = pen.resolve(&self.query)?;
        pen.send(
            "Answered",
            pen.draft(Interaction::QueryAnswered)
                .about(query)
                .saying(Some(words))?,
        )
    }
}

/// `hearth accept`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth accept 81c0de")]
pub(crate) struct Accept {
    /// The answer's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Accept))]
    answer: String,
}

impl Accept {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let answer = pen.resolve(&self.answer)?;
        if let Some(before) = accepted(&pen, answer) {
            let short: String = before.chars().take(12).collect();
            let json = json!({ "id": before, "state": "acknowledged", "already": true });
            return Ok(Reply::done(
                json,
                format!("Accepted already: {short}. Nothing was written."),
            ));
        }
        pen.send("Accepted", pen.draft(Interaction::QueryAccepted).about(answer))
    }
}

/// The acceptance of an answer, where the node knows of one: another would count for nothing more.
fn accepted(pen: &Pen<'_>, answer: Id) -> Option<String> {
    let id = answer.to_string();
    let thread = pen.remote().query(&Query::Thread { id: id.clone() }).ok()?;
    let accepted = thread["entries"].as_array()?.iter().find(|entry| {
        entry["kind"] == "query.accepted" && entry["column"] == "signed" && entry["re"][0] == id.as_str()
    })?;
    accepted["id"].as_str().map(str::to_owned)
}

/// `hearth withdraw`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth withdraw 3f9a2c \"Asked in the wrong place.\"")]
pub(crate) struct Withdraw {
    /// The id of the question or resource
    #[arg(value_parser = entry_id, add = completion::of(Use::Withdraw))]
    entry: String,
    #[command(flatten)]
    reason: Words,
}

impl Withdraw {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("withdraw", "your reason").about(&self.entry);
        let reason = self.reason.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let subject = pen.subject(&self.entry)?;
        let draft = match subject.kind.as_str() {
            "query.asked" => pen.draft(Interaction::QueryWithdrawn),
            "resource.published" => pen.draft(Learning::ResourceWithdrawn),
            kind => {
                return Err(Failure::new(format!("{} is a {kind}", subject.id.short()))
                    .advise("Only a question or a resource can be withdrawn. Words can be erased: `hearth erase`."));
            }
        };
        pen.send("Withdrawn", draft.about(subject.id).saying(reason)?)
    }
}

/// `hearth discuss`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hearth discuss \"Night shifts\" \"How do you hand over?\" --topic handover"
)]
pub(crate) struct Discuss {
    /// What it is about, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// Topic (a-z, 0-9 and -); up to eight
    #[arg(long = "topic", value_name = "TOPIC", add = completion::of(Use::Topic))]
    topics: Vec<Slug>,
    /// In this circle
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Circle))]
    circle: Option<String>,
    /// What it is for, such as `future`
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<Slug>,
}

impl Discuss {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let topics = topics(self.topics)?;
        let sheet = Sheet::of("discuss", "what you would like to discuss");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let act = Interaction::ThreadOpened(ThreadOpened {
            topics,
            purpose: self.purpose,
        });
        let circle = circle(&pen, self.circle.as_deref())?;
        let draft = pen.draft(act).inside(circle);
        let reply = pen.send("Opened", draft.saying(Some(titled(&title, words.as_deref())))?)?;
        follow_own(context, &reply);
        Ok(reply)
    }
}

/// `hearth reply`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth reply 3f9a2c \"Do you mean at night?\"")]
pub(crate) struct ReplyTo {
    /// The id of what it replies to
    #[arg(value_parser = entry_id, add = completion::of(Use::Reply))]
    entry: String,
    #[command(flatten)]
    words: Words,
}

impl ReplyTo {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("reply", "your reply").about(&self.entry);
        let words = self.words.read(context, sheet)?;
        let pen = Pen::new(context)?;
        let subject = pen.resolve(&self.entry)?;
        pen.send(
            "Replied",
            pen.draft(Interaction::ThreadReplied)
                .about(subject)
                .saying(Some(words))?,
        )
    }
}

/// `hearth react`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth react 81c0de thanks")]
pub(crate) struct React {
    /// The contribution's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Reply))]
    entry: String,
    /// The reaction, such as `thanks` (a-z, 0-9 and -)
    reaction: Slug,
}

impl React {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let subject = pen.resolve(&self.entry)?;
        let act = Interaction::ReactionGiven(ReactionGiven {
            reaction: self.reaction,
        });
        pen.send("Given", pen.draft(act).about(subject))
    }
}

/// The circle that something happens in.
fn circle(pen: &Pen<'_>, circle: Option<&str>) -> Result<Option<Id>, Failure> {
    let Some(circle) = circle else { return Ok(None) };
    // Where the node is away, a whole id is taken at its word.
    let id = pen.resolve(circle)?;
    match pen.remote().query(&Query::Entry { id: id.to_string() }) {
        Ok(answer) if answer["entry"]["kind"] != "circle.opened" => {
            Err(Failure::new(format!("{} is no circle", id.short()))
                .advise("`hearth circle list` shows them."))
        }
        _ => Ok(Some(id)),
    }
}

fn topics(topics: Vec<Slug>) -> Result<Topics, Failure> {
    Topics::try_from(topics).map_err(Failure::usage)
}
