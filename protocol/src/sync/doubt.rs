//! A peer's entries do not prove into the head it offers. Either the peer lies or the log has forked: asking it for
//! consistency proofs between signed heads tells which.

use super::message::{Reply, Request};
use crate::id::{Hash, Id};
use crate::log::{ForkEvidence, HeldNote, TreeHead, proof};

/// The questions still to be put to one peer about one log.
#[derive(Debug)]
pub(super) struct Doubt {
    /// Pairs of signed heads, smaller and larger, that an honest log is consistent between.
    pairs: Vec<(HeldNote, HeldNote)>,
    asked: bool,
}

/// What an answer showed.
#[derive(Debug, PartialEq)]
pub(super) enum Finding {
    /// Nothing yet: ask on.
    Open,
    /// The log is consistent, so what the peer gave was not its entries; or the answer was no proof.
    PeerLied,
    /// The log has signed two histories.
    Forked(Box<ForkEvidence>),
}

impl Doubt {
    /// `held` is our newest head, `aim` the head the entries should have proven into, `offered` the peer's own.
    pub(super) fn new(held: Option<&HeldNote>, aim: &HeldNote, offered: &HeldNote) -> Self {
        let between = |from: &HeldNote, to: &HeldNote| {
            (0 < from.head().size && from.head().size < to.head().size).then(|| (from.clone(), to.clone()))
        };
        let pairs = [held.and_then(|held| between(held, aim)), between(aim, offered)];
        Self {
            pairs: pairs.into_iter().flatten().collect(),
            asked: false,
        }
    }

    /// True if no question would tell a lie from a fork: without a head of our own there is nothing to contradict.
    pub(super) fn is_settled(&self) -> bool {
        self.pairs.is_empty()
    }

    pub(super) fn question(&mut self, organisation: Id) -> Option<Request> {
        let (from, to) = self.pairs.last()?;
        let first_time = !std::mem::replace(&mut self.asked, true);
        first_time.then(|| Request::Consistency {
            from: from.head().size,
            size: to.head().size,
            organisation,
        })
    }

    pub(super) fn answered(&mut self, reply: &Reply) -> Finding {
        let (Reply::Consistency { root, proof }, Some((from, to))) = (reply, self.pairs.pop()) else {
            return Finding::PeerLied;
        };
        self.asked = false;
        let truly = TreeHead {
            size: from.head().size,
            root: *root,
        };
        match proof::verify_consistency(&truly, &to.head(), proof) {
            Err(_) => Finding::PeerLied,
            Ok(()) if truly != from.head() => {
                Finding::Forked(Box::new(contradiction(&from, truly, &to, proof)))
            }
            Ok(()) if self.pairs.is_empty() => Finding::PeerLied,
            Ok(()) => Finding::Open,
        }
    }
}

/// The evidence that the log signed `earlier`, and later a tree that had `truly` at that size.
pub(super) fn contradiction(
    earlier: &HeldNote,
    truly: TreeHead,
    later: &HeldNote,
    proof: &[Hash],
) -> ForkEvidence {
    let proof = std::iter::once(Hash::from(truly.root))
        .chain(proof.iter().copied())
        .collect();
    ForkEvidence::new(earlier.to_note(), later.to_note(), proof)
}
