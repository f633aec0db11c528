//! The community and its organisations: founding, charters, governance, and what each has seen of the others.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family, within};
use super::governance::{Admission, Proposed};
use super::slug::Slug;
use super::table::{Presence, Signer, Subject, kind};
use crate::codec::blob;
use crate::id::{Id, KeyHash, Root};
use crate::limits;
use crate::log::Origin;
use crate::sign::PublicKey;
use crate::time::Span;

const OUTCOME: &[Deed] = &[Deed::Founded, Deed::Proposed];

family! {
    /// Acts that make and govern the community.
    Community {
        /// Begins a community; its id is the community id.
        "community.founded" => Founded(Founded):
            kind(Signer::Founder, Subject::None, Presence::Required, "the founding of the community"),
        /// Opens an organisation's log; its id is the organisation id.
        "organisation.chartered" => Chartered(Chartered):
            kind(Signer::Charterer, Subject::None, Presence::Required, "a charter"),
        /// A proposal on the governance chain.
        "governance.proposed" => Proposed(Proposed):
            kind(Signer::Steward, Subject::One(OUTCOME), Presence::Optional, "a decision"),
        /// What the organisation has seen of the others' logs. Only a record.
        "heads.seen" => HeadsSeen(HeadsSeen):
            kind(Signer::Nobody, Subject::None, Presence::Absent, "a note of the node's").record_only(),
    }
}

/// Data of `community.founded`. Body: name and purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Founded {
    /// The founding organisation's log key.
    pub key: PublicKey,
    /// Commitment to its next log key.
    pub next: KeyHash,
    /// Whose time the community runs on.
    pub clock: Clock,
    /// What the community is about.
    pub domain: Slug,
    /// Origin of the founding log.
    pub origin: Origin,
    /// The first policy.
    pub policy: Policy,
}

impl Data for Founded {
    fn check(&self) -> Result<(), String> {
        if !self.origin.belongs_to(&self.key) {
            return Err(format!("{} is not an origin of this key", self.origin));
        }
        self.policy.check()
    }
}

/// Whose time a community runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// The time of the world.
    Real,
    /// A made-up time, for demonstrations and tests. Everything rendered from such a community says so.
    Simulated,
}

/// The rules a community has set itself, as data (docs/protocol.md §6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Rows [from this many organisations, so many of them may lie], ascending.
    pub liars: Vec<(u64, u64)>,
    /// The ruleset that judges entries.
    pub ruleset: u64,
    /// How organisations are admitted.
    pub admission: Admission,
    /// How far a claimed time may lie before the time others bear out.
    pub tolerance: Span,
}

impl Policy {
    /// How many organisations may lie about time without being believed, in a community of so many; 0 below the
    /// first row.
    pub fn liars_among(&self, organisations: u64) -> u64 {
        self.liars
            .iter()
            .rev()
            .find(|(from, _)| *from <= organisations)
            .map_or(0, |(_, liars)| *liars)
    }

    fn check(&self) -> Result<(), String> {
        if self.liars.len() > limits::LIARS {
            return Err(format!(
                "{} rows of liars are too many (at most {})",
                self.liars.len(),
                limits::LIARS
            ));
        }
        if !self.liars.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Err("the rows of liars are not ascending".to_owned());
        }
        Ok(())
    }
}

/// Data of `organisation.chartered`. Body: the organisation's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chartered {
    /// The log key.
    pub key: PublicKey,
    /// Commitment to the next log key.
    pub next: KeyHash,
    /// The organisation's short name.
    pub slug: Slug,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// The log's origin: of this slug and this key.
    pub origin: Origin,
    /// The key it cosigns others' checkpoints with.
    pub witness: PublicKey,
    /// The keys of its first stewards.
    pub stewards: Vec<PublicKey>,
}

impl Data for Chartered {
    fn check(&self) -> Result<(), String> {
        let origin = Origin::of(self.slug.as_str(), &self.key).expect("a slug can be part of a name");
        if self.origin != origin {
            return Err(format!("{} is not the origin of this slug and key", self.origin));
        }
        within("nodes", self.nodes.len(), 1, limits::NODES)?;
        within("stewards", self.stewards.len(), 1, limits::STEWARDS)?;
        self.nodes.iter().try_for_each(Node::check)
    }
}

/// One node of an organisation and where it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// libp2p peer id, as bytes.
    #[serde(with = "blob")]
    pub id: Vec<u8>,
    /// Multiaddresses; may be empty.
    pub addresses: Vec<String>,
}

impl Node {
    fn check(&self) -> Result<(), String> {
        within("bytes of a node id", self.id.len(), 1, limits::NODE_ID)?;
        within("addresses", self.addresses.len(), 0, limits::ADDRESSES)?;
        self.addresses
            .iter()
            .try_for_each(|address| within("bytes of an address", address.len(), 1, limits::ADDRESS))
    }
}

/// Data of `heads.seen`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadsSeen {
    /// One row per log seen, ascending by organisation.
    pub heads: Vec<Head>,
}

impl Data for HeadsSeen {
    fn check(&self) -> Result<(), String> {
        within("heads", self.heads.len(), 1, limits::HEADS)?;
        if !self.heads.is_sorted_by(|a, b| a.organisation < b.organisation) {
            return Err("the heads are not ascending by organisation".to_owned());
        }
        Ok(())
    }
}

/// A log at one size. In CBOR the array [organisation, size, root].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "(Id, u64, Root)", into = "(Id, u64, Root)")]
pub struct Head {
    /// Whose log.
    pub organisation: Id,
    /// How many entries.
    pub size: u64,
    /// The root of those.
    pub root: Root,
}

impl From<(Id, u64, Root)> for Head {
    fn from((organisation, size, root): (Id, u64, Root)) -> Head {
        Head {
            organisation,
            size,
            root,
        }
    }
}

impl From<Head> for (Id, u64, Root) {
    fn from(head: Head) -> (Id, u64, Root) {
        (head.organisation, head.size, head.root)
    }
}
