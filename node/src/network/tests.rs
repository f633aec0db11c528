//! Real libp2p on loopback: who gets in, and what a stranger sees.
#![allow(clippy::wildcard_enum_match_arm)]

use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use hearth_protocol::id::Hash;
use hearth_protocol::sync::{Answer, Request};
use libp2p::StreamProtocol;
use libp2p::request_response::{self, Codec, ProtocolSupport};
use libp2p::swarm::SwarmEvent;
use tokio::time::timeout;

use super::*;

const COMMUNITY: Id = Id::from_bytes([1; 32]);
const PATIENCE: Duration = Duration::from_secs(20);
const TCP: &str = "/ip4/127.0.0.1/tcp/0";
const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

/// A network that listens, and the address it listens on.
async fn network(listen: &str, peers: Vec<String>) -> (Network, String) {
    let identity = Identity(libp2p::identity::Keypair::generate_ed25519());
    let options = NetworkOptions {
        listen: vec![listen.into()],
        peers,
        lan: false,
    };
    let mut network = Network::start(identity, COMMUNITY, &options).unwrap();
    let Event::Listening { address } = network.next().await else {
        panic!("listens first")
    };
    (network, address)
}

fn node(network: &Network, organisation: u8) -> Admitted {
    let organisation = Id::from_bytes([organisation; 32]);
    Admitted {
        organisation,
        peer: network.peer(),
        addresses: network.addresses(),
    }
}

/// Runs two networks until the first reports what is waited for; what the second reports goes to `other`.
async fn until<T>(
    here: &mut Network,
    there: &mut Network,
    mut seen: impl FnMut(&mut Network, Event) -> Option<T>,
    mut other: impl FnMut(&mut Network, Event),
) -> T {
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    let wait = async {
        loop {
            tokio::select! {
                event = here.next() => if let Some(found) = seen(here, event) { return found },
                event = there.next() => other(there, event),
                _ = tick.tick() => { here.redial(); there.redial(); }
            }
        }
    };
    timeout(PATIENCE, wait).await.expect("happens in time")
}

fn answer(network: &mut Network, event: Event) {
    match event {
        Event::Asked { reply, .. } => network.reply(reply, Reply::Same {}),
        Event::Knocked { reply, .. } => network.reply_join(reply, JoinReply::Pending {}),
        _ => {}
    }
}

const QUESTION: Question = Question::Sync(Request::Digest {
    digest: Hash::from_bytes([0; 32]),
});

async fn members_talk_over(listen: &str) {
    let (mut a, _) = network(listen, vec![]).await;
    let (mut b, _) = network(listen, vec![]).await;
    a.admit(&[node(&b, 2)]);
    b.admit(&[node(&a, 1)]);
    let peer = until(
        &mut a,
        &mut b,
        |_, e| match e {
            Event::Connected { peer, organisation } => Some((peer, organisation)),
            _ => None,
        },
        answer,
    )
    .await;
    assert_eq!(peer, (b.peer(), Id::from_bytes([2; 32])));
    a.ask(&peer.0, Ticket(7), QUESTION);
    let reply = |_: &mut Network, e| match e {
        Event::Answered { ticket, answer } => Some((ticket, answer)),
        _ => None,
    };
    let (ticket, reply) = until(&mut a, &mut b, reply, answer).await;
    assert_eq!((ticket, reply), (Ticket(7), Ok(Answer::Sync(Reply::Same {}))));
    let hint = HeadsHint {
        note: b"note".to_vec(),
        organisation: Id::from_bytes([2; 32]),
    };
    let mut tries = 0;
    let gossiped = loop {
        // Until the mesh stands nobody listens: a head is then only asked for.
        b.publish(&HeadsHint {
            note: format!("note {tries}").into_bytes(),
            ..hint.clone()
        });
        tries += 1;
        let heard = |_: &mut Network, e| match e {
            Event::Gossiped { note, .. } => Some(note),
            _ => None,
        };
        match timeout(Duration::from_secs(1), until(&mut a, &mut b, heard, answer)).await {
            Ok(note) => break note,
            Err(_) => assert!(tries < 20, "no gossip between members"),
        }
    };
    assert!(gossiped.starts_with(b"note "));
}

#[tokio::test]
async fn members_talk_over_tcp() {
    members_talk_over(TCP).await;
}

#[tokio::test]
async fn members_talk_over_quic() {
    members_talk_over(QUIC).await;
}

#[tokio::test]
async fn a_stranger_may_knock_and_nothing_else_until_admitted() {
    let (mut host, at) = network(TCP, vec![]).await;
    let (mut stranger, _) = network(TCP, vec![at.clone()]).await;
    stranger.admit(&[node(&host, 1)]);
    let connected = |_: &mut Network, e| matches!(e, Event::Connected { .. }).then_some(());
    let nothing = |network: &mut Network, event: Event| {
        assert!(!matches!(
            event,
            Event::Asked { .. } | Event::Connected { .. } | Event::Gossiped { .. }
        ));
        answer(network, event);
    };
    until(&mut stranger, &mut host, connected, nothing).await;

    stranger.ask(&host.peer(), Ticket(1), QUESTION);
    let answered = |_: &mut Network, e| match e {
        Event::Answered { answer, .. } => Some(answer),
        _ => None,
    };
    let refused = until(&mut stranger, &mut host, answered, nothing).await;
    assert_eq!(refused, Err(Failed::Unreachable));
    host.publish(&HeadsHint {
        note: vec![1],
        organisation: COMMUNITY,
    });
    let gossip = &host.swarm.behaviour_mut().members.inner_mut().gossip;
    assert_eq!(gossip.all_peers().count(), 0, "gossip has not met the stranger");

    stranger
        .knock(
            &[at],
            JoinRequest::Poll {
                token: [0; 32],
                organisation: COMMUNITY,
            },
        )
        .unwrap();
    let heard = |_: &mut Network, e| match e {
        Event::JoinAnswered { answer } => Some(answer),
        Event::Gossiped { .. } => panic!("a stranger hears heads"),
        _ => None,
    };
    let reply = until(&mut stranger, &mut host, heard, nothing).await;
    assert_eq!(reply, Ok(JoinReply::Pending {}));

    host.admit(&[node(&stranger, 2)]);
    until(&mut host, &mut stranger, connected, answer).await;
    stranger.ask(&host.peer(), Ticket(2), QUESTION);
    let mut again = Ticket(2);
    let asked = |network: &mut Network, e| match e {
        Event::Answered {
            answer: Ok(answer), ..
        } => Some(answer),
        Event::Connected { .. } => {
            again = Ticket(again.0 + 1);
            network.ask(&at_host(network), again, QUESTION);
            None
        }
        _ => None,
    };
    fn at_host(network: &Network) -> Peer {
        Peer(network.admitted.keys().next().unwrap().to_bytes())
    }
    assert_eq!(
        until(&mut stranger, &mut host, asked, answer).await,
        Answer::Sync(Reply::Same {})
    );

    host.admit(&[]);
    let gone = |_: &mut Network, e| matches!(e, Event::Disconnected { .. }).then_some(());
    until(&mut host, &mut stranger, gone, answer).await;
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let identity = Identity(libp2p::identity::Keypair::generate_ed25519());
    let listen = vec![format!("/ip4/127.0.0.1/tcp/{port}")];
    let error = Network::start(
        identity,
        COMMUNITY,
        &NetworkOptions {
            listen,
            ..Default::default()
        },
    );
    let Err(NetworkError::PortInUse { port: named, .. }) = error else {
        panic!("the port is in use")
    };
    assert_eq!(named, port);
}

/// Writes whatever it is given, to see what the other side makes of it.
#[derive(Clone, Default)]
struct Raw;

impl Codec for Raw {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        _: &mut T,
    ) -> std::io::Result<Vec<u8>> {
        Ok(vec![])
    }

    async fn read_response<T: AsyncRead + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
    ) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        io.read_to_end(&mut bytes).await?;
        if bytes.is_empty() {
            Err(std::io::ErrorKind::UnexpectedEof.into())
        } else {
            Ok(bytes)
        }
    }

    async fn write_request<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: Vec<u8>,
    ) -> std::io::Result<()> {
        io.write_all(&bytes).await
    }

    async fn write_response<T: AsyncWrite + Unpin + Send>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        bytes: Vec<u8>,
    ) -> std::io::Result<()> {
        io.write_all(&bytes).await
    }
}

#[tokio::test]
async fn garbage_from_a_member_gets_no_answer_and_breaks_nothing() {
    let (mut host, at) = network(TCP, vec![]).await;
    let mut liar = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::default(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_behaviour(|_| {
            let sync = [(StreamProtocol::new("/hearth/sync/2"), ProtocolSupport::Full)];
            request_response::Behaviour::<Raw>::new(sync, request_response::Config::default())
        })
        .unwrap()
        .build();
    let peer = Peer(liar.local_peer_id().to_bytes());
    host.admit(&[Admitted {
        organisation: COMMUNITY,
        peer,
        addresses: vec![],
    }]);
    let at: Multiaddr = at.parse().unwrap();
    let good = hearth_protocol::codec::encode(&Request::Digest {
        digest: Hash::from_bytes([0; 32]),
    });
    let good = [&[u8::try_from(good.len()).unwrap()][..], &good].concat();
    let requests = [
        vec![0xff; 64],
        vec![3, 0xff, 0xff, 0xff],
        vec![],
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        good,
    ];
    let host_peer = *host.swarm.local_peer_id();
    for (i, request) in requests.iter().enumerate() {
        let addresses = vec![at.clone()];
        liar.behaviour_mut()
            .send_request_with_addresses(&host_peer, request.clone(), addresses);
        let answered = async {
            loop {
                tokio::select! {
                    event = host.next() => answer(&mut host, event),
                    event = liar.select_next_some() => match event {
                        SwarmEvent::Behaviour(request_response::Event::OutboundFailure { .. }) => return false,
                        SwarmEvent::Behaviour(request_response::Event::Message { .. }) => return true,
                        _ => {}
                    }
                }
            }
        };
        let answered = timeout(PATIENCE, answered).await.expect("an end in time");
        assert_eq!(answered, i + 1 == requests.len(), "request {i}");
    }
}
