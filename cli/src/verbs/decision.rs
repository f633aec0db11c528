//! Deciding together: proposing, voting, looking at how a vote stands, and closing it.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, away, deadline, just_after, propose};
use crate::pen::Pen;
use crate::render::card::{HEADLINE, short};
use crate::render::decision::{Row, said, shown};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::words::Words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::entry::Entry;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, DecisionClosed, Decisions, Outcome};
use hearth_protocol::time::Timestamp;
use serde_json::json;

#[derive(Debug, Subcommand)]
pub(crate) enum Decision {
    /// Put something to the vote
    Propose(Propose),
    /// List decisions, newest first
    List(List),
    /// Show how a vote stands, by organisation and by name
    Show(Show),
    /// Declare what a vote came to, after its deadline, and bring into force what it adopts
    Close(Close),
}

impl Decision {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Decision::Propose(verb) => verb.run(context),
            Decision::List(verb) => verb.run(context),
            Decision::Show(verb) => verb.run(context),
            Decision::Close(verb) => verb.run(context),
        }
    }
}

/// `hearth decision propose`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth decision propose \"We meet on Fridays\" \"At noon, online.\" --closes 2026-12-10
  hearth decision propose \"One newsletter a month\" --rule consent --about 3f9a2c

Terms, plans, targets and the like have a `propose` of their own: hearth terms propose, hearth plan propose …")]
pub(crate) struct Propose {
    /// What is to be agreed, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// What it is about: a discussion, a resource, …
    #[arg(long = "about", value_name = "ID", value_parser = entry_id, add = completion::of(Use::Look))]
    about: Vec<String>,
    #[command(flatten)]
    voting: Voting,
}

impl Propose {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("decision", "what is to be agreed");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let about = self
            .about
            .iter()
            .map(|id| pen.resolve(id))
            .collect::<Result<_, _>>()?;
        let motion = Motion {
            title,
            words,
            adopts: None,
            about,
        };
        propose(context, &pen, motion, &self.voting)
    }
}

/// `hearth decision list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth decision list")]
pub(crate) struct List {
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

impl List {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let answer = source.ask(&Query::Decisions {
            as_of: Some(just_after(context.now())),
            key: context.home.key().ok().map(|key| key.public().bytes()),
            limit: self.limit,
        })?;
        let rows: Vec<Row> = read(&answer["decisions"])?;
        let mut table = Table::new(["id", "what", "how it stands", "voted", "you"]);
        for row in &rows {
            table.row([
                row.entry.short(),
                row.entry.headline(HEADLINE),
                row.standing(context.now()),
                format!("{} of {}", row.tally.voted(), row.tally.electorate),
                row.you.as_ref().map_or("–", |you| said(you.choice)).to_owned(),
            ]);
        }
        let text = if rows.is_empty() {
            "Nothing was put to the vote yet.".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}

/// `hearth decision show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth decision show 3f9a2c")]
pub(crate) struct Show {
    /// The decision's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Decision))]
    decision: String,
}

impl Show {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Decision {
            id: self.decision,
            as_of: Some(just_after(context.now())),
            key: context.home.key().ok().map(|key| key.public().bytes()),
        })?;
        let row: Row = read(&answer["decision"])?;
        Ok(Reply::done(answer, shown(&row, context)))
    }
}

/// `hearth decision close`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth decision close 3f9a2c

Anybody may close a vote once its deadline is over. The outcome is what the ballots come to, not what you say: every
reader counts them again. Where it carried, what it adopts is brought into force. Doing it again changes nothing.")]
pub(crate) struct Close {
    /// The decision's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Decision))]
    decision: String,
    #[command(flatten)]
    note: Words,
}

impl Close {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("close", "a note").about(&self.decision);
        let note = self.note.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let row = decision(&pen, &self.decision, context.now().to_string())?;
        let outcome = outcome(&row, context.now())?;
        let id: Id = row.entry.id.parse().map_err(Failure::new)?;
        let mut text = vec![format!(
            "{}: {}.",
            match outcome {
                Outcome::Carried => "Carried",
                Outcome::Failed => "Failed",
            },
            row.tally.words()
        )];
        let closed = match &row.closed {
            Some(closed) => {
                text.push(format!("Closed already: {}.", short(&closed.id)));
                closed.id.clone()
            }
            None => {
                let act = Decisions::DecisionClosed(DecisionClosed { outcome });
                let sent = pen.send("Closed", pen.draft(act).about(id).saying(note)?)?;
                text.push(sent.text);
                sent.json["id"].as_str().unwrap_or_default().to_owned()
            }
        };
        let adopted = match (&row.adopts, &row.adopted) {
            (Some(_), None) if outcome == Outcome::Carried => {
                let draft = pen
                    .draft(adopted_act(&pen, &row)?)
                    .about_all([id])
                    .about_all(row.also);
                let sent = pen.send("In force", draft)?;
                text.push(sent.text);
                sent.json["id"].as_str().map(str::to_owned)
            }
            (Some(_), Some(adopted)) => {
                text.push(format!("In force already: {}.", short(adopted)));
                Some(adopted.clone())
            }
            _ => None,
        };
        let json = json!({ "id": row.entry.id, "outcome": outcome, "closed": closed, "adopted": adopted });
        Ok(Reply::done(json, text.join("\n")))
    }
}

/// What the vote came to; it must be over, and all that it counts must be here.
fn outcome(row: &Row, now: Timestamp) -> Result<Outcome, Failure> {
    if let Some(outcome) = row.outcome {
        return Ok(outcome);
    }
    Err(match row.state.as_str() {
        "open" => Failure::new(format!("people can vote until {}", deadline(row.closes, now)))
            .advise("A vote is closed after its deadline, not before."),
        "beyond" => Failure::new("the electorate cannot be counted yet: part of its logs is not here")
            .advise("Try again when this node has caught up (`hearth status`)."),
        "no_notice" => {
            Failure::new("its deadline left people less than an hour to vote, from when others knew of it")
                .advise("It never carries. Propose it again.")
        }
        "outdated_electorate" => {
            Failure::new("its electorate leaves out who came, or keeps who left, before it was proposed")
                .advise("It never carries. Propose it again.")
        }
        _ => Failure::new("its electorate never was: the cut it names is none of this community")
            .advise("It never carries. Propose it again."),
    })
}

/// The act that a proposal lets happen, from the proposal's own bytes.
fn adopted_act(pen: &Pen<'_>, row: &Row) -> Result<Act, Failure> {
    let query = Query::Entry {
        id: row.entry.id.clone(),
    };
    let answer = pen.remote().query(&query).map_err(away)?;
    let unread = || Failure::new("the proposal cannot be read");
    let bytes = STANDARD
        .decode(answer["bytes"].as_str().unwrap_or_default())
        .map_err(Failure::new)?;
    let entry = Entry::parse(&bytes).map_err(|_| unread())?;
    let Act::Decisions(Decisions::DecisionProposed(says)) = &entry.payload().act else {
        return Err(unread());
    };
    let adopted = says.adopts.as_ref().map(|adoption| adoption.act().clone());
    adopted.ok_or_else(unread)
}

/// A decision as the node has it at an instant.
pub(crate) fn decision(pen: &Pen<'_>, id: &str, as_of: String) -> Result<Row, Failure> {
    let answer = pen
        .remote()
        .query(&Query::Decision {
            id: id.to_owned(),
            as_of: Some(as_of),
            key: Some(pen.remote().key().public().bytes()),
        })
        .map_err(away)?;
    read(&answer["decision"])
}
