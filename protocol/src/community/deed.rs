//! The kinds of ruleset 1 as one byte each, for facts kept in memory by the million.

use crate::kind::Kind;

macro_rules! deeds {
    ($($deed:ident = $kind:literal,)*) => {
        /// What an entry does. Its rules stand in [`Deed::rules`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Deed {
            $(#[doc = concat!("`", $kind, "`")] $deed,)*
        }

        impl Deed {
            /// Every deed, in the order of [`crate::kind::KINDS`].
            pub const ALL: &[Deed] = &[$(Deed::$deed,)*];

            /// Its name in `do`.
            pub const fn name(self) -> &'static str {
                match self { $(Deed::$deed => $kind,)* }
            }

            /// The deed of a kind; none for one this ruleset does not know.
            pub fn named(kind: &str) -> Option<Deed> {
                match kind { $($kind => Some(Deed::$deed),)* _ => None }
            }
        }
    };
}

deeds! {
    Founded = "community.founded",
    Chartered = "organisation.chartered",
    Proposed = "governance.proposed",
    HeadsSeen = "heads.seen",
    MemberAdmitted = "member.admitted",
    MemberLeft = "member.left",
    KeyAdded = "key.added",
    KeyRevoked = "key.revoked",
    QueryAsked = "query.asked",
    QueryAnswered = "query.answered",
    QueryAccepted = "query.accepted",
    QueryWithdrawn = "query.withdrawn",
    ThreadOpened = "thread.opened",
    ThreadReplied = "thread.replied",
    ReactionGiven = "reaction.given",
    ResourcePublished = "resource.published",
    ResourceWithdrawn = "resource.withdrawn",
    ResourceValidated = "resource.validated",
    ResourceDisputed = "resource.disputed",
    ImportMade = "import.made",
    ErasureCarriedOut = "erasure.carried_out",
}

impl Deed {
    /// Who may do it, and about what.
    pub fn rules(self) -> &'static Kind {
        Kind::named(self.name()).expect("every deed has its row in the table of kinds")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::KINDS;

    #[test]
    fn deeds_and_kinds_are_the_same_list() {
        let deeds: Vec<_> = Deed::ALL.iter().map(|deed| deed.name()).collect();
        let kinds: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(deeds, kinds);
        assert!(
            Deed::ALL
                .iter()
                .all(|&deed| Deed::named(deed.name()) == Some(deed))
        );
    }
}
