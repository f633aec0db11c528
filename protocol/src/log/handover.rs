//! A log's change of key (docs/protocol.md §4.1): a statement beside the log, signed by the key it committed to.

use super::lines;
use super::note::{MalformedNote, Note, Unopened};
use super::origin::Origin;
use super::tree::TreeHead;
use super::verifier_key::{BadVerifierKey, VerifierKey};
use crate::id::KeyHash;
use crate::sign::{PublicKey, SecretKey};

const HEADER: &str = "hearth/handover/v1";

/// From this head on, `key` signs the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    /// Which log.
    pub origin: Origin,
    /// The last state for which the key before counts.
    pub head: TreeHead,
    /// The key that signs from here on: the one whose hash the log had committed to.
    pub key: PublicKey,
    /// The commitment to the key after that.
    pub next: KeyHash,
}

/// Why a note is no handover.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedHandover {
    /// No signed note at all.
    #[error(transparent)]
    Note(#[from] MalformedNote),
    /// Not six lines of which the first is `hearth/handover/v1`.
    #[error("a handover has six lines, the first of them {HEADER}")]
    Lines,
    /// One of the lines is not what it should be.
    #[error("line {line} of the handover is malformed")]
    Line {
        /// Which, from 1.
        line: usize,
    },
    /// The fifth line is no verifier key.
    #[error("the new key: {0}")]
    Key(#[from] BadVerifierKey),
    /// The new key is no log key under the name of the origin.
    #[error("the new key is not a log key under the name {origin}")]
    ForeignKey {
        /// The log's origin.
        origin: Origin,
    },
    /// The new key has not signed.
    #[error("the new key has not signed the handover: {0}")]
    Unsigned(#[from] Unopened),
}

impl Handover {
    /// Whether a note's text is meant as a handover. No origin of a log reads so.
    pub fn is_meant(text: &str) -> bool {
        lines::next(text).is_some_and(|(first, _)| first == HEADER)
    }

    /// The six lines.
    pub fn text(&self) -> String {
        let root = lines::base64(self.head.root.as_bytes());
        let next = lines::base64(self.next.as_bytes());
        format!(
            "{HEADER}\n{}\n{}\n{root}\n{}\n{next}\n",
            self.origin,
            self.head.size,
            self.verifier()
        )
    }

    /// The statement signed by the new key. `secret` is that key's secret.
    pub fn sign(&self, secret: &SecretKey) -> Note {
        debug_assert_eq!(secret.public(), self.key, "the new key signs its own handover");
        Note::sign(self.text(), self.origin.key_name().clone(), secret).expect("six lines are a note's text")
    }

    /// Reads a handover that its own new key has signed. Whether the log had committed to that key is for
    /// [`super::KeyChain`] to say.
    pub fn open(bytes: &[u8]) -> Result<Handover, MalformedHandover> {
        Self::open_note(&Note::parse(bytes)?)
    }

    /// [`Handover::open`] of a note already parsed.
    pub fn open_note(note: &Note) -> Result<Handover, MalformedHandover> {
        let handover = Self::parse(note.text())?;
        note.open(&[handover.verifier()])?;
        Ok(handover)
    }

    /// A note of this handover without the lines of others: what is kept and passed on.
    pub(super) fn only_its_own_line(&self, note: &Note) -> Note {
        let key = self.verifier();
        let own = note
            .signatures()
            .iter()
            .find(|line| *line.name() == *key.name() && line.id() == key.id());
        Note::assemble(note.text().to_owned(), own.into_iter().cloned().collect())
    }

    /// The new key under the log's name.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey::log(self.origin.key_name().clone(), self.key)
    }

    fn parse(text: &str) -> Result<Handover, MalformedHandover> {
        let rows: Vec<&str> = text.split('\n').collect();
        let [HEADER, origin, size, root, key, next, ""] = rows.as_slice() else {
            return Err(MalformedHandover::Lines);
        };
        let bad = |line| MalformedHandover::Line { line };
        let origin: Origin = origin.parse().map_err(|_| bad(2))?;
        let size = lines::decimal(size).ok_or(bad(3))?;
        let root = lines::hash(root).ok_or(bad(4))?.into();
        let verifier: VerifierKey = key.parse()?;
        let next = lines::hash(next).ok_or(bad(6))?;
        match verifier.log_key() {
            Some(&key) if verifier.name() == origin.key_name() => {
                let head = TreeHead { size, root };
                Ok(Handover {
                    origin,
                    head,
                    key,
                    next: KeyHash::from_bytes(*next.as_bytes()),
                })
            }
            Some(_) | None => Err(MalformedHandover::ForeignKey { origin }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, log_key};
    use super::*;

    #[test]
    fn goes_both_ways_under_the_new_key() {
        let sample = Sample::new();
        let handover = sample.handover(sample.head(12), 1);
        let note = handover.sign(&log_key(1));
        assert!(Handover::is_meant(note.text()));
        assert!(!Handover::is_meant(sample.checkpoint(12).text()));
        assert_eq!(Handover::open(&note.to_bytes()), Ok(handover));
    }

    #[test]
    fn only_the_new_key_signs_it() {
        let sample = Sample::new();
        let handover = sample.handover(sample.head(12), 1);
        let name = sample.origin.key_name().clone();
        let by_the_old = Note::sign(handover.text(), name, &log_key(0)).unwrap();
        assert_eq!(
            Handover::open_note(&by_the_old),
            Err(MalformedHandover::Unsigned(Unopened::Unknown))
        );
    }

    #[test]
    fn refuses_another_shape() {
        let sample = Sample::new();
        let text = sample.handover(sample.head(12), 1).text();
        let parse = |from: &str, to: &str| Handover::parse(&text.replacen(from, to, 1)).unwrap_err();
        assert_eq!(parse("handover/v1", "handover/v2"), MalformedHandover::Lines);
        assert_eq!(parse("\n12\n", "\n012\n"), MalformedHandover::Line { line: 3 });
        assert_eq!(parse("\n12\n", "\n"), MalformedHandover::Lines);
        assert_eq!(
            parse("elm-house", "elm house"),
            MalformedHandover::Line { line: 2 }
        );
        assert!(matches!(
            parse("elm-house", "oak-house"),
            MalformedHandover::ForeignKey { .. }
        ));
        assert_eq!(
            Handover::parse(&format!("{text}more\n")),
            Err(MalformedHandover::Lines)
        );
        assert_eq!(Handover::parse(text.trim_end()), Err(MalformedHandover::Lines));
        let rows: Vec<&str> = text.lines().collect();
        let truncated = text.replacen(rows[3], "AAAA", 1);
        assert_eq!(
            Handover::parse(&truncated),
            Err(MalformedHandover::Line { line: 4 })
        );
        assert!(matches!(
            Handover::parse(&text.replacen(rows[4], "none", 1)),
            Err(MalformedHandover::Key(_))
        ));
        let witness = VerifierKey::witness(sample.origin.key_name().clone(), log_key(1).public());
        assert!(matches!(
            Handover::parse(&text.replacen(rows[4], &witness.to_string(), 1)),
            Err(MalformedHandover::ForeignKey { .. })
        ));
    }
}
