//! Whether an entry counts, and if not, why (docs/protocol.md §6).

use std::fmt;

use serde::{Serialize, Serializer};

use crate::kind::{Deed, Signer, Subject};

/// Why an entry counts for nothing. Where several hold, the first in this order is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VoidReason {
    /// The bytes are no entry.
    Malformed,
    /// Larger than [`crate::limits::ENTRY`].
    Oversize,
    /// A kind this ruleset does not know.
    UnknownKind,
    /// The signature does not hold for this community and organisation.
    BadSignature,
    /// A founding kind anywhere but at its index, or a record or event of a kind that may not be one.
    Misplaced,
    /// No key by that name has been admitted in this log so far.
    UnknownAuthor,
    /// The key was revoked before.
    RevokedKey,
    /// The author may not do that: not a steward, not (or no longer) a member, not the person it is about.
    NotPermitted,
    /// The header fields of the kind are missing, unknown or out of their range.
    BadData,
    /// The same entry stands at a lower index.
    Duplicate,
    /// A record of the same site, kind and id stands at a lower index.
    DuplicateSource,
    /// A governance proposal that does not follow on the preceding outcome.
    Stale,
    /// About an entry that is void, or of a kind one cannot do this to; or about too few or too many.
    WrongSubject,
    /// Beyond what counts of the log of an organisation that was removed.
    Removed,
    /// Beyond what counts of the log of an organisation while it is suspended.
    Suspended,
}

impl VoidReason {
    /// Its name in docs/protocol.md and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            VoidReason::Malformed => "malformed",
            VoidReason::Oversize => "oversize",
            VoidReason::UnknownKind => "unknown_kind",
            VoidReason::BadSignature => "bad_signature",
            VoidReason::Misplaced => "misplaced",
            VoidReason::UnknownAuthor => "unknown_author",
            VoidReason::RevokedKey => "revoked_key",
            VoidReason::NotPermitted => "not_permitted",
            VoidReason::BadData => "bad_data",
            VoidReason::Duplicate => "duplicate",
            VoidReason::DuplicateSource => "duplicate_source",
            VoidReason::Stale => "stale",
            VoidReason::WrongSubject => "wrong_subject",
            VoidReason::Removed => "removed",
            VoidReason::Suspended => "suspended",
        }
    }

    /// What a person who tried it should be told.
    pub const fn explanation(self) -> &'static str {
        match self {
            VoidReason::Malformed => "the bytes are not a well-formed entry",
            VoidReason::Oversize => "the entry is larger than 60 KiB; put the words in its body",
            VoidReason::UnknownKind => "this community's rules know no such kind of entry",
            VoidReason::BadSignature => "the signature does not hold for this community and organisation",
            VoidReason::Misplaced => "an entry of this kind cannot stand here",
            VoidReason::UnknownAuthor => {
                "the signing key has not been admitted in this organisation; a steward can admit it (hearth member admit)"
            }
            VoidReason::RevokedKey => "the signing key was revoked",
            VoidReason::NotPermitted => "the author may not do this",
            VoidReason::BadData => "a header field is missing, unknown or out of its range",
            VoidReason::Duplicate => "the same entry is already in the log",
            VoidReason::DuplicateSource => "the same item of the same source was imported before",
            VoidReason::Stale => "another decision was taken in between; propose again on top of it",
            VoidReason::WrongSubject => "the entry it refers to is void or of a kind this cannot be done to",
            VoidReason::Removed => {
                "the organisation was removed from the community: what its log says from there on does not count"
            }
            VoidReason::Suspended => {
                "the organisation is suspended: what its log says from there on does not count until it is restored"
            }
        }
    }
}

impl VoidReason {
    /// [`VoidReason::explanation`] for an entry of this kind, about an entry of that one: which rule it is.
    pub fn told(self, deed: Deed, about: Option<Deed>) -> String {
        match self {
            VoidReason::NotPermitted if deed == Deed::PulseRequested => {
                "it takes a member who was one when the pulse was opened".to_owned()
            }
            VoidReason::Stale if deed == Deed::PulseAnswered => "the pulse is closed".to_owned(),
            VoidReason::Duplicate if deed == Deed::PulseRequested => {
                "this member has asked for the tokens of this pulse already".to_owned()
            }
            VoidReason::Duplicate if deed == Deed::PulseAnswered => {
                "there is an answer with these tokens already".to_owned()
            }
            VoidReason::BadSignature if deed == Deed::PulseAnswered => {
                "the signature or a token does not hold for this pulse and once-key".to_owned()
            }
            VoidReason::NotPermitted => whose(deed).to_owned(),
            VoidReason::WrongSubject => misfit(deed, about),
            VoidReason::Malformed
            | VoidReason::Oversize
            | VoidReason::UnknownKind
            | VoidReason::BadSignature
            | VoidReason::Misplaced
            | VoidReason::UnknownAuthor
            | VoidReason::RevokedKey
            | VoidReason::BadData
            | VoidReason::Duplicate
            | VoidReason::DuplicateSource
            | VoidReason::Stale
            | VoidReason::Removed
            | VoidReason::Suspended => self.explanation().to_owned(),
        }
    }
}

/// Who may do it.
fn whose(deed: Deed) -> &'static str {
    match deed.rules().signer {
        Signer::Founder | Signer::Charterer | Signer::Nobody => VoidReason::NotPermitted.explanation(),
        Signer::Steward if deed == Deed::Proposed => "it takes a steward of the founding organisation",
        Signer::Steward => "it takes a steward of this organisation",
        Signer::StewardOrPerson => "it takes a steward of this organisation, or the member it is about",
        Signer::Person => "only the member it is about may do this, while a member",
        Signer::Member => "it takes a current member of this organisation",
        Signer::MemberOrAuthor => {
            "it takes a current member, and for a new version the author of the first one"
        }
        Signer::Asker if deed == Deed::QueryAccepted => {
            "only the member who asked the question accepts an answer to it"
        }
        Signer::Asker => "only the member who asked a question withdraws it",
        Signer::Author if deed == Deed::ResourceWithdrawn => {
            "only the member who shared a resource withdraws it"
        }
        Signer::Author if deed == Deed::TaskDone => "only the member who took a task on says that it is done",
        Signer::Author => "only the author of what it is about may do this",
        Signer::Named if matches!(deed, Deed::RoleAccepted | Deed::RoleEnded | Deed::TimePledged) => {
            "only the member to whom the role was given may do this"
        }
        Signer::Named => "only a member named in the entry it is about may do this",
        Signer::OtherSteward => {
            "it takes a steward of the organisation of whoever pledged it, and another person"
        }
        Signer::OtherMember => "it takes another member than the one who did it",
        Signer::Listed => "only a member whom the sheet names may sign by it",
        Signer::Attendee => "only a member who has signed that they were there may do this",
        Signer::StewardOfTheirs => "it takes a steward of the organisation whose members wrote it",
        Signer::StewardOrAuthor => "it takes a steward, or the author of every entry it names",
        Signer::Tokens => {
            "an answer is signed with a key used once, by a member's client, and stands in the collector's log"
        }
    }
}

/// What it can be about, and what it is about.
fn misfit(deed: Deed, about: Option<Deed>) -> String {
    let rules = deed.rules();
    let (Subject::One(kinds) | Subject::Optional(kinds) | Subject::Led(kinds, _) | Subject::Many(kinds)) =
        rules.subject
    else {
        return VoidReason::WrongSubject.explanation().to_owned();
    };
    let wanted: Vec<&str> = kinds.iter().map(|kind| kind.rules().noun).collect();
    let wanted = wanted.join(" or ");
    match about {
        Some(Deed::Founded | Deed::Proposed) if deed == Deed::Proposed => {
            "there is nothing to do: this cannot be done to it as it stands (hearth organisation list)".to_owned()
        }
        Some(Deed::DecisionProposed) if rules.adopted => {
            "the decision it refers to lets something else happen, or is about other entries".to_owned()
        }
        Some(about) if !kinds.contains(&about) => {
            let noun = about.rules().noun;
            format!("this is done to {wanted}, and the entry it refers to is {noun}")
        }
        Some(Deed::ResourcePublished) if deed == Deed::ResourcePublished => {
            "the entry it refers to is void, or itself a later version: name the first one".to_owned()
        }
        Some(Deed::MemberAdmitted) => {
            "the member it refers to was not admitted in this log, or the key is not theirs or somebody's already".to_owned()
        }
        Some(_) if kinds.len() > 1 || matches!(rules.subject, Subject::Led(..) | Subject::Many(_)) => {
            format!("one of the entries it refers to counts for nothing, or is not {wanted}")
        }
        Some(_) => format!("the entry it refers to counts for nothing, though it is {wanted}"),
        None => VoidReason::WrongSubject.explanation().to_owned(),
    }
}

impl fmt::Display for VoidReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for VoidReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// The verdict on an entry in a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It counts.
    Counts,
    /// It refers to something beyond the cut.
    Pending,
    /// It counts for nothing.
    Void(VoidReason),
}
