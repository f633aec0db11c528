//! `hearth search`: words in what the community wrote.

use crate::context::Context;
use crate::exit::Failure;
use crate::render::card::Card;
use crate::render::data::noun;
use crate::render::table::Table;
use crate::render::words::harmless;
use crate::reply::Reply;
use crate::screen::Screen;
use crate::source::{Source, read};
use clap::Args;
use hearth_node::queries::{Query, Wanted};
use hearth_protocol::kind::Slug;
use hearth_protocol::time::Timestamp;
use serde::Deserialize;

/// Before and behind a marked word where the screen has colour.
const MARK: (&str, &str) = ("\u{1b}[1m", "\u{1b}[0m");

/// `hearth search`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hearth search syringe driver
  hearth search \"mouth care\" swab --kind answer --since 2026-01-01
  hearth search nuit --topic mouth-care --organisation willow --newest

All words must occur, in small or capital letters and with or without accents. The last may be only begun.
Several words in quotation marks must stand together.")]
pub(crate) struct Search {
    /// Words that must all occur; several in quotation marks are a phrase
    #[arg(required = true)]
    words: Vec<String>,
    /// Only of this kind: question, answer, discussion, reply, resource …, or as `hearth log` shows it; may be repeated
    #[arg(long = "kind", value_name = "KIND")]
    kinds: Vec<String>,
    /// Only about this topic, and what was said in questions and discussions about it
    #[arg(long, value_name = "TOPIC")]
    topic: Option<Slug>,
    /// Only what this organisation's members wrote, by short name or id
    #[arg(long, value_name = "NAME")]
    organisation: Option<String>,
    /// Not before this day or time, such as 2026-10-01 or 2026-10-01T12:00:00Z
    #[arg(long, value_name = "DATE")]
    since: Option<Timestamp>,
    /// Before this day or time
    #[arg(long, value_name = "DATE")]
    until: Option<Timestamp>,
    /// The newest first, not what fits best
    #[arg(long)]
    newest: bool,
    /// At most this many
    #[arg(long, default_value_t = 20)]
    limit: usize,
}

/// An entry that was found.
#[derive(Deserialize)]
struct Found {
    entry: Card,
    title: Option<String>,
    #[serde(default)]
    title_marks: Vec<(usize, usize)>,
    excerpt: Option<String>,
    #[serde(default)]
    marks: Vec<(usize, usize)>,
}

impl Search {
    pub(crate) fn run(self, context: &Context) -> Result<Reply, Failure> {
        let wanted = Wanted {
            words: self
                .words
                .iter()
                .map(|word| quoted(word))
                .collect::<Vec<_>>()
                .join(" "),
            kinds: self.kinds,
            topic: self.topic.map(|topic| topic.to_string()),
            organisation: self.organisation,
            since: self.since.map(|since| since.to_string()),
            until: self.until.map(|until| until.to_string()),
            newest: self.newest,
            limit: self.limit,
        };
        let has_phrase = wanted.words.contains('"');
        let answer = Source::open(context)?.ask(&Query::Search(wanted))?;
        let found: Vec<Found> = read(&answer["found"])?;
        let mut text = if found.is_empty() {
            "Nothing found.".to_owned()
        } else {
            listed(&found, context)
        };
        if found.is_empty() && has_phrase {
            text.push_str(" What is in quotation marks must stand together: try without them.");
        }
        if answer["more"] == true {
            let advice = if found.len() < self.limit {
                "a node gives no more at once; name further words"
            } else {
                "name further words, or a larger --limit"
            };
            text.push_str(&format!("\nThere is more than these {}: {advice}.", found.len()));
        }
        if let Some(behind) = answer["behind"].as_u64().filter(|behind| *behind > 0) {
            text.push_str(&format!(
                "\nThe index is being built: {behind} entries are not in it yet. Ask again in a while."
            ));
        }
        Ok(Reply::done(answer, text))
    }
}

/// An argument of several words was in quotation marks, which the shell took away.
fn quoted(argument: &str) -> String {
    let several = argument.split_whitespace().count() > 1;
    if several && !argument.contains(['"', '“', '”', '„', '«', '»']) {
        format!("\"{argument}\"")
    } else {
        argument.to_owned()
    }
}

/// For a person, each in two lines; in a pipe, a row each.
fn listed(found: &[Found], context: &Context) -> String {
    if context.screen.is_terminal() {
        let shown = found.iter().map(|found| {
            let Found { entry, .. } = found;
            let (id, what, by) = (entry.short(), noun(&entry.kind), entry.author());
            let ago = entry.ago(context.now());
            format!("{id} {what} · {by} · {ago}\n  {}", found.words(&context.screen))
        });
        return shown.collect::<Vec<_>>().join("\n");
    }
    let mut table = Table::new(["id", "what", "by", "when", "words"]);
    for found in found {
        let Found { entry, .. } = found;
        table.row([
            entry.short(),
            noun(&entry.kind).to_owned(),
            entry.author(),
            entry.ago(context.now()),
            found.words(&context.screen),
        ]);
    }
    table.render(&context.screen)
}

impl Found {
    /// Its title and the place where the words stand.
    fn words(&self, screen: &Screen) -> String {
        let marked = |text: &Option<String>, marks: &[(usize, usize)]| {
            text.as_deref()
                .map(|text| marked(text, marks, screen.has_colour()))
        };
        let parts = [
            marked(&self.title, &self.title_marks),
            marked(&self.excerpt, &self.marks),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" — ")
    }
}

/// A line with its marks, which are counted in characters. Nothing that others wrote in it steers the terminal.
fn marked(text: &str, marks: &[(usize, usize)], colour: bool) -> String {
    if !colour {
        return harmless(text);
    }
    let mut shown = String::new();
    let (mut characters, mut at) = (text.chars(), 0);
    let mut take = |count: usize| harmless(&characters.by_ref().take(count).collect::<String>());
    for &(from, to) in marks {
        shown.push_str(&take(from.saturating_sub(at)));
        shown.push_str(MARK.0);
        shown.push_str(&take(to.saturating_sub(from.max(at))));
        shown.push_str(MARK.1);
        at = to.max(at);
    }
    shown.push_str(&take(usize::MAX));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_of_several_words_is_a_phrase() {
        assert_eq!(quoted("mouth care"), "\"mouth care\"");
        assert_eq!(quoted("mouth"), "mouth");
        assert_eq!(quoted("a \"mouth care\""), "a \"mouth care\"");
    }

    #[test]
    fn words_are_marked_where_there_is_colour_and_steer_nothing() {
        let text = "é\u{1b}[2J soins";
        assert_eq!(marked(text, &[(6, 11)], false), "é\u{fffd}[2J soins");
        assert_eq!(
            marked(text, &[(6, 11)], true),
            "é\u{fffd}[2J \u{1b}[1msoins\u{1b}[0m"
        );
        assert_eq!(
            marked("ab", &[(0, 1), (1, 2)], true),
            "\u{1b}[1ma\u{1b}[0m\u{1b}[1mb\u{1b}[0m"
        );
    }
}
