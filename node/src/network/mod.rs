//! The network: the only room that knows libp2p. It says who is there, carries questions and answers, and decides nothing.

mod behaviour;
mod dialer;
mod event;
mod frame;
mod gate;
mod identity;
mod listen;
mod whereabouts;

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use futures::StreamExt;
use hearth_protocol::id::Id;
use hearth_protocol::sync::{
    Failed, HeadsHint, JoinReply, JoinRequest, Peer, PulseReply, PulseRequest, Question, Reply, Ticket,
    WitnessReply,
};
use libp2p::gossipsub::{IdentTopic, PublishError};
use libp2p::request_response::{OutboundRequestId, ResponseChannel};
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId, Swarm, SwarmBuilder, noise, tcp, yamux};
use tokio::sync::oneshot;
use tokio::time::Instant;

use behaviour::{Behaviour, topic};
use dialer::{Dialer, Line};
pub use event::Event;
pub use identity::{Identity, IdentityError, name_of};
pub use listen::{BadAddress, check_address};

/// How long a connection nobody uses stays open. Members exchange digests more often than that.
const IDLE: Duration = Duration::from_secs(120);

/// How a node meets the network.
#[derive(Debug, Clone, Default)]
pub struct NetworkOptions {
    /// Where to listen: multiaddresses, e.g. `/ip4/0.0.0.0/tcp/4001` and `/ip4/0.0.0.0/udp/4001/quic-v1`.
    pub listen: Vec<String>,
    /// Whom to call besides those the charters name.
    pub peers: Vec<String>,
    /// Look for nodes on the local network (mDNS).
    pub lan: bool,
}

/// Why the network does not start.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// An address that cannot be used.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// Something else already listens there.
    #[error("port {port} is in use ({address}); stop what listens there or choose another with --listen")]
    PortInUse {
        /// The port.
        port: u16,
        /// The address that was asked for.
        address: String,
    },
    /// The system refuses to listen there.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address that was asked for.
        address: String,
        /// What the system said.
        reason: String,
    },
    /// A part of the network stack does not start.
    #[error("the network does not start: {reason}")]
    Stack {
        /// What it said.
        reason: String,
    },
}

/// A node of an admitted organisation, as its charter names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    /// Whose node it is.
    pub organisation: Id,
    /// The node.
    pub peer: Peer,
    /// Where it says it can be called. Those that are no multiaddresses are passed over.
    pub addresses: Vec<String>,
}

/// Where an answer goes. Dropping it closes the asker's stream.
#[derive(Debug)]
pub struct ReplyTo<A>(ResponseChannel<A>);

/// The running network of one node.
pub struct Network {
    swarm: Swarm<Behaviour>,
    topic: IdentTopic,
    dialer: Dialer,
    /// Whose node an admitted peer is.
    admitted: HashMap<PeerId, Id>,
    /// Admitted peers that have been announced as connected.
    present: BTreeSet<PeerId>,
    /// Where connected nodes say they listen.
    listening: HashMap<PeerId, Vec<Multiaddr>>,
    /// When the others are asked next where those are who are missing.
    ask_around: Instant,
    asked: HashMap<Asked, Ticket>,
    /// Answers handed to other nodes, and where the replies go.
    handed: HashMap<OutboundRequestId, oneshot::Sender<PulseReply>>,
    ready: VecDeque<Event>,
}

/// Which question of which protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Asked {
    Sync(OutboundRequestId),
    Witness(OutboundRequestId),
}

impl Network {
    /// Starts listening. Nobody is admitted yet.
    pub fn start(identity: Identity, community: Id, options: &NetworkOptions) -> Result<Self, NetworkError> {
        let listen = listen::parse(&options.listen)?;
        let peers = listen::parse(&options.peers)?;
        let behaviour = |key: &_| Ok(Behaviour::new(key, community, options.lan)?);
        let mut swarm = SwarmBuilder::with_existing_identity(identity.0)
            .with_tokio()
            .with_tcp(
                tcp::Config::default().nodelay(true),
                noise::Config::new,
                yamux::Config::default,
            )
            .map_err(stack)?
            .with_quic()
            .with_dns()
            .map_err(stack)?
            .with_behaviour(behaviour)
            .map_err(stack)?
            .with_swarm_config(|config| config.with_idle_connection_timeout(IDLE))
            .build();
        for address in listen {
            listen::open(&mut swarm, address)?;
        }
        let mut dialer = Dialer::default();
        let now = Instant::now();
        for address in peers {
            let (line, address) = dialer::line_of(address);
            dialer.know(line, address, now);
        }
        Ok(Self {
            swarm,
            topic: topic(community),
            dialer,
            admitted: HashMap::new(),
            present: BTreeSet::new(),
            listening: HashMap::new(),
            ask_around: now,
            asked: HashMap::new(),
            handed: HashMap::new(),
            ready: VecDeque::new(),
        })
    }

    /// This node's id.
    pub fn peer(&self) -> Peer {
        Peer(self.swarm.local_peer_id().to_bytes())
    }

    /// The addresses others can call, each ending in `/p2p/…`.
    pub fn addresses(&self) -> Vec<String> {
        let own = *self.swarm.local_peer_id();
        self.swarm
            .listeners()
            .filter_map(|a| a.clone().with_p2p(own).ok())
            .map(|a| a.to_string())
            .collect()
    }

    /// Who may speak more than `/hearth/join/1`: these and nobody else. Their addresses go into the address book.
    pub fn admit(&mut self, nodes: &[Admitted]) {
        let own = *self.swarm.local_peer_id();
        let now = Instant::now();
        let mut admitted = HashMap::new();
        for node in nodes {
            let Ok(peer) = PeerId::from_bytes(&node.peer.0) else {
                continue;
            };
            if peer == own {
                continue;
            }
            admitted.insert(peer, node.organisation);
            for address in node.addresses.iter().filter_map(|a| a.parse::<Multiaddr>().ok()) {
                let (_, address) = dialer::line_of(address);
                self.dialer.know(Line::Node(peer), address, now);
            }
        }
        if admitted == self.admitted {
            return;
        }
        let behaviour = self.swarm.behaviour_mut();
        for peer in self.admitted.keys() {
            behaviour.limits.remove_peer_id(peer);
            if !admitted.contains_key(peer) {
                self.dialer.forget(peer);
            }
        }
        for peer in admitted.keys() {
            behaviour.limits.bypass_peer_id(peer);
        }
        behaviour.members.admit(admitted.keys().copied().collect());
        self.admitted = admitted;
    }

    /// Calls whom it is time to call. Due a few times a second.
    pub fn redial(&mut self) {
        self.look_around();
        for (line, addresses) in self.dialer.due(Instant::now()) {
            let call = match line {
                Line::Node(peer) => DialOpts::peer_id(peer)
                    .condition(PeerCondition::DisconnectedAndNotDialing)
                    .addresses(addresses)
                    .allocate_new_port()
                    .build(),
                Line::Address(address) => DialOpts::unknown_peer_id()
                    .address(address)
                    .allocate_new_port()
                    .build(),
            };
            if let Err(error) = self.swarm.dial(call) {
                tracing::debug!(%error, "not dialled");
            }
        }
    }

    /// Asks an admitted peer. The answer, or that there is none, comes as [`Event::Answered`].
    pub fn ask(&mut self, peer: &Peer, ticket: Ticket, question: Question) {
        let peer = PeerId::from_bytes(&peer.0)
            .ok()
            .filter(|p| self.present.contains(p));
        let Some(peer) = peer else {
            self.ready.push_back(Event::Answered {
                ticket,
                answer: Err(Failed::Unreachable),
            });
            return;
        };
        let members = self.swarm.behaviour_mut().members.inner_mut();
        let asked = match question {
            Question::Sync(request) => Asked::Sync(members.sync.send_request(&peer, request)),
            Question::Witness(request) => Asked::Witness(members.witness.send_request(&peer, request)),
        };
        self.asked.insert(asked, ticket);
    }

    /// Knocks at an inviter's door, at addresses ending in `/p2p/…` of one node. The answer comes as [`Event::JoinAnswered`].
    pub fn knock(&mut self, addresses: &[String], request: JoinRequest) -> Result<(), BadAddress> {
        let mut door: BTreeMap<PeerId, Vec<Multiaddr>> = BTreeMap::new();
        for address in listen::parse(addresses)? {
            if let (Line::Node(peer), address) = dialer::line_of(address) {
                door.entry(peer).or_default().push(address);
            }
        }
        match door.pop_first() {
            Some((peer, addresses)) => {
                let join = &mut self.swarm.behaviour_mut().join;
                join.send_request_with_addresses(&peer, request, addresses);
            }
            None => self.ready.push_back(Event::JoinAnswered {
                answer: Err(Failed::Unreachable),
            }),
        }
        Ok(())
    }

    /// Answers a question. An asker who hung up meanwhile is passed over in silence.
    pub fn reply(&mut self, to: ReplyTo<Reply>, reply: Reply) {
        let _gone = self
            .swarm
            .behaviour_mut()
            .members
            .inner_mut()
            .sync
            .send_response(to.0, reply);
    }

    /// Answers a request for a cosignature.
    pub fn reply_witness(&mut self, to: ReplyTo<WitnessReply>, reply: WitnessReply) {
        let _gone = self
            .swarm
            .behaviour_mut()
            .members
            .inner_mut()
            .witness
            .send_response(to.0, reply);
    }

    /// Hands an answer to a pulse to the peer that collects it. Where there is no reply, `back` is dropped.
    pub fn hand(&mut self, peer: &Peer, request: PulseRequest, back: oneshot::Sender<PulseReply>) {
        let peer = PeerId::from_bytes(&peer.0)
            .ok()
            .filter(|p| self.present.contains(p));
        if let Some(peer) = peer {
            let members = self.swarm.behaviour_mut().members.inner_mut();
            let id = members.pulse.send_request(&peer, request);
            self.handed.insert(id, back);
        }
    }

    /// Answers whoever handed in an answer.
    pub fn reply_pulse(&mut self, to: ReplyTo<PulseReply>, reply: PulseReply) {
        let members = self.swarm.behaviour_mut().members.inner_mut();
        let _gone = members.pulse.send_response(to.0, reply);
    }

    /// Answers a knock.
    pub fn reply_join(&mut self, to: ReplyTo<JoinReply>, reply: JoinReply) {
        let _gone = self.swarm.behaviour_mut().join.send_response(to.0, reply);
    }

    /// Hints at a new head. Nobody listening is no failure: heads are also asked for.
    pub fn publish(&mut self, hint: &HeadsHint) {
        let bytes = hearth_protocol::codec::encode(hint);
        let gossip = &mut self.swarm.behaviour_mut().members.inner_mut().gossip;
        match gossip.publish(self.topic.clone(), bytes) {
            Ok(_) | Err(PublishError::Duplicate | PublishError::NoPeersSubscribedToTopic) => {}
            Err(error) => tracing::debug!(%error, "head not published"),
        }
    }

    /// The next thing that happens. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Event {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return event;
            }
            let event = self.swarm.select_next_some().await;
            self.hear(event);
        }
    }
}

fn stack(error: impl std::fmt::Display) -> NetworkError {
    NetworkError::Stack {
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
