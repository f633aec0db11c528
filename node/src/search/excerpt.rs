//! The place of a text where what was looked for stands, with its words marked.

use std::collections::BTreeSet;

use super::expression::{Clause, Expression};
use super::words::{Word, words_of};

/// Bytes of the text between the first and the last word shown.
const AROUND: usize = 160;
/// Places looked at in one text: of a text that says little else, the first will do.
const PLACES: usize = 500;
/// Bytes shown before the first.
const BEFORE: usize = 40;

/// One line of text with marks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Passage {
    /// The line.
    pub text: String,
    /// Where marked words begin and end, in characters, ascending.
    pub marks: Vec<(usize, usize)>,
}

/// Words that a clause has found.
struct Found {
    from: usize,
    to: usize,
    clause: usize,
}

impl Expression {
    /// A whole line, marked.
    pub fn mark(&self, line: &str) -> Passage {
        passage(line, 0, line.len(), &self.find_in(line))
    }

    /// The piece of a text with the most of what was looked for; none where nothing of it stands there.
    pub fn excerpt(&self, text: &str) -> Option<Passage> {
        let found = self.find_in(text);
        let first = best(&found)?;
        let from = word_start(text, found[first].from.saturating_sub(BEFORE));
        let to = word_end(
            text,
            found[first].from + AROUND.max(found[first].to - found[first].from),
        );
        Some(passage(text, from, to, &found))
    }

    /// Where each clause stands, ascending.
    fn find_in(&self, text: &str) -> Vec<Found> {
        let words = words_of(text);
        let places = (0..words.len()).flat_map(|start| {
            let clauses = self.clauses.iter().enumerate();
            let words = &words[start..];
            clauses.filter_map(move |(number, clause)| {
                clause.last_of(words).map(|last| Found {
                    from: words[0].from,
                    to: last.to,
                    clause: number,
                })
            })
        });
        let mut found: Vec<Found> = places.take(PLACES).collect();
        found.sort_by_key(|found| (found.from, found.to));
        found
    }
}

impl Clause {
    /// The last of its words, where they begin these.
    fn last_of<'a>(&self, words: &'a [Word]) -> Option<&'a Word> {
        let (first, origin) = (words.first()?.position, self.words.first()?.0);
        let mut last = None;
        for (number, (place, wanted)) in self.words.iter().enumerate() {
            let word = words.get(number)?;
            let may_go_on = self.begun && number + 1 == self.words.len();
            let fits = word.folded == *wanted || (may_go_on && word.folded.starts_with(wanted.as_str()));
            if !fits || word.position - first != place - origin {
                return None;
            }
            last = Some(word);
        }
        last
    }
}

/// Where to begin, so that the most clauses are in view.
fn best(found: &[Found]) -> Option<usize> {
    let in_view = |first: usize| {
        let within = found[first..]
            .iter()
            .take_while(|other| other.to <= found[first].from + AROUND);
        within.map(|other| other.clause).collect::<BTreeSet<_>>().len()
    };
    // Of equals the first.
    (0..found.len()).max_by_key(|&first| (in_view(first), std::cmp::Reverse(first)))
}

/// The beginning of the word in which a byte lies.
fn word_start(text: &str, byte: usize) -> usize {
    if byte == 0 {
        return 0;
    }
    let byte = text.floor_char_boundary(byte);
    let space = text[byte..].find(char::is_whitespace);
    // A word too long to be passed over is cut.
    space
        .filter(|space| *space < BEFORE)
        .map_or(byte, |space| byte + space)
}

/// The end of the last whole word before a byte.
fn word_end(text: &str, byte: usize) -> usize {
    if byte >= text.len() {
        return text.len();
    }
    let byte = text.ceil_char_boundary(byte);
    let space = text[byte..].find(char::is_whitespace);
    space
        .filter(|space| *space < BEFORE)
        .map_or(byte, |space| byte + space)
}

/// A piece of a text as one line, each run of blanks one space.
fn passage(text: &str, from: usize, to: usize, found: &[Found]) -> Passage {
    let mut line = Line::default();
    if !text[..from].trim().is_empty() {
        line.push('…');
    }
    let mut marked = found
        .iter()
        .filter(|found| found.from >= from && found.to <= to)
        .peekable();
    let mut open: Option<usize> = None;
    for (byte, character) in text[from..to].char_indices().map(|(byte, c)| (from + byte, c)) {
        if open.is_some_and(|end| byte >= end) {
            (open, _) = (None, line.close());
        }
        while let Some(found) = marked.next_if(|found| found.from == byte) {
            if open.is_none() {
                line.open();
            }
            open = Some(open.unwrap_or(0).max(found.to));
        }
        line.push(character);
    }
    if open.is_some() {
        line.close();
    }
    if !text[to..].trim().is_empty() {
        line.push('…');
    }
    line.finish()
}

/// A line being written.
#[derive(Default)]
struct Line {
    passage: Passage,
    characters: usize,
    /// A blank is due before the next character.
    blank: bool,
    opened: Option<usize>,
}

impl Line {
    fn push(&mut self, character: char) {
        if character.is_whitespace() {
            self.blank = self.characters > 0;
            return;
        }
        self.settle();
        self.passage.text.push(character);
        self.characters += 1;
    }

    /// Writes the blank that is due.
    fn settle(&mut self) {
        if std::mem::take(&mut self.blank) {
            self.passage.text.push(' ');
            self.characters += 1;
        }
    }

    fn open(&mut self) {
        self.settle();
        self.opened = Some(self.characters);
    }

    fn close(&mut self) {
        if let Some(start) = self.opened.take() {
            self.passage.marks.push((start, self.characters));
        }
    }

    fn finish(self) -> Passage {
        self.passage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looking_for(text: &str) -> Expression {
        Expression::parse(text).unwrap()
    }

    /// The text with its marks in brackets.
    fn shown(passage: &Passage) -> String {
        let mut shown = String::new();
        for (at, character) in passage.text.chars().enumerate() {
            for (from, to) in &passage.marks {
                if *to == at {
                    shown.push(']');
                }
                if *from == at {
                    shown.push('[');
                }
            }
            shown.push(character);
        }
        if passage
            .marks
            .iter()
            .any(|(_, to)| *to == passage.text.chars().count())
        {
            shown.push(']');
        }
        shown
    }

    #[test]
    fn what_was_found_is_marked_whatever_its_accents() {
        let line = looking_for("soin elev").mark("L'élève, des\n soins  et le SOIN élevé");
        assert_eq!(shown(&line), "L'[élève], des soins et le [SOIN] [élevé]");
        let phrase = looking_for("\"mouth care\" oral").mark("Mouth-care; care of the mouth; oral: orally");
        assert_eq!(
            shown(&phrase),
            "[Mouth-care]; care of the mouth; [oral]: [orally]"
        );
    }

    #[test]
    fn the_excerpt_is_where_the_most_stands() {
        let text = format!(
            "swab {}a foam\nswab here {}",
            "filler ".repeat(60),
            "more ".repeat(60)
        );
        let excerpt = looking_for("foam swab").excerpt(&text).unwrap();
        let shown = shown(&excerpt);
        assert!(
            shown.contains("a [foam] [swab] here") && shown.starts_with('…') && shown.ends_with('…'),
            "{shown}"
        );
        assert!(excerpt.text.chars().count() < 300, "{shown}");
        assert_eq!(looking_for("nothing").excerpt(&text), None);
    }

    #[test]
    fn a_text_of_long_words_is_cut_between_characters() {
        let text = format!("{}é soin {}", "é".repeat(500), "ü".repeat(500));
        let excerpt = looking_for("soin").excerpt(&text).unwrap();
        assert!(shown(&excerpt).contains("[soin]"), "{excerpt:?}");
        let first = looking_for("eeee").excerpt(&"é".repeat(100));
        assert!(first.is_some());
    }

    #[test]
    fn overlapping_words_are_one_mark() {
        let line = looking_for("\"a b\" \"b c\" c").mark("a b c");
        assert_eq!(shown(&line), "[a b c]");
    }
}
