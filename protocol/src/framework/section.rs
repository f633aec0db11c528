//! The parts of an answer: the members, and each statement of the framework.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::indicator::Measured;
use super::rating::Rating;
use super::scope::Scope;
use super::statement::Statement;
use super::{asking, contributions, members, responses, validation};

/// A part of the answer that can be opened by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// Who belongs, came and went. No statement, so without rating.
    Members,
    /// One of the 22.
    Statement(Statement),
}

/// A section measured.
pub(super) struct Measurement {
    pub(super) section: Section,
    /// None where a rating has no meaning: for the members, and for a window of the asker's own (R1).
    pub(super) rating: Option<Rating>,
    /// What the statement asks for and this version does not compute.
    pub(super) not_computed: &'static [&'static str],
    pub(super) indicators: Vec<Measured>,
}

impl Section {
    /// The sections this version computes, in the order of the answer.
    pub const COMPUTED: [Section; 5] = [
        Section::Members,
        Section::Statement(Statement::V3),
        Section::Statement(Statement::V4),
        Section::Statement(Statement::K2),
        Section::Statement(Statement::K4),
    ];

    /// Its name: `members`, or that of the statement.
    pub const fn id(self) -> &'static str {
        match self {
            Section::Members => "members",
            Section::Statement(statement) => statement.id(),
        }
    }

    /// The statement, if it is one.
    pub const fn statement(self) -> Option<Statement> {
        match self {
            Section::Members => None,
            Section::Statement(statement) => Some(statement),
        }
    }

    /// None for a statement this version does not compute.
    pub(super) fn measure(self, scope: Scope<'_>) -> Option<Measurement> {
        let (rating, not_computed, indicators): (_, &'static [&'static str], _) = match self {
            Section::Members => (None, &[], members::measure(scope)),
            Section::Statement(Statement::V3) => rated(contributions::measure(scope), &[]),
            Section::Statement(Statement::V4) => rated(responses::measure(scope), &[]),
            Section::Statement(Statement::K2) => {
                rated(validation::measure(scope), &["within review date", "in use"])
            }
            Section::Statement(Statement::K4) => rated(asking::measure(scope), &["safe to ask (survey)"]),
            Section::Statement(_) => return None,
        };
        let rating = rating.filter(|_| scope.own_window.is_none());
        Some(Measurement {
            section: self,
            rating,
            not_computed,
            indicators,
        })
    }
}

type Parts = (Option<Rating>, &'static [&'static str], Vec<Measured>);

fn rated((rating, indicators): (Rating, Vec<Measured>), not_computed: &'static [&'static str]) -> Parts {
    (Some(rating), not_computed, indicators)
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Section {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// A name that is neither `members` nor one of the 22 statements.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is neither `members` nor a statement of the framework (P1-P3, G1-G3, L1-L2, V1-V5, K1-K4, I1-I3, S1-S2)"
)]
pub struct UnknownSection(pub String);

impl FromStr for Section {
    type Err = UnknownSection;

    fn from_str(text: &str) -> Result<Section, UnknownSection> {
        if text.trim().eq_ignore_ascii_case("members") {
            return Ok(Section::Members);
        }
        text.parse()
            .map(Section::Statement)
            .map_err(|_| UnknownSection(text.to_owned()))
    }
}
