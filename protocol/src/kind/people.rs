//! Members and their keys.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family};
use super::table::{Presence, Signer, Subject, kind};
use crate::id::Id;
use crate::sign::PublicKey;

const PERSON: &[Deed] = &[Deed::MemberAdmitted];

family! {
    /// Acts about members and their keys.
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
    }
}

/// Data of `member.admitted`. Body: the person's name, if given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Admitted {
    /// The person's first key.
    pub key: PublicKey,
    /// The person who invited them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<Id>,
}

impl Data for Admitted {}

/// Data of `key.added` and `key.revoked`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedKey {
    /// The key in question.
    pub key: PublicKey,
}

impl Data for NamedKey {}
