//! Bodies: whether the words kept are those an entry commits to.

use super::entry::{Claim, Said};
use super::finding::{Fault, Finding, Place};
use crate::id::BodyHash;

/// What is kept of a body, as the keeper of bodies says after reading all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Salt and bytes.
    Whole {
        /// The commitment computed over them ([`crate::entry::Committer`]).
        hash: BodyHash,
        /// Number of bytes, without the salt.
        size: u64,
    },
    /// A mark that it was erased.
    Erased,
    /// Nothing, or not all of it yet.
    Absent,
}

/// What is wrong with a body that entries refer to, given everything the logs say.
pub fn judge(claim: &Claim, kept: Kept, said: &Said) -> Option<Finding> {
    let name = claim.body.hash;
    let fault = match (kept, said.tombstone(&name)) {
        (Kept::Whole { .. }, Some(by)) => Fault::NotErased { by },
        (Kept::Whole { hash, .. }, None) if hash != name => Fault::OtherBody,
        (Kept::Whole { size, .. }, None) if size != claim.body.size => Fault::BodySize {
            expected: claim.body.size,
            found: size,
        },
        (Kept::Whole { .. }, None) | (Kept::Erased | Kept::Absent, Some(_)) => return None,
        (Kept::Erased, None) => Fault::NoTombstone,
        (Kept::Absent, None) => Fault::Withheld,
    };
    Some(Finding {
        place: Place::Body {
            index: claim.index,
            hash: name,
        },
        fault,
    })
}
