//! `heads.seen`: the organisation's record of how far it has seen the logs of the others. Others' times rest on it, so it
//! is written soon after anything new was seen; but not for a `heads.seen` alone, or two quiet nodes would never be quiet.

use std::collections::BTreeMap;

use hearth_protocol::entry::{Entry, Home, Payload, Record, Source};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Community, Head, HeadsSeen};
use hearth_protocol::limits;
use hearth_protocol::log::TreeHead;
use hearth_protocol::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::store::{Batch, Log, Snapshot, StoreError};

/// Two of them are at least this far apart.
const APART: Span = Span::from_millis(10_000);
/// Bytes of others' entries looked through at a time.
const LOOK: usize = 1 << 20;
const META: &str = "heads.seen";

/// What the last record said. A loss of it costs one superfluous record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct LastSeen {
    at: Option<u64>,
    /// Per organisation, the size up to which nothing but `heads.seen` is unrecorded.
    sizes: BTreeMap<Id, u64>,
}

/// A record to be appended, and what will then have been said.
pub(super) struct Due {
    pub(super) record: Record,
    pub(super) then: LastSeen,
}

impl LastSeen {
    pub(super) fn read(snapshot: &Snapshot<'_>) -> Result<LastSeen, StoreError> {
        let kept = snapshot.meta(META)?;
        Ok(kept
            .and_then(|bytes| ciborium::from_reader(bytes.as_slice()).ok())
            .unwrap_or_default())
    }

    pub(super) fn keep(&self, batch: &mut Batch) -> Result<(), StoreError> {
        let mut bytes = Vec::new();
        ciborium::into_writer(self, &mut bytes).expect("a row of ours encodes into memory");
        batch.set_meta(META, &bytes)
    }

    /// The next record, if one is due at `now`; `index` is where it will stand, which makes its source unique.
    pub(super) fn next(
        &mut self,
        snapshot: &Snapshot<'_>,
        own: &Log,
        home: Home,
        now: Timestamp,
        index: u64,
    ) -> Result<Option<Due>, StoreError> {
        // A record of the future was written by a clock that was ahead, and is none to wait for.
        let soon = self
            .at
            .map(Timestamp::from_millis)
            .is_some_and(|at| at <= now && now < at.plus(APART));
        if soon || !self.has_news(snapshot, own)? {
            return Ok(None);
        }
        let mut heads = Vec::new();
        for log in snapshot.logs()? {
            let TreeHead { size, root } = snapshot.tree_head(log.number)?;
            if !log.charter.own && size > 0 {
                heads.push(Head {
                    organisation: log.charter.organisation,
                    size,
                    root,
                });
            }
        }
        heads.truncate(limits::HEADS);
        let sizes = heads.iter().map(|head| (head.organisation, head.size)).collect();
        let origin = own.charter.origin.as_str().to_owned();
        let source = Source {
            id: index.to_string(),
            kind: META.to_owned(),
            site: origin,
            person: None,
            automaton: false,
        };
        let payload = Payload::new(now, Act::Community(Community::HeadsSeen(HeadsSeen { heads })));
        let then = LastSeen {
            at: Some(now.as_millis()),
            sizes,
        };
        Ok(Some(Due {
            record: Record {
                payload,
                home,
                source,
            },
            then,
        }))
    }

    /// Whether any other log holds an entry, not recorded yet, that is not itself a `heads.seen`.
    fn has_news(&mut self, snapshot: &Snapshot<'_>, own: &Log) -> Result<bool, StoreError> {
        for log in snapshot
            .logs()?
            .into_iter()
            .filter(|log| log.number != own.number)
        {
            let seen = self.sizes.entry(log.charter.organisation).or_default();
            // A log that was set back has news from where it is.
            *seen = snapshot.size(log.number)?.min(*seen);
            loop {
                let entries = snapshot.range(log.number, *seen, LOOK)?;
                if entries.is_empty() {
                    break;
                }
                for (index, bytes) in entries {
                    if !is_heads_seen(&bytes) {
                        return Ok(true);
                    }
                    *seen = index + 1;
                }
            }
        }
        Ok(false)
    }
}

fn is_heads_seen(bytes: &[u8]) -> bool {
    Entry::parse(bytes)
        .is_ok_and(|entry| matches!(entry.payload().act, Act::Community(Community::HeadsSeen(_))))
}
