//! Who is reachable, what each of them was asked, and who is left alone for a while.

use std::collections::BTreeMap;

use super::backoff::{Backoff, Jitter};
use super::port::{Output, Peer, Question, Ticket};
use crate::id::Id;
use crate::time::{Span, Timestamp};

/// A question without an answer for this long has none.
const PATIENCE: Span = Span::from_millis(30_000);

/// The peers, and the open questions: `A` says what each is about.
#[derive(Debug)]
pub(super) struct Peers<A> {
    connected: BTreeMap<Peer, Link>,
    /// Kept when a peer leaves, so that coming back does not wash it clean.
    records: BTreeMap<Peer, Record>,
    open: BTreeMap<Ticket, Open<A>>,
    /// The next ticket; the first follows from the seed, so that two machines of one node use different ones.
    next: u64,
    jitter: Jitter,
}

#[derive(Debug)]
struct Link {
    organisation: Id,
    in_flight: usize,
}

/// What a peer has earned: failures are forgiven by an answer, lies never are.
#[derive(Debug, Default)]
struct Record {
    failures: Backoff,
    lies: Backoff,
}

#[derive(Debug)]
struct Open<A> {
    peer: Peer,
    about: A,
    until: Timestamp,
}

impl<A> Peers<A> {
    pub(super) fn new(seed: u64) -> Self {
        let mut jitter = Jitter::new(seed);
        Self {
            connected: BTreeMap::new(),
            records: BTreeMap::new(),
            open: BTreeMap::new(),
            next: jitter.number(),
            jitter,
        }
    }

    /// True if the peer was not known to be reachable.
    pub(super) fn connect(&mut self, peer: Peer, organisation: Id) -> bool {
        match self.connected.get_mut(&peer) {
            Some(link) => {
                link.organisation = organisation;
                false
            }
            None => self
                .connected
                .insert(
                    peer,
                    Link {
                        organisation,
                        in_flight: 0,
                    },
                )
                .is_none(),
        }
    }

    /// Forgets the peer and what it was asked.
    pub(super) fn disconnect(&mut self, peer: &Peer) -> Vec<A> {
        self.connected.remove(peer);
        self.close(|open| open.peer == *peer)
            .into_iter()
            .map(|(_, about)| about)
            .collect()
    }

    pub(super) fn connected(&self) -> impl Iterator<Item = (&Peer, Id)> {
        self.connected
            .iter()
            .map(|(peer, link)| (peer, link.organisation))
    }

    pub(super) fn organisation(&self, peer: &Peer) -> Option<Id> {
        self.connected.get(peer).map(|link| link.organisation)
    }

    /// True if the peer is reachable and not left alone.
    pub(super) fn is_well(&self, peer: &Peer, now: Timestamp) -> bool {
        let is_left_alone = |record: &Record| !record.failures.is_over(now) || !record.lies.is_over(now);
        self.connected.contains_key(peer) && !self.records.get(peer).is_some_and(is_left_alone)
    }

    /// Questions the peer has not answered yet.
    pub(super) fn in_flight(&self, peer: &Peer) -> usize {
        self.connected.get(peer).map_or(0, |link| link.in_flight)
    }

    pub(super) fn ask(
        &mut self,
        now: Timestamp,
        peer: Peer,
        about: A,
        question: Question,
        out: &mut Vec<Output>,
    ) {
        let ticket = Ticket(self.next);
        self.next = self.next.wrapping_add(1);
        if let Some(link) = self.connected.get_mut(&peer) {
            link.in_flight += 1;
        }
        self.open.insert(
            ticket,
            Open {
                peer: peer.clone(),
                about,
                until: now.plus(PATIENCE),
            },
        );
        out.push(Output::Ask {
            peer,
            ticket,
            question,
        });
    }

    /// Who was asked and what about; nothing if it was answered before, or no longer matters.
    pub(super) fn answered(&mut self, ticket: Ticket) -> Option<(Peer, A)> {
        let open = self.open.remove(&ticket)?;
        self.release(&open.peer);
        Some((open.peer, open.about))
    }

    /// The questions that have waited too long.
    pub(super) fn overdue(&mut self, now: Timestamp) -> Vec<(Peer, A)> {
        self.close(|open| open.until <= now)
    }

    /// The peer answered rightly.
    pub(super) fn served(&mut self, peer: &Peer) {
        if let Some(record) = self.records.get_mut(peer) {
            record.failures = Backoff::default();
        }
    }

    /// The peer did not answer.
    pub(super) fn failed(&mut self, peer: &Peer, now: Timestamp) {
        self.records
            .entry(peer.clone())
            .or_default()
            .failures
            .failed(now, &mut self.jitter);
    }

    /// The peer answered wrongly.
    pub(super) fn lied(&mut self, peer: &Peer, now: Timestamp) {
        self.records
            .entry(peer.clone())
            .or_default()
            .lies
            .lied(now, &mut self.jitter);
    }

    pub(super) fn jitter(&mut self) -> &mut Jitter {
        &mut self.jitter
    }

    fn close(&mut self, done: impl Fn(&Open<A>) -> bool) -> Vec<(Peer, A)> {
        let tickets: Vec<Ticket> = self
            .open
            .iter()
            .filter(|(_, open)| done(open))
            .map(|(ticket, _)| *ticket)
            .collect();
        tickets
            .into_iter()
            .filter_map(|ticket| self.answered(ticket))
            .collect()
    }

    fn release(&mut self, peer: &Peer) {
        if let Some(link) = self.connected.get_mut(peer) {
            link.in_flight = link.in_flight.saturating_sub(1);
        }
    }
}
