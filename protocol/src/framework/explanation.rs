//! One section opened: the statement in its own words, the formulas in ours, and the ids behind every figure.

use serde::Serialize;

use super::answer::{Basis, basis};
use super::evidence::{Counted, Excluded};
use super::figure::{Figure, Value};
use super::indicator::{Definition, Measured};
use super::parameters::Parameters;
use super::rating::Rating;
use super::scope::Scope;
use super::section::Section;
use super::statement::{Dimension, Statement};
use crate::community::{Item, Standing, View, VoidReason};
use crate::governance::Decisions;
use crate::id::Id;
use crate::time::{Span, Timestamp};

/// A section with the ids behind its figures, ready to be printed as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// `members` or the statement's name.
    pub id: Section,
    /// The statement word for word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<&'static str>,
    /// The heading it stands under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dimension: Option<&'static str>,
    /// From which everything follows.
    #[serde(flatten)]
    pub basis: Basis,
    /// The parameters that `basis.parameters` names.
    pub parameter_values: Parameters,
    /// None where a rating has no meaning.
    pub rating: Option<Rating>,
    /// How the rating follows from the figures.
    pub rated: &'static str,
    /// What the statement asks for and this version does not compute.
    pub not_computed: &'static [&'static str],
    /// Its indicators.
    pub indicators: Vec<IndicatorExplanation>,
    /// Entries counted at another time than their author claims.
    pub clamped: Vec<Id>,
    /// Entries claimed to be over 72 hours older than others bear out.
    pub late: Vec<Id>,
    /// Signed entries whose time nobody else bears out.
    pub unwitnessed: Vec<Id>,
    /// Entries in no figure because they refer to something beyond the cut.
    pub beyond: Vec<Id>,
    /// Entries in no figure because they count for nothing, with the reason.
    pub void: Vec<VoidEntry>,
}

/// An entry that counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct VoidEntry {
    /// Which.
    pub id: Id,
    /// Why.
    pub reason: VoidReason,
}

/// One indicator with its definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndicatorExplanation {
    /// Name, formula, and what it withstands.
    #[serde(flatten)]
    pub definition: &'static Definition,
    /// Of events alone.
    pub signed: Opened,
    /// With imported history; none where that has no meaning.
    pub all: Option<Opened>,
}

/// A figure with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// The value.
    #[serde(flatten)]
    pub value: Value,
    /// What is counted: the numerator of a share.
    pub counted: Vec<Counted>,
    /// The rest of a share's denominator.
    pub uncounted: Vec<Counted>,
    /// Too young to be on either side.
    pub pending: Vec<Counted>,
    /// Left out, with the reason.
    pub excluded: Vec<LeftOut>,
}

/// Something left out of a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What.
    pub id: Counted,
    /// Why.
    pub reason: Excluded,
}

/// Opens one section: what was counted, left out (and why) and is pending. None for a statement that this version does
/// not compute.
pub fn explain(view: &View, section: Section, as_of: Timestamp, window: Option<Span>) -> Option<Explanation> {
    let decisions = Decisions::at(view, as_of);
    let parameters = Parameters::in_force(&decisions);
    let scope = Scope {
        view,
        as_of,
        parameters: &parameters,
        decisions: &decisions,
        own_window: window,
    };
    let measurement = section.measure(scope)?;
    let statement = section.statement();
    Some(Explanation {
        id: section,
        statement: statement.map(Statement::words),
        dimension: statement.map(Statement::dimension).map(Dimension::title),
        basis: basis(scope),
        parameter_values: parameters.clone(),
        rating: measurement.rating,
        rated: section.rated(),
        not_computed: measurement.not_computed,
        indicators: measurement
            .indicators
            .into_iter()
            .map(IndicatorExplanation::from)
            .collect(),
        clamped: ids(view, Item::is_clamped),
        late: ids(view, Item::is_late),
        unwitnessed: ids(view, Item::is_unwitnessed),
        beyond: beyond(view),
        void: void(view),
    })
}

fn ids(view: &View, of: impl Fn(&Item) -> bool) -> Vec<Id> {
    sorted(
        view.items()
            .iter()
            .filter(|item| item.standing == Standing::Counts && of(item))
            .map(|item| item.id),
    )
}

fn beyond(view: &View) -> Vec<Id> {
    sorted(
        view.items()
            .iter()
            .filter(|item| item.standing == Standing::Pending)
            .map(|item| item.id),
    )
}

fn void(view: &View) -> Vec<VoidEntry> {
    sorted(view.items().iter().filter_map(|item| match item.standing {
        Standing::Void(reason) => Some(VoidEntry { id: item.id, reason }),
        Standing::Counts | Standing::Pending => None,
    }))
}

fn sorted<T: Ord>(entries: impl Iterator<Item = T>) -> Vec<T> {
    let mut entries: Vec<T> = entries.collect();
    entries.sort_unstable();
    entries
}

impl From<Measured> for IndicatorExplanation {
    fn from(measured: Measured) -> IndicatorExplanation {
        IndicatorExplanation {
            definition: measured.definition,
            signed: measured.signed.into(),
            all: measured.all.map(Opened::from),
        }
    }
}

impl From<Figure> for Opened {
    fn from(Figure { value, evidence }: Figure) -> Opened {
        let left_out = evidence
            .excluded
            .into_iter()
            .map(|(id, reason)| LeftOut { id, reason });
        Opened {
            value,
            counted: evidence.counted,
            uncounted: evidence.uncounted,
            pending: evidence.pending,
            excluded: left_out.collect(),
        }
    }
}
