//! What a figure is made of: the ids counted, not counted, pending and left out, each openable by a reader.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Serialize, Serializer};

use crate::community::{Item, Person};
use crate::id::{Id, Pseudonym};
use crate::kind::Slug;
use crate::limits;
use crate::time::Timestamp;

/// One thing a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// An entry.
    Entry(Id),
    /// An organisation.
    Organisation(Id),
    /// A member.
    Member(Id),
    /// A person of imported history.
    Imported(Pseudonym),
    /// A day of the calendar, UTC, by its midnight.
    Day(Timestamp),
    /// A code of a list, such as the short name of an organisation that is none of the community.
    Code(Code),
}

/// A slug of at most 40 bytes, in place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Code([u8; limits::SLUG]);

impl Counted {
    /// A code of a list.
    pub(super) fn code(slug: &Slug) -> Counted {
        let mut bytes = [0; limits::SLUG];
        for (place, byte) in bytes.iter_mut().zip(slug.as_str().bytes()) {
            *place = byte;
        }
        Counted::Code(Code(bytes))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0.iter().take_while(|byte| **byte != 0);
        bytes
            .map(|byte| char::from(*byte))
            .try_for_each(|letter| write!(f, "{letter}"))
    }
}

/// Why something was left out of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Excluded {
    /// A bot or a system account made it.
    Automaton,
    /// Its author is not known; the item counts elsewhere, the person does not.
    UnknownAuthor,
    /// Its author is no member at the instant asked for.
    NotAMember,
    /// Taken back: a query within the time for a first response and before any; a resource or a claim by its author.
    Withdrawn,
    /// Somebody holds it to be wrong.
    Contested,
    /// The same person did the same to the same thing before.
    Repeated,
    /// Asked under a pseudonym, and counted apart.
    Pseudonymous,
    /// Nobody else has confirmed it.
    Unconfirmed,
    /// Its author held a role then.
    Leader,
    /// Its author held no role then.
    NotALeader,
    /// Its author took no part otherwise.
    Inactive,
    /// Of the same person as what it is about, or as what came of that.
    Own,
    /// Before its time.
    Early,
    /// After its time.
    Late,
    /// Something later stands in its place.
    Replaced,
    /// Of a month for which nothing was planned.
    Unplanned,
    /// It names another version than the one in force.
    AnotherVersion,
    /// It was due before it was agreed.
    DueBefore,
    /// Its author put another resource in its place.
    Superseded,
    /// A sheet with somebody on it who has not signed for themself.
    NotCountersigned,
    /// Too few known people took part.
    FewPeople,
    /// Its author had not been a member long enough.
    ShortTenure,
    /// An answer of a pulse with more answers than an issuer logged tokens.
    Unissued,
}

/// The ids behind a figure. A share is counted / (counted + uncounted).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    pub(super) counted: Vec<Counted>,
    pub(super) uncounted: Vec<Counted>,
    pub(super) pending: Vec<Counted>,
    pub(super) excluded: Vec<(Counted, Excluded)>,
}

impl Evidence {
    /// Puts one thing on one side of a share.
    pub(super) fn sort_in(&mut self, counts: bool, thing: Counted) {
        if counts {
            self.counted.push(thing)
        } else {
            self.uncounted.push(thing)
        }
    }

    pub(super) fn exclude(&mut self, thing: Counted, why: Excluded) {
        self.excluded.push((thing, why));
    }

    /// How many were left out, by reason.
    pub(super) fn exclusions(&self) -> BTreeMap<Excluded, u64> {
        let mut reasons = BTreeMap::new();
        for (_, why) in &self.excluded {
            *reasons.entry(*why).or_default() += 1;
        }
        reasons
    }

    /// Whether any of it is a person.
    pub(super) fn names_people(&self) -> bool {
        let lists = [&self.counted, &self.uncounted, &self.pending];
        let excluded = self.excluded.iter().map(|(thing, _)| thing);
        let mut things = lists.into_iter().flatten().chain(excluded);
        things.any(|thing| matches!(thing, Counted::Member(_) | Counted::Imported(_)))
    }

    /// Every list ascending, so that equal figures are equal bytes.
    pub(super) fn sorted(mut self) -> Evidence {
        self.counted.sort_unstable();
        self.uncounted.sort_unstable();
        self.pending.sort_unstable();
        self.excluded.sort_unstable();
        self
    }
}

impl From<&Item> for Counted {
    fn from(item: &Item) -> Counted {
        Counted::Entry(item.id)
    }
}

impl From<Person> for Counted {
    fn from(person: Person) -> Counted {
        match person {
            Person::Member(id) => Counted::Member(id),
            Person::Imported(pseudonym) => Counted::Imported(pseudonym),
        }
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Counted::Entry(id) | Counted::Organisation(id) | Counted::Member(id) => id.fmt(f),
            Counted::Imported(pseudonym) => pseudonym.fmt(f),
            Counted::Code(code) => code.fmt(f),
            Counted::Day(midnight) => {
                let (year, month, day) = midnight.date();
                write!(f, "{year:04}-{month:02}-{day:02}")
            }
        }
    }
}

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
