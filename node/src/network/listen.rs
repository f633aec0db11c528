//! Addresses: what a node may be told to listen on or to call.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};

use libp2p::multiaddr::Protocol;
use libp2p::swarm::NetworkBehaviour;
use libp2p::{Multiaddr, Swarm};

use super::NetworkError;

/// Text that is not an address of a node.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{address}` is not an address like /ip4/192.0.2.1/tcp/4001 or /dns4/node.example/udp/4001/quic-v1: {reason}"
)]
pub struct BadAddress {
    /// The text.
    pub address: String,
    /// What is wrong with it.
    pub reason: String,
}

/// Is this an address a charter or a flag may name?
pub fn check_address(text: &str) -> Result<(), BadAddress> {
    parse_one(text).map(|_| ())
}

pub(super) fn parse(texts: &[String]) -> Result<Vec<Multiaddr>, BadAddress> {
    texts.iter().map(|text| parse_one(text)).collect()
}

fn parse_one(text: &str) -> Result<Multiaddr, BadAddress> {
    text.parse().map_err(|e: libp2p::multiaddr::Error| BadAddress {
        address: text.to_owned(),
        reason: e.to_string(),
    })
}

/// Listens there, or says plainly what stands in the way.
pub(super) fn open<B: NetworkBehaviour>(
    swarm: &mut Swarm<B>,
    address: Multiaddr,
) -> Result<(), NetworkError> {
    probe(&address)?;
    let named = address.to_string();
    match swarm.listen_on(address) {
        Ok(_) => Ok(()),
        Err(error) => Err(NetworkError::Listen {
            address: named,
            reason: error.to_string(),
        }),
    }
}

/// libp2p shares ports between processes (`SO_REUSEPORT`), so a second node would take every other connection of the first
/// without either noticing. An ordinary socket finds the port taken.
fn probe(address: &Multiaddr) -> Result<(), NetworkError> {
    let mut parts = address.iter();
    let ip: Option<IpAddr> = match parts.next() {
        Some(Protocol::Ip4(ip)) => Some(ip.into()),
        Some(Protocol::Ip6(ip)) => Some(ip.into()),
        _ => None,
    };
    let (port, tried) = match (ip, parts.next()) {
        (Some(ip), Some(Protocol::Tcp(port))) => {
            (port, TcpListener::bind(SocketAddr::new(ip, port)).map(drop))
        }
        (Some(ip), Some(Protocol::Udp(port))) => (port, UdpSocket::bind(SocketAddr::new(ip, port)).map(drop)),
        _ => return Ok(()),
    };
    tried.map_err(|error| {
        if error.kind() == io::ErrorKind::AddrInUse {
            return NetworkError::PortInUse {
                port,
                address: address.to_string(),
            };
        }
        NetworkError::Listen {
            address: address.to_string(),
            reason: error.to_string(),
        }
    })
}
