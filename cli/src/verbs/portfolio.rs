//! What a member took part in, and all that is theirs: to look at, to take along, to erase.

use super::erase::{Kept, erase};
use super::prove::Prover;
use super::publish::decode;
use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::durable::write_privately;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{Card, HEADLINE, short, when};
use crate::render::data::noun;
use crate::reply::Reply;
use crate::source::{Source, read};
use crate::verbs::person::own_key;
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::{Id, Pseudonym};
use hearth_protocol::kind::{HistoryLinked, People, Slug};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `hearth portfolio`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth portfolio
  hearth portfolio --out portfolio.json

What you asked, answered, shared and did, whom you helped and who helped you. It is for you alone, and never a score.
The file has each entry with a proof that it is in the log (C2SP tlog-proof), which whoever you give it to can check.
Words that are not yours are not in it.")]
pub(crate) struct Portfolio {
    /// Write it with proofs to this file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Portfolio {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let answer = ask(&source, context)?;
        let mut text = told(&answer)?;
        if let Some(path) = &self.out {
            let taken = take_along(&source, &answer, false)?;
            keep(path, &taken.document)?;
            text = format!("{}\n\n{}", text, taken.said(path));
        }
        Ok(Reply::done(answer, text))
    }
}

fn ask(source: &Source, context: &Context) -> Result<Value, Failure> {
    let key = own_key(context)?;
    source.ask(&Query::Portfolio { key })
}

fn cards(answer: &Value) -> Result<Vec<Card>, Failure> {
    serde_json::from_value(answer["entries"].clone()).map_err(Failure::new)
}

/// The portfolio as its owner reads it: by what was done, each newest last, then the ties.
fn told(answer: &Value) -> Result<String, Failure> {
    let mut by_kind: BTreeMap<String, Vec<Card>> = BTreeMap::new();
    for card in cards(answer)? {
        by_kind.entry(card.kind.clone()).or_default().push(card);
    }
    let mut lines = Vec::new();
    for (kind, cards) in &by_kind {
        lines.push(noun(kind).to_owned());
        for card in cards {
            let caveat = card.caveat().map(|caveat| format!(" [{caveat}]"));
            let line = format!(
                "  {}  {}  {}{}",
                card.short(),
                when(&card.effective),
                card.headline(HEADLINE),
                caveat.unwrap_or_default()
            );
            lines.push(line.trim_end().to_owned());
        }
    }
    for (title, field) in [("Whom you helped", "helped"), ("Who helped you", "helped_by")] {
        let ties = tied(&answer[field]);
        if !ties.is_empty() {
            lines.push(title.to_owned());
            lines.extend(ties);
        }
    }
    Ok(lines.join("\n"))
}

/// Per person how many answers went between you, and how many of them the asker accepted.
fn tied(ties: &Value) -> Vec<String> {
    let mut people: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for tie in ties.as_array().into_iter().flatten() {
        let with = &tie["with"];
        let name = match (with["name"].as_str(), with["person"].as_str()) {
            (Some(name), _) => name.to_owned(),
            (None, Some(person)) => format!("member {}", short(person)),
            (None, None) => "somebody under a pseudonym".to_owned(),
        };
        let who = format!("{name} ({})", tie["organisation"].as_str().unwrap_or("?"));
        let (answers, accepted) = people.entry(who).or_default();
        *answers += 1;
        *accepted += u64::from(tie["accepted"] == true);
    }
    people
        .into_iter()
        .map(|(who, (answers, accepted))| format!("  {who}: {answers} answers, {accepted} accepted"))
        .collect()
}

/// What is taken along, and how much of it is proven.
struct Taken {
    document: Value,
    entries: usize,
    /// Entries that no checkpoint covers yet.
    unproven: usize,
    /// Entries whose checkpoint no quorum of witnesses has cosigned yet.
    unwitnessed: usize,
}

impl Taken {
    fn said(&self, path: &Path) -> String {
        let mut said = format!(
            "Wrote {} entries with their proofs to {}.",
            self.entries,
            path.display()
        );
        if self.unproven > 0 {
            said.push_str(&format!(
                " {} are too new for a checkpoint: run it again in a moment.",
                self.unproven
            ));
        }
        if self.unwitnessed > 0 {
            said.push_str(" The checkpoint is not witnessed by a quorum yet.");
        }
        said
    }
}

/// Each entry with its bytes and the proof that it is in the log; with all bodies, where they are asked for.
fn take_along(source: &Source, answer: &Value, with_bodies: bool) -> Result<Taken, Failure> {
    let organisation: Id = read(&answer["organisation"]["id"])?;
    let prover = Prover::of(source, organisation)?;
    let bodies: Vec<Kept> = read(&answer["bodies"])?;
    let mut entries = Vec::new();
    let (mut unproven, mut unwitnessed) = (0, 0);
    for card in cards(answer)? {
        let shown = source.ask(&Query::Entry { id: card.id.clone() })?;
        let proof = prover.proof(&decode(shown["bytes"].as_str().unwrap_or_default())?, card.index)?;
        unproven += usize::from(proof.is_none());
        unwitnessed += usize::from(proof.as_ref().is_some_and(|(_, witnessed)| !witnessed));
        let mut entry = json!({
            "id": card.id, "kind": card.kind, "at": card.at, "effective": card.effective, "index": card.index,
            "standing": card.standing, "re": card.re, "data": card.data, "title": card.title,
            "bytes": shown["bytes"], "proof": proof.map(|(text, _)| text),
        });
        if with_bodies {
            let own = bodies.iter().filter(|body| body.entry.to_string() == card.id);
            entry["bodies"] = own.map(|body| taken(source, body)).collect::<Result<_, _>>()?;
        }
        entries.push(entry);
    }
    let count = entries.len();
    let mut document = answer.clone();
    // They are with their entries.
    document["bodies"].take();
    document["entries"] = entries.into();
    document["log"] = prover.origin().into();
    document["policy"] = prover.policy()?.into();
    Ok(Taken {
        document,
        entries: count,
        unproven,
        unwitnessed,
    })
}

/// A body, where it is here: text as text and all else in hexadecimal.
fn taken(source: &Source, body: &Kept) -> Result<Value, Failure> {
    let bytes = source.body(body.organisation, &body.hash)?;
    let mut kept =
        json!({ "hash": body.hash, "size": body.size, "type": body.media_type, "state": body.state });
    match bytes.map(String::from_utf8) {
        Some(Ok(text)) => kept["text"] = text.into(),
        Some(Err(error)) => kept["hex"] = hex::encode(error.into_bytes()).into(),
        None => {}
    }
    Ok(kept)
}

fn keep(path: &Path, document: &Value) -> Result<(), Failure> {
    let text = serde_json::to_vec_pretty(document).map_err(Failure::new)?;
    write_privately(path, &text)
        .map_err(|error| Failure::new(format!("cannot write {}: {error}", path.display())))
}

/// `hearth me`.
#[derive(Debug, Subcommand)]
pub(crate) enum Me {
    /// Everything of yours in one file: entries, proofs, words, files
    Export(Export),
    /// Erase all your words and files, on this node and on every node that follows the log
    Erase(Erase),
    /// Say that another member, of another organisation, is you as well
    Affiliate(Affiliate),
    /// Say that something imported is yours
    Link(Link),
    /// Confirm whose an imported history is, as a steward of who imported it
    Confirm(Confirm),
    /// Leave the organisation, and with it the community
    Leave(Leave),
}

impl Me {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Me::Export(verb) => verb.run(context),
            Me::Erase(verb) => verb.run(context),
            Me::Affiliate(verb) => verb.run(context),
            Me::Link(verb) => verb.run(context),
            Me::Confirm(verb) => verb.run(context),
            Me::Leave(verb) => verb.run(context),
        }
    }
}

/// `hearth me export`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth me export everything-of-mine.json")]
pub(crate) struct Export {
    /// Where to; only you will be able to read it
    file: PathBuf,
}

impl Export {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let source = Source::open(context)?;
        let answer = ask(&source, context)?;
        let taken = take_along(&source, &answer, true)?;
        keep(&self.file, &taken.document)?;
        let json = json!({
            "file": self.file, "entries": taken.entries, "unproven": taken.unproven, "unwitnessed": taken.unwitnessed,
        });
        Ok(Reply::done(json, taken.said(&self.file)))
    }
}

/// `hearth me erase`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth me erase --yes

Your words, titles and files are deleted on every node of the community; that you wrote, by which key and when, stays.
Take them along first: hearth me export FILE.")]
pub(crate) struct Erase {
    /// Why, in one word (a-z, 0-9 and -)
    #[arg(long, value_name = "GROUND", default_value = "request")]
    ground: Slug,
    /// Do it; without this it says what would go
    #[arg(long)]
    yes: bool,
}

impl Erase {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let answer = pen.remote().query(&Query::Portfolio {
            key: own_key(context)?,
        })?;
        let person: Id = read(&answer["person"])?;
        let mut bodies: Vec<Kept> = read(&answer["bodies"])?;
        // The name in one's admission is a steward's word.
        bodies.retain(|body| body.entry != person && body.is_left());
        let elsewhere = Kept::leave_to_others(&mut bodies, &pen);
        let count = Kept::entries(&bodies);
        if count == 0 {
            return Ok(Reply::done(
                json!({ "entries": 0 }),
                format!("There are no words of yours to erase.{elsewhere}"),
            ));
        }
        if !self.yes {
            return Err(Failure::new(format!(
                "the words and files of {count} entries would be gone for good"
            ))
            .advise("Take them along first (hearth me export FILE), then say --yes."));
        }
        let replies = erase(&pen, &self.ground, &bodies)?;
        let ids: Vec<&Value> = replies.iter().map(|reply| &reply.json["id"]).collect();
        let json = json!({ "entries": count, "erasures": ids });
        let text = format!(
            "Erased the words and files of {count} entries.{elsewhere} Your name as it stands in your admission is for a \
             steward to erase: hearth erase {} --ground request",
            person.short()
        );
        Ok(Reply::done(json, text))
    }
}

/// `hearth me affiliate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth me affiliate 41aa09

For who is a member in two organisations: each of your two keys says it of the other's membership. From then on you
are one person in every figure.")]
pub(crate) struct Affiliate {
    /// The id of your other membership: `hearth member list ORGANISATION` shows it
    #[arg(value_parser = entry_id, add = completion::of(Use::Member))]
    member: String,
}

impl Affiliate {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let other = pen.resolve(&self.member)?;
        pen.send("Said", pen.draft(People::MemberAffiliated).about(other))
    }
}

/// `hearth me link`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth me link 3f9a2c

All that was imported of the same person becomes yours in the figures once a steward of the organisation that imported
it confirms it (hearth me confirm). Everybody can read then whose it is: it cannot be taken back.")]
pub(crate) struct Link {
    /// Any imported entry of yours
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    entry: String,
}

impl Link {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let answer = pen.remote().query(&Query::Entry { id: self.entry })?;
        let author = &answer["entry"]["author"];
        if author["kind"] != "imported" {
            return Err(Failure::new("that entry is not of an imported person"));
        }
        let person: Pseudonym = read(&author["person"])?;
        pen.send("Said", pen.draft(People::HistoryLinked(HistoryLinked { person })))
    }
}

/// `hearth me confirm`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth me confirm 3f9a2c

Only where you know it, from the people themselves: it ties a name to all that was imported under the pseudonym.")]
pub(crate) struct Confirm {
    /// The id of the member's claim
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    claim: String,
}

impl Confirm {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let claim = pen.resolve(&self.claim)?;
        pen.send("Confirmed", pen.draft(People::HistoryConfirmed).about(claim))
    }
}

/// `hearth me leave`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth me leave --yes

What you wrote stays. To have it erased, `hearth me erase` comes first: afterwards you are no member any more.")]
pub(crate) struct Leave {
    /// Do it
    #[arg(long)]
    yes: bool,
}

impl Leave {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        if !self.yes {
            return Err(Failure::usage("leaving ends your membership")
                .advise("Say --yes. `hearth me export` and `hearth me erase` come before, if at all."));
        }
        let pen = Pen::new(context)?;
        let answer = pen.remote().query(&Query::Portfolio {
            key: own_key(context)?,
        })?;
        let person: Id = read(&answer["person"])?;
        pen.send("Left", pen.draft(People::MemberLeft).about(person))
    }
}
