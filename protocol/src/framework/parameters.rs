//! What a community may set: windows, spans and thresholds, named in every result by their hash.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::codec;
use crate::id::Hash;
use crate::time::Span;

/// Two thresholds of a share, in per cent: *developing* and *established*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct Thresholds {
    /// From here on *developing*.
    pub developing: u64,
    /// From here on *established*.
    pub established: u64,
}

/// Sizes of samples: below the first there is no rating, below the second none over *developing* (R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct SmallNumbers {
    /// Fewer than this: no rating.
    pub too_few: u64,
    /// Fewer than this: at most *developing*.
    pub few: u64,
}

/// The parameters of the indicators, in the order of their canonical encoding. Spans are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Sizes of samples.
    pub few: SmallNumbers,
    /// Window of K4.
    pub year: Span,
    /// K4: askers among the members.
    pub askers: Thresholds,
    /// V3: absence factor from which it is *established*.
    pub factor: u64,
    /// Window of every indicator that names no other.
    pub window: Span,
    /// K2: a resource is judged once it, and the version in question, are older than this.
    pub settled: Span,
    /// Version of this set of parameters.
    pub version: u64,
    /// V4: queries with an answer accepted in time.
    pub accepted: Thresholds,
    /// V4: within this an acceptance is in time.
    pub accept_in: Span,
    /// V4: queries with a first response in time.
    pub responded: Thresholds,
    /// K2: resources validated.
    pub validated: Thresholds,
    /// V4: within this a first response is in time.
    pub respond_in: Span,
    /// K2: organisations without an author among whose members a validation must be found.
    pub validators: u64,
    /// V3: contributors among the members.
    pub contributors: Thresholds,
    /// V3: contributing organisations from which it is *established*.
    pub organisations: u64,
}

impl Default for Parameters {
    /// Version 1: what holds until a community decides otherwise.
    fn default() -> Parameters {
        Parameters {
            few: (5, 10).into(),
            year: Span::days(365),
            askers: (10, 25).into(),
            factor: 3,
            window: Span::days(90),
            settled: Span::days(30),
            version: 1,
            accepted: (40, 60).into(),
            accept_in: Span::days(14),
            responded: (50, 80).into(),
            validated: (30, 60).into(),
            respond_in: Span::hours(72),
            validators: 2,
            contributors: (10, 20).into(),
            organisations: 2,
        }
    }
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

impl From<(u64, u64)> for Thresholds {
    fn from((developing, established): (u64, u64)) -> Thresholds {
        Thresholds {
            developing,
            established,
        }
    }
}

impl From<Thresholds> for (u64, u64) {
    fn from(thresholds: Thresholds) -> (u64, u64) {
        (thresholds.developing, thresholds.established)
    }
}

impl From<(u64, u64)> for SmallNumbers {
    fn from((too_few, few): (u64, u64)) -> SmallNumbers {
        SmallNumbers { too_few, few }
    }
}

impl From<SmallNumbers> for (u64, u64) {
    fn from(numbers: SmallNumbers) -> (u64, u64) {
        (numbers.too_few, numbers.few)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_version_has_a_fixed_name() {
        assert_eq!(
            Parameters::default().hash().to_string(),
            "5144f46b1c04123c3061ff37ed4d24dedf17dad8b3b6104b35c00663e3f443cf"
        );
        assert_ne!(
            Parameters {
                factor: 4,
                ..Parameters::default()
            }
            .hash(),
            Parameters::default().hash()
        );
    }

    #[test]
    fn they_are_read_back_from_their_bytes() {
        let parameters = Parameters::default();
        assert_eq!(codec::decode(&codec::encode(&parameters)), Ok(parameters));
    }
}
