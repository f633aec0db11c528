//! Learning together: collected answers, use in practice, reflections, and who learns with whom.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{Card, HEADLINE};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::words::{Words, titled};
use clap::{Args, Subcommand, ValueEnum};
use hearth_node::queries::{Query, Use};
use hearth_protocol::kind::{Learning, MentoringStarted, Mentorship};
use serde::Deserialize;

#[derive(Debug, Subcommand)]
pub(crate) enum Faq {
    /// Collect the answers to a question that many have
    Publish(Publish),
    /// Say that answers are collected rightly; most of all for those who gave them
    Endorse(Endorse),
    /// List the collected answers, newest first
    List(List),
}

impl Faq {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Faq::Publish(verb) => verb.run(context),
            Faq::Endorse(verb) => verb.run(context),
            Faq::List(verb) => verb.run(context),
        }
    }
}

/// `hearth faq publish`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth faq publish \"How often is mouth care due?\" \"Two-hourly at night.\" --source 81c0de --source 5d02aa

Name the answers it is taken from: a thread counts as summarised only by an answer of it that is cited,
and most of all once somebody else who gave one endorses it.")]
pub(crate) struct Publish {
    /// The question in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// An answer, question, discussion, resource or FAQ it is taken from; at least one
    #[arg(long = "source", value_name = "ID", required = true, value_parser = entry_id, add = completion::of(Use::Look))]
    sources: Vec<String>,
}

impl Publish {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("faq", "question and answer");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let mut draft = pen.draft(Learning::FaqPublished);
        // What is put first comes last.
        for source in self.sources.iter().rev() {
            draft = draft.about(pen.resolve(source)?);
        }
        pen.send("Published", draft.saying(Some(titled(&title, words.as_deref())))?)
    }
}

/// `hearth faq endorse`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth faq endorse 3f9a2c")]
pub(crate) struct Endorse {
    /// The FAQ's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    faq: String,
    #[command(flatten)]
    words: Words,
}

impl Endorse {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("endorse", "why").about(&self.faq);
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let faq = pen.resolve(&self.faq)?;
        pen.send(
            "Endorsed",
            pen.draft(Learning::FaqEndorsed).about(faq).saying(words)?,
        )
    }
}

/// `hearth faq list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth faq list --limit 10")]
pub(crate) struct List {
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

#[derive(Deserialize)]
struct Row {
    faq: Card,
    sources: u64,
    answers: u64,
    endorsements: u64,
}

impl List {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Faqs {})?;
        let rows: Vec<Row> = read(&answer["faqs"])?;
        let mut table = Table::new([
            "id",
            "question",
            "by",
            "when",
            "sources",
            "answers",
            "endorsed by",
        ]);
        for row in rows.iter().take(self.limit) {
            table.row([
                row.faq.short(),
                row.faq.headline(HEADLINE),
                row.faq.author(),
                row.faq.ago(context.now()),
                row.sources.to_string(),
                row.answers.to_string(),
                row.endorsements.to_string(),
            ]);
        }
        let text = if rows.is_empty() {
            "No answers have been collected yet.".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}

/// `hearth applied`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth applied 5d02aa \"On both wards since March.\"")]
pub(crate) struct Applied {
    /// The id of the version that is in use
    #[arg(value_parser = entry_id, add = completion::of(Use::Judge))]
    version: String,
    #[command(flatten)]
    words: Words,
}

impl Applied {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("applied", "how your practice uses it").about(&self.version);
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let version = pen.resolve(&self.version)?;
        pen.send(
            "Noted",
            pen.draft(Learning::ResourceApplied)
                .about(version)
                .saying(words)?,
        )
    }
}

/// `hearth supersede`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth supersede 5d02aa 81c0de \"One guide for both now.\"

A new version of the same resource is shared with: hearth share --version-of 5d02aa")]
pub(crate) struct Supersede {
    /// The first version of your own resource that is replaced
    #[arg(value_parser = entry_id, add = completion::of(Use::Withdraw))]
    old: String,
    /// The resource that takes its place
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    new: String,
    #[command(flatten)]
    words: Words,
}

impl Supersede {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("supersede", "your reason").about(&self.old);
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let (old, new) = (pen.resolve(&self.old)?, pen.resolve(&self.new)?);
        if old == new {
            return Err(Failure::usage("a resource does not replace itself"));
        }
        let draft = pen.draft(Learning::ResourceSuperseded).about(new).about(old);
        pen.send("Replaced", draft.saying(words)?)
    }
}

/// `hearth reflect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth reflect \"I ask earlier now, and of more people.\" --on 81c0de
  hearth reflect

It is read by every member of every organisation. Keep to yourself what is not for them.")]
pub(crate) struct Reflect {
    #[command(flatten)]
    words: Words,
    /// What you learned from: a question, answer, discussion, resource, FAQ or meeting
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Look))]
    on: Option<String>,
}

impl Reflect {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("reflect", "what you learned");
        let sheet = match &self.on {
            Some(entry) => sheet.about(entry),
            None => sheet,
        };
        let words = self.words.read(context, sheet)?;
        let pen = Pen::new(context)?;
        let mut draft = pen.draft(Learning::ReflectionLogged);
        if let Some(entry) = &self.on {
            draft = draft.about(pen.resolve(entry)?);
        }
        pen.send("Noted", draft.saying(Some(words))?)
    }
}

/// `hearth introduce`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth introduce 7be1c2 90aa41 \"You both train volunteers.\"")]
pub(crate) struct Introduce {
    /// Who is made known: a member's id, as `hearth member list` shows it
    #[arg(value_parser = entry_id, add = completion::of(Use::Member))]
    person: String,
    /// To whom
    #[arg(value_parser = entry_id, add = completion::of(Use::Member))]
    to: String,
    #[command(flatten)]
    words: Words,
}

impl Introduce {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("introduce", "why they should know each other");
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let (person, to) = (pen.resolve(&self.person)?, pen.resolve(&self.to)?);
        if person == to {
            return Err(Failure::usage("an introduction is of two people"));
        }
        let draft = pen.draft(Learning::IntroductionMade).about(to).about(person);
        pen.send("Introduced", draft.saying(words)?)
    }
}

/// `hearth mentor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth mentor 7be1c2 --as mentor \"Bereavement work, for half a year.\"
  hearth mentor 90aa41 --as mentee

It holds once each of the two has said so: one as mentor, the other as mentee.")]
pub(crate) struct Mentor {
    /// The other person: a member's id, as `hearth member list` shows it
    #[arg(value_parser = entry_id, add = completion::of(Use::Member))]
    person: String,
    /// What you are to them
    #[arg(long = "as", value_name = "PART")]
    part: Part,
    #[command(flatten)]
    words: Words,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Part {
    Mentor,
    Mentee,
}

impl Mentor {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("mentor", "what it is about");
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let person = pen.resolve(&self.person)?;
        let part = match self.part {
            Part::Mentor => Mentorship::Mentor,
            Part::Mentee => Mentorship::Mentee,
        };
        let act = Learning::MentoringStarted(MentoringStarted { part });
        pen.send("Signed", pen.draft(act).about(person).saying(words)?)
    }
}
