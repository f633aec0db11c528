//! The terms of reference.

use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, in_force, just_after, next_version, propose};
use crate::pen::Pen;
use crate::render::agreed;
use crate::render::card::{Card, short, when};
use crate::render::words::{WORDS, set_in};
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::words::Words;
use clap::{Args, Subcommand};
use hearth_node::queries::Query;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Purpose, Slug, TermsAcknowledged, TermsAdopted};
use hearth_protocol::time::Timestamp;
use serde_json::{Value, json};

const KIND: &str = "terms.adopted";

#[derive(Debug, Subcommand)]
pub(crate) enum Terms {
    /// Put terms of reference to the vote
    Propose(Propose),
    /// Show the terms in force
    Show(Show),
    /// Say that you have read the terms in force
    Acknowledge(Acknowledge),
}

impl Terms {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Terms::Propose(verb) => verb.run(context),
            Terms::Show(verb) => verb.run(context),
            Terms::Acknowledge(verb) => verb.run(context),
        }
    }
}

/// `hearth terms propose`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth terms propose \"Terms of reference\" --file terms.md --purpose --term --membership \\
         --objective answer-each-other --objective shared-guidance --measurable --review 2027-01-01

Say with --purpose, --term, --membership and --measurable what your text has. At least 7 days of notice, and ballots from
two organisations, make the terms ratified (statement P1).")]
pub(crate) struct Propose {
    /// What they are called, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// They say what the community is for
    #[arg(long)]
    purpose: bool,
    /// They say for how long they are
    #[arg(long)]
    term: bool,
    /// They say who belongs
    #[arg(long)]
    membership: bool,
    /// An objective they cite (a-z, 0-9 and -); claims and targets refer to it
    #[arg(long = "objective", value_name = "OBJECTIVE")]
    objectives: Vec<Slug>,
    /// Their objectives can be measured
    #[arg(long, requires = "objectives")]
    measurable: bool,
    /// When they should be looked at again
    #[arg(long, value_name = "DATE")]
    review: Option<Timestamp>,
    #[command(flatten)]
    voting: Voting,
}

impl Propose {
    fn run(mut self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("terms", "the terms of reference");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        self.objectives.sort();
        self.objectives.dedup();
        let terms = TermsAdopted {
            term: self.term,
            review: self.review,
            purpose: self.purpose,
            version: next_version(in_force(context, &pen, KIND)?.as_ref()),
            measurable: self.measurable,
            membership: self.membership,
            objectives: self.objectives,
        };
        let motion = Motion {
            title,
            words,
            adopts: Some(Purpose::TermsAdopted(terms).into()),
            about: Vec::new(),
        };
        propose(context, &pen, motion, &self.voting)
    }
}

/// `hearth terms show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth terms show")]
pub(crate) struct Show {}

impl Show {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let Some(row) = latest(context, KIND)? else {
            return Ok(Reply::done(
                json!({ "terms": null }),
                "No terms of reference are in force. Propose some: hearth terms propose",
            ));
        };
        let mut text = standing(&row)?;
        text.push(format!("acknowledged by {} so far", row["acknowledgements"]));
        if row["acknowledged"] == false {
            text.push("You have not: hearth terms acknowledge".to_owned());
        }
        text.extend(words_of(&row)?);
        Ok(Reply::done(json!({ "terms": row }), text.join("\n")))
    }
}

/// `hearth terms acknowledge`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth terms acknowledge

It says that you have read them, not that you agree. New terms ask for it anew.")]
pub(crate) struct Acknowledge {}

impl Acknowledge {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let Some(row) = in_force(context, &pen, KIND)? else {
            return Err(Failure::new("no terms of reference are in force"));
        };
        let entry: Card = read(&row["entry"])?;
        if row["acknowledged"] == true {
            let json = json!({ "terms": entry.id, "state": "acknowledged", "already": true });
            return Ok(Reply::done(json, "Acknowledged already. Nothing was written."));
        }
        let id: Id = entry.id.parse().map_err(Failure::new)?;
        let version = row["data"]["version"].as_u64().unwrap_or_default();
        let act = Purpose::TermsAcknowledged(TermsAcknowledged { version });
        pen.send("Acknowledged", pen.draft(act).about(id))
    }
}

/// What was adopted last of a kind, as the source has it.
pub(super) fn latest(context: &Context, kind: &str) -> Result<Option<Value>, Failure> {
    Ok(history(context, kind)?.pop())
}

/// All that was adopted of a kind, the oldest first.
pub(super) fn history(context: &Context, kind: &str) -> Result<Vec<Value>, Failure> {
    let mut answer = Source::open(context)?.ask(&Query::InForce {
        kind: Some(kind.to_owned()),
        as_of: Some(just_after(context.now())),
        key: context.home.key().ok().map(|key| key.public().bytes()),
    })?;
    Ok(answer["in_force"]
        .as_array_mut()
        .map(std::mem::take)
        .unwrap_or_default())
}

/// What was adopted, when and by which decision.
pub(super) fn standing(row: &Value) -> Result<Vec<String>, Failure> {
    let decision: Card = read(&row["decision"])?;
    let since = when(row["since"].as_str().unwrap_or_default());
    let kind = row["kind"].as_str().unwrap_or_default();
    let (ballots, organisations) = (&row["ballots"], &row["organisations"]);
    let mut lines = vec![
        decision.headline(usize::MAX),
        format!(
            "in force since {since}, by decision {} ({ballots} ballots from {organisations} organisations)",
            short(&decision.id)
        ),
    ];
    lines.extend(agreed::lines(kind, &row["data"]));
    Ok(lines)
}

/// The text that was voted on.
pub(super) fn words_of(row: &Value) -> Result<Option<String>, Failure> {
    let decision: Card = read(&row["decision"])?;
    Ok(decision
        .words()
        .map(|words| format!("\n{}", set_in(&words, WORDS))))
}
