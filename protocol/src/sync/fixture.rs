//! A log and a peer that serves it, for the tests of the machine and its parts.

#![allow(clippy::wildcard_enum_match_arm, reason = "tests name what they look for")]

use serde_bytes::ByteBuf;

use super::message::{OfferedHead, Reply, Request};
use super::port::{Answer, Followed, Input, Keep, Output, Peer, Question};
use super::{Machine, Portions};
use crate::id::{Id, Root};
use crate::log::{
    Checkpoint, Cosigner, Frontier, KeyChain, MemoryTree, Origin, TreeHead, VerifierKey, leaf_hash, proof,
};
use crate::sign::SecretKey;
use crate::time::{Span, Timestamp};

/// Two entries or forty bytes at a time.
pub(super) const PORTIONS: Portions = Portions {
    entries: 2,
    bytes: 40,
};

/// An organisation with all its keys, and its log.
pub(super) struct Author {
    pub(super) organisation: Id,
    pub(super) key: SecretKey,
    pub(super) next: SecretKey,
    pub(super) witness: SecretKey,
    pub(super) entries: Vec<Vec<u8>>,
}

impl Author {
    /// With a log of that many small entries.
    pub(super) fn new(number: u8, entries: usize) -> Self {
        let secret = |of: u8| SecretKey::from_seed([number.wrapping_mul(4).wrapping_add(of); 32]);
        Self {
            organisation: Id::from_bytes([number; 32]),
            key: secret(0),
            next: secret(1),
            witness: secret(2),
            entries: (0..entries)
                .map(|index| format!("entry {index}").into_bytes())
                .collect(),
        }
    }

    pub(super) fn origin(&self) -> Origin {
        Origin::of("org", &self.key.public()).unwrap()
    }

    pub(super) fn keys(&self) -> KeyChain {
        KeyChain::new(self.origin(), self.key.public(), self.next.public().hash()).unwrap()
    }

    pub(super) fn cosigner(&self) -> Cosigner {
        Cosigner::new(self.origin().witness_name(), self.witness.clone())
    }

    pub(super) fn tree(&self) -> MemoryTree {
        self.entries.iter().map(|entry| leaf_hash(entry)).collect()
    }

    pub(super) fn frontier(&self, size: u64) -> Frontier {
        Frontier::read(&self.tree(), size).unwrap()
    }

    /// The log's statement of its first `size` entries.
    pub(super) fn note(&self, size: u64) -> Vec<u8> {
        self.note_by(&self.key, size)
    }

    pub(super) fn note_by(&self, key: &SecretKey, size: u64) -> Vec<u8> {
        Checkpoint {
            origin: self.origin(),
            head: self.frontier(size).head(),
        }
        .sign(key)
        .to_bytes()
    }

    pub(super) fn offer(&self, size: u64) -> OfferedHead {
        OfferedHead {
            note: self.note(size),
            handovers: Vec::new(),
            organisation: self.organisation,
        }
    }

    /// The log as somebody takes it up who holds nothing of it.
    pub(super) fn followed(&self) -> Followed {
        Followed {
            organisation: self.organisation,
            keys: self.keys(),
            witness: VerifierKey::witness(self.origin().witness_name(), self.witness.public()),
            own: false,
            ours: false,
            frontier: Frontier::new(),
            head: None,
            aim: None,
            evidence: None,
            is_set_back: false,
        }
    }

    /// The log as its owner takes it up, whole.
    pub(super) fn owned(&self) -> Followed {
        let size = self.entries.len() as u64;
        Followed {
            own: true,
            ours: true,
            frontier: self.frontier(size),
            head: Some(self.note(size)),
            ..self.followed()
        }
    }

    /// What an honest holder of the whole log answers; `Refused` to what is not about entries.
    pub(super) fn serve(&self, request: &Request) -> Reply {
        let tree = self.tree();
        match request {
            Request::Range {
                from,
                size,
                count,
                limit,
                ..
            } => {
                let (mut entries, mut bytes) = (Vec::new(), 0);
                let wanted = &self.entries[*from as usize..*size as usize];
                for entry in wanted.iter().take(*count as usize) {
                    bytes += entry.len() as u64;
                    if bytes > *limit && !entries.is_empty() {
                        break;
                    }
                    entries.push(ByteBuf::from(entry.clone()));
                }
                let proof = proof::consistency(&tree, from + entries.len() as u64, *size).unwrap();
                Reply::Range {
                    from: *from,
                    proof,
                    entries,
                }
            }
            Request::Consistency { from, size, .. } => {
                let proof = proof::consistency(&tree, *from, *size).unwrap();
                Reply::Consistency {
                    root: self.root(*from),
                    proof,
                }
            }
            Request::Digest { .. } => Reply::Differs {},
            Request::Heads { .. } => Reply::Heads {
                more: false,
                heads: vec![self.offer(self.entries.len() as u64)],
            },
            Request::Body { .. } | Request::Evidence(_) => Reply::Refused {
                reason: String::new(),
            },
        }
    }

    pub(super) fn root(&self, size: u64) -> Root {
        self.frontier(size).root()
    }
}

/// A machine with a clock, and what came out of it.
pub(super) struct Bench {
    pub(super) machine: Machine,
    pub(super) now: Timestamp,
    pub(super) kept: Vec<Keep>,
    pub(super) said: Vec<Output>,
    /// Questions not answered yet, oldest first.
    pub(super) asked: Vec<(Peer, super::Ticket, Question)>,
}

impl Bench {
    pub(super) fn following(authors: &[&Author]) -> Self {
        Self::holding(authors.iter().map(|author| author.followed()).collect())
    }

    pub(super) fn holding(logs: Vec<Followed>) -> Self {
        let (machine, now) = (Machine::new(1, PORTIONS), Timestamp::from_millis(1_000_000));
        let mut bench = Self {
            machine,
            now,
            kept: Vec::new(),
            said: Vec::new(),
            asked: Vec::new(),
        };
        bench.tell(Input::Follow(logs));
        bench
    }

    /// Everything asked to be stored is stored at once.
    pub(super) fn tell(&mut self, input: Input) {
        let mut outputs = Vec::new();
        self.machine.step(self.now, input, &mut outputs);
        for output in outputs {
            match output {
                Output::Ask {
                    peer,
                    ticket,
                    question,
                } => self.asked.push((peer, ticket, question)),
                Output::Keep(keep) => {
                    let stored = match &keep {
                        Keep::Entries {
                            organisation,
                            frontier,
                            ..
                        } => Some((*organisation, frontier.size())),
                        _ => None,
                    };
                    self.kept.push(keep);
                    if let Some((organisation, size)) = stored {
                        self.tell(Input::Stored { organisation, size });
                    }
                }
                other => self.said.push(other),
            }
        }
    }

    pub(super) fn connect(&mut self, peer: &str, organisation: Id) -> Peer {
        let peer = Peer(peer.as_bytes().to_vec());
        self.tell(Input::Connected {
            peer: peer.clone(),
            organisation,
        });
        peer
    }

    /// Lets every open question be answered, and those that follow, until none is open.
    pub(super) fn answer_all(&mut self, mut serve: impl FnMut(&Peer, &Question) -> Answer) {
        while !self.asked.is_empty() {
            let (peer, ticket, question) = self.asked.remove(0);
            let answer = Ok(serve(&peer, &question));
            self.tell(Input::Replied { ticket, answer });
        }
    }

    /// As [`Bench::answer_all`], by holders of this whole log; other questions are refused.
    pub(super) fn served_by(&mut self, author: &Author) {
        self.answer_all(|_, question| match question {
            Question::Sync(request) => Answer::Sync(author.serve(request)),
            Question::Witness(_) => Answer::Sync(Reply::Refused {
                reason: String::new(),
            }),
        });
    }

    pub(super) fn wait(&mut self, span: Span) {
        for _ in 0..span.as_millis() / 1000 {
            self.now = self.now.plus(Span::SECOND);
            self.tell(Input::Tick);
        }
    }

    /// The entries kept of one log, and the tree they lead to.
    pub(super) fn held(&self, organisation: Id) -> (Vec<Vec<u8>>, TreeHead) {
        let (mut held, mut head) = (Vec::new(), TreeHead::empty());
        for keep in &self.kept {
            if let Keep::Entries {
                organisation: of,
                from,
                entries,
                frontier,
                ..
            } = keep
                && *of == organisation
            {
                assert_eq!(*from, held.len() as u64, "entries are kept in order, and once");
                held.extend(entries.iter().cloned());
                head = frontier.head();
            }
        }
        (held, head)
    }
}
