//! Fetching the entries of one log: the way from the tree held to a signed head is cut into spans, several are asked
//! for at a time, of different peers, and each is taken in only after its entries were proven into that head.

use std::collections::BTreeMap;

use super::message::{Reply, Request};
use super::port::Peer;
use crate::id::{Hash, Id, Root};
use crate::limits;
use crate::log::{Frontier, HeldNote, TreeHead, leaf_hash, proof};

/// How much is asked for at a time. Smaller portions than the default are for tests.
#[derive(Debug, Clone, Copy)]
pub struct Portions {
    /// Most entries in one reply.
    pub entries: u64,
    /// Most bytes of entries in one reply.
    pub bytes: u64,
}

impl Default for Portions {
    fn default() -> Self {
        Self {
            entries: 2048,
            bytes: limits::PIECE as u64,
        }
    }
}

/// Most spans of one log that are asked for, waiting for those before them, or not committed yet.
const WINDOW: usize = 8;

/// The progress towards one head.
#[derive(Debug)]
pub(super) struct Pull {
    portions: Portions,
    frontier: Frontier,
    aim: Option<HeldNote>,
    /// The head that the last entries of the tree were proven into, until all its entries are held.
    rooted: Option<HeldNote>,
    /// What the log's handovers state, by size: spans end there, and the tree is compared.
    stated: BTreeMap<u64, Root>,
    /// By the index of their first entry; the first begins where the tree held ends.
    spans: BTreeMap<u64, Span>,
    /// Sizes the store was asked to commit and has not confirmed, ascending.
    uncommitted: Vec<u64>,
}

#[derive(Debug)]
struct Span {
    count: u64,
    state: State,
}

#[derive(Debug)]
enum State {
    Wanted,
    Asked,
    Arrived {
        from: Peer,
        entries: Vec<Vec<u8>>,
        proof: Vec<Hash>,
    },
}

impl Span {
    fn has_arrived(&self) -> bool {
        matches!(self.state, State::Arrived { .. })
    }
}

/// Names one span of one aim, so that an answer is not taken for another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    from: u64,
    size: u64,
}

/// What came of an answer.
#[derive(Debug, PartialEq)]
pub(super) enum Taken {
    /// These entries are proven into the aim, and the tree now ends after them.
    Entries {
        from: u64,
        entries: Vec<Vec<u8>>,
        frontier: Frontier,
        aim: HeldNote,
    },
    /// All entries of the aim are held.
    Reached(HeldNote),
    /// The aim's tree is not what a handover states of it.
    Misstated {
        truly: TreeHead,
        aim: HeldNote,
        proof: Vec<Hash>,
    },
    /// The next entry, proven like the others, is larger than any may be.
    Oversize { index: u64, size: usize },
    /// The peer's entries do not prove into this aim.
    Unproven { peer: Peer, aim: HeldNote },
    /// The peer's answer is none.
    Wrong(Peer),
    /// The peer does not have what it offered.
    Unable(Peer),
}

impl Pull {
    pub(super) fn new(portions: Portions, frontier: Frontier, aim: Option<HeldNote>) -> Self {
        let aim = aim.filter(|aim| aim.head().size > frontier.size());
        Self {
            portions,
            frontier,
            rooted: aim.clone(),
            aim,
            stated: BTreeMap::new(),
            spans: BTreeMap::new(),
            uncommitted: Vec::new(),
        }
    }

    /// The tree held.
    pub(super) fn head(&self) -> TreeHead {
        self.frontier.head()
    }

    pub(super) fn aim(&self) -> Option<&HeldNote> {
        self.aim.as_ref()
    }

    /// The head that what is held beyond the log's newest head was proven into.
    pub(super) fn rooted(&self) -> Option<&HeldNote> {
        self.rooted.as_ref()
    }

    /// The log's handovers state these heads, and only the notes that `stands` are the log's still.
    pub(super) fn state(
        &mut self,
        stated: impl Iterator<Item = TreeHead>,
        stands: impl Fn(&HeldNote) -> bool,
    ) {
        self.stated = stated.map(|head| (head.size, head.root)).collect();
        self.rooted = self.rooted.take().filter(&stands);
        self.aim = self.aim.take().filter(&stands);
        self.spans.clear();
    }

    /// The aim of the same tree head now has more cosignatures.
    pub(super) fn merge(&mut self, copy: &HeldNote) {
        if let Some(aim) = &mut self.aim {
            aim.merge(copy);
        }
    }

    /// Goes for another head. What was asked on the way to the former one is forgotten.
    pub(super) fn aim_at(&mut self, aim: HeldNote) {
        self.spans.clear();
        self.aim = Some(aim);
    }

    /// The store holds this many entries.
    pub(super) fn stored(&mut self, size: u64) {
        self.uncommitted.retain(|uncommitted| *uncommitted > size);
    }

    /// Spans that take up memory or a peer's time.
    pub(super) fn busy(&self) -> usize {
        self.spans
            .values()
            .filter(|span| !matches!(span.state, State::Wanted))
            .count()
    }

    /// The next span to ask for. Unless `first_only`, further ones are asked for while the first is on its way.
    pub(super) fn next(&mut self, first_only: bool) -> Option<Wanted> {
        self.plan();
        let size = self.aim.as_ref()?.head().size;
        let mut spans = self.spans.iter().take(if first_only { 1 } else { WINDOW });
        let (from, _) = spans.find(|(_, span)| matches!(span.state, State::Wanted))?;
        Some(Wanted { from: *from, size })
    }

    pub(super) fn ask(&mut self, organisation: Id, wanted: Wanted) -> Option<Request> {
        let span = self.spans.get_mut(&wanted.from)?;
        span.state = State::Asked;
        let (Wanted { from, size }, Span { count, .. }) = (wanted, span);
        Some(Request::Range {
            from,
            size,
            count: *count,
            limit: self.portions.bytes,
            organisation,
        })
    }

    /// The question was not answered: it is put again.
    pub(super) fn failed(&mut self, wanted: Wanted) {
        if self.is_aimed(wanted)
            && let Some(span) = self.spans.get_mut(&wanted.from)
            && matches!(span.state, State::Asked)
        {
            span.state = State::Wanted;
        }
    }

    pub(super) fn answered(&mut self, peer: &Peer, wanted: Wanted, reply: Reply) -> Vec<Taken> {
        if !self.is_aimed(wanted) {
            return Vec::new();
        }
        let Some(span) = self.spans.get_mut(&wanted.from) else {
            return Vec::new();
        };
        let count = span.count;
        match reply {
            Reply::Range { from, proof, entries }
                if from == wanted.from && is_portion(&entries, count, self.portions.bytes) =>
            {
                let entries: Vec<Vec<u8>> = entries.into_iter().map(serde_bytes::ByteBuf::into_vec).collect();
                let came = entries.len() as u64;
                *span = Span {
                    count: came,
                    state: State::Arrived {
                        from: peer.clone(),
                        entries,
                        proof,
                    },
                };
                if came < count {
                    let rest = Span {
                        count: count - came,
                        state: State::Wanted,
                    };
                    self.spans.insert(wanted.from + came, rest);
                }
                self.take_in()
            }
            Reply::Refused { .. } => {
                span.state = State::Wanted;
                vec![Taken::Unable(peer.clone())]
            }
            Reply::Range { .. }
            | Reply::Same {}
            | Reply::Differs {}
            | Reply::Heads { .. }
            | Reply::Consistency { .. }
            | Reply::Body { .. }
            | Reply::Erased { .. }
            | Reply::Missing {}
            | Reply::Noted {} => {
                span.state = State::Wanted;
                vec![Taken::Wrong(peer.clone())]
            }
        }
    }

    fn is_aimed(&self, wanted: Wanted) -> bool {
        self.aim
            .as_ref()
            .is_some_and(|aim| aim.head().size == wanted.size)
    }

    /// Cuts what is missing into spans, as far as the window goes.
    fn plan(&mut self) {
        let Some(size) = self.aim.as_ref().map(|aim| aim.head().size) else {
            return;
        };
        let mut from = self
            .spans
            .last_key_value()
            .map_or(self.frontier.size(), |(from, span)| from + span.count);
        while from < size && self.spans.len() + self.uncommitted.len() < WINDOW {
            let stated = self.stated.range(from + 1..).next().map(|(at, _)| at - from);
            let count = self
                .portions
                .entries
                .min(size - from)
                .min(stated.unwrap_or(u64::MAX));
            self.spans.insert(
                from,
                Span {
                    count,
                    state: State::Wanted,
                },
            );
            from += count;
        }
    }

    /// Takes in the spans that have arrived, as far as they follow on the tree held.
    fn take_in(&mut self) -> Vec<Taken> {
        let mut taken = Vec::new();
        while let Some(aim) = self.aim.clone() {
            let first = self.spans.first_entry().filter(|first| first.get().has_arrived());
            let Some((
                start,
                Span {
                    count,
                    state:
                        State::Arrived {
                            from: peer,
                            entries,
                            proof,
                        },
                },
            )) = first.map(|first| first.remove_entry())
            else {
                break;
            };
            debug_assert_eq!(
                start,
                self.frontier.size(),
                "the first span begins where the tree ends"
            );
            let mut grown = self.frontier.clone();
            grown.extend(entries.iter().map(|entry| leaf_hash(entry)));
            if proof::verify_consistency(&grown.head(), &aim.head(), &proof).is_err() {
                self.spans.insert(
                    start,
                    Span {
                        count,
                        state: State::Wanted,
                    },
                );
                taken.push(Taken::Unproven { peer, aim });
                break;
            }
            let truly = grown.head();
            if self
                .stated
                .get(&truly.size)
                .is_some_and(|root| *root != truly.root)
            {
                taken.push(Taken::Misstated { truly, aim, proof });
                break;
            }
            let oversize = entries.iter().position(|entry| entry.len() > limits::ENTRY_KEPT);
            self.commit(start, entries, oversize, &aim, grown, &mut taken);
            if oversize.is_some() {
                break;
            }
            debug_assert_eq!(self.frontier.size(), start + count, "a span counts its entries");
            if self.frontier.size() == aim.head().size {
                (self.aim, self.rooted) = (None, None);
                taken.push(Taken::Reached(aim));
            }
        }
        taken
    }

    fn commit(
        &mut self,
        from: u64,
        mut entries: Vec<Vec<u8>>,
        oversize: Option<usize>,
        aim: &HeldNote,
        grown: Frontier,
        taken: &mut Vec<Taken>,
    ) {
        let stop = oversize.map(|at| Taken::Oversize {
            index: from + at as u64,
            size: entries[at].len(),
        });
        match oversize {
            Some(at) => {
                entries.truncate(at);
                self.frontier.extend(entries.iter().map(|entry| leaf_hash(entry)));
            }
            None => self.frontier = grown,
        }
        if !entries.is_empty() {
            self.uncommitted.push(self.frontier.size());
            self.rooted = Some(aim.clone());
            taken.push(Taken::Entries {
                from,
                entries,
                frontier: self.frontier.clone(),
                aim: aim.clone(),
            });
        }
        taken.extend(stop);
    }
}

/// At least one entry, and no more than was asked for; one entry may be of any size.
fn is_portion(entries: &[serde_bytes::ByteBuf], count: u64, bytes: u64) -> bool {
    let total: u64 = entries.iter().map(|entry| entry.len() as u64).sum();
    !entries.is_empty() && entries.len() as u64 <= count && (total <= bytes || entries.len() == 1)
}
