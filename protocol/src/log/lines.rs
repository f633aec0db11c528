//! The grammar that C2SP's text formats share: base64 (RFC 4648 §4, padded, canonical), hashes one to a line, and
//! decimals without leading zeroes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::id::Hash;

pub(super) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(super) fn hash(line: &str) -> Option<Hash> {
    from_base64(line)?.try_into().ok().map(Hash::from_bytes)
}

/// A u64 in ASCII decimal with no sign and no leading zeroes.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical = text == "0" || text.starts_with(|first: char| ('1'..='9').contains(&first));
    if canonical && text.bytes().all(|digit| digit.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

/// The text before the next newline and the text after it; `None` where no newline is left.
pub(super) fn next(text: &str) -> Option<(&str, &str)> {
    text.split_once('\n')
}

/// At most `most` hashes, one to a line, up to an empty line; and the text after that line.
pub(super) fn hashes_to_blank(text: &str, most: usize) -> Option<(Vec<Hash>, &str)> {
    let mut hashes = Vec::new();
    let mut rest = text;
    loop {
        let (line, tail) = next(rest)?;
        rest = tail;
        match line {
            "" => return Some((hashes, rest)),
            _ if hashes.len() == most => return None,
            _ => hashes.push(hash(line)?),
        }
    }
}

/// Hashes one to a line.
pub(super) fn of_hashes(hashes: &[Hash]) -> String {
    hashes.iter().map(|hash| base64(hash.as_bytes()) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_have_one_spelling() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for other in [
            "",
            "00",
            "01",
            "+1",
            "-1",
            " 1",
            "1 ",
            "1_0",
            "18446744073709551616",
            "١",
        ] {
            assert_eq!(decimal(other), None, "{other:?}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(from_base64("AAE="), Some(vec![0, 1]));
        for other in ["AAE", "AAF=", "AA E=", "AAE=\n", "AA-_"] {
            assert_eq!(from_base64(other), None, "{other:?}");
        }
        assert_eq!(hash("AAE="), None);
    }
}
