//! One row per kind: who may sign it, what it is about, whether it has a body and whether it may be a record.

/// What the protocol says of a kind (docs/protocol.md §3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The name in `do`.
    pub name: &'static str,
    /// Whether it may be a record, or must be one.
    pub record: AsRecord,
    /// Whose signature an event of this kind needs.
    pub signer: Signer,
    /// What `re` holds.
    pub subject: Subject,
    /// Whether there is a body.
    pub body: Presence,
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
    /// A steward, or the author of each entry in `re`.
    StewardOrAuthor,
    /// Nobody: the organisation vouches by its checkpoint.
    Nobody,
}

/// What `re` holds, and of which kinds the entries named there must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// `re` is left out.
    None,
    /// Exactly one id, of an entry of one of these kinds.
    One(&'static [&'static str]),
    /// Left out, or exactly one id of an entry of one of these kinds.
    Optional(&'static [&'static str]),
    /// One to 64 ids of entries of any kind.
    Any,
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

impl Kind {
    /// The row of a kind; none if this version does not know it.
    pub fn named(name: &str) -> Option<&'static Kind> {
        KINDS.iter().find(|kind| kind.name == name)
    }

    /// Whether the number of ids in `re` and the presence of a body fit; else what does not.
    pub(crate) fn fits(&self, references: usize, body: bool) -> Result<(), String> {
        let (least, most) = match self.subject {
            Subject::None => (0, 0),
            Subject::One(_) => (1, 1),
            Subject::Optional(_) => (0, 1),
            Subject::Any => (1, crate::limits::REFERENCES),
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

const CONTRIBUTIONS: &[&str] = &[
    "query.asked",
    "query.answered",
    "thread.opened",
    "thread.replied",
    "resource.published",
    "resource.validated",
    "resource.disputed",
];
const CONVERSATION: &[&str] = &[
    "thread.opened",
    "thread.replied",
    "query.asked",
    "query.answered",
    "resource.published",
];
const ANSWER: &[&str] = &["query.answered"];
const OUTCOME: &[&str] = &["community.founded", "governance.proposed"];
const PERSON: &[&str] = &["member.admitted"];
const QUERY: &[&str] = &["query.asked"];
const RESOURCE: &[&str] = &["resource.published"];

/// Every kind this version knows, in the order of docs/protocol.md §3.
#[rustfmt::skip]
pub const KINDS: &[Kind] = &[
    kind("community.founded", Signer::Founder, Subject::None, Presence::Required),
    kind("organisation.chartered", Signer::Charterer, Subject::None, Presence::Required),
    kind("governance.proposed", Signer::Steward, Subject::One(OUTCOME), Presence::Optional),
    Kind { record: AsRecord::Only, ..kind("heads.seen", Signer::Nobody, Subject::None, Presence::Absent) },
    kind("member.admitted", Signer::Steward, Subject::None, Presence::Optional),
    kind("member.left", Signer::StewardOrPerson, Subject::One(PERSON), Presence::Absent),
    kind("key.added", Signer::Person, Subject::One(PERSON), Presence::Absent),
    kind("key.revoked", Signer::StewardOrPerson, Subject::One(PERSON), Presence::Optional),
    history("query.asked", Signer::Member, Subject::None, Presence::Required),
    history("query.answered", Signer::Member, Subject::One(QUERY), Presence::Required),
    history("query.accepted", Signer::Asker, Subject::One(ANSWER), Presence::Absent),
    history("query.withdrawn", Signer::Asker, Subject::One(QUERY), Presence::Optional),
    history("thread.opened", Signer::Member, Subject::None, Presence::Required),
    history("thread.replied", Signer::Member, Subject::One(CONVERSATION), Presence::Required),
    history("reaction.given", Signer::Member, Subject::One(CONTRIBUTIONS), Presence::Absent),
    history("resource.published", Signer::MemberOrAuthor, Subject::Optional(RESOURCE), Presence::Required),
    kind("resource.withdrawn", Signer::Author, Subject::One(RESOURCE), Presence::Optional),
    kind("resource.validated", Signer::Member, Subject::One(RESOURCE), Presence::Optional),
    kind("resource.disputed", Signer::Member, Subject::One(RESOURCE), Presence::Optional),
    kind("import.made", Signer::Steward, Subject::None, Presence::Required),
    kind("erasure.carried_out", Signer::StewardOrAuthor, Subject::Any, Presence::Absent),
];

const fn kind(name: &'static str, signer: Signer, subject: Subject, body: Presence) -> Kind {
    Kind {
        name,
        record: AsRecord::Never,
        signer,
        subject,
        body,
    }
}

const fn history(name: &'static str, signer: Signer, subject: Subject, body: Presence) -> Kind {
    Kind {
        name,
        record: AsRecord::May,
        signer,
        subject,
        body,
    }
}
