//! What organisations have seen of each other's logs (`heads.seen`), each row checked against the root it names.

use std::collections::BTreeMap;

use crate::id::{Id, Root};
use crate::time::Timestamp;

use super::facts::LogNumber;

/// At `at`, by its entry `index`, the log `by` had seen the first `size` entries of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Sighting {
    pub(super) size: u64,
    pub(super) by: LogNumber,
    pub(super) index: u64,
    pub(super) at: Timestamp,
}

/// Sightings by the organisation seen. Rows with a wrong root are dropped; rows about sizes a log has not reached here
/// wait for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Sightings {
    right: BTreeMap<Id, Vec<Sighting>>,
    waiting: BTreeMap<(Id, u64), Vec<(Root, Sighting)>>,
}

impl Sightings {
    /// All whose root was right, in no order that means anything.
    pub(super) fn of(&self, organisation: &Id) -> &[Sighting] {
        self.right.get(organisation).map_or(&[], Vec::as_slice)
    }

    /// Takes a row in. `known` is the root of that log at that size, if it has got so far here.
    pub(super) fn add(&mut self, organisation: Id, root: Root, sighting: Sighting, known: Option<Root>) {
        match known {
            Some(known) if known == root => self.right.entry(organisation).or_default().push(sighting),
            Some(_) => {}
            None => self
                .waiting
                .entry((organisation, sighting.size))
                .or_default()
                .push((root, sighting)),
        }
    }

    /// Whether a row waits for the log to have that size.
    pub(super) fn awaits(&self, organisation: Id, size: u64) -> bool {
        self.waiting.contains_key(&(organisation, size))
    }

    /// The log has that size and root now.
    pub(super) fn grown(&mut self, organisation: Id, size: u64, root: Root) {
        let rows = self.waiting.remove(&(organisation, size)).unwrap_or_default();
        for (claimed, sighting) in rows {
            self.add(organisation, claimed, sighting, Some(root));
        }
    }
}
