//! What the community is worth: its own statement of it, and stories.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, in_force, next_version, propose};
use crate::pen::Pen;
use crate::render::card::Card;
use crate::render::table::Table;
use crate::render::words::{WORDS, set_in};
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::words::Words;
use clap::{Args, Subcommand, ValueEnum};
use hearth_node::queries::{Query, Use};
use hearth_protocol::kind::{Cycle, Impact, StoryCorroborated, StoryTold, ValueStated};
use hearth_protocol::time::Timestamp;
use serde::Deserialize;

/// Longest beginning of a story in a list, in characters.
const BEGINNING: usize = 60;

#[derive(Debug, Subcommand)]
pub(crate) enum Value {
    /// Put a statement of the value members add to the vote
    State(State),
    /// Show the statement in force
    Show(Show),
}

impl Value {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Value::State(verb) => verb.run(context),
            Value::Show(verb) => verb.run(context),
        }
    }
}

/// `hearth value state`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth value state \"What we add\" --file value.md --closes 14d

Once the vote has carried, whoever closes it brings it into force: `hearth decision close`.")]
pub(crate) struct State {
    /// What it is called, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// When it should be looked at again
    #[arg(long, value_name = "DATE")]
    review: Option<Timestamp>,
    #[command(flatten)]
    voting: Voting,
}

impl State {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("value", "the value that members add");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let stated = ValueStated {
            review: self.review,
            version: next_version(in_force(context, &pen, "value.stated")?.as_ref()),
        };
        let motion = Motion {
            title,
            words,
            adopts: Some(Impact::ValueStated(stated).into()),
            about: Vec::new(),
        };
        propose(context, &pen, motion, &self.voting)
    }
}

/// `hearth value show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth value show")]
pub(crate) struct Show {}

impl Show {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::ValueStatement {})?;
        if answer["statement"].is_null() {
            let text = "No statement of value is in force. Put one to the vote: hearth value state";
            return Ok(Reply::done(answer, text));
        }
        let entry: Card = read(&answer["statement"]["entry"])?;
        let proposal: Card = read(&answer["statement"]["proposal"])?;
        let tally = &answer["statement"]["tally"];
        let head = format!(
            "version {}, in force since {} · {} for, {} against, {} abstaining, of {} who could vote",
            entry.data["version"],
            entry.when(),
            tally["for"],
            tally["against"],
            tally["abstain"],
            tally["electorate"]
        );
        let words = proposal.words().unwrap_or_default();
        Ok(Reply::done(
            answer,
            format!("{head}\n\n{}", set_in(&words, WORDS)),
        ))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Story {
    /// Tell what you got from the community
    Tell(Tell),
    /// Say that you were there, too
    Corroborate(Corroborate),
    /// List the stories, newest first
    List(List),
}

impl Story {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Story::Tell(verb) => verb.run(context),
            Story::Corroborate(verb) => verb.run(context),
            Story::List(verb) => verb.run(context),
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum CycleName {
    /// The meeting itself was of value
    Immediate,
    /// Something was learned that may be of use
    Potential,
    /// It was put into practice
    Applied,
    /// Practice became better for it
    Realised,
    /// What counts as better is seen anew
    Reframing,
}

impl From<CycleName> for Cycle {
    fn from(name: CycleName) -> Self {
        match name {
            CycleName::Immediate => Cycle::Immediate,
            CycleName::Potential => Cycle::Potential,
            CycleName::Applied => Cycle::Applied,
            CycleName::Realised => Cycle::Realised,
            CycleName::Reframing => Cycle::Reframing,
        }
    }
}

/// `hearth story tell`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth story tell \"Since the guide we ask every evening, and nobody goes to bed thirsty.\" --cycle applied

It counts for the framework (I2) once a member of another organisation corroborates it by name.")]
pub(crate) struct Tell {
    #[command(flatten)]
    words: Words,
    /// Which value it tells of
    #[arg(long, value_name = "CYCLE")]
    cycle: CycleName,
    /// Whoever it is about agrees to its being passed on outside
    #[arg(long)]
    consent: bool,
}

impl Tell {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let words = self.words.read(context, Sheet::of("story", "your story"))?;
        let pen = Pen::new(context)?;
        let act = Impact::StoryTold(StoryTold {
            cycle: self.cycle.into(),
            consent: self.consent,
        });
        pen.send("Told", pen.draft(act).saying(Some(words))?)
    }
}

/// `hearth story corroborate`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth story corroborate 3f9a2c \"I was on that ward.\" --consent")]
pub(crate) struct Corroborate {
    /// The story's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Story))]
    story: String,
    #[command(flatten)]
    words: Words,
    /// You agree to be named as a witness: without it the story does not count by you
    #[arg(long)]
    consent: bool,
}

impl Corroborate {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("corroborate", "what you saw").about(&self.story);
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let story = pen.resolve(&self.story)?;
        let act = Impact::StoryCorroborated(StoryCorroborated {
            consent: self.consent,
        });
        pen.send("Corroborated", pen.draft(act).about(story).saying(words)?)
    }
}

/// `hearth story list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth story list")]
pub(crate) struct List {}

#[derive(Deserialize)]
struct Told {
    story: Card,
    corroborations: Vec<Seen>,
}

#[derive(Deserialize)]
struct Seen {
    entry: Card,
    consents: bool,
    independent: bool,
}

impl List {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Stories {})?;
        let rows: Vec<Told> = read(&answer["stories"])?;
        let mut table = Table::new(["id", "value", "story", "by", "when", "borne out by"]);
        for row in &rows {
            let witness = row
                .corroborations
                .iter()
                .find(|seen| seen.consents && seen.independent);
            let by = match (witness, row.corroborations.len()) {
                (Some(seen), _) => seen.entry.author(),
                (None, 0) => "nobody yet".to_owned(),
                (None, count) => format!("{count}, none by name of another organisation"),
            };
            table.row([
                row.story.short(),
                row.story.data["cycle"].as_str().unwrap_or("?").to_owned(),
                row.story.headline(BEGINNING),
                row.story.author(),
                row.story.ago(context.now()),
                by,
            ]);
        }
        let text = if rows.is_empty() {
            "No story has been told yet: hearth story tell".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}
