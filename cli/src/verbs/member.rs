//! Members of the organisation.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::Source;
use crate::words::Words;
use clap::{Args, Subcommand};
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::{Hash, KeyBytes};
use hearth_protocol::kind::{Admitted, NamedKey, People};
use hearth_protocol::sign::PublicKey;
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Member {
    /// Admit a member by public key
    Admit(Admit),
    /// List the members of an organisation
    List(List),
    /// Make a key invalid from now on
    Revoke(Revoke),
    /// Take leave of a member, or leave oneself
    Leave(Leave),
}

impl Member {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        match self {
            Member::Admit(verb) => verb.run(context),
            Member::List(verb) => verb.run(context),
            Member::Revoke(verb) => verb.run(context),
            Member::Leave(verb) => verb.run(context),
        }
    }
}

/// `hearth member admit`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth member admit 7be1…c2 --name \"Their Name\" --applied
  hearth member admit 7be1…c2 --name \"Their Name\" --code 88d0…1f")]
pub(crate) struct Admit {
    /// Their public key: what `hearth init` shows
    #[arg(value_parser = public_key)]
    key: PublicKey,
    /// Their name, if it is to be known. It can be erased
    #[arg(long)]
    name: Option<String>,
    /// The member who invited them
    #[arg(long, value_name = "ID", value_parser = entry_id, add = completion::of(Use::Member))]
    inviter: Option<String>,
    /// The code of the invitation they show (`hearth invite`)
    #[arg(long, value_name = "CODE", value_parser = code)]
    code: Option<Hash>,
    /// They asked to be admitted, of their own accord
    #[arg(long)]
    applied: bool,
}

impl Admit {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        if let Some(there) = admitted(&pen, &self.key) {
            return Ok(connecting(&pen, there));
        }
        let inviter = self
            .inviter
            .as_deref()
            .map(|inviter| pen.resolve(inviter))
            .transpose()?;
        let act = People::MemberAdmitted(Admitted {
            code: self.code,
            applied: self.applied,
            inviter,
            ..Admitted::new(self.key)
        });
        let name = self.name.map(|name| format!("# {name}"));
        let reply = pen.send("Admitted", pen.draft(act).saying(name)?)?;
        Ok(connecting(&pen, reply))
    }
}

/// That the key's holder is a member already, where the node says so: another admission would change nothing.
fn admitted(pen: &Pen<'_>, key: &PublicKey) -> Option<Reply> {
    let wanted = Value::from(key.bytes().to_string());
    let answer = pen.remote().query(&Query::Members { organisation: None }).ok()?;
    let members = answer["members"].as_array()?;
    let there = members.iter().find(|member| {
        let mut keys = member["keys"].as_array().into_iter().flatten();
        member["until"].is_null() && keys.any(|held| held["key"] == wanted && held["revoked"] == false)
    })?;
    let id = there["person"].as_str()?;
    let short: String = id.chars().take(12).collect();
    let json = json!({ "id": id, "state": "acknowledged", "already": true });
    let since = there["from"].as_str().unwrap_or("?");
    let text = format!("Admitted already, since {since}: {short}. Nothing was written.");
    Some(Reply::done(json, text))
}

/// The reply with the line by which the new member's home finds this node.
fn connecting(pen: &Pen<'_>, mut reply: Reply) -> Reply {
    let home = pen.remote().home();
    let line = format!(
        "hearth init --node {} --community {} --organisation {}",
        pen.remote().base(),
        home.community,
        home.organisation
    );
    reply.text = format!("{}\nThey connect with:\n\n  {line}", reply.text);
    reply.json["connect"] = line.into();
    reply
}

/// `hearth member list`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth member list\n  hearth member list south")]
pub(crate) struct List {
    /// The organisation, by its short name or id [default: this one]
    #[arg(add = completion::of(Use::Organisation))]
    organisation: Option<String>,
}

impl List {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let answer = Source::open(context)?.ask(&Query::Members {
            organisation: self.organisation,
        })?;
        let mut table = Table::new(["id", "name", "member since", "until", "key"]);
        for member in answer["members"].as_array().into_iter().flatten() {
            let text = |field: &str| member[field].as_str().unwrap_or_default().to_owned();
            let id: String = text("person").chars().take(12).collect();
            table.row([id, text("name"), text("from"), text("until"), keys(member)]);
        }
        let text = table.render(&context.screen);
        Ok(Reply::done(answer, text))
    }
}

/// The keys of a member, those that were revoked marked.
fn keys(member: &Value) -> String {
    let shown = |key: &Value| {
        let text = key["key"].as_str().unwrap_or("?");
        if key["revoked"] == true {
            format!("{text} (revoked)")
        } else {
            text.to_owned()
        }
    };
    let keys = member["keys"].as_array().into_iter().flatten();
    keys.map(shown).collect::<Vec<_>>().join(", ")
}

/// `hearth member revoke`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth member revoke 41aa09 7be1…c2 \"Phone lost.\"")]
pub(crate) struct Revoke {
    /// The member's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Member))]
    person: String,
    /// The key that is no longer to count, whole: `hearth member list` shows it
    #[arg(value_parser = public_key)]
    key: PublicKey,
    #[command(flatten)]
    reason: Words,
}

impl Revoke {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let reason = self
            .reason
            .read_optional(context, Sheet::of("revoke", "your reason"))?;
        let pen = Pen::new(context)?;
        let person = pen.resolve(&self.person)?;
        let act = People::KeyRevoked(NamedKey { key: self.key });
        pen.send("Revoked", pen.draft(act).about(person).saying(reason)?)
    }
}

/// `hearth member leave`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  hearth member leave 41aa09")]
pub(crate) struct Leave {
    /// The member's id
    #[arg(value_parser = entry_id, add = completion::of(Use::Member))]
    person: String,
}

impl Leave {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let pen = Pen::new(context)?;
        let person = pen.resolve(&self.person)?;
        pen.send("Left", pen.draft(People::MemberLeft).about(person))
    }
}

fn code(text: &str) -> Result<Hash, String> {
    text.parse()
        .map_err(|error| format!("{error}; the code of an invitation has 64 hexadecimal digits"))
}

fn public_key(text: &str) -> Result<PublicKey, String> {
    let bytes: KeyBytes = text
        .parse()
        .map_err(|error| format!("{error}; a public key has 64 hexadecimal digits"))?;
    PublicKey::from_bytes(bytes.as_bytes()).map_err(|error| error.to_string())
}
