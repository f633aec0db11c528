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
            ours: false,
            frontier: Frontier::new(),
            head: None,
            aim: None,
            evidence: None,
            is_set_back: false,
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
    assert_eq!(node.paused(), [Pause::SetBack]);
    let (organisation, to) = (LOG, head(&log, 10));
    assert!(
        node.out
            .contains(&Output::Keep(Keep::SetBack { organisation, to }))
    );
    let evidence = |output: &Output| matches!(output, Output::Keep(Keep::Evidence { .. }));
    assert!(!node.out.iter().any(evidence));
    node.offered(&early, &offer(head(&lost, 20), 1, Vec::new()));
    assert!(node.is_asked(&early) && node.is_asked(&late), "nobody has lied");
    assert_ne!(Hash::from(head(&lost, 20).root), Hash::from(head(&log, 20).root));
}

/// A node that holds `held` entries of a log, the last of them under its first key, and a peer that offers more.
fn holding(log: &[Vec<u8>], held: u64) -> (Node, Peer) {
    let mut node = Node::new(100);
    let peer = node.meet(1);
    node.offered(&peer, &offer(head(log, held), 1, Vec::new()));
    node.serves(&peer, log);
    (node, peer)
}

fn forked(log: &[Vec<u8>], from: usize) -> Vec<Vec<u8>> {
    let mut other = log.to_vec();
    other[from..].iter_mut().for_each(|entry| entry.push(1));
    other
}

fn keys() -> KeyChain {
    KeyChain::new(origin(), key(1).public(), key(2).public().hash()).unwrap()
}

impl Node {
    /// The evidence it keeps, which convicts whoever knows the log's charter and the handovers it was given.
    fn convicts(&self, handovers: &[Vec<u8>]) -> bool {
        let mut chain = keys();
        for handover in handovers {
            chain.hand_over(handover).unwrap();
        }
        self.out.iter().any(|output| match output {
            Output::Keep(Keep::Evidence { evidence, .. }) => evidence.verify(&chain).is_ok(),
            _ => false,
        })
    }

    fn set_back_to(&self) -> Option<TreeHead> {
        self.out.iter().find_map(|output| match output {
            Output::Keep(Keep::SetBack { to, .. }) => Some(*to),
            _ => None,
        })
    }

    fn entries_kept(&self) -> usize {
        let kept = self.out.iter().map(|output| match output {
            Output::Keep(Keep::Entries { entries, .. }) => entries.len(),
            _ => 0,
        });
        kept.sum()
    }
}

#[test]
fn a_handover_at_another_tree_than_was_signed_at_that_size_convicts() {
    let log = entries(20);
    let (mut node, peer) = holding(&log, 10);
    let other = forked(&log, 5);
    let handovers = vec![handover(head(&other, 10))];
    node.offered(&peer, &offer(head(&other, 20), 2, handovers.clone()));
    node.serves(&peer, &other);
    assert_eq!(node.paused(), [Pause::Forked]);
    assert!(node.convicts(&handovers));
    assert_eq!(node.entries_kept(), 10, "nothing is taken in under the new key");
}

#[test]
fn entries_that_lead_past_a_handover_to_another_tree_convict_and_are_not_taken_in() {
    let log = entries(40);
    let (mut node, peer) = holding(&log, 5);
    let handovers = vec![handover(head(&forked(&log, 7), 10))];
    node.offered(&peer, &offer(head(&log, 30), 2, handovers.clone()));
    node.serves(&peer, &log);
    assert_eq!(node.paused(), [Pause::Forked]);
    assert!(node.convicts(&handovers));
    assert_eq!(node.entries_kept(), 5);
    let mut node = holding(&log, 5);
    node.0
        .offered(&node.1, &offer(head(&log, 30), 2, vec![handover(head(&log, 10))]));
    node.0.serves(&node.1, &log);
    assert_eq!(
        (node.0.paused(), node.0.entries_kept()),
        (Vec::new(), 30),
        "an honest one is passed"
    );
}

#[test]
fn a_head_of_the_size_of_a_handover_must_be_its_tree() {
    let log = entries(20);
    let (mut node, peer) = holding(&log, 5);
    let handovers = vec![handover(head(&forked(&log, 7), 10))];
    node.offered(&peer, &offer(head(&log, 10), 1, handovers.clone()));
    assert_eq!(node.paused(), [Pause::Forked]);
    assert!(node.convicts(&handovers));
}

#[test]
fn entries_on_the_way_to_a_head_that_nobody_has_are_dropped_in_the_end() {
    let (log, other) = (entries(40), forked(&entries(40), 10));
    for (offered, is_convicted) in [(vec![20], false), (vec![40], true), (vec![25, 40], true)] {
        let mut node = Node::new(10);
        let (early, late) = (node.meet(1), node.meet(2));
        node.offered(&early, &offer(head(&log, 8), 1, Vec::new()));
        node.serves(&early, &log);
        node.offered(&early, &offer(head(&log, 30), 1, Vec::new()));
        let first = |request: &Request| match request {
            Request::Range {
                from: 8, size, count, ..
            } => Some(Reply::Range {
                from: 8,
                proof: proof::consistency(&tree(&log), 8 + count, *size).unwrap(),
                entries: log[8..8 + *count as usize]
                    .iter()
                    .cloned()
                    .map(ByteBuf::from)
                    .collect(),
            }),
            _ => None,
        };
        assert!(
            node.answer(&early, first),
            "some of it comes, and then the peer is gone"
        );
        node.step(Input::Disconnected { peer: early });
        for size in offered {
            node.offered(&late, &offer(head(&other, size), 1, Vec::new()));
        }
        node.serves(&late, &other);
        if is_convicted {
            assert_eq!(node.paused(), [Pause::Forked]);
            assert!(node.convicts(&[]));
        } else {
            assert_eq!(node.paused(), [Pause::SetBack]);
            assert_eq!(node.set_back_to(), Some(head(&log, 8)));
        }
    }
}

#[test]
fn what_a_log_no_longer_stands_by_is_not_forgotten_by_a_restart() {
    let log = entries(20);
    let mut chain = keys();
    chain.hand_over(&handover(head(&log, 10))).unwrap();
    let followed = |is_set_back| Followed {
        organisation: LOG,
        keys: chain.clone(),
        witness: VerifierKey::witness(origin().witness_name(), key(9).public()),
        own: false,
        ours: false,
        frontier: Frontier::read(&tree(&log), 20).unwrap(),
        head: Some(offer(head(&log, 20), 1, Vec::new()).note),
        aim: None,
        evidence: None,
        is_set_back,
    };
    for is_noted in [false, true] {
        let mut node = Node::new(100);
        node.step(Input::Follow(vec![followed(is_noted)]));
        assert_eq!(node.paused(), [Pause::SetBack]);
        let to = (!is_noted).then(|| head(&log, 10));
        assert_eq!(node.set_back_to(), to, "noted once");
        let peer = node.meet(1);
        node.offered(&peer, &offer(head(&log, 20), 2, Vec::new()));
        assert!(
            node.open
                .iter()
                .all(|(_, _, question)| { !matches!(question, Question::Sync(Request::Range { .. })) })
        );
    }
}

#[test]
fn entries_of_ones_own_log_are_nobody_elses_to_drop() {
    let log = entries(20);
    let mut chain = keys();
    chain.hand_over(&handover(head(&log, 10))).unwrap();
    // An old copy: the last entries were committed, and no head over them was offered yet.
    let followed = |ours| Followed {
        organisation: LOG,
        keys: chain.clone(),
        witness: VerifierKey::witness(origin().witness_name(), key(9).public()),
        own: false,
        ours,
        frontier: Frontier::read(&tree(&log), 20).unwrap(),
        head: Some(offer(head(&log, 15), 2, Vec::new()).note),
        aim: None,
        evidence: None,
        is_set_back: false,
    };
    for (ours, paused) in [(false, vec![Pause::SetBack]), (true, Vec::new())] {
        let mut node = Node::new(100);
        node.step(Input::Follow(vec![followed(ours)]));
        assert_eq!(node.paused(), paused, "ours: {ours}");
    }
}
