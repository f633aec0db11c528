//! What an organisation's log records of the other logs (`heads.seen`), compared with those logs themselves.

use super::finding::{Fault, Finding, Place};
use crate::id::{Id, Root};
use crate::log::TreeHead;

/// One row of a `heads.seen`: by it, the log of `organisation` stood at `head`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// The index of the entry that has the row.
    pub index: u64,
    /// Whose log was seen.
    pub organisation: Id,
    /// What was seen of it.
    pub head: TreeHead,
}

/// What a log's own tree says of a sighting of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judged {
    /// The log has that root at that size.
    True,
    /// It has another, but has changed its key below that size: what it had signed beyond may since have been lost, which
    /// convicts nobody (docs/protocol.md §4.1). Whether it was ever so cannot be told from the logs.
    Beyond,
    /// It has another.
    False(Finding),
}

impl Sighting {
    /// Whether it is true, given the root that the log seen has at that size; `log` is that log's name, `handed_over` the
    /// size at which it first changed its key.
    pub fn judge(&self, log: &str, found: Root, handed_over: Option<u64>) -> Judged {
        let TreeHead { size, root: seen } = self.head;
        if seen == found {
            return Judged::True;
        }
        if handed_over.is_some_and(|handover| handover < size) {
            return Judged::Beyond;
        }
        Judged::False(Finding {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_root_is_false_unless_a_handover_lies_below_it() {
        let [seen, found] = [1, 2].map(|byte| Root::from_bytes([byte; 32]));
        let sighting = Sighting {
            index: 4,
            organisation: Id::from_bytes([4; 32]),
            head: TreeHead { size: 20, root: seen },
        };
        for handed_over in [None, Some(20), Some(21)] {
            assert_eq!(sighting.judge("north", seen, handed_over), Judged::True);
            let judged = sighting.judge("north", found, handed_over);
            assert!(matches!(judged, Judged::False(_)), "{handed_over:?}: {judged:?}");
        }
        assert_eq!(sighting.judge("north", seen, Some(19)), Judged::True);
        assert_eq!(sighting.judge("north", found, Some(19)), Judged::Beyond);
    }
}
