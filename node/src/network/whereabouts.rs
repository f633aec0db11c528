//! Nodes tell each other where the others are: charters name addresses for ever or none at all, and organisations move.
//! An address from a peer is hearsay. A call there reaches the node of that id or nobody, so a lie costs a call.

use std::collections::BTreeSet;
use std::time::Duration;

use hearth_protocol::limits;
use hearth_protocol::sync::{PeersReply, PeersRequest};
use libp2p::request_response::{self, Message};
use libp2p::{Multiaddr, PeerId};
use serde_bytes::ByteBuf;
use tokio::time::Instant;

use super::Network;
use super::dialer::without_peer;

/// How often the others are asked while an admitted node is missing.
const AROUND: Duration = Duration::from_secs(30);

impl Network {
    /// Asks everybody who is there, now and then, while somebody is missing.
    pub(super) fn look_around(&mut self) {
        let now = Instant::now();
        if now < self.ask_around {
            return;
        }
        self.ask_around = now + AROUND;
        if self.present.len() < self.admitted.len() {
            let present: Vec<PeerId> = self.present.iter().copied().collect();
            present.iter().for_each(|peer| self.ask_where(peer));
        }
    }

    /// Asks one peer where the others are.
    pub(super) fn ask_where(&mut self, peer: &PeerId) {
        let peers = &mut self.swarm.behaviour_mut().members.inner_mut().peers;
        peers.send_request(peer, PeersRequest::Where {});
    }

    pub(super) fn hear_peers(&mut self, event: request_response::Event<PeersRequest, PeersReply>) {
        match event {
            request_response::Event::Message { peer, message, .. } => match message {
                Message::Request {
                    request: PeersRequest::Where {},
                    channel,
                    ..
                } => {
                    let reply = PeersReply::There {
                        nodes: self.whereabouts(),
                    };
                    let peers = &mut self.swarm.behaviour_mut().members.inner_mut().peers;
                    let _gone = peers.send_response(channel, reply);
                }
                Message::Response {
                    response: PeersReply::There { nodes },
                    ..
                } => nodes.into_iter().for_each(|node| self.heard(peer, node)),
            },
            request_response::Event::OutboundFailure { peer, error, .. } => {
                tracing::debug!(%peer, %error, "it does not say where the others are");
            }
            request_response::Event::InboundFailure { .. } | request_response::Event::ResponseSent { .. } => {
            }
        }
    }

    /// Where admitted nodes are, as they or their charters say. What others say is not passed on.
    fn whereabouts(&self) -> Vec<(ByteBuf, Vec<String>)> {
        let mut nodes: Vec<_> = self
            .admitted
            .keys()
            .map(|peer| {
                let listening = self.listening.get(peer).into_iter().flatten();
                let mut addresses: Vec<String> = Vec::new();
                for address in listening.chain(self.dialer.of(peer)) {
                    let address = without_peer(address.clone()).to_string();
                    if addresses.len() < limits::ADDRESSES && !addresses.contains(&address) {
                        addresses.push(address);
                    }
                }
                (ByteBuf::from(peer.to_bytes()), addresses)
            })
            .filter(|(_, addresses)| !addresses.is_empty())
            .collect();
        nodes.sort_unstable();
        nodes
    }

    fn heard(&mut self, source: PeerId, (node, addresses): (ByteBuf, Vec<String>)) {
        let known = PeerId::from_bytes(&node).ok();
        let is_missing = |peer: &PeerId| self.admitted.contains_key(peer) && !self.present.contains(peer);
        let Some(peer) = known.filter(is_missing) else {
            return;
        };
        let addresses: BTreeSet<Multiaddr> = addresses
            .iter()
            .take(limits::ADDRESSES)
            .filter(|address| address.len() <= limits::ADDRESS)
            .filter_map(|address| address.parse().ok())
            .map(without_peer)
            .collect();
        self.dialer.hear(source, peer, addresses, Instant::now());
    }
}
