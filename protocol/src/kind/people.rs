//! Members, their keys, and what they say of themselves.

use std::ops::Not;

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family};
use super::slug::{Slug, Topics};
use super::table::{Presence, Signer, Subject, kind};
use crate::id::{Hash, Id, Pseudonym};
use crate::sign::PublicKey;

const PERSON: &[Deed] = &[Deed::MemberAdmitted];

family! {
    /// Acts about members, their keys, and what they say of themselves.
    People {
        /// Makes a person a member; its id names the person.
        "member.admitted" => MemberAdmitted(Admitted):
            kind(Signer::Steward, Subject::None, Presence::Optional, "the admission of a member"),
        /// A person is no longer a member.
        "member.left" => MemberLeft:
            kind(Signer::StewardOrPerson, Subject::One(PERSON), Presence::Absent, "the leave of a member"),
        /// One more key of a person.
        "key.added" => KeyAdded(NamedKey):
            kind(Signer::Person, Subject::One(PERSON), Presence::Absent, "a new key"),
        /// A key that is not valid any more.
        "key.revoked" => KeyRevoked(NamedKey):
            kind(Signer::StewardOrPerson, Subject::One(PERSON), Presence::Optional, "a revocation"),
        /// Invites somebody who is to show the code. Who that is is not written down.
        "member.invited" => MemberInvited(MemberInvited):
            kind(Signer::Member, Subject::None, Presence::Absent, "an invitation"),
        /// The topics a member is interested in, in place of those declared before.
        "interest.declared" => InterestDeclared(InterestDeclared):
            kind(Signer::Member, Subject::None, Presence::Absent, "a declaration of interests"),
        /// What a member writes of themselves, in place of what they wrote before. Body: name, what they do, strengths.
        "profile.written" => ProfileWritten:
            kind(Signer::Member, Subject::None, Presence::Required, "a profile"),
        /// Whether a member agrees to something, in place of what they said of it before.
        "consent.set" => ConsentSet(ConsentSet):
            kind(Signer::Member, Subject::None, Presence::Absent, "a consent"),
        /// A member says that another one is they themselves. It holds once that one says the same of them.
        "member.affiliated" => MemberAffiliated:
            kind(Signer::Member, Subject::One(PERSON), Presence::Absent, "a claim to be another member, too"),
        /// A member says that a pseudonym of imported history is theirs. It holds once who imported it confirms it.
        "history.linked" => HistoryLinked(HistoryLinked):
            kind(Signer::Member, Subject::None, Presence::Absent, "a claim to a pseudonym"),
        /// An organisation that imported something under the pseudonym confirms whose it is.
        "history.confirmed" => HistoryConfirmed:
            kind(Signer::Steward, Subject::One(&[Deed::HistoryLinked]), Presence::Absent, "the confirmation of a claim to a pseudonym"),
    }
}

/// Data of `member.admitted`. Body: the person's name, if given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admitted {
    /// The person's first key.
    pub key: PublicKey,
    /// The code they were invited with: [`invitation_code`] of it stands in the invitation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Hash>,
    /// They asked to be admitted, of their own accord. Left out when false.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub applied: bool,
    /// The person who invited them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<Id>,
}

impl Data for Admitted {}

impl Admitted {
    /// The admission of the holder of a key, of which nothing more is known.
    pub fn new(key: PublicKey) -> Admitted {
        Admitted {
            key,
            code: None,
            applied: false,
            inviter: None,
        }
    }
}

/// Data of `key.added` and `key.revoked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedKey {
    /// The key in question.
    pub key: PublicKey,
}

impl Data for NamedKey {}

/// Data of `member.invited`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberInvited {
    /// [`invitation_code`] of the code the invited person shows.
    pub code: Hash,
}

impl Data for MemberInvited {}

/// What an invitation says of its code: SHA-256 of `"hearth/invited/v1" ‖ 0x00 ‖` the code.
pub fn invitation_code(code: &Hash) -> Hash {
    Hash::of(&[b"hearth/invited/v1\0".as_slice(), code.as_bytes()].concat())
}

/// Data of `interest.declared`. Without topics, an interest in none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterestDeclared {
    /// What the member is interested in.
    #[serde(default, skip_serializing_if = "Topics::is_empty")]
    pub topics: Topics,
}

impl Data for InterestDeclared {}

/// Data of `history.linked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryLinked {
    /// Whose history it is.
    pub person: Pseudonym,
}

impl Data for HistoryLinked {}

/// Data of `consent.set`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentSet {
    /// Whether they agree.
    pub yes: bool,
    /// To what, such as `report-names`.
    pub scope: Slug,
}

impl Data for ConsentSet {}
