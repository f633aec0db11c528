//! The words a person writes: given as arguments, in a file, or on standard input.

use crate::context::Context;
use crate::exit::Failure;
use clap::Args;
use std::io::Read;
use std::path::{Path, PathBuf};

const WARNING: &str =
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
}

impl Words {
    /// The words; there must be some.
    pub(crate) fn read(&self, context: &Context) -> Result<String, Failure> {
        self.read_optional(context)?.ok_or_else(|| {
            Failure::usage("there is no text")
                .advise("Give it as an argument, with --file FILE, or on standard input with `-`.")
        })
    }

    /// The words, where any were given.
    pub(crate) fn read_optional(&self, context: &Context) -> Result<Option<String>, Failure> {
        context.screen.hint(WARNING);
        let text = match (&self.file, self.text.as_deref()) {
            (Some(path), _) => read_file(path)?,
            (None, Some("-")) => {
                context
                    .screen
                    .hint("Reading from standard input; end with Ctrl-D.");
                read_stdin()?
            }
            (None, Some(text)) => text.to_owned(),
            (None, None) => return Ok(None),
        };
        let text = text.trim();
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}

fn read_file(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))
}

fn read_stdin() -> Result<String, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
    Ok(text)
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
    fn a_title_is_one_line() {
        assert_eq!(titled("Mouth\n care", Some("How?")), "# Mouth care\n\nHow?");
        assert_eq!(titled("Mouth care", None), "# Mouth care");
    }
}
