//! A world of nodes in one thread and one seed: what happens in it, and in which order, follows from the seed alone.
//!
//! The nodes are real (store, replication machine, answers); the network, the clock and the people are played. A story
//! is told in verbs (`split`, `append`, `heal`, `settle`), then the oracle is asked (`assert_converged`).

mod liar;
mod node;
mod oracle;
mod random;
mod wire;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hearth_node::clock::Clock;
use hearth_node::replication::Errand;
use hearth_protocol::id::Id;
use hearth_protocol::sync::{BodyName, Input, Peer, Question};
use hearth_protocol::time::{Span, Timestamp};

pub use liar::Lie;
use node::{Node, Organisation};
pub use random::{Random, seeds};
pub use wire::Weather;
use wire::{Event, Wire};

/// When every world begins.
const DAWN: Timestamp = Timestamp::from_millis(1_760_000_000_000);
/// How long a world may take to settle, in its own time.
const PATIENCE: Span = Span::from_millis(6 * 60 * 60 * 1000);

/// Nodes, the network between them, and what really happened.
pub struct World {
    seed: u64,
    /// Milliseconds since 1970: what every node's clock says.
    moment: Arc<AtomicU64>,
    random: Random,
    community: Vec<Organisation>,
    nodes: Vec<Node>,
    wire: Wire,
    truth: Truth,
    /// Questions asked since they were last counted, by kind.
    asked: BTreeMap<&'static str, usize>,
    /// Entries that were sent in answers since then.
    sent: usize,
}

/// What was written and erased, whoever has heard of it.
#[derive(Default)]
struct Truth {
    logs: BTreeMap<Id, Vec<Vec<u8>>>,
    bodies: BTreeMap<BodyName, Body>,
    erased: Vec<BodyName>,
}

#[derive(Clone)]
struct Body {
    salt: [u8; 32],
    bytes: Vec<u8>,
}

impl World {
    /// That many organisations with a node each, all connected; their logs have one entry.
    pub fn new(seed: u64, nodes: usize) -> World {
        let mut random = Random::new(seed);
        let community: Vec<Organisation> = (0..nodes)
            .map(|number| Organisation::new(number, &mut random))
            .collect();
        let mut world = World {
            seed,
            moment: Arc::new(AtomicU64::new(DAWN.as_millis())),
            random,
            nodes: Vec::new(),
            community: community.clone(),
            wire: Wire::default(),
            truth: Truth::default(),
            asked: BTreeMap::new(),
            sent: 0,
        };
        for organisation in community {
            world.add(organisation);
        }
        world.heal();
        (0..nodes).for_each(|node| world.append(node, 1));
        world
    }

    /// Divides the nodes into that many parts, none of them empty, that do not reach each other.
    pub fn split(&mut self, parts: usize) {
        let nodes = self.nodes.len();
        let turn = self.random.below(parts);
        let part = |world: &mut World, node| {
            if node < parts {
                node
            } else {
                world.random.below(parts)
            }
        };
        let division: Vec<usize> = (0..nodes).map(|node| (part(self, node) + turn) % parts).collect();
        self.divide(&division);
    }

    /// Puts each node into the part of that number; nodes reach those of their own part.
    pub fn divide(&mut self, parts: &[usize]) {
        assert_eq!(parts.len(), self.nodes.len(), "every node is somewhere");
        self.wire.divide(parts);
        self.rewire();
    }

    /// Lets all nodes reach each other.
    pub fn heal(&mut self) {
        self.divide(&vec![0; self.nodes.len()]);
    }

    /// What the network does to messages from now on.
    pub fn weather(&mut self, weather: Weather) {
        self.wire.weather = weather;
    }

    /// One node's organisation writes that many entries, in one go, and offers its head.
    pub fn append(&mut self, node: usize, count: usize) {
        let entries: Vec<Vec<u8>> = (0..count).map(|_| self.an_entry()).collect();
        self.write(node, entries);
    }

    /// Every node's organisation writes that many entries, in several goes, while time passes.
    pub fn append_all(&mut self, count: usize) {
        for written in 0..count {
            for node in 0..self.nodes.len() {
                let entries = vec![self.an_entry()];
                if written % 3 == 2 || written + 1 == count {
                    self.write(node, entries);
                } else {
                    self.write_quietly(node, entries);
                }
            }
            let pause = self.random.below(1500) as u64;
            self.run(Span::from_millis(pause));
        }
    }

    /// Every node's organisation but some writes that many entries, in one go.
    pub fn append_all_but(&mut self, quiet: &[usize], count: usize) {
        let nodes = (0..self.nodes.len()).filter(|node| !quiet.contains(node));
        nodes
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|node| self.append(node, count));
    }

    /// One node's organisation publishes a body of that many bytes.
    pub fn publish(&mut self, node: usize, bytes: usize) -> BodyName {
        let body = self.announce(node, bytes);
        self.keep_now(node, body);
        body
    }

    /// One node's organisation publishes that many bodies of that many bytes, in one go.
    pub fn publish_many(&mut self, node: usize, count: usize, bytes: usize) {
        let named: Vec<(BodyName, Vec<u8>)> = (0..count).map(|_| self.a_body(node, bytes)).collect();
        named.iter().for_each(|(body, _)| self.keep_now(node, *body));
        self.write(node, named.into_iter().map(|(_, entry)| entry).collect());
    }

    /// One node's organisation writes an entry that names a body, and has not got the body.
    pub fn announce(&mut self, node: usize, bytes: usize) -> BodyName {
        let (body, entry) = self.a_body(node, bytes);
        self.write(node, vec![entry]);
        body
    }

    /// One node's organisation writes an entry that names the body of another, which it got hold of.
    pub fn copy(&mut self, node: usize, body: BodyName) -> BodyName {
        let content = self.truth.bodies[&body].clone();
        let (copy, entry) = self.named(node, content);
        self.keep_now(node, copy);
        self.write(node, vec![entry]);
        copy
    }

    /// A node gets hold of a body that its organisation has announced.
    pub fn keep_now(&mut self, node: usize, body: BodyName) {
        let Body { salt, bytes } = &self.truth.bodies[&body];
        self.nodes[node].keep_body(&body.hash, salt, bytes);
    }

    /// One node's organisation erases a body of its log.
    pub fn erase(&mut self, node: usize, body: BodyName) {
        let entry = self.nodes[node].erase_body(&body.hash);
        self.truth.erased.push(body);
        self.write(node, vec![entry]);
    }

    /// A node's process ends and begins again: its store is kept, everything in flight is lost.
    pub fn restart(&mut self, node: usize) {
        self.cut_off(node);
        self.nodes[node].restart();
        self.rewire();
    }

    /// A node begins again with an empty store.
    pub fn lose_disk(&mut self, node: usize) {
        self.cut_off(node);
        self.nodes[node].lose_disk(&self.community);
        self.rewire();
    }

    /// A node lies from now on, or no longer.
    pub fn lies(&mut self, node: usize, lie: Option<Lie>) {
        self.nodes[node].lie = lie;
    }

    /// A second node with the keys of the first, and an empty store: its log is another one. Gives its number.
    pub fn twin(&mut self, node: usize) -> usize {
        let organisation = self.nodes[node].organisation.clone();
        self.add(organisation)
    }

    /// Lets time pass.
    pub fn run(&mut self, span: Span) {
        let until = self.now().plus(span);
        while let Some((at, event)) = self.wire.next(until) {
            self.moment.store(at.as_millis(), Ordering::Relaxed);
            self.happen(event);
        }
        self.moment.store(until.as_millis(), Ordering::Relaxed);
    }

    /// Lets time pass until all nodes hold the same.
    pub fn settle(&mut self) {
        self.settle_until("all nodes hold the same", |world| world.difference().is_none());
    }

    /// Lets time pass until something is so.
    pub fn settle_until(&mut self, what: &str, is_so: impl Fn(&World) -> bool) {
        let deadline = self.now().plus(PATIENCE);
        while !is_so(self) {
            assert!(
                self.now() < deadline,
                "{what}: not in time; {:?}",
                self.difference()
            );
            self.run(Span::from_millis(2000));
        }
    }

    /// Questions asked since this was last called, by kind, and how many entries the answers held.
    pub fn traffic(&mut self) -> (BTreeMap<&'static str, usize>, usize) {
        (std::mem::take(&mut self.asked), std::mem::take(&mut self.sent))
    }

    fn add(&mut self, organisation: Organisation) -> usize {
        let number = self.nodes.len();
        let clock = Clock::Told(self.moment.clone());
        let node = Node::new(number, organisation, &self.community, &mut self.random, clock);
        self.nodes.push(node);
        self.wire.add(number, self.now());
        number
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.moment.load(Ordering::Relaxed))
    }

    fn an_entry(&mut self) -> Vec<u8> {
        let length = 1 + self.random.below(120);
        self.random.bytes(length)
    }

    /// A body that nobody has yet, and the entry that names it.
    fn a_body(&mut self, node: usize, bytes: usize) -> (BodyName, Vec<u8>) {
        let body = Body {
            salt: self.random.array(),
            bytes: self.random.bytes(bytes),
        };
        self.named(node, body)
    }

    /// What an organisation calls a body, and the entry that names it.
    fn named(&mut self, node: usize, body: Body) -> (BodyName, Vec<u8>) {
        let (hash, entry) = node::name_body(&body.salt, &body.bytes);
        let organisation = self.nodes[node].organisation.id;
        let name = BodyName { organisation, hash };
        self.truth.bodies.insert(name, body);
        (name, entry)
    }

    fn write(&mut self, node: usize, entries: Vec<Vec<u8>>) {
        self.write_quietly(node, entries);
        let errands = self.nodes[node].offer();
        self.run_errands(node, errands);
    }

    /// Writes without offering a head: the ledger offers few of the heads it signs.
    fn write_quietly(&mut self, node: usize, entries: Vec<Vec<u8>>) {
        let organisation = self.nodes[node].organisation.id;
        self.truth
            .logs
            .entry(organisation)
            .or_default()
            .extend(entries.iter().cloned());
        self.nodes[node].append(entries);
    }

    fn cut_off(&mut self, node: usize) {
        for other in self.wire.cut_off(node) {
            let peer = self.nodes[node].peer.clone();
            self.tell(other, Input::Disconnected { peer });
        }
    }

    /// Brings the links in line with the parts the nodes are in.
    fn rewire(&mut self) {
        let now = self.now();
        let (broken, _made) = self.wire.rewire(now, &mut self.random);
        for (node, other) in broken {
            let peer = self.nodes[other].peer.clone();
            self.tell(node, Input::Disconnected { peer });
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Tick { node } => {
                self.tell(node, Input::Tick);
                self.wire.tick(node, self.now());
            }
            Event::Linked { node, other } => {
                let (peer, organisation) = self.name(other);
                self.tell(node, Input::Connected { peer, organisation });
            }
            Event::Asked {
                from,
                to,
                ticket,
                question,
            } => {
                let (peer, organisation) = self.name(from);
                let (answer, input) = self.nodes[to].answer(&peer, organisation, question);
                if let hearth_protocol::sync::Answer::Sync(hearth_protocol::sync::Reply::Range {
                    entries,
                    ..
                }) = &answer
                {
                    self.sent += entries.len();
                }
                let answer = match self.nodes[to].lie {
                    Some(lie) => lie.tell(answer, &mut self.random),
                    None => Ok(answer),
                };
                self.wire.send(
                    self.now(),
                    &mut self.random,
                    to,
                    from,
                    Event::Answered {
                        to: from,
                        ticket,
                        answer,
                    },
                );
                if let Some(input) = input {
                    self.tell(to, input);
                }
            }
            Event::Answered { to, ticket, answer } => self.tell(to, Input::Replied { ticket, answer }),
            Event::Gossiped {
                from,
                to,
                organisation,
                note,
            } => {
                let (peer, _) = self.name(from);
                self.tell(
                    to,
                    Input::Gossiped {
                        peer,
                        organisation,
                        note,
                    },
                );
            }
        }
    }

    fn tell(&mut self, node: usize, input: Input) {
        let errands = self.nodes[node].step(input);
        self.run_errands(node, errands);
    }

    fn run_errands(&mut self, from: usize, errands: Vec<Errand>) {
        for errand in errands {
            match errand {
                Errand::Ask {
                    peer,
                    ticket,
                    question,
                } => {
                    *self.asked.entry(kind(&question)).or_default() += 1;
                    let to = self.number(&peer);
                    let event = Event::Asked {
                        from,
                        to,
                        ticket,
                        question,
                    };
                    self.wire.send(self.now(), &mut self.random, from, to, event);
                }
                Errand::Gossip { organisation, note } => {
                    for to in self.wire.reached(from) {
                        let event = Event::Gossiped {
                            from,
                            to,
                            organisation,
                            note: note.clone(),
                        };
                        self.wire.send(self.now(), &mut self.random, from, to, event);
                    }
                }
                Errand::Grown { .. }
                | Errand::BodyKept { .. }
                | Errand::Paused { .. }
                | Errand::Confirmed { .. }
                | Errand::Claimed { .. }
                | Errand::Restored { .. } => {}
            }
        }
    }

    fn name(&self, node: usize) -> (Peer, Id) {
        (self.nodes[node].peer.clone(), self.nodes[node].organisation.id)
    }

    fn number(&self, peer: &Peer) -> usize {
        self.nodes
            .iter()
            .position(|node| node.peer == *peer)
            .expect("only nodes are asked")
    }
}

/// A world that fails says how to see it again.
impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "the world of seed {}: HEARTH_SEED={} shows it again",
                self.seed, self.seed
            );
        }
    }
}

fn kind(question: &Question) -> &'static str {
    use hearth_protocol::sync::Request;
    match question {
        Question::Sync(Request::Digest { .. }) => "digest",
        Question::Sync(Request::Heads { .. }) => "heads",
        Question::Sync(Request::Range { .. }) => "range",
        Question::Sync(Request::Consistency { .. }) => "consistency",
        Question::Sync(Request::Body { .. }) => "body",
        Question::Sync(Request::Evidence(_)) => "evidence",
        Question::Witness(_) => "witness",
    }
}
