//! Checking entries on every core, and remembering which were checked.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::thread;

use hearth_protocol::community::{self, Checked, Signature};
use hearth_protocol::entry::Home;
use hearth_protocol::id::Id;

use crate::store::{Checks, ChecksFile, Log, Store, StoreError};

/// Fewer entries than this are checked by one thread.
const SHARE: usize = 32;

/// Checks entries of one log, those that were checked before without their signatures.
pub(super) fn check_all(entries: &[(u64, Vec<u8>)], home: &Home, known: &Checks) -> Vec<Checked> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let share = entries.len().div_ceil(threads).max(SHARE);
    let check = |part: &[(u64, Vec<u8>)]| -> Vec<Checked> {
        part.iter()
            .map(|(index, bytes)| community::check(bytes, home, signature(known, *index)))
            .collect()
    };
    thread::scope(|scope| {
        let mut parts = entries.chunks(share);
        let own = parts.next().unwrap_or_default();
        let others: Vec<_> = parts.map(|part| scope.spawn(move || check(part))).collect();
        let mut checked = check(own);
        for other in others {
            checked.extend(other.join().expect("checking an entry does not panic"));
        }
        checked
    })
}

fn signature(known: &Checks, index: u64) -> Signature {
    if index < known.size {
        Signature::Known(known.failed.binary_search(&index).is_err())
    } else {
        Signature::Unknown
    }
}

/// What was checked, per organisation, and the file it is kept in.
pub(super) struct Checker {
    file: Option<ChecksFile>,
    logs: BTreeMap<Id, Checks>,
    /// Checks made since they were last written down.
    unkept: u64,
}

impl Checker {
    pub(super) fn new(file: Option<ChecksFile>) -> Self {
        Self {
            file,
            logs: BTreeMap::new(),
            unkept: 0,
        }
    }

    /// What is known of a log's entries. What the file says counts only if the store still holds that very tree.
    pub(super) fn known(&mut self, store: &Store, log: &Log) -> Result<&Checks, StoreError> {
        let organisation = log.charter.organisation;
        if !self.logs.contains_key(&organisation) {
            let kept = self
                .file
                .as_ref()
                .map(|file| file.load(&organisation))
                .transpose()?
                .flatten();
            let checks = match kept {
                Some((checks, head)) if store.read()?.head_at(log, head.size)? == Some(head) => checks,
                Some(_) | None => Checks::default(),
            };
            self.logs.insert(organisation, checks);
        }
        Ok(self.logs.entry(organisation).or_default())
    }

    /// Notes the outcome of a check, in the order of the log.
    pub(super) fn learn(&mut self, organisation: Id, index: u64, holds: bool) {
        let checks = self.logs.entry(organisation).or_default();
        if index == checks.size {
            checks.size += 1;
            self.unkept += 1;
            if !holds {
                checks.failed.push(index);
            }
        }
    }

    pub(super) fn is_worth_keeping(&self, count: u64) -> bool {
        self.unkept >= count
    }

    pub(super) fn keep(&mut self, store: &Store) -> Result<(), StoreError> {
        let Some(file) = self.file.as_ref().filter(|_| self.unkept > 0) else {
            return Ok(());
        };
        let mut rows = Vec::new();
        for log in store.read()?.logs()? {
            let organisation = log.charter.organisation;
            let Some(checks) = self.logs.get(&organisation) else {
                continue;
            };
            if let Some(head) = store.read()?.head_at(&log, checks.size)? {
                rows.push((organisation, checks.clone(), head));
            }
        }
        file.save(&rows)?;
        self.unkept = 0;
        Ok(())
    }
}

#[cfg(test)]
impl Checker {
    pub(super) fn into_file(self) -> Option<ChecksFile> {
        self.file
    }
}
