//! Circles: the community's sub-groups.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{Card, when};
use crate::render::table::Table;
use crate::render::words::{WORDS, set_in};
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::verbs::person::own_key;
use crate::words::{Words, titled};
use clap::{Args, Subcommand, ValueEnum};
use hearth_node::queries::{Query, Use};
use hearth_protocol::kind::{
    CircleBasis, CircleKind, CircleMode, CircleOpened, CircleStructure, Circles, Slug,
};
use hearth_protocol::time::Timestamp;
use serde::Deserialize;

#[derive(Debug, Subcommand)]
pub(crate) enum Circle {
    /// Open a circle; you are its first member
    Open(Open),
    /// Become one of a circle
    Join(Join),
    /// Be one of a circle no longer
    Leave(Leave),
    /// End a circle you opened
    Close(Close),
    /// List the circles, newest first
    List(List),
    /// One circle: its form, who is in it, what is talked about in it
    Show(Show),
}

impl Circle {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Circle::Open(verb) => verb.run(context),
            Circle::Join(verb) => verb.run(context),
            Circle::Leave(verb) => verb.run(context),
            Circle::Close(verb) => verb.run(context),
            Circle::List(verb) => verb.run(context),
            Circle::Show(verb) => verb.run(context),
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Sort {
    Topic,
    SpecialInterest,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Structure {
    Hierarchical,
    NonHierarchical,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Basis {
    Knowledge,
    Role,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Mode {
    FaceToFace,
    Online,
    Mixed,
}

/// `hearth circle open`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth circle open night-care \"Night care\" \"What helps at night.\"
  hearth circle open bereavement \"Bereavement\" --kind special-interest --mode online --basis role --until 2027-07-01

Ask and discuss in it with --circle ID.")]
pub(crate) struct Open {
    /// What it is about (a-z, 0-9 and -)
    topic: Slug,
    /// Its name
    name: Option<String>,
    #[command(flatten)]
    remit: Words,
    /// A topic group, or a special interest group
    #[arg(long, value_enum, default_value = "topic")]
    kind: Sort,
    /// Whether somebody leads it
    #[arg(long, value_enum)]
    structure: Option<Structure>,
    /// What its members have in common
    #[arg(long, value_enum)]
    basis: Option<Basis>,
    /// How they meet
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// What else there is to its form, in one word (a-z, 0-9 and -)
    #[arg(long, value_name = "FORM")]
    other: Option<Slug>,
    /// When it ends, such as 2027-07-01 [default: open-ended]
    #[arg(long, value_name = "DATE")]
    until: Option<Timestamp>,
}

impl Open {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("circle", "the circle's name and what it is for");
        let (name, remit) = self.remit.read_titled(context, sheet, self.name.as_deref())?;
        let pen = Pen::new(context)?;
        let act = Circles::CircleOpened(CircleOpened {
            kind: match self.kind {
                Sort::Topic => CircleKind::Topic,
                Sort::SpecialInterest => CircleKind::SpecialInterest,
            },
            mode: self.mode.map(|mode| match mode {
                Mode::FaceToFace => CircleMode::FaceToFace,
                Mode::Online => CircleMode::Online,
                Mode::Mixed => CircleMode::Mixed,
            }),
            basis: self.basis.map(|basis| match basis {
                Basis::Knowledge => CircleBasis::Knowledge,
                Basis::Role => CircleBasis::Role,
            }),
            other: self.other,
            topic: self.topic,
            until: self.until,
            structure: self.structure.map(|structure| match structure {
                Structure::Hierarchical => CircleStructure::Hierarchical,
                Structure::NonHierarchical => CircleStructure::NonHierarchical,
            }),
        });
        pen.send(
            "Opened",
            pen.draft(act).saying(Some(titled(&name, remit.as_deref())))?,
        )
    }
}

/// `hearth circle join`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth circle join 3f9a2c")]
pub(crate) struct Join {
    /// The circle's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Circle))]
    circle: String,
}

impl Join {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let circle = pen.resolve(&self.circle)?;
        pen.send("Joined", pen.draft(Circles::CircleJoined).about(circle))
    }
}

/// `hearth circle leave`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth circle leave 3f9a2c")]
pub(crate) struct Leave {
    /// The circle's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Circle))]
    circle: String,
}

impl Leave {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let circle = pen.resolve(&self.circle)?;
        pen.send("Left", pen.draft(Circles::CircleLeft).about(circle))
    }
}

/// `hearth circle close`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth circle close 3f9a2c \"All is said.\"")]
pub(crate) struct Close {
    /// The circle's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Circle))]
    circle: String,
    #[command(flatten)]
    reason: Words,
}

impl Close {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("circle", "your reason").about(&self.circle);
        let reason = self.reason.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let circle = pen.resolve(&self.circle)?;
        let draft = pen.draft(Circles::CircleClosed).about(circle);
        pen.send("Closed", draft.saying(reason)?)
    }
}

/// A circle as the node describes it.
#[derive(Deserialize)]
struct Described {
    entry: Card,
    topic: String,
    kind: String,
    structure: Option<String>,
    basis: Option<String>,
    mode: Option<String>,
    other: Option<String>,
    until: Option<String>,
    closed: Option<String>,
    open: bool,
}

impl Described {
    fn form(&self) -> String {
        let parts = [&self.structure, &self.basis, &self.mode, &self.other];
        let kind = match self.kind.as_str() {
            "topic" => "topic group",
            "special-interest" => "special interest group",
            other => other,
        };
        std::iter::once(kind)
            .chain(parts.into_iter().flatten().map(String::as_str))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn term(&self) -> String {
        match (&self.closed, &self.until) {
            (Some(closed), _) => format!("closed {}", when(closed)),
            (None, Some(until)) if self.open => format!("until {}", when(until)),
            (None, Some(until)) => format!("ended {}", when(until)),
            (None, None) => "open-ended".to_owned(),
        }
    }
}

/// `hearth circle list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth circle list")]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let key = own_key(context).ok();
        let answer = Source::open(context)?.ask(&Query::Circles { key })?;
        let mut table = Table::new([
            "id",
            "name",
            "topic",
            "form",
            "term",
            "members",
            "conversations",
            "mine",
        ]);
        let mut any = false;
        for row in answer["circles"].as_array().into_iter().flatten() {
            let circle: Described = read(row)?;
            let mine = if row["mine"] == true { "yes" } else { "" };
            table.row([
                circle.entry.short(),
                circle.entry.headline(40),
                circle.topic.clone(),
                circle.form(),
                circle.term(),
                row["members"].to_string(),
                row["conversations"].to_string(),
                mine.to_owned(),
            ]);
            any = true;
        }
        let text = if any {
            table.render(&context.screen)
        } else {
            "There is no circle yet. `hearth circle open` makes one.".to_owned()
        };
        Ok(Reply::done(answer, text))
    }
}

/// `hearth circle show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth circle show 3f9a2c")]
pub(crate) struct Show {
    /// The circle's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Circle))]
    circle: String,
}

#[derive(Deserialize)]
struct Member {
    person: String,
    name: Option<String>,
    organisation: Option<String>,
}

impl Member {
    fn called(&self) -> String {
        let id = crate::render::card::short(&self.person);
        let name = self.name.clone().unwrap_or_else(|| format!("member {id}"));
        format!("{name} ({})", self.organisation.as_deref().unwrap_or("?"))
    }
}

impl Show {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Circle { id: self.circle })?;
        let circle: Described = read(&answer["circle"])?;
        let members: Vec<Member> = read(&answer["circle"]["members"])?;
        let conversations: Vec<Card> = read(&answer["conversations"])?;
        let called: Vec<String> = members.iter().map(Member::called).collect();
        let mut lines = vec![
            set_in(&circle.entry.words().unwrap_or_default(), WORDS),
            String::new(),
            format!("Topic {} · {} · {}", circle.topic, circle.form(), circle.term()),
            format!("{} members: {}", members.len(), called.join(", ")),
        ];
        for card in &conversations {
            let line = format!("{}  {}  {}", card.short(), card.headline(60), card.author());
            lines.push(line);
        }
        Ok(Reply::done(answer, lines.join("\n")))
    }
}
