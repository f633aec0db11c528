//! Fetching bodies: piece after piece from one peer, hashed on the way, so that nothing of a body stays in memory and
//! a body that is not the one committed to is noticed with whose it is.

use std::collections::{BTreeMap, BTreeSet};

use super::backoff::Backoff;
use super::message::{Reply, Request};
use super::peers::Peers;
use super::port::{BodyName, Keep, Output, Peer};
use crate::entry::body::Committer;
use crate::id::Id;
use crate::limits;
use crate::time::Timestamp;

/// Most questions one peer has open before it is asked for further bodies: entries come first.
const BODIES_IN_FLIGHT: usize = 16;

/// The bodies that are wanted.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    wanted: BTreeMap<BodyName, Want>,
    /// Those that nobody is asked for, by when they may be.
    idle: BTreeSet<(Timestamp, BodyName)>,
}

#[derive(Debug)]
struct Want {
    size: u64,
    /// Peers that do not have it, this time round.
    tried: BTreeSet<Peer>,
    backoff: Backoff,
    /// When it may be asked for; where `fetch` is none.
    due: Timestamp,
    fetch: Option<Fetch>,
}

/// A body on its way from one peer.
struct Fetch {
    peer: Peer,
    offset: u64,
    content: Option<([u8; limits::SALT], Committer)>,
}

impl std::fmt::Debug for Fetch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fetch({:?} from {:?})", self.offset, self.peer)
    }
}

/// What a peer's answer says of the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It answered as it should.
    Fair,
    /// It gave bytes that are not the body.
    Lied,
}

impl Bodies {
    pub(super) fn want(&mut self, now: Timestamp, body: BodyName, size: u64) {
        self.wanted.entry(body).or_insert_with(|| {
            self.idle.insert((now, body));
            let (tried, backoff) = (BTreeSet::new(), Backoff::default());
            Want {
                size,
                tried,
                backoff,
                due: now,
                fetch: None,
            }
        });
    }

    /// What arrives of it from now on is ignored.
    pub(super) fn unwant(&mut self, body: BodyName, out: &mut Vec<Output>) {
        if let Some(want) = self.wanted.remove(&body) {
            self.idle.remove(&(want.due, body));
            if want.fetch.is_some_and(|fetch| fetch.content.is_some()) {
                out.push(Output::Keep(Keep::NoPieces { body }));
            }
        }
    }

    /// Somebody new may have what was missing.
    pub(super) fn connected(&mut self, now: Timestamp) {
        let missed: Vec<_> = self
            .wanted
            .iter()
            .filter(|(_, want)| want.fetch.is_none() && want.due > now)
            .collect();
        let missed: Vec<BodyName> = missed.into_iter().map(|(body, _)| *body).collect();
        for body in missed {
            self.retry_at(now, body);
        }
    }

    /// The next body to ask somebody for.
    pub(super) fn next<A>(
        &mut self,
        now: Timestamp,
        peers: &mut Peers<A>,
        out: &mut Vec<Output>,
    ) -> Option<(Peer, BodyName, Request)> {
        let free: BTreeMap<Peer, Id> = well(peers, now)
            .filter(|(peer, _)| peers.in_flight(peer) < BODIES_IN_FLIGHT)
            .map(|(peer, organisation)| (peer.clone(), organisation))
            .collect();
        if free.is_empty() {
            return None;
        }
        loop {
            let (_, body) = *self.idle.first().filter(|(due, _)| *due <= now)?;
            let want = self.wanted.get_mut(&body).expect("what is idle is wanted");
            let untried = free.iter().filter(|(peer, _)| !want.tried.contains(*peer));
            let source = untried.min_by_key(|(_, organisation)| **organisation != body.organisation);
            if let Some((peer, _)) = source {
                self.idle.pop_first();
                want.fetch = Some(Fetch {
                    peer: peer.clone(),
                    offset: 0,
                    content: None,
                });
                return Some((peer.clone(), body, request(body, 0)));
            }
            if well(peers, now).any(|(peer, _)| !want.tried.contains(peer)) {
                return None;
            }
            want.tried.clear();
            want.backoff.failed(now, peers.jitter());
            let due = want.backoff.until();
            self.retry_at(due, body);
            out.push(Output::BodyMissing { body });
        }
    }

    /// Takes a piece, and says what to ask the same peer next.
    pub(super) fn answered(
        &mut self,
        now: Timestamp,
        peer: &Peer,
        body: BodyName,
        reply: Reply,
        out: &mut Vec<Output>,
    ) -> (Verdict, Option<Request>) {
        let Some(want) = self.wanted.get_mut(&body) else {
            return (Verdict::Fair, None);
        };
        let Some(fetch) = want.fetch.as_mut().filter(|fetch| fetch.peer == *peer) else {
            return (Verdict::Fair, None);
        };
        match reply {
            Reply::Body {
                salt,
                size,
                bytes,
                offset,
            } if size == want.size => {
                let bytes = bytes.into_vec();
                let expected = offset == fetch.offset
                    && fetch.content.as_ref().is_none_or(|(known, _)| *known == salt)
                    && bytes.len() <= limits::PIECE
                    && (!bytes.is_empty() || size == 0)
                    && bytes.len() as u64 <= size - offset;
                if !expected {
                    self.turn_away(now, body, out);
                    return (Verdict::Lied, None);
                }
                let (_, committer) = fetch.content.get_or_insert_with(|| (salt, Committer::new(&salt)));
                committer.update(&bytes);
                fetch.offset += bytes.len() as u64;
                let next = fetch.offset;
                out.push(Output::Keep(Keep::Piece {
                    body,
                    salt,
                    offset,
                    bytes,
                }));
                if next < size {
                    return (Verdict::Fair, Some(request(body, next)));
                }
                self.finish(now, body, out)
            }
            Reply::Body { .. } | Reply::Erased { .. } | Reply::Missing {} | Reply::Refused { .. } => {
                self.turn_away(now, body, out);
                (Verdict::Fair, None)
            }
            Reply::Same {}
            | Reply::Differs {}
            | Reply::Heads { .. }
            | Reply::Range { .. }
            | Reply::Consistency { .. }
            | Reply::Noted {} => {
                self.turn_away(now, body, out);
                (Verdict::Lied, None)
            }
        }
    }

    /// No answer came: somebody else is asked, or the same peer when it is well.
    pub(super) fn failed(&mut self, now: Timestamp, peer: &Peer, body: BodyName, out: &mut Vec<Output>) {
        if self
            .wanted
            .get(&body)
            .is_some_and(|want| want.fetch.as_ref().is_some_and(|fetch| fetch.peer == *peer))
        {
            self.give_up(now, body, out);
        }
    }

    fn finish(
        &mut self,
        now: Timestamp,
        body: BodyName,
        out: &mut Vec<Output>,
    ) -> (Verdict, Option<Request>) {
        let want = self.wanted.get_mut(&body).expect("only a wanted body is fetched");
        let content = want.fetch.as_ref().and_then(|fetch| fetch.content.as_ref());
        if content.is_some_and(|(_, committer)| committer.clone().finish() == body.hash) {
            self.wanted.remove(&body);
            out.push(Output::Keep(Keep::Body { body }));
            return (Verdict::Fair, None);
        }
        self.turn_away(now, body, out);
        (Verdict::Lied, None)
    }

    /// The peer does not have it.
    fn turn_away(&mut self, now: Timestamp, body: BodyName, out: &mut Vec<Output>) {
        if let Some(Want {
            fetch: Some(fetch),
            tried,
            ..
        }) = self.wanted.get_mut(&body)
        {
            tried.insert(fetch.peer.clone());
        }
        self.give_up(now, body, out);
    }

    fn give_up(&mut self, now: Timestamp, body: BodyName, out: &mut Vec<Output>) {
        let fetch = self.wanted.get_mut(&body).and_then(|want| want.fetch.take());
        if fetch.is_some_and(|fetch| fetch.content.is_some()) {
            out.push(Output::Keep(Keep::NoPieces { body }));
        }
        self.retry_at(now, body);
    }

    fn retry_at(&mut self, due: Timestamp, body: BodyName) {
        if let Some(want) = self.wanted.get_mut(&body) {
            self.idle.remove(&(want.due, body));
            want.due = due;
            self.idle.insert((due, body));
        }
    }
}

fn request(body: BodyName, offset: u64) -> Request {
    let BodyName { organisation, hash } = body;
    Request::Body {
        hash,
        offset,
        organisation,
    }
}

fn well<A>(peers: &Peers<A>, now: Timestamp) -> impl Iterator<Item = (&Peer, Id)> {
    peers
        .connected()
        .filter(move |(peer, _)| peers.is_well(peer, now))
}
