//! Opening everything a node needs, in the order in which a failure is cheapest.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hearth_protocol::entry::Home;
use hearth_protocol::id::Id;
use hearth_protocol::kind;
use hearth_protocol::log::{Cosigner, Origin};

use super::{Options, RunError};
use crate::clock::Clock;
use crate::directory::DataDirectory;
use crate::ledger::{Ledger, Setup};
use crate::network::{Identity, Network, NetworkOptions};
use crate::projector::Projector;
use crate::pulse::{self, Desk};
use crate::queries::{Live, Reader};
use crate::search::Search;
use crate::secret_file;
use crate::store::Store;
use crate::witness::{Convicting, Witness};

/// The rooms of a node, open, and the network, which is polled.
pub(super) struct Rooms {
    pub(super) open: Open,
    pub(super) network: Network,
    /// What the witness has found against logs.
    pub(super) convicting: Convicting,
}

/// The rooms that anybody may enter at any time.
pub(super) struct Open {
    pub(super) home: Home,
    pub(super) origin: Origin,
    pub(super) clock: Clock,
    pub(super) store: Store,
    pub(super) projector: Projector,
    pub(super) ledger: Ledger,
    pub(super) witness: Witness,
    pub(super) reader: Reader,
    pub(super) desk: Desk,
    pub(super) search: Search,
    pub(super) live: Arc<RwLock<Live>>,
    pub(super) addresses: Arc<RwLock<Vec<String>>>,
}

impl Rooms {
    /// Opens them. Blocks: folding a long log takes its time.
    pub(super) fn open(options: &Options) -> Result<Rooms, RunError> {
        let Options {
            directory,
            config,
            clock,
        } = options;
        if !directory.is_founded() {
            return Err(RunError::NotFounded {
                directory: directory.path().to_owned(),
            });
        }
        let clock = match clock {
            Some(path) => Clock::file(path)?,
            None => Clock::System,
        };
        let store = Store::open(directory.path())?;
        let (community, own) = {
            let snapshot = store.read()?;
            let not_founded = || RunError::NotFounded {
                directory: directory.path().to_owned(),
            };
            (
                snapshot.community()?.ok_or_else(not_founded)?,
                snapshot.own_log()?.ok_or_else(not_founded)?,
            )
        };
        let home = Home {
            community,
            organisation: own.charter.organisation,
        };
        let projector = Projector::open(store.clone(), community, Some(directory.path()))?;
        check_clock(projector.read().clock(), &clock)?;

        let network = start_network(options, community)?;
        let cosigner = Cosigner::new(
            own.charter.origin.witness_name(),
            secret_file::read(&directory.witness_key())?,
        );
        let (witness, convicting) = Witness::new(store.clone(), cosigner, clock.clone());
        let ledger = Ledger::start(Setup {
            store: store.clone(),
            signer: directory.signer(),
            clock: clock.clone(),
            home,
            community: projector.shared(),
            catch_up: projector.catch_up(),
            offer_every: Duration::from_millis(config.offer_every_ms),
        })?;
        let live = Arc::new(RwLock::new(Live::default()));
        let search = keep_index(&store, community, directory)?;
        let reader = Reader::of_node(store.clone(), projector.clone(), search.clone(), shown(&live));
        let (origin, addresses) = (own.charter.origin, Arc::default());
        let desk = Desk::new(pulse::Setup {
            home,
            origin: origin.clone(),
            directory: directory.pulses(),
            witness: secret_file::read(&directory.witness_key())?,
            projector: projector.clone(),
            ledger: ledger.clone(),
            clock: clock.clone(),
        });
        let open = Open {
            home,
            origin,
            clock,
            store,
            projector,
            ledger,
            witness,
            reader,
            desk,
            search,
            live,
            addresses,
        };
        Ok(Rooms {
            open,
            network,
            convicting,
        })
    }
}

fn start_network(options: &Options, community: Id) -> Result<Network, RunError> {
    let Options {
        directory, config, ..
    } = options;
    let network = NetworkOptions {
        listen: config.listen.clone(),
        peers: config.peers.clone(),
        lan: config.lan,
    };
    Ok(Network::start(
        Identity::open(&directory.identity())?,
        community,
        &network,
    )?)
}

fn keep_index(store: &Store, community: Id, directory: &DataDirectory) -> Result<Search, RunError> {
    Search::start(store.clone(), community, directory.path()).map_err(|source| RunError::System {
        what: "starting a thread",
        source,
    })
}

/// A way to look at what only a running node knows.
fn shown(live: &Arc<RwLock<Live>>) -> Arc<dyn Fn() -> Live + Send + Sync> {
    let live = live.clone();
    Arc::new(move || live.read().unwrap_or_else(PoisonError::into_inner).clone())
}

/// A community founded on a simulated clock runs on one, and no other does. Nothing is said before it is known.
pub(super) fn check_clock(community: Option<kind::Clock>, clock: &Clock) -> Result<(), RunError> {
    match (community, clock.is_simulated()) {
        (Some(kind::Clock::Real), true) => Err(RunError::SimulatedClock),
        (Some(kind::Clock::Simulated), false) => Err(RunError::RealClock),
        (Some(_) | None, _) => Ok(()),
    }
}
