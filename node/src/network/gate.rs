//! The gate: what lies behind it exists only on connections with admitted peers.
//!
//! A stranger's connection gets a handler that knows none of the inner protocols, so they are neither negotiated nor advertised,
//! and the inner behaviour never learns that the connection exists. A peer whose standing changes is hung up on and has to come again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::task::{Context, Poll, Waker};

use either::Either;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished};
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, NotifyHandler, THandler,
    THandlerInEvent, THandlerOutEvent, ToSwarm, dummy,
};
use libp2p::{Multiaddr, PeerId};

/// A behaviour that only admitted peers meet.
pub(super) struct Gated<B> {
    inner: B,
    admitted: BTreeSet<PeerId>,
    /// Every connection with its peer and whether it was let through when it was made.
    connections: BTreeMap<ConnectionId, Connection>,
    hang_up: VecDeque<(PeerId, ConnectionId)>,
    waker: Option<Waker>,
}

struct Connection {
    peer: PeerId,
    inside: bool,
    established: bool,
}

impl<B> Gated<B> {
    pub(super) fn new(inner: B) -> Self {
        Self {
            inner,
            admitted: BTreeSet::new(),
            connections: BTreeMap::new(),
            hang_up: VecDeque::new(),
            waker: None,
        }
    }

    pub(super) fn inner_mut(&mut self) -> &mut B {
        &mut self.inner
    }

    /// Replaces the set of admitted peers. Connections that it would have judged differently are closed.
    pub(super) fn admit(&mut self, admitted: BTreeSet<PeerId>) {
        self.admitted = admitted;
        for (id, connection) in &self.connections {
            if connection.inside != self.admitted.contains(&connection.peer) {
                self.hang_up.push_back((connection.peer, *id));
            }
        }
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Is there a connection with this peer that reaches the inner behaviour?
    pub(super) fn is_inside(&self, peer: &PeerId) -> bool {
        self.inside(peer).next().is_some()
    }

    fn inside<'a>(&'a self, peer: &'a PeerId) -> impl Iterator<Item = ConnectionId> + 'a {
        let passed = |c: &Connection| c.inside && c.established && c.peer == *peer;
        self.connections
            .iter()
            .filter(move |(_, c)| passed(c))
            .map(|(id, _)| *id)
    }

    /// Decides about a connection that is being made.
    fn decide(&mut self, id: ConnectionId, peer: PeerId) -> bool {
        let inside = self.admitted.contains(&peer);
        self.connections.insert(
            id,
            Connection {
                peer,
                inside,
                established: false,
            },
        );
        inside
    }

    fn reaches(&self, id: ConnectionId) -> bool {
        self.connections.get(&id).is_some_and(|c| c.inside)
    }
}

impl<B: NetworkBehaviour> NetworkBehaviour for Gated<B> {
    type ConnectionHandler = Either<THandler<B>, dummy::ConnectionHandler>;
    type ToSwarm = B::ToSwarm;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        self.inner.handle_pending_inbound_connection(id, local, remote)
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        local: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.decide(id, peer) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner
            .handle_established_inbound_connection(id, peer, local, remote)
            .map(Either::Left)
    }

    fn handle_pending_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: Option<PeerId>,
        addresses: &[Multiaddr],
        role: Endpoint,
    ) -> Result<Vec<Multiaddr>, ConnectionDenied> {
        self.inner
            .handle_pending_outbound_connection(id, peer, addresses, role)
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        address: &Multiaddr,
        role: Endpoint,
        port: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        if !self.decide(id, peer) {
            return Ok(Either::Right(dummy::ConnectionHandler));
        }
        self.inner
            .handle_established_outbound_connection(id, peer, address, role, port)
            .map(Either::Left)
    }

    fn on_swarm_event(&mut self, event: FromSwarm) {
        if let FromSwarm::ConnectionEstablished(e) = event {
            let other_established = self.inside(&e.peer_id).count();
            if let Some(connection) = self.connections.get_mut(&e.connection_id) {
                connection.established = true;
            }
            if self.reaches(e.connection_id) {
                let seen = ConnectionEstablished {
                    other_established,
                    ..e
                };
                self.inner.on_swarm_event(FromSwarm::ConnectionEstablished(seen));
            }
        } else if let FromSwarm::ConnectionClosed(e) = event {
            let reached = self
                .connections
                .remove(&e.connection_id)
                .is_some_and(|c| c.inside);
            let remaining_established = self.inside(&e.peer_id).count();
            if reached {
                let seen = ConnectionClosed {
                    remaining_established,
                    ..e
                };
                self.inner.on_swarm_event(FromSwarm::ConnectionClosed(seen));
            }
        } else if let FromSwarm::AddressChange(e) = event {
            if self.reaches(e.connection_id) {
                self.inner.on_swarm_event(event);
            }
        } else {
            // A connection another behaviour refused was never established.
            if let FromSwarm::DialFailure(e) = event {
                self.connections.remove(&e.connection_id);
            } else if let FromSwarm::ListenFailure(e) = event {
                self.connections.remove(&e.connection_id);
            }
            self.inner.on_swarm_event(event);
        }
    }

    fn on_connection_handler_event(&mut self, peer: PeerId, id: ConnectionId, event: THandlerOutEvent<Self>) {
        match event {
            Either::Left(event) => self.inner.on_connection_handler_event(peer, id, event),
            Either::Right(never) => match never {},
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        if let Some((peer_id, id)) = self.hang_up.pop_front() {
            return Poll::Ready(ToSwarm::CloseConnection {
                peer_id,
                connection: CloseConnection::One(id),
            });
        }
        self.waker = Some(cx.waker().clone());
        loop {
            let Poll::Ready(out) = self.inner.poll(cx) else {
                return Poll::Pending;
            };
            let ToSwarm::NotifyHandler {
                peer_id,
                handler,
                event,
            } = out
            else {
                return Poll::Ready(out.map_in(Either::Left));
            };
            // "Any" connection must be one whose handler understands the event.
            let id = match handler {
                NotifyHandler::One(id) => self.reaches(id).then_some(id),
                NotifyHandler::Any => self.inside(&peer_id).next(),
            };
            if let Some(id) = id {
                let (handler, event) = (NotifyHandler::One(id), Either::Left(event));
                return Poll::Ready(ToSwarm::NotifyHandler {
                    peer_id,
                    handler,
                    event,
                });
            }
        }
    }
}
