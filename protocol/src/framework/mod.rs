//! Indicators: the figures of the framework, each a pure fold over a view (docs/framework.md).

mod concentration;
mod parameters;
mod rating;
mod ratio;
mod statement;
mod survival;

pub use parameters::Parameters;
pub use rating::{Rating, Thresholds};
pub use ratio::{MILLION, Ratio};
pub use statement::{Dimension, Statement, UnknownStatement};

use serde::Serialize;

use crate::community::View;
use crate::time::{Span, Timestamp};

/// The whole answer, ready to be printed as JSON (docs/framework.schema.json).
#[derive(Debug, Clone, Serialize)]
pub struct Framework {}

/// One statement opened: the ids behind every figure, as JSON.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {}

/// Computes every statement this version can, for the instant `as_of`. With a window of one's own there are values and
/// no ratings.
pub fn compute(
    _view: &View,
    _as_of: Timestamp,
    _window: Option<Span>,
    _parameters: &Parameters,
) -> Framework {
    unimplemented!("lands next")
}

/// Opens one statement: what was counted, left out (and why) and is pending. None for one this version cannot compute.
pub fn explain(
    _view: &View,
    _statement: Statement,
    _as_of: Timestamp,
    _window: Option<Span>,
    _parameters: &Parameters,
) -> Option<Explanation> {
    unimplemented!("lands next")
}
