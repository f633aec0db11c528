//! What libp2p reports, in the words of the rest of the node.

use hearth_protocol::codec;
use hearth_protocol::id::Id;
use hearth_protocol::sync::{
    Answer, Failed, HeadsHint, JoinReply, JoinRequest, Peer, PulseReply, PulseRequest, Reply, Request,
    WitnessReply, WitnessRequest,
};
use libp2p::core::ConnectedPoint;
use libp2p::gossipsub::{self, MessageAcceptance};
use libp2p::request_response::{self, Message, OutboundFailure};
use libp2p::swarm::SwarmEvent;
use libp2p::{PeerId, identify, mdns};
use std::io;
use tokio::time::Instant;

use super::behaviour::{BehaviourEvent, MembersEvent};
use super::dialer::Line;
use super::{Asked, Network, ReplyTo};

/// Something the network reports.
#[derive(Debug)]
pub enum Event {
    /// The node can now be reached at an address.
    Listening {
        /// The address, ending in `/p2p/…`.
        address: String,
    },
    /// A node of an admitted organisation is there.
    Connected {
        /// The node.
        peer: Peer,
        /// Whose it is.
        organisation: Id,
    },
    /// It is gone.
    Disconnected {
        /// The node.
        peer: Peer,
    },
    /// An admitted peer asks.
    Asked {
        /// Who asks.
        peer: Peer,
        /// Whose node it is.
        organisation: Id,
        /// What.
        request: Request,
        /// Where the answer goes.
        reply: ReplyTo<Reply>,
    },
    /// An admitted peer asks for a cosignature.
    AskedToWitness {
        /// Who asks.
        peer: Peer,
        /// What.
        request: WitnessRequest,
        /// Where the answer goes.
        reply: ReplyTo<WitnessReply>,
    },
    /// An admitted peer hands on an answer to a pulse.
    Handed {
        /// It.
        request: PulseRequest,
        /// Where the receipt goes.
        reply: ReplyTo<PulseReply>,
    },
    /// Anybody knocks.
    Knocked {
        /// What they say.
        request: JoinRequest,
        /// Where the answer goes.
        reply: ReplyTo<JoinReply>,
    },
    /// A question has its answer, or will have none.
    Answered {
        /// Names the question.
        ticket: hearth_protocol::sync::Ticket,
        /// The answer.
        answer: Result<Answer, Failed>,
    },
    /// Our knock has its answer, or will have none.
    JoinAnswered {
        /// The answer.
        answer: Result<JoinReply, Failed>,
    },
    /// A head was hinted at.
    Gossiped {
        /// Who passed it on.
        peer: Peer,
        /// The log.
        organisation: Id,
        /// The signed note, unverified.
        note: Vec<u8>,
    },
}

impl Network {
    pub(super) fn hear(&mut self, event: SwarmEvent<BehaviourEvent>) {
        match event {
            SwarmEvent::Behaviour(event) => self.hear_behaviour(event),
            SwarmEvent::NewListenAddr { address, .. } => {
                if let Ok(address) = address.with_p2p(*self.swarm.local_peer_id()) {
                    self.ready.push_back(Event::Listening {
                        address: address.to_string(),
                    });
                }
            }
            SwarmEvent::ConnectionEstablished {
                peer_id, endpoint, ..
            } => {
                let called = match &endpoint {
                    ConnectedPoint::Dialer { address, .. } => Some(address),
                    ConnectedPoint::Listener { .. } => None,
                };
                self.dialer.connected(peer_id, called);
                self.notice(peer_id);
            }
            SwarmEvent::ConnectionClosed {
                peer_id,
                num_established,
                cause,
                ..
            } => {
                tracing::debug!(peer = %peer_id, ?cause, "connection closed");
                if num_established == 0 {
                    self.dialer.disconnected(peer_id, Instant::now());
                    self.listening.remove(&peer_id);
                }
                self.notice(peer_id);
            }
            SwarmEvent::OutgoingConnectionError { peer_id, error, .. } => {
                tracing::debug!(peer = ?peer_id, %error, "no connection");
            }
            SwarmEvent::IncomingConnectionError { error, .. } => {
                tracing::debug!(%error, "incoming connection refused");
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "listener"),
            SwarmEvent::ListenerClosed {
                addresses, reason, ..
            } => {
                tracing::warn!(?addresses, ?reason, "no longer listening");
            }
            SwarmEvent::IncomingConnection { .. }
            | SwarmEvent::Dialing { .. }
            | SwarmEvent::ExpiredListenAddr { .. }
            | SwarmEvent::NewExternalAddrCandidate { .. }
            | SwarmEvent::ExternalAddrConfirmed { .. }
            | SwarmEvent::ExternalAddrExpired { .. }
            | SwarmEvent::NewExternalAddrOfPeer { .. }
            | _ => {}
        }
    }

    /// Tells the rest of the node when an admitted peer comes or goes. A stranger's connections are nobody's business.
    fn notice(&mut self, peer: PeerId) {
        let inside = self.swarm.behaviour().members.is_inside(&peer);
        let name = Peer(peer.to_bytes());
        if inside && self.present.insert(peer) {
            let organisation = self.admitted.get(&peer).copied();
            let organisation = organisation.expect("the gate lets nobody through who is not admitted");
            self.ready.push_back(Event::Connected {
                peer: name,
                organisation,
            });
            self.ask_where(&peer);
        } else if !inside && self.present.remove(&peer) {
            self.ready.push_back(Event::Disconnected { peer: name });
        }
    }

    fn hear_behaviour(&mut self, event: BehaviourEvent) {
        match event {
            BehaviourEvent::Join(event) => self.hear_join(event),
            BehaviourEvent::Members(MembersEvent::Gossip(event)) => self.hear_gossip(event),
            BehaviourEvent::Members(MembersEvent::Sync(event)) => self.hear_sync(event),
            BehaviourEvent::Members(MembersEvent::Witness(event)) => self.hear_witness(event),
            BehaviourEvent::Members(MembersEvent::Peers(event)) => self.hear_peers(event),
            BehaviourEvent::Members(MembersEvent::Pulse(event)) => self.hear_pulse(event),
            BehaviourEvent::Identify(identify::Event::Received { peer_id, info, .. }) => {
                self.listening.insert(peer_id, info.listen_addrs);
            }
            BehaviourEvent::Mdns(mdns::Event::Discovered(found)) => {
                for (peer, address) in found.into_iter().filter(|(p, _)| self.admitted.contains_key(p)) {
                    self.dialer.know(
                        Line::Node(peer),
                        super::dialer::line_of(address).1,
                        Instant::now(),
                    );
                }
            }
            BehaviourEvent::Mdns(mdns::Event::Expired(_))
            | BehaviourEvent::Limits(_)
            | BehaviourEvent::Identify(_)
            | BehaviourEvent::Ping(_) => {}
        }
    }

    fn hear_sync(&mut self, event: request_response::Event<Request, Reply>) {
        match event {
            request_response::Event::Message { peer, message, .. } => match message {
                Message::Request { request, channel, .. } => {
                    let Some(organisation) = self.admitted.get(&peer).copied() else {
                        return;
                    };
                    let (peer, reply) = (Peer(peer.to_bytes()), ReplyTo(channel));
                    self.ready.push_back(Event::Asked {
                        peer,
                        organisation,
                        request,
                        reply,
                    });
                }
                Message::Response { request_id, response } => {
                    self.answered(Asked::Sync(request_id), Ok(Answer::Sync(response)));
                }
            },
            request_response::Event::OutboundFailure {
                request_id, error, ..
            } => {
                self.answered(Asked::Sync(request_id), Err(failed(&error)));
            }
            request_response::Event::InboundFailure { peer, error, .. } => {
                tracing::debug!(%peer, %error, "a question could not be read or answered");
            }
            request_response::Event::ResponseSent { .. } => {}
        }
    }

    fn hear_witness(&mut self, event: request_response::Event<WitnessRequest, WitnessReply>) {
        match event {
            request_response::Event::Message { peer, message, .. } => match message {
                Message::Request { request, channel, .. } => {
                    let (peer, reply) = (Peer(peer.to_bytes()), ReplyTo(channel));
                    self.ready
                        .push_back(Event::AskedToWitness { peer, request, reply });
                }
                Message::Response { request_id, response } => {
                    self.answered(Asked::Witness(request_id), Ok(Answer::Witness(response)));
                }
            },
            request_response::Event::OutboundFailure {
                request_id, error, ..
            } => {
                self.answered(Asked::Witness(request_id), Err(failed(&error)));
            }
            request_response::Event::InboundFailure { peer, error, .. } => {
                tracing::debug!(%peer, %error, "a checkpoint could not be read or answered");
            }
            request_response::Event::ResponseSent { .. } => {}
        }
    }

    fn hear_pulse(&mut self, event: request_response::Event<PulseRequest, PulseReply>) {
        match event {
            request_response::Event::Message { message, .. } => match message {
                Message::Request { request, channel, .. } => {
                    let reply = ReplyTo(channel);
                    self.ready.push_back(Event::Handed { request, reply });
                }
                Message::Response { request_id, response } => {
                    if let Some(back) = self.handed.remove(&request_id) {
                        // Whoever asked may have hung up; the collector has the answer all the same.
                        let _gone = back.send(response);
                    }
                }
            },
            request_response::Event::OutboundFailure {
                request_id, error, ..
            } => {
                tracing::debug!(%error, "an answer was not handed on");
                self.handed.remove(&request_id);
            }
            request_response::Event::InboundFailure { peer, error, .. } => {
                tracing::debug!(%peer, %error, "an answer could not be read or receipted");
            }
            request_response::Event::ResponseSent { .. } => {}
        }
    }

    fn hear_join(&mut self, event: request_response::Event<JoinRequest, JoinReply>) {
        match event {
            request_response::Event::Message { message, .. } => match message {
                Message::Request { request, channel, .. } => {
                    self.ready.push_back(Event::Knocked {
                        request,
                        reply: ReplyTo(channel),
                    });
                }
                Message::Response { response, .. } => {
                    self.ready.push_back(Event::JoinAnswered { answer: Ok(response) });
                }
            },
            request_response::Event::OutboundFailure { error, .. } => {
                tracing::debug!(%error, "nobody answers the door");
                self.ready.push_back(Event::JoinAnswered {
                    answer: Err(failed(&error)),
                });
            }
            request_response::Event::InboundFailure { peer, error, .. } => {
                tracing::debug!(%peer, %error, "a knock could not be read or answered");
            }
            request_response::Event::ResponseSent { .. } => {}
        }
    }

    fn answered(&mut self, asked: Asked, answer: Result<Answer, Failed>) {
        if let Some(ticket) = self.asked.remove(&asked) {
            self.ready.push_back(Event::Answered { ticket, answer });
        }
    }

    /// A hint that cannot be read is not passed on.
    fn hear_gossip(&mut self, event: gossipsub::Event) {
        let gossipsub::Event::Message {
            propagation_source,
            message_id,
            message,
        } = event
        else {
            return;
        };
        let hint = codec::decode::<HeadsHint>(&message.data).ok();
        let acceptance = if hint.is_some() {
            MessageAcceptance::Accept
        } else {
            MessageAcceptance::Reject
        };
        let gossip = &mut self.swarm.behaviour_mut().members.inner_mut().gossip;
        gossip.report_message_validation_result(&message_id, &propagation_source, acceptance);
        if let Some(HeadsHint { note, organisation }) = hint {
            let peer = Peer(propagation_source.to_bytes());
            self.ready.push_back(Event::Gossiped {
                peer,
                organisation,
                note,
            });
        }
    }
}

fn failed(error: &OutboundFailure) -> Failed {
    match error {
        OutboundFailure::Io(e) if e.kind() == io::ErrorKind::InvalidData => Failed::Malformed,
        OutboundFailure::Io(_)
        | OutboundFailure::DialFailure
        | OutboundFailure::Timeout
        | OutboundFailure::ConnectionClosed
        | OutboundFailure::UnsupportedProtocols => Failed::Unreachable,
    }
}
