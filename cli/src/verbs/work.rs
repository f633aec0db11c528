//! Works: what members make together.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, propose};
use crate::pen::Pen;
use crate::render::card::{Card, short, when};
use crate::render::table::Table;
use crate::render::words::{WORDS, set_in};
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::verbs::resource::{Sort, media_type, read_file};
use crate::words::{Words, titled};
use clap::{Args, Subcommand, ValueEnum};
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Evaluated, Finding, ResourceType, Slug, WorkProposed, WorkReleased, Works};
use hearth_protocol::time::Timestamp;
use serde::Deserialize;
use std::path::PathBuf;

/// Longest title in a list, in characters.
const TITLE: usize = 50;

#[derive(Debug, Subcommand)]
pub(crate) enum Work {
    /// Propose a work and name its authors
    Propose(Propose),
    /// Sign a work as one of its authors
    Join(Join),
    /// Bring out a version of a work
    Release(Release),
    /// Put a version to the vote, to be agreed on
    Agree(Agree),
    /// Say whether a version does what it is for
    Evaluate(Evaluate),
    /// Show a work with its authors and versions
    Show(Show),
    /// List the works, newest first
    List(List),
}

impl Work {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Work::Propose(verb) => verb.run(context),
            Work::Join(verb) => verb.run(context),
            Work::Release(verb) => verb.run(context),
            Work::Agree(verb) => verb.run(context),
            Work::Evaluate(verb) => verb.run(context),
            Work::Show(verb) => verb.run(context),
            Work::List(verb) => verb.run(context),
        }
    }
}

/// `hearth work propose`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth work propose \"Mouth care at home\" \"One guide for all of us.\" --type guidance --author 5d02aa --author 81c0de

An author counts once they have signed: `hearth work join`. If you name yourself, you sign at once.")]
pub(crate) struct Propose {
    /// Its title [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// What it is to be
    #[arg(long = "type", value_name = "TYPE")]
    sort: Sort,
    /// An author: a member's id (`hearth member list`); up to sixteen
    #[arg(long = "author", value_name = "ID", required = true, value_parser = entry_id, add = completion::of(Use::Member))]
    authors: Vec<String>,
    /// The question, discussion or resource it grows out of
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Read))]
    from: Option<String>,
    /// When its first version should be out
    #[arg(long, value_name = "DATE")]
    due: Option<Timestamp>,
    /// The output of the plan that it is, by its code
    #[arg(long, value_name = "CODE")]
    plan: Option<Slug>,
}

impl Propose {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("work", "what the work is to be");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let authors = people(&pen, &self.authors)?;
        let me = own_person(&pen)?;
        let work = Works::WorkProposed(WorkProposed {
            due: self.due,
            plan: self.plan,
            sort: ResourceType::from(self.sort),
            authors: authors.clone(),
        });
        let mut draft = pen.draft(work);
        if let Some(from) = &self.from {
            draft = draft.about(pen.resolve(from)?);
        }
        let mut reply = pen.send("Proposed", draft.saying(Some(titled(&title, words.as_deref())))?)?;
        let id = reply.json["id"].as_str().unwrap_or_default().to_owned();
        if me.is_some_and(|me| authors.contains(&me)) {
            let signed = pen.send(
                "Signed",
                pen.draft(Works::WorkJoined)
                    .about(id.parse().map_err(Failure::new)?),
            )?;
            reply.text = format!("{}\n{}", reply.text, signed.text);
            reply.json["signed"] = signed.json;
        }
        let short = short(&id);
        reply.text = format!("{}\nThe others sign with: hearth work join {short}", reply.text);
        Ok(reply)
    }
}

/// `hearth work join`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth work join 3f9a2c")]
pub(crate) struct Join {
    /// The work's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    work: String,
}

impl Join {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let work = pen.resolve(&self.work)?;
        pen.send("Signed", pen.draft(Works::WorkJoined).about(work))
    }
}

/// `hearth work release`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth work release 3f9a2c \"Mouth care at home\" --attach guide.pdf --type guidance --number 1
  hearth work release 3f9a2c \"Mouth care at home\" --file guide.md --type guidance --number 2 --from 81c0de

Anybody named as an author brings out versions. Members validate or dispute one as they do a resource: `hearth validate`.")]
pub(crate) struct Release {
    /// The work's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    work: String,
    /// Its title [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// The file itself (a PDF, a picture, …; at most 64 MiB)
    #[arg(long, value_name = "FILE")]
    attach: Option<PathBuf>,
    /// What it is
    #[arg(long = "type", value_name = "TYPE")]
    sort: Sort,
    /// The number of the version
    #[arg(long, value_name = "NUMBER")]
    number: u64,
    /// What it was made from: an earlier version, a resource, a discussion, …
    #[arg(long = "from", value_name = "ID", value_parser = entry_id, add = completion::of(Use::Look))]
    from: Vec<String>,
    /// Under which licence it may be used, such as cc-by-4-0
    #[arg(long, value_name = "LICENCE")]
    licence: Option<Slug>,
}

impl Release {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("release", "the version").about(&self.work);
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        if words.is_none() && self.attach.is_none() {
            return Err(Failure::usage("a title alone is no version").advise(
                "Give its text as an argument or with --file FILE, or the file as it is with --attach FILE.",
            ));
        }
        let file = self.attach.as_deref().map(read_file).transpose()?;
        let pen = Pen::new(context)?;
        let release = WorkReleased {
            file: None,
            sort: ResourceType::from(self.sort),
            licence: self.licence,
            version: self.number,
        };
        let mut draft = pen.draft(Works::WorkReleased(release.clone()));
        if let (Some(bytes), Some(path)) = (file, &self.attach) {
            let act = |file| {
                Works::WorkReleased(WorkReleased {
                    file: Some(file),
                    ..release
                })
                .into()
            };
            draft = draft.carrying(bytes, media_type(path), act)?;
        }
        draft = draft.about_all([pen.resolve(&self.work)?]);
        for from in &self.from {
            draft = draft.about_all([pen.resolve(from)?]);
        }
        pen.send("Released", draft.saying(Some(titled(&title, words.as_deref())))?)
    }
}

/// `hearth work agree`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth work agree 81c0de \"Shall this be our guidance?\" --closes 14d

Once the vote has carried, whoever closes it brings it into force: `hearth decision close`.")]
pub(crate) struct Agree {
    /// The version's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    version: String,
    /// What is asked, in one line [default: the first line of the text]
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    voting: Voting,
}

impl Agree {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("agree", "what is to be agreed").about(&self.version);
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let motion = Motion {
            title,
            words,
            adopts: Some(Works::WorkAgreed.into()),
            about: vec![pen.resolve(&self.version)?],
        };
        propose(context, &pen, motion, &self.voting)
    }
}

/// What an evaluation comes to.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Outcome {
    /// It does what it is for; it is borne out
    Supported,
    /// In part
    Partly,
    /// It does not
    Unsupported,
}

impl From<Outcome> for Finding {
    fn from(result: Outcome) -> Self {
        match result {
            Outcome::Supported => Finding::Supported,
            Outcome::Partly => Finding::Partly,
            Outcome::Unsupported => Finding::Unsupported,
        }
    }
}

/// `hearth work evaluate`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hearth work evaluate 81c0de \"Used on three wards; silent on nights.\" --result partly"
)]
pub(crate) struct Evaluate {
    /// The version's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    version: String,
    #[command(flatten)]
    words: Words,
    /// What it comes to
    #[arg(long, value_name = "RESULT")]
    result: Outcome,
}

impl Evaluate {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("evaluate", "your evaluation").about(&self.version);
        let words = self.words.read(context, sheet)?;
        let pen = Pen::new(context)?;
        let act = Works::WorkEvaluated(Evaluated {
            result: self.result.into(),
        });
        let version = pen.resolve(&self.version)?;
        pen.send("Evaluated", pen.draft(act).about(version).saying(Some(words))?)
    }
}

/// `hearth work show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth work show 3f9a2c")]
pub(crate) struct Show {
    /// The id of the work, or of a version
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
    work: String,
}

/// Somebody named, and whether they signed.
#[derive(Deserialize)]
pub(super) struct Named {
    person: Id,
    name: Option<String>,
    organisation: Option<String>,
    signed: Option<Id>,
    acknowledged: Option<Id>,
}

impl Named {
    /// `Ada (north)`.
    pub(super) fn who(&self) -> String {
        let name = self
            .name
            .clone()
            .unwrap_or_else(|| format!("member {}", self.person.short()));
        format!(
            "{name} ({})",
            self.organisation.as_deref().unwrap_or("unknown here")
        )
    }

    /// By which entry they signed.
    pub(super) fn by(&self) -> Option<Id> {
        self.signed.or(self.acknowledged)
    }
}

#[derive(Deserialize)]
struct Version {
    version: Card,
    agreed: bool,
    from: Vec<Card>,
    validated: u64,
    disputed: u64,
    evaluations: Vec<Card>,
}

impl Show {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Work { id: self.work })?;
        let work: Card = read(&answer["work"])?;
        let authors: Vec<Named> = read(&answer["authors"])?;
        let versions: Vec<Version> = read(&answer["versions"])?;
        let from: Option<Card> = read(&answer["from"])?;
        let mut lines = vec![format!("{} {}", work.short(), work.headline(TITLE))];
        lines.push(format!("proposed by {}, {}", work.author(), work.when()));
        lines.extend(from.map(|from| format!("grown out of {} {}", from.short(), from.headline(TITLE))));
        if let Some(due) = work.data["due"].as_u64() {
            lines.push(format!(
                "to be out by {}",
                crate::render::time::local(Timestamp::from_millis(due))
            ));
        }
        lines.extend(
            work.data["plan"]
                .as_str()
                .map(|plan| format!("the planned output {plan}")),
        );
        for author in &authors {
            let signed = if author.by().is_some() {
                "signed"
            } else {
                "has not signed"
            };
            lines.push(format!("author {}: {signed}", author.who()));
        }
        lines.extend(work.words().map(|words| format!("\n{}", set_in(&words, WORDS))));
        for version in &versions {
            lines.push(String::new());
            let card = &version.version;
            let agreed = if version.agreed {
                "agreed on by a decision"
            } else {
                "not agreed on by a decision"
            };
            lines.push(format!(
                "version {} ({}) {} · {} · {} · {agreed} · {} validate it, {} dispute it",
                card.data["version"],
                card.data["type"].as_str().unwrap_or("other"),
                card.short(),
                card.author(),
                card.when(),
                version.validated,
                version.disputed
            ));
            lines.extend(
                card.file
                    .as_ref()
                    .map(|file| format!("  file: {}, {} bytes, {}", file.media_type, file.size, file.state)),
            );
            lines.extend(
                version
                    .from
                    .iter()
                    .map(|from| format!("  made from {} {}", from.short(), from.headline(TITLE))),
            );
            for said in &version.evaluations {
                let result = said.data["result"].as_str().unwrap_or("?");
                lines.push(format!(
                    "  evaluated by {}: {result}. {}",
                    said.author(),
                    said.headline(TITLE)
                ));
            }
        }
        if versions.is_empty() {
            lines.push("\nNo version is out yet.".to_owned());
        }
        Ok(Reply::done(answer, lines.join("\n")))
    }
}

/// `hearth work list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth work list")]
pub(crate) struct List {}

#[derive(Deserialize)]
struct Row {
    work: Card,
    versions: u64,
    agreed: bool,
    signed: u64,
    authors: u64,
}

impl List {
    fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Works {})?;
        let rows: Vec<Row> = read(&answer["works"])?;
        let mut table = Table::new([
            "id",
            "type",
            "title",
            "authors who signed",
            "versions",
            "agreed",
            "proposed",
        ]);
        for row in &rows {
            table.row([
                row.work.short(),
                row.work.data["type"].as_str().unwrap_or("other").to_owned(),
                row.work.headline(TITLE),
                format!("{} of {}", row.signed, row.authors),
                row.versions.to_string(),
                if row.agreed { "by a decision" } else { "no" }.to_owned(),
                when(&row.work.effective),
            ]);
        }
        let text = if rows.is_empty() {
            "There is no work yet. Propose one: hearth work propose".to_owned()
        } else {
            table.render(&context.screen)
        };
        Ok(Reply::done(answer, text))
    }
}

/// The persons that were named, ascending, each once.
pub(super) fn people(pen: &Pen<'_>, named: &[String]) -> Result<Vec<Id>, Failure> {
    let mut people = named
        .iter()
        .map(|name| pen.resolve(name))
        .collect::<Result<Vec<_>, _>>()?;
    people.sort_unstable();
    people.dedup();
    Ok(people)
}

/// Who the home's key is, where the node can say.
pub(super) fn own_person(pen: &Pen<'_>) -> Result<Option<Id>, Failure> {
    let key = pen.remote().key().public().bytes();
    match pen.remote().query(&Query::Portfolio { key }) {
        Ok(answer) => Ok(answer["person"].as_str().and_then(|id| id.parse().ok())),
        Err(error) if error.is_unreachable() => Ok(None),
        Err(error) => Err(error.into()),
    }
}
