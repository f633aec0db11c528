//! Which organisations the community could be of, and who is missing.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, propose};
use crate::pen::Pen;
use crate::render::card::{Card, short, when};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::{Source, read};
use crate::verbs::person::own_key;
use crate::words::{Words, titled};
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Coverage as Covering, CoverageDeclared, GapRaised, Potential, Slug};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(crate) enum Coverage {
    /// Put a list of potential organisations to the vote
    Propose(Propose),
    /// The list in force, and who on it is in
    Show(Show),
}

impl Coverage {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Coverage::Propose(verb) => verb.run(context),
            Coverage::Show(verb) => verb.run(context),
        }
    }
}

/// `hearth coverage propose`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth coverage propose organisations.csv \"Who could be with us\" \"The list for 2027.\" --closes 14d

The file has one organisation a line: short name, role, region, and its name if it is to be in the text, such as
  meadow-court, care-home, north, Meadow Court
The short name is the one it will have in the community. Those who are members now vote; once it has carried,
`hearth decision close` lets it take effect.")]
pub(crate) struct Propose {
    /// The list
    list: PathBuf,
    /// What it is, in one line
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    #[command(flatten)]
    voting: Voting,
}

impl Propose {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let (potential, names) = list(&self.list)?;
        let sheet = Sheet::of("coverage", "what is proposed");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let words: Vec<String> = words.into_iter().chain([names]).collect();
        let motion = Motion {
            title,
            words: Some(words.join("\n\n")),
            adopts: Some(Covering::CoverageDeclared(CoverageDeclared { potential }).into()),
            about: Vec::new(),
        };
        propose(context, &Pen::new(context)?, motion, &self.voting)
    }
}

/// The rows of a list, ascending, and the list as people read it.
fn list(path: &Path) -> Result<(Vec<Potential>, String), Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    let mut rows: Vec<(Potential, String)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let mut cells = line.splitn(4, ',').map(str::trim);
        let mut code = |what: &str| -> Result<Slug, Failure> {
            let cell = cells.next().unwrap_or_default();
            cell.parse()
                .map_err(|error| Failure::usage(format!("line {number}, {what}: {error}")))
        };
        let (slug, role, region) = (code("short name")?, code("role")?, code("region")?);
        let name = cells.next().map_or_else(|| slug.to_string(), str::to_owned);
        let line = format!("- {slug}: {name}, {role}, {region}");
        rows.push((Potential { role, slug, region }, line));
    }
    rows.sort_by(|(a, _), (b, _)| a.slug.cmp(&b.slug));
    if let Some(pair) = rows.windows(2).find(|pair| pair[0].0.slug == pair[1].0.slug) {
        return Err(Failure::usage(format!(
            "{} stands twice in the list",
            pair[0].0.slug
        )));
    }
    if rows.is_empty() {
        return Err(Failure::usage("the list names nobody"));
    }
    let (rows, lines): (Vec<Potential>, Vec<String>) = rows.into_iter().unzip();
    Ok((rows, lines.join("\n")))
}

/// `hearth coverage show`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth coverage show")]
pub(crate) struct Show {}

impl Show {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Coverage {})?;
        if answer["list"].is_null() {
            let text = "No list of potential organisations is in force. `hearth coverage propose` puts one to the vote.";
            return Ok(Reply::done(answer, text));
        }
        let card: Card = read(&answer["list"]["entry"])?;
        let mut table = Table::new(["organisation", "role", "region", "with us"]);
        for row in answer["list"]["potential"].as_array().into_iter().flatten() {
            let cell = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
            let is_in = if row["organisation"] == true { "yes" } else { "" };
            table.row([cell("slug"), cell("role"), cell("region"), is_in.to_owned()]);
        }
        let mut text = format!(
            "In force since {}\n{}",
            card.when(),
            table.render(&context.screen)
        );
        let dropped: Vec<String> = read(&answer["dropped"])?;
        if !dropped.is_empty() {
            text.push_str(&format!(
                "\nOn an earlier list, not on this one: {}",
                dropped.join(", ")
            ));
        }
        Ok(Reply::done(answer, text))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Gap {
    /// Say who is missing
    Raise(Raise),
    /// Take it on to close a gap
    Own(Own),
    /// Close a gap that you raised or took on
    Close(Close),
    /// List the gaps, newest first
    List(GapList),
}

impl Gap {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Gap::Raise(verb) => verb.run(context),
            Gap::Own(verb) => verb.run(context),
            Gap::Close(verb) => verb.run(context),
            Gap::List(verb) => verb.run(context),
        }
    }
}

/// `hearth gap raise`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth gap raise \"No care homes\" \"Half of all people die in one.\" --role care-home --region north

Speak of organisations and roles, never of people's traits.")]
pub(crate) struct Raise {
    /// Who is missing, in one line
    title: Option<String>,
    #[command(flatten)]
    words: Words,
    /// Which role (a-z, 0-9 and -)
    #[arg(long)]
    role: Option<Slug>,
    /// Where (a-z, 0-9 and -)
    #[arg(long)]
    region: Option<Slug>,
}

impl Raise {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("gap", "who is missing");
        let (title, words) = self.words.read_titled(context, sheet, self.title.as_deref())?;
        let pen = Pen::new(context)?;
        let act = Covering::GapRaised(GapRaised {
            role: self.role,
            region: self.region,
        });
        pen.send(
            "Raised",
            pen.draft(act).saying(Some(titled(&title, words.as_deref())))?,
        )
    }
}

/// `hearth gap own`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth gap own 3f9a2c \"I know two of them.\"")]
pub(crate) struct Own {
    /// The gap's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Gap))]
    gap: String,
    #[command(flatten)]
    note: Words,
}

impl Own {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("gap", "your note").about(&self.gap);
        let note = self.note.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let gap = pen.resolve(&self.gap)?;
        pen.send("Taken on", pen.draft(Covering::GapOwned).about(gap).saying(note)?)
    }
}

/// `hearth gap close`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth gap close 3f9a2c \"Meadow Court has joined.\"")]
pub(crate) struct Close {
    /// The gap's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Gap))]
    gap: String,
    #[command(flatten)]
    reason: Words,
}

impl Close {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("gap", "your reason").about(&self.gap);
        let reason = self.reason.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let gap = pen.resolve(&self.gap)?;
        let key = Some(own_key(context)?);
        let answer = pen.remote().query(&Query::Gaps { key })?;
        let mut rows = answer["gaps"].as_array().into_iter().flatten();
        let row = rows.find(|row| row["entry"]["id"] == gap.to_string().as_str());
        let row = row.ok_or_else(|| Failure::new(format!("{} is no gap", gap.short())))?;
        // An owner closes a gap by their ownership, since only its author says something of an entry's end.
        let about: Option<Id> = read(&row["closes"])?;
        let about = about.ok_or_else(|| {
            Failure::new("only who raised a gap or took it on closes it")
                .advise("Take it on first: hearth gap own ID.")
        })?;
        pen.send(
            "Closed",
            pen.draft(Covering::GapClosed).about(about).saying(reason)?,
        )
    }
}

/// `hearth gap list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth gap list")]
pub(crate) struct GapList {
    /// Those that were closed, too
    #[arg(long)]
    all: bool,
}

impl GapList {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Gaps { key: None })?;
        let mut table = Table::new(["id", "who is missing", "role", "region", "owners", "closed"]);
        let mut any = false;
        for row in answer["gaps"].as_array().into_iter().flatten() {
            if !self.all && !row["closed"].is_null() {
                continue;
            }
            any = true;
            let card: Card = read(&row["entry"])?;
            let cell = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
            let owners = row["owners"].as_array().into_iter().flatten();
            let owners: Vec<String> = owners
                .map(|owner| {
                    let id = short(owner["person"].as_str().unwrap_or("?"));
                    owner["name"].as_str().map_or(id, str::to_owned)
                })
                .collect();
            table.row([
                card.short(),
                card.headline(50),
                cell("role"),
                cell("region"),
                owners.join(", "),
                row["closed"].as_str().map(when).unwrap_or_default(),
            ]);
        }
        let text = if any {
            table.render(&context.screen)
        } else {
            "No gap is open.".to_owned()
        };
        Ok(Reply::done(answer, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_in_any_order_and_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            list(&path)
        };
        let (rows, text) =
            read("# ours\noak, hospice, north\n\nelm,care-home,south, Elm Court, the old one\n").unwrap();
        let slugs: Vec<&str> = rows.iter().map(|row| row.slug.as_str()).collect();
        assert_eq!(slugs, ["elm", "oak"]);
        assert_eq!(
            text,
            "- elm: Elm Court, the old one, care-home, south\n- oak: oak, hospice, north"
        );
        for (wrong, why) in [
            ("oak, hospice", "line 1, region"),
            ("oak, Hospice, north", "line 1, role"),
            ("oak, a, b\noak, a, b", "oak stands twice"),
            ("# nobody", "names nobody"),
        ] {
            let said = read(wrong).unwrap_err().to_string();
            assert!(said.contains(why), "{said}");
        }
    }
}
