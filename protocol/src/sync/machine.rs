//! The machine that replicates: hands what happens to the sub-machine it concerns, what that makes of it to the
//! others, and puts the questions that are due.

mod answers;
mod questions;

use std::collections::BTreeMap;

use super::bodies::Bodies;
use super::cosign::{self, Cosign};
use super::heads::Heads;
use super::message::Evidence;
use super::peers::Peers;
use super::port::{BodyName, Followed, Input, Keep, Output, Pause, Peer};
use super::pull::Portions;
use super::replica::{self, Effect, Replica};
use super::spread::Spread;
use crate::id::Id;
use crate::log::{ForkEvidence, TreeHead, VerifierKey};
use crate::time::Timestamp;

/// One node's part in replication. `step` is its only door.
#[derive(Debug)]
pub struct Machine {
    portions: Portions,
    peers: Peers<About>,
    replicas: BTreeMap<Id, Replica>,
    witnesses: Vec<VerifierKey>,
    heads: Heads,
    bodies: Bodies,
    cosign: Cosign,
    spread: Spread,
    /// Somebody has shown that we were restored from an old copy.
    restored: bool,
    /// A witness that knows no more than we do, said while another was asked to show that it knows more.
    unsaid: Option<Peer>,
}

/// What a question is about: who gets the answer.
#[derive(Debug, Clone, Copy)]
enum About {
    Heads,
    Log(Id, replica::About),
    Cosign(cosign::About),
    /// The head that a witness says is larger than ours, and the size it named.
    Claim(u64),
    Evidence(Id),
    Body(BodyName),
}

impl Machine {
    /// A machine that knows nobody and holds nothing. The seed only spreads its retries.
    #[must_use]
    pub fn new(seed: u64, portions: Portions) -> Self {
        Self {
            portions,
            peers: Peers::new(seed),
            replicas: BTreeMap::new(),
            witnesses: Vec::new(),
            heads: Heads::default(),
            bodies: Bodies::default(),
            cosign: Cosign::default(),
            spread: Spread::default(),
            restored: false,
            unsaid: None,
        }
    }

    /// Takes in one thing that happened and pushes everything that follows from it, in the order it is to be done.
    pub fn step(&mut self, now: Timestamp, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Follow(logs) => self.follow(now, logs, out),
            Input::Connected { peer, organisation } => self.connected(now, peer, organisation),
            Input::Disconnected { peer } => self.disconnected(now, &peer, out),
            Input::Replied { ticket, answer } => self.replied(now, ticket, answer, out),
            Input::Gossiped {
                peer,
                organisation,
                note,
            } => self.gossiped(now, &peer, organisation, &note, out),
            Input::Differs { peer } => self.heads.hinted(&peer, now),
            Input::Accused { peer, evidence } => self.accused(now, &peer, &evidence, out),
            Input::Found { evidence } => {
                self.evidence(evidence, out);
            }
            Input::Stored { organisation, size } => {
                let effects = self
                    .replicas
                    .get_mut(&organisation)
                    .map(|replica| replica.stored(size));
                self.effects(now, organisation, effects.unwrap_or_default(), out);
            }
            Input::OwnHead { note } => self.own_head(now, &note, out),
            Input::Proof {
                organisation,
                from,
                size,
                proof,
            } => {
                let Some(replica) = self.replicas.get_mut(&organisation) else {
                    return;
                };
                if replica.is_own() {
                    self.cosign
                        .proven(from, size, proof.as_ref().map(|(_, proof)| proof.as_slice()));
                }
                let effects = replica.proven(from, size, proof);
                self.effects(now, organisation, effects, out);
            }
            Input::Wanted { body, size } => self.bodies.want(now, body, size),
            Input::Unwanted { body } => self.bodies.unwant(body, out),
            Input::Tick => {
                for (peer, about) in self.peers.overdue(now) {
                    self.failed(now, &peer, about, out);
                }
            }
        }
        self.ask(now, out);
    }

    fn follow(&mut self, now: Timestamp, logs: Vec<Followed>, out: &mut Vec<Output>) {
        self.restored = false;
        for witness in logs.iter().map(|log| &log.witness) {
            if !self.witnesses.contains(witness) {
                self.witnesses.push(witness.clone());
            }
        }
        for log in logs {
            let organisation = log.organisation;
            if let Some(evidence) = &log.evidence {
                self.spread.convict(organisation, evidence);
                let why = Pause::Forked;
                out.push(Output::Paused { organisation, why });
            }
            if log.is_set_back {
                let why = Pause::SetBack;
                out.push(Output::Paused { organisation, why });
            }
            let replica = Replica::new(log, self.portions, &self.witnesses);
            let effect = replica.disowned();
            self.replicas.insert(organisation, replica);
            self.effects(now, organisation, effect.into_iter().collect(), out);
        }
        let peers: Vec<Peer> = self.peers.connected().map(|(peer, _)| peer.clone()).collect();
        peers.iter().for_each(|peer| self.heads.hinted(peer, now));
    }

    fn connected(&mut self, now: Timestamp, peer: Peer, organisation: Id) {
        if self.peers.connect(peer.clone(), organisation) {
            self.heads.connected(peer.clone(), now);
            self.spread.connected(&peer);
            self.bodies.connected(now);
            self.cosign.connected(peer);
        }
    }

    fn disconnected(&mut self, now: Timestamp, peer: &Peer, out: &mut Vec<Output>) {
        for about in self.peers.disconnect(peer) {
            self.unanswered(now, peer, about, out);
        }
        self.heads.disconnected(peer);
        self.cosign.disconnected(peer);
        self.replicas
            .values_mut()
            .for_each(|replica| replica.withdrawn(peer));
    }

    fn own_head(&mut self, now: Timestamp, note: &[u8], out: &mut Vec<Output>) {
        let own = self.replicas.iter_mut().find(|(_, replica)| replica.is_own());
        if let Some((&organisation, replica)) = own {
            let effects = replica.signed(note, &self.witnesses);
            self.effects(now, organisation, effects, out);
        }
    }

    fn gossiped(
        &mut self,
        now: Timestamp,
        peer: &Peer,
        organisation: Id,
        note: &[u8],
        out: &mut Vec<Output>,
    ) {
        let Some(replica) = self.replicas.get_mut(&organisation) else {
            return;
        };
        let (is_news, effects) = replica.gossiped(peer, note, &self.witnesses);
        self.effects(now, organisation, effects, out);
        if is_news {
            let holders = self
                .peers
                .connected()
                .filter(|(other, of)| *of == organisation || *other == peer);
            let holders: Vec<Peer> = holders.map(|(holder, _)| holder.clone()).collect();
            holders.iter().for_each(|holder| self.heads.hinted(holder, now));
        }
    }

    fn accused(&mut self, now: Timestamp, peer: &Peer, evidence: &Evidence, out: &mut Vec<Output>) {
        let Ok(evidence) = ForkEvidence::try_from(evidence) else {
            self.lied(now, peer);
            return;
        };
        if let Some(organisation) = self.evidence(evidence, out) {
            self.spread.told(peer, organisation);
        }
    }

    /// Convicts whomever it convicts.
    fn evidence(&mut self, evidence: ForkEvidence, out: &mut Vec<Output>) -> Option<Id> {
        let convicts = |replica: &Replica| evidence.verify(replica.keys()).is_ok();
        let organisation = self
            .replicas
            .iter()
            .find(|(_, replica)| convicts(replica))
            .map(|(id, _)| *id)?;
        self.convict(organisation, Box::new(evidence), out);
        Some(organisation)
    }

    fn effects(&mut self, now: Timestamp, organisation: Id, effects: Vec<Effect>, out: &mut Vec<Output>) {
        for effect in effects {
            match effect {
                Effect::Store {
                    from,
                    entries,
                    frontier,
                    note,
                } => {
                    let (is_head, note) = (note.head() == frontier.head(), note.to_bytes());
                    out.push(Output::Keep(Keep::Entries {
                        organisation,
                        from,
                        entries,
                        frontier,
                        note,
                        is_head,
                    }));
                }
                Effect::Keep(note) => out.push(Output::Keep(Keep::Head {
                    organisation,
                    note: note.to_bytes(),
                })),
                Effect::KeepHandovers(handovers) => out.push(Output::Keep(Keep::Handovers {
                    organisation,
                    handovers,
                })),
                Effect::Announce(note) => out.push(Output::Gossip {
                    organisation,
                    note: note.to_bytes(),
                }),
                Effect::Prove { from, size } => out.push(Output::NeedProof {
                    organisation,
                    from,
                    size,
                }),
                Effect::Convict(evidence) => self.convict(organisation, evidence, out),
                Effect::SetBack(to) => self.set_back(organisation, to, out),
                Effect::Stop(why) => out.push(Output::Paused { organisation, why }),
                Effect::Restored { peer, size } => self.restored(peer, size, out),
                Effect::Lied(peer) => self.lied(now, &peer),
            }
        }
    }

    fn convict(&mut self, organisation: Id, evidence: Box<ForkEvidence>, out: &mut Vec<Output>) {
        let Some(replica) = self.replicas.get_mut(&organisation) else {
            return;
        };
        replica.stop();
        if evidence.verify(replica.keys()).is_err() {
            let to = replica.stood_by();
            self.set_back(organisation, to, out);
        } else if self.spread.convict(organisation, &evidence) {
            out.push(Output::Keep(Keep::Evidence {
                organisation,
                evidence,
            }));
            out.push(Output::Paused {
                organisation,
                why: Pause::Forked,
            });
        }
    }

    fn set_back(&mut self, organisation: Id, to: TreeHead, out: &mut Vec<Output>) {
        if let Some(replica) = self.replicas.get_mut(&organisation) {
            replica.stop();
            let why = Pause::SetBack;
            out.push(Output::Keep(Keep::SetBack { organisation, to }));
            out.push(Output::Paused { organisation, why });
        }
    }

    fn restored(&mut self, peer: Peer, size: u64, out: &mut Vec<Output>) {
        self.restored = true;
        out.push(Output::Restored { peer, size });
    }

    /// The peer gave something wrong: it is left alone for a while, and what it offers with it.
    fn lied(&mut self, now: Timestamp, peer: &Peer) {
        self.peers.lied(peer, now);
        self.replicas
            .values_mut()
            .for_each(|replica| replica.withdrawn(peer));
        self.heads.hinted(peer, now);
    }
}

#[cfg(test)]
mod restored;
#[cfg(test)]
mod tests;
