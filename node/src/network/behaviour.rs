//! The protocols a node speaks, and to whom.

use std::io;
use std::time::Duration;

use hearth_protocol::id::Id;
use hearth_protocol::limits;
use hearth_protocol::sync::{
    JoinReply, JoinRequest, PeersReply, PeersRequest, PulseReply, PulseRequest, Reply, Request, WitnessReply,
    WitnessRequest,
};
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity, MessageId, ValidationMode};
use libp2p::identity::Keypair;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::swarm::NetworkBehaviour;
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::{StreamProtocol, identify, mdns, ping};
use sha2::{Digest, Sha256};

use super::frame::{Frames, Longest};
use super::gate::Gated;

/// How long a question may take, answer included.
const PATIENCE: Duration = Duration::from_secs(20);
/// Most exchanges at once on one connection with a member.
const EXCHANGES: usize = 64;
/// Most exchanges at once on one connection with anybody.
const JOINS: usize = 4;
/// Members may send what the protocol allows.
const ANY: Longest = Longest {
    request: limits::FRAME,
    reply: limits::FRAME,
};

pub(super) type Sync = request_response::Behaviour<Frames<Request, Reply>>;
pub(super) type Witness = request_response::Behaviour<Frames<WitnessRequest, WitnessReply>>;
pub(super) type Peers = request_response::Behaviour<Frames<PeersRequest, PeersReply>>;
pub(super) type Pulse = request_response::Behaviour<Frames<PulseRequest, PulseReply>>;
pub(super) type Join = request_response::Behaviour<Frames<JoinRequest, JoinReply>>;

/// Everything a node speaks.
#[derive(NetworkBehaviour)]
pub(super) struct Behaviour {
    // First, so that a connection over the limits is refused before anything else learns of it.
    pub(super) limits: connection_limits::Behaviour,
    identify: identify::Behaviour,
    ping: ping::Behaviour,
    mdns: Toggle<mdns::tokio::Behaviour>,
    pub(super) join: Join,
    pub(super) members: Gated<Members>,
}

/// What is spoken with nodes of admitted organisations alone.
#[derive(NetworkBehaviour)]
pub(super) struct Members {
    pub(super) gossip: gossipsub::Behaviour,
    pub(super) sync: Sync,
    pub(super) witness: Witness,
    pub(super) peers: Peers,
    pub(super) pulse: Pulse,
}

impl Behaviour {
    pub(super) fn new(key: &Keypair, community: Id, lan: bool) -> io::Result<Self> {
        let mdns = if lan {
            Some(mdns::tokio::Behaviour::new(
                mdns::Config::default(),
                key.public().to_peer_id(),
            )?)
        } else {
            None
        };
        let identity = identify::Config::new("/hearth/1".into(), key.public()).with_cache_size(0);
        Ok(Self {
            limits: connection_limits::Behaviour::new(strangers()),
            identify: identify::Behaviour::new(identity.with_agent_version("hearth".into())),
            ping: ping::Behaviour::default(),
            mdns: mdns.into(),
            join: exchange(
                "/hearth/join/1",
                Longest {
                    request: limits::JOIN,
                    reply: limits::FRAME,
                },
                JOINS,
            ),
            members: Gated::new(Members {
                gossip: gossip(&topic(community)),
                sync: exchange("/hearth/sync/2", ANY, EXCHANGES),
                witness: exchange("/hearth/witness/1", ANY, EXCHANGES),
                peers: exchange("/hearth/peers/1", ANY, JOINS),
                pulse: exchange(
                    "/hearth/pulse/1",
                    Longest {
                        request: limits::JOIN,
                        reply: limits::JOIN,
                    },
                    JOINS,
                ),
            }),
        })
    }
}

/// Where new heads of a community are hinted at.
pub(super) fn topic(community: Id) -> IdentTopic {
    IdentTopic::new(format!("/hearth/{community}/heads/1"))
}

/// What strangers share. Admitted peers are not counted.
fn strangers() -> ConnectionLimits {
    ConnectionLimits::default()
        .with_max_pending_incoming(Some(64))
        .with_max_established_incoming(Some(64))
        .with_max_established_per_peer(Some(4))
}

fn exchange<Q, A>(
    name: &'static str,
    longest: Longest,
    streams: usize,
) -> request_response::Behaviour<Frames<Q, A>>
where
    Q: serde::Serialize + serde::de::DeserializeOwned + Send + 'static,
    A: serde::Serialize + serde::de::DeserializeOwned + Send + 'static,
{
    let config = request_response::Config::default();
    request_response::Behaviour::with_codec(
        Frames::up_to(longest),
        [(StreamProtocol::new(name), ProtocolSupport::Full)],
        config
            .with_request_timeout(PATIENCE)
            .with_max_concurrent_streams(streams),
    )
}

/// Anonymous messages: what they carry is a signed note, so who sent it first is nobody's business.
/// The id of a message is the hash of its bytes, so the same head told by two nodes is one message.
fn gossip(topic: &IdentTopic) -> gossipsub::Behaviour {
    let config = gossipsub::ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(|message: &gossipsub::Message| MessageId::new(&Sha256::digest(&message.data)))
        .max_transmit_size(2 * limits::NOTE)
        .validate_messages()
        .build()
        .expect("the configuration is constant and valid");
    let mut gossip = gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, config)
        .expect("anonymous messages fit the anonymous mode");
    gossip
        .subscribe(topic)
        .expect("the default filter admits every topic");
    gossip
}
