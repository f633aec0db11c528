//! People's words on a terminal: Markdown as written, imported HTML as plain text. Nothing in them can steer the terminal.

use hearth_node::markup::without_markup;

/// How far people's words are set in where they stand below the program's own lines.
pub(crate) const WORDS: usize = 4;

/// The words of a body as text for a person.
pub(crate) fn plain(bytes: &[u8], media_type: &str) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = if media_type == "text/html" {
        without_markup(&text)
    } else {
        text.into_owned()
    };
    harmless(&text)
}

/// A piece cut out of the words of a body, as one line: a tag that the cut went through is gone, too.
pub(crate) fn excerpt(piece: &str, media_type: &str) -> String {
    let mut piece = piece;
    if media_type == "text/html" {
        let (open, close) = (piece.find('<'), piece.find('>'));
        if let Some(close) = close.filter(|close| open.is_none_or(|open| *close < open)) {
            piece = &piece[close + 1..];
        }
        if let Some(open) = piece.rfind('<').filter(|open| !piece[*open..].contains('>')) {
            piece = &piece[..open];
        }
    }
    let words = plain(piece.as_bytes(), media_type);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first line with words in it, without Markdown's heading signs, for a list.
pub(crate) fn first_line(text: &str, most: usize) -> String {
    let line = text
        .lines()
        .map(|line| line.trim_start_matches('#').trim())
        .find(|line| !line.is_empty());
    let line = line.unwrap_or_default();
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Words set in from where the program's own lines begin, so that no line of theirs passes for one.
pub(crate) fn set_in(text: &str, by: usize) -> String {
    let margin = " ".repeat(by);
    let lines = text
        .lines()
        .map(|line| format!("{margin}{line}").trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

/// Words in one line, where the program's own line goes on.
pub(crate) fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Control characters, but for line breaks and tabs, could move the cursor or set colours, and those that turn the
/// direction of writing could show words in another order than they stand; they are shown, not obeyed.
pub(crate) fn harmless(text: &str) -> String {
    text.chars()
        .filter(|character| *character != '\r')
        .map(|character| match character {
            '\n' | '\t' => character,
            other if other.is_control() || turns(other) => char::REPLACEMENT_CHARACTER,
            other => other,
        })
        .collect()
}

/// Whether a character turns the direction of what follows it: embeddings, overrides and isolates of Unicode.
fn turns(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A whole reply: as [`harmless`], but for the colours that tables have of their own.
pub(crate) fn harmless_but_for_colour(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut shown = harmless(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|character: char| !(character.is_ascii_digit() || character == ';'));
        let is_colour = end.is_some_and(|end| part[end..].starts_with('m'));
        shown.push(if is_colour {
            '\u{1b}'
        } else {
            char::REPLACEMENT_CHARACTER
        });
        shown.push('[');
        shown.push_str(&harmless(part));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_readable_text() {
        let html = "<h1>Why?</h1>\n<p>A &amp;lt; <em>b</em><br/>c &lt; d</p>\n\n<ul><li>one</li><li>two</li></ul><hr>";
        assert_eq!(
            plain(html.as_bytes(), "text/html"),
            "Why?\n\nA &lt; b\nc < d\n\n- one\n- two"
        );
    }

    #[test]
    fn a_piece_of_html_is_text_also_where_a_tag_was_cut() {
        let piece = "ng>Why</strong> do\n<p>nurses &amp; others</p> <a hre";
        assert_eq!(excerpt(piece, "text/html"), "Why do nurses & others");
        assert_eq!(excerpt("a > b\n<c", "text/markdown"), "a > b <c");
    }

    #[test]
    fn words_cannot_steer_the_terminal() {
        assert_eq!(
            plain(b"a\x1b[31mb\r\nc\x07", "text/markdown"),
            "a\u{fffd}[31mb\nc\u{fffd}"
        );
    }

    #[test]
    fn nothing_turns_the_direction_of_writing() {
        assert_eq!(
            harmless("a\u{202e}b\u{2066}c\u{2069}d\u{202a}é\u{5d0}"),
            "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}é\u{5d0}"
        );
    }

    #[test]
    fn words_stand_deeper_than_the_programs_own_lines() {
        assert_eq!(set_in("one\n\ntwo", 4), "    one\n\n    two");
        assert_eq!(in_one_line(" one\n\ttwo "), "one two");
    }

    #[test]
    fn a_reply_keeps_colours_and_nothing_else() {
        assert_eq!(
            harmless_but_for_colour("\u{1b}[1mid\u{1b}[0m a\u{1b}[2Jb\u{1b}]0;c\u{7}d\u{1b}[31"),
            "\u{1b}[1mid\u{1b}[0m a\u{fffd}[2Jb\u{fffd}]0;c\u{fffd}d\u{fffd}[31"
        );
    }

    #[test]
    fn a_list_shows_the_first_line() {
        assert_eq!(first_line("\n\n# Mouth care\n\nwords", 20), "Mouth care");
        assert_eq!(first_line("abcdefgh", 5), "abcd…");
    }
}
