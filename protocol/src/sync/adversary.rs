//! What one log or one peer may do to this node, and that it stays with that log and that peer.

#![allow(clippy::wildcard_enum_match_arm, reason = "tests name what they look for")]

use serde_bytes::ByteBuf;

use super::message::{OfferedHead, Reply, Request};
use super::*;
use crate::id::{Hash, Id};
use crate::limits;
use crate::log::{
    Checkpoint, Frontier, Handover, KeyChain, MemoryTree, Origin, TreeHead, VerifierKey, leaf_hash, proof,
};
use crate::sign::SecretKey;
use crate::time::Timestamp;

const LOG: Id = Id::from_bytes([7; 32]);

fn key(generation: u8) -> SecretKey {
    SecretKey::from_seed([generation; 32])
}

fn origin() -> Origin {
    Origin::of("elm", &key(1).public()).unwrap()
}

fn tree(entries: &[Vec<u8>]) -> MemoryTree {
    entries.iter().map(|entry| leaf_hash(entry)).collect()
}

fn head(entries: &[Vec<u8>], size: u64) -> TreeHead {
    Frontier::read(&tree(entries), size).unwrap().head()
}

fn offer(head: TreeHead, generation: u8, handovers: Vec<Vec<u8>>) -> OfferedHead {
    let origin = origin();
    OfferedHead {
        note: Checkpoint { origin, head }.sign(&key(generation)).to_bytes(),
        handovers: handovers.into_iter().map(ByteBuf::from).collect(),
        organisation: LOG,
    }
}

fn handover(head: TreeHead) -> Vec<u8> {
    let (key, next) = (key(2).public(), key(3).public().hash());
    let origin = origin();
    Handover {
        origin,
        head,
        key,
        next,
    }
    .sign(&self::key(2))
    .to_bytes()
}

/// A node that follows one log, with peers of its own making.
struct Node {
    machine: Machine,
    open: Vec<(Peer, Ticket, Question)>,
    out: Vec<Output>,
}

impl Node {
    fn new(portion: u64) -> Node {
        let portions = Portions {
            entries: portion,
            ..Portions::default()
        };
        let mut node = Node {
            machine: Machine::new(1, portions),
            open: Vec::new(),
            out: Vec::new(),
        };
        node.step(Input::Follow(vec![Followed {
            organisation: LOG,
            keys: KeyChain::new(origin(), key(1).public(), key(2).public().hash()).unwrap(),
            witness: VerifierKey::witness(origin().witness_name(), key(9).public()),
            own: false,
            frontier: Frontier::new(),
            head: None,
            aim: None,
            evidence: None,
        }]));
        node
    }

    fn step(&mut self, input: Input) {
        let mut out = Vec::new();
        self.machine.step(Timestamp::EPOCH, input, &mut out);
        for output in out {
            match output {
                Output::Ask {
                    peer,
                    ticket,
                    question,
                } => self.open.push((peer, ticket, question)),
                Output::Keep(Keep::Entries {
                    organisation,
                    ref frontier,
                    ..
                }) => {
                    let size = frontier.size();
                    self.out.push(output);
                    self.step(Input::Stored { organisation, size });
                }
                other => self.out.push(other),
            }
        }
    }

    fn meet(&mut self, which: u8) -> Peer {
        let peer = Peer(vec![which]);
        let organisation = Id::from_bytes([which; 32]);
        self.step(Input::Connected {
            peer: peer.clone(),
            organisation,
        });
        peer
    }

    /// The next open question to a peer that `reply` has an answer for.
    fn answer(&mut self, peer: &Peer, reply: impl Fn(&Request) -> Option<Reply>) -> bool {
        let answers = self
            .open
            .iter()
            .enumerate()
            .find_map(|(at, (asked, ticket, question))| {
                let Question::Sync(request) = question else {
                    return None;
                };
                (asked == peer)
                    .then(|| reply(request))
                    .flatten()
                    .map(|reply| (at, *ticket, reply))
            });
        let Some((at, ticket, reply)) = answers else {
            return false;
        };
        self.open.remove(at);
        let answer = Ok(Answer::Sync(reply));
        self.step(Input::Replied { ticket, answer });
        true
    }

    /// Lets a peer offer a head: its digest differs, and this is what it has.
    fn offered(&mut self, peer: &Peer, offer: &OfferedHead) {
        self.step(Input::Differs { peer: peer.clone() });
        let heads = |request: &Request| match request {
            Request::Digest { .. } => Some(Reply::Differs {}),
            Request::Heads { .. } => Some(Reply::Heads {
                more: false,
                heads: vec![offer.clone()],
            }),
            _ => None,
        };
        while self.answer(peer, heads) {}
    }

    /// Lets a peer give the entries it is asked for, the last asked first.
    fn serves(&mut self, peer: &Peer, entries: &[Vec<u8>]) {
        let whole = tree(entries);
        self.open.reverse();
        let ranges = |request: &Request| match request {
            Request::Range {
                from, size, count, ..
            } => {
                let end = (from + count).min(*size);
                let asked = &entries[*from as usize..end as usize];
                Some(Reply::Range {
                    from: *from,
                    proof: proof::consistency(&whole, end, *size).unwrap(),
                    entries: asked.iter().cloned().map(ByteBuf::from).collect(),
                })
            }
            Request::Consistency { from, size, .. } => Some(Reply::Consistency {
                root: head(entries, *from).root,
                proof: proof::consistency(&whole, *from, *size).unwrap(),
            }),
            _ => None,
        };
        while self.answer(peer, ranges) {}
    }

    fn is_asked(&mut self, peer: &Peer) -> bool {
        self.step(Input::Differs { peer: peer.clone() });
        self.open.iter().any(|(asked, _, _)| asked == peer)
    }

    fn paused(&self) -> Vec<Pause> {
        let why = self.out.iter().filter_map(|output| match output {
            Output::Paused { why, .. } => Some(*why),
            _ => None,
        });
        why.collect()
    }
}

fn entries(size: u8) -> Vec<Vec<u8>> {
    (0..size).map(|index| vec![index; 3]).collect()
}

#[test]
fn what_comes_after_an_entry_too_large_is_nobodys_lie() {
    let mut log = entries(40);
    log[3] = vec![0; limits::ENTRY_KEPT + 1];
    let mut node = Node::new(2);
    let peer = node.meet(1);
    node.offered(&peer, &offer(head(&log, 40), 1, Vec::new()));
    node.open.reverse();
    node.serves(&peer, &log);
    assert_eq!(
        node.paused(),
        [Pause::Oversize {
            index: 3,
            size: limits::ENTRY_KEPT + 1
        }]
    );
    assert!(node.open.is_empty());
    assert!(node.is_asked(&peer), "the peer is well");
}

#[test]
fn of_handovers_with_a_wrong_one_none_is_believed() {
    let log = entries(20);
    let mut node = Node::new(100);
    let (liar, peer) = (node.meet(1), node.meet(2));
    let whole = handover(head(&log, 8));
    node.offered(
        &liar,
        &offer(head(&log, 20), 2, vec![whole.clone(), b"nonsense".to_vec()]),
    );
    assert!(node.out.is_empty());
    node.offered(&peer, &offer(head(&log, 20), 2, vec![whole.clone()]));
    let kept = Output::Keep(Keep::Handovers {
        organisation: LOG,
        handovers: vec![whole],
    });
    assert!(node.out.contains(&kept), "it is kept when it comes alone");
}

#[test]
fn a_log_that_lost_entries_and_its_key_is_not_convicted() {
    let (lost, log) = (entries(20), {
        let mut log = entries(40);
        log[10..].iter_mut().for_each(|entry| entry.push(1));
        log
    });
    let mut node = Node::new(100);
    let (early, late) = (node.meet(1), node.meet(2));
    node.offered(&early, &offer(head(&lost, 20), 1, Vec::new()));
    node.serves(&early, &lost);
    for size in [20, 30] {
        node.offered(&late, &offer(head(&log, size), 2, vec![handover(head(&log, 10))]));
        node.serves(&late, &log);
    }
    assert_eq!(node.paused(), [Pause::Disowned]);
    let evidence = |output: &Output| matches!(output, Output::Keep(Keep::Evidence { .. }));
    assert!(!node.out.iter().any(evidence));
    node.offered(&early, &offer(head(&lost, 20), 1, Vec::new()));
    assert!(node.is_asked(&early) && node.is_asked(&late), "nobody has lied");
    assert_ne!(Hash::from(head(&lost, 20).root), Hash::from(head(&log, 20).root));
}
