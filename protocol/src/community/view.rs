//! What a cut says: every entry of it with its verdict, author and time, and who belonged when.

use super::cut::Cut;
use super::verdict::Standing;
use crate::id::{Id, Pseudonym};
use crate::time::Timestamp;

/// What an entry does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Kind {
    Founded,
    Chartered,
    Proposed,
    HeadsSeen,
    MemberAdmitted,
    MemberLeft,
    KeyAdded,
    KeyRevoked,
    QueryAsked,
    QueryAnswered,
    QueryAccepted,
    QueryWithdrawn,
    ThreadOpened,
    ThreadReplied,
    ReactionGiven,
    ResourcePublished,
    ResourceWithdrawn,
    ResourceValidated,
    ResourceDisputed,
    ImportMade,
    ErasureCarriedOut,
    Unknown,
}

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Author {
    /// A member's key, or a pseudonym of imported history.
    Person(Person),
    /// Somebody, differing from everybody.
    Unknown,
    /// A bot or a system account, which counts nowhere.
    Automaton,
    /// The organisation, through a steward who is no member, or by itself.
    Organisation,
}

/// A person: a member by the id of their first admission, or a pseudonym of imported history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    /// Of the organisation in whose log they were admitted.
    Member(Id),
    /// Of no organisation.
    Imported(Pseudonym),
}

/// Signed by its author, or vouched for by an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// An event.
    Signed,
    /// A record.
    Imported,
}

/// An entry of a view.
#[derive(Debug, Clone)]
pub struct Item {
    /// The entry's id.
    pub id: Id,
    /// Whose log it is in.
    pub organisation: Id,
    /// Where in it.
    pub index: u64,
    /// What it does. [`Kind::Unknown`] where the entry could not be read.
    pub kind: Kind,
    /// Whether it counts.
    pub standing: Standing,
    /// Who did it.
    pub author: Author,
    /// Event or record.
    pub column: Column,
    /// When the author says it happened.
    pub at: Timestamp,
    /// When others can bear out that it happened.
    pub effective: Timestamp,
    /// What it is about: the first reference.
    pub subject: Option<Id>,
}

/// A community as a cut shows it.
#[derive(Debug, Clone)]
pub struct View {
    cut: Cut,
}

impl View {
    /// The cut it is of.
    pub fn cut(&self) -> &Cut {
        &self.cut
    }

    /// Every entry, by organisation and index.
    pub fn items(&self) -> &[Item] {
        unimplemented!("lands next")
    }

    /// An entry by id.
    pub fn item(&self, _id: Id) -> Option<&Item> {
        unimplemented!("lands next")
    }

    /// The greatest `heads.seen` time in the cut, else the greatest `at`.
    pub fn default_as_of(&self) -> Timestamp {
        unimplemented!("lands next")
    }
}

/// Why a cut has no view here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ViewError {
    /// The founding log's first two entries are not in the cut.
    #[error("the cut lacks the founding entries of the community")]
    NotFounded,
    /// Not the organisations admitted within the cut.
    #[error("organisation {0} is in the cut, but not admitted within it")]
    NotAdmitted(Id),
    /// An organisation admitted within the cut has no row.
    #[error("organisation {0} is admitted within the cut, which has no row for it")]
    RowMissing(Id),
    /// The cut goes further than what has arrived.
    #[error("the cut has {wanted} entries of {organisation}; {held} are here")]
    Beyond {
        /// Whose log.
        organisation: Id,
        /// The cut's size.
        wanted: u64,
        /// What has been ingested.
        held: u64,
    },
    /// The log here has another root at that size.
    #[error("the log of {organisation} has another root at size {size} than the cut says")]
    OtherRoot {
        /// Whose log.
        organisation: Id,
        /// The size.
        size: u64,
    },
    /// The community's rules are newer than this program.
    #[error("the community runs under ruleset {0}, which this program does not know")]
    UnknownRuleset(u64),
}
