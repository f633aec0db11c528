//! The parts of an answer: the members, and each statement of the framework.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use super::indicator::{Definition, Measured, Method};
use super::rating::Rating;
use super::scope::Scope;
use super::statement::Statement;
use super::{
    asking, contributions, coverage, dedication, faqs, forms, future, governing, growth, impact, interest,
    members, outputs, planning, referrals, responses, sharing, stories, subgroups, support, terms,
    understanding, validation,
};

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
    pub fn computed() -> impl Iterator<Item = Section> {
        METHODS.iter().map(|method| method.section)
    }

    /// What its indicators say of themselves, in the order of the answer; none for a statement this version does not
    /// compute.
    pub fn definitions(self) -> &'static [&'static Definition] {
        self.method().map_or(&[], |method| method.definitions)
    }

    /// How its rating follows from its figures; empty for a statement this version does not compute.
    pub fn rated(self) -> &'static str {
        self.method().map_or("", |method| method.rated)
    }

    /// What the statement asks for and this version does not compute.
    pub fn not_computed(self) -> &'static [&'static str] {
        self.method().map_or(&[], |method| method.not_computed)
    }

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
        let method = self.method()?;
        let (rating, indicators) = (method.measure)(scope);
        debug_assert!(
            indicators
                .iter()
                .map(|measured| measured.definition.name)
                .eq(method.definitions.iter().map(|definition| definition.name)),
            "{self} measures what it defines"
        );
        debug_assert!(
            indicators
                .iter()
                .all(|measured| measured.definition.of_people || !measured.opens_into_people()),
            "{self} says which of its figures are of people"
        );
        Some(Measurement {
            section: self,
            rating: rating.filter(|_| scope.own_window.is_none()),
            not_computed: method.not_computed,
            indicators,
        })
    }

    fn method(self) -> Option<&'static Method> {
        METHODS.iter().copied().find(|method| method.section == self)
    }
}

/// How each section is computed, in the order of the answer.
static METHODS: &[&Method] = &[
    &members::METHOD,
    &terms::METHOD,
    &understanding::METHOD,
    &planning::METHOD,
    &governing::METHOD,
    &subgroups::METHOD,
    &coverage::METHOD,
    &dedication::METHOD,
    &support::METHOD,
    &interest::METHOD,
    &forms::METHOD,
    &contributions::METHOD,
    &responses::METHOD,
    &referrals::METHOD,
    &sharing::METHOD,
    &validation::METHOD,
    &faqs::METHOD,
    &asking::METHOD,
    &outputs::METHOD,
    &stories::METHOD,
    &impact::METHOD,
    &growth::METHOD,
    &future::METHOD,
];

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_indicator_has_a_name_of_its_own_and_says_what_it_is() {
        let definitions: Vec<_> = Section::computed().flat_map(Section::definitions).collect();
        let names: BTreeSet<_> = definitions.iter().map(|definition| definition.name).collect();
        assert_eq!(names.len(), definitions.len());
        for definition in definitions {
            let texts = [
                definition.formula,
                definition.raised,
                definition.gamed,
                definition.countered,
            ];
            assert!(texts.iter().all(|text| !text.is_empty()), "{}", definition.name);
        }
    }

    #[test]
    fn the_rating_is_said_of_figures_that_it_follows_from() {
        for section in Section::computed().filter(|section| section.statement().is_some()) {
            let rating: BTreeSet<_> = section
                .definitions()
                .iter()
                .filter(|d| d.rates)
                .map(|d| d.name)
                .collect();
            assert!(!rating.is_empty(), "{section} is rated by nothing");
            let quoted = section.rated().split('`').skip(1).step_by(2);
            let named = quoted.filter(|name| section.definitions().iter().any(|d| d.name == *name));
            for name in named {
                assert!(
                    rating.contains(name),
                    "{section} is rated by {name}, which does not say so"
                );
            }
        }
    }

    #[test]
    fn the_sections_are_in_the_order_of_the_source() {
        let sections: Vec<Section> = Section::computed().collect();
        assert!(sections.is_sorted());
    }
}
