//! Which organisations are of the community: listing them, putting one out, letting it in again.

use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::when;
use crate::render::table::Table;
use crate::reply::Reply;
use crate::source::{Source, read};
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::{Hash, Id, Root};
use hearth_protocol::kind::{Community as Act, Head, Motion, Proposed};
use serde::Deserialize;

#[derive(Debug, Subcommand)]
pub(crate) enum Organisation {
    /// List the organisations, those that were put out included
    List(List),
    /// Put an organisation out of the community, for good
    Remove(Remove),
    /// Put an organisation out until it is restored
    Suspend(Suspend),
    /// Let a suspended organisation in again
    Restore(Restore),
}

impl Organisation {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Organisation::List(verb) => verb.run(context),
            Organisation::Remove(verb) => verb.run(context),
            Organisation::Suspend(verb) => verb.run(context),
            Organisation::Restore(verb) => verb.run(context),
        }
    }
}

/// `hearth organisation list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth organisation list")]
pub(crate) struct List {}

/// An organisation as the node lists it.
#[derive(Deserialize)]
struct Row {
    id: Id,
    slug: String,
    name: Option<String>,
    admitted: Option<String>,
    standing: String,
    counts: Option<u64>,
    out_since: Option<String>,
    members: u64,
}

impl Row {
    /// How it stands, in words.
    fn standing(&self) -> String {
        let since = self.out_since.as_deref().map(|at| format!(" since {}", when(at)));
        let counts = self.counts.map(|size| format!("; {size} entries count"));
        format!(
            "{}{}{}",
            self.standing,
            since.unwrap_or_default(),
            counts.unwrap_or_default()
        )
    }
}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Organisations {})?;
        let rows: Vec<Row> = read(&answer["organisations"])?;
        let mut table = Table::new(["organisation", "name", "id", "admitted", "members", "standing"]);
        for row in &rows {
            table.row([
                row.slug.clone(),
                row.name.clone().unwrap_or_default(),
                row.id.short(),
                row.admitted.as_deref().map(when).unwrap_or_default(),
                row.members.to_string(),
                row.standing(),
            ]);
        }
        Ok(Reply::done(answer, table.render(&context.screen)))
    }
}

/// Which organisation, and how much of its log.
#[derive(Debug, Args)]
struct Which {
    /// The organisation, by its short name or id
    #[arg(add = completion::of(Use::Organisation))]
    organisation: String,
    /// How many entries of its log count from now on [default: all that are here]
    #[arg(long, value_name = "ENTRIES")]
    size: Option<u64>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// A log at a size, as the node gives it.
#[derive(Deserialize)]
struct Extent {
    organisation: Id,
    slug: String,
    size: u64,
    root: Root,
    evidence: Option<Hash>,
}

impl Extent {
    fn of(pen: &Pen<'_>, which: &Which) -> Result<Extent, Failure> {
        let organisation = which.organisation.clone();
        let answer = pen.remote().query(&Query::Head {
            organisation,
            size: which.size,
        })?;
        read(&answer)
    }

    fn head(&self) -> Head {
        Head {
            organisation: self.organisation,
            size: self.size,
            root: self.root,
        }
    }
}

/// `hearth organisation remove`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth organisation remove south --reason \"They have closed.\"
  hearth organisation remove south --size 412

What it said up to that size stays and counts; what it says after that does not. Its log stays readable, its members are
members no more, and its node is met no more. It cannot be undone.")]
pub(crate) struct Remove {
    #[command(flatten)]
    which: Which,
}

impl Remove {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let extent = Extent::of(&pen, &self.which)?;
        let said = format!(
            "Removed {}; {} entries of its log count",
            extent.slug, extent.size
        );
        propose(&pen, &said, Motion::Remove(extent.head()), self.which.reason)
    }
}

/// `hearth organisation suspend`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth organisation suspend south --size 412 --reason \"Their log was forked.\"

Until it is restored nothing beyond that size counts, and its members are no members. Where this node holds evidence that the
log has signed two histories, the proposal names it.")]
pub(crate) struct Suspend {
    #[command(flatten)]
    which: Which,
}

impl Suspend {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let extent = Extent::of(&pen, &self.which)?;
        let said = format!(
            "Suspended {}; {} entries of its log count",
            extent.slug, extent.size
        );
        let motion = Motion::Suspend {
            head: extent.head(),
            evidence: extent.evidence,
        };
        propose(&pen, &said, motion, self.which.reason)
    }
}

/// `hearth organisation restore`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth organisation restore south --reason \"It is cleared up.\"

All of its log counts again, what it said meanwhile included.")]
pub(crate) struct Restore {
    /// The organisation, by its short name or id
    #[arg(add = completion::of(Use::Organisation))]
    organisation: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Restore {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let which = Which {
            organisation: self.organisation,
            size: None,
            reason: self.reason,
        };
        let Extent {
            organisation, slug, ..
        } = Extent::of(&pen, &which)?;
        let motion = Motion::Restore { organisation };
        propose(&pen, &format!("Restored {slug}"), motion, which.reason)
    }
}

/// Puts a motion on the governance chain, after its last outcome.
fn propose(pen: &Pen<'_>, said: &str, motion: Motion, reason: Option<String>) -> Result<Reply, Failure> {
    let answer = pen.remote().query(&Query::Organisations {})?;
    let preceding: Id = read(&answer["outcome"])?;
    let act = Act::Proposed(Proposed { motion });
    pen.send(said, pen.draft(act).about(preceding).saying(reason)?)
}
