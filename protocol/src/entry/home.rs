//! The one log an entry belongs to.

use serde::{Deserialize, Serialize};

use crate::id::Id;

/// Community and organisation. In CBOR the array of both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Id>", into = "(Id, Id)")]
pub struct Home {
    /// Id of its `community.founded`.
    pub community: Id,
    /// Id of its `organisation.chartered`.
    pub organisation: Id,
}

const CONTEXT: &[u8; 16] = b"hearth/event/v1\0";

impl Home {
    /// Neither exists yet: the home `community.founded` is signed for.
    pub const NONE: Home = Home {
        community: Id::ZERO,
        organisation: Id::ZERO,
    };

    /// The home `organisation.chartered` is signed for: its own id does not exist yet.
    pub const fn of_charter(community: Id) -> Home {
        Home {
            community,
            organisation: Id::ZERO,
        }
    }

    /// `external_aad` of RFC 9052 §4.3: binds a signature to this log.
    pub fn external_aad(&self) -> [u8; 80] {
        let mut aad = [0; 80];
        aad[..16].copy_from_slice(CONTEXT);
        aad[16..48].copy_from_slice(self.community.as_bytes());
        aad[48..].copy_from_slice(self.organisation.as_bytes());
        aad
    }
}

/// An array that is not of two ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} ids, not community and organisation")]
pub struct NotAHome(usize);

impl TryFrom<Vec<Id>> for Home {
    type Error = NotAHome;

    fn try_from(ids: Vec<Id>) -> Result<Home, NotAHome> {
        match ids[..] {
            [community, organisation] => Ok(Home {
                community,
                organisation,
            }),
            _ => Err(NotAHome(ids.len())),
        }
    }
}

impl From<Home> for (Id, Id) {
    fn from(home: Home) -> (Id, Id) {
        (home.community, home.organisation)
    }
}
