//! Roles: granted by a decision, accepted, given up.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{short, when};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::Source;
use crate::words::{Words, titled};
use clap::{Args, Subcommand, ValueEnum};
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    Act, Adoption, DecisionProposed, Decisions, Head, Leadership, Provider, RoleGranted, Rule, Slug,
};
use hearth_protocol::time::{Span, Timestamp};
use serde_json::Value;

/// How long people may vote where nothing else is said.
const VOTING: Span = Span::days(14);

#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// Put it to the vote that somebody is given a role, or log what was decided
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
Examples:
  hearth role grant 41aa09 leader \"She has run the study days.\" --from 2026-03-01 --until 2027-03-01
  hearth role grant --decided 9c1f20

The first puts it to the vote. The second, when the vote is over and it has carried, brings it about: anybody may.
Whoever is given a role holds it once they have accepted it, too.")]
pub(crate) struct Grant {
    /// The member who is to hold it
    #[arg(value_parser = entry_id, add = completion::of(Use::Member), required_unless_present = "decided")]
    holder: Option<String>,
    /// Which role, such as `leader` (a-z, 0-9 and -)
    #[arg(required_unless_present = "decided")]
    role: Option<Slug>,
    #[command(flatten)]
    words: Words,
    /// When the term begins
    #[arg(long, value_name = "DATE", required_unless_present = "decided")]
    from: Option<Timestamp>,
    /// When the term ends
    #[arg(long, value_name = "DATE", required_unless_present = "decided")]
    until: Option<Timestamp>,
    /// Who provides for it
    #[arg(long, value_name = "WHO", default_value = "members")]
    provided_by: ProvidedBy,
    /// Until when people may vote [default: 14 days from now]
    #[arg(long, value_name = "DATE")]
    closes: Option<Timestamp>,
    /// How many per cent of the members must vote
    #[arg(long, value_name = "PER CENT", default_value_t = 25, value_parser = clap::value_parser!(u64).range(0..=100))]
    quorum: u64,
    /// The decision that has carried
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Look), conflicts_with_all = ["holder", "role", "from", "until", "closes"])]
    decided: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ProvidedBy {
    Host,
    Members,
}

impl Grant {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        match (&self.decided, &self.holder, &self.role, self.from, self.until) {
            (Some(decided), ..) => bring_about(context, &pen, decided),
            (None, Some(holder), Some(role), Some(from), Some(until)) => {
                let granted = RoleGranted {
                    from,
                    role: role.clone(),
                    until,
                    holder: pen.resolve(holder)?,
                    provided_by: match self.provided_by {
                        ProvidedBy::Host => Provider::Host,
                        ProvidedBy::Members => Provider::Members,
                    },
                };
                self.propose(context, &pen, granted)
            }
            _ => Err(Failure::usage("who is to hold which role, and for which term?")),
        }
    }

    fn propose(&self, context: &Context, pen: &Pen<'_>, granted: RoleGranted) -> Result<Reply, Failure> {
        if granted.from >= granted.until {
            return Err(Failure::usage("the term ends before it begins"));
        }
        let sheet = Sheet::of("role", "why they should have the role");
        let words = self.words.read(context, sheet)?;
        let answer = pen.remote().query(&Query::Cut {}).map_err(Failure::from)?;
        let cut: Vec<Head> = serde_json::from_value(answer["cut"].clone())
            .map_err(|error| Failure::new(format!("the node's cut cannot be read: {error}")))?;
        let title = format!("The role `{}`", granted.role);
        let adopts = Adoption::try_from(Act::from(Leadership::RoleGranted(granted))).map_err(Failure::new)?;
        let closes = self.closes.unwrap_or_else(|| context.now().plus(VOTING));
        let act = Decisions::DecisionProposed(DecisionProposed {
            cut,
            rule: Rule::Members,
            adopts: Some(adopts),
            closes,
            quorum: self.quorum,
        });
        let mut reply = pen.send(
            "Proposed",
            pen.draft(act).saying(Some(titled(&title, Some(&words))))?,
        )?;
        reply.text = format!(
            "{}\nMembers vote on it until {}.",
            reply.text,
            when(&closes.to_string())
        );
        Ok(reply)
    }
}

/// Logs the grant that a decision has let happen.
fn bring_about(context: &Context, pen: &Pen<'_>, decided: &str) -> Result<Reply, Failure> {
    let decision = pen.resolve(decided)?;
    let row = row(context, pen, "decision", decision)?;
    let state = row["state"].as_str().unwrap_or_default();
    match state {
        "carried" => {}
        "voting" => return Err(Failure::new("the vote is not over yet")),
        "failed" => return Err(Failure::new("the vote failed, so nobody is given the role by it")),
        _ => return Err(Failure::new("the role was granted by this decision already")),
    }
    let unread = || Failure::new("the node's answer cannot be read");
    let instant = |field: &str| row[field].as_str().and_then(|at| at.parse::<Timestamp>().ok());
    let granted = RoleGranted {
        from: instant("from").ok_or_else(unread)?,
        role: serde_json::from_value(row["role"].clone()).map_err(|_| unread())?,
        until: instant("until").ok_or_else(unread)?,
        holder: serde_json::from_value(row["person"].clone()).map_err(|_| unread())?,
        provided_by: serde_json::from_value(row["provided_by"].clone()).map_err(|_| unread())?,
    };
    pen.send(
        "Granted",
        pen.draft(Leadership::RoleGranted(granted)).about(decision),
    )
}

/// The role that was decided on by, or granted with, this entry.
fn row(context: &Context, pen: &Pen<'_>, field: &str, id: Id) -> Result<Value, Failure> {
    let as_of = Some(context.now().to_string());
    let answer = pen
        .remote()
        .query(&Query::Roles { as_of })
        .map_err(Failure::from)?;
    let wanted = Value::from(id.to_string());
    let mut rows = answer["roles"].as_array().into_iter().flatten();
    rows.find(|row| row[field] == wanted).cloned().ok_or_else(|| {
        Failure::new(format!(
            "{} is no decision about a role, and no grant of one",
            id.short()
        ))
        .advise("`hearth role list --json` has the ids.")
    })
}

/// `hearth role accept`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth role accept 77ab10 \"With pleasure.\"")]
pub(crate) struct Accept {
    /// The id of the grant: `hearth role list` shows it
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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
    #[arg(value_parser = entry_id, add = completion::of(Use::Look))]
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
        "carried" => "carried; to be granted (role grant --decided)",
        "granted" => "granted; to be accepted (role accept)",
        "coming" => "accepted; the term is to come",
        other => other,
    }
}
