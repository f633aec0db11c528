//! The whole answer, ready to be printed as JSON (docs/framework.schema.json).

use std::collections::BTreeMap;

use serde::Serialize;

use super::evidence::Excluded;
use super::external;
use super::figure::{self, Figure, Value};
use super::indicator::{Ground, Measured};
use super::parameters::Parameters;
use super::rating::{self, Rating};
use super::scope::Scope;
use super::section::{Measurement, Section};
use super::statement::{Dimension, Statement};
use crate::community::{Standing, View};
use crate::governance::Decisions;
use crate::id::{Hash, Id};
use crate::kind::Clock;
use crate::time::{Span, Timestamp};

/// What a community's cut says of it, by the parameters named, at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Framework {
    /// From which everything follows.
    #[serde(flatten)]
    pub basis: Basis,
    /// How the entries of the cut stand.
    pub entries: Entries,
    /// The sections this version computes.
    pub statements: Vec<Answered>,
    /// The seven dimensions.
    pub dimensions: Vec<DimensionAnswer>,
}

/// From what an answer follows: equal bases have equal answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// The community.
    pub community: Id,
    /// Name of the cut.
    pub cut: Hash,
    /// The ruleset that judged.
    pub ruleset: u64,
    /// Name of the parameters.
    pub parameters: Hash,
    /// The instant.
    #[serde(serialize_with = "figure::as_text")]
    pub as_of: Timestamp,
    /// The window in milliseconds.
    pub window: Span,
    /// Whether the window is the asker's own, so that nothing is rated.
    pub own_window: bool,
    /// Whose time the community runs on.
    pub clock: Clock,
}

/// How many entries of the cut stand how.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Entries {
    /// They count.
    pub counted: u64,
    /// They refer to something beyond the cut.
    pub pending: u64,
    /// They count for nothing, by reason.
    pub void: BTreeMap<&'static str, u64>,
    /// Signed, counted and rated, but borne out in time by nobody.
    pub unwitnessed: u64,
    /// Counted at another time than the author claims.
    pub clamped: u64,
    /// Claimed to be over 72 hours older than others bear out.
    pub late: u64,
}

/// One section of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// `members` or the statement's name.
    pub id: Section,
    /// The statement word for word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<&'static str>,
    /// None where a rating has no meaning.
    pub rating: Option<Rating>,
    /// What the statement asks for and this version does not compute.
    pub not_computed: &'static [&'static str],
    /// Its indicators.
    pub indicators: Vec<IndicatorAnswer>,
}

/// One indicator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IndicatorAnswer {
    /// Its name.
    pub name: &'static str,
    /// How it is known: measured, attested or surveyed.
    pub ground: Ground,
    /// Of events alone.
    pub signed: Summary,
    /// With imported history; none where that has no meaning.
    pub all: Option<Summary>,
}

/// A figure with its evidence counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The value.
    #[serde(flatten)]
    pub value: Value,
    /// How many are too young to be on either side.
    pub pending: u64,
    /// How many were left out, by reason.
    pub excluded: BTreeMap<Excluded, u64>,
    /// For outsiders: every number here is of people, and the lower end of a range of so many (R10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u64>,
}

/// One dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DimensionAnswer {
    /// The heading.
    pub title: &'static str,
    /// None while this version does not compute all its statements, or where ratings have no meaning.
    pub rating: Option<Rating>,
    /// Its statements that this version computes.
    pub computed: Vec<Statement>,
    /// Its other statements.
    pub not_computed: Vec<Statement>,
}

/// Who will read an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Who may read the log.
    Members,
    /// Everybody: numbers of people in steps, and no ids (R10).
    Outsiders,
}

/// Computes every section this version can, for the instant `as_of`, by the parameters in force there. With a window of
/// one's own there are values and no ratings. O(n log n) in the entries of the cut.
pub fn compute(view: &View, as_of: Timestamp, window: Option<Span>) -> Framework {
    let sections: Vec<Section> = Section::computed().collect();
    compute_for(view, as_of, window, &sections, Audience::Members)
}

/// The same of some sections alone, for an audience. Nothing is said of a dimension whose statements are not all among
/// them.
pub fn compute_for(
    view: &View,
    as_of: Timestamp,
    window: Option<Span>,
    sections: &[Section],
    audience: Audience,
) -> Framework {
    let decisions = Decisions::at(view, as_of);
    let parameters = Parameters::in_force(&decisions);
    let scope = Scope {
        view,
        as_of,
        parameters: &parameters,
        decisions: &decisions,
        own_window: window,
    };
    let measured: Vec<Measurement> = sections
        .iter()
        .filter_map(|section| section.measure(scope))
        .collect();
    Framework {
        basis: basis(scope),
        entries: entries(view),
        dimensions: Dimension::ALL
            .into_iter()
            .map(|dimension| of_dimension(dimension, &measured))
            .collect(),
        statements: measured
            .iter()
            .map(|measurement| Answered::of(measurement, audience))
            .collect(),
    }
}

pub(super) fn basis(scope: Scope<'_>) -> Basis {
    Basis {
        community: scope.view.community(),
        cut: scope.view.cut().hash(),
        ruleset: scope.view.ruleset(),
        parameters: scope.parameters.hash(),
        as_of: scope.as_of,
        window: scope.own_window.unwrap_or(scope.parameters.window),
        own_window: scope.own_window.is_some(),
        clock: scope.view.clock(),
    }
}

fn entries(view: &View) -> Entries {
    let mut entries = Entries::default();
    for item in view.items() {
        match item.standing {
            Standing::Counts => {
                entries.counted += 1;
                entries.unwitnessed += u64::from(item.is_unwitnessed());
                entries.clamped += u64::from(item.is_clamped());
                entries.late += u64::from(item.is_late());
            }
            Standing::Pending => entries.pending += 1,
            Standing::Void(reason) => *entries.void.entry(reason.name()).or_default() += 1,
        }
    }
    entries
}

fn of_dimension(dimension: Dimension, measured: &[Measurement]) -> DimensionAnswer {
    let statements = || {
        Statement::ALL
            .into_iter()
            .filter(move |statement| statement.dimension() == dimension)
    };
    let found = |statement: Statement| measured.iter().find(|m| m.section.statement() == Some(statement));
    let (computed, not_computed): (Vec<_>, Vec<_>) =
        statements().partition(|statement| found(*statement).is_some());
    let ratings: Option<Vec<_>> = statements()
        .map(|statement| Some((found(statement)?.rating?, statement.optional())))
        .collect();
    let rating = ratings.map(|ratings| rating::of_dimension(&ratings));
    DimensionAnswer {
        title: dimension.title(),
        rating,
        computed,
        not_computed,
    }
}

impl Answered {
    fn of(measurement: &Measurement, audience: Audience) -> Answered {
        let told = |measured| IndicatorAnswer::of(measured, audience);
        Answered {
            id: measurement.section,
            statement: measurement.section.statement().map(Statement::words),
            rating: measurement.rating,
            not_computed: measurement.not_computed,
            indicators: measurement.indicators.iter().map(told).collect(),
        }
    }
}

impl IndicatorAnswer {
    fn of(measured: &Measured, audience: Audience) -> IndicatorAnswer {
        let told = |figure: &Figure| match audience {
            Audience::Members => Summary::from(figure),
            Audience::Outsiders => external::told(measured.definition, Summary::from(figure)),
        };
        IndicatorAnswer {
            name: measured.definition.name,
            ground: measured.definition.ground,
            signed: told(&measured.signed),
            all: measured.all.as_ref().map(told),
        }
    }
}

impl From<&Figure> for Summary {
    fn from(figure: &Figure) -> Summary {
        Summary {
            value: figure.value.clone(),
            pending: figure.evidence.pending.len() as u64,
            excluded: figure.evidence.exclusions(),
            step: None,
        }
    }
}
