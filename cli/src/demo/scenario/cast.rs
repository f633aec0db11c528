//! The people of the story and their houses.

use super::dice::Dice;
use super::phrases::{NAMES, TRADES};
use super::rhythm::Calendar;
use hearth_protocol::time::Timestamp;
use sha2::{Digest, Sha256};

/// A house: the slug of its log and its name.
pub(crate) const HOUSES: [(&str, &str); 6] = [
    ("willow", "Willow House Hospice"),
    ("harbour", "Harbour Hospice"),
    ("meadow", "Meadow Hospice at Home"),
    ("lantern", "Lantern Hospice"),
    ("orchard", "Orchard Hospice Care"),
    ("ferry", "Ferry Lane Hospice"),
];

/// How many people each house has by the end.
const PEOPLE: [usize; HOUSES.len()] = [15, 13, 11, 10, 9, 8];

/// Somebody of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Index into [`HOUSES`].
    pub(crate) house: usize,
    /// The seeds of the first key and of the one that follows it.
    pub(crate) keys: [[u8; 32]; 2],
}

/// The members and what the plot knows about each.
#[derive(Debug)]
pub(crate) struct Cast {
    pub(crate) members: Vec<Member>,
    pub(crate) habits: Vec<Habits>,
    /// How many houses there are.
    pub(crate) houses: usize,
    /// The house in which nobody speaks.
    pub(crate) silent: Option<usize>,
    /// Somebody who works in two houses, and is a member of both.
    pub(crate) twins: Option<(usize, usize)>,
}

/// What somebody tends to do, each a weight among all.
#[derive(Debug)]
pub(crate) struct Habits {
    /// False for the steward of a silent house.
    pub(crate) speaks: bool,
    pub(crate) asks: u64,
    pub(crate) answers: u64,
    /// Nothing for the stewards, who are there from the start.
    pub(crate) joins: Option<Timestamp>,
    pub(crate) leaves: Option<Timestamp>,
    /// When it has become too much for them, and when they are back.
    pub(crate) tired: Option<(Timestamp, Timestamp)>,
    /// When the first key gives way to a second one.
    pub(crate) changes_key: Option<Timestamp>,
}

impl Cast {
    /// Draws the people of `seed`: a few carry most of the talk, a third comes during the story, a few go.
    pub(crate) fn draw(seed: u64, calendar: Calendar, houses: usize, silent: Option<usize>) -> Self {
        let mut dice = Dice::new(seed, 1);
        let others = PEOPLE[..houses]
            .iter()
            .enumerate()
            .filter(|(house, _)| Some(*house) != silent)
            .flat_map(|(house, &people)| std::iter::repeat_n(house, people - 1));
        let homes: Vec<usize> = (0..houses).chain(others).collect();
        let names = shuffled(NAMES, &mut dice);
        let mut members: Vec<Member> = (0..homes.len())
            .map(|index| Member {
                name: format!("{}, {}", names[index % names.len()], dice.pick(TRADES)),
                house: homes[index],
                keys: [key_seed(seed, index, 0), key_seed(seed, index, 1)],
            })
            .collect();
        let habits: Vec<Habits> = (0..homes.len())
            .map(|index| {
                let speaks = Some(homes[index]) != silent;
                Habits::draw(index < houses, speaks, calendar, &mut dice)
            })
            .collect();
        let stays = |index: &usize| habits[*index].leaves.is_none() && habits[*index].changes_key.is_none();
        let early = |house: usize| {
            (houses..homes.len())
                .filter(|&index| homes[index] == house && habits[index].is_early())
                .find(stays)
        };
        let twins = early(1).zip(early(2));
        if let Some((one, other)) = twins {
            members[other].name = members[one].name.clone();
        }
        Self {
            members,
            habits,
            houses,
            silent,
            twins,
        }
    }
}

impl Habits {
    fn draw(is_steward: bool, speaks: bool, calendar: Calendar, dice: &mut Dice) -> Self {
        let days = calendar.days();
        let joining = if dice.chance(36) && days > 8 {
            dice.between(5, days - 3)
        } else {
            dice.below(4)
        };
        let last_third = days * 2 / 3;
        let leaving = last_third.max(joining + 3) + dice.below(days / 4);
        let leaves = (dice.chance(9) && !is_steward).then(|| calendar.open_day(leaving, dice));
        let (from, rest) = (joining + dice.between(60, days / 2 + 61), dice.between(60, 300));
        let tired = (dice.chance(14) && !is_steward).then(|| {
            (
                calendar.open_day(from, dice),
                calendar.open_day(from + rest, dice),
            )
        });
        let changing = days / 2 + dice.below(5);
        Self {
            speaks,
            asks: dice.between(0, 4),
            answers: [40, 25, 15, 8, 5, 3, 2, 1, 1, 0][dice.below(10) as usize],
            joins: (!is_steward).then(|| calendar.open_day(joining, dice)),
            leaves,
            tired,
            changes_key: (dice.chance(9) && joining < changing && !is_steward)
                .then(|| calendar.open_day(changing, dice)),
        }
    }

    /// Whether they are there from the beginning.
    pub(crate) fn is_early(&self) -> bool {
        self.joins.is_none_or(|at| Calendar::day_of(at) < 7)
    }
}

fn shuffled(items: &[&'static str], dice: &mut Dice) -> Vec<&'static str> {
    let mut items = items.to_vec();
    for last in (1..items.len()).rev() {
        items.swap(last, dice.below(last as u64 + 1) as usize);
    }
    items
}

/// The secret of a member's key. Anyone can compute it: these people do not exist.
fn key_seed(seed: u64, index: usize, generation: u8) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"hearth/demo/member/v1\0");
    hash.update(seed.to_be_bytes());
    hash.update((index as u64).to_be_bytes());
    hash.update([generation]);
    hash.finalize().into()
}
