//! Reading what the community wrote, and how its logs stand.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::render::card::{Card, short, when};
use crate::render::data::plainly;
use crate::render::table::Table;
use crate::render::words::harmless;
use crate::reply::Reply;
use crate::source::{Source, in_pages};
use clap::Args;
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::Id;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Longest headline in a list, in characters.
pub(super) const HEADLINE: usize = 60;

/// `hearth thread`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hearth thread 3f9a2c\n  hearth thread 3f9a2c --history\n\nWhoever asked under a pseudonym is unnamed in everything they do about their question."
)]
pub(crate) struct Thread {
    /// The id of any part of it
    #[arg(value_parser = entry_id, add = completion::of(Use::Read))]
    entry: String,
    /// Show also what corrected words read before
    #[arg(long)]
    history: bool,
}

impl Thread {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Thread { id: self.entry })?;
        let root: Card = read(&answer["thread"])?;
        let entries: Vec<Card> = read(&answer["entries"])?;
        let text = std::iter::once(&root)
            .chain(&entries)
            .map(|card| spoken(card, &root, self.history))
            .collect::<Vec<_>>()
            .join("\n\n");
        Ok(Reply::done(answer, text))
    }
}

/// One contribution with its words, indented under the root.
fn spoken(card: &Card, root: &Card, history: bool) -> String {
    let indent = if card.id == root.id { "" } else { "  " };
    let to = card
        .re
        .first()
        .filter(|subject| **subject != root.id && card.id != root.id);
    let to = to
        .map(|subject| format!(" on {}", short(subject)))
        .unwrap_or_default();
    let caveat = card
        .caveat()
        .map(|caveat| format!(" [{caveat}]"))
        .unwrap_or_default();
    let corrected = card.corrected().map(|corrected| format!(" · {corrected}"));
    let corrected = corrected.unwrap_or_default();
    let head = format!(
        "{} {}{to} · {} · {}{corrected}{caveat}",
        card.short(),
        verb(&card.kind),
        card.author(),
        card.when()
    );
    let data = match card.kind.as_str() {
        "query.asked" | "thread.opened" => None,
        "reaction.given" => card.data["reaction"].as_str().map(harmless),
        _ => plainly(&card.data),
    };
    let detail = data.into_iter().chain(card.words());
    let former = if history { card.former() } else { Vec::new() };
    let file = card
        .file
        .as_ref()
        .map(|file| format!("File: {}, {} bytes, {}", file.media_type, file.size, file.state));
    let lines = std::iter::once(head)
        .chain(detail)
        .chain(file)
        .chain(former)
        .collect::<Vec<_>>()
        .join("\n");
    lines
        .lines()
        .map(|line| format!("{indent}{line}").trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

/// What was done, as one says it.
pub(crate) fn verb(kind: &str) -> &str {
    match kind {
        "query.asked" => "asked",
        "query.answered" => "answered",
        "query.accepted" => "accepted",
        "query.withdrawn" | "resource.withdrawn" => "withdrew it",
        "query.referred" => "looks for somebody who can answer",
        "role.granted" => "granted a role",
        "role.accepted" => "accepted the role",
        "role.ended" => "gave up the role",
        "time.pledged" => "pledged time",
        "time.confirmed" => "confirmed time",
        "leadership.asked" => "asked the leadership",
        "leadership.answered" => "answered the request",
        "task.offered" => "offered a task",
        "task.accepted" => "took it on",
        "task.done" => "says it is done",
        "task.confirmed" => "confirmed that it is done",
        "thread.opened" => "opened",
        "thread.replied" => "replied",
        "reaction.given" => "reacted",
        "resource.published" => "shared",
        "resource.validated" => "validated",
        "resource.disputed" => "disputed",
        "work.proposed" => "proposed the work",
        "work.joined" => "signed as an author",
        "work.agreed" => "brought into force that it is agreed",
        "work.released" => "brought out a version",
        "work.evaluated" | "claim.evaluated" => "evaluated it",
        "value.stated" => "brought the statement of value into force",
        "story.told" => "told a story",
        "story.corroborated" | "claim.corroborated" => "bore it out",
        "claim.drafted" => "claimed",
        "claim.evidenced" => "named evidence",
        "claim.acknowledged" => "acknowledged it",
        "claim.contested" => "contested it",
        "claim.withdrawn" => "withdrew the claim",
        "audit.attested" => "audited it",
        "resource.superseded" => "replaced it by another",
        "resource.applied" => "uses it",
        "faq.published" => "collected answers",
        "faq.endorsed" => "endorsed",
        "reflection.logged" => "reflected",
        "introduction.made" => "introduced",
        "mentoring.started" => "mentoring",
        "meeting.scheduled" => "arranged a meeting",
        "meeting.held" => "said it was held",
        "meeting.attended" => "was there",
        "meeting.evaluated" => "evaluated it",
        "content.corrected" => "corrected",
        "content.reported" => "reported",
        "content.hidden" => "hid",
        other => other,
    }
}

/// `hearth threads`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth threads --limit 20")]
pub(crate) struct Threads {
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// Pass over this many of the newest
    #[arg(long, default_value_t = 0)]
    skip: usize,
}

#[derive(Deserialize)]
struct ThreadRow {
    thread: Card,
    follow_ups: Option<std::collections::BTreeMap<String, u64>>,
    #[serde(default)]
    withdrawn: bool,
}

impl Threads {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let page = |passed, limit| {
            let skip = self.skip.saturating_add(passed);
            source.ask(&Query::Threads { limit, skip })
        };
        let all = |answer: &Value| count(&answer["total"]).saturating_sub(self.skip as u64);
        let answer = in_pages("threads", self.limit, all, page)?;
        let rows: Vec<ThreadRow> = read(&answer["threads"])?;
        let mut table = Table::new(["id", "what", "title", "by", "when", "answers", "replies"]);
        for ThreadRow {
            thread,
            follow_ups,
            withdrawn,
        } in &rows
        {
            let of_kind = |kind: &str| {
                follow_ups
                    .as_ref()
                    .and_then(|counts| counts.get(kind))
                    .copied()
                    .unwrap_or(0)
                    .to_string()
            };
            table.row([
                thread.short(),
                verb(&thread.kind).to_owned(),
                if *withdrawn {
                    format!("(withdrawn) {}", thread.headline(HEADLINE))
                } else {
                    thread.headline(HEADLINE)
                },
                thread.author(),
                thread.ago(context.now()),
                of_kind("query.answered"),
                of_kind("thread.replied"),
            ]);
        }
        let text = if rows.is_empty() {
            "Nothing has been written yet.".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}

/// `hearth log`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth log\n  hearth log south --from 100 --limit 20")]
pub(crate) struct Log {
    /// Whose log, by short name or id [default: this organisation's]
    #[arg(add = completion::of(Use::Organisation))]
    organisation: Option<String>,
    /// Index of the first entry [default: the last page]
    #[arg(long)]
    from: Option<u64>,
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

impl Log {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let ask = |from, limit| {
            source.ask(&Query::Log {
                organisation: self.organisation.clone(),
                from,
                limit,
            })
        };
        let from = match self.from {
            Some(from) => from,
            None => count(&ask(0, 0)?["size"]).saturating_sub(self.limit as u64),
        };
        let all = |answer: &Value| count(&answer["size"]).saturating_sub(from);
        let page = |passed: usize, limit| ask(from.saturating_add(passed as u64), limit);
        let answer = in_pages("entries", self.limit, all, page)?;
        let entries: Vec<Card> = read(&answer["entries"])?;
        let mut table = Table::new(["index", "id", "kind", "by", "when", "verdict", "words"]);
        for card in &entries {
            table.row([
                card.index.to_string(),
                card.short(),
                card.kind.clone(),
                card.author(),
                card.when(),
                card.caveat().unwrap_or_else(|| "counts".to_owned()),
                card.headline(HEADLINE),
            ]);
        }
        Ok(Reply::done(answer, table.render(&context.screen)))
    }
}

/// `hearth show`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth show 3f9a2c\n  hearth show 5d02aa --save guide.pdf")]
pub(crate) struct Show {
    /// The entry's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    entry: String,
    /// Show also what corrected words read before
    #[arg(long)]
    history: bool,
    /// Save its file, or its words where it has no file, under a name that is not taken
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
}

impl Show {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let mut answer = source.ask(&Query::Entry { id: self.entry })?;
        let card: Card = read(&answer["entry"])?;
        let organisation = read(&answer["organisation"])?;
        let saved = self
            .save
            .as_deref()
            .map(|path| save(&source, organisation, &card, path))
            .transpose()?;
        let mut lines = vec![
            format!("id        {}", card.id),
            format!("kind      {}", card.kind),
            format!("log       {}, entry {}", card.organisation, card.index),
            format!("by        {}", card.author()),
            format!("said      {}", when(&card.at)),
            format!("counts as {}", card.when()),
            format!(
                "verdict   {} ({})",
                card.caveat().unwrap_or_else(|| "counts".into()),
                card.voucher()
            ),
        ];
        lines.extend(card.re.iter().map(|id| format!("about     {id}")));
        lines.extend(plainly(&card.data).map(|data| format!("data      {data}")));
        lines.extend(card.corrected());
        for (name, body) in [("body", &card.body), ("file", &card.file)] {
            lines.extend(body.as_ref().map(|body| {
                format!(
                    "{name:9} {} ({}, {} bytes, {})",
                    short(&body.hash),
                    body.media_type,
                    body.size,
                    body.state
                )
            }));
        }
        if let Some(words) = card.words() {
            lines.push(format!("\n{words}"));
        }
        if self.history {
            lines.extend(card.former().into_iter().map(|former| format!("\n{former}")));
        }
        if let (Some((what, size)), Some(path)) = (saved, &self.save) {
            lines.push(format!("\nSaved {what}, {size} bytes, in {}.", path.display()));
            answer["saved"] = json!({ "path": path, "what": what, "size": size });
        }
        Ok(Reply::done(answer, lines.join("\n")))
    }
}

/// Puts the file of an entry, or its words, where the person wants them; gives which of both, and its bytes.
fn save(
    source: &Source,
    organisation: Id,
    card: &Card,
    path: &Path,
) -> Result<(&'static str, usize), Failure> {
    let (what, body) = match (&card.file, &card.body) {
        (Some(file), _) => ("its file", file),
        (None, Some(words)) => ("its words", words),
        (None, None) => return Err(Failure::new("this entry has no file and no words")),
    };
    let hash = body.hash.parse().map_err(Failure::new)?;
    let bytes = source
        .body(organisation, &hash)?
        .ok_or_else(|| Failure::new(format!("the body is not here: {}", body.state)))?;
    let written = File::create_new(path).and_then(|mut file| file.write_all(&bytes));
    written.map_err(|error| {
        let failure = Failure::new(format!("cannot write {}: {error}", path.display()));
        if error.kind() == io::ErrorKind::AlreadyExists {
            return failure.advise("Nothing is overwritten: name another file.");
        }
        failure
    })?;
    Ok((what, bytes.len()))
}

/// `hearth status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth status

The last lines are this organisation's keys as C2SP tools take them; --json has those of every log.")]
pub(crate) struct Status {}

/// A log as the node holds it.
#[derive(Deserialize)]
struct LogRow {
    slug: String,
    origin: String,
    own: bool,
    size: u64,
    lag: Option<u64>,
    witnessed: String,
    witnessed_size: Option<u64>,
    cosignatures: u64,
    needed: u64,
    evidence: u64,
    verifier: Option<String>,
    witness: Option<String>,
}

impl LogRow {
    /// How far witnesses vouch for it.
    fn witnesses(&self) -> String {
        let Self {
            cosignatures, needed, ..
        } = self;
        let newest = format!("{} ({cosignatures} of {needed} needed)", self.witnessed);
        match self.witnessed_size {
            Some(size) if self.witnessed == "provisional" => format!("{newest}; witnessed to {size}"),
            _ => newest,
        }
    }
}

impl Status {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Status {})?;
        let logs: Vec<LogRow> = read(&answer["logs"])?;
        let mut table = Table::new(["log", "entries", "lag", "witnesses", "origin", "forks"]);
        for log in &logs {
            let own = if log.own { " (ours)" } else { "" };
            table.row([
                format!("{}{own}", log.slug),
                log.size.to_string(),
                match log.lag {
                    None => "not heard yet".to_owned(),
                    Some(0) => "none".to_owned(),
                    Some(lag) => format!("{lag} behind"),
                },
                log.witnesses(),
                log.origin.clone(),
                if log.evidence == 0 {
                    "none".to_owned()
                } else {
                    format!("CONVICTED ({})", log.evidence)
                },
            ]);
        }
        let mut text = format!("{}\n{}", standing(&answer), table.render(&context.screen));
        let own = logs.iter().find(|log| log.own);
        for (name, key) in own
            .iter()
            .flat_map(|log| [("log key", &log.verifier), ("witness key", &log.witness)])
        {
            text.push_str(
                &key.as_ref()
                    .map_or(String::new(), |key| format!("\n{name:12} {key}")),
            );
        }
        Ok(Reply::done(answer, text))
    }
}

/// The node in a few lines.
fn standing(answer: &Value) -> String {
    let node = &answer["node"];
    let word = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    let mut lines = vec![format!(
        "{} · community {}",
        word(&answer["slug"]),
        short(&word(&answer["community"]))
    )];
    if answer["running"] == true {
        lines.push(word(&node["ledger"]));
        lines.push(peers(answer));
    } else {
        lines.push("No node runs on this directory.".to_owned());
    }
    if answer["simulated"] == true {
        lines.push("This community runs on a simulated clock: its times are made up.".to_owned());
    }
    if answer["admitted"] == false {
        lines.push("This organisation is not admitted yet; a steward of the inviter decides.".to_owned());
    }
    if let Some(why) = node["joining"].as_str() {
        lines.push(format!("Joining: {why}"));
    }
    lines.extend(node["paused"].as_array().into_iter().flatten().map(|paused| {
        let why = word(&paused[1]);
        format!(
            "{}: nothing more is taken in of this log: {why}.",
            slug_of(answer, &paused[0])
        )
    }));
    lines.extend(node["claims"].as_array().into_iter().flatten().map(|claim| {
        format!(
            "{}: says it has cosigned this log up to size {}, and does not show it. Nothing follows from that.",
            slug_of(answer, &claim[0]),
            claim[1]
        )
    }));
    if let Some(missing) = answer["missing_bodies"].as_u64().filter(|missing| *missing > 0) {
        let bodies = if missing == 1 { "body is" } else { "bodies are" };
        lines.push(format!("{missing} {bodies} not here yet."));
    }
    lines.join("\n")
}

/// Who of the community is connected, and who is not.
fn peers(answer: &Value) -> String {
    let connected: BTreeSet<&str> = answer["node"]["peers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|peer| peer["organisation"].as_str())
        .collect();
    let others = answer["logs"].as_array().into_iter().flatten();
    let (here, away): (Vec<&Value>, Vec<&Value>) = others
        .filter(|log| log["own"] != true)
        .map(|log| &log["organisation"])
        .partition(|other| other.as_str().is_some_and(|other| connected.contains(other)));
    let named = |organisations: Vec<&Value>| {
        let slugs: Vec<String> = organisations.into_iter().map(|id| slug_of(answer, id)).collect();
        if slugs.is_empty() {
            "nobody".to_owned()
        } else {
            slugs.join(", ")
        }
    };
    match (here.is_empty(), away.is_empty()) {
        (true, true) => "peers: there is no other organisation yet".to_owned(),
        (_, true) => format!("peers: connected to {}", named(here)),
        _ => format!("peers: connected to {}; not to {}", named(here), named(away)),
    }
}

/// The slug of the organisation with this id, as the answer names its logs.
fn slug_of(answer: &Value, organisation: &Value) -> String {
    let logs = answer["logs"].as_array().into_iter().flatten();
    let log = logs.into_iter().find(|log| log["organisation"] == *organisation);
    log.and_then(|log| log["slug"].as_str())
        .or(organisation.as_str())
        .unwrap_or("?")
        .to_owned()
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

pub(crate) fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Failure> {
    serde_json::from_value(value.clone()).map_err(|error| {
        Failure::new(format!("the node's answer cannot be read: {error}"))
            .advise("Do node and client have the same version?")
    })
}
