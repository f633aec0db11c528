//! What a community may set: windows, spans and thresholds, named in every result by their hash.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::codec;
use crate::id::Hash;
use crate::time::Span;

/// Two thresholds of a share, in per cent: `[developing, established]`.
pub type Percents = [u64; 2];

/// The parameters of the indicators, in the order of their canonical encoding. Spans are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Window of K4: 365 days.
    pub year: Span,
    /// K4: askers among members: 10 / 25 %.
    pub askers: Percents,
    /// Window of all that say no other: 90 days.
    pub window: Span,
    /// Age from which a resource is judged: 30 days.
    pub settled: Span,
    /// Version of this set: 1.
    pub version: u64,
    /// V4: accepted in time: 40 / 60 %.
    pub accepted: Percents,
    /// V4: responded to in time: 50 / 80 %.
    pub responded: Percents,
    /// K2: validated: 30 / 60 %.
    pub validated: Percents,
    /// V4: within this a first response is in time: 72 hours.
    pub respond_in: Span,
    /// V4: within this an acceptance is in time: 14 days.
    pub accept_in: Span,
}

impl Parameters {
    /// SHA-256 of `"hearth/parameters/v1" ‖ 0x00 ‖` the canonical CBOR.
    pub fn hash(&self) -> Hash {
        let digest = Sha256::new()
            .chain_update(b"hearth/parameters/v1\0")
            .chain_update(codec::encode(self));
        Hash::from_bytes(digest.finalize().into())
    }
}
