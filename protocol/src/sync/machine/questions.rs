//! Putting the questions that are due: heads first, then entries, cosignatures and evidence, and bodies with what room
//! is left.

use super::super::cosign::Step;
use super::super::port::{Output, Peer, Question};
use super::super::replica::Replica;
use super::{About, Machine};
use crate::id::{Hash, Id};
use crate::time::Timestamp;

/// Most spans of entries in memory or on their way, over all logs; the first missing span of a log is always asked for.
const SPANS: usize = 16;

impl Machine {
    /// Puts every question that is due: heads first, then entries, cosignatures, evidence, and bodies with what room
    /// is left.
    pub(super) fn ask(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        self.ask_heads(now, out);
        self.ask_entries(now, out);
        self.ask_cosignatures(now, out);
        while let Some((peer, organisation, request)) = self.spread.next(now, &self.peers) {
            self.peers.ask(
                now,
                peer,
                About::Evidence(organisation),
                Question::Sync(request),
                out,
            );
        }
        while let Some((peer, body, request)) = self.bodies.next(now, &mut self.peers, out) {
            self.peers
                .ask(now, peer, About::Body(body), Question::Sync(request), out);
        }
    }

    fn ask_heads(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let due: Vec<Peer> = self
            .heads
            .due(now)
            .into_iter()
            .filter(|peer| self.peers.is_well(peer, now))
            .collect();
        if due.is_empty() {
            return;
        }
        let held: Vec<(Id, Hash)> = self
            .replicas
            .iter()
            .map(|(id, replica)| (*id, replica.held()))
            .collect();
        for peer in due {
            if let Some(request) = self.heads.question(&peer, now, &held) {
                self.peers
                    .ask(now, peer, About::Heads, Question::Sync(request), out);
            }
        }
    }

    fn ask_entries(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        let mut busy: usize = self.replicas.values().map(Replica::busy).sum();
        for (organisation, replica) in &mut self.replicas {
            while let Some((peer, about, request)) = replica.next(&self.peers, now, busy >= SPANS) {
                busy += 1;
                self.peers.ask(
                    now,
                    peer,
                    About::Log(*organisation, about),
                    Question::Sync(request),
                    out,
                );
            }
        }
    }

    fn ask_cosignatures(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        if self.restored {
            return;
        }
        let own = self
            .replicas
            .iter()
            .find(|(_, replica)| replica.is_own() && !replica.is_stopped());
        let Some((&own, head)) = own.and_then(|(id, replica)| Some((id, replica.head()?))) else {
            return;
        };
        let key_of = |organisation| self.replicas.get(&organisation).map(Replica::witness);
        while let Some(step) = self.cosign.next(now, &self.peers, head, key_of) {
            match step {
                Step::Ask(peer, about, request) => {
                    self.peers
                        .ask(now, peer, About::Cosign(about), Question::Witness(request), out);
                }
                Step::Prove { from, size } => out.push(Output::NeedProof {
                    organisation: own,
                    from,
                    size,
                }),
            }
        }
    }
}
