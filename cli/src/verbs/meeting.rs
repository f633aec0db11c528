//! Meetings: arranging them, being there, saying what they were worth.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::calendar;
use crate::render::card::{Card, short};
use crate::render::table::Table;
use crate::render::time::local;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::words::{Words, titled};
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    MeetingAttended, MeetingEvaluated, MeetingHeld, MeetingScheduled, Meetings, Slug, Topics,
};
use hearth_protocol::time::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

/// Longest title in a list, in characters.
const HEADLINE: usize = 50;

#[derive(Debug, Subcommand)]
pub(crate) enum Meeting {
    /// Arrange a meeting
    Schedule(Schedule),
    /// Say that a meeting took place
    Held(Held),
    /// Sign that you were at a meeting; this also countersigns the sheet you are on
    Attend(Attend),
    /// Enter a paper sheet: who was there. Each of them then signs with `hearth meeting attend`
    SignIn(SignIn),
    /// Say what a meeting was worth, if you signed that you were there
    Evaluate(Evaluate),
    /// List the meetings, the latest first
    List(List),
    /// Write the meetings as a calendar file
    Calendar(Calendar),
}

impl Meeting {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Meeting::Schedule(verb) => verb.run(context),
            Meeting::Held(verb) => verb.run(context),
            Meeting::Attend(verb) => verb.run(context),
            Meeting::SignIn(verb) => verb.run(context),
            Meeting::Evaluate(verb) => verb.run(context),
            Meeting::List(verb) => verb.run(context),
            Meeting::Calendar(verb) => verb.run(context),
        }
    }
}

/// `hearth meeting schedule`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth meeting schedule \"Volunteers\" \"Bring one question.\" --at \"2027-03-04 14:00\" --minutes 90 --mode online
  hearth meeting schedule \"In five years\" --at 2027-03-04T14:00:00Z --mode in-person --purpose future")]
pub(crate) struct Schedule {
    /// What it is about, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// When it begins: `2027-03-04 14:00` by this machine's clock, or with a zone as in 2027-03-04T14:00:00Z
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Timestamp,
    /// How long it is to last
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// How people meet: in-person, online, hybrid, phone or another (a-z, 0-9 and -)
    #[arg(long, value_name = "MODE")]
    mode: Slug,
    /// Topic (a-z, 0-9 and -); up to eight
    #[arg(long = "topic", value_name = "TOPIC", add = completion::of(Use::Topic))]
    topics: Vec<Slug>,
    /// What it is for, such as `future`
    #[arg(long, value_name = "PURPOSE")]
    purpose: Option<Slug>,
}

impl Schedule {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let topics = Topics::try_from(self.topics).map_err(Failure::usage)?;
        let sheet = Sheet::of("meeting", "title and agenda");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let act = Meetings::MeetingScheduled(MeetingScheduled {
            at: self.at,
            mode: self.mode,
            topics,
            minutes: self.minutes,
            purpose: self.purpose,
        });
        pen.send(
            "Arranged",
            pen.draft(act).saying(Some(titled(&title, words.as_deref())))?,
        )
    }
}

/// `hearth meeting held`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth meeting held 3f9a2c \"Nine of us; notes follow.\" --minutes 75")]
pub(crate) struct Held {
    /// The meeting's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Meeting))]
    meeting: String,
    #[command(flatten)]
    words: Words,
    /// How long it lasted, if not as arranged
    #[arg(long)]
    minutes: Option<u64>,
}

impl Held {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("held", "what came of it").about(&self.meeting);
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let meeting = pen.resolve(&self.meeting)?;
        let act = Meetings::MeetingHeld(MeetingHeld {
            minutes: self.minutes,
        });
        pen.send("Noted", pen.draft(act).about(meeting).saying(words)?)
    }
}

/// `hearth meeting attend`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth meeting attend 3f9a2c
  hearth meeting attend 3f9a2c --sheet 81c0de

Signed before the meeting is to begin, it counts for nothing.")]
pub(crate) struct Attend {
    /// The meeting's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Meeting))]
    meeting: String,
    /// The sheet you are on, to name it
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Look))]
    sheet: Option<String>,
}

impl Attend {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let mut draft = pen.draft(Meetings::MeetingAttended(MeetingAttended::default()));
        // What is put first comes last.
        if let Some(sheet) = &self.sheet {
            draft = draft.about(pen.resolve(sheet)?);
        }
        pen.send("Signed", draft.about(pen.resolve(&self.meeting)?))
    }
}

/// `hearth meeting sign-in`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth meeting sign-in 3f9a2c 7be1c2 90aa41

It counts for nobody on it until they sign themselves: hearth meeting attend 3f9a2c")]
pub(crate) struct SignIn {
    /// The meeting's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Meeting))]
    meeting: String,
    /// The ids of those who were there, as `hearth member list` shows them
    #[arg(required = true, value_parser = entry_id, add = completion::of(Use::Member))]
    persons: Vec<String>,
}

impl SignIn {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let meeting = pen.resolve(&self.meeting)?;
        let persons = self.persons.iter().map(|person| pen.resolve(person));
        let mut persons = persons.collect::<Result<Vec<Id>, Failure>>()?;
        persons.sort();
        persons.dedup();
        let act = Meetings::MeetingAttended(MeetingAttended { persons });
        pen.send("Entered", pen.draft(act).about(meeting))
    }
}

/// `hearth meeting evaluate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hearth meeting evaluate 3f9a2c --score useful=4 --score new-to-me=2 \"The second hour dragged.\""
)]
pub(crate) struct Evaluate {
    /// The meeting's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Meeting))]
    meeting: String,
    #[command(flatten)]
    words: Words,
    /// What is judged, and from 1 (not at all) to 5 (very much); up to eight
    #[arg(long = "score", value_name = "CODE=1..5", required = true, value_parser = score)]
    scores: Vec<(Slug, u64)>,
}

impl Evaluate {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("evaluate", "why").about(&self.meeting);
        let words = self.words.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let meeting = pen.resolve(&self.meeting)?;
        let attendance = own_attendance(&pen, meeting)?;
        let scores: BTreeMap<Slug, u64> = self.scores.into_iter().collect();
        let act = Meetings::MeetingEvaluated(MeetingEvaluated {
            scores: scores.into_iter().collect(),
        });
        let draft = pen.draft(act).about(attendance).about(meeting);
        pen.send("Evaluated", draft.saying(words)?)
    }
}

/// The member's own word that they were there.
fn own_attendance(pen: &Pen<'_>, meeting: Id) -> Result<Id, Failure> {
    let person = own_person(pen)?;
    let thread = pen.remote().query(&Query::Thread {
        id: meeting.to_string(),
    })?;
    let entries = thread["entries"].as_array().map_or(&[][..], Vec::as_slice);
    let own = entries.iter().find(|entry| {
        entry["kind"] == "meeting.attended"
            && entry["re"][0] == json!(meeting)
            && entry["author"]["person"] == person.as_str()
            && entry["data"]["persons"].is_null()
    });
    own.and_then(|entry| entry["id"].as_str()?.parse().ok())
        .ok_or_else(|| {
            Failure::new("only who was there evaluates a meeting").advise(format!(
                "First sign that you were: hearth meeting attend {}",
                meeting.short()
            ))
        })
}

/// Who the member is: the id of their admission.
fn own_person(pen: &Pen<'_>) -> Result<String, Failure> {
    let answer = pen.remote().query(&Query::Members { organisation: None })?;
    let key = json!(pen.remote().key().public());
    let members = answer["members"].as_array().map_or(&[][..], Vec::as_slice);
    let holds = |member: &&Value| {
        let keys = member["keys"].as_array().map_or(&[][..], Vec::as_slice);
        keys.iter().any(|held| held["key"] == key)
    };
    members
        .iter()
        .find(holds)
        .and_then(|member| member["person"].as_str().map(str::to_owned))
        .ok_or_else(|| Failure::new("this key is no member's at that node"))
}

/// A meeting as the node shows it.
#[derive(Debug, Deserialize)]
pub(crate) struct Row {
    pub(crate) meeting: Card,
    pub(crate) begins: Timestamp8601,
    pub(crate) minutes: u64,
    pub(crate) mode: String,
    #[serde(default)]
    pub(crate) topics: Vec<String>,
    held: bool,
    attended: Vec<Value>,
    awaiting: Vec<Value>,
    evaluations: u64,
    scores: BTreeMap<String, (u64, u64)>,
}

/// A time as answers hold it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Timestamp8601(pub(crate) Timestamp);

impl TryFrom<String> for Timestamp8601 {
    type Error = hearth_protocol::time::BadTime;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Timestamp8601)
    }
}

/// `hearth meeting list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth meeting list --limit 10")]
pub(crate) struct List {
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

impl List {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Meetings {})?;
        let rows: Vec<Row> = read(&answer["meetings"])?;
        let mut table = Table::new([
            "id", "begins", "minutes", "mode", "title", "held", "signed", "unsigned", "scores",
        ]);
        for row in rows.iter().take(self.limit) {
            table.row([
                row.meeting.short(),
                local(row.begins.0),
                row.minutes.to_string(),
                row.mode.clone(),
                row.meeting.headline(HEADLINE),
                if row.held { "yes" } else { "" }.to_owned(),
                row.attended.len().to_string(),
                unsigned(&row.awaiting),
                scores(row),
            ]);
        }
        let text = if rows.is_empty() {
            "No meeting has been arranged yet.".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}

/// Those on a sheet who have not signed.
fn unsigned(awaiting: &[Value]) -> String {
    let name = |person: &Value| {
        let id = person["person"].as_str().unwrap_or_default();
        person["name"].as_str().map_or_else(|| short(id), str::to_owned)
    };
    awaiting.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// `useful 4.5 of 2`: means are rounded down to a tenth.
fn scores(row: &Row) -> String {
    let mean = |count: u64, sum: u64| {
        let tenths = sum * 10 / count.max(1);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    let scores = row.scores.iter();
    let scores: Vec<String> = scores
        .map(|(code, (count, sum))| format!("{code} {}", mean(*count, *sum)))
        .collect();
    match row.evaluations {
        0 => String::new(),
        people => format!("{} (by {people})", scores.join(", ")),
    }
}

/// `hearth meeting calendar`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth meeting calendar --out meetings.ics")]
pub(crate) struct Calendar {
    /// Where to write it (iCalendar, RFC 5545); a file that is there is replaced
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Calendar {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Meetings {})?;
        let rows: Vec<Row> = read(&answer["meetings"])?;
        let text = calendar::of(&rows, context.now());
        File::create(&self.out)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(|error| Failure::new(format!("cannot write {}: {error}", self.out.display())))?;
        let json = json!({ "path": self.out, "meetings": rows.len() });
        Ok(Reply::done(
            json,
            format!("Wrote {} meetings in {}.", rows.len(), self.out.display()),
        ))
    }
}

/// A time with a zone, or by this machine's clock.
fn moment(text: &str) -> Result<Timestamp, String> {
    let zoned = text.parse::<jiff::Timestamp>();
    let civil = || {
        text.parse::<jiff::civil::DateTime>()
            .ok()
            .filter(|_| text.contains(':'))
    };
    let instant = zoned
        .ok()
        .or_else(|| jiff::tz::TimeZone::system().to_timestamp(civil()?).ok());
    if let Some(instant) = instant
        && let Ok(millis) = u64::try_from(instant.as_millisecond())
    {
        return Ok(Timestamp::from_millis(millis));
    }
    text.parse::<Timestamp>()
        .map_err(|_| "a time is like 2027-03-04 14:00, or with a zone 2027-03-04T14:00:00Z".to_owned())
}

fn score(text: &str) -> Result<(Slug, u64), String> {
    let wanted = || "a score is a code, = and a number from 1 to 5, as in useful=4".to_owned();
    let (code, score) = text.split_once('=').ok_or_else(wanted)?;
    let score = score.parse().ok().filter(|score| (1..=5).contains(score));
    Ok((code.parse().map_err(|_| wanted())?, score.ok_or_else(wanted)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_may_have_a_zone() {
        let at: Timestamp = "2027-03-04T14:00:00Z".parse().unwrap();
        assert_eq!(moment("2027-03-04T14:00:00Z"), Ok(at));
        assert_eq!(moment("2027-03-04T15:00:00+01:00"), Ok(at));
        assert!(moment("2027-03-04 14:00").is_ok());
        assert!(moment("noon").is_err());
    }

    #[test]
    fn scores_are_codes_with_a_number() {
        assert_eq!(score("useful=4"), Ok(("useful".parse().unwrap(), 4)));
        for wrong in ["useful", "useful=0", "useful=6", "Use ful=3"] {
            assert!(score(wrong).is_err(), "{wrong}");
        }
    }
}
