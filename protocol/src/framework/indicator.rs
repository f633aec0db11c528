//! The indicators: what each is called, how it is computed in words, how it could be gamed and what counters that.

use serde::Serialize;

use super::figure::Figure;
use super::rating::Rating;
use super::scope::Scope;
use super::section::Section;

/// What an indicator says of itself, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Definition {
    /// Its name in JSON.
    pub name: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// How it is known.
    pub ground: Ground,
    /// Whether its numbers are of people, so that outsiders are told them in steps (R10).
    pub of_people: bool,
    /// Whether the rating of its statement follows from it.
    pub rates: bool,
    /// Over what time.
    pub window: Extent,
    /// The parameters it depends on, by their keys.
    pub parameters: &'static [&'static str],
    /// What raises it.
    pub raised: &'static str,
    /// How its figure could be had without what it stands for.
    pub gamed: &'static str,
    /// What stands against that.
    pub countered: &'static str,
}

/// How what an indicator says is known. The three are never blended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// M: counted in what people did.
    Measured,
    /// A: what the community says of itself in recorded decisions and declarations.
    Attested,
    /// S: what members answered in a survey.
    Surveyed,
}

/// Over what time an indicator is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// What there is at the instant, however old.
    AsOf,
    /// The parameter `window`, or the window asked for.
    Window,
    /// The parameter `year`, or the window asked for.
    Year,
}

/// How a section is computed. One file has one.
pub(super) struct Method {
    pub(super) section: Section,
    /// Its indicators, in the order of the answer.
    pub(super) definitions: &'static [&'static Definition],
    /// How the rating follows from the figures.
    pub(super) rated: &'static str,
    /// What the statement asks for and this version does not compute.
    pub(super) not_computed: &'static [&'static str],
    /// The figures, one per definition, and the rating they give; none for the members.
    pub(super) measure: fn(Scope<'_>) -> (Option<Rating>, Vec<Measured>),
}

/// An indicator with its figures: of events, and of events and imported history together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Measured {
    pub(super) definition: &'static Definition,
    pub(super) signed: Figure,
    pub(super) all: Option<Figure>,
}

impl Measured {
    pub(super) fn both(definition: &'static Definition, [signed, all]: [Figure; 2]) -> Measured {
        Measured {
            definition,
            signed,
            all: Some(all),
        }
    }

    pub(super) fn signed_only(definition: &'static Definition, signed: Figure) -> Measured {
        Measured {
            definition,
            signed,
            all: None,
        }
    }

    /// Whether persons are behind its numbers by their ids.
    pub(super) fn opens_into_people(&self) -> bool {
        let mut figures = std::iter::once(&self.signed).chain(&self.all);
        figures.any(|figure| figure.evidence.names_people())
    }
}
