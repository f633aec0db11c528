//! What a community may set: windows, spans and thresholds, named in every result by their hash.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest as _, Sha256};

use super::asking::K4;
use super::contributions::V3;
use super::coverage::G3;
use super::dedication::L1;
use super::faqs::K3;
use super::forms::V2;
use super::future::S2;
use super::governing::G1;
use super::growth::S1;
use super::impact::I3;
use super::interest::V1;
use super::outputs::I1;
use super::planning::P3;
use super::referrals::V5;
use super::responses::V4;
use super::sharing::K1;
use super::stories::I2;
use super::subgroups::G2;
use super::support::L2;
use super::terms::P1;
use super::understanding::P2;
use super::validation::K2;
use crate::codec;
use crate::governance::Decisions;
use crate::id::Hash;
use crate::kind::{Act, Decisions as Deciding, Deed};
use crate::time::Span;

/// Two thresholds of a share, in per cent: *developing* and *established*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "(u64, u64)")]
pub struct Thresholds {
    /// From here on *developing*.
    pub developing: u64,
    /// From here on *established*.
    pub established: u64,
}

/// Sizes of samples: below the first there is no rating, below the second none over *developing* (R7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(into = "(u64, u64)")]
pub struct SmallNumbers {
    /// Fewer than this: no rating.
    pub too_few: u64,
    /// Fewer than this: at most *developing*.
    pub few: u64,
}

/// The parameters of the indicators, in the order of their canonical encoding: those of each statement, and those of
/// many. Spans are milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Of G1.
    pub g1: G1,
    /// Of G2.
    pub g2: G2,
    /// Of G3.
    pub g3: G3,
    /// Of I1.
    pub i1: I1,
    /// Of I2.
    pub i2: I2,
    /// Of I3.
    pub i3: I3,
    /// Of K1.
    pub k1: K1,
    /// Of K2.
    pub k2: K2,
    /// Of K3.
    pub k3: K3,
    /// Of K4.
    pub k4: K4,
    /// Of L1.
    pub l1: L1,
    /// Of L2.
    pub l2: L2,
    /// Of P1.
    pub p1: P1,
    /// Of P2.
    pub p2: P2,
    /// Of P3.
    pub p3: P3,
    /// Of S1.
    pub s1: S1,
    /// Of S2.
    pub s2: S2,
    /// Of V1.
    pub v1: V1,
    /// Of V2.
    pub v2: V2,
    /// Of V3.
    pub v3: V3,
    /// Of V4.
    pub v4: V4,
    /// Of V5.
    pub v5: V5,
    /// Sizes of samples.
    pub few: SmallNumbers,
    /// Window of what changes slowly.
    pub year: Span,
    /// Window of every indicator that names no other.
    pub window: Span,
    /// Version of this set of parameters.
    pub version: u64,
}

impl Default for Parameters {
    /// Version 1: what holds until a community decides otherwise.
    fn default() -> Parameters {
        Parameters {
            g1: G1::default(),
            g2: G2::default(),
            g3: G3::default(),
            i1: I1::default(),
            i2: I2::default(),
            i3: I3::default(),
            k1: K1::default(),
            k2: K2::default(),
            k3: K3::default(),
            k4: K4::default(),
            l1: L1::default(),
            l2: L2::default(),
            p1: P1::default(),
            p2: P2::default(),
            p3: P3::default(),
            s1: S1::default(),
            s2: S2::default(),
            v1: V1::default(),
            v2: V2::default(),
            v3: V3::default(),
            v4: V4::default(),
            v5: V5::default(),
            few: (5, 10).into(),
            year: Span::days(365),
            window: Span::days(90),
            version: 1,
        }
    }
}

impl Parameters {
    /// Those the community has decided on last before an instant; [`Parameters::default`] where it never has.
    pub fn in_force(decisions: &Decisions<'_>) -> Parameters {
        let adopted = decisions.in_force(Deed::ParametersAdopted);
        let act = adopted.and_then(|adopted| adopted.item.act());
        if let Some(Act::Decisions(Deciding::ParametersAdopted(parameters))) = act {
            parameters.clone()
        } else {
            Parameters::default()
        }
    }

    /// Says what cannot be: the shape is right, the numbers are not.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.window == Span::ZERO || self.year == Span::ZERO {
            return Err("a window of no time".to_owned());
        }
        for (key, per_cent) in self.per_cents() {
            if per_cent > 100 {
                return Err(format!("{key}: {per_cent} per cent is more than there is"));
            }
        }
        if self.version < 2 {
            return Err(
                "version: version 1 is what holds before any decision; count on from there".to_owned(),
            );
        }
        Ok(())
    }

    /// The thresholds that are one number.
    fn per_cents(&self) -> [(&'static str, u64); 13] {
        [
            ("g1.truly", self.g1.truly),
            ("i2.matches", self.i2.matches),
            ("i3.attendees", self.i3.attendees),
            ("i3.evaluated", self.i3.evaluated),
            ("k1.learned", self.k1.learned),
            ("k2.fresh", self.k2.fresh),
            ("l1.confirmed", self.l1.confirmed),
            ("l2.answered", self.l2.answered),
            ("p3.met", self.p3.met),
            ("s1.retained", self.s1.retained),
            ("s2.members", self.s2.members),
            ("s2.organisations", self.s2.organisations),
            ("v1.interested", self.v1.interested),
        ]
    }

    /// SHA-256 of `"hearth/parameters/v1" ‖ 0x00 ‖` the canonical CBOR.
    pub fn hash(&self) -> Hash {
        let digest = Sha256::new()
            .chain_update(b"hearth/parameters/v1\0")
            .chain_update(codec::encode(self));
        Hash::from_bytes(digest.finalize().into())
    }
}

impl<'de> Deserialize<'de> for Thresholds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Thresholds, D::Error> {
        let (developing, established) = Deserialize::deserialize(deserializer)?;
        if developing > established || established > 100 {
            let why = format!("[{developing}, {established}] are no two ascending thresholds in per cent");
            return Err(D::Error::custom(why));
        }
        Ok((developing, established).into())
    }
}

impl<'de> Deserialize<'de> for SmallNumbers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SmallNumbers, D::Error> {
        let (too_few, few) = Deserialize::deserialize(deserializer)?;
        if too_few > few {
            let why = format!("[{too_few}, {few}] are no two ascending sizes of samples");
            return Err(D::Error::custom(why));
        }
        Ok((too_few, few).into())
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

    /// The hash of the first version stands in docs/framework.md, which is checked.
    #[test]
    fn other_values_have_another_name() {
        let parameters = Parameters {
            version: 2,
            ..Parameters::default()
        };
        assert_ne!(parameters.hash(), Parameters::default().hash());
    }

    #[test]
    fn a_threshold_beyond_all_there_is_is_none() {
        let mut parameters = Parameters {
            version: 2,
            ..Parameters::default()
        };
        parameters.v1.interested = 100;
        parameters.p3.met = 100;
        assert_eq!(parameters.check(), Ok(()));
        for per_cent in [&mut parameters.p3.met, &mut parameters.v1.interested] {
            *per_cent = 101;
        }
        assert_eq!(
            parameters.check().unwrap_err(),
            "p3.met: 101 per cent is more than there is"
        );
        parameters.p3.met = 100;
        assert!(parameters.check().is_err(), "v1.interested");
    }

    #[test]
    fn they_are_read_back_from_their_bytes() {
        let parameters = Parameters::default();
        assert_eq!(codec::decode(&codec::encode(&parameters)), Ok(parameters));
    }
}
