//! Telling every peer about logs that have forked.

use std::collections::{BTreeMap, BTreeSet};

use super::message::{Evidence, Request};
use super::peers::Peers;
use super::port::Peer;
use crate::id::Id;
use crate::log::ForkEvidence;
use crate::time::Timestamp;

/// The evidence held, and who has heard of it.
#[derive(Debug, Default)]
pub(super) struct Spread {
    convicted: BTreeMap<Id, Convicted>,
}

#[derive(Debug)]
struct Convicted {
    evidence: ForkEvidence,
    /// Peers that have it, or are being told.
    told: BTreeSet<Peer>,
}

impl Spread {
    /// True if nothing was known against the log.
    pub(super) fn convict(&mut self, organisation: Id, evidence: &ForkEvidence) -> bool {
        let is_new = !self.convicted.contains_key(&organisation);
        self.convicted.entry(organisation).or_insert_with(|| Convicted {
            evidence: evidence.clone(),
            told: BTreeSet::new(),
        });
        is_new
    }

    /// The peer may have forgotten.
    pub(super) fn connected(&mut self, peer: &Peer) {
        self.convicted.values_mut().for_each(|convicted| {
            convicted.told.remove(peer);
        });
    }

    /// The peer knows.
    pub(super) fn told(&mut self, peer: &Peer, organisation: Id) {
        if let Some(convicted) = self.convicted.get_mut(&organisation) {
            convicted.told.insert(peer.clone());
        }
    }

    /// The peer was not reached: it is told again.
    pub(super) fn failed(&mut self, peer: &Peer, organisation: Id) {
        if let Some(convicted) = self.convicted.get_mut(&organisation) {
            convicted.told.remove(peer);
        }
    }

    pub(super) fn next<A>(&mut self, now: Timestamp, peers: &Peers<A>) -> Option<(Peer, Id, Request)> {
        for (organisation, convicted) in &mut self.convicted {
            let untold = |peer: &Peer| !convicted.told.contains(peer) && peers.is_well(peer, now);
            let peer = peers
                .connected()
                .map(|(peer, _)| peer)
                .find(|peer| untold(peer))
                .cloned();
            if let Some(peer) = peer {
                convicted.told.insert(peer.clone());
                let evidence = Evidence::from(&convicted.evidence);
                return Some((peer, *organisation, Request::Evidence(evidence)));
            }
        }
        None
    }
}
