//! Where everything that happens in a node is handed on. Decides nothing: the machine, the ledger and the store do.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use hearth_protocol::id::Id;
use hearth_protocol::log::{ForkEvidence, Note, TreeHead};
use hearth_protocol::sync::{
    Failed, HeadsHint, Input, JoinReply, Pause, Peer, PulseReply, PulseRequest, Reply, WitnessReply,
};
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Duration, Instant};

use super::RunError;
use super::follower::{Finding, Follower};
use super::node_file::OwnNodeFile;
use super::replicator::{Replicator, Word};
use super::rooms::{Open, Rooms, check_clock};
use crate::exchange::{self, Served};
use crate::join::{Applicant, answer_knock};
use crate::ledger::{News, Standing};
use crate::network::{Event, Network, ReplyTo};
use crate::pulse::{Desk, Parcel};
use crate::queries::{Live, Presence};
use crate::replication::Errand;
use crate::store::StoreError;
use crate::witness::Convicting;

/// How long the witnesses are given to answer at start.
const WITNESSES: Duration = Duration::from_secs(10);
/// How often an applicant knocks.
const KNOCK: Duration = Duration::from_secs(2);
/// How often one does that has been told whom to call, in case that nobody of them can be reached.
const ADMITTED: Duration = Duration::from_secs(60);

/// A running node.
pub(super) struct Hub {
    rooms: Open,
    pub(super) network: Network,
    pub(super) follower: Follower,
    replicator: Replicator,
    pub(super) errands: mpsc::UnboundedReceiver<Errand>,
    pub(super) findings: mpsc::UnboundedReceiver<Finding>,
    /// What our witness has found against logs.
    pub(super) convicting: Convicting,
    /// Anonymous answers for other organisations' nodes.
    pub(super) parcels: mpsc::Receiver<Parcel>,
    /// The node's part in pulses is being looked at.
    looking: bool,
    /// Questions being answered out of the store.
    pub(super) jobs: JoinSet<Job>,
    pub(super) offered: watch::Receiver<Option<Note>>,
    pub(super) committed: watch::Receiver<TreeHead>,
    pub(super) standing: watch::Receiver<Standing>,
    file: OwnNodeFile,
    /// The addresses have changed since they were written down.
    moved: bool,
    peers: BTreeMap<Peer, Id>,
    paused: BTreeMap<Id, Pause>,
    /// Sizes of our own log that organisations say they have cosigned and have not shown.
    claims: BTreeMap<Id, u64>,
    applicant: Option<Applicant>,
    /// When to knock next; none while a knock is on its way.
    knock_at: Option<Instant>,
    joining: Option<String>,
    /// Since when the witnesses are being asked whether they know more of our log.
    asking: Option<Instant>,
}

/// An answer out of the store, and whom it is for.
pub(super) enum Job {
    Served(ReplyTo<Reply>, Served),
    Witnessed(ReplyTo<WitnessReply>, Result<WitnessReply, StoreError>),
    Door(ReplyTo<JoinReply>, Result<JoinReply, StoreError>),
    Admitted(Result<(), StoreError>),
    Pulse(ReplyTo<PulseReply>, PulseReply),
    Looked,
}

impl Hub {
    pub(super) fn start(
        rooms: Rooms,
        file: OwnNodeFile,
        parcels: mpsc::Receiver<Parcel>,
    ) -> Result<Hub, RunError> {
        let system = |source| RunError::System {
            what: "starting a thread",
            source,
        };
        let Rooms {
            open: rooms,
            network,
            convicting,
        } = rooms;
        let own = rooms.home.organisation;
        let (follower, findings) =
            Follower::start(rooms.store.clone(), rooms.projector.clone(), own).map_err(system)?;
        let (replicator, errands) = Replicator::start(rooms.store.clone(), seed(own)).map_err(system)?;
        let applicant = Applicant::of(&rooms.store.read()?)?;
        let mut standing = rooms.ledger.standing();
        standing.mark_changed();
        Ok(Hub {
            network,
            follower,
            replicator,
            errands,
            findings,
            convicting,
            parcels,
            looking: false,
            jobs: JoinSet::new(),
            offered: rooms.ledger.offered(),
            committed: rooms.ledger.committed(),
            standing,
            file,
            moved: true,
            peers: BTreeMap::new(),
            paused: BTreeMap::new(),
            claims: BTreeMap::new(),
            knock_at: applicant.is_some().then(Instant::now),
            joining: applicant.is_some().then(|| "not admitted yet".to_owned()),
            applicant,
            asking: None,
            rooms,
        })
    }

    pub(super) async fn network_said(&mut self, event: Event) {
        match event {
            Event::Listening { address } => {
                tracing::info!(%address, "listening");
                self.moved = true;
            }
            Event::Connected { peer, organisation } => {
                self.peers.insert(peer.clone(), organisation);
                self.happened(Input::Connected { peer, organisation }).await;
            }
            Event::Disconnected { peer } => {
                self.peers.remove(&peer);
                self.happened(Input::Disconnected { peer }).await;
            }
            Event::Asked {
                peer,
                organisation,
                request,
                reply,
            } => {
                let store = self.rooms.store.clone();
                let serve = move || Job::Served(reply, exchange::serve(&store, &peer, organisation, request));
                self.jobs.spawn_blocking(serve);
            }
            Event::AskedToWitness { request, reply, .. } => {
                let witness = self.rooms.witness.clone();
                self.jobs
                    .spawn_blocking(move || Job::Witnessed(reply, witness.answer(&request)));
            }
            Event::Knocked { request, reply } => {
                let (store, projector, now) = (
                    self.rooms.store.clone(),
                    self.rooms.projector.clone(),
                    self.rooms.clock.now(),
                );
                let answer = move || Job::Door(reply, answer_knock(&store, &projector, now, request));
                self.jobs.spawn_blocking(answer);
            }
            Event::Handed { request, reply } => {
                let PulseRequest::Answer { entry } = request;
                let desk = self.rooms.desk.clone();
                self.jobs
                    .spawn_blocking(move || Job::Pulse(reply, take(&desk, &entry)));
            }
            Event::Answered { ticket, answer } => self.happened(Input::Replied { ticket, answer }).await,
            Event::JoinAnswered { answer } => self.door_answered(answer),
            Event::Gossiped {
                peer,
                organisation,
                note,
            } => {
                self.happened(Input::Gossiped {
                    peer,
                    organisation,
                    note,
                })
                .await;
            }
        }
    }

    pub(super) async fn run_errand(&mut self, errand: Errand) {
        match errand {
            Errand::Ask {
                peer,
                ticket,
                question,
            } => self.network.ask(&peer, ticket, question),
            Errand::Gossip { organisation, note } => self.network.publish(&HeadsHint { note, organisation }),
            Errand::Grown { organisation, .. } => {
                if organisation == self.rooms.home.organisation {
                    self.rooms.ledger.notice_replicas();
                }
                self.follower.wake();
            }
            Errand::BodyKept { body } => {
                tracing::debug!(hash = %body.hash, "a body has arrived");
                self.rooms.search.wake();
            }
            Errand::Paused { organisation, why } => {
                if self.paused.insert(organisation, why) != Some(why) {
                    tracing::error!(%organisation, %why, "nothing more is taken in of this log");
                }
                if organisation == self.rooms.home.organisation && why == Pause::Forked {
                    self.rooms.ledger.hear(News::Convicted);
                }
            }
            Errand::Confirmed { peer } => {
                if let Some(organisation) = self.peers.get(&peer) {
                    self.claims.remove(organisation);
                }
                self.rooms.ledger.hear(News::NobodyKnowsMore);
            }
            Errand::Restored { size, .. } => {
                // Whatever was claimed, something is shown now.
                self.claims.clear();
                self.shown_larger(size).await;
            }
            Errand::Claimed { peer, size } => self.claimed(&peer, size),
        }
    }

    /// A head that the ledger has signed meanwhile is no sign of an old copy: the machine had not heard of it yet.
    async fn shown_larger(&self, size: u64) {
        let signed = self.committed.borrow().size;
        if size > signed {
            self.rooms.ledger.hear(News::KnownLarger { size });
        } else {
            self.replicator.tell(Word::NewLogs).await;
        }
    }

    /// Changes nothing: whoever could stop a log by a claim could stop every organisation.
    fn claimed(&mut self, peer: &Peer, size: u64) {
        let Some(organisation) = self.peers.get(peer) else {
            return;
        };
        if self.claims.insert(*organisation, size) != Some(size) {
            tracing::warn!(%organisation, size, "a witness says it has cosigned more of our log than we hold, and does not show it");
        }
    }

    pub(super) async fn found(&mut self, finding: Finding) -> Result<(), RunError> {
        match finding {
            Finding::Folded(clock) => {
                // Heads seen are due when something is new.
                self.rooms.ledger.tick();
                self.rooms.search.wake();
                check_clock(clock, &self.rooms.clock)?;
            }
            Finding::Bodies => {
                self.rooms.search.wake();
                self.replicator.tell(Word::NewWants).await;
            }
            Finding::Admission(nodes) => {
                self.replicator.tell(Word::NewLogs).await;
                self.network.admit(&nodes);
            }
            Finding::Joined => {
                tracing::info!("admitted: the founding log says so");
                (self.applicant, self.knock_at, self.joining) = (None, None, None);
            }
        }
        Ok(())
    }

    /// Takes an answer to the node of the organisation that collects it, if that is there.
    pub(super) fn carry(&mut self, parcel: Parcel) {
        let Parcel { to, entry, back } = parcel;
        let peer = self.peers.iter().find(|(_, organisation)| **organisation == to);
        if let Some((peer, _)) = peer {
            self.network.hand(peer, PulseRequest::Answer { entry }, back);
        }
    }

    /// Our witness was shown a fork: the machine pauses the log and tells everybody.
    pub(super) async fn convicted(&self, evidence: ForkEvidence) {
        self.happened(Input::Found { evidence }).await;
    }

    pub(super) async fn done(&mut self, job: Result<Job, JoinError>) {
        match job {
            Ok(Job::Served(to, Served { reply, input })) => {
                self.network.reply(to, reply);
                if let Some(input) = input {
                    self.happened(input).await;
                }
            }
            Ok(Job::Witnessed(to, Ok(reply))) => self.network.reply_witness(to, reply),
            Ok(Job::Door(to, Ok(reply))) => self.network.reply_join(to, reply),
            Ok(Job::Admitted(Ok(()))) => self.follower.wake(),
            Ok(Job::Pulse(to, reply)) => self.network.reply_pulse(to, reply),
            Ok(Job::Looked) => self.looking = false,
            Ok(Job::Witnessed(_, Err(error)) | Job::Door(_, Err(error)) | Job::Admitted(Err(error))) => {
                tracing::error!(%error, "a question could not be answered");
            }
            Err(error) => tracing::error!(%error, "answering a question failed"),
        }
    }

    pub(super) async fn offered_head(&mut self) {
        let note = self.offered.borrow_and_update().as_ref().map(Note::to_bytes);
        if let Some(note) = note {
            self.happened(Input::OwnHead { note }).await;
        }
    }

    /// Our own log is followed like another's while it may not be written.
    pub(super) async fn standing_changed(&mut self) {
        let standing = *self.standing.borrow_and_update();
        tracing::info!(%standing, "standing");
        self.asking = (standing == Standing::Asking).then(Instant::now);
        let follows = standing.follows();
        self.replicator.tell(Word::FollowOwn(follows)).await;
        self.ask_nobody();
    }

    /// Looks after what only needs a look now and then.
    pub(super) fn glance(&mut self) {
        self.network.redial();
        // A checkpoint that may be offered is offered soon: everybody else waits for it.
        self.rooms.ledger.tick();
        if std::mem::take(&mut self.moved) {
            let addresses = self.network.addresses();
            if let Err(error) = self.file.write(&addresses) {
                tracing::warn!(%error, "node.json was not written");
                self.moved = true;
            }
            *self
                .rooms
                .addresses
                .write()
                .unwrap_or_else(PoisonError::into_inner) = addresses;
        }
        *self.rooms.live.write().unwrap_or_else(PoisonError::into_inner) = self.live();
    }

    /// # Errors
    /// [`RunError::Ended`]: a node that has lost a part of itself does not go on as if nothing were missing.
    pub(super) async fn tick(&mut self) -> Result<(), RunError> {
        let parts = [
            ("ledger", self.rooms.ledger.has_ended()),
            ("replication", self.replicator.has_ended()),
            ("projector", self.follower.has_ended()),
        ];
        if let Some((part, _)) = parts.into_iter().find(|(_, ended)| *ended) {
            return Err(RunError::Ended { part });
        }
        if self.asking.is_some_and(|asking| asking.elapsed() >= WITNESSES) {
            self.rooms.ledger.hear(News::NoAnswer);
        }
        self.knock();
        if !std::mem::replace(&mut self.looking, true) {
            let desk = self.rooms.desk.clone();
            self.jobs.spawn(async move {
                desk.look().await;
                Job::Looked
            });
        }
        self.happened(Input::Tick).await;
        Ok(())
    }

    /// Ends everything, in the order in which it depends on each other. Blocks.
    pub(super) fn stop(self) {
        self.rooms.ledger.stop();
        self.replicator.stop();
        self.follower.stop();
        self.rooms.search.stop();
    }

    async fn happened(&self, input: Input) {
        self.replicator.tell(Word::Happened(input)).await;
    }

    /// An organisation that is alone, or not admitted yet, has no witness to ask.
    fn ask_nobody(&self) {
        let alone = self
            .rooms
            .store
            .read()
            .and_then(|snapshot| snapshot.logs())
            .is_ok_and(|logs| logs.len() == 1);
        if alone {
            self.rooms.ledger.hear(News::NobodyToAsk);
        }
    }

    fn knock(&mut self) {
        let Some(applicant) = &self.applicant else { return };
        if self.knock_at.is_none_or(|at| at > Instant::now()) {
            return;
        }
        self.knock_at = None;
        if let Err(error) = self
            .network
            .knock(&applicant.invitation.addresses, applicant.knock())
        {
            tracing::error!(%error, "the invitation names no address one can call");
        }
    }

    fn door_answered(&mut self, answer: Result<JoinReply, Failed>) {
        let Some(applicant) = self.applicant.clone() else {
            return;
        };
        self.knock_at = Some(Instant::now() + KNOCK);
        let now = match answer {
            Err(_) => "the inviter cannot be reached".to_owned(),
            Ok(JoinReply::Pending {}) => "a steward of the inviter has not decided yet".to_owned(),
            Ok(JoinReply::Refused { reason }) => format!("refused: {reason}"),
            Ok(JoinReply::Admitted { charters }) => {
                self.knock_at = Some(Instant::now() + ADMITTED);
                let store = self.rooms.store.clone();
                self.jobs
                    .spawn_blocking(move || Job::Admitted(applicant.admitted(&store, &charters)));
                "admitted by the inviter; waiting for the founding log".to_owned()
            }
        };
        if self.joining.as_ref() != Some(&now) {
            tracing::info!(state = %now, "joining");
            self.joining = Some(now);
        }
    }

    fn live(&self) -> Live {
        let standing = *self.standing.borrow();
        Live {
            addresses: self.network.addresses(),
            peers: self
                .peers
                .iter()
                .map(|(peer, organisation)| Presence {
                    peer: crate::network::name_of(peer),
                    organisation: *organisation,
                })
                .collect(),
            ledger: standing.to_string(),
            signs: standing.signs(),
            unconfirmed: standing == Standing::Unconfirmed,
            restored: matches!(standing, Standing::Restored { .. }),
            now: self.rooms.clock.now().to_string(),
            simulated: self.rooms.clock.is_simulated(),
            paused: self
                .paused
                .iter()
                .map(|(organisation, why)| (*organisation, why.to_string()))
                .collect(),
            claims: self.claims.iter().map(|(of, size)| (*of, *size)).collect(),
            joining: self.joining.clone(),
        }
    }
}

/// The collector's reply to an answer that another node brings.
fn take(desk: &Desk, entry: &[u8]) -> PulseReply {
    match desk.take(entry) {
        Ok(receipt) => PulseReply::Taken { receipt },
        Err(declined) => PulseReply::Refused {
            code: declined.code().to_owned(),
            reason: declined.to_string(),
        },
    }
}

/// Spreads the retries of different nodes: the beginning of the organisation's id.
fn seed(organisation: Id) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&organisation.as_bytes()[..8]);
    u64::from_be_bytes(bytes)
}
