//! `hearth digest`: what happened since one last looked.

use crate::context::Context;
use crate::exit::Failure;
use crate::home::{Following, LastDigest};
use crate::render::news::{Group, Row, Story, stories};
use crate::render::time::{ago, local, read_when};
use crate::reply::Reply;
use crate::source::Source;
use clap::Args;
use hearth_node::queries::{Mark, Query};
use hearth_protocol::time::{Span, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

/// How far the first digest looks back.
const FIRST: Span = Span::days(7);
/// Most unanswered questions that are shown.
const UNANSWERED: usize = 5;

/// `hearth digest`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth digest
  hearth digest --since 2d --peek
  hearth digest --since 2026-10-01
  hearth digest | mail -s Hearth me@example.org

It shows what others did since your last digest, the first time since a week ago; what you follow (`hearth follow`)
comes first. When you look back no further than the last digest, the next one still begins there.")]
pub(crate) struct Digest {
    /// Since when: a span such as 2d or 12h, a date in your time zone, or `yesterday` [default: your last digest]
    #[arg(long, value_name = "WHEN")]
    since: Option<String>,
    /// Do not remember that you have looked
    #[arg(long)]
    peek: bool,
}

/// What the node answers.
#[derive(Deserialize)]
struct News {
    mark: Mark,
    news: Vec<Row>,
    more: u64,
    imported: u64,
    unanswered: Unanswered,
}

#[derive(Deserialize)]
struct Unanswered {
    hours: u64,
    total: u64,
    queries: Vec<Row>,
}

impl Digest {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let now = context.now();
        let last = context.home.last_digest().map_err(Failure::new)?;
        let wanted = self
            .since
            .as_deref()
            .map(|text| read_when(text, now))
            .transpose()
            .map_err(Failure::usage)?;
        let since = match (wanted, &last) {
            (Some(wanted), _) => wanted,
            (None, Some(last)) => last.at,
            (None, None) => now.minus(FIRST),
        };
        let mark = last
            .as_ref()
            .filter(|_| wanted.is_none())
            .map(|last| last.mark.clone());
        let answer = Source::open(context)?.ask(&Query::News {
            since: mark.is_none().then(|| since.to_string()),
            mark,
            now: Some(now.to_string()),
            key: context.home.key().ok().map(|key| key.public().bytes()),
        })?;
        let read = |error| Failure::new(format!("the node's answer cannot be read: {error}"));
        let mut news: News = serde_json::from_value(answer.clone()).map_err(read)?;
        let following = context.home.following().map_err(Failure::new)?;
        let stories = stories(std::mem::take(&mut news.news), &following);
        news.unanswered
            .queries
            .sort_by_key(|query| !query.is_followed(&following));
        let page = Page {
            since,
            now,
            stories: &stories,
            news: &news,
        };
        let reply = Reply::done(json(&page, &answer, &following), page.text());
        // Looking back over less than was never shown does not make it seen.
        let is_all = last.is_none_or(|last| since <= last.at);
        if is_all && !self.peek {
            context.digest_is_shown(LastDigest {
                at: now,
                mark: news.mark,
            });
        }
        Ok(reply)
    }
}

/// A digest as a person reads it.
struct Page<'a> {
    since: Timestamp,
    now: Timestamp,
    stories: &'a [Story],
    news: &'a News,
}

impl Page<'_> {
    fn text(&self) -> String {
        let mut lines = vec![format!(
            "Since {} ({})",
            local(self.since),
            ago(self.since, self.now)
        )];
        for group in Group::ALL {
            let stories = self.stories.iter().filter(|story| story.group == group);
            let found: Vec<String> = stories.map(|story| format!("  {}", story.line())).collect();
            if !found.is_empty() {
                lines.push(format!("\n{}", group.heading()));
                lines.extend(found);
            }
        }
        if self.stories.is_empty() {
            lines.push("Nothing new.".to_owned());
        }
        if self.news.more > 0 {
            lines.push(format!(
                "\n{} older news are left out: `hearth threads` lists everything.",
                self.news.more
            ));
        }
        if self.news.imported > 0 {
            lines.push(format!(
                "\n{} entries of imported history came in.",
                self.news.imported
            ));
        }
        lines.extend(self.unanswered());
        lines.join("\n")
    }

    fn unanswered(&self) -> Vec<String> {
        let Unanswered {
            hours,
            total,
            queries,
        } = &self.news.unanswered;
        if *total == 0 {
            return Vec::new();
        }
        let shown = queries.iter().take(UNANSWERED);
        let lines = shown.map(|query| format!("  {}", query.line(self.now)));
        let rest = total.saturating_sub(UNANSWERED as u64);
        [format!("\nUnanswered for more than {hours} hours")]
            .into_iter()
            .chain(lines)
            .chain((rest > 0).then(|| format!("  and {rest} more")))
            .collect()
    }
}

fn json(page: &Page<'_>, answer: &Value, following: &Following) -> Value {
    let rows = answer["news"].as_array().cloned().unwrap_or_default();
    let group_of = |row: &Value| {
        let thread = row["thread"]["id"].as_str();
        let story = page.stories.iter().find(|story| {
            let first = story.rows.first();
            first.is_some_and(|first| Some(first.thread.id.as_str()) == thread)
        });
        story.map(|story| story.group.name())
    };
    let news: Vec<Value> = rows
        .into_iter()
        .map(|mut row| {
            row["group"] = group_of(&row).into();
            row
        })
        .collect();
    json!({
        "since": page.since.to_string(),
        "until": page.now.to_string(),
        "news": news,
        "more": page.news.more,
        "imported": page.news.imported,
        "unanswered": answer["unanswered"],
        "following": following,
    })
}
