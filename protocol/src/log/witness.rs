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
mod tests {
    use super::super::checkpoint::Checkpoint;
    use super::super::sample::{Sample, cosigner, log_key};
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_999);

    /// A witness as a store would keep it: what it cosigned last.
    struct Desk<'a> {
        sample: &'a Sample,
        latest: TreeHead,
    }

    impl Desk<'_> {
        fn add(&mut self, body: &[u8]) -> Reply {
            self.answer(body).unwrap_or_else(Reply::from)
        }

        fn answer(&mut self, body: &[u8]) -> Result<Reply, Refusal> {
            let request = AddCheckpoint::parse(body)?;
            let known = *request.origin() == self.sample.origin;
            let watched = known.then_some(Watched {
                chain: &self.sample.chain,
                latest: self.latest,
            });
            let accepted = request.decide(watched)?;
            let persisted = accepted.persist(|accepted| {
                assert_eq!(accepted.latest(), self.latest);
                self.latest = accepted.head();
                Ok::<(), Refusal>(())
            })?;
            Ok(persisted.cosign(&cosigner(1), NOW).into())
        }
    }

    fn body(old: u64, proof: &[Hash], note: &Note) -> Vec<u8> {
        AddCheckpoint::new(old, proof.to_vec(), note.clone())
            .unwrap()
            .to_bytes()
    }

    #[test]
    fn cosigns_a_log_as_it_grows() {
        let sample = Sample::new();
        let mut desk = Desk {
            sample: &sample,
            latest: TreeHead::empty(),
        };
        let mut old = 0;
        for size in [0, 1, 1, 8, 20, 32, 40] {
            let note = sample.checkpoint(size);
            let reply = desk.add(&body(old, &sample.consistency(old, size), &note));
            assert_eq!(
                (reply.status, reply.content_type),
                (200, "text/plain; charset=utf-8"),
                "{reply}"
            );
            let Answer::Cosigned(lines) = Answer::parse(reply.status, reply.body.as_bytes()) else {
                panic!("{reply}");
            };
            let cosigned = Note::assemble(note.text().to_owned(), lines);
            let keys = [cosigner(1).verifier().clone()];
            let known = cosigned.open(&keys).unwrap();
            assert_eq!(
                known[0].vouched,
                super::super::verifier_key::Vouched::Witness {
                    seconds: 1_700_000_000
                }
            );
            assert_eq!(desk.latest, sample.head(size));
            old = size;
        }
    }

    /// Each request is refused with its status, without a cosignature, and leaves the witness as it was.
    fn assert_refused(sample: &Sample, cases: &[(&str, TreeHead, Vec<u8>, u16)]) {
        for (why, latest, body, status) in cases {
            let mut desk = Desk {
                sample,
                latest: *latest,
            };
            let reply = desk.add(body);
            assert_eq!(reply.status, *status, "{why}: {reply}");
            assert!(!reply.body.contains('—'), "{why}");
            assert_eq!(desk.latest, *latest, "{why}");
        }
    }

    #[test]
    fn faults_are_found_in_the_order_of_c2sp() {
        let sample = Sample::new();
        let (honest, good) = (sample.checkpoint(20), sample.consistency(10, 20));
        let stranger = Checkpoint {
            origin: "example.com/log".parse().unwrap(),
            head: sample.head(20),
        };
        let broken = Note::parse(honest.to_string().replace("20\n", "21\n").as_bytes()).unwrap();
        let at_ten = sample.head(10);
        let cases = [
            (
                "unknown origin",
                at_ten,
                body(10, &good, &stranger.sign(&log_key(0))),
                404,
            ),
            (
                "another key",
                at_ten,
                body(10, &good, &sample.sign(sample.head(20), 1)),
                403,
            ),
            ("a line that fails", at_ten, body(10, &good, &broken), 403),
            ("403 before 400", at_ten, body(30, &good, &broken), 403),
            ("old beyond new", at_ten, body(21, &[], &honest), 400),
            ("400 before 409", at_ten, body(21, &good, &honest), 400),
            ("409 before 422", at_ten, body(11, &good, &honest), 409),
            ("never cosigned", TreeHead::empty(), body(10, &good, &honest), 409),
        ];
        assert_refused(&sample, &cases);
    }

    #[test]
    fn what_does_not_continue_is_not_cosigned() {
        let sample = Sample::new();
        let (honest, good) = (sample.checkpoint(20), sample.consistency(10, 20));
        let (at_ten, other) = (sample.head(10), sample.consistency(9, 20));
        let forked = sample.sign(sample.forked_head(20), 0);
        let rooted = sample.sign(
            TreeHead {
                size: 0,
                root: sample.head(1).root,
            },
            0,
        );
        let longer = [good.as_slice(), &good[..1]].concat();
        let cases = [
            ("no proof", at_ten, body(10, &[], &honest), 422),
            ("a proof too long", at_ten, body(10, &longer, &honest), 422),
            (
                "the proof of another size",
                at_ten,
                body(10, &other, &honest),
                422,
            ),
            ("a forked tree", at_ten, body(10, &good, &forked), 422),
            (
                "a fork at the same size",
                sample.forked_head(20),
                body(20, &[], &honest),
                422,
            ),
            (
                "a proof at the same size",
                sample.head(20),
                body(20, &good[..1], &honest),
                422,
            ),
            (
                "a proof from nothing",
                TreeHead::empty(),
                body(0, &good[..1], &honest),
                422,
            ),
            (
                "an empty tree with a root",
                TreeHead::empty(),
                body(0, &[], &rooted),
                422,
            ),
        ];
        assert_refused(&sample, &cases);
    }

    #[test]
    fn a_conflict_tells_the_size() {
        let sample = Sample::new();
        let mut desk = Desk {
            sample: &sample,
            latest: sample.head(10),
        };
        let reply = desk.add(&body(0, &[], &sample.checkpoint(20)));
        let expected = Reply {
            status: 409,
            content_type: "text/x.tlog.size",
            body: "10\n".to_owned(),
        };
        assert_eq!(reply, expected);
        assert_eq!(Answer::parse(409, b"10\n"), Answer::Knows(10));
        assert!(matches!(
            Answer::parse(409, b"10"),
            Answer::Refused { status: 409, .. }
        ));
        assert!(matches!(
            Answer::parse(200, b""),
            Answer::Refused { status: 200, .. }
        ));
        assert!(
            matches!(Answer::parse(503, "é".repeat(900).as_bytes()), Answer::Refused { reason, .. } if reason.len() == 400)
        );
    }

    #[test]
    fn a_wrong_proof_convicts_nobody() {
        let sample = Sample::new();
        let refusal = |latest: TreeHead, old: u64, proof: &[Hash], note: &Note| {
            let mut desk = Desk {
                sample: &sample,
                latest,
            };
            desk.answer(&body(old, proof, note)).unwrap_err()
        };
        let (junk, honest) = ([Hash::of(b"junk")], sample.checkpoint(20));
        assert!(!refusal(sample.head(20), 20, &junk, &honest).is_fork());
        assert!(!refusal(sample.head(10), 10, &junk, &honest).is_fork());
        assert!(refusal(sample.forked_head(20), 20, &[], &honest).is_fork());
        assert!(refusal(sample.forked_head(20), 20, &junk, &honest).is_fork());
    }

    #[test]
    fn a_malformed_body_is_a_bad_request() {
        let sample = Sample::new();
        let whole = String::from_utf8(body(10, &sample.consistency(10, 20), &sample.checkpoint(20))).unwrap();
        let line = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
        let status = |text: &str| {
            AddCheckpoint::parse(text.as_bytes()).map_or_else(|refusal| refusal.status(), |_| 200)
        };
        assert_eq!(status(&whole), 200);
        assert_eq!(
            status(&format!("old 10\n{}\n{}", line.repeat(63), sample.checkpoint(20))),
            200
        );
        for (bad, why) in [
            (String::new(), "nothing"),
            (whole.replacen("old 10", "old 010", 1), "a leading zero"),
            (whole.replacen("old 10", "old -1", 1), "a sign"),
            (whole.replacen("old ", "new ", 1), "another word"),
            (whole.replacen("old 10\n", "", 1), "no old size"),
            (whole.replacen("\n\n", "\n", 1), "no empty line"),
            (whole.replacen("old 10\n", "old 10\nAAAA\n", 1), "a short hash"),
            (
                format!("old 10\n{}\n{}", line.repeat(64), sample.checkpoint(20)),
                "64 hashes",
            ),
            (whole.replacen("— ", "- ", 1), "no signature"),
            (whole.replacen("\n20\n", "\n020\n", 1), "the size"),
            (
                format!("old 0\n\n{}", whole.split("\n\n").last().unwrap()),
                "no text",
            ),
            (whole.replacen("hearth/", "\n", 1), "an empty origin"),
        ] {
            assert_eq!(status(&bad), 400, "{why}");
        }
        assert_eq!(AddCheckpoint::parse(b"old 0\n\n\xff"), Err(Refusal::Body));
        assert_eq!(status(&whole.replacen("elm-house", "elm house", 1)), 404);
    }

    #[test]
    fn a_checkpoint_with_extension_lines_is_none_of_our_logs() {
        let sample = Sample::new();
        let extended = |generation: u8| {
            let text = format!("{}an extension\n", sample.checkpoint(5).text());
            Note::sign(text, sample.origin.key_name().clone(), &log_key(generation)).unwrap()
        };
        let empty = TreeHead::empty();
        let cases = [
            ("an extension", empty, body(0, &[], &extended(0)), 422),
            ("403 before it", empty, body(0, &[], &extended(1)), 403),
            ("409 before it", empty, body(1, &[], &extended(0)), 409),
            (
                "a fork that says more",
                sample.forked_head(5),
                body(5, &[], &extended(0)),
                422,
            ),
        ];
        assert_refused(&sample, &cases);
    }

    #[test]
    fn nothing_is_cosigned_that_was_not_written() {
        let sample = Sample::new();
        let request = AddCheckpoint::new(0, Vec::new(), sample.checkpoint(5)).unwrap();
        let watched = Watched {
            chain: &sample.chain,
            latest: TreeHead::empty(),
        };
        let accepted = request.decide(Some(watched)).unwrap();
        assert!(matches!(accepted.persist(|_| Err("disk full")), Err("disk full")));
    }

    #[test]
    fn a_handed_over_log_is_cosigned_under_its_new_key() {
        let mut sample = Sample::new();
        let handover = sample.handover(sample.head(20), 1).sign(&log_key(1));
        sample.chain.hand_over(&handover.to_bytes()).unwrap();
        let proof = sample.consistency(20, 30);
        let [old, new] = [0, 1].map(|generation| body(20, &proof, &sample.sign(sample.head(30), generation)));
        let mut desk = Desk {
            sample: &sample,
            latest: sample.head(20),
        };
        assert_eq!(desk.add(&old).status, 403);
        assert_eq!(desk.add(&new).status, 200);
    }
}
