//! What of an entry is searched, as text.

use super::excerpt::Passage;
use super::expression::Expression;
use crate::markup::without_markup;

/// Of a body, so many bytes are searched.
pub const SEARCHED: usize = 1 << 20;

/// Kinds, or the beginnings of families, whose bodies are not for searching: they name people, or say why something about
/// people or about their words was done.
const NOT_SEARCHED: [&str; 9] = [
    "member.",
    "key.",
    "consent.",
    "profile.",
    "introduction.",
    "mentoring.",
    "erasure.",
    "content.reported",
    "content.hidden",
];

/// The words of a body, without markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The heading it begins with.
    pub title: Option<String>,
    /// Everything behind that.
    pub rest: String,
}

/// Whether the bodies of a kind are searched.
pub fn is_searched(kind: &str) -> bool {
    !NOT_SEARCHED.iter().any(|beginning| kind.starts_with(beginning))
}

impl Text {
    /// The text of a body of a media type.
    pub fn of(words: &str, media_type: &str) -> Text {
        let is_html = media_type == "text/html";
        let plain = if is_html {
            without_markup(words)
        } else {
            words.to_owned()
        };
        let plain = plain.trim_start();
        let (first, rest) = plain.split_once('\n').unwrap_or((plain, ""));
        let title = if is_html {
            words.trim_start().starts_with("<h1>").then_some(first)
        } else {
            first.strip_prefix("# ")
        };
        match title {
            Some(title) => Text {
                title: Some(title.trim().to_owned()),
                rest: rest.to_owned(),
            },
            None => Text {
                title: None,
                rest: plain.to_owned(),
            },
        }
    }

    /// Its title, and the place behind it where the most of what was looked for stands, marked.
    pub fn shown(&self, expression: &Expression) -> (Option<Passage>, Option<Passage>) {
        let title = self.title.as_deref().map(|title| expression.mark(title));
        (title, expression.excerpt(&self.rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_the_title_in_either_markup() {
        let of = |words, media_type| {
            let text = Text::of(words, media_type);
            (text.title, text.rest)
        };
        let titled = |title: &str, rest: &str| (Some(title.to_owned()), rest.to_owned());
        assert_eq!(of("# Why?\n\nSo.", "text/markdown"), titled("Why?", "\nSo."));
        assert_eq!(
            of("<h1>Why <b>so</b>?</h1>\n<p>a &lt; b</p>", "text/html"),
            titled("Why so?", "\na < b")
        );
        assert_eq!(of("No # title", "text/plain"), (None, "No # title".to_owned()));
    }

    #[test]
    fn bodies_that_name_people_are_not_searched() {
        assert!(is_searched("query.asked") && is_searched("story.told"));
        assert!(!is_searched("member.admitted") && !is_searched("key.revoked"));
        assert!(!is_searched("profile.written") && is_searched("content.corrected"));
    }
}
