//! Roles: granted by a decision, accepted, given up.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::motion::{Motion, Voting, propose};
use crate::pen::Pen;
use crate::render::card::{short, when};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::Source;
use crate::words::Words;
use clap::{Args, Subcommand, ValueEnum};
use hearth_node::queries::{Query, Use};
use hearth_protocol::kind::{Leadership, Provider, RoleGranted, Slug};
use hearth_protocol::time::Timestamp;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// Put it to the vote that somebody is given a role
    Grant(Grant),
    /// Accept the role one was given
    Accept(Accept),
    /// Give up one's role
    End(End),
    /// List the roles: who holds them, what is being voted on, what is over
    List(List),
}

impl Role {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Role::Grant(verb) => verb.run(context),
            Role::Accept(verb) => verb.run(context),
            Role::End(verb) => verb.run(context),
            Role::List(verb) => verb.run(context),
        }
    }
}

/// `hearth role grant`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth role grant 41aa09 leader \"She has run the study days.\" --from 2026-03-01 --until 2027-03-01

It is put to the vote. When the vote is over and it has carried, anybody brings it about: hearth decision close.
Whoever is given a role holds it once they have accepted it, too.")]
pub(crate) struct Grant {
    /// The member who is to hold it
    #[arg(value_parser = entry_id, add = completion::of(Use::Member))]
    holder: String,
    /// Which role, such as `leader` (a-z, 0-9 and -)
    role: Slug,
    #[command(flatten)]
    words: Words,
    /// When the term begins
    #[arg(long, value_name = "DATE")]
    from: Timestamp,
    /// When the term ends
    #[arg(long, value_name = "DATE")]
    until: Timestamp,
    /// Who provides for it
    #[arg(long, value_name = "WHO", default_value = "members")]
    provided_by: ProvidedBy,
    #[command(flatten)]
    voting: Voting,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ProvidedBy {
    Host,
    Members,
}

impl Grant {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        if self.from >= self.until {
            return Err(Failure::usage("the term ends before it begins"));
        }
        let sheet = Sheet::of("role", "why they should have the role");
        let words = self.words.read(context, sheet)?;
        let pen = Pen::new(context)?;
        let title = format!("The role `{}`", self.role);
        let granted = RoleGranted {
            from: self.from,
            role: self.role,
            until: self.until,
            holder: pen.resolve(&self.holder)?,
            provided_by: match self.provided_by {
                ProvidedBy::Host => Provider::Host,
                ProvidedBy::Members => Provider::Members,
            },
        };
        let motion = Motion {
            title,
            words: Some(words),
            adopts: Some(Leadership::RoleGranted(granted).into()),
            about: Vec::new(),
        };
        propose(context, &pen, motion, &self.voting)
    }
}

/// `hearth role accept`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth role accept 77ab10 \"With pleasure.\"")]
pub(crate) struct Accept {
    /// The id of the grant: `hearth role list` shows it
    #[arg(value_parser = entry_id, add = completion::of(Use::Grant))]
    grant: String,
    #[command(flatten)]
    note: Words,
}

impl Accept {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("role", "a note").about(&self.grant);
        let note = self.note.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let grant = pen.resolve(&self.grant)?;
        pen.send(
            "Accepted",
            pen.draft(Leadership::RoleAccepted).about(grant).saying(note)?,
        )
    }
}

/// `hearth role end`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth role end 77ab10 \"Another should have a turn.\"")]
pub(crate) struct End {
    /// The id of the grant: `hearth role list` shows it
    #[arg(value_parser = entry_id, add = completion::of(Use::Grant))]
    grant: String,
    #[command(flatten)]
    reason: Words,
}

impl End {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let sheet = Sheet::of("role", "your reason").about(&self.grant);
        let reason = self.reason.read_optional(context, sheet)?;
        let pen = Pen::new(context)?;
        let grant = pen.resolve(&self.grant)?;
        pen.send(
            "Given up",
            pen.draft(Leadership::RoleEnded).about(grant).saying(reason)?,
        )
    }
}

/// `hearth role list`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth role list")]
pub(crate) struct List {}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let as_of = Some(context.now().to_string());
        let answer = Source::open(context)?.ask(&Query::Roles { as_of })?;
        let rows = answer["roles"].as_array().cloned().unwrap_or_default();
        let mut table = Table::new([
            "role",
            "who",
            "how it stands",
            "from",
            "until",
            "provided by",
            "id",
        ]);
        for row in &rows {
            let text = |field: &str| row[field].as_str().unwrap_or_default();
            let id = if row["grant"].is_null() {
                "decision"
            } else {
                "grant"
            };
            table.row([
                text("role").to_owned(),
                person(row),
                stands(text("state")).to_owned(),
                when(text("from")),
                when(text("until")),
                text("provided_by").to_owned(),
                short(text(id)),
            ]);
        }
        let mut text = if rows.is_empty() {
            "Nobody was given a role yet.".to_owned()
        } else {
            table.render(&context.screen)
        };
        let held = |role: &&Value| {
            !rows
                .iter()
                .any(|row| row["state"] == "held" && row["role"] == **role)
        };
        let required = answer["required"].as_array().cloned().unwrap_or_default();
        let vacant: Vec<&str> = required.iter().filter(held).filter_map(Value::as_str).collect();
        if !vacant.is_empty() {
            text.push_str(&format!("\nRequired, and held by nobody: {}.", vacant.join(", ")));
        }
        Ok(Reply::done(answer, text))
    }
}

/// Whose row it is: the name, or the beginning of the id.
pub(crate) fn person(row: &Value) -> String {
    match (row["name"].as_str(), row["person"].as_str()) {
        (Some(name), _) => name.to_owned(),
        (None, Some(person)) => format!("member {}", short(person)),
        (None, None) => "?".to_owned(),
    }
}

fn stands(state: &str) -> &str {
    match state {
        "voting" => "being voted on",
        "failed" => "the vote failed",
        "carried" => "carried; to be granted (decision close)",
        "granted" => "granted; to be accepted (role accept)",
        "coming" => "accepted; the term is to come",
        other => other,
    }
}
