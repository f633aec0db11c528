//! Eighteen months of a network of six hospices, told from a seed: who joins, asks, answers, shares, meets, decides, makes
//! and leaves, and when.
//!
//! It knows nothing of indicators, so that no figure can be right by agreement with the code that tells the story.

mod cast;
mod deed;
mod dice;
mod phrases;
mod plot;
mod rhythm;
mod temper;
#[cfg(test)]
mod tests;

use cast::Cast;
pub(crate) use cast::{HOUSES, Member};
pub(crate) use deed::{About, Change, Deed, Known, Words};
use hearth_protocol::time::Timestamp;
use rhythm::Calendar;

/// The story: who plays and what happens, in order of time.
pub(crate) struct Scenario {
    /// Everybody; the first are the stewards of the houses, in order.
    pub(crate) members: Vec<Member>,
    /// How many of [`HOUSES`] there are.
    pub(crate) houses: usize,
    /// What happens, in order of time. A deed refers only to happenings before it.
    pub(crate) happenings: Vec<Happening>,
    /// What takes more than an entry, in order of time.
    pub(crate) scenes: Vec<Scene>,
    /// The first moment of the story: the houses meet before anybody speaks.
    pub(crate) begins: Timestamp,
    /// The first moment after it.
    pub(crate) ends: Timestamp,
}

/// One thing somebody does.
#[derive(Clone)]
pub(crate) struct Happening {
    pub(crate) at: Timestamp,
    /// Index into [`Scenario::members`]; whose key signs, and into whose house's log it goes.
    pub(crate) by: usize,
    pub(crate) deed: Deed,
}

/// The index of an earlier happening.
pub(crate) type Earlier = usize;

/// What members' clients and nodes do together, between two happenings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scene {
    /// After so many happenings.
    pub(crate) after: usize,
    pub(crate) at: Timestamp,
    pub(crate) action: Action,
}

/// The parts of an anonymous survey. `pulse` is the happening that opened it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// The clients of these members ask for tokens.
    AskForTokens { pulse: Earlier, members: Vec<usize> },
    /// These members answer: one choice per item, 0 where it is left out.
    Answer {
        pulse: Earlier,
        answers: Vec<(usize, Vec<u64>)>,
    },
    /// Its time is over.
    Close { pulse: Earlier },
}

impl Scenario {
    /// The story of `seed` over `months` of thirty days, of so many of [`HOUSES`]. In a silent house nobody but its steward
    /// is a member, who says nothing: its past speaks for it.
    pub(crate) fn generate(seed: u64, months: u64, houses: usize, silent: Option<usize>) -> Self {
        let calendar = Calendar::new(seed, months * 30);
        let cast = Cast::draw(seed, calendar, houses, silent);
        plot::tell(seed, calendar, cast)
    }

    /// Whose log a happening goes to: index into [`HOUSES`].
    pub(crate) fn house_of(&self, happening: Earlier) -> usize {
        self.members[self.happenings[happening].by].house
    }
}
