//! Finding out who holds which heads: per peer a digest, and only where it differs the heads that do.
//!
//! Due when a peer appears, when a hint says that something changed, and every [`PERIOD`].

use std::collections::{BTreeMap, BTreeSet};

use super::message::{OfferedHead, Reply, Request};
use super::port::Peer;
use crate::id::{Hash, Id};
use crate::time::{Span, Timestamp};

/// Between two exchanges with a peer that nothing else caused.
const PERIOD: Span = Span::from_millis(30_000);

/// Most logs one peer's heads are remembered of while it says there are more.
const LOGS: usize = 1 << 16;

/// One exchange per peer.
#[derive(Debug, Default)]
pub(super) struct Heads {
    exchanges: BTreeMap<Peer, Exchange>,
}

#[derive(Debug)]
struct Exchange {
    due: Timestamp,
    /// A question is open.
    asking: bool,
    /// The heads differ for certain: leave the digest out.
    differs: bool,
    /// What the peer sent in this exchange, as long as it says there is more.
    had: BTreeMap<Id, Hash>,
}

/// What an answer came to.
#[derive(Debug, PartialEq)]
pub(super) enum Heard {
    /// The peer holds the same heads, or those that follow are not needed yet.
    Nothing,
    /// Heads of the peer that differ from ours.
    Offers(Vec<OfferedHead>),
    /// The last of them: the peer offers these logs and no other.
    LastOffers {
        /// What came last.
        offers: Vec<OfferedHead>,
        /// All that came, this time and before.
        logs: BTreeSet<Id>,
    },
    /// Not an answer to what was asked.
    Wrong,
}

impl Heads {
    pub(super) fn connected(&mut self, peer: Peer, now: Timestamp) {
        self.exchanges.insert(
            peer,
            Exchange {
                due: now,
                asking: false,
                differs: false,
                had: BTreeMap::new(),
            },
        );
    }

    pub(super) fn disconnected(&mut self, peer: &Peer) {
        self.exchanges.remove(peer);
    }

    /// Something says that the peer's heads are not ours.
    pub(super) fn hinted(&mut self, peer: &Peer, now: Timestamp) {
        if let Some(exchange) = self.exchanges.get_mut(peer) {
            exchange.due = exchange.due.min(now);
            exchange.differs = true;
        }
    }

    /// The peers whose exchange is due.
    pub(super) fn due(&self, now: Timestamp) -> Vec<Peer> {
        let due = self
            .exchanges
            .iter()
            .filter(|(_, exchange)| exchange.due <= now && !exchange.asking);
        due.map(|(peer, _)| peer.clone()).collect()
    }

    /// What to ask a peer that is due. `held` are the heads held, ascending by organisation.
    pub(super) fn question(&mut self, peer: &Peer, now: Timestamp, held: &[(Id, Hash)]) -> Option<Request> {
        let exchange = self.exchanges.get_mut(peer)?;
        exchange.asking = true;
        exchange.due = now.plus(PERIOD);
        if !std::mem::take(&mut exchange.differs) {
            return Some(Request::Digest { digest: digest(held) });
        }
        let mut have: BTreeMap<Id, Hash> = held.iter().copied().collect();
        have.extend(&exchange.had);
        Some(Request::Heads {
            have: have.into_iter().collect(),
        })
    }

    pub(super) fn answered(&mut self, peer: &Peer, now: Timestamp, reply: Reply) -> Heard {
        let Some(exchange) = self.exchanges.get_mut(peer) else {
            return Heard::Nothing;
        };
        exchange.asking = false;
        match reply {
            Reply::Same {} => Heard::LastOffers {
                offers: Vec::new(),
                logs: BTreeSet::new(),
            },
            Reply::Differs {} => {
                self.hinted(peer, now);
                Heard::Nothing
            }
            Reply::Heads { more, heads } => {
                let known = exchange.had.len();
                exchange
                    .had
                    .extend(heads.iter().map(|head| (head.organisation, Hash::of(&head.note))));
                if !more {
                    let logs = std::mem::take(&mut exchange.had).into_keys().collect();
                    return Heard::LastOffers { offers: heads, logs };
                }
                if exchange.had.len() == known || known > LOGS {
                    exchange.had.clear();
                    return Heard::Wrong;
                }
                self.hinted(peer, now);
                Heard::Offers(heads)
            }
            Reply::Range { .. }
            | Reply::Consistency { .. }
            | Reply::Body { .. }
            | Reply::Erased { .. }
            | Reply::Missing {}
            | Reply::Noted {} => Heard::Wrong,
            Reply::Refused { .. } => Heard::Nothing,
        }
    }

    /// No answer came: again as soon as the peer is well.
    pub(super) fn failed(&mut self, peer: &Peer, now: Timestamp) {
        if let Some(exchange) = self.exchanges.get_mut(peer) {
            *exchange = Exchange {
                due: now,
                asking: false,
                differs: false,
                had: BTreeMap::new(),
            };
        }
    }
}

/// SHA-256 of organisation ‖ SHA-256(note) for each log, ascending by organisation (docs/protocol.md §5).
#[must_use]
pub fn digest(held: &[(Id, Hash)]) -> Hash {
    let bytes: Vec<u8> = held
        .iter()
        .flat_map(|(id, note)| [*id.as_bytes(), *note.as_bytes()])
        .flatten()
        .collect();
    Hash::of(&bytes)
}
