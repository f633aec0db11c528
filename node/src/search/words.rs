//! How a text becomes words: runs of letters and digits, in small letters and without accents, whatever the language. Where
//! a script sets no spaces between words, each character is a word.

use std::ops::RangeInclusive;

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RemoveLongFilter, TextAnalyzer, Token, TokenStream, Tokenizer,
};

/// Words of more bytes are not looked for: nobody types them.
const LONGEST: usize = 256;

/// Accents that follow their letter, and marks that only say where a word may be broken: no part of a word as it is found.
const PASSED_OVER: [RangeInclusive<char>; 3] = [
    '\u{300}'..='\u{36f}',
    '\u{ad}'..='\u{ad}',
    '\u{200b}'..='\u{200d}',
];
/// Thai, Lao, kana and Chinese characters.
const WITHOUT_SPACES: [RangeInclusive<char>; 5] = [
    '\u{e00}'..='\u{eff}',
    '\u{3040}'..='\u{30ff}',
    '\u{3400}'..='\u{9fff}',
    '\u{f900}'..='\u{faff}',
    '\u{20000}'..='\u{323af}',
];

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// Byte at which it begins.
    pub(super) from: usize,
    /// Byte behind it.
    pub(super) to: usize,
    /// Which word of the text it is.
    pub(super) position: usize,
    /// As it is looked up.
    pub(super) folded: String,
}

/// What makes words of a text, for the index and for everybody else alike.
pub(super) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(Splitter::default())
        .filter(RemoveLongFilter::limit(LONGEST))
        // Before the small letters: what becomes of a foreign capital is then always in them.
        .filter(AsciiFoldingFilter)
        .filter(LowerCaser)
        .build()
}

/// The words of a text, in order.
pub(super) fn words_of(text: &str) -> Vec<Word> {
    let (mut analyzer, mut words) = (analyzer(), Vec::new());
    analyzer.token_stream(text).process(&mut |token| {
        words.push(Word {
            from: token.offset_from,
            to: token.offset_to,
            position: token.position,
            folded: token.text.clone(),
        });
    });
    words
}

#[derive(Clone, Default)]
struct Splitter {
    token: Token,
}

struct Pieces<'a> {
    text: &'a str,
    /// Byte up to which it has been read.
    at: usize,
    token: &'a mut Token,
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Pieces<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Pieces<'a> {
        self.token.reset();
        Pieces {
            text,
            at: 0,
            token: &mut self.token,
        }
    }
}

impl TokenStream for Pieces<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        self.token.position = self.token.position.wrapping_add(1);
        let Some(ahead) = self.text[self.at..].find(char::is_alphanumeric) else {
            self.at = self.text.len();
            return false;
        };
        let start = self.at + ahead;
        let mut end = start;
        for character in self.text[start..].chars() {
            let alone = is_in(character, &WITHOUT_SPACES);
            if is_in(character, &PASSED_OVER) {
                end += character.len_utf8();
                continue;
            }
            if !character.is_alphanumeric() || (alone && end > start) {
                break;
            }
            self.token.text.push(character);
            end += character.len_utf8();
            if alone {
                break;
            }
        }
        (self.at, self.token.offset_from, self.token.offset_to) = (end, start, end);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

fn is_in(character: char, ranges: &[RangeInclusive<char>]) -> bool {
    ranges.iter().any(|range| range.contains(&character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> Vec<String> {
        words_of(text).into_iter().map(|word| word.folded).collect()
    }

    #[test]
    fn letters_are_small_and_without_accents_in_every_spelling() {
        assert_eq!(
            folded("L'Équipe n'est-elle pas «ÉLÈVE»?"),
            ["l", "equipe", "n", "est", "elle", "pas", "eleve"]
        );
        assert_eq!(folded("e\u{301}quipe co\u{ad}operate"), ["equipe", "cooperate"]);
        assert_eq!(
            folded("Straße ŁÓDŹ İzmir Œuvre"),
            ["strasse", "lodz", "izmir", "oeuvre"]
        );
        assert_eq!(folded("Привет МИР 24h"), ["привет", "мир", "24h"]);
        assert!(folded("?! — …").is_empty());
    }

    #[test]
    fn a_script_without_spaces_is_found_by_its_characters() {
        assert_eq!(folded("口腔ケアpad"), ["口", "腔", "ケ", "ア", "pad"]);
    }

    #[test]
    fn a_word_says_where_it_stands() {
        let text = "é, ça!";
        let words = words_of(text);
        assert_eq!(&text[words[1].from..words[1].to], "ça");
        assert_eq!(words[1].position, 1);
        assert!(words_of(&"x".repeat(LONGEST + 1)).is_empty());
    }
}
