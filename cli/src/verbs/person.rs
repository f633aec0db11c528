//! What a member says of themselves: interests, profile, consent; whom they invite; and the directory of all.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::pen::Pen;
use crate::render::card::{Card, short};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::sheet::Sheet;
use crate::source::Source;
use crate::words::{Words, titled};
use clap::{Args, ValueEnum};
use hearth_node::queries::{Query, Use};
use hearth_protocol::id::{Hash, KeyBytes};
use hearth_protocol::kind::{
    ConsentSet, InterestDeclared, MemberInvited, People, Slug, Topics, invitation_code,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A member as the directory has them.
#[derive(Deserialize)]
struct Row {
    person: String,
    name: Option<String>,
    organisation: Option<String>,
    topics: Vec<String>,
    profile: Option<Card>,
    mine: bool,
    #[serde(default)]
    consents: BTreeMap<String, bool>,
}

impl Row {
    fn called(&self) -> String {
        let name = self
            .name
            .clone()
            .unwrap_or_else(|| format!("member {}", short(&self.person)));
        match &self.organisation {
            Some(organisation) => format!("{name} ({organisation})"),
            None => name,
        }
    }
}

/// The directory, as the node tells it to this member.
fn rows(answer: &Value) -> Result<Vec<Row>, Failure> {
    serde_json::from_value(answer["members"].clone()).map_err(Failure::new)
}

/// The member's own row, with the whole answer.
fn own(context: &Context) -> Result<Row, Failure> {
    let key = Some(own_key(context)?);
    let answer = Source::open(context)?.ask(&Query::Directory { topic: None, key })?;
    let mine = rows(&answer)?.into_iter().find(|row| row.mine);
    mine.ok_or_else(|| {
        Failure::new("you are no member of this organisation")
            .advise("A steward admits you: hearth member admit KEY.")
    })
}

/// The key of this home.
pub(crate) fn own_key(context: &Context) -> Result<KeyBytes, Failure> {
    Ok(context.home.key()?.public().bytes())
}

/// `hearth interest`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth interest
  hearth interest mouth-care night-care
  hearth interest --none

Without topics it shows what you declared last. What you declare replaces it.")]
pub(crate) struct Interest {
    /// Topics (a-z, 0-9 and -); up to eight
    #[arg(add = completion::of(Use::Topic))]
    topics: Vec<Slug>,
    /// Take all of them back
    #[arg(long, conflicts_with = "topics")]
    none: bool,
}

impl Interest {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        if self.topics.is_empty() && !self.none {
            let row = own(context)?;
            let text = if row.topics.is_empty() {
                "You declared no interests.".to_owned()
            } else {
                row.topics.join("\n")
            };
            return Ok(Reply::done(json!({ "topics": row.topics }), text));
        }
        let topics = Topics::try_from(self.topics).map_err(Failure::usage)?;
        let pen = Pen::new(context)?;
        pen.send(
            "Declared",
            pen.draft(People::InterestDeclared(InterestDeclared { topics })),
        )
    }
}

/// `hearth profile`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth profile
  hearth profile \"Ada Smith\" \"Night nurse at Rosehill.\" --strengths \"Listens. Draws.\"
  hearth profile --edit
  hearth profile --of 41aa09

Without a name it shows yours. What you write replaces it, and `hearth erase` takes the words away for good.")]
pub(crate) struct Profile {
    /// Your name, as you want to be called
    name: Option<String>,
    #[command(flatten)]
    words: Words,
    /// What you are good at, in your own words
    #[arg(long, value_name = "TEXT")]
    strengths: Option<String>,
    /// Show the profile of this member
    #[arg(long, value_name = "ID", value_parser = entry_id, conflicts_with_all = ["name", "strengths"], add = completion::of(Use::Member))]
    of: Option<String>,
}

impl Profile {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        if let Some(person) = &self.of {
            let answer = Source::open(context)?.ask(&Query::Directory {
                topic: None,
                key: None,
            })?;
            let mut found = rows(&answer)?;
            found.retain(|row| row.person.starts_with(person.as_str()));
            return match found.as_slice() {
                [row] => Ok(shown(row)),
                [] => Err(Failure::new(format!("no member's id begins with {person}"))),
                _ => Err(Failure::new(format!("several members' ids begin with {person}"))),
            };
        }
        if self.name.is_none() && self.strengths.is_none() && !self.words.is_asked_for() {
            return Ok(shown(&own(context)?));
        }
        let sheet = Sheet::of("profile", "your name, and what you do");
        let (name, about) = self.words.read_titled(context, sheet, self.name.as_deref())?;
        let strengths = self
            .strengths
            .map(|strengths| format!("## Strengths\n\n{strengths}"));
        let parts: Vec<String> = about.into_iter().chain(strengths).collect();
        let about = (!parts.is_empty()).then(|| parts.join("\n\n"));
        let pen = Pen::new(context)?;
        let draft = pen.draft(People::ProfileWritten);
        pen.send("Written", draft.saying(Some(titled(&name, about.as_deref())))?)
    }
}

fn shown(row: &Row) -> Reply {
    let words = row.profile.as_ref().and_then(Card::words);
    let mut lines = vec![row.called()];
    if !row.topics.is_empty() {
        lines.push(format!("Interests: {}", row.topics.join(", ")));
    }
    let id = row.profile.as_ref().map(|card| card.id.clone());
    lines.push(words.clone().unwrap_or_else(|| "No profile.".to_owned()));
    let json = json!({
        "person": row.person, "name": row.name, "organisation": row.organisation, "topics": row.topics,
        "profile": id, "words": words,
    });
    Reply::done(json, lines.join("\n"))
}

/// `hearth invite`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  hearth invite

Whom you invite is written nowhere. They show the code to the steward of any organisation of the community, who admits
them with it: so it is on record that a member invited them.")]
pub(crate) struct Invite {}

impl Invite {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let mut code = [0; 32];
        getrandom::fill(&mut code).map_err(Failure::new)?;
        let code = Hash::from_bytes(code);
        let pen = Pen::new(context)?;
        let act = People::MemberInvited(MemberInvited {
            code: invitation_code(&code),
        });
        let mut reply = pen.send("Invited", pen.draft(act))?;
        reply.text = format!(
            "{}\nGive them this code; it is shown only now:\n\n  {code}\n\nTheir steward admits them with:\n\n  hearth member admit KEY --code {code}",
            reply.text
        );
        reply.json["code"] = json!(code);
        Ok(reply)
    }
}

/// An answer to being asked.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Agrees {
    Yes,
    No,
}

/// `hearth consent`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth consent
  hearth consent report-names yes
  hearth consent publication-words no

It is your word on record, for whoever passes something on, such as report-names (your name in a report) or
publication-words (your words in print). Nothing is left out by itself because of it: people look, and keep to it.
What you said nothing of you did not agree to. Without a scope it shows what you said.")]
pub(crate) struct Consent {
    /// To what (a-z, 0-9 and -)
    #[arg(requires = "agrees")]
    scope: Option<Slug>,
    /// Whether you agree
    agrees: Option<Agrees>,
}

impl Consent {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let (Some(scope), Some(agrees)) = (self.scope, self.agrees) else {
            let row = own(context)?;
            let said = row
                .consents
                .iter()
                .map(|(scope, yes)| format!("{scope}: {}", if *yes { "yes" } else { "no" }));
            let mut lines: Vec<String> = said.collect();
            if lines.is_empty() {
                lines.push("You agreed to nothing yet.".to_owned());
            }
            return Ok(Reply::done(json!({ "consents": row.consents }), lines.join("\n")));
        };
        let yes = matches!(agrees, Agrees::Yes);
        let pen = Pen::new(context)?;
        pen.send("Set", pen.draft(People::ConsentSet(ConsentSet { yes, scope })))
    }
}

/// `hearth directory`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  hearth directory\n  hearth directory --topic mouth-care")]
pub(crate) struct Directory {
    /// Those who declared an interest in this topic
    #[arg(long, value_name = "TOPIC", add = completion::of(Use::Topic))]
    topic: Option<Slug>,
}

impl Directory {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let topic = self.topic.map(String::from);
        let answer = Source::open(context)?.ask(&Query::Directory { topic, key: None })?;
        let rows = rows(&answer)?;
        if rows.is_empty() {
            return Ok(Reply::done(answer, "Nobody declared an interest in that."));
        }
        let mut table = Table::new(["id", "who", "interests", "in their own words"]);
        for row in &rows {
            let words = row.profile.as_ref().and_then(Card::words).unwrap_or_default();
            let about = words.lines().skip(1).find(|line| !line.trim().is_empty());
            table.row([
                short(&row.person),
                row.called(),
                row.topics.join(", "),
                crate::render::words::first_line(about.unwrap_or_default(), 60),
            ]);
        }
        Ok(Reply::done(answer, table.render(&context.screen)))
    }
}
