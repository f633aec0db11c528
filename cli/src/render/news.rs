//! What happened and what waits, in the fewest lines that are of use: one for each question, discussion or resource.

use super::card::{Card, short};
use super::data::noun;
use super::words::{excerpt, first_line};
use crate::home::Following;
use hearth_protocol::time::Timestamp;
use serde::Deserialize;

/// Longest title in a line, in characters.
const TITLE: usize = 60;
/// Most names in a line.
const NAMES: usize = 3;

/// An entry that concerns somebody, as the node lists it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Row {
    pub(crate) entry: Card,
    pub(crate) thread: Thread,
    /// It is about something they wrote.
    to_own: bool,
    /// What it is, as one says it.
    what: Option<String>,
    /// They declared an interest in one of its topics.
    #[serde(default)]
    pub(crate) interest: bool,
}

/// The question, discussion or resource that an entry belongs to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Thread {
    pub(crate) id: String,
    kind: String,
    title: Option<String>,
    topics: Vec<String>,
    own: bool,
}

/// Where in a digest a thread stands. The order is that of the digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Followed,
    Own,
    Questions,
    Discussions,
    Resources,
    More,
    Members,
}

/// One thread of a digest with what happened in it, oldest first.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) group: Group,
    pub(crate) rows: Vec<Row>,
}

impl Row {
    /// Whether it belongs to something that is followed.
    pub(crate) fn is_followed(&self, following: &Following) -> bool {
        following.holds(&self.thread.id, &self.thread.topics)
    }

    /// The entry in one line: its own words, what they are about, who, and how long ago.
    pub(crate) fn line(&self, now: Timestamp) -> String {
        let Card { id, .. } = &self.entry;
        let (author, ago) = (self.entry.author(), self.entry.ago(now));
        let on = if *id == self.thread.id {
            String::new()
        } else {
            format!(" on “{}”", self.thread.title())
        };
        // What brings something into force has no words of its own.
        let headline = self.entry.headline(TITLE);
        let headline = if headline.is_empty() {
            noun(&self.entry.kind)
        } else {
            &headline
        };
        format!("{}  {headline}{on} · {author}, {ago}", short(id))
    }
}

impl Thread {
    fn title(&self) -> String {
        let title = self.title.as_deref().unwrap_or("(no title here)");
        first_line(&excerpt(title, "text/html"), TITLE)
    }
}

impl Group {
    pub(crate) const ALL: [Group; 7] = [
        Group::Followed,
        Group::Own,
        Group::Questions,
        Group::Discussions,
        Group::Resources,
        Group::More,
        Group::Members,
    ];

    /// For programs.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Group::Followed => "followed",
            Group::Own => "own",
            Group::Questions => "questions",
            Group::Discussions => "discussions",
            Group::Resources => "resources",
            Group::More => "more",
            Group::Members => "members",
        }
    }

    /// For people.
    pub(crate) const fn heading(self) -> &'static str {
        match self {
            Group::Followed => "What you follow",
            Group::Own => "What you wrote",
            Group::Questions => "New questions",
            Group::Discussions => "New discussions",
            Group::Resources => "Resources",
            Group::More => "Also",
            Group::Members => "Members",
        }
    }

    fn of(rows: &[Row], following: &Following) -> Group {
        let has = |kind: &str| rows.iter().any(|row| row.entry.kind == kind);
        let Some(first) = rows.first() else {
            return Group::More;
        };
        if first.thread.kind == "member.admitted" {
            Group::Members
        } else if first.is_followed(following) {
            Group::Followed
        } else if first.thread.own || rows.iter().any(|row| row.to_own) {
            Group::Own
        } else if has("query.asked") {
            Group::Questions
        } else if has("thread.opened") {
            Group::Discussions
        } else if first.thread.kind.starts_with("resource.") {
            Group::Resources
        } else {
            Group::More
        }
    }
}

/// News by thread, in the order of the digest; within a group those come first in which something happened first.
pub(crate) fn stories(news: Vec<Row>, following: &Following) -> Vec<Story> {
    let mut threads: Vec<Vec<Row>> = Vec::new();
    for row in news {
        match threads.iter_mut().find(|rows| rows[0].thread.id == row.thread.id) {
            Some(rows) => rows.push(row),
            None => threads.push(vec![row]),
        }
    }
    let story = |rows: Vec<Row>| Story {
        group: Group::of(&rows, following),
        rows,
    };
    let mut stories: Vec<Story> = threads.into_iter().map(story).collect();
    stories.sort_by_key(|story| story.group);
    stories
}

impl Story {
    /// The thread and what happened in it, in one line.
    pub(crate) fn line(&self) -> String {
        let Some(first) = self.rows.first() else {
            return String::new();
        };
        let mut kinds: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !kinds.contains(&row.entry.kind.as_str()) {
                kinds.push(&row.entry.kind);
            }
        }
        let happened: Vec<String> = kinds.into_iter().map(|kind| self.happened(kind)).collect();
        let thread = &first.thread;
        let slug = if self.group == Group::Members {
            format!(" ({})", first.entry.organisation)
        } else {
            String::new()
        };
        format!(
            "{}  {}{slug} · {}",
            short(&thread.id),
            thread.title(),
            happened.join("; ")
        )
    }

    /// How often one kind of thing happened, and who did it.
    fn happened(&self, kind: &str) -> String {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| row.entry.kind == kind).collect();
        let mut names: Vec<String> = Vec::new();
        for row in &rows {
            let name = row.entry.author();
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let others = names.len().saturating_sub(NAMES);
        names.truncate(NAMES);
        let mut by = names.join(", ");
        if others > 0 {
            by.push_str(&format!(" and {others} more"));
        }
        let count = rows.len();
        let several = |one: &str, many: &str| match count {
            1 => format!("{one} by {by}"),
            _ => format!("{count} {many} by {by}"),
        };
        match kind {
            "query.asked" => format!("asked by {by}"),
            "query.answered" => several("answered", "answers"),
            "query.accepted" => "an answer was accepted".to_owned(),
            "query.withdrawn" | "resource.withdrawn" => "withdrawn".to_owned(),
            "thread.opened" => format!("opened by {by}"),
            "thread.replied" => several("a reply", "replies"),
            "reaction.given" => several("a reaction", "reactions"),
            "resource.published" => several("shared", "versions"),
            "resource.validated" => several("validated", "validations"),
            "resource.disputed" => several("disputed", "disputes"),
            "member.admitted" => "joined".to_owned(),
            "member.left" => "left".to_owned(),
            other => {
                let what = rows.iter().find_map(|row| row.what.as_deref()).unwrap_or(other);
                several(what, &format!("times {what}"))
            }
        }
    }
}
