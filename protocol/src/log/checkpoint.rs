//! A log's statement of its size and root (C2SP tlog-checkpoint).

use super::lines;
use super::note::Note;
use super::origin::Origin;
use super::tree::TreeHead;
use crate::sign::SecretKey;

/// Size and root of one log, as a checkpoint's text states them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: Origin,
    /// Its state.
    pub head: TreeHead,
}

/// Why a note's text is no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedCheckpoint {
    /// Fewer than three lines, each ended by a newline.
    #[error("a checkpoint has three lines: origin, size and root")]
    Lines,
    /// The origin is empty or could not name a key, so it is no log that anyone here knows.
    #[error("the origin names no log")]
    Origin,
    /// The size is no decimal without leading zeroes below 2⁶⁴.
    #[error("the size is not a decimal number")]
    Size,
    /// The root is not the base64 of 32 bytes.
    #[error("the root is not the base64 of 32 bytes")]
    Root,
    /// Lines after the third: not ours, since nobody can audit them.
    #[error("the checkpoint has extension lines")]
    Extended,
    /// An extension line is empty.
    #[error("the checkpoint has an empty line")]
    EmptyLine,
}

impl Checkpoint {
    /// The three lines: origin, size, base64(root).
    pub fn text(&self) -> String {
        format!(
            "{}\n{}\n{}\n",
            self.origin,
            self.head.size,
            lines::base64(self.head.root.as_bytes())
        )
    }

    /// The checkpoint signed by its log. The caller has made durable that this head will be signed.
    pub fn sign(&self, key: &SecretKey) -> Note {
        Note::sign(self.text(), self.origin.key_name().clone(), key).expect("three lines are a note's text")
    }

    /// Reads a text of exactly three lines, as every log of ours writes.
    pub fn parse(text: &str) -> Result<Checkpoint, MalformedCheckpoint> {
        let (checkpoint, extensions) = Self::read(text)?;
        if extensions.is_empty() {
            Ok(checkpoint)
        } else {
            Err(MalformedCheckpoint::Extended)
        }
    }

    /// Reads a text that may go on with extension lines, as those of other logs do; gives those as they are.
    pub fn read(text: &str) -> Result<(Checkpoint, &str), MalformedCheckpoint> {
        let (origin, rest) = lines::next(text).ok_or(MalformedCheckpoint::Lines)?;
        let (size, rest) = lines::next(rest).ok_or(MalformedCheckpoint::Lines)?;
        let (root, extensions) = lines::next(rest).ok_or(MalformedCheckpoint::Lines)?;
        let origin = origin.parse().map_err(|_| MalformedCheckpoint::Origin)?;
        let size = lines::decimal(size).ok_or(MalformedCheckpoint::Size)?;
        let root = lines::hash(root).ok_or(MalformedCheckpoint::Root)?.into();
        if extensions.starts_with('\n') || extensions.contains("\n\n") {
            return Err(MalformedCheckpoint::EmptyLine);
        }
        Ok((
            Checkpoint {
                origin,
                head: TreeHead { size, root },
            },
            extensions,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::verifier_key::VerifierKey;
    use super::*;
    use crate::sign::PublicKey;

    const SOFA: &str =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    #[test]
    fn reads_and_writes_the_published_example() {
        let checkpoint = Checkpoint::parse(SOFA).unwrap();
        assert_eq!(checkpoint.origin.as_str(), "example.com/behind-the-sofa");
        assert_eq!(checkpoint.head.size, 20_852_163);
        assert_eq!(checkpoint.text(), SOFA);
    }

    /// The second request of litewitness's own tests: a log of sigsum.
    #[test]
    fn verifies_a_checkpoint_of_another_implementation() {
        let origin = "sigsum.org/v1/tree/4d6d8825a6bb689d459628312889dfbb0bcd41b5211d9e1ce768b0ff0309e562";
        let mut key = [0; 32];
        hex::decode_to_slice(
            "ffdc2d4d98e4124d3feaf788c0c2f9abfd796083d1f0495437f302ec79cf100f",
            &mut key,
        )
        .unwrap();
        let key = VerifierKey::log(origin.parse().unwrap(), PublicKey::from_bytes(&key).unwrap());
        let line =
            "UgIomw/EOJmWi0i1FQsOj+etB7F8IccFam/jgd6wzRns4QPVmyEZtdvl1U2KEmLOZ/ASRcWJi0tW90dJWAShei7sDww=";
        let text = format!("{origin}\n5\nQrtXrQZCCvpIgsSmOsah7HdICzMLLyDfxToMql9WTjY=\n");
        let note = Note::parse(format!("{text}\n— {origin} {line}\n").as_bytes()).unwrap();
        assert_eq!(note.open(&[key]).unwrap().len(), 1);
        assert_eq!(Checkpoint::parse(note.text()).unwrap().head.size, 5);
    }

    #[test]
    fn ours_have_three_lines_and_others_may_have_more() {
        let extended = format!("{SOFA}extension 1\nextension 2\n");
        assert_eq!(Checkpoint::parse(&extended), Err(MalformedCheckpoint::Extended));
        let (checkpoint, extensions) = Checkpoint::read(&extended).unwrap();
        assert_eq!(
            (checkpoint.text().as_str(), extensions),
            (SOFA, "extension 1\nextension 2\n")
        );
    }

    #[test]
    fn refuses_what_is_no_checkpoint() {
        use MalformedCheckpoint::{EmptyLine, Lines, Origin, Root, Size};
        let with = |from: &str, to: &str| Checkpoint::read(&SOFA.replacen(from, to, 1)).unwrap_err();
        assert_eq!(with("example.com/behind-the-sofa", ""), Origin);
        assert_eq!(with("behind-", "behind "), Origin);
        assert_eq!(with("behind-", "behind+"), Origin);
        for size in [
            "",
            "020852163",
            "+20852163",
            "-1",
            "2085216e",
            "18446744073709551616",
        ] {
            assert_eq!(with("20852163", size), Size, "{size}");
        }
        assert_eq!(with("q2I=", "q2I"), Root);
        assert_eq!(with("q2I=", "q2J="), Root);
        assert_eq!(with("CsUYapGG", ""), Root);
        assert_eq!(with("q2I=\n", "q2I="), Lines);
        assert_eq!(with("q2I=\n", "q2I=\n\n"), EmptyLine);
        assert_eq!(with("q2I=\n", "q2I=\nmore\n\nmore\n"), EmptyLine);
        assert_eq!(Checkpoint::read("").unwrap_err(), Lines);
    }
}
