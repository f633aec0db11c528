//! A figure: its value in integers, and the evidence it opens into.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::evidence::{Counted, Evidence};
use super::ratio::Ratio;
use super::survival::Step;
use crate::time::Timestamp;

/// What an indicator measured in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    pub(super) value: Value,
    pub(super) evidence: Evidence,
}

/// A value of one of seven forms. No form holds a fraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Value {
    /// A part of a whole.
    Share {
        /// The part.
        numerator: u64,
        /// The whole.
        denominator: u64,
        /// What the whole is made of.
        of: &'static str,
        /// Wilson 95 %, in millionths; none without a sample.
        interval: Option<[u32; 2]>,
    },
    /// A number; none where there is nothing to take it of.
    Number {
        /// The number.
        value: Option<u64>,
    },
    /// Yes or no.
    Flag {
        /// Which.
        value: bool,
    },
    /// How many of each sort, by code.
    Parts {
        /// The sorts, ascending; those of which there is none are left out.
        parts: BTreeMap<String, u64>,
    },
    /// A median wait in milliseconds.
    Wait {
        /// None where there is nothing to take it of, or where it is not reached.
        value: Option<u64>,
        /// False where more than half wait still.
        reached: bool,
    },
    /// The Kaplan–Meier table: `[milliseconds, at risk, answered]`.
    Survival {
        /// One row per duration at which an answer came.
        table: Vec<[u64; 3]>,
    },
    /// The longest-waiting of all, oldest first.
    Oldest {
        /// At most [`Value::LISTED`].
        open: Vec<Open>,
    },
}

/// An item that still waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Open {
    /// What waits; outsiders are not told (R10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Counted>,
    /// Since when.
    #[serde(serialize_with = "as_text")]
    pub since: Timestamp,
}

impl Value {
    /// How many of those that wait are listed.
    pub const LISTED: usize = 10;
}

impl Figure {
    /// The share of what was counted.
    pub(super) fn share(of: &'static str, evidence: Evidence) -> Figure {
        let ratio = evidence_ratio(&evidence);
        let value = Value::Share {
            numerator: ratio.numerator(),
            denominator: ratio.denominator(),
            of,
            interval: ratio.interval(),
        };
        Figure::new(value, evidence)
    }

    /// A share that is no sample, of things that have no ids of their own.
    pub(super) fn portion(of: &'static str, ratio: Ratio, evidence: Evidence) -> Figure {
        let value = Value::Share {
            numerator: ratio.numerator(),
            denominator: ratio.denominator(),
            of,
            interval: None,
        };
        Figure::new(value, evidence)
    }

    /// The share of all there is, which is no sample: without an interval.
    pub(super) fn census(of: &'static str, evidence: Evidence) -> Figure {
        let ratio = evidence_ratio(&evidence);
        let value = Value::Share {
            numerator: ratio.numerator(),
            denominator: ratio.denominator(),
            of,
            interval: None,
        };
        Figure::new(value, evidence)
    }

    /// How many were counted.
    pub(super) fn count(evidence: Evidence) -> Figure {
        Figure::number(Some(evidence.counted.len() as u64), evidence)
    }

    /// Whether something is so; what it is so by is the evidence.
    pub fn flag(value: bool, evidence: Evidence) -> Figure {
        Figure::new(Value::Flag { value }, evidence)
    }

    /// How many of each sort.
    pub fn parts(parts: BTreeMap<String, u64>, evidence: Evidence) -> Figure {
        Figure::new(Value::Parts { parts }, evidence)
    }

    pub(super) fn number(value: Option<u64>, evidence: Evidence) -> Figure {
        Figure::new(Value::Number { value }, evidence)
    }

    /// A median as [`super::survival::lower_median`] gives it.
    pub(super) fn wait(median: Option<Option<u64>>, evidence: Evidence) -> Figure {
        let reached = median != Some(None);
        Figure::new(
            Value::Wait {
                value: median.flatten(),
                reached,
            },
            evidence,
        )
    }

    pub(super) fn survival(steps: &[Step], evidence: Evidence) -> Figure {
        let table = steps
            .iter()
            .map(|step| [step.after, step.at_risk, step.answered])
            .collect();
        Figure::new(Value::Survival { table }, evidence)
    }

    pub(super) fn oldest(open: Vec<Open>, evidence: Evidence) -> Figure {
        Figure::new(Value::Oldest { open }, evidence)
    }

    /// The share of what was counted, for a rating.
    pub(super) fn ratio(&self) -> Ratio {
        evidence_ratio(&self.evidence)
    }

    /// The number it is; zero where there is none, or where it is of another form.
    pub(super) fn number_or_zero(&self) -> u64 {
        if let Value::Number { value: Some(value) } = self.value {
            value
        } else {
            0
        }
    }

    fn new(value: Value, evidence: Evidence) -> Figure {
        Figure {
            value,
            evidence: evidence.sorted(),
        }
    }
}

fn evidence_ratio(evidence: &Evidence) -> Ratio {
    let counted = evidence.counted.len() as u64;
    Ratio::new(counted, counted + evidence.uncounted.len() as u64)
}

/// RFC 3339 with milliseconds.
pub(super) fn as_text<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}
