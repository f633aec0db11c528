//! The only file that writes to the terminal: replies to standard output, everything else to standard error.

use crate::exit::Failure;
use crate::render::words::{harmless, harmless_but_for_colour};
use crate::reply::Reply;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use std::io::{self, IsTerminal, Write};

/// Where output goes and what it may look like there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    json: bool,
    stdout_is_terminal: bool,
    stderr_is_terminal: bool,
    colour: bool,
}

impl Screen {
    /// Looks at the two streams. Colour needs a terminal and no `NO_COLOR` (<https://no-color.org>).
    pub(crate) fn open(json: bool) -> Self {
        let stdout_is_terminal = io::stdout().is_terminal();
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self {
            json,
            stdout_is_terminal,
            stderr_is_terminal: io::stderr().is_terminal(),
            colour: stdout_is_terminal && !plain,
        }
    }

    /// Whether a program reads standard output.
    pub(crate) fn is_json(&self) -> bool {
        self.json
    }

    /// Whether text may carry colour.
    pub(crate) fn has_colour(&self) -> bool {
        self.colour
    }

    /// Whether a person reads standard output directly: tables are drawn, otherwise columns are separated by tabs.
    pub(crate) fn is_terminal(&self) -> bool {
        self.stdout_is_terminal
    }

    /// Whether a person sits there who can write: both ends are a terminal, and no program reads.
    pub(crate) fn is_at_desk(&self) -> bool {
        self.stdout_is_terminal && !self.json && io::stdin().is_terminal()
    }

    /// Prints what a command has to say; whether all of it was taken.
    pub(crate) fn reply(&self, reply: &Reply) -> bool {
        if self.json {
            reply.json.is_null() || to_stdout(&json_text(&reply.json))
        } else {
            reply.text.is_empty() || to_stdout(&self.shown(&reply.text))
        }
    }

    /// A reply as it may reach the terminal: whatever others wrote in it, nothing steers.
    fn shown(&self, text: &str) -> String {
        if self.colour {
            harmless_but_for_colour(text)
        } else {
            harmless(text)
        }
    }

    /// Prints one JSON document; for commands that go on afterwards (`run`).
    pub(crate) fn json_line(&self, document: &Value) {
        if !document.is_null() {
            to_stdout(&json_text(document));
        }
    }

    /// Prints a failure: to standard error for a person, as an `error` document on standard output under `--json`.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json {
            let mut error = json!({ "message": failure.what(), "exit": failure.exit() as u8 });
            if let Some(advice) = failure.advice() {
                error["advice"] = advice.into();
            }
            self.json_line(&json!({ "error": error }));
        } else {
            self.note(&format!("hearth: {failure}"));
        }
    }

    /// A line for the person that is no part of the result; goes to standard error.
    pub(crate) fn note(&self, line: &str) {
        // Nobody is left to tell when standard error is gone.
        let _ = writeln!(io::stderr(), "{}", harmless(line));
    }

    /// A line for a person who is there now: shown only on a terminal.
    pub(crate) fn hint(&self, line: &str) {
        if self.stderr_is_terminal && !self.json {
            self.note(line);
        }
    }

    /// A bar over `bytes` on standard error, shown only on a terminal.
    pub(crate) fn progress(&self, bytes: u64) -> ProgressBar {
        self.bar(bytes, "{msg:12} {bar:32} {bytes}/{total_bytes} {eta}")
    }

    /// A bar over a number of things on standard error, shown only on a terminal.
    pub(crate) fn progress_of(&self, things: u64) -> ProgressBar {
        self.bar(things, "{msg:24} {bar:32} {pos}/{len} {eta}")
    }

    fn bar(&self, length: u64, template: &str) -> ProgressBar {
        let target = if self.stderr_is_terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let style =
            ProgressStyle::with_template(template).expect("the templates are constant and well-formed");
        ProgressBar::with_draw_target(Some(length), target).with_style(style)
    }
}

/// A document in lines. Control characters that JSON would let through are written as escapes, which mean the same.
fn json_text(document: &Value) -> String {
    let text = format!("{document:#}");
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\n' {
            shown.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown
}

/// A closed pipe (`hearth log | head`) ends the output quietly, as other programs do.
fn to_stdout(text: &str) -> bool {
    let mut out = io::stdout().lock();
    let written = writeln!(out, "{text}").and_then(|()| out.flush());
    if let Err(error) = &written
        && error.kind() != io::ErrorKind::BrokenPipe
    {
        let _ = writeln!(io::stderr(), "hearth: cannot write to standard output: {error}");
    }
    written.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_others_wrote_steers_the_terminal() {
        let mut screen = Screen::open(false);
        let refusal = "Joining: \u{1b}]0;pwned\u{7}\u{9b}2J";
        for colour in [false, true] {
            screen.colour = colour;
            let shown = screen.shown(refusal);
            assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{shown:?}");
        }
        let document = json!({ "name": "a\u{1b}b\u{9b}c\u{7f}\n", "list": [1] });
        let text = json_text(&document);
        assert!(
            text.chars()
                .all(|character| character == '\n' || !character.is_control())
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
    }
}
