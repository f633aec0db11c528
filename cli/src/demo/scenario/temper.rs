//! What this community cares for, and what it lets slide: drawn from the seed, so that two stories differ in more than names.

use super::dice::Dice;

/// A part of a community's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    /// Saying what it is for, and planning.
    Purpose,
    /// Deciding together.
    Governing,
    /// Leading, and helping those who lead.
    Leading,
    /// Talking to each other.
    Talking,
    /// Sharing what is known.
    Learning,
    /// Making something of it, and saying what has come of it.
    Making,
    /// Winning people, and thinking ahead.
    Growing,
}

const AREAS: [Area; 7] = [
    Area::Purpose,
    Area::Governing,
    Area::Leading,
    Area::Talking,
    Area::Learning,
    Area::Making,
    Area::Growing,
];

/// How much each part is cared for.
#[derive(Debug)]
pub(crate) struct Temper {
    care: [u64; AREAS.len()],
    neglected: Area,
}

impl Temper {
    /// Every community neglects something.
    pub(crate) fn draw(seed: u64) -> Self {
        let mut dice = Dice::new(seed, 43);
        let neglected = *dice.pick(&AREAS);
        let care = AREAS.map(|area| {
            if area == neglected {
                dice.between(6, 14)
            } else if dice.chance(30) {
                dice.between(40, 60)
            } else {
                dice.between(70, 95)
            }
        });
        Self { care, neglected }
    }

    /// In how many of a hundred cases what should be done is done.
    pub(crate) fn care(&self, area: Area) -> u64 {
        self.care[area as usize]
    }

    /// Whether this is what the community lets slide.
    pub(crate) fn neglects(&self, area: Area) -> bool {
        self.neglected == area
    }
}
