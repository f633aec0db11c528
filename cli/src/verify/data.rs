//! Verification of a node's data directory.

use super::examination::{BATCH, Examination, Opening, claimed_size};
use super::report::{LogReport, Report};
use super::sightings::{self, Read};
use crate::exit::Failure;
use hearth_node::config::Config;
use hearth_node::directory::DataDirectory;
use hearth_node::network::Identity;
use hearth_node::projector::Projector;
use hearth_node::secret_file;
use hearth_node::signer::Signer;
use hearth_node::store::{BodyState, Log, OpenError, Snapshot, Store, StoreError};
use hearth_protocol::audit::body::Kept;
use hearth_protocol::audit::charter::NoCharter;
use hearth_protocol::audit::statement::Witnesses;
use hearth_protocol::audit::{Charter, Fault, Finding, Place, Trust};
use hearth_protocol::community::{Standing, View};
use hearth_protocol::entry::Committer;
use hearth_protocol::id::{BodyHash, Id, Root};
use hearth_protocol::log::key_chain::CheckpointError;
use hearth_protocol::log::{
    ForkEvidence, Frontier, HeldNote, KeyChain, TileId, TiledHashes, Tiles, TreeHead, VerifierKey,
};
use indicatif::ProgressBar;
use std::sync::Arc;

/// Bytes of a body, or of entries, read at a time.
const PIECE: usize = 1 << 20;
/// Where this node remembers what it has cosigned.
const MEMORY: &str = "witness memory";

/// Verifies every log of a data directory on which no node runs, and the files beside them.
pub(crate) fn data(directory: &DataDirectory, bar: &ProgressBar) -> Result<Report, Failure> {
    if !directory.is_founded() {
        return Err(Failure::new(format!(
            "{} holds no node",
            directory.path().display()
        )));
    }
    let mut report = Report::default();
    let store = match Store::open_checked(directory.path()) {
        Ok(store) => store,
        Err(error @ OpenError::Locked { .. }) => {
            return Err(
                Failure::new(error).advise("Stop the node first, or verify it as a peer with --node URL.")
            );
        }
        Err(error) => {
            report.findings.push(unreadable("hearth.redb", &error));
            return Ok(report);
        }
    };
    store_of(directory, &store, bar, &mut report);
    Ok(report)
}

/// Verifies every log of an open store, and the files in its directory.
pub(super) fn store_of(directory: &DataDirectory, store: &Store, bar: &ProgressBar, report: &mut Report) {
    match logs(directory, store, bar) {
        Ok(found) => report.logs = found,
        Err(error) => report.findings.push(unreadable("hearth.redb", &error)),
    }
}

fn logs(directory: &DataDirectory, store: &Store, bar: &ProgressBar) -> Result<Vec<LogReport>, StoreError> {
    let snapshot = store.read()?;
    let Some(community) = snapshot.community()? else {
        return Err(StoreError::Corrupt("it names no community".to_owned()));
    };
    let logs = snapshot.logs()?;
    let own = logs.iter().filter(|log| log.charter.own).count();
    if own != 1 {
        return Err(StoreError::Corrupt(format!("{own} of its logs are its own")));
    }
    bar.set_length(
        logs.iter()
            .map(|log| snapshot.size(log.number))
            .sum::<Result<u64, _>>()?,
    );
    let view = verdicts(store, community)?;
    let mut read = Vec::new();
    for log in &logs {
        let witnesses = logs
            .iter()
            .filter(|other| other.number != log.number)
            .map(witness)
            .collect();
        let held = Held {
            snapshot: &snapshot,
            log,
            community,
            view: view.as_deref(),
        };
        read.push(held.verify(directory, witnesses, bar)?);
    }
    sightings::compare(read, |organisation, size| root_at(&snapshot, organisation, size))
}

/// The root of a log's stored tree at a size; none where it is not that long, or its tiles cannot be read.
fn root_at(snapshot: &Snapshot<'_>, organisation: &Id, size: u64) -> Result<Option<Root>, StoreError> {
    let Some(log) = snapshot.log(organisation)? else {
        return Ok(None);
    };
    let held = snapshot.size(log.number)?;
    if size > held {
        return Ok(None);
    }
    let tiles = snapshot.tiles(log.number)?;
    // Tiles that cannot be read are found where tiles are compared.
    let frontier = Frontier::read(&TiledHashes::new(&tiles, held), size);
    Ok(frontier.ok().map(|frontier| frontier.root()))
}

/// Judges every entry anew, without any cache. None where the logs here make no whole cut.
fn verdicts(store: &Store, community: Id) -> Result<Option<Arc<View>>, StoreError> {
    Ok(Projector::open(store.clone(), community, None)?.view(None).ok())
}

fn witness(log: &Log) -> VerifierKey {
    VerifierKey::witness(log.charter.origin.witness_name(), log.charter.witness)
}

/// A log as this directory holds it.
struct Held<'a> {
    snapshot: &'a Snapshot<'a>,
    log: &'a Log,
    community: Id,
    view: Option<&'a View>,
}

impl Held<'_> {
    fn verify(
        &self,
        directory: &DataDirectory,
        witnesses: Vec<VerifierKey>,
        bar: &ProgressBar,
    ) -> Result<Read, StoreError> {
        let (snapshot, number) = (self.snapshot, self.log.number);
        let organisation = self.log.charter.organisation;
        let mut report = LogReport {
            name: self.log.charter.origin.to_string(),
            ..LogReport::default()
        };
        if snapshot.size(number)? == 0 {
            report
                .not_checked
                .push("anything: no entry of it is held yet".to_owned());
            return Ok(Read::nothing(organisation, report));
        }
        let charter = match self.charter()? {
            Ok(charter) => charter,
            Err(error) => {
                report.findings.push(Finding {
                    place: Place::Log,
                    fault: Fault::Unreadable(error.to_string()),
                });
                return Ok(Read::nothing(organisation, report));
            }
        };
        report.trust = "the key in the charter this log begins with".to_owned();
        report.findings.extend(self.otherwise(&charter));
        let stored = snapshot.tree_head(number)?;
        let note = snapshot.head(number)?;
        let mut heads = vec![(Place::File("stored tree".to_owned()), stored)];
        if self.log.charter.own {
            report.findings.extend(keys(directory, &charter));
            heads.extend(signer(
                directory,
                &charter,
                snapshot.handovers(number)?,
                stored,
                note.as_deref().and_then(claimed_size),
                &mut report,
            ));
        }
        heads.extend(self.remembered(&charter, &mut report)?.and_then(|head| {
            // What was cosigned may be ahead of what has been fetched.
            (head.size <= stored.size).then(|| (Place::File(MEMORY.to_owned()), head))
        }));
        report.findings.extend(self.aim(&charter, &witnesses)?);
        heads.extend(self.cosigned(&charter, &witnesses, &mut report.findings)?);
        let tiles = snapshot.tiles(number)?;
        let tile = |tile: TileId| tiles.tile(tile).map_err(|error| error.to_string());
        let mut examination = Examination::open(Opening {
            report,
            trust: Trust::Chain(charter.chain.clone()),
            home: Some(charter.home),
            tile: Some(&tile),
            handovers: snapshot.handovers(number)?,
            heads,
            note: note.as_deref(),
        });
        self.entries(&mut examination, bar)?;
        self.judge(&mut examination);
        let witnesses = Witnesses::All(witnesses);
        match &note {
            Some(note) => examination.weigh(note, &witnesses),
            None => examination.weigh_unsigned("none that covers exactly what is here is held yet"),
        }
        let mut failed = None;
        examination.bodies(|claim| {
            self.body(&claim.body.hash).unwrap_or_else(|error| {
                failed = Some(error);
                Kept::Absent
            })
        });
        failed.map_or(Ok(()), Err)?;
        examination.evidence(&snapshot.evidence(number)?);
        Ok(Read::through(organisation, examination))
    }

    /// What this node remembers to have cosigned of the log; the note it keeps must state that very tree. A log that went
    /// on from below it, under its next key, stands by it no more, and the witness forgets nothing: then it is no head of
    /// the log, and no fault.
    fn remembered(&self, charter: &Charter, report: &mut LogReport) -> Result<Option<TreeHead>, StoreError> {
        let origin = self.log.charter.origin.as_str();
        let Some(head) = self.snapshot.witnessed(origin)? else {
            return Ok(None);
        };
        let note = self.snapshot.witnessed_note(origin)?.unwrap_or_default();
        let read = |chain: &KeyChain| {
            let (checkpoint, read) = chain.open(&note)?;
            Ok::<_, CheckpointError>(checkpoint.head == head && read.to_bytes() == note)
        };
        let mut chain = charter.chain.clone();
        let mut once = read(&chain);
        for handover in self.snapshot.handovers(self.log.number)? {
            drop(chain.hand_over(&handover));
            once = once.or_else(|_| read(&chain));
        }
        match (read(&chain), once) {
            (Ok(true), _) => {}
            (Err(_), Ok(true)) => {
                report.not_checked.push(format!(
                    "the {MEMORY}: it stands at size {}, and the log changed its key below that and stands by it no more",
                    head.size
                ));
                return Ok(None);
            }
            (Ok(false), _) | (Err(_), Ok(false)) => {
                report
                    .findings
                    .push(unreadable(MEMORY, &"its note states another tree"));
            }
            (Err(error), Err(_)) => report.findings.push(unreadable(MEMORY, &error)),
        }
        Ok(Some(head))
    }

    /// What is wrong with the head that is being fetched.
    fn aim(&self, charter: &Charter, witnesses: &[VerifierKey]) -> Result<Option<Finding>, StoreError> {
        let Some(note) = self.snapshot.aim(self.log.number)? else {
            return Ok(None);
        };
        Ok(match HeldNote::open(&note, &self.chain(charter)?, witnesses) {
            Ok(_) => None,
            Err(error) => Some(unreadable("head being fetched", &error)),
        })
    }

    /// The log's keys, as far as its handovers hold. What is wrong with one is said where handovers are examined.
    fn chain(&self, charter: &Charter) -> Result<KeyChain, StoreError> {
        let mut chain = charter.chain.clone();
        for handover in self.snapshot.handovers(self.log.number)? {
            drop(chain.hand_over(&handover));
        }
        Ok(chain)
    }

    /// The newest head that a quorum had cosigned, kept beside the newest.
    fn cosigned(
        &self,
        charter: &Charter,
        witnesses: &[VerifierKey],
        findings: &mut Vec<Finding>,
    ) -> Result<Option<(Place, TreeHead)>, StoreError> {
        let Some(note) = self.snapshot.cosigned(self.log.number)? else {
            return Ok(None);
        };
        match HeldNote::open(&note, &self.chain(charter)?, witnesses) {
            Ok(held) if held.to_bytes() == note => {
                return Ok(Some((Place::File("cosigned checkpoint".to_owned()), held.head())));
            }
            Ok(_) => findings.push(unreadable("cosigned checkpoint", &"a line of it is nobody's")),
            Err(error) => findings.push(unreadable("cosigned checkpoint", &error)),
        }
        Ok(None)
    }

    fn charter(&self) -> Result<Result<Charter, NoCharter>, StoreError> {
        let first = self.snapshot.entry(self.log.number, 0)?;
        let second = self.snapshot.entry(self.log.number, 1)?;
        Ok(Charter::open(
            &first.unwrap_or_default(),
            second.as_deref(),
            Some(self.community),
        ))
    }

    /// Whether the log is held as another than its charter says.
    fn otherwise(&self, charter: &Charter) -> Option<Finding> {
        let held = &self.log.charter;
        let same = charter.home.organisation == held.organisation
            && charter.home.community == self.community
            && *charter.chain.origin() == held.origin
            && charter.witness == witness(self.log)
            && charter.chain.current() == &held.key
            && charter.chain.next() == held.next;
        let (expected, found) = (held.origin.to_string(), charter.chain.origin().to_string());
        (!same).then_some(Finding {
            place: Place::Log,
            fault: Fault::OtherLog { expected, found },
        })
    }

    fn entries(&self, examination: &mut Examination<'_>, bar: &ProgressBar) -> Result<(), StoreError> {
        let mut waiting: Vec<Vec<u8>> = Vec::new();
        let mut next = 0;
        loop {
            let read = self.snapshot.range(self.log.number, next, PIECE)?;
            let ended = read.is_empty();
            for (index, bytes) in read {
                if index != next {
                    examination.gap(next);
                    return Ok(());
                }
                next += 1;
                waiting.push(bytes);
            }
            while waiting.len() >= BATCH || (ended && !waiting.is_empty()) {
                let rest = waiting.split_off(waiting.len().min(BATCH));
                examination.entries(&waiting);
                bar.inc(waiting.len() as u64);
                waiting = rest;
            }
            if ended {
                return Ok(());
            }
        }
    }

    /// Which entries are void, by the whole of the rules.
    fn judge(&self, examination: &mut Examination<'_>) {
        let Some(view) = self.view else {
            examination
                .report
                .not_checked
                .push("verdicts: the logs here make no whole cut".to_owned());
            return;
        };
        examination.report.void.clear();
        for item in view
            .items()
            .iter()
            .filter(|item| view.organisation(item.organisation).id == self.log.charter.organisation)
        {
            if let Standing::Void(reason) = item.standing {
                examination.report.void.push((item.index, reason));
                examination.said.disregard(item.index);
            }
        }
    }

    /// Reads a body through, computing its commitment.
    fn body(&self, hash: &BodyHash) -> Result<Kept, StoreError> {
        let (salt, said) = match self.snapshot.body(self.log.number, hash)? {
            BodyState::Held { salt, size } => (salt, size),
            BodyState::Erased { .. } => return Ok(Kept::Erased),
            BodyState::Partial { .. } | BodyState::Missing => return Ok(Kept::Absent),
        };
        let (mut committer, mut size) = (Committer::new(&salt), 0);
        loop {
            let piece = self.snapshot.body_bytes(self.log.number, hash, size, PIECE)?;
            if piece.is_empty() {
                let hash = committer.finish();
                // A size that is not that of the bytes is not that of the entry either, if the bytes are right.
                return Ok(Kept::Whole { hash, size: said });
            }
            committer.update(&piece);
            size += piece.len() as u64;
        }
    }
}

/// The keys of the node that the charter names.
fn keys(directory: &DataDirectory, charter: &Charter) -> Vec<Finding> {
    let mut findings = Vec::new();
    match Identity::open(&directory.identity()) {
        Ok(identity) if charter.nodes.contains(&identity.peer().0) => {}
        Ok(_) => findings.push(other_key("identity", "the charter")),
        Err(error) => findings.push(unreadable("identity", &error)),
    }
    match secret_file::read(&directory.witness_key()) {
        Ok(key) if charter.witness.witness_key() == Some(&key.public()) => {}
        Ok(_) => findings.push(other_key("witness.key", "the charter")),
        Err(error) => findings.push(unreadable("witness.key", &error)),
    }
    if let Err(error) = Config::read(&directory.config()) {
        findings.push(unreadable("config.json", &error));
    }
    findings
}

/// The tree that the log's key stands committed to. A log that is ahead of its key is what a crash between commit and
/// signature leaves, and no fault: the key must only have signed a beginning of it.
fn signer(
    directory: &DataDirectory,
    charter: &Charter,
    handovers: Vec<Vec<u8>>,
    stored: TreeHead,
    offered: Option<u64>,
    report: &mut LogReport,
) -> Option<(Place, TreeHead)> {
    let mut chain = charter.chain.clone();
    // What is wrong with a handover is said where handovers are examined.
    handovers.iter().for_each(|note| drop(chain.hand_over(note)));
    let signer = match Signer::open(&directory.signer()) {
        Ok(signer) => signer,
        Err(error) => {
            report.findings.push(unreadable("signer", &error));
            return None;
        }
    };
    let place = Place::File("signer".to_owned());
    if signer.key() != *chain.current() || signer.next() != chain.next() {
        report
            .findings
            .push(other_key("signer", "the charter or the last handover"));
    }
    if signer.is_torn() {
        report.findings.push(Finding {
            place: place.clone(),
            fault: Fault::TornSlot,
        });
    }
    let held = signer.held();
    if let Some(signed) = offered.filter(|signed| *signed > held.size) {
        report.findings.push(Finding {
            place: place.clone(),
            fault: Fault::SetBack {
                signer: held.size,
                signed,
            },
        });
    }
    if held.size > stored.size {
        let fault = Fault::SignerAhead {
            signer: held.size,
            log: stored.size,
        };
        report.findings.push(Finding { place, fault });
        return None;
    }
    match stored.size - held.size {
        0 => {}
        1 => report
            .notes
            .push("1 entry is not signed yet; the node signs it at its next start".to_owned()),
        unsigned => report.notes.push(format!(
            "{unsigned} entries are not signed yet; the node signs them at its next start"
        )),
    }
    Some((place, held))
}

fn unreadable(file: &str, error: &dyn std::fmt::Display) -> Finding {
    Finding {
        place: Place::File(file.to_owned()),
        fault: Fault::Unreadable(error.to_string()),
    }
}

fn other_key(file: &str, who: &'static str) -> Finding {
    Finding {
        place: Place::File(file.to_owned()),
        fault: Fault::OtherKey(who),
    }
}

impl Examination<'_> {
    /// The log's own forks.
    fn evidence(&mut self, kept: &[Vec<u8>]) {
        let Trust::Chain(chain) = &self.trust else { return };
        for (number, bytes) in (0..).zip(kept) {
            let fault = match ForkEvidence::from_bytes(bytes) {
                Ok(evidence) => match evidence.verify(chain) {
                    Ok(_) => Fault::Convicted(number),
                    Err(error) => Fault::Unreadable(format!("evidence {number} does not hold: {error}")),
                },
                Err(error) => Fault::Unreadable(format!("evidence {number}: {error}")),
            };
            self.report.findings.push(Finding {
                place: Place::Log,
                fault,
            });
        }
    }
}
