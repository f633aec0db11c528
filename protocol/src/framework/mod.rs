//! Indicators: the figures of the framework, each a pure fold over a view (docs/framework.md).
//!
//! One file per statement or family. A figure is integers and the ids behind them ([`Evidence`]); [`compute`] prints
//! how many, [`explain`] prints which.

mod answer;
mod asking;
mod concentration;
mod contributions;
mod coverage;
mod dedication;
mod evidence;
mod explanation;
mod figure;
mod future;
mod growth;
mod impact;
mod indicator;
mod interest;
mod members;
mod momentum;
mod mutual;
mod outputs;
mod parameters;
mod queries;
mod rating;
mod ratio;
mod recompute;
mod referrals;
mod responses;
mod roles;
mod scope;
mod section;
mod statement;
mod stories;
mod subgroups;
mod support;
mod survival;
mod validation;

pub use answer::{Answered, Basis, DimensionAnswer, Entries, IndicatorAnswer, Summary};
pub use answer::{Framework, compute};
pub use asking::K4;
pub use contributions::V3;
pub use coverage::G3;
pub use dedication::{L1, PlannedMonth, planned_months};
pub use evidence::{Code, Counted, Evidence, Excluded};
pub use explanation::{Explanation, IndicatorExplanation, LeftOut, Opened, VoidEntry, explain};
pub use figure::{Figure, Open, Value};
pub use future::{FUTURE, S2};
pub use growth::S1;
pub use impact::I3;
pub use indicator::{Definition, Extent, Ground};
pub use interest::V1;
pub use outputs::I1;
pub use parameters::{Parameters, SmallNumbers, Thresholds};
pub use rating::Rating;
pub use ratio::{MILLION, Ratio};
pub use recompute::Recomputed;
pub use referrals::{Unanswered, V5, unanswered};
pub use responses::V4;
pub use roles::{Holding, Roles};
pub use section::{Section, UnknownSection};
pub use statement::{Dimension, Statement, UnknownStatement};
pub use stories::I2;
pub use subgroups::G2;
pub use support::L2;
pub use validation::K2;
