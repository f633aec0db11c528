//! The words a person writes: given as arguments, in a file, or on standard input.

use crate::context::Context;
use crate::exit::Failure;
use crate::sheet::Sheet;
use clap::Args;
use std::io::Read;
use std::path::{Path, PathBuf};

/// What stands wherever people write.
pub(crate) const WARNING: &str =
    "Write nothing from which a patient could be recognised: it is copied to every organisation.";

/// Where the words of a contribution come from.
#[derive(Debug, Args)]
pub(crate) struct Words {
    /// The text, in Markdown; `-` reads standard input
    #[arg(value_name = "TEXT")]
    text: Option<String>,
    /// Read the text from a file; the file itself is not shared
    #[arg(long, value_name = "FILE", conflicts_with = "text")]
    file: Option<PathBuf>,
    /// Write the text in your editor (VISUAL or EDITOR), beginning with what is given
    #[arg(long)]
    edit: bool,
}

impl Words {
    /// The words; there must be some. A person at a terminal who gave none writes them in their editor.
    pub(crate) fn read(&self, context: &Context, sheet: Sheet<'_>) -> Result<String, Failure> {
        if let Some(words) = self.read_optional(context, sheet)? {
            return Ok(words);
        }
        if self.is_given() || !context.screen.is_at_desk() {
            return Err(no_text());
        }
        sheet.fill(context, "")
    }

    /// The words, where any were given or an editor was asked for.
    pub(crate) fn read_optional(
        &self,
        context: &Context,
        sheet: Sheet<'_>,
    ) -> Result<Option<String>, Failure> {
        let given = self.given(context)?;
        if !self.edit {
            return Ok(given);
        }
        sheet.fill(context, &given.unwrap_or_default()).map(Some)
    }

    /// A title, and words where there are any. Without a title it is the first line of the words, which a person at a
    /// terminal writes in their editor.
    pub(crate) fn read_titled(
        &self,
        context: &Context,
        sheet: Sheet<'_>,
        title: Option<&str>,
    ) -> Result<(String, Option<String>), Failure> {
        let sheet = sheet.titled();
        let text = match title {
            Some("-") if !self.is_given() => Some(read_stdin(context)?),
            Some(title) => {
                let words = self.given(context)?;
                if !self.edit {
                    let title = Some(title.trim()).filter(|title| !title.is_empty());
                    return title.map(|title| (title.to_owned(), words)).ok_or_else(no_title);
                }
                Some(format!("{title}\n\n{}", words.unwrap_or_default()))
            }
            None => self.given(context)?,
        };
        let text = match text {
            Some(text) if !self.edit => text,
            None if !self.edit && (self.is_given() || !context.screen.is_at_desk()) => {
                return Err(no_title());
            }
            begun => sheet.fill(context, begun.as_deref().unwrap_or_default().trim())?,
        };
        parted(&text).ok_or_else(no_text)
    }

    /// Whether any words were given, or an editor was asked for.
    pub(crate) fn is_asked_for(&self) -> bool {
        self.is_given() || self.edit
    }

    fn is_given(&self) -> bool {
        self.text.is_some() || self.file.is_some()
    }

    fn given(&self, context: &Context) -> Result<Option<String>, Failure> {
        context.screen.hint(WARNING);
        let text = match (&self.file, self.text.as_deref()) {
            (Some(path), _) => read_file(path)?,
            (None, Some("-")) => read_stdin(context)?,
            (None, Some(text)) => text.to_owned(),
            (None, None) => return Ok(None),
        };
        let text = text.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}

fn no_title() -> Failure {
    Failure::usage("there is no title")
        .advise("Give one as an argument, or --edit to write title and text in your editor.")
}

fn no_text() -> Failure {
    Failure::usage("there is no text").advise(
        "Give it as an argument, with --file FILE, on standard input with `-`, or in your editor with --edit.",
    )
}

fn read_file(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))
}

fn read_stdin(context: &Context) -> Result<String, Failure> {
    context
        .screen
        .hint("Reading from standard input; end with Ctrl-D.");
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
    Ok(text)
}

/// The title that a text begins with, and the rest where there is one.
fn parted(text: &str) -> Option<(String, Option<String>)> {
    let (title, words) = text.trim().split_once('\n').unwrap_or((text.trim(), ""));
    let title = title.trim_start_matches('#').trim();
    let words = words.trim();
    (!title.is_empty()).then(|| (title.to_owned(), (!words.is_empty()).then(|| words.to_owned())))
}

/// A title and words as one Markdown text: the title is its first line (docs/protocol.md §2.4).
pub(crate) fn titled(title: &str, words: Option<&str>) -> String {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    match words {
        Some(words) => format!("# {title}\n\n{words}"),
        None => format!("# {title}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_with_its_title() {
        let words = |title: &str, words: &str| Some((title.to_owned(), Some(words.to_owned())));
        assert_eq!(
            parted("\n# Mouth care\n\n# How?\n"),
            words("Mouth care", "# How?")
        );
        assert_eq!(parted("Mouth care"), Some(("Mouth care".to_owned(), None)));
        assert_eq!(parted(" \n"), None);
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(titled("Mouth\n care", Some("How?")), "# Mouth care\n\nHow?");
        assert_eq!(titled("Mouth care", None), "# Mouth care");
    }
}
