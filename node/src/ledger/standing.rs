//! Whether this node may sign its log, and why not: the start-up rules of the protocol as pure functions.

use std::fmt;

use hearth_protocol::id::Root;
use hearth_protocol::log::TreeHead;

/// What the signer file says at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    /// The key last committed itself to this tree.
    Held(TreeHead),
    /// There is no signer file.
    Missing,
    /// There is one, but it is not whole, or of a key that is not the log's.
    Unusable,
}

/// What the store says of the own log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The log as it is.
    pub head: TreeHead,
    /// Its root at the size that was last signed, where it is that large.
    pub root_when_signed: Option<Root>,
}

/// Where a ledger stands. Shown as it is in `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The witnesses are being asked whether they know more. Submissions wait, for ten seconds at most.
    Asking,
    /// A witness bears out that it knows no more, or there is none to ask: entries are taken and signed.
    Confirmed,
    /// No witness bore it out: entries are taken and signed, marked unconfirmed, until one shows that it knows more.
    Unconfirmed,
    /// The key has signed this tree and the store does not hold it: its entries are fetched from peers. Nothing is signed.
    Behind {
        /// What was signed.
        signed: TreeHead,
    },
    /// Somebody knows more of this log than this node: its directory is an old copy. It follows and signs nothing.
    Restored {
        /// The size they know of.
        known: u64,
    },
    /// The key can sign no more. The log goes on under its next key.
    MustHandOver(HandOverReason),
    /// Two statements of this log's own key contradict each other, and peers hold them: nobody takes in more of it.
    Convicted,
}

/// Why only a handover helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandOverReason {
    /// The signer file is gone: what it signed last is not known, so it must not be made again.
    #[error("the signer file is missing")]
    SignerMissing,
    /// The signer file is damaged, or of a key that is not the log's.
    #[error("the signer file is damaged or of another key")]
    SignerUnusable,
    /// The store's tree is not the one the key has signed.
    #[error("the key has signed another tree of size {size} than the one stored")]
    Contradiction {
        /// The size of both.
        size: u64,
    },
}

/// News that a ledger's standing depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// There is no witness to ask.
    NobodyToAsk,
    /// A witness knows no more of this log than this node.
    NobodyKnowsMore,
    /// Somebody has shown this log at a larger size, signed with its key.
    KnownLarger {
        /// Their size.
        size: u64,
    },
    /// Ten seconds have gone by since the witnesses were asked.
    NoAnswer,
    /// Entries of the own log, fetched from peers, are stored.
    Fetched(Stored),
    /// There is evidence that this log has signed two histories.
    Convicted,
}

impl Standing {
    /// The standing of a node that starts.
    pub fn at_start(stored: Stored, signed: Signed) -> Standing {
        match signed {
            Signed::Missing => Standing::MustHandOver(HandOverReason::SignerMissing),
            Signed::Unusable => Standing::MustHandOver(HandOverReason::SignerUnusable),
            Signed::Held(signed) if signed.size > stored.head.size => Standing::Behind { signed },
            Signed::Held(signed) if stored.root_when_signed == Some(signed.root) => Standing::Asking,
            Signed::Held(signed) => {
                Standing::MustHandOver(HandOverReason::Contradiction { size: signed.size })
            }
        }
    }

    /// The standing after some news. A node that has once been found to be an old copy stays one until it starts again.
    #[must_use]
    pub fn after(self, news: News) -> Standing {
        match (self, news) {
            (Standing::Convicted, _) | (_, News::Convicted) => Standing::Convicted,
            (Standing::Behind { signed }, News::Fetched(stored)) => {
                Standing::at_start(stored, Signed::Held(signed))
            }
            (Standing::Asking | Standing::Confirmed | Standing::Unconfirmed, News::KnownLarger { size }) => {
                Standing::Restored { known: size }
            }
            (Standing::Restored { known }, News::KnownLarger { size }) => Standing::Restored {
                known: known.max(size),
            },
            (Standing::Asking | Standing::Unconfirmed, News::NobodyKnowsMore)
            | (Standing::Asking, News::NobodyToAsk) => Standing::Confirmed,
            (Standing::Asking, News::NoAnswer) => Standing::Unconfirmed,
            (standing, _) => standing,
        }
    }

    /// Whether the own log is followed like another's meanwhile: peers may hold more of it than this node.
    pub fn follows(self) -> bool {
        use HandOverReason::{Contradiction, SignerMissing, SignerUnusable};
        match self {
            Standing::Behind { .. }
            | Standing::Restored { .. }
            | Standing::MustHandOver(SignerMissing | SignerUnusable) => true,
            Standing::Asking
            | Standing::Confirmed
            | Standing::Unconfirmed
            | Standing::MustHandOver(Contradiction { .. })
            | Standing::Convicted => false,
        }
    }

    /// Whether entries are taken and checkpoints signed.
    pub fn signs(self) -> bool {
        matches!(self, Standing::Confirmed | Standing::Unconfirmed)
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Standing::Asking => write!(f, "waiting for a witness"),
            Standing::Confirmed => write!(f, "confirmed"),
            Standing::Unconfirmed => write!(f, "unconfirmed: no witness has borne it out"),
            Standing::Behind { signed } => {
                write!(
                    f,
                    "fetching what was signed, up to size {}, from peers",
                    signed.size
                )
            }
            Standing::Restored { known } => {
                write!(
                    f,
                    "this directory is an old copy: others know the log at size {known}; it is fetched, then start the node again"
                )
            }
            Standing::MustHandOver(reason) => write!(f, "{reason}: hand the log over to its next key"),
            Standing::Convicted => write!(
                f,
                "convicted: this log's own key has signed two histories, so it signs nothing more; \
                 the community decides what becomes of it"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(size: u64, root: u8) -> TreeHead {
        TreeHead {
            size,
            root: Root::from_bytes([root; 32]),
        }
    }

    fn stored(size: u64, root: u8, root_when_signed: Option<u8>) -> Stored {
        let root_when_signed = root_when_signed.map(|root| Root::from_bytes([root; 32]));
        Stored {
            head: head(size, root),
            root_when_signed,
        }
    }

    #[test]
    fn equal_goes() {
        assert_eq!(
            Standing::at_start(stored(5, 1, Some(1)), Signed::Held(head(5, 1))),
            Standing::Asking
        );
    }

    #[test]
    fn ledger_ahead_goes_if_it_continues_what_was_signed() {
        assert_eq!(
            Standing::at_start(stored(7, 2, Some(1)), Signed::Held(head(5, 1))),
            Standing::Asking
        );
        let contradiction = Standing::MustHandOver(HandOverReason::Contradiction { size: 5 });
        assert_eq!(
            Standing::at_start(stored(7, 2, Some(3)), Signed::Held(head(5, 1))),
            contradiction
        );
        assert_eq!(
            Standing::at_start(stored(5, 3, Some(3)), Signed::Held(head(5, 1))),
            contradiction
        );
    }

    #[test]
    fn signer_ahead_fetches_until_the_root_matches_else_hands_over() {
        let signed = head(9, 4);
        let behind = Standing::at_start(stored(5, 1, None), Signed::Held(signed));
        assert_eq!(behind, Standing::Behind { signed });
        assert_eq!(behind.after(News::NoAnswer), behind);
        assert_eq!(
            behind.after(News::NobodyKnowsMore),
            behind,
            "what we signed is still missing"
        );
        assert_eq!(behind.after(News::Fetched(stored(7, 2, None))), behind);
        assert_eq!(
            behind.after(News::Fetched(stored(9, 4, Some(4)))),
            Standing::Asking
        );
        assert_eq!(
            behind.after(News::Fetched(stored(12, 6, Some(4)))),
            Standing::Asking
        );
        let other = behind.after(News::Fetched(stored(9, 5, Some(5))));
        assert_eq!(
            other,
            Standing::MustHandOver(HandOverReason::Contradiction { size: 9 })
        );
    }

    #[test]
    fn a_missing_or_useless_signer_is_handed_over_whatever_comes() {
        for (signed, reason) in [
            (Signed::Missing, HandOverReason::SignerMissing),
            (Signed::Unusable, HandOverReason::SignerUnusable),
        ] {
            let standing = Standing::at_start(stored(5, 1, None), signed);
            assert_eq!(standing, Standing::MustHandOver(reason));
            for news in [
                News::NobodyToAsk,
                News::NobodyKnowsMore,
                News::NoAnswer,
                News::KnownLarger { size: 9 },
            ] {
                assert_eq!(standing.after(news), standing);
            }
        }
    }

    #[test]
    fn nothing_is_signed_before_a_witness_or_its_silence() {
        assert!(!Standing::Asking.signs());
        assert!(Standing::Asking.after(News::NobodyToAsk).signs());
        assert_eq!(Standing::Asking.after(News::NobodyKnowsMore), Standing::Confirmed);
        assert_eq!(Standing::Asking.after(News::NoAnswer), Standing::Unconfirmed);
        assert_eq!(
            Standing::Unconfirmed.after(News::NobodyKnowsMore),
            Standing::Confirmed
        );
        assert_eq!(Standing::Confirmed.after(News::NoAnswer), Standing::Confirmed);
    }

    #[test]
    fn a_convicted_log_signs_nothing_whatever_comes() {
        let before = [
            Standing::Asking,
            Standing::Confirmed,
            Standing::Unconfirmed,
            Standing::Behind { signed: head(5, 1) },
            Standing::Restored { known: 9 },
            Standing::MustHandOver(HandOverReason::SignerMissing),
        ];
        for standing in before {
            let convicted = standing.after(News::Convicted);
            assert_eq!(convicted, Standing::Convicted);
            assert!(!convicted.signs());
            for news in [
                News::NobodyToAsk,
                News::NobodyKnowsMore,
                News::NoAnswer,
                News::KnownLarger { size: 9 },
                News::Fetched(stored(9, 4, Some(4))),
            ] {
                assert_eq!(convicted.after(news), Standing::Convicted);
            }
        }
    }

    #[test]
    fn whoever_is_known_larger_stops_at_once_and_for_good() {
        for standing in [Standing::Asking, Standing::Confirmed, Standing::Unconfirmed] {
            let restored = standing.after(News::KnownLarger { size: 9 });
            assert_eq!(restored, Standing::Restored { known: 9 });
            assert!(!restored.signs());
            for news in [News::NobodyToAsk, News::NobodyKnowsMore, News::NoAnswer] {
                assert_eq!(restored.after(news), restored);
            }
            assert_eq!(restored.after(News::KnownLarger { size: 7 }), restored);
            assert_eq!(
                restored.after(News::KnownLarger { size: 11 }),
                Standing::Restored { known: 11 }
            );
        }
    }
}
