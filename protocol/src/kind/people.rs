//! Members and their keys.

use serde::{Deserialize, Serialize};

use super::family::{Data, family};
use crate::id::Id;
use crate::sign::PublicKey;

family! {
    /// Acts about members and their keys.
    People {
        /// Makes a person a member; its id names the person.
        "member.admitted" => Admitted(Admitted),
        /// A person is no longer a member.
        "member.left" => Left,
        /// One more key of a person.
        "key.added" => KeyAdded(NamedKey),
        /// A key that is not valid any more.
        "key.revoked" => KeyRevoked(NamedKey),
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
