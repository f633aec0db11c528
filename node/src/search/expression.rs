//! What is looked for: words that must all occur, the last of them perhaps begun only, and phrases in quotation marks.

use super::words::words_of;

/// Most words at once, those of phrases among them.
const MOST: usize = 50;
/// What opens or closes a phrase.
const QUOTES: [char; 6] = ['"', '“', '”', '„', '«', '»'];

/// What is looked for, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    pub(super) clauses: Vec<Clause>,
}

/// Words that stand together in this order; mostly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    /// Each with its place within the clause.
    pub(super) words: Vec<(usize, String)>,
    /// The last may go on.
    pub(super) begun: bool,
}

/// Text that cannot be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadExpression {
    /// There is no word in it.
    #[error("there is no word to look for: a word has letters or digits")]
    Empty,
    /// A phrase does not end.
    #[error("the quotation mark before `{0}` is not closed: a phrase is written \"like this\"")]
    Unclosed(String),
    /// Too much at once.
    #[error("that is more than {MOST} words: look for fewer")]
    TooMany,
}

impl Expression {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// [`BadExpression`].
    pub fn parse(text: &str) -> Result<Expression, BadExpression> {
        let parts: Vec<&str> = text.split(QUOTES).collect();
        if parts.len().is_multiple_of(2) {
            let open = parts.last().copied().unwrap_or_default().trim();
            return Err(BadExpression::Unclosed(open.to_owned()));
        }
        let mut clauses = Vec::new();
        for (number, part) in parts.iter().enumerate() {
            if number % 2 == 1 {
                clauses.extend(Clause::of(part));
                continue;
            }
            let mut pieces = part.split_whitespace().peekable();
            while let Some(piece) = pieces.next() {
                let last = number + 1 == parts.len() && pieces.peek().is_none();
                clauses.extend(Clause::of(piece).map(|clause| Clause {
                    begun: last,
                    ..clause
                }));
            }
        }
        match clauses.iter().map(|clause: &Clause| clause.words.len()).sum() {
            0 => Err(BadExpression::Empty),
            1..=MOST => Ok(Expression { clauses }),
            _ => Err(BadExpression::TooMany),
        }
    }
}

impl Clause {
    /// The words of one piece: `night-shift` is two that stand together.
    fn of(piece: &str) -> Option<Clause> {
        let words: Vec<_> = words_of(piece)
            .into_iter()
            .map(|word| (word.position, word.folded))
            .collect();
        (!words.is_empty()).then_some(Clause { words, begun: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clauses(text: &str) -> Vec<(Vec<String>, bool)> {
        let clauses = Expression::parse(text).unwrap().clauses;
        clauses
            .into_iter()
            .map(|clause| {
                (
                    clause.words.into_iter().map(|(_, word)| word).collect(),
                    clause.begun,
                )
            })
            .collect()
    }

    fn whole(words: &[&str]) -> (Vec<String>, bool) {
        (words.iter().map(|word| (*word).to_owned()).collect(), false)
    }

    fn begun(words: &[&str]) -> (Vec<String>, bool) {
        (whole(words).0, true)
    }

    #[test]
    fn the_last_word_may_go_on_and_a_phrase_may_not() {
        assert_eq!(clauses("Foam swa"), [whole(&["foam"]), begun(&["swa"])]);
        assert_eq!(
            clauses("\"foam swabs\" Élè"),
            [whole(&["foam", "swabs"]), begun(&["ele"])]
        );
        assert_eq!(
            clauses("oral «mouth care»"),
            [whole(&["oral"]), whole(&["mouth", "care"])]
        );
        assert_eq!(clauses("night-shift"), [begun(&["night", "shift"])]);
        assert_eq!(clauses("why ?"), [whole(&["why"])]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let refused = |text: &str| Expression::parse(text).unwrap_err();
        assert_eq!(refused(" -- \"\" ?"), BadExpression::Empty);
        assert_eq!(
            refused("oral \"mouth care"),
            BadExpression::Unclosed("mouth care".to_owned())
        );
        assert_eq!(refused(&"a ".repeat(MOST + 1)), BadExpression::TooMany);
        let phrase = format!("\"{}\"", "a ".repeat(MOST + 1));
        assert_eq!(refused(&phrase), BadExpression::TooMany);
    }
}
