//! A running node: everything started, one loop that hands each thing that happens to the room it concerns, everything
//! stopped.

mod follower;
mod hub;
mod node_file;
mod replicator;
mod rooms;

use std::path::PathBuf;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::api::{self, Api, ApiStartError};
use crate::clock::ClockError;
use crate::config::Config;
use crate::directory::DataDirectory;
use crate::ledger::StartError;
use crate::network::{IdentityError, NetworkError};
use crate::pulse::Carrier;
use crate::secret_file::SecretFileError;
use crate::store::{OpenError, StoreError};

use hub::Hub;
pub use node_file::NodeFile;
use node_file::OwnNodeFile;
use rooms::Rooms;

/// How often it is looked whom to call and what is to be shown.
const GLANCE: Duration = Duration::from_millis(200);
/// How often the rooms are told that time has passed.
const TICK: Duration = Duration::from_secs(1);
/// How long requests under way may take when the node stops.
const FAREWELL: Duration = Duration::from_secs(5);

/// How a node is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// The node's data directory.
    pub directory: DataDirectory,
    /// Its settings: those of `config.json`, changed by what the command line says.
    pub config: Config,
    /// A file with the time in milliseconds; only for a community founded with `clock: simulated`.
    pub clock: Option<PathBuf>,
}

/// Why a node does not run, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is no node to run.
    #[error("{directory} holds no node: found a community or join one first", directory = directory.display())]
    NotFounded {
        /// The directory.
        directory: PathBuf,
    },
    /// The data directory cannot be opened, or another node runs on it.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The clock file cannot be used.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// A made-up time in a community that lives in the real one.
    #[error("this community runs on the time of the world; leave --clock out")]
    SimulatedClock,
    /// The real time in a community that lives in a made-up one.
    #[error("this community was founded with a simulated clock; name its file with --clock")]
    RealClock,
    /// The libp2p key is missing or damaged.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The witness key is missing or damaged.
    #[error(transparent)]
    Witness(#[from] SecretFileError),
    /// The ledger does not start.
    #[error(transparent)]
    Ledger(#[from] StartError),
    /// The network does not start.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The API does not start.
    #[error(transparent)]
    Api(#[from] ApiStartError),
    /// The system refuses something a node needs.
    #[error("{what}: {source}")]
    System {
        /// What was to be done.
        what: &'static str,
        /// What it said.
        source: std::io::Error,
    },
    /// One of its threads has panicked.
    #[error(
        "the {part} thread has ended: this is a defect; start the node again and report what it logged before"
    )]
    Ended {
        /// Which.
        part: &'static str,
    },
}

/// Runs a node until it is told to stop (SIGINT, SIGTERM), or until `ended` is done. It says how to reach it in
/// `node.json`.
///
/// # Errors
/// [`RunError`].
pub fn run(options: Options, ended: impl Future<Output = ()>) -> Result<(), RunError> {
    let system = |what| move |source| RunError::System { what, source };
    let runtime = tokio::runtime::Runtime::new().map_err(system("starting the runtime"))?;
    let result = runtime.block_on(async {
        let mut interrupt = signal(SignalKind::interrupt()).map_err(system("waiting for signals"))?;
        let mut terminate = signal(SignalKind::terminate()).map_err(system("waiting for signals"))?;
        let told = async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
                () = ended => {}
            }
        };
        serve(options, told).await
    });
    // Told to stop while a long log is being folded, nobody waits for that: it changes nothing on disk.
    runtime.shutdown_timeout(FAREWELL);
    result
}

/// Runs a node on the runtime of the caller, until `told` is done.
///
/// # Errors
/// [`RunError`].
pub async fn serve(options: Options, told: impl Future<Output = ()>) -> Result<(), RunError> {
    // Before anything else is opened: the commonest mistake is to start a node twice.
    let listener = api::bind(options.config.api).await?;
    let address = listener.local_addr().map_err(|source| RunError::System {
        what: "the API's address",
        source,
    })?;
    let settings = options.clone();
    let opening = tokio::task::spawn_blocking(move || Rooms::open(&settings));
    let mut told = std::pin::pin!(told);
    let rooms = tokio::select! {
        opened = opening => opened.expect("opening a node does not panic")?,
        () = &mut told => return Ok(()),
    };
    let file = NodeFile {
        api: format!("http://{address}"),
        addresses: Vec::new(),
        community: rooms.open.home.community,
        organisation: rooms.open.home.organisation,
        origin: rooms.open.origin.to_string(),
        pid: std::process::id(),
    };
    let file = OwnNodeFile::new(options.directory.node(), file);
    let (carrier, parcels) = Carrier::new();
    let api = Api::new(api::Rooms {
        home: rooms.open.home,
        ledger: rooms.open.ledger.clone(),
        reader: rooms.open.reader.clone(),
        witness: rooms.open.witness.clone(),
        desk: rooms.open.desk.clone(),
        carrier,
        clock: rooms.open.clock.clone(),
        addresses: rooms.open.addresses.clone(),
        hosts: options.config.hosts.clone(),
    });
    let (stop_api, api_stops) = oneshot::channel::<()>();
    let api = tokio::spawn(api.serve(listener, async {
        // A sender that is gone means the same.
        let _told = api_stops.await;
    }));
    tracing::info!(api = %address, log = %rooms.open.origin, "the node runs");

    let mut hub = Hub::start(rooms, file, parcels)?;
    let ended = attend(&mut hub, told.as_mut()).await;
    tracing::info!("the node stops");
    drop(stop_api);
    if tokio::time::timeout(FAREWELL, api).await.is_err() {
        tracing::warn!("some requests were still under way");
    }
    tokio::task::spawn_blocking(move || hub.stop())
        .await
        .expect("stopping a node does not panic");
    ended
}

/// The loop.
async fn attend(
    hub: &mut Hub,
    mut told: std::pin::Pin<&mut impl Future<Output = ()>>,
) -> Result<(), RunError> {
    let (mut glance, mut tick) = (tokio::time::interval(GLANCE), tokio::time::interval(TICK));
    loop {
        tokio::select! {
            () = &mut told => return Ok(()),
            event = hub.network.next() => hub.network_said(event).await,
            Some(errand) = hub.errands.recv() => hub.run_errand(errand).await,
            Some(finding) = hub.findings.recv() => hub.found(finding).await?,
            Some(evidence) = hub.convicting.recv() => hub.convicted(evidence).await,
            Some(parcel) = hub.parcels.recv() => hub.carry(parcel),
            Some(done) = hub.jobs.join_next() => hub.done(done).await,
            Ok(()) = hub.offered.changed() => hub.offered_head().await,
            Ok(()) = hub.committed.changed() => hub.follower.wake(),
            Ok(()) = hub.standing.changed() => hub.standing_changed().await,
            _ = glance.tick() => hub.glance(),
            _ = tick.tick() => hub.tick().await?,
        }
    }
}
