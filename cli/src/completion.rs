//! Completing what a person types, in their shell: verbs and options from the tree of verbs, ids and names from the node.
//!
//! The shell runs this program with `HEARTH_COMPLETE` set at each press of the key. It never asks, never complains, and
//! gives up soon: who types goes on typing.

use crate::args::Cli;
use crate::context::Context;
use crate::home::Following;
use crate::render::words::{excerpt, first_line};
use crate::screen::Screen;
use clap::CommandFactory;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{Bash, CompleteEnv, EnvCompleter, Fish, Zsh};
use hearth_node::queries::{Query, Use};
use hearth_protocol::framework::Section;
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

/// Set by the shell's script to the name of the shell.
const VARIABLE: &str = "HEARTH_COMPLETE";
/// Longest wait for the node.
const PATIENCE: Duration = Duration::from_millis(150);
/// Most ids that are offered at once.
const MOST: usize = 30;
/// Digits of an id that are offered.
const DIGITS: usize = 12;
/// Longest title, in characters.
const TITLE: usize = 60;

/// Answers a shell that asks; says whether one did. Nothing goes wrong aloud.
pub(crate) fn answered() -> bool {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return false;
    }
    std::panic::set_hook(Box::new(|_| {}));
    let directory = std::env::current_dir().ok();
    let done = std::panic::catch_unwind(|| {
        CompleteEnv::with_factory(Cli::command)
            .var(VARIABLE)
            .try_complete(std::env::args_os(), directory.as_deref())
    });
    !matches!(done, Ok(Ok(false)))
}

/// A shell that can be taught.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

impl Shell {
    /// The script that teaches it; `program` is what it runs.
    pub(crate) fn script(self, program: &str) -> io::Result<String> {
        let shell: &dyn EnvCompleter = match self {
            Shell::Bash => &Bash,
            Shell::Zsh => &Zsh,
            Shell::Fish => &Fish,
        };
        let mut script = Vec::new();
        shell.write_registration(VARIABLE, "hearth", "hearth", program, &mut script)?;
        Ok(String::from_utf8_lossy(&script).trim_end().to_owned())
    }
}

/// Completes what is wanted for one use, from the node.
pub(crate) fn of(to: Use) -> ArgValueCompleter {
    ArgValueCompleter::new(move |begun: &OsStr| {
        let Some(begins) = begun.to_str().map(str::to_lowercase) else {
            return Vec::new();
        };
        in_time(move || from_node(to, begins)).unwrap_or_default()
    })
}

/// Completes the parts of the framework that are computed.
pub(crate) fn of_statements() -> ArgValueCompleter {
    ArgValueCompleter::new(|begun: &OsStr| {
        let begun = begun.to_string_lossy().to_uppercase();
        let sections = Section::computed().map(Section::id);
        let fitting = sections.filter(|id| id.to_uppercase().starts_with(&begun));
        fitting.map(CompletionCandidate::new).collect()
    })
}

/// Completes what the member follows, from their home alone.
pub(crate) fn of_followed_threads() -> ArgValueCompleter {
    followed(|following| {
        let threads = following.threads.into_iter();
        threads.map(|id| id.chars().take(DIGITS).collect()).collect()
    })
}

/// The same for topics.
pub(crate) fn of_followed_topics() -> ArgValueCompleter {
    followed(|following| following.topics.into_iter().collect())
}

fn followed(some: fn(Following) -> Vec<String>) -> ArgValueCompleter {
    ArgValueCompleter::new(move |begun: &OsStr| {
        let begun = begun.to_string_lossy();
        let following = context().and_then(|context| context.home.following().ok());
        let names = following.map(some).unwrap_or_default();
        let fitting = names.into_iter().filter(|name| name.starts_with(&*begun));
        fitting.map(CompletionCandidate::new).collect()
    })
}

/// What a thread of its own finds in time; what it finds later, or breaks at, is nobody's concern.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (found, finds) = mpsc::channel();
    std::thread::spawn(move || found.send(work()));
    finds.recv_timeout(PATIENCE).ok()
}

fn from_node(to: Use, begins: String) -> Vec<CompletionCandidate> {
    let answer = || -> Option<Value> {
        let remote = context()?.remote_at_once()?;
        let query = Query::Candidates {
            to,
            begins,
            key: Some(remote.key().public().bytes()),
            limit: MOST,
        };
        remote.query(&query).ok()
    };
    let answer = answer().unwrap_or_default();
    let rows = answer["candidates"].as_array().into_iter().flatten();
    rows.enumerate()
        .filter_map(|(place, row)| {
            let value: String = row["value"].as_str()?.to_owned();
            let is_id = value.len() == 64;
            let value: String = value.chars().take(if is_id { DIGITS } else { 64 }).collect();
            let title = row["title"]
                .as_str()
                .map(|title| first_line(&excerpt(title, "text/html"), TITLE));
            Some(
                CompletionCandidate::new(value)
                    .help(title.map(Into::into))
                    .display_order(Some(place)),
            )
        })
        .collect()
}

/// The options that say which node is meant, from the words typed so far.
fn context() -> Option<Context> {
    let words: Vec<OsString> = std::env::args_os().skip_while(|word| word != "--").collect();
    let named =
        |option: &str, variable: &str| option_in(&words, option).or_else(|| std::env::var_os(variable));
    let globals = crate::args::Globals {
        home: named("--home", "HEARTH_HOME").map(PathBuf::from),
        node: named("--node", "HEARTH_NODE").and_then(|node| node.into_string().ok()),
        data: named("--data", "HEARTH_DATA").map(PathBuf::from),
        json: false,
        clock: None,
    };
    Context::new(globals, Screen::open(false)).ok()
}

/// The value of an option among words, as `--option VALUE` or `--option=VALUE`.
fn option_in(words: &[OsString], option: &str) -> Option<OsString> {
    words.iter().enumerate().find_map(|(place, word)| {
        let value = word.to_str()?.strip_prefix(option)?;
        if value.is_empty() {
            return words.get(place + 1).cloned();
        }
        value.strip_prefix('=').map(OsString::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_found_in_both_its_forms() {
        let words: Vec<OsString> = ["hearth", "--homely", "--node=a", "--home", "b", "answer"]
            .map(OsString::from)
            .to_vec();
        assert_eq!(option_in(&words, "--node"), Some("a".into()));
        assert_eq!(option_in(&words, "--home"), Some("b".into()));
        assert_eq!(option_in(&words, "--data"), None);
    }

    #[test]
    fn what_takes_too_long_is_not_waited_for() {
        assert_eq!(in_time(|| 7), Some(7));
        let slow = || std::thread::sleep(PATIENCE * 20);
        let begun = std::time::Instant::now();
        assert_eq!(in_time(slow), None);
        assert!(begun.elapsed() < PATIENCE * 10);
        assert_eq!(in_time(|| -> u8 { panic!("a test") }), None);
    }
}
