//! Whom to call and when: every admitted node and every address named by hand, again and again, less and less often, for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

/// First pause after a failed call.
const SOON: Duration = Duration::from_millis(500);
/// Longest pause between calls.
const LATE: Duration = Duration::from_secs(60);

/// A line of the address book: a node, or an address whose node is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Line {
    Node(PeerId),
    Address(Multiaddr),
}

/// The address book with the state of each call.
#[derive(Default)]
pub(super) struct Dialer {
    lines: BTreeMap<Line, Entry>,
}

struct Entry {
    addresses: BTreeSet<Multiaddr>,
    /// Where others say it is: what each said last.
    hearsay: BTreeMap<PeerId, BTreeSet<Multiaddr>>,
    due: Instant,
    pause: Duration,
    /// Who answered, while it is connected.
    connected: Option<PeerId>,
}

impl Dialer {
    /// Adds an address; a new one is called at once.
    pub(super) fn know(&mut self, line: Line, address: Multiaddr, now: Instant) {
        let entry = self.entry(line, now);
        if entry.addresses.insert(address) {
            (entry.due, entry.pause) = (now, SOON);
        }
    }

    /// Notes where `source` says that `peer` is, in place of what it said before.
    pub(super) fn hear(&mut self, source: PeerId, peer: PeerId, at: BTreeSet<Multiaddr>, now: Instant) {
        let entry = self.entry(Line::Node(peer), now);
        let is_new = !at.is_subset(&entry.everywhere());
        entry.hearsay.insert(source, at);
        if is_new {
            (entry.due, entry.pause) = (now, SOON);
        }
    }

    /// Where a node is known to be, by its charter or by hand, without hearsay.
    pub(super) fn of(&self, peer: &PeerId) -> impl Iterator<Item = &Multiaddr> {
        let entry = self.lines.get(&Line::Node(*peer));
        entry.into_iter().flat_map(|entry| &entry.addresses)
    }

    fn entry(&mut self, line: Line, now: Instant) -> &mut Entry {
        self.lines.entry(line).or_insert_with(|| Entry {
            addresses: BTreeSet::new(),
            hearsay: BTreeMap::new(),
            due: now,
            pause: SOON,
            connected: None,
        })
    }

    /// Takes a node out of the book.
    pub(super) fn forget(&mut self, peer: &PeerId) {
        self.lines.remove(&Line::Node(*peer));
    }

    /// The calls that are due. Each is taken to fail until `connected` says otherwise.
    pub(super) fn due(&mut self, now: Instant) -> Vec<(Line, Vec<Multiaddr>)> {
        let waiting = self
            .lines
            .iter_mut()
            .filter(|(_, e)| e.connected.is_none() && e.due <= now);
        waiting
            .map(|(line, entry)| {
                entry.due = now + entry.pause;
                entry.pause = (entry.pause * 2).min(LATE);
                (line.clone(), entry.everywhere().into_iter().collect())
            })
            .collect()
    }

    /// A connection with `peer` exists; `address` is the one we called, if it was us who called.
    pub(super) fn connected(&mut self, peer: PeerId, address: Option<&Multiaddr>) {
        let called = address.map(|a| without_peer(a.clone()));
        for (line, entry) in &mut self.lines {
            let same = match line {
                Line::Node(node) => *node == peer,
                Line::Address(named) => Some(named) == called.as_ref(),
            };
            if same {
                (entry.connected, entry.pause) = (Some(peer), SOON);
            }
        }
    }

    /// The last connection with `peer` has ended.
    pub(super) fn disconnected(&mut self, peer: PeerId, now: Instant) {
        for entry in self.lines.values_mut().filter(|e| e.connected == Some(peer)) {
            (entry.connected, entry.due) = (None, now + entry.pause);
        }
    }
}

impl Entry {
    fn everywhere(&self) -> BTreeSet<Multiaddr> {
        let heard = self.hearsay.values().flatten();
        self.addresses.iter().chain(heard).cloned().collect()
    }
}

/// An address as the address book keeps it, and the node it names, if it names one.
pub(super) fn line_of(address: Multiaddr) -> (Line, Multiaddr) {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => (Line::Node(peer), without_peer(address)),
        _ => (Line::Address(address.clone()), address),
    }
}

pub(super) fn without_peer(mut address: Multiaddr) -> Multiaddr {
    if let Some(Protocol::P2p(_)) = address.iter().last() {
        address.pop();
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Multiaddr {
        text.parse().unwrap()
    }

    #[test]
    fn calls_become_rarer_but_never_end() {
        let mut book = Dialer::default();
        let mut now = Instant::now();
        let (line, plain) = line_of(address("/ip4/127.0.0.1/tcp/1"));
        book.know(line, plain, now);
        let mut pauses = Vec::new();
        for _ in 0..12 {
            let mut pause = Duration::ZERO;
            while book.due(now).is_empty() {
                now += Duration::from_millis(500);
                pause += Duration::from_millis(500);
            }
            pauses.push(pause);
        }
        assert_eq!(pauses[..4], [0, 500, 1000, 2000].map(Duration::from_millis));
        assert_eq!(pauses[11], LATE);
    }

    #[test]
    fn a_connected_node_is_left_alone_until_it_goes() {
        let (mut book, now, peer) = (Dialer::default(), Instant::now(), PeerId::random());
        let full = address("/ip4/127.0.0.1/tcp/1").with_p2p(peer).unwrap();
        let (line, plain) = line_of(full.clone());
        book.know(line, plain, now);
        assert_eq!(book.due(now).len(), 1);
        book.connected(peer, Some(&full));
        assert!(book.due(now + LATE).is_empty());
        book.disconnected(peer, now);
        assert!(book.due(now).is_empty());
        assert_eq!(book.due(now + SOON).len(), 1);
    }

    #[test]
    fn hearsay_is_called_and_replaced_by_what_the_same_peer_says_next() {
        let (mut book, mut now) = (Dialer::default(), Instant::now());
        let (source, peer) = (PeerId::random(), PeerId::random());
        let at = |text: &str| BTreeSet::from([address(text)]);
        book.hear(source, peer, at("/ip4/127.0.0.1/tcp/1"), now);
        assert_eq!(book.due(now)[0].1, [address("/ip4/127.0.0.1/tcp/1")]);
        assert!(book.due(now).is_empty());
        book.hear(source, peer, at("/ip4/127.0.0.1/tcp/1"), now);
        assert!(
            book.due(now).is_empty(),
            "nothing new is no reason to call at once"
        );
        book.hear(source, peer, at("/ip4/127.0.0.1/tcp/2"), now);
        assert_eq!(book.due(now)[0].1, [address("/ip4/127.0.0.1/tcp/2")]);
        now += LATE;
        book.connected(peer, None);
        assert!(book.due(now).is_empty());
        assert_eq!(book.of(&peer).count(), 0, "hearsay is not passed on");
    }

    #[test]
    fn an_address_without_a_node_follows_whoever_answered() {
        let (mut book, now, peer) = (Dialer::default(), Instant::now(), PeerId::random());
        let plain = address("/ip4/127.0.0.1/tcp/1");
        let (line, at) = line_of(plain.clone());
        book.know(line, at, now);
        book.connected(peer, Some(&plain.with_p2p(peer).unwrap()));
        assert!(book.due(now + LATE).is_empty());
        book.disconnected(peer, now);
        assert_eq!(book.due(now + LATE).len(), 1);
    }
}
