//! One batch: which of the entries that wait are taken, at which index, with which bodies.

use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::Community as Facts;
use hearth_protocol::entry::{BodyRef, Entry};
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::{Act, Care};
use hearth_protocol::time::Timestamp;

use super::prepare::{Prepared, PreparedSubmission};
use super::refused::Refused;
use super::submission::SubmittedBody;
use crate::store::{
    AppendError, Batch, BodyError, BodyState, Log, LogNumber, NewEntry, Snapshot, SourceKey, StoreError,
};

/// Where an entry of a batch is, or will be once the batch is committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) id: Id,
    pub(super) index: u64,
    pub(super) duplicate: bool,
}

/// Entries taken so far, in order, with what must be committed together with them.
pub(super) struct Sequence<'a> {
    log: &'a Log,
    snapshot: Snapshot<'a>,
    now: Timestamp,
    from: u64,
    entries: Vec<NewEntry>,
    ids: BTreeMap<Id, u64>,
    sources: BTreeMap<SourceKey, u64>,
    bodies: BTreeMap<BodyHash, SubmittedBody>,
    erased: BTreeMap<BodyHash, Id>,
}

/// What a batch has taken. Nothing is read any more, so that a store that fails may open its file anew.
pub(super) struct Taken {
    log: LogNumber,
    from: u64,
    entries: Vec<NewEntry>,
    bodies: BTreeMap<BodyHash, SubmittedBody>,
    erased: BTreeMap<BodyHash, Id>,
}

impl Taken {
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Writes the batch.
    pub(super) fn write(&self, batch: &mut Batch) -> Result<(), CommitError> {
        let stored = batch.append_own(self.log, &self.entries)?.from;
        if stored != self.from {
            return Err(CommitError::Moved {
                judged: self.from,
                stored,
            });
        }
        for (hash, body) in &self.bodies {
            batch.put_body(self.log, hash, &body.salt, &body.bytes)?;
        }
        for (hash, by) in &self.erased {
            batch.erase_body(self.log, hash, by)?;
        }
        Ok(())
    }
}

impl<'a> Sequence<'a> {
    pub(super) fn new(
        log: &'a Log,
        snapshot: Snapshot<'a>,
        now: Timestamp,
    ) -> Result<Sequence<'a>, StoreError> {
        let from = snapshot.size(log.number)?;
        Ok(Sequence {
            log,
            snapshot,
            now,
            from,
            entries: Vec::new(),
            ids: BTreeMap::new(),
            sources: BTreeMap::new(),
            bodies: BTreeMap::new(),
            erased: BTreeMap::new(),
        })
    }

    pub(super) fn snapshot(&self) -> &Snapshot<'a> {
        &self.snapshot
    }

    /// The index the next entry gets.
    pub(super) fn next_index(&self) -> u64 {
        self.from + self.entries.len() as u64
    }

    /// Takes what can be taken of a submission; answers for each entry.
    pub(super) fn take(
        &mut self,
        submission: PreparedSubmission,
        facts: &mut Facts,
    ) -> Vec<Result<Placed, Refused>> {
        let PreparedSubmission { entries, mut bodies } = submission;
        entries
            .into_iter()
            .map(|entry| self.take_entry(entry?, &mut bodies, facts))
            .collect()
    }

    /// Takes one entry, unless it is here already or refused.
    pub(super) fn take_entry(
        &mut self,
        prepared: Prepared,
        bodies: &mut BTreeMap<BodyHash, SubmittedBody>,
        facts: &mut Facts,
    ) -> Result<Placed, Refused> {
        let Prepared { entry, checked, new } = prepared;
        let id = new.id;
        if let Some(index) = self.index_of(&new).map_err(|error| Refused::from(&error))? {
            return Ok(Placed {
                id,
                index,
                duplicate: true,
            });
        }
        let organisation = self.log.charter.organisation;
        facts
            .may_submit(organisation, &checked, self.now)
            .map_err(|refusal| Refused::of(refusal, &entry, facts))?;
        for body in entry.payload().bodies() {
            self.check_body(body, bodies)?;
        }
        let erased = self.erased_by(&entry)?;
        for body in entry.payload().bodies() {
            self.bodies
                .extend(bodies.remove(&body.hash).map(|found| (body.hash, found)));
        }
        let index = self.next_index();
        facts.ingest(organisation, index, checked);
        self.erased.extend(erased.into_iter().map(|hash| (hash, id)));
        self.ids.insert(id, index);
        self.sources.extend(new.source.map(|source| (source, index)));
        self.entries.push(new);
        Ok(Placed {
            id,
            index,
            duplicate: false,
        })
    }

    /// Ends the reading: what is to be written.
    pub(super) fn end(self) -> Taken {
        Taken {
            log: self.log.number,
            from: self.from,
            entries: self.entries,
            bodies: self.bodies,
            erased: self.erased,
        }
    }

    fn index_of(&self, entry: &NewEntry) -> Result<Option<u64>, StoreError> {
        if let Some(index) = self.ids.get(&entry.id) {
            return Ok(Some(*index));
        }
        if let Some(source) = &entry.source {
            if let Some(index) = self.sources.get(source) {
                return Ok(Some(*index));
            }
            if let Some(index) = self.snapshot.find_source(source)? {
                return Ok(Some(index));
            }
        }
        self.snapshot.find_in(self.log.number, &entry.id)
    }

    /// Whether a body that an entry refers to is here, in this batch or handed in, and as long as the entry says.
    fn check_body(
        &self,
        body: &BodyRef,
        handed_in: &BTreeMap<BodyHash, SubmittedBody>,
    ) -> Result<(), Refused> {
        let (hash, stated) = (body.hash, body.size);
        let state = self.snapshot.body(self.log.number, &hash);
        let size = match state.map_err(|error| Refused::from(&error))? {
            BodyState::Erased { .. } => return Err(Refused::ErasedBody { hash }),
            BodyState::Held { size, .. } => size,
            BodyState::Partial { .. } | BodyState::Missing => {
                let found = self.bodies.get(&hash).or_else(|| handed_in.get(&hash));
                found.ok_or(Refused::MissingBody { hash })?.bytes.len() as u64
            }
        };
        if size == stated {
            Ok(())
        } else {
            Err(Refused::BodySize { hash, size, stated })
        }
    }

    /// The bodies that an erasure takes: each must be one of an entry of this log that the erasure names.
    fn erased_by(&self, entry: &Entry) -> Result<Vec<BodyHash>, Refused> {
        let Act::Care(Care::ErasureCarriedOut(erasure)) = &entry.payload().act else {
            return Ok(Vec::new());
        };
        let mut theirs = BTreeSet::new();
        for id in &entry.payload().re {
            let named = self.entry_of(id).map_err(|error| Refused::from(&error))?;
            if let Some(Ok(named)) = named.as_deref().map(Entry::parse) {
                theirs.extend(named.payload().bodies().map(|body| body.hash));
            }
        }
        match erasure.hashes.iter().find(|hash| !theirs.contains(hash)) {
            Some(&hash) => Err(Refused::NotItsBody { hash }),
            None => Ok(erasure.hashes.clone()),
        }
    }

    /// An entry of this log, committed or of this batch.
    fn entry_of(&self, id: &Id) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(entry) = self.entries.iter().find(|entry| entry.id == *id) {
            return Ok(Some(entry.bytes.clone()));
        }
        match self.snapshot.find_in(self.log.number, id)? {
            Some(index) => self.snapshot.entry(self.log.number, index),
            None => Ok(None),
        }
    }
}

/// Why a batch was not committed. Nothing of it is stored.
#[derive(Debug, thiserror::Error)]
pub(super) enum CommitError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error(transparent)]
    Body(#[from] BodyError),
    #[error(
        "the log has {stored} entries, not the {judged} the batch was judged by: somebody else writes it"
    )]
    Moved { judged: u64, stored: u64 },
}

impl From<&CommitError> for Refused {
    fn from(error: &CommitError) -> Refused {
        match error {
            CommitError::Store(error)
            | CommitError::Append(AppendError::Store(error))
            | CommitError::Body(BodyError::Store(error)) => Refused::from(error),
            CommitError::Append(_) | CommitError::Body(_) | CommitError::Moved { .. } => {
                Refused::Store(error.to_string())
            }
        }
    }
}
