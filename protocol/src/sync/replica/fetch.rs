//! Fetching what a log's believed heads promise: whom to ask, and what to make of the answer.

use super::super::doubt::{Doubt, Finding, contradiction};
use super::super::message::{Reply, Request};
use super::super::peers::Peers;
use super::super::port::{Pause, Peer};
use super::super::pull::Taken;
use super::{About, Effect, Replica};
use crate::log::{ForkEvidence, HeldNote};
use crate::time::Timestamp;

/// Most questions one peer has open before it is asked for further entries.
const RANGES_IN_FLIGHT: usize = 4;

impl Replica {
    /// The next question about this log, to a peer that offers what is missing. With `first_only` memory is short.
    pub(in crate::sync) fn next<A>(
        &mut self,
        peers: &Peers<A>,
        now: Timestamp,
        first_only: bool,
    ) -> Option<(Peer, About, Request)> {
        if self.own || self.stopped {
            return None;
        }
        for (peer, doubt) in self
            .doubts
            .iter_mut()
            .filter(|(peer, _)| peers.is_well(peer, now))
        {
            if let Some(question) = doubt.question(self.organisation) {
                return Some((peer.clone(), About::Doubt, question));
            }
        }
        self.choose_aim(peers, now);
        let wanted = self.pull.next(first_only)?;
        let size = self.pull.aim()?.head().size;
        let able = self
            .sources(peers, now)
            .filter(|(peer, note)| note.head().size >= size && peers.in_flight(peer) < RANGES_IN_FLIGHT);
        let peer = able
            .map(|(peer, _)| peer)
            .min_by_key(|peer| peers.in_flight(peer))?
            .clone();
        let question = self.pull.ask(self.organisation, wanted)?;
        Some((peer, About::Range(wanted), question))
    }

    pub(in crate::sync) fn answered(&mut self, peer: &Peer, about: About, reply: Reply) -> Vec<Effect> {
        if self.stopped {
            return Vec::new();
        }
        match about {
            About::Range(wanted) => {
                let taken = self.pull.answered(peer, wanted, reply);
                taken.into_iter().flat_map(|taken| self.take(taken)).collect()
            }
            About::Doubt if matches!(reply, Reply::Refused { .. }) => {
                self.withdrawn(peer);
                Vec::new()
            }
            About::Doubt => self.found(peer, &reply),
        }
    }

    /// No answer came.
    pub(in crate::sync) fn failed(&mut self, peer: &Peer, about: About) {
        match about {
            About::Range(wanted) => self.pull.failed(wanted),
            About::Doubt => self.withdrawn(peer),
        }
    }

    fn take(&mut self, taken: Taken) -> Vec<Effect> {
        match taken {
            Taken::Entries {
                from,
                entries,
                frontier,
                aim,
            } => {
                vec![Effect::Store {
                    from,
                    entries,
                    frontier,
                    note: aim,
                }]
            }
            Taken::Reached(head) => {
                let behind = |offer: &HeldNote| offer.head().size <= head.head().size;
                let passed: Vec<(Peer, HeldNote)> =
                    self.offers.extract_if(.., |_, offer| behind(offer)).collect();
                self.head = Some(head);
                self.unannounced = true;
                passed
                    .into_iter()
                    .flat_map(|(peer, offer)| self.judge(&peer, offer))
                    .collect()
            }
            Taken::Misstated { truly, aim, proof } => {
                let stated = self.keys.statements().find(|(head, _)| head.size == truly.size);
                let (_, note) = stated.expect("only what a handover states is compared");
                let evidence = if aim.head().size == truly.size {
                    ForkEvidence::new(note.clone(), aim.to_note(), Vec::new())
                } else {
                    contradiction(note.clone(), truly, &aim, &proof)
                };
                vec![Effect::Convict(Box::new(evidence))]
            }
            Taken::Oversize { index, size } => {
                self.stop();
                vec![Effect::Stop(Pause::Oversize { index, size })]
            }
            Taken::Unproven { peer, aim } => self.doubt(peer, &aim),
            Taken::Wrong(peer) => {
                self.withdrawn(&peer);
                vec![Effect::Lied(peer)]
            }
            Taken::Unable(peer) => {
                self.withdrawn(&peer);
                Vec::new()
            }
        }
    }

    fn doubt(&mut self, peer: Peer, aim: &HeldNote) -> Vec<Effect> {
        let Some(offered) = self.offers.get(&peer) else {
            return vec![Effect::Lied(peer)];
        };
        let signed = (self.head.as_ref(), self.pull.rooted());
        let doubt = Doubt::new(signed, self.pull.head(), aim, offered);
        if doubt.is_settled() {
            self.withdrawn(&peer);
            return vec![Effect::Lied(peer)];
        }
        self.doubts.insert(peer, doubt);
        Vec::new()
    }

    fn found(&mut self, peer: &Peer, reply: &Reply) -> Vec<Effect> {
        match self
            .doubts
            .get_mut(peer)
            .map_or(Finding::Open, |doubt| doubt.answered(reply))
        {
            Finding::Open => Vec::new(),
            Finding::PeerLied => {
                self.withdrawn(peer);
                vec![Effect::Lied(peer.clone())]
            }
            Finding::Forked(evidence) => vec![Effect::Convict(evidence)],
            Finding::Torn => vec![Effect::SetBack(self.stood_by())],
        }
    }

    /// Keeps the aim while somebody well offers it; else goes for the largest head on offer.
    fn choose_aim<A>(&mut self, peers: &Peers<A>, now: Timestamp) {
        let best = self
            .sources(peers, now)
            .map(|(_, offer)| offer)
            .max_by_key(|offer| offer.head().size);
        let Some(best) = best.filter(|best| best.head().size > self.pull.head().size) else {
            return;
        };
        if self
            .pull
            .aim()
            .is_none_or(|aim| best.head().size < aim.head().size)
        {
            self.pull.aim_at(best.clone());
        }
    }

    fn sources<A>(&self, peers: &Peers<A>, now: Timestamp) -> impl Iterator<Item = (&Peer, &HeldNote)> {
        self.offers
            .iter()
            .filter(move |(peer, _)| !self.doubts.contains_key(*peer) && peers.is_well(peer, now))
    }
}
