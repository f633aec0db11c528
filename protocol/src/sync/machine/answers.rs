//! What comes of the answers to our questions, and of there being none.

use super::super::bodies;
use super::super::cosign::Told;
use super::super::heads::Heard;
use super::super::message::{OfferedHead, Reply, WitnessReply, WitnessRequest};
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
            (About::Body(body), Answer::Sync(reply)) => {
                let (verdict, next) = self.bodies.answered(now, peer, body, reply, out);
                if verdict == bodies::Verdict::Lied {
                    self.lied(now, peer);
                }
                if let Some(request) = next {
                    self.peers
                        .ask(now, peer.clone(), About::Body(body), Question::Sync(request), out);
                }
            }
            (About::Evidence(_), Answer::Sync(_)) => {}
            (About::Cosign(about), Answer::Witness(WitnessReply::Added { status, body })) => {
                let Some((organisation, own, key)) = self.own_and_witness(peer) else {
                    return;
                };
                let Some(head) = own.head().cloned() else { return };
                let told = self.cosign.answered(
                    (now, self.peers.jitter()),
                    peer,
                    about,
                    (status, &body),
                    (&head, &key),
                );
                self.told(now, organisation, peer, told, out);
            }
            (About::Claim(size), Answer::Witness(WitnessReply::Latest { head })) => {
                self.shown(now, peer, (size, &head), out);
            }
            (About::Claim(size), Answer::Witness(WitnessReply::Never {})) => {
                self.not_shown(now, peer, size, out);
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
                Told::Confirmed if self.cosign.is_in_doubt() => self.unsaid = Some(peer.clone()),
                Told::Confirmed => out.push(Output::Confirmed { peer: peer.clone() }),
                Told::Claims(size) => self.claimed(now, own, peer, size, out),
                Told::Lied => self.lied(now, peer),
            }
        }
    }

    /// A claim binds nobody: whoever makes it has to show the head, signed with our own key, and the others are asked
    /// what they hold.
    fn claimed(&mut self, now: Timestamp, own: Id, peer: &Peer, size: u64, out: &mut Vec<Output>) {
        let latest = WitnessRequest::Latest { organisation: own };
        self.peers.ask(
            now,
            peer.clone(),
            About::Claim(size),
            Question::Witness(latest),
            out,
        );
        let peers: Vec<Peer> = self.peers.connected().map(|(peer, _)| peer.clone()).collect();
        peers.iter().for_each(|peer| self.heads.hinted(peer, now));
    }

    /// A witness shows the head it has claimed.
    fn shown(&mut self, now: Timestamp, peer: &Peer, claim: (u64, &OfferedHead), out: &mut Vec<Output>) {
        let (size, offer) = claim;
        let own = self.replicas.get_mut(&offer.organisation);
        let effects = own
            .filter(|replica| replica.is_own())
            .map(|replica| replica.offered(peer, offer, &self.witnesses));
        self.effects(now, offer.organisation, effects.unwrap_or_default(), out);
        if self.restored {
            self.cosign.shown(now, self.peers.jitter(), peer, true);
        } else {
            self.not_shown(now, peer, size, out);
        }
    }

    fn not_shown(&mut self, now: Timestamp, peer: &Peer, size: u64, out: &mut Vec<Output>) {
        self.cosign.shown(now, self.peers.jitter(), peer, false);
        let peer = peer.clone();
        out.push(Output::Claimed { peer, size });
        if !self.cosign.is_in_doubt()
            && let Some(peer) = self.unsaid.take()
        {
            out.push(Output::Confirmed { peer });
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
            About::Body(body) => self.bodies.failed(now, peer, body, out),
            About::Cosign(_) => self.cosign.failed(now, self.peers.jitter(), peer),
            About::Claim(size) => self.not_shown(now, peer, size, out),
            About::Evidence(organisation) => self.spread.failed(peer, organisation),
        }
    }
}
