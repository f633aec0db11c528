//! What a witness decides about a checkpoint put before it (C2SP tlog-witness, add-checkpoint). Pure: the caller
//! brings what is persisted, and gets a cosignature only after it has persisted the new state.

use std::fmt;

use super::checkpoint::{Checkpoint, MalformedCheckpoint};
use super::cosignature::Cosigner;
use super::key_chain::KeyChain;
use super::lines;
use super::note::{MalformedNote, Note, NoteSignature, Unopened};
use super::origin::Origin;
use super::proof::{self, BadProof};
use super::tree::TreeHead;
use crate::id::Hash;
use crate::limits;
use crate::time::Timestamp;

const TEXT: &str = "text/plain; charset=utf-8";
const SIZE: &str = "text/x.tlog.size";

/// The body of an add-checkpoint request, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    old: u64,
    proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
    /// The text goes on with extension lines.
    is_extended: bool,
}

/// What a witness knows of the log a request is about.
#[derive(Clone, Copy, Debug)]
pub struct Watched<'a> {
    /// The keys it trusts for the log.
    pub chain: &'a KeyChain,
    /// The head it cosigned last; [`TreeHead::empty`] where it never did.
    pub latest: TreeHead,
}

/// A checkpoint fit to be cosigned. There is no way to the cosignature but through [`Acceptance::persist`].
#[derive(Debug)]
#[must_use = "nothing is cosigned before it is persisted"]
pub struct Acceptance {
    latest: TreeHead,
    checkpoint: Checkpoint,
    note: Note,
}

/// A checkpoint recorded as the latest of its log, and now to be cosigned.
#[derive(Debug)]
#[must_use = "the log waits for its cosignature"]
pub struct Persisted {
    text: String,
}

/// Why a witness does not cosign; each has its HTTP status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400: the body is not `old N`, at most 63 hashes, an empty line and a note.
    #[error(
        "the body is not an old size, a proof of at most {} lines and a checkpoint",
        limits::WITNESS_PROOF
    )]
    Body,
    /// 400: the checkpoint is no note.
    #[error(transparent)]
    Note(#[from] MalformedNote),
    /// 400: the note is no checkpoint.
    #[error(transparent)]
    Text(#[from] MalformedCheckpoint),
    /// 400: the old size is larger than the checkpoint's.
    #[error("the old size {old} is larger than the checkpoint's, {size}")]
    OldBeyondNew {
        /// The old size.
        old: u64,
        /// The checkpoint's size.
        size: u64,
    },
    /// 403: no key trusted for the origin at that size has signed, or a line of one does not hold.
    #[error(transparent)]
    Unsigned(#[from] Unopened),
    /// 404: a log this witness does not know.
    #[error("the origin is not known here")]
    UnknownOrigin,
    /// 409: the old size is not that of the checkpoint cosigned last, which is the body.
    #[error("the size cosigned last is {latest}")]
    Conflict {
        /// The size cosigned last.
        latest: u64,
    },
    /// 422: the text goes on after its third line, and no log of ours says more than that.
    #[error("the checkpoint has extension lines, and the logs known here write none")]
    Extended,
    /// 422: the checkpoint does not continue the one cosigned last, or the proof does not show it. At equal sizes the
    /// log has forked.
    #[error("the checkpoint does not continue the one cosigned last: {source}")]
    Inconsistent {
        /// The head cosigned last.
        latest: TreeHead,
        /// The head put before the witness.
        offered: TreeHead,
        /// What is wrong with the proof.
        source: BadProof,
    },
}

/// An answer to add-checkpoint, over HTTP or any other way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// HTTP `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// What a log makes of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 200: cosignatures, still to be verified.
    Cosigned(Vec<NoteSignature>),
    /// 409: the size the witness cosigned last.
    Knows(u64),
    /// Another status, or a body that does not fit its status.
    Refused {
        /// HTTP status.
        status: u16,
        /// The beginning of the body, at most 200 characters.
        reason: String,
    },
}

impl AddCheckpoint {
    /// A request to cosign `note`, for a witness that cosigned size `old` last. `None` if the note is no checkpoint.
    pub fn new(old: u64, proof: Vec<Hash>, note: Note) -> Option<AddCheckpoint> {
        let (checkpoint, extensions) = Checkpoint::read(note.text()).ok()?;
        let is_extended = !extensions.is_empty();
        Some(AddCheckpoint {
            old,
            proof,
            note,
            checkpoint,
            is_extended,
        })
    }

    /// Reads a body.
    pub fn parse(body: &[u8]) -> Result<AddCheckpoint, Refusal> {
        let text = std::str::from_utf8(body).map_err(|_| Refusal::Body)?;
        let (line, rest) = lines::next(text).ok_or(Refusal::Body)?;
        let old = line
            .strip_prefix("old ")
            .and_then(lines::decimal)
            .ok_or(Refusal::Body)?;
        let (proof, note) = lines::hashes_to_blank(rest, limits::WITNESS_PROOF).ok_or(Refusal::Body)?;
        let note = Note::parse(note.as_bytes())?;
        match Checkpoint::read(note.text()) {
            Ok((checkpoint, extensions)) => Ok(AddCheckpoint {
                old,
                proof,
                is_extended: !extensions.is_empty(),
                note,
                checkpoint,
            }),
            Err(MalformedCheckpoint::Origin) if !note.text().starts_with('\n') => Err(Refusal::UnknownOrigin),
            Err(malformed) => Err(malformed.into()),
        }
    }

    /// The log to look up.
    pub fn origin(&self) -> &Origin {
        &self.checkpoint.origin
    }

    /// The checkpoint as it came.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The body of the request.
    pub fn to_bytes(&self) -> Vec<u8> {
        format!(
            "old {}\n{}\n{}",
            self.old,
            lines::of_hashes(&self.proof),
            self.note
        )
        .into_bytes()
    }

    /// Judges the request by what is known of its log, in the order of C2SP: 404, 403, 400, 409, 422.
    pub fn decide(self, watched: Option<Watched<'_>>) -> Result<Acceptance, Refusal> {
        let Watched { chain, latest } = watched
            .filter(|watched| watched.chain.origin() == self.origin())
            .ok_or(Refusal::UnknownOrigin)?;
        let offered = self.checkpoint.head;
        self.note.open(&chain.verifiers(offered.size))?;
        if self.old > offered.size {
            return Err(Refusal::OldBeyondNew {
                old: self.old,
                size: offered.size,
            });
        }
        if self.old != latest.size {
            return Err(Refusal::Conflict { latest: latest.size });
        }
        if self.is_extended {
            return Err(Refusal::Extended);
        }
        proof::verify_consistency(&latest, &offered, &self.proof).map_err(|source| {
            Refusal::Inconsistent {
                latest,
                offered,
                source,
            }
        })?;
        Ok(Acceptance {
            latest,
            checkpoint: self.checkpoint,
            note: self.note,
        })
    }
}

impl Acceptance {
    /// The log.
    pub fn origin(&self) -> &Origin {
        &self.checkpoint.origin
    }

    /// The head the decision was made against. The write must fail if it is no longer the latest.
    pub fn latest(&self) -> TreeHead {
        self.latest
    }

    /// The head to record as the latest.
    pub fn head(&self) -> TreeHead {
        self.checkpoint.head
    }

    /// The checkpoint as it came.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Lets `write` make the new head durable, atomically with a check that [`Acceptance::latest`] still is the
    /// latest. Only its success gives what can be cosigned.
    pub fn persist<E>(self, write: impl FnOnce(&Acceptance) -> Result<(), E>) -> Result<Persisted, E> {
        write(&self)?;
        Ok(Persisted {
            text: self.note.text().to_owned(),
        })
    }
}

impl Persisted {
    /// Cosigns, as of `now` cut to seconds.
    pub fn cosign(self, witness: &Cosigner, now: Timestamp) -> NoteSignature {
        let seconds = (now.as_millis() / 1000).max(1);
        witness.cosign(&self.text, seconds)
    }
}

impl Refusal {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Body | Refusal::Note(_) | Refusal::Text(_) | Refusal::OldBeyondNew { .. } => 400,
            Refusal::Unsigned(_) => 403,
            Refusal::UnknownOrigin => 404,
            Refusal::Conflict { .. } => 409,
            Refusal::Extended | Refusal::Inconsistent { .. } => 422,
        }
    }

    /// Whether the log has signed two roots for the size cosigned last. (A proof that does not hold, or one where none
    /// is due, says nothing against the log: anybody can send it along with the log's own checkpoint.)
    pub fn is_fork(&self) -> bool {
        matches!(self, Refusal::Inconsistent { latest, offered, .. }
            if latest.size == offered.size && latest.root != offered.root)
    }
}

impl From<NoteSignature> for Reply {
    fn from(line: NoteSignature) -> Reply {
        Reply {
            status: 200,
            content_type: TEXT,
            body: line.to_string(),
        }
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Reply {
        let (content_type, body) = if let Refusal::Conflict { latest } = refusal {
            (SIZE, format!("{latest}\n"))
        } else {
            (TEXT, format!("{refusal}\n"))
        };
        Reply {
            status: refusal.status(),
            content_type,
            body,
        }
    }
}

impl Answer {
    /// Reads a witness's answer.
    pub fn parse(status: u16, body: &[u8]) -> Answer {
        let text = String::from_utf8_lossy(body);
        let refused = || Answer::Refused {
            status,
            reason: text.chars().take(200).collect(),
        };
        match status {
            200 => NoteSignature::parse_lines(&text)
                .ok()
                .filter(|lines| !lines.is_empty())
                .map_or_else(refused, Answer::Cosigned),
            409 => text
                .strip_suffix('\n')
                .and_then(lines::decimal)
                .map_or_else(refused, Answer::Knows),
            _ => refused(),
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.body.trim_end())
    }
}

#[cfg(test)]
mod tests;
