//! One entry, read by itself: its form, its signature, and what it says that the rest of an audit needs.
//!
//! An entry that is malformed or wrongly signed is *void*, not a fault of the log: a log keeps what it was given, and
//! such an entry counts for nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::charter::Charter;
use super::sighting::Sighting;
use crate::community::{VoidReason, tokens_hold};
use crate::entry::{BodyRef, Entry, Home};
use crate::id::{BodyHash, Id};
use crate::kind::{Act, Care, Community, Motion, Proposed};
use crate::limits;
use crate::log::TreeHead;

/// What the entries of one log say that the rest of an audit needs. Feed every entry to [`Said::entry`], in order.
#[derive(Debug, Default)]
pub struct Said {
    bodies: BTreeMap<BodyHash, Claim>,
    /// Every body with each entry that refers to it, void ones too: an erasure may be about them, and their bodies go as
    /// any other's.
    referring: BTreeSet<(BodyHash, Id)>,
    /// Every body with the index and id of each entry that says it was erased.
    tombstones: BTreeMap<BodyHash, BTreeSet<(u64, Id)>>,
    charters: Vec<Charter>,
    sightings: Vec<Sighting>,
}

/// What an entry says of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The first entry that refers to it.
    pub index: u64,
    /// Its name, size and type.
    pub body: BodyRef,
}

impl Said {
    /// Reads the entry at `index` of the log of `home`, and keeps what it says. An answer says why it is void.
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "most kinds say nothing of bodies, charters and heads"
    )]
    pub fn entry(&mut self, home: &Home, index: u64, bytes: &[u8]) -> Option<VoidReason> {
        let Ok(entry) = Entry::parse(bytes) else {
            return Some(VoidReason::Malformed);
        };
        let id = Entry::id_of(bytes);
        let referring = entry.payload().bodies().map(|body| (body.hash, id));
        self.referring.extend(referring);
        if let Err(reason) = judge(home, &entry, bytes) {
            return Some(reason);
        }
        for body in entry.payload().bodies() {
            self.bodies.entry(body.hash).or_insert_with(|| Claim {
                index,
                body: body.clone(),
            });
        }
        #[allow(clippy::wildcard_enum_match_arm, reason = "most kinds leave nothing to audit")]
        match &entry.payload().act {
            Act::Care(Care::ErasureCarriedOut(erasure)) => {
                let named = &entry.payload().re;
                let is_theirs =
                    |hash: &BodyHash| named.iter().any(|of| self.referring.contains(&(*hash, *of)));
                for hash in erasure.hashes.iter().filter(|hash| is_theirs(hash)) {
                    self.tombstones.entry(*hash).or_default().insert((index, id));
                }
            }
            Act::Community(Community::Proposed(Proposed {
                motion: Motion::Admit { charter },
            })) => self.charters.extend(Charter::embedded(charter, home.community)),
            Act::Community(Community::HeadsSeen(seen)) => {
                self.sightings.extend(seen.heads.iter().map(|row| Sighting {
                    index,
                    organisation: row.organisation,
                    head: TreeHead {
                        size: row.size,
                        root: row.root,
                    },
                }));
            }
            _ => {}
        }
        None
    }

    /// Every body referred to, ascending by name, each by the first entry that names it.
    pub fn bodies(&self) -> impl Iterator<Item = &Claim> {
        self.bodies.values()
    }

    /// The entry that says a body was erased: an erasure about an entry that refers to it.
    pub fn tombstone(&self, hash: &BodyHash) -> Option<Id> {
        self.tombstones.get(hash)?.first().map(|(_, id)| *id)
    }

    /// Passes over what the entry at `index` said, since it turned out not to count: its author may not say it, or it stands
    /// in the log before.
    pub fn disregard(&mut self, index: u64) {
        for by in self.tombstones.values_mut() {
            by.retain(|(at, _)| *at != index);
        }
        self.sightings.retain(|sighting| sighting.index != index);
    }

    /// What was recorded of other logs, in the order of the log.
    pub fn sightings(&self) -> &[Sighting] {
        &self.sightings
    }

    /// Charters that proposals carry: the other organisations, as far as this log admits them.
    pub fn charters(&self) -> &[Charter] {
        &self.charters
    }
}

/// Checks size and signature. A record of another home, and an event signed for another, is not of this log.
fn judge(home: &Home, entry: &Entry, bytes: &[u8]) -> Result<(), VoidReason> {
    if bytes.len() > limits::ENTRY {
        return Err(VoidReason::Oversize);
    }
    let holds = match entry {
        Entry::Record(record) => record.home == *home,
        Entry::Event(event) => event.verify(&signed_for(entry, home)).is_ok(),
    };
    if holds && tokens_hold(entry, home) {
        Ok(())
    } else {
        Err(VoidReason::BadSignature)
    }
}

/// The home an event is signed for: ids that do not exist yet are zeros.
fn signed_for(entry: &Entry, home: &Home) -> Home {
    match entry.payload().act.kind() {
        "community.founded" => Home::NONE,
        "organisation.chartered" => Home::of_charter(home.community),
        _ => *home,
    }
}
