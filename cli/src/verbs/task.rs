//! Tasks: offered, taken on, done, and confirmed by another.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{Byline, Card, HEADLINE, short, when};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::words::{Words, titled};
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::kind::{Leadership, Slug, TaskOffered, Topics};
use hearth_protocol::time::Timestamp;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Offer a task to whoever will take it on
    Offer(Offer),
    /// Take on a task
    Accept(Step),
    /// Say that one has done what one took on
    Done(Done),
    /// Confirm what another has done
    Confirm(Confirm),
    /// List the tasks: open, taken on, done, confirmed
    List(List),
}

impl Task {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Task::Offer(verb) => verb.run(context),
            Task::Accept(verb) => verb.run(context),
            Task::Done(verb) => verb.run(context),
            Task::Confirm(verb) => verb.run(context),
            Task::List(verb) => verb.run(context),
        }
    }
}

/// `hearth task offer`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth task offer \"Minutes of the May meeting\" --due 2026-05-20")]
pub(crate) struct Offer {
    /// The task in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// By when it should be done
    #[arg(long, value_name = "DATE")]
    due: Option<Timestamp>,
    /// What it is about (a-z, 0-9 and -); up to eight
    #[arg(long = "topic", value_name = "TOPIC", add = completion::of(Use::Topic))]
    topics: Vec<Slug>,
}

impl Offer {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let topics = Topics::try_from(self.topics).map_err(Failure::usage)?;
        let sheet = Sheet::of("task", "what is to be done");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let act = Leadership::TaskOffered(TaskOffered {
            due: self.due,
            topics,
        });
        pen.send(
            "Offered",
            pen.draft(act).saying(Some(titled(&title, words.as_deref())))?,
        )
    }
}

/// `hearth task accept`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth task accept 3f9a2c")]
pub(crate) struct Step {
    /// The task's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Task))]
    task: String,
    #[command(flatten)]
    note: Words,
}

impl Step {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("task", "a note").about(&self.task);
        let note = self.note.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let task = pen.resolve(&self.task)?;
        pen.send(
            "Taken on",
            pen.draft(Leadership::TaskAccepted).about(task).saying(note)?,
        )
    }
}

/// `hearth task done`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth task done 3f9a2c \"They are in the folder.\"

Another member confirms it: `hearth task confirm`.")]
pub(crate) struct Done {
    /// The id of the task, or of your taking it on
    #[arg(value_parser = entry_id, add = completion::of(Use::Task))]
    task: String,
    #[command(flatten)]
    note: Words,
}

impl Done {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("task", "a note").about(&self.task);
        let note = self.note.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let subject = pen.subject(&self.task)?;
        let taken = match subject.kind.as_str() {
            "task.offered" => {
                let own = own_key(&pen)?;
                let taken = steps(&pen, &subject.id.to_string())?;
                let mine = taken
                    .iter()
                    .rfind(|step| step["by"]["person"] == own && step["done"].is_null());
                named(mine, "accepted").ok_or_else(|| {
                    Failure::new("you have not taken on this task, or have done it already").advise(format!(
                        "Take it on first: `hearth task accept {}`.",
                        subject.id.short()
                    ))
                })?
            }
            _ => subject.id,
        };
        pen.send("Done", pen.draft(Leadership::TaskDone).about(taken).saying(note)?)
    }
}

/// `hearth task confirm`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth task confirm 3f9a2c \"Read them, good.\"")]
pub(crate) struct Confirm {
    /// The id of the task, or of what was done
    #[arg(value_parser = entry_id, add = completion::of(Use::Task))]
    task: String,
    #[command(flatten)]
    note: Words,
}

impl Confirm {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("task", "a note").about(&self.task);
        let note = self.note.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let subject = pen.subject(&self.task)?;
        let done = match subject.kind.as_str() {
            "task.offered" | "task.accepted" => {
                let id = subject.id.to_string();
                let of_it = |step: &&Value| subject.kind == "task.offered" || step["accepted"] == id.as_str();
                let taken = steps(&pen, &id)?;
                let waiting = |step: &&Value| !step["done"].is_null() && step["confirmed"].is_null();
                let waits: Vec<&Value> = taken.iter().filter(of_it).filter(waiting).collect();
                match waits.as_slice() {
                    [one] => named(Some(one), "done").ok_or_else(unread)?,
                    [] => {
                        return Err(Failure::new(
                            "nothing that was done waits for a confirmation here",
                        ));
                    }
                    _ => {
                        return Err(Failure::new("several members have done this task").advise(
                            "Name what was done by its own id: `hearth task list --json` has them.",
                        ));
                    }
                }
            }
            _ => subject.id,
        };
        pen.send(
            "Confirmed",
            pen.draft(Leadership::TaskConfirmed).about(done).saying(note)?,
        )
    }
}

/// Who took a task on, and how far they got. `id` is that of the task or of a taking on.
fn steps(pen: &Pen<'_>, id: &str) -> Result<Vec<Value>, Failure> {
    let answer = pen.remote().query(&Query::Tasks {}).map_err(Failure::from)?;
    let tasks = answer["tasks"].as_array().cloned().unwrap_or_default();
    let of_it = |task: &&Value| {
        let mut taken = task["taken"].as_array().into_iter().flatten();
        task["task"]["id"] == id || taken.any(|step| step["accepted"] == id)
    };
    let task = tasks.iter().find(of_it);
    Ok(task
        .and_then(|task| task["taken"].as_array().cloned())
        .unwrap_or_default())
}

/// The person this home's key is.
fn own_key(pen: &Pen<'_>) -> Result<Value, Failure> {
    let key = Value::from(pen.remote().key().public().bytes().to_string());
    let answer = pen
        .remote()
        .query(&Query::Members { organisation: None })
        .map_err(Failure::from)?;
    let members = answer["members"].as_array().cloned().unwrap_or_default();
    let is_mine = |member: &&Value| {
        let mut keys = member["keys"].as_array().into_iter().flatten();
        keys.any(|held| held["key"] == key)
    };
    let me = members.iter().find(is_mine);
    me.map(|me| me["person"].clone())
        .ok_or_else(|| Failure::new("your key is not a member's of this organisation"))
}

fn named(step: Option<&Value>, field: &str) -> Option<hearth_protocol::id::Id> {
    step?[field].as_str()?.parse().ok()
}

fn unread() -> Failure {
    Failure::new("the node's answer cannot be read")
}

/// `hearth task list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth task list\n  hearth task list --open")]
pub(crate) struct List {
    /// Only those that nobody has done yet
    #[arg(long)]
    open: bool,
}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let mut answer = Source::open(context)?.ask(&Query::Tasks {})?;
        if self.open
            && let Some(tasks) = answer["tasks"].as_array_mut()
        {
            tasks.retain(|task| task["state"] == "open" || task["state"] == "taken");
        }
        let rows = answer["tasks"].as_array().cloned().unwrap_or_default();
        let mut table = Table::new(["id", "task", "offered by", "due", "how it stands"]);
        for row in &rows {
            let task: Card = read(&row["task"])?;
            table.row([
                task.short(),
                task.headline(HEADLINE),
                task.author(),
                row["due"].as_str().map(when).unwrap_or_default(),
                stands(row)?,
            ]);
        }
        let text = if rows.is_empty() {
            "There is no task.".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}

/// Who got how far.
fn stands(row: &Value) -> Result<String, Failure> {
    let mut people = Vec::new();
    for step in row["taken"].as_array().into_iter().flatten() {
        let by: Byline = read(&step["by"])?;
        let who = by.named(step["organisation"].as_str().unwrap_or_default());
        let how = match (step["done"].as_str(), step["confirmed"].is_null()) {
            (None, _) => "taken on".to_owned(),
            (Some(done), true) => format!("done, to be confirmed ({})", short(done)),
            (Some(_), false) => "done and confirmed".to_owned(),
        };
        people.push(format!("{who}: {how}"));
    }
    Ok(if people.is_empty() {
        "open".to_owned()
    } else {
        people.join("; ")
    })
}
