//! The row of a kind: who may sign it, what it is about, whether it has a body and whether it may be a record. Each
//! family declares the rows of its kinds beside their data.

use super::{Deed, Family};

/// What the protocol says of a kind (docs/protocol.md §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The name in `do`.
    pub name: &'static str,
    /// What an entry of this kind is, as one says it.
    pub noun: &'static str,
    /// Whether it may be a record, or must be one.
    pub record: AsRecord,
    /// Whose signature an event of this kind needs.
    pub signer: Signer,
    /// What `re` holds.
    pub subject: Subject,
    /// Whether there is a body.
    pub body: Presence,
    /// Whether it is what R5 of docs/framework.md calls a contribution.
    pub contribution: bool,
    /// Whether it takes effect by a decision, which its `re` names first.
    pub adopted: bool,
}

/// Whether a kind may be a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsRecord {
    /// Only an event.
    Never,
    /// An event, or a record of imported history.
    May,
    /// Only a record.
    Only,
}

/// Whose signature an event needs. Who holds which part is a verdict, folded from the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The founding steward: the key that also signs the charter at index 1.
    Founder,
    /// A key in the charter's own `stewards`.
    Charterer,
    /// A steward of the organisation.
    Steward,
    /// A steward, or the person in `re`.
    StewardOrPerson,
    /// The person in `re`.
    Person,
    /// A member.
    Member,
    /// A member; if `re` names a first version, its author.
    MemberOrAuthor,
    /// Whoever asked the query in question.
    Asker,
    /// The author of the subject.
    Author,
    /// A member whom the subject names in its data.
    Named,
    /// A member, but not the author of the subject.
    OtherMember,
    /// A member; if `re` goes on with sheets, one whom each of them names, all of the same meeting.
    Listed,
    /// A member who was there: `re` goes on with attendances of their own of the same meeting.
    Attendee,
    /// A steward, of entries of this log alone.
    StewardOfTheirs,
    /// A steward of the organisation whose log the subject is in, but not the author of the subject.
    OtherSteward,
    /// A steward, or the author of each entry in `re`.
    StewardOrAuthor,
    /// Whoever holds the tokens of both issuers; a key that is no member's.
    Tokens,
    /// Nobody: the organisation vouches by its checkpoint.
    Nobody,
}

/// What `re` holds, and of which kinds the entries named there must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// `re` is left out.
    None,
    /// Exactly one id, of an entry of one of these kinds.
    One(&'static [Deed]),
    /// Left out, or exactly one id of an entry of one of these kinds.
    Optional(&'static [Deed]),
    /// One id of an entry of the first kinds, then up to 63 of the others (of any kind, where none is named).
    Led(&'static [Deed], &'static [Deed]),
    /// One to 64 ids of entries of these kinds.
    Many(&'static [Deed]),
    /// Exactly one id, of a contribution.
    Contribution,
    /// One to 64 ids of entries of any kind.
    Any,
    /// Left out, or one to 64 ids of entries of any kind.
    AnyOrNone,
}

/// Whether a body goes with the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// There must be none.
    Absent,
    /// There may be one.
    Optional,
    /// There must be one.
    Required,
}

/// A row whose name the family fills in.
pub(super) const fn kind(signer: Signer, subject: Subject, body: Presence, noun: &'static str) -> Kind {
    Kind {
        name: "",
        noun,
        record: AsRecord::Never,
        signer,
        subject,
        body,
        contribution: false,
        adopted: false,
    }
}

impl Kind {
    /// Every kind this version knows, in the order of docs/protocol.md §3.
    pub fn all() -> impl Iterator<Item = &'static Kind> {
        Family::ALL.into_iter().flat_map(Family::rows)
    }

    /// The row of a kind; none if this version does not know it.
    pub fn named(name: &str) -> Option<&'static Kind> {
        Kind::all().find(|kind| kind.name == name)
    }

    pub(super) const fn history(self) -> Kind {
        Kind {
            record: AsRecord::May,
            ..self
        }
    }

    pub(super) const fn record_only(self) -> Kind {
        Kind {
            record: AsRecord::Only,
            ..self
        }
    }

    pub(super) const fn contribution(self) -> Kind {
        Kind {
            contribution: true,
            ..self
        }
    }

    pub(super) const fn adopted(self) -> Kind {
        Kind {
            adopted: true,
            ..self
        }
    }

    pub(super) const fn called(self, name: &'static str) -> Kind {
        Kind { name, ..self }
    }

    /// Whether the number of ids in `re` and the presence of a body fit; else what does not.
    pub(crate) fn fits(&self, references: usize, body: bool) -> Result<(), String> {
        let (least, most) = match self.subject {
            Subject::None => (0, 0),
            Subject::One(_) | Subject::Contribution => (1, 1),
            Subject::Optional(_) => (0, 1),
            Subject::AnyOrNone => (0, crate::limits::REFERENCES),
            Subject::Led(..) | Subject::Many(_) | Subject::Any => (1, crate::limits::REFERENCES),
        };
        if !(least..=most).contains(&references) {
            return Err(format!("{references} ids in `re` (allowed: {least} to {most})"));
        }
        match (self.body, body) {
            (Presence::Absent, true) => Err("a body where there is none to be".to_owned()),
            (Presence::Required, false) => Err("the body is missing".to_owned()),
            _ => Ok(()),
        }
    }
}

impl Subject {
    /// Whether the entry at this place of `re` may be of this kind.
    pub fn admits(self, place: usize, kind: Option<Deed>) -> bool {
        let among = |kinds: &[Deed]| kind.is_some_and(|kind| kinds.contains(&kind));
        match self {
            Subject::None => false,
            Subject::One(kinds) | Subject::Optional(kinds) | Subject::Many(kinds) => among(kinds),
            Subject::Led(first, _) if place == 0 => among(first),
            Subject::Led(_, others) => others.is_empty() || among(others),
            Subject::Contribution => kind.is_some_and(Deed::is_contribution),
            Subject::Any | Subject::AnyOrNone => true,
        }
    }
}
