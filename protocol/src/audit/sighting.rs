//! What an organisation's log records of the other logs (`heads.seen`), compared with those logs themselves.

use super::finding::{Fault, Finding, Place};
use crate::id::{Id, Root};
use crate::log::TreeHead;

/// One row of a `heads.seen`: by it, the log of `organisation` stood at `head`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// The index of the entry that has the row.
    pub index: u64,
    /// The entry's id.
    pub id: Id,
    /// Whose log was seen.
    pub organisation: Id,
    /// What was seen of it.
    pub head: TreeHead,
}

impl Sighting {
    /// What is wrong with it, given the root that the log seen has at that size; `log` is that log's name.
    pub fn judge(&self, log: &str, found: Root) -> Option<Finding> {
        let TreeHead { size, root: seen } = self.head;
        (seen != found).then(|| Finding {
            place: Place::Entry(self.index),
            fault: Fault::OtherSighting {
                log: log.to_owned(),
                size,
                seen,
                found,
            },
        })
    }
}
