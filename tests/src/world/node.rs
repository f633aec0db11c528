//! One node of a world: a real store in memory, the real replication over it, the real answers to its peers. Only the
//! ledger and the projector are replaced, by the least that writes a log and reads from entries which bodies they name.

use std::collections::BTreeMap;

use hearth_node::clock::Clock;
use hearth_node::exchange::serve;
use hearth_node::replication::{Errand, Replication};
use hearth_node::store::{LogNumber, NewEntry, NewLog, Store, StoreError, WantedBody};
use hearth_node::witness::{Convicting, Witness};
use hearth_protocol::entry::body;
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::log::{Checkpoint, Cosigner, Origin, TreeHead, VerifierKey};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::sync::{Answer, BodyName, Input, Peer, Portions, Question, Request};

use super::liar::Lie;
use super::random::Random;

/// Small portions, so that small logs take several.
const PORTIONS: Portions = Portions {
    entries: 3,
    bytes: 200,
};

/// What an entry of a world begins with if it names a body.
const NAMES: &[u8] = b"body ";
/// What an entry of a world begins with if it erases a body.
const ERASES: &[u8] = b"erase ";

/// The keys of one organisation, and what its charter would say of them.
#[derive(Clone)]
pub(super) struct Organisation {
    pub(super) id: Id,
    pub(super) origin: Origin,
    log_key: SecretKey,
    witness_key: SecretKey,
    next: SecretKey,
}

impl Organisation {
    pub(super) fn new(number: usize, random: &mut Random) -> Self {
        let [log_key, witness_key, next] = std::array::from_fn(|_| SecretKey::from_seed(random.array()));
        let origin = Origin::of(&format!("org-{number}"), &log_key.public()).expect("a slug");
        Self {
            id: Id::from_bytes(random.array()),
            origin,
            log_key,
            witness_key,
            next,
        }
    }

    pub(super) fn witness(&self) -> VerifierKey {
        VerifierKey::witness(self.origin.witness_name(), self.witness_key.public())
    }

    pub(super) fn log(&self, own: bool) -> NewLog {
        NewLog {
            organisation: self.id,
            origin: self.origin.clone(),
            key: self.log_key.public(),
            next: self.next.public().hash(),
            witness: self.witness_key.public(),
            own,
        }
    }
}

/// A node.
pub(super) struct Node {
    pub(super) organisation: Organisation,
    pub(super) peer: Peer,
    pub(super) store: Store,
    pub(super) lie: Option<Lie>,
    /// Stops writing its own log when told that it was restored.
    pub(super) follows_own: bool,
    replication: Replication,
    /// Entries of each log that were read for bodies.
    read: BTreeMap<Id, u64>,
    seed: u64,
    clock: Clock,
}

impl Node {
    pub(super) fn new(
        number: usize,
        organisation: Organisation,
        community: &[Organisation],
        random: &mut Random,
        clock: Clock,
    ) -> Self {
        let store = empty_store(&organisation, community);
        let seed = random.number();
        let replication = begin(&store, seed, &clock);
        let peer = Peer(format!("node {number}").into_bytes());
        let (lie, follows_own, read) = (None, false, BTreeMap::new());
        Self {
            organisation,
            peer,
            store,
            lie,
            follows_own,
            replication,
            read,
            seed,
            clock,
        }
    }

    /// The process ends and begins again on the same store.
    pub(super) fn restart(&mut self) {
        self.store.set_back().expect("memory does not fail");
        self.seed += 1;
        self.replication = begin(&self.store, self.seed, &self.clock);
    }

    /// The process ends, the disk is lost, and it begins again with its keys alone.
    pub(super) fn lose_disk(&mut self, community: &[Organisation]) {
        self.store = empty_store(&self.organisation, community);
        self.read.clear();
        self.restart();
    }

    pub(super) fn step(&mut self, input: Input) -> Vec<Errand> {
        let now = self.clock.now();
        let mut errands = self.replication.step(now, [input]).expect("memory does not fail");
        let mut done = Vec::new();
        while let Some(errand) = errands.pop() {
            match errand {
                Errand::Grown { organisation, .. } => errands.extend(self.read_on(&organisation)),
                Errand::Restored { .. } if !self.follows_own => {
                    self.follows_own = true;
                    errands.extend(
                        self.replication
                            .follow_own(true, now)
                            .expect("memory does not fail"),
                    );
                }
                other => done.push(other),
            }
        }
        done.reverse();
        done
    }

    /// Appends to the own log, as the ledger does, without offering a head.
    pub(super) fn append(&mut self, entries: Vec<Vec<u8>>) {
        assert!(!self.follows_own, "a restored node does not write");
        let entries: Vec<NewEntry> = entries.into_iter().map(NewEntry::received).collect();
        let log = self.own_log();
        self.store
            .write(|batch| batch.append_own(log, &entries))
            .expect("memory does not fail");
    }

    /// Signs the own log as it is, and offers the head.
    pub(super) fn offer(&mut self) -> Vec<Errand> {
        let head = self.tree_head(&self.organisation.id);
        let checkpoint = Checkpoint {
            origin: self.organisation.origin.clone(),
            head,
        };
        let note = checkpoint.sign(&self.organisation.log_key).to_bytes();
        self.step(Input::OwnHead { note })
    }

    /// Keeps a body of the own log.
    pub(super) fn keep_body(&mut self, hash: &BodyHash, salt: &[u8; 32], bytes: &[u8]) {
        let log = self.own_log();
        self.store
            .write(|batch| batch.put_body(log, hash, salt, bytes))
            .expect("memory does not fail");
    }

    /// Erases a body of the own log here, and gives the entry that erases it everywhere.
    pub(super) fn erase_body(&mut self, hash: &BodyHash) -> Vec<u8> {
        let entry = [ERASES, hash.as_bytes()].concat();
        self.erase_in(self.own_log(), hash, &entry);
        entry
    }

    fn erase_in(&self, log: LogNumber, hash: &BodyHash, entry: &[u8]) {
        let by = hearth_protocol::entry::Entry::id_of(entry);
        self.store
            .write(|batch| batch.erase_body(log, hash, &by))
            .expect("memory does not fail");
    }

    /// The answer to a peer's question, and what the question tells this node.
    pub(super) fn answer(&self, peer: &Peer, from: Id, question: Question) -> (Answer, Option<Input>) {
        match question {
            Question::Sync(request) => {
                let served = serve(&self.store, peer, from, request);
                (Answer::Sync(served.reply), served.input)
            }
            Question::Witness(request) => {
                let (witness, mut convicting) = self.witness();
                let reply = witness.answer(&request).expect("memory does not fail");
                let found = convicting.try_recv().ok();
                (
                    Answer::Witness(reply),
                    found.map(|evidence| Input::Found { evidence }),
                )
            }
        }
    }

    pub(super) fn asks_nothing_of_strangers(&self, stranger: Id) -> bool {
        let digest = hearth_protocol::id::Hash::from_bytes([0; 32]);
        let served = serve(&self.store, &self.peer, stranger, Request::Digest { digest });
        matches!(served.reply, hearth_protocol::sync::Reply::Refused { .. })
    }

    pub(super) fn tree_head(&self, organisation: &Id) -> TreeHead {
        let snapshot = self.store.read().expect("memory does not fail");
        let log = snapshot
            .log(organisation)
            .expect("memory does not fail")
            .expect("every log is held");
        snapshot.tree_head(log.number).expect("memory does not fail")
    }

    fn witness(&self) -> (Witness, Convicting) {
        let Organisation {
            origin, witness_key, ..
        } = &self.organisation;
        let cosigner = Cosigner::new(origin.witness_name(), witness_key.clone());
        Witness::new(self.store.clone(), cosigner, self.clock.clone())
    }

    fn own_log(&self) -> LogNumber {
        let snapshot = self.store.read().expect("memory does not fail");
        snapshot
            .own_log()
            .expect("memory does not fail")
            .expect("a node has a log")
            .number
    }

    /// Reads new entries for the bodies they name and erase.
    fn read_on(&mut self, organisation: &Id) -> Vec<Errand> {
        let from = self.read.get(organisation).copied().unwrap_or_default();
        let snapshot = self.store.read().expect("memory does not fail");
        let log = snapshot
            .log(organisation)
            .expect("memory does not fail")
            .expect("every log is held")
            .number;
        let entries = snapshot
            .range(log, from, usize::MAX)
            .expect("memory does not fail");
        drop(snapshot);
        self.read.insert(*organisation, from + entries.len() as u64);
        let now = self.clock.now();
        let mut errands = Vec::new();
        for (index, entry) in &entries {
            if let Some((hash, size)) = entry
                .strip_prefix(NAMES)
                .and_then(<[u8]>::split_first_chunk::<32>)
            {
                let size = u64::from_be_bytes(size.try_into().expect("a size"));
                let wanted = WantedBody {
                    log,
                    hash: BodyHash::from_bytes(*hash),
                    size,
                    index: *index,
                };
                self.store
                    .write(|batch| batch.want_body(&wanted))
                    .expect("memory does not fail");
            } else if let Some(hash) = entry.strip_prefix(ERASES) {
                let hash = BodyHash::from_bytes(hash.try_into().expect("a hash"));
                self.erase_in(log, &hash, entry);
                let body = BodyName {
                    organisation: *organisation,
                    hash,
                };
                let unwanted = self.replication.step(now, [Input::Unwanted { body }]);
                errands.extend(unwanted.expect("memory does not fail"));
            }
        }
        errands.extend(
            self.replication
                .look_for_bodies(now)
                .expect("memory does not fail"),
        );
        errands
    }
}

/// The name of a body, and the entry that names it.
pub(super) fn name_body(salt: &[u8; 32], bytes: &[u8]) -> (BodyHash, Vec<u8>) {
    let hash = body::commit(salt, bytes);
    (
        hash,
        [NAMES, hash.as_bytes(), &(bytes.len() as u64).to_be_bytes()].concat(),
    )
}

fn empty_store(own: &Organisation, community: &[Organisation]) -> Store {
    let store = Store::in_memory();
    let hold = store.write(|batch| {
        community.iter().try_for_each(|organisation| {
            batch
                .hold_log(organisation.log(organisation.id == own.id))
                .map(drop)
        })
    });
    hold.map_err(|error: StoreError| error)
        .expect("memory does not fail");
    store
}

fn begin(store: &Store, seed: u64, clock: &Clock) -> Replication {
    Replication::start(store.clone(), seed, PORTIONS, clock.now())
        .expect("memory does not fail")
        .0
}
