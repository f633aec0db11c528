//! Verification of everything a running node holds, over its API.

use super::examination::{BATCH, Examination, Opening};
use super::report::{LogReport, Report};
use super::sightings::{self, Read};
use crate::exit::Failure;
use crate::remote::Remote;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hearth_node::queries::Query;
use hearth_protocol::audit::body::Kept;
use hearth_protocol::audit::statement::Witnesses;
use hearth_protocol::audit::{Charter, Fault, Finding, Place, Trust};
use hearth_protocol::entry::commit;
use hearth_protocol::id::Id;
use hearth_protocol::log::{Frontier, TileId, TiledHashes, Tiles, VerifierKey};
use indicatif::ProgressBar;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Bytes of entries asked for at a time.
const PIECE: usize = 1 << 20;

#[derive(Deserialize)]
struct Organisations {
    organisations: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: Id,
}

#[derive(Deserialize)]
struct Head {
    size: u64,
    note: Option<String>,
    handovers: Vec<String>,
}

#[derive(Deserialize)]
struct Raw {
    entries: Vec<String>,
}

/// Verifies every log that the node holds of an admitted organisation.
pub(crate) fn peer(remote: &Remote, bar: &ProgressBar) -> Result<Report, Failure> {
    let Organisations { organisations } = ask(remote, &Query::Organisations {})?;
    let mut charters = Vec::new();
    for Named { id } in &organisations {
        let first = raw(remote, *id, 0, 1)?;
        let second = raw(remote, *id, 1, 1)?;
        let charter = first.first().map(|first| {
            Charter::open(
                first,
                second.first().map(Vec::as_slice),
                Some(remote.home().community),
            )
        });
        charters.push((*id, charter));
    }
    let keys: Vec<(Id, VerifierKey)> = charters
        .iter()
        .filter_map(|(id, charter)| Some((*id, charter.as_ref()?.as_ref().ok()?.witness.clone())))
        .collect();
    let mut read = Vec::new();
    let mut trees = BTreeMap::new();
    for (id, charter) in charters {
        let witnesses = keys
            .iter()
            .filter(|(other, _)| *other != id)
            .map(|(_, key)| key.clone())
            .collect();
        let tree = Tree::of(remote, id);
        read.push(match charter {
            Some(Ok(charter)) => verify(&tree, &charter, witnesses, bar)?,
            Some(Err(error)) => unreadable(id, error.to_string()),
            None => unreadable(id, "the node holds none of its entries".to_owned()),
        });
        trees.insert(id, tree);
    }
    let sizes: BTreeMap<Id, u64> = read
        .iter()
        .map(|log| (log.organisation, log.report.entries))
        .collect();
    let root = |organisation: &Id, size| {
        let (Some(tree), Some(held)) = (trees.get(organisation), sizes.get(organisation)) else {
            return None;
        };
        // Tiles that are missing are found where tiles are compared.
        let frontier = (size <= *held).then(|| Frontier::read(&TiledHashes::new(tree, *held), size).ok())?;
        frontier.map(|frontier| frontier.root())
    };
    let logs = sightings::compare(read, |organisation, size| {
        Ok::<_, Failure>(root(organisation, size))
    })?;
    Ok(Report {
        logs,
        findings: Vec::new(),
    })
}

/// The tiles of one log, asked for as they are wanted and then kept.
struct Tree<'a> {
    remote: &'a Remote,
    organisation: Id,
    kept: RefCell<BTreeMap<TileId, Vec<u8>>>,
    failed: RefCell<Option<Failure>>,
}

#[derive(Deserialize)]
struct Tile {
    tile: Option<String>,
}

impl<'a> Tree<'a> {
    fn of(remote: &'a Remote, organisation: Id) -> Self {
        Self {
            remote,
            organisation,
            kept: RefCell::default(),
            failed: RefCell::default(),
        }
    }

    fn fetch(&self, tile: TileId) -> Result<Option<Vec<u8>>, String> {
        let asked = ask(
            self.remote,
            &Query::Tile {
                organisation: self.organisation.to_string(),
                level: tile.level(),
                index: tile.index(),
            },
        );
        let bytes = asked.and_then(|Tile { tile }| tile.as_deref().map(decode).transpose());
        match bytes {
            Ok(bytes) => {
                if let Some(bytes) = &bytes {
                    self.kept.borrow_mut().insert(tile, bytes.clone());
                }
                Ok(bytes)
            }
            Err(failure) => {
                let why = "the node does not give it".to_owned();
                self.failed.borrow_mut().get_or_insert(failure);
                Err(why)
            }
        }
    }
}

impl Tiles for Tree<'_> {
    type Error = Infallible;

    fn tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.kept.borrow().get(&tile).cloned())
    }
}

fn verify(
    tree: &Tree<'_>,
    charter: &Charter,
    witnesses: Vec<VerifierKey>,
    bar: &ProgressBar,
) -> Result<Read, Failure> {
    let (remote, organisation) = (tree.remote, tree.organisation);
    if charter.home.organisation != organisation {
        return Ok(unreadable(
            organisation,
            format!("its charter is that of {}", charter.home.organisation),
        ));
    }
    let head: Head = ask(
        remote,
        &Query::Checkpoint {
            organisation: Some(organisation.to_string()),
        },
    )?;
    let note = head.note.as_deref().map(decode).transpose()?;
    let tile = |tile: TileId| tree.fetch(tile);
    let mut examination = Examination::open(Opening {
        report: LogReport {
            name: charter.chain.origin().to_string(),
            trust: "the key in the charter this log begins with".to_owned(),
            ..LogReport::default()
        },
        trust: Trust::Chain(charter.chain.clone()),
        home: Some(charter.home),
        tile: Some(&tile),
        handovers: head
            .handovers
            .iter()
            .map(|text| decode(text))
            .collect::<Result<_, _>>()?,
        heads: Vec::new(),
        note: note.as_deref(),
    });
    bar.inc_length(head.size);
    let mut waiting: Vec<Vec<u8>> = Vec::new();
    let mut next = 0;
    while next < head.size {
        let entries = raw(remote, organisation, next, PIECE)?;
        if entries.is_empty() {
            examination.gap(next);
            break;
        }
        next += entries.len() as u64;
        waiting.extend(entries);
        while waiting.len() >= BATCH || (next >= head.size && !waiting.is_empty()) {
            let rest = waiting.split_off(waiting.len().min(BATCH));
            examination.entries(&waiting);
            bar.inc(waiting.len() as u64);
            waiting = rest;
        }
    }
    match &note {
        Some(note) => examination.weigh(note, &Witnesses::All(witnesses)),
        None => examination.weigh_unsigned("the node holds none yet"),
    }
    let mut failed = None;
    examination.bodies(|claim| match remote.salted_body(organisation, &claim.body.hash) {
        Ok(Some((salt, bytes))) => Kept::Whole {
            hash: commit(&salt, &bytes),
            size: bytes.len() as u64,
        },
        Ok(None) => Kept::Absent,
        Err(error) => {
            failed.get_or_insert(error);
            Kept::Absent
        }
    });
    if let Some(error) = failed {
        return Err(error.into());
    }
    let read = Read::through(organisation, examination);
    tree.failed.take().map_or(Ok(read), Err)
}

fn raw(remote: &Remote, organisation: Id, from: u64, limit: usize) -> Result<Vec<Vec<u8>>, Failure> {
    let Raw { entries } = ask(
        remote,
        &Query::Raw {
            organisation: organisation.to_string(),
            from,
            limit,
        },
    )?;
    entries.iter().map(|entry| decode(entry)).collect()
}

fn ask<T: DeserializeOwned>(remote: &Remote, query: &Query) -> Result<T, Failure> {
    serde_json::from_value(remote.query(query)?)
        .map_err(|error| Failure::new(format!("the node's answer cannot be read: {error}")))
}

fn decode(text: &str) -> Result<Vec<u8>, Failure> {
    STANDARD
        .decode(text)
        .map_err(|error| Failure::new(format!("the node's answer is not base64: {error}")))
}

fn unreadable(organisation: Id, why: String) -> Read {
    let report = LogReport {
        name: organisation.to_string(),
        findings: vec![Finding {
            place: Place::Log,
            fault: Fault::Unreadable(why),
        }],
        ..LogReport::default()
    };
    Read::nothing(organisation, report)
}
