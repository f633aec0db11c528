//! Deciding together: proposing, voting, looking at how a vote stands, and closing it.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::motion::{Motion, Voting, away, deadline, just_after, propose, rule_in_words};
use crate::pen::Pen;
use crate::render::agreed;
use crate::render::card::{Card, short};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::Source;
use crate::verbs::reading::read;
use crate::words::Words;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand, ValueEnum};
use hearth_node::queries::{Query, Use};
use hearth_protocol::entry::Entry;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, BallotCast, Choice, DecisionClosed, Decisions, Outcome, Rule};
use hearth_protocol::time::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

/// Longest title in a list, in characters.
const HEADLINE: usize = 50;

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

/// A decision as the node describes it; what is not rendered is not read.
#[derive(Debug, Deserialize)]
struct Row {
    entry: Card,
    state: String,
    rule: Rule,
    quorum: u64,
    #[serde(deserialize_with = "instant")]
    closes: Timestamp,
    outcome: Option<Outcome>,
    carries: bool,
    tally: Tally,
    organisations: Vec<OrganisationRow>,
    adopts: Option<Adopts>,
    adopted: Option<String>,
    #[serde(default)]
    also: Vec<Id>,
    closed: Option<Closed>,
    you: Option<You>,
    #[serde(default)]
    ballots: Vec<Ballot>,
    #[serde(default)]
    ignored: Vec<IgnoredBallot>,
}

#[derive(Debug, Deserialize)]
struct Tally {
    #[serde(rename = "for")]
    favour: u64,
    against: u64,
    abstain: u64,
    electorate: u64,
}

#[derive(Debug, Deserialize)]
struct OrganisationRow {
    slug: String,
    goes: Option<Choice>,
    #[serde(flatten)]
    tally: Tally,
}

#[derive(Debug, Deserialize)]
struct Adopts {
    #[serde(rename = "do")]
    kind: String,
    data: Value,
}

#[derive(Debug, Deserialize)]
struct Closed {
    id: String,
    outcome: Outcome,
}

#[derive(Debug, Deserialize)]
struct You {
    may_vote: bool,
    choice: Option<Choice>,
    ballot: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Ballot {
    choice: Choice,
    entry: Card,
}

#[derive(Debug, Deserialize)]
struct IgnoredBallot {
    reason: String,
    entry: Card,
}

/// An instant as answers write it.
fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

impl Tally {
    fn voted(&self) -> u64 {
        self.favour + self.against + self.abstain
    }

    fn words(&self) -> String {
        format!(
            "{} for, {} against, {} abstaining; {} of {} voted",
            self.favour,
            self.against,
            self.abstain,
            self.voted(),
            self.electorate
        )
    }
}

impl Row {
    /// How it stands, in few words.
    fn standing(&self, now: Timestamp) -> String {
        let outcome = match self.state.as_str() {
            "open" => return format!("open until {}", deadline(self.closes, now)),
            "beyond" => return "not to be counted here yet".to_owned(),
            "carried" => "carried",
            "failed" => "failed",
            _ => return "no electorate: never carries".to_owned(),
        };
        match (&self.closed, &self.adopts, &self.adopted) {
            (None, ..) => format!("{outcome}, to be closed"),
            (Some(closed), ..) if Some(closed.outcome) != self.outcome => {
                format!("{outcome}, declared otherwise")
            }
            (Some(_), Some(_), None) if outcome == "carried" => format!("{outcome}, not in force yet"),
            (Some(_), Some(_), Some(_)) => format!("{outcome}, in force"),
            (Some(_), ..) => outcome.to_owned(),
        }
    }
}

fn said(choice: Option<Choice>) -> &'static str {
    match choice {
        Some(Choice::For) => "for",
        Some(Choice::Against) => "against",
        Some(Choice::Abstain) => "abstain",
        None => "–",
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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

/// A decision with its ballots, for a person.
fn shown(row: &Row, context: &Context) -> String {
    let now = context.now();
    let mut lines = vec![
        format!("{}  {}", row.entry.short(), row.entry.headline(HEADLINE)),
        format!("proposed by {}, {}", row.entry.author(), row.entry.when()),
        format!("{}; {} % must vote.", rule_in_words(row.rule), row.quorum),
        format!("Voting until {}.", deadline(row.closes, now)),
        format!("It stands: {}. {}.", row.standing(now), row.tally.words()),
    ];
    if row.state == "open" {
        let would = if row.carries { "would" } else { "would not" };
        lines.push(format!("With these ballots it {would} carry."));
    }
    let mut table = Table::new(["organisation", "may vote", "for", "against", "abstain", "goes"]);
    for OrganisationRow { slug, goes, tally } in &row.organisations {
        let numbers = [tally.electorate, tally.favour, tally.against, tally.abstain];
        let [electorate, favour, against, abstain] = numbers.map(|number| number.to_string());
        table.row([
            slug.clone(),
            electorate,
            favour,
            against,
            abstain,
            said(*goes).to_owned(),
        ]);
    }
    lines.push(format!("\n{}", table.render(&context.screen)));
    for Ballot { choice, entry } in &row.ballots {
        let reason = entry
            .words()
            .map(|words| format!(": {words}"))
            .unwrap_or_default();
        lines.push(format!("{} {}{reason}", entry.author(), said(Some(*choice))));
    }
    for IgnoredBallot { reason, entry } in &row.ignored {
        let reason = reason.replace('_', " ");
        lines.push(format!(
            "not counted ({reason}): {} by {}",
            entry.short(),
            entry.author()
        ));
    }
    if let Some(adopts) = &row.adopts {
        lines.push(format!(
            "\nOnce carried and closed it brings into force: {}",
            agreed::noun(&adopts.kind)
        ));
        lines.extend(agreed::lines(&adopts.kind, &adopts.data));
    }
    if let Some(words) = row.entry.words() {
        lines.push(format!("\n{words}"));
    }
    lines.extend(next_step(row));
    lines.join("\n")
}

/// What can be done about it.
fn next_step(row: &Row) -> Option<String> {
    let id = row.entry.short();
    let may_vote = row
        .you
        .as_ref()
        .is_some_and(|you| you.may_vote && you.choice.is_none());
    match row.state.as_str() {
        "open" if may_vote => Some(format!("\nYour vote: hearth vote {id} for|against|abstain")),
        "carried" | "failed" if row.closed.is_none() => {
            Some(format!("\nNobody has closed it: hearth decision close {id}"))
        }
        "carried" if row.adopts.is_some() && row.adopted.is_none() => {
            Some(format!("\nNot in force yet: hearth decision close {id}"))
        }
        _ => None,
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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

fn decision(pen: &Pen<'_>, id: &str, as_of: String) -> Result<Row, Failure> {
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

/// `hearth vote`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth vote 3f9a2c for
  hearth vote 3f9a2c against \"Fridays are ward rounds.\"

Your vote carries your name, for ever: everybody in the community sees how you voted. Voting again before the deadline
replaces your vote; the earlier one stays in the log. To ask people without names there are surveys: hearth pulse.")]
pub(crate) struct Vote {
    /// The decision's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    decision: String,
    /// Your vote. Where the rule is consent, against is an objection
    #[arg(value_enum)]
    choice: ChoiceName,
    #[command(flatten)]
    reason: Words,
    /// Refused: votes on decisions carry their voter's name
    #[arg(long)]
    anonymous: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ChoiceName {
    For,
    Against,
    Abstain,
}

impl From<ChoiceName> for Choice {
    fn from(name: ChoiceName) -> Self {
        match name {
            ChoiceName::For => Choice::For,
            ChoiceName::Against => Choice::Against,
            ChoiceName::Abstain => Choice::Abstain,
        }
    }
}

impl Vote {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        if self.anonymous {
            return Err(Failure::usage("a vote on a decision carries your name").advise(
                "Where people are asked without their names, it is a survey: `hearth pulse --help`.",
            ));
        }
        context
            .screen
            .hint("Your vote carries your name: everybody in the community sees how you voted.");
        let sheet = Sheet::of("vote", "your reason").about(&self.decision);
        let reason = self.reason.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let choice = Choice::from(self.choice);
        let id = match decision(&pen, &self.decision, just_after(context.now())) {
            Ok(row) => {
                if let Some(nothing) = unneeded(&row, choice, reason.is_some(), context.now())? {
                    return Ok(nothing);
                }
                row.entry.id.parse().map_err(Failure::new)?
            }
            // Away, it can still be voted on; whether it counts is seen when it arrives.
            Err(failure) if failure.exit() == Exit::Unreachable => pen.resolve(&self.decision)?,
            Err(failure) => return Err(failure),
        };
        let act = Decisions::BallotCast(BallotCast { choice });
        let mut reply = pen.send("Voted, in your name", pen.draft(act).about(id).saying(reason)?)?;
        reply.json["choice"] = json!(choice);
        Ok(reply)
    }
}

/// Refuses a vote that would not count, and says where it would change nothing.
fn unneeded(row: &Row, choice: Choice, has_reason: bool, now: Timestamp) -> Result<Option<Reply>, Failure> {
    if row.closes < now {
        return Err(Failure::new(format!(
            "voting ended {}",
            deadline(row.closes, now)
        )));
    }
    let Some(you) = &row.you else {
        return Err(Failure::new(
            "you are no member of this organisation, so you have no vote",
        ));
    };
    if !you.may_vote {
        return Err(Failure::new("you are not of the electorate")
            .advise("Those vote who were members when it was proposed, as the proposal's node knew them."));
    }
    let same = you
        .ballot
        .as_ref()
        .filter(|_| you.choice == Some(choice) && !has_reason);
    Ok(same.map(|ballot| {
        let json = json!({ "id": ballot, "state": "acknowledged", "already": true, "choice": choice });
        Reply::done(
            json,
            format!("You voted so already: {}. Nothing was written.", short(ballot)),
        )
    }))
}
