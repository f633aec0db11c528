//! What comes of the answers to our questions, and of there being none.

use super::super::bodies;
use super::super::cosign::Told;
use super::super::heads::Heard;
use super::super::message::{OfferedHead, Reply};
use super::super::port::{Answer, Failed, Output, Peer, Question, Ticket};
use super::super::replica::Replica;
use super::{About, Machine};
use crate::id::Id;
use crate::log::VerifierKey;
use crate::time::Timestamp;

impl Machine {
    pub(super) fn replied(
        &mut self,
        now: Timestamp,
        ticket: Ticket,
        answer: Result<Answer, Failed>,
        out: &mut Vec<Output>,
    ) {
        let Some((peer, about)) = self.peers.answered(ticket) else {
            return;
        };
        match answer {
            Ok(answer) => {
                self.peers.served(&peer);
                self.answered(now, &peer, about, answer, out);
            }
            Err(Failed::Unreachable) => self.failed(now, &peer, about, out),
            Err(Failed::Malformed) => {
                self.unanswered(now, &peer, about, out);
                self.lied(now, &peer);
            }
        }
    }

    fn answered(&mut self, now: Timestamp, peer: &Peer, about: About, answer: Answer, out: &mut Vec<Output>) {
        match (about, answer) {
            (About::Heads, Answer::Sync(reply)) => self.heard(now, peer, reply, out),
            (About::Log(organisation, about), Answer::Sync(reply)) => {
                let Some(replica) = self.replicas.get_mut(&organisation) else {
                    return;
                };
                let effects = replica.answered(peer, about, reply);
                self.effects(now, organisation, effects, out);
            }
            (About::Body(hash), Answer::Sync(reply)) => {
                let (verdict, next) = self.bodies.answered(now, peer, hash, reply, out);
                if verdict == bodies::Verdict::Lied {
                    self.lied(now, peer);
                }
                if let Some(request) = next {
                    self.peers
                        .ask(now, peer.clone(), About::Body(hash), Question::Sync(request), out);
                }
            }
            (About::Evidence(_), Answer::Sync(_)) => {}
            (About::Cosign(about), Answer::Witness(reply)) => {
                let Some((organisation, own, key)) = self.own_and_witness(peer) else {
                    return;
                };
                let Some(head) = own.head().cloned() else { return };
                let told =
                    self.cosign
                        .answered((now, self.peers.jitter()), peer, about, &reply, (&head, &key));
                self.told(now, organisation, peer, told, out);
            }
            (about, Answer::Sync(_) | Answer::Witness(_)) => {
                self.unanswered(now, peer, about, out);
                self.lied(now, peer);
            }
        }
    }

    fn heard(&mut self, now: Timestamp, peer: &Peer, reply: Reply, out: &mut Vec<Output>) {
        match self.heads.answered(peer, now, reply) {
            Heard::Nothing => {}
            Heard::Offers(offers) => self.offered(now, peer, &offers, out),
            Heard::LastOffers { offers, logs } => {
                for (organisation, replica) in &mut self.replicas {
                    if !logs.contains(organisation) {
                        replica.withdrawn(peer);
                    }
                }
                self.offered(now, peer, &offers, out);
            }
            Heard::Wrong => self.lied(now, peer),
        }
    }

    fn offered(&mut self, now: Timestamp, peer: &Peer, offers: &[OfferedHead], out: &mut Vec<Output>) {
        for offer in offers {
            let Some(replica) = self.replicas.get_mut(&offer.organisation) else {
                continue;
            };
            let effects = replica.offered(peer, offer, &self.witnesses);
            self.effects(now, offer.organisation, effects, out);
        }
    }

    fn told(&mut self, now: Timestamp, own: Id, peer: &Peer, told: Vec<Told>, out: &mut Vec<Output>) {
        for told in told {
            match told {
                Told::Cosigned(note) => {
                    let effects = self.replicas.get_mut(&own).map(|replica| replica.cosigned(note));
                    self.effects(now, own, effects.unwrap_or_default(), out);
                }
                Told::Confirmed => out.push(Output::Confirmed { peer: peer.clone() }),
                Told::Restored(size) => self.restored(peer.clone(), size, out),
                Told::Lied => self.lied(now, peer),
            }
        }
    }

    fn own_and_witness(&self, peer: &Peer) -> Option<(Id, &Replica, VerifierKey)> {
        let key = self
            .replicas
            .get(&self.peers.organisation(peer)?)?
            .witness()
            .clone();
        let (id, own) = self.replicas.iter().find(|(_, replica)| replica.is_own())?;
        Some((*id, own, key))
    }

    /// The peer gave nothing.
    pub(super) fn failed(&mut self, now: Timestamp, peer: &Peer, about: About, out: &mut Vec<Output>) {
        self.peers.failed(peer, now);
        self.unanswered(now, peer, about, out);
    }

    pub(super) fn unanswered(&mut self, now: Timestamp, peer: &Peer, about: About, out: &mut Vec<Output>) {
        match about {
            About::Heads => self.heads.failed(peer, now),
            About::Log(organisation, about) => {
                if let Some(replica) = self.replicas.get_mut(&organisation) {
                    replica.failed(peer, about);
                }
            }
            About::Body(hash) => self.bodies.failed(now, peer, hash, out),
            About::Cosign(_) => self.cosign.failed(now, self.peers.jitter(), peer),
            About::Evidence(organisation) => self.spread.failed(peer, organisation),
        }
    }
}
