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

    /// Reads a text that may go on with extension lines, as a witness has to; gives those as they are.
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
