//! Following threads and topics: what a member's own digest leads with, and what their inbox shows.

use crate::args::entry_id;
use crate::completion;
use crate::context::Context;
use crate::exit::Failure;
use crate::home::Following as Followed;
use crate::render::card::{Card, HEADLINE, short};
use crate::render::table::Table;
use crate::reply::Reply;
use crate::source::Source;
use clap::{ArgGroup, Args};
use hearth_node::queries::{Query, Use};
use hearth_protocol::kind::Slug;
use serde_json::json;

/// `hearth follow`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).multiple(true), after_help = "\
Examples:
  hearth follow 3f9a2c
  hearth follow --topic mouth-care --topic opioids

What you ask and what you open for discussion is followed by itself. `hearth digest` begins with what you follow, and
`hearth inbox` shows open questions and new resources in it. It is kept in your home and is told to nobody, your node
included.")]
pub(crate) struct Follow {
    /// The id of a question, discussion or resource, or of anything said about it
    #[arg(group = "what", value_parser = entry_id, add = completion::of(Use::Read))]
    entry: Option<String>,
    /// A topic (a-z, 0-9 and -); may be repeated
    #[arg(group = "what", long = "topic", value_name = "TOPIC", add = completion::of(Use::Topic))]
    topics: Vec<Slug>,
}

impl Follow {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        context.home.key()?;
        let mut following = context.home.following().map_err(Failure::new)?;
        let mut told = Vec::new();
        if let Some(entry) = self.entry {
            let (id, title) = thread(context, entry)?;
            told.push(format!("You follow {} {title}", short(&id)).trim_end().to_owned());
            following.threads.insert(id);
        }
        for topic in self.topics {
            told.push(format!("You follow the topic {topic}"));
            following.topics.insert(topic.to_string());
        }
        context.home.keep_following(&following).map_err(Failure::new)?;
        Ok(Reply::done(json!({ "following": following }), told.join("\n")))
    }
}

/// The thread that an entry belongs to, and its title.
fn thread(context: &Context, entry: String) -> Result<(String, String), Failure> {
    let answer = Source::open(context)?.ask(&Query::Thread { id: entry })?;
    let card: Card = serde_json::from_value(answer["thread"].clone()).map_err(Failure::new)?;
    let title = card.headline(HEADLINE);
    Ok((card.id, title))
}

/// `hearth unfollow`.
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").required(true).multiple(true),
    after_help = "Examples:\n  hearth unfollow 3f9a2c\n  hearth unfollow --topic mouth-care"
)]
pub(crate) struct Unfollow {
    /// The id of a question, discussion or resource, or of anything said about it
    #[arg(group = "what", value_parser = entry_id, add = completion::of_followed_threads())]
    entry: Option<String>,
    /// A topic; may be repeated
    #[arg(group = "what", long = "topic", value_name = "TOPIC", add = completion::of_followed_topics())]
    topics: Vec<Slug>,
}

impl Unfollow {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let mut following = context.home.following().map_err(Failure::new)?;
        let mut told = Vec::new();
        if let Some(entry) = self.entry {
            let known: Vec<&String> = following
                .threads
                .iter()
                .filter(|id| id.starts_with(&entry))
                .collect();
            // One that is followed needs no node.
            let id = match known.as_slice() {
                [id] => (*id).clone(),
                [_, _, ..] => {
                    let several = format!("you follow several things that begin with {entry}");
                    return Err(Failure::new(several).advise("Give more digits."));
                }
                [] => thread(context, entry)?.0,
            };
            let was = following.threads.remove(&id);
            told.push(ended(&short(&id), was));
        }
        for topic in self.topics {
            let was = following.topics.remove(&topic.to_string());
            told.push(ended(&format!("the topic {topic}"), was));
        }
        context.home.keep_following(&following).map_err(Failure::new)?;
        Ok(Reply::done(json!({ "following": following }), told.join("\n")))
    }
}

fn ended(what: &str, was: bool) -> String {
    if was {
        format!("You follow {what} no more")
    } else {
        format!("You did not follow {what}")
    }
}

/// `hearth following`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  hearth following\n\nIt is kept in your home and is told to nobody, your node included."
)]
pub(crate) struct Following {}

impl Following {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let following = context.home.following().map_err(Failure::new)?;
        let json = json!({ "following": following });
        if following.is_empty() {
            let text = "You follow nothing. `hearth follow ID` or `hearth follow --topic TOPIC` begins.";
            return Ok(Reply::done(json, text));
        }
        let mut table = Table::new(["what", "title"]);
        for topic in &following.topics {
            table.row([format!("topic {topic}"), String::new()]);
        }
        let titles = titles(context, &following);
        for (id, title) in following.threads.iter().zip(titles) {
            table.row([short(id), title]);
        }
        Ok(Reply::done(json, table.render(&context.screen)))
    }
}

/// Titles of the threads; empty where nobody is there to ask.
fn titles(context: &Context, following: &Followed) -> Vec<String> {
    let mut source = Source::open(context).ok();
    let threads = following.threads.iter();
    threads
        .map(|id| {
            // One that does not answer is not asked again.
            let asked = source
                .as_ref()
                .map(|source| source.ask(&Query::Entry { id: id.clone() }));
            match asked {
                Some(Ok(answer)) => serde_json::from_value::<Card>(answer["entry"].clone())
                    .map(|card| card.headline(HEADLINE))
                    .unwrap_or_default(),
                Some(Err(failure)) => {
                    if failure.exit() == crate::exit::Exit::Unreachable {
                        source = None;
                    }
                    String::new()
                }
                None => String::new(),
            }
        })
        .collect()
}

/// Follows what the member has just begun. That it cannot be noted is no reason to fail.
pub(crate) fn follow_own(context: &Context, reply: &Reply) {
    let Some(id) = reply.json["id"].as_str() else {
        return;
    };
    let kept = context.home.following().and_then(|mut following| {
        following.threads.insert(id.to_owned());
        context.home.keep_following(&following)
    });
    if let Err(error) = kept {
        context.screen.note(&format!("It is not followed: {error}"));
    }
}
