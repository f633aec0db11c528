//! The sheet a person writes on: a file in the member's home, open in their own editor. Until what it says is sent or in
//! the outbox, the file stays.

use crate::context::Context;
use crate::exit::Failure;
use crate::home::MemberHome;
use crate::pen::Pen;
use crate::render::card::Card;
use crate::words::WARNING;
use hearth_node::queries::Query;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// What lines that are not sent begin with. Not `#`, which begins a heading in Markdown.
const ASIDE: &str = ";;";
/// Editors that are tried where none is named, the kindest first.
const USUAL_EDITORS: &str =
    "for e in editor nano vi; do command -v \"$e\" >/dev/null && exec \"$e\" \"$1\"; done; exit 127";
/// What a shell ends with where a command is not there.
const NOT_FOUND: i32 = 127;
/// Most lines of what is being answered that are shown beside the answer.
const MOST_LINES: usize = 20;

/// What a person is about to write.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet<'a> {
    /// The verb; it names the file.
    verb: &'static str,
    /// What is written, such as `your answer`.
    what: &'static str,
    /// The id of what it is about, as the person wrote it.
    about: Option<&'a str>,
    /// The first line is the title.
    titled: bool,
}

impl<'a> Sheet<'a> {
    /// Words of one's own.
    pub(crate) const fn of(verb: &'static str, what: &'static str) -> Self {
        Self {
            verb,
            what,
            about: None,
            titled: false,
        }
    }

    /// Words about an entry, which is looked up before the editor opens.
    #[must_use]
    pub(crate) const fn about(self, entry: &'a str) -> Self {
        Self {
            about: Some(entry),
            ..self
        }
    }

    /// Words whose first line is their title.
    #[must_use]
    pub(crate) const fn titled(self) -> Self {
        Self { titled: true, ..self }
    }

    /// Opens the editor on what is there already, and gives what the person left in the file; never nothing.
    pub(crate) fn fill(&self, context: &Context, begun: &str) -> Result<String, Failure> {
        let text = format!("{begun}\n\n{}", self.guidance(&self.subject(context)?));
        let file = context
            .home
            .new_draft(self.verb, &text)
            .map_err(|error| Failure::new(format!("cannot make a draft: {error}")))?;
        context.hold_draft(file.clone());
        let unread = |error| Failure::new(format!("cannot read {}: {error}", file.display()));
        let made = saved_at(&file).map_err(unread)?;
        let closed = edit(&file);
        let written = fs::read_to_string(&file).map_err(unread)?;
        // Who closes the editor without saving sends nothing.
        let is_saved = written != text || saved_at(&file).map_err(unread)? != made;
        let words = if is_saved {
            without_asides(&written)
        } else {
            String::new()
        };
        // What is kept is what would be sent, so that `--file` takes it up as it is.
        keep_or_forget(context, &file, &words)?;
        closed?;
        if words.is_empty() {
            return Err(Failure::new("there are no words, so nothing was written"));
        }
        Ok(words)
    }

    /// What is shown of the entry it is about. An id that nobody knows is said before anything is written.
    fn subject(&self, context: &Context) -> Result<Vec<String>, Failure> {
        let Some(entry) = self.about else {
            return Ok(Vec::new());
        };
        let pen = Pen::new(context)?;
        match pen.remote().query(&Query::Entry { id: entry.to_owned() }) {
            Ok(answer) => Ok(quoted(&answer["entry"])),
            Err(error) if error.is_unreachable() => pen.resolve(entry).map(|_| Vec::new()),
            Err(error) => Err(error.into()),
        }
    }

    fn guidance(&self, subject: &[String]) -> String {
        let title = "The first line is the title, the rest is the text.";
        let lines = [
            format!("Write {} above, in Markdown.", self.what),
            "Save and close the editor to send it; leave nothing above to send nothing.".to_owned(),
            format!("Lines that begin with {ASIDE} are left out."),
        ];
        let title = self.titled.then(|| title.to_owned());
        let warning = ["".to_owned(), WARNING.to_owned()];
        lines[..1]
            .iter()
            .chain(&title)
            .chain(&lines[1..])
            .chain(&warning)
            .chain(subject)
            .map(|line| format!("{ASIDE} {line}").trim_end().to_owned() + "\n")
            .collect()
    }
}

/// The entry somebody writes about, in lines.
fn quoted(entry: &serde_json::Value) -> Vec<String> {
    let Ok(card) = serde_json::from_value::<Card>(entry.clone()) else {
        return Vec::new();
    };
    let words = card.words().unwrap_or_default();
    let lines = words.lines().take(MOST_LINES).map(str::to_owned);
    let more = (words.lines().count() > MOST_LINES).then(|| "…".to_owned());
    let head = format!("{}, {}:", card.author(), card.when());
    [String::new(), head]
        .into_iter()
        .chain(lines)
        .chain(more)
        .collect()
}

/// Runs the person's editor on a file until they close it.
fn edit(file: &Path) -> Result<(), Failure> {
    let named = ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|editor| !editor.trim().is_empty());
    // As in git, what is named may have arguments of its own.
    let script = named
        .as_ref()
        .map_or(USUAL_EDITORS.to_owned(), |editor| format!("{editor} \"$1\""));
    let ended = Command::new("sh")
        .args(["-c", &script, "hearth"])
        .arg(file)
        .status()
        .map_err(|error| Failure::new(format!("cannot start an editor: {error}")))?;
    let editor = named.as_deref().unwrap_or("the editor");
    match ended.code() {
        Some(0) => Ok(()),
        Some(NOT_FOUND) => Err(Failure::new(format!("{editor} is not there")).advise(
            "Name your editor in VISUAL or EDITOR, or give the text as an argument or with --file FILE.",
        )),
        Some(code) => Err(Failure::new(format!(
            "{editor} ended with {code}, so nothing was sent"
        ))),
        None => Err(Failure::new(format!("{editor} was stopped, so nothing was sent"))),
    }
}

fn keep_or_forget(context: &Context, file: &Path, words: &str) -> Result<(), Failure> {
    let done = if words.is_empty() {
        context.let_go_of_draft();
        MemberHome::forget_draft(file)
    } else {
        MemberHome::keep_draft(file, words)
    };
    done.map_err(|error| Failure::new(format!("{}: {error}", file.display())))
}

fn saved_at(file: &Path) -> io::Result<SystemTime> {
    fs::metadata(file)?.modified()
}

fn without_asides(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with(ASIDE));
    lines.collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// The advice of a failure, with where the draft is.
pub(crate) fn kept(failure: Failure, draft: &Path) -> Failure {
    let where_it_is = format!(
        "Your words are kept in {0}: --file {0} takes them up again.",
        draft.display()
    );
    let advice = failure
        .advice()
        .map(|advice| format!("{advice}\n  {where_it_is}"));
    failure.advise(advice.unwrap_or(where_it_is))
}

/// The draft of this run of the program, where there is one.
pub(crate) type DraftFile = std::cell::RefCell<Option<PathBuf>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asides_are_left_out_and_headings_are_not() {
        let sheet = Sheet::of("ask", "your question").titled();
        let guidance = sheet.guidance(&["# Mouth care".to_owned()]);
        assert!(guidance.lines().all(|line| line.starts_with(ASIDE)), "{guidance}");
        assert!(guidance.contains(WARNING) && guidance.contains("first line is the title"));
        let text = format!("\n# A heading\n\n  ;; not at the beginning\n{guidance}");
        assert_eq!(without_asides(&text), "# A heading\n\n  ;; not at the beginning");
        assert_eq!(without_asides(&format!("\n\n{guidance}")), "");
    }
}
