//! The people of the story and their three houses.

use super::dice::Dice;
use super::phrases::{NAMES, TRADES};
use super::rhythm::Calendar;
use hearth_protocol::time::{Span, Timestamp};
use sha2::{Digest, Sha256};

/// A house: the slug of its log and its name.
pub(crate) const HOUSES: [(&str, &str); 3] = [
    ("willow", "Willow House Hospice"),
    ("harbour", "Harbour Hospice"),
    ("meadow", "Meadow Hospice at Home"),
];

/// How many people each house has by the end.
const PEOPLE: [usize; 3] = [20, 14, 10];

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
    /// When the first key gives way to a second one.
    pub(crate) changes_key: Option<Timestamp>,
}

impl Cast {
    /// Draws the people of `seed`: a few carry most of the talk, a third comes during the story, a few go.
    pub(crate) fn draw(seed: u64, calendar: Calendar, silent: Option<usize>) -> Self {
        let mut dice = Dice::new(seed, 1);
        let stewards = 0..HOUSES.len();
        let others = PEOPLE
            .iter()
            .enumerate()
            .filter(|(house, _)| Some(*house) != silent)
            .flat_map(|(house, &people)| std::iter::repeat_n(house, people - 1));
        let houses: Vec<usize> = stewards.chain(others).collect();
        let names = shuffled(NAMES, &mut dice);
        let members = (0..houses.len())
            .map(|index| Member {
                name: format!("{}, {}", names[index % names.len()], dice.pick(TRADES)),
                house: houses[index],
                keys: [key_seed(seed, index, 0), key_seed(seed, index, 1)],
            })
            .collect();
        let habits = (0..houses.len())
            .map(|index| Habits::draw(index, Some(houses[index]) != silent, calendar, &mut dice))
            .collect();
        Self { members, habits }
    }
}

impl Habits {
    fn draw(index: usize, speaks: bool, calendar: Calendar, dice: &mut Dice) -> Self {
        let is_steward = index < HOUSES.len();
        let on =
            |day: u64, dice: &mut Dice| Calendar::at_or_after(Calendar::begins().plus(Span::days(day)), dice);
        let late = index % 3 == 2;
        let joining_day = if late {
            dice.between(5, calendar.days() * 3 / 4)
        } else {
            dice.below(4)
        };
        let leaves = index % 11 == 10;
        let changes_key = index % 17 == 7;
        let last_third = calendar.days() * 2 / 3;
        Self {
            speaks,
            asks: dice.between(0, 4),
            answers: [40, 25, 15, 8, 5, 3, 2, 1, 1, 0][dice.below(10) as usize],
            joins: (!is_steward).then(|| on(joining_day, dice)),
            leaves: leaves.then(|| {
                on(
                    last_third.max(joining_day + 3) + dice.below(calendar.days() / 4),
                    dice,
                )
            }),
            changes_key: changes_key.then(|| on(calendar.days() / 2 + dice.below(5), dice)),
        }
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
