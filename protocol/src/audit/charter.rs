//! Whose log it is: the charter among its first entries, and the keys it names.

use crate::entry::{Entry, Event, Home};
use crate::id::Id;
use crate::kind::{Act, Chartered, Community};
use crate::log::{KeyChain, VerifierKey};

/// What a log says of itself in its `organisation.chartered`, its signature verified.
#[derive(Debug, Clone)]
pub struct Charter {
    /// Community and organisation.
    pub home: Home,
    /// At which index it stands: 1 in the founding log, 0 in any other.
    pub index: u64,
    /// The organisation's short name.
    pub slug: String,
    /// The log's first key and its commitment to the next.
    pub chain: KeyChain,
    /// The libp2p ids of its nodes.
    pub nodes: Vec<Vec<u8>>,
    /// The key the organisation cosigns other logs with.
    pub witness: VerifierKey,
}

/// Why the first entries do not say whose log it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCharter {
    /// Neither `community.founded` and a charter, nor a charter.
    #[error("the log does not begin with its charter")]
    Absent,
    /// No record of the log names the community, and none was given.
    #[error("nothing in the log names its community: name it")]
    UnknownCommunity,
    /// Not signed by a steward it names, for this community.
    #[error("the charter's signature does not hold for community {community}")]
    Unsigned {
        /// The community it was checked for.
        community: Id,
    },
}

impl Charter {
    /// Reads the charter among the first two entries of a log. A charter at index 0 does not itself name the community
    /// (it is bound to it by its signature alone), so `community` must then be given.
    pub fn open(first: &[u8], second: Option<&[u8]>, community: Option<Id>) -> Result<Charter, NoCharter> {
        if matches!(community_act(first), Some((_, Community::Founded(_)))) {
            let founded = Entry::id_of(first);
            return Self::read(second.ok_or(NoCharter::Absent)?, founded, 1);
        }
        Self::read(first, community.ok_or(NoCharter::UnknownCommunity)?, 0)
    }

    /// Reads a charter that is embedded elsewhere (`governance.proposed`).
    pub fn embedded(bytes: &[u8], community: Id) -> Result<Charter, NoCharter> {
        Self::read(bytes, community, 0)
    }

    fn read(bytes: &[u8], community: Id, index: u64) -> Result<Charter, NoCharter> {
        let Some((event, Community::Chartered(says))) = community_act(bytes) else {
            return Err(NoCharter::Absent);
        };
        let is_steward = says.stewards.iter().any(|steward| steward.bytes() == event.kid());
        if !is_steward || event.verify(&Home::of_charter(community)).is_err() {
            return Err(NoCharter::Unsigned { community });
        }
        let home = Home {
            community,
            organisation: Entry::id_of(bytes),
        };
        let Chartered {
            key,
            next,
            slug,
            nodes,
            origin,
            witness,
            ..
        } = says;
        let witness = VerifierKey::witness(origin.witness_name(), witness);
        let chain =
            KeyChain::new(origin, key, next).expect("a charter is read only if its origin is one of its key");
        let nodes = nodes.into_iter().map(|node| node.id).collect();
        Ok(Charter {
            home,
            index,
            slug: slug.to_string(),
            chain,
            nodes,
            witness,
        })
    }
}

/// The event and what it does, where that makes or governs the community.
fn community_act(bytes: &[u8]) -> Option<(Event, Community)> {
    let Ok(Entry::Event(event)) = Entry::parse(bytes) else {
        return None;
    };
    let Act::Community(act) = event.payload().act.clone() else {
        return None;
    };
    Some((event, act))
}
