//! A peer's entries do not prove into the head it offers. Either the peer lies or the log has forked: asking it for
//! consistency proofs between signed heads tells which.

use super::message::{Reply, Request};
use crate::id::{Hash, Id};
use crate::log::{ForkEvidence, HeldNote, Note, TreeHead, proof};

/// The questions still to be put to one peer about one log.
#[derive(Debug)]
pub(super) struct Doubt {
    steps: Vec<Step>,
    asked: bool,
    /// What the peer holds is not what we hold, though nobody can be convicted of it yet.
    torn: bool,
}

/// A smaller and a larger state of the log that is consistent between them if it is honest.
#[derive(Debug)]
struct Step {
    from: TreeHead,
    /// The log's signature on `from`; none for the tree held, whose entries were proven into a head nobody offers now.
    signed: Option<HeldNote>,
    to: HeldNote,
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
    /// The log has two histories, and the peer, who is honest, holds the other one.
    Torn,
}

impl Doubt {
    /// `held` is our newest head, `rooted` the head beyond it that the rest of `tree`, all that we hold, was proven into;
    /// `aim` the head the entries should have proven into, `offered` the peer's own.
    pub(super) fn new(
        (held, rooted): (Option<&HeldNote>, Option<&HeldNote>),
        tree: TreeHead,
        aim: &HeldNote,
        offered: &HeldNote,
    ) -> Self {
        let step = |from: TreeHead, signed: Option<&HeldNote>, to: &HeldNote| {
            (0 < from.size && from.size < to.head().size).then(|| Step {
                from,
                signed: signed.cloned(),
                to: to.clone(),
            })
        };
        let beyond_held = held.is_none_or(|held| held.head().size < tree.size);
        let steps = [
            held.and_then(|held| step(held.head(), Some(held), aim)),
            step(tree, None, aim).filter(|_| beyond_held),
            rooted.and_then(|rooted| step(rooted.head(), Some(rooted), offered)),
            // Asked first: a peer of another history than the aim's can prove nothing into the aim.
            step(aim.head(), Some(aim), offered),
        ];
        Self {
            steps: steps.into_iter().flatten().collect(),
            asked: false,
            torn: false,
        }
    }

    /// True if no question would tell a lie from a fork: where we hold nothing there is nothing to contradict.
    pub(super) fn is_settled(&self) -> bool {
        self.steps.is_empty()
    }

    pub(super) fn question(&mut self, organisation: Id) -> Option<Request> {
        let Step { from, to, .. } = self.steps.last()?;
        let first_time = !std::mem::replace(&mut self.asked, true);
        first_time.then(|| Request::Consistency {
            from: from.size,
            size: to.head().size,
            organisation,
        })
    }

    pub(super) fn answered(&mut self, reply: &Reply) -> Finding {
        let (Reply::Consistency { root, proof }, Some(Step { from, signed, to })) = (reply, self.steps.pop())
        else {
            return Finding::PeerLied;
        };
        self.asked = false;
        let truly = TreeHead {
            size: from.size,
            root: *root,
        };
        if proof::verify_consistency(&truly, &to.head(), proof).is_err() {
            return Finding::PeerLied;
        }
        match signed {
            Some(signed) if truly != from => {
                return Finding::Forked(Box::new(contradiction(signed.to_note(), truly, &to, proof)));
            }
            None if truly == from => return Finding::PeerLied,
            None => self.torn = true,
            Some(_) => {}
        }
        match (self.is_settled(), self.torn) {
            (false, _) => Finding::Open,
            (true, true) => Finding::Torn,
            (true, false) => Finding::PeerLied,
        }
    }
}

/// The evidence that the log signed `earlier`, and later a tree that had `truly` at that size.
pub(super) fn contradiction(
    earlier: Note,
    truly: TreeHead,
    later: &HeldNote,
    proof: &[Hash],
) -> ForkEvidence {
    let proof = std::iter::once(Hash::from(truly.root))
        .chain(proof.iter().copied())
        .collect();
    ForkEvidence::new(earlier, later.to_note(), proof)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Checkpoint, Frontier, KeyChain, MemoryTree, Origin, leaf_hash};
    use crate::sign::SecretKey;

    /// A log that parts at entry 10 into two histories.
    struct Parting(SecretKey);

    impl Parting {
        fn tree(&self, history: u8) -> MemoryTree {
            let leaf = |index: u8| leaf_hash(&[if index < 10 { 0 } else { history }, index]);
            (0..40).map(leaf).collect()
        }

        fn head(&self, history: u8, size: u64) -> TreeHead {
            Frontier::read(&self.tree(history), size).unwrap().head()
        }

        fn signed(&self, history: u8, size: u64) -> HeldNote {
            let origin = Origin::of("elm", &self.0.public()).unwrap();
            let chain = KeyChain::new(origin.clone(), self.0.public(), self.0.public().hash()).unwrap();
            let head = self.head(history, size);
            HeldNote::open_note(&Checkpoint { origin, head }.sign(&self.0), &chain, &[]).unwrap()
        }

        /// What a peer that holds a history answers until it is clear what to think of it.
        fn ask(&self, doubt: &mut Doubt, history: u8) -> Finding {
            let tree = self.tree(history);
            loop {
                let Some(Request::Consistency { from, size, .. }) = doubt.question(Id::ZERO) else {
                    panic!("no question");
                };
                let reply = Reply::Consistency {
                    root: self.head(history, from).root,
                    proof: proof::consistency(&tree, from, size).unwrap(),
                };
                let finding = doubt.answered(&reply);
                if finding != Finding::Open {
                    return finding;
                }
            }
        }
    }

    #[test]
    fn a_peer_is_no_liar_for_holding_the_other_history() {
        let log = Parting(SecretKey::from_seed([1; 32]));
        let (held, aim) = (log.signed(1, 8), log.signed(2, 20));
        let doubt = || Doubt::new((Some(&held), None), log.head(1, 15), &aim, &aim);
        assert_eq!(log.ask(&mut doubt(), 2), Finding::Torn);
        let mut of_one_history = Doubt::new((Some(&held), None), log.head(2, 15), &aim, &aim);
        assert_eq!(log.ask(&mut of_one_history, 2), Finding::PeerLied);
        assert_eq!(
            log.ask(&mut doubt(), 1),
            Finding::PeerLied,
            "its proof does not lead to the aim"
        );
    }

    #[test]
    fn signed_heads_convict() {
        let log = Parting(SecretKey::from_seed([1; 32]));
        let (held, aim) = (log.signed(1, 12), log.signed(2, 20));
        for tree in [12, 15] {
            let mut doubt = Doubt::new((Some(&held), None), log.head(1, tree), &aim, &aim);
            assert!(matches!(log.ask(&mut doubt, 2), Finding::Forked(_)), "{tree}");
        }
        let (held, rooted, aim) = (log.signed(1, 8), log.signed(1, 25), log.signed(2, 20));
        let later = log.signed(2, 30);
        let mut doubt = Doubt::new((Some(&held), Some(&rooted)), log.head(1, 15), &aim, &later);
        assert!(
            matches!(log.ask(&mut doubt, 2), Finding::Forked(_)),
            "what was aimed at before"
        );
    }
}
