//! The future they talk about, and the house that goes.

use super::super::Earlier;
use super::super::deed::{Change, Deed};
use super::super::rhythm::DAY;
use super::super::temper::Area;
use super::Plot;
use super::decisions::Motion;
use super::talk::Opening;
use hearth_protocol::kind::{People, Rule};

/// How many houses and days there must be for one to go.
const HOUSES: usize = 5;
const DAYS: u64 = 300;
/// How many days before the end it says so, and when its people have gone.
const WORD: u64 = 52;
const GONE: u64 = 30;

impl Plot {
    pub(super) fn foresee_parting(&mut self) {
        for day in [160, 330, 455] {
            if self.cares(Area::Growing) {
                let day = day + self.dice.below(25);
                self.on(day, Plot::talk_of_the_future);
            }
        }
        if let Some(house) = self.parting_house() {
            let days = self.calendar.days();
            self.on(days - WORD, move |plot| plot.say_farewell(house));
            self.on(days - GONE, move |plot| plot.part(house));
        }
    }

    /// The house that goes before the end, if one does.
    pub(super) fn parting_house(&self) -> Option<usize> {
        let goes = self.cast.houses >= HOUSES && self.calendar.days() >= DAYS && self.cast.silent.is_none();
        goes.then_some(self.cast.houses - 1)
    }

    /// Whether the people of a house have gone.
    pub(super) fn has_gone(&self, house: usize) -> bool {
        self.parting_house() == Some(house) && self.today() + GONE >= self.calendar.days()
    }

    fn talk_of_the_future(&mut self) {
        let leaders = self.leaders();
        let opener = self
            .anybody(|member| leaders.contains(&member))
            .or_else(|| self.anybody(|_| true));
        let Some(opener) = opener else { return };
        let opening = Opening {
            topic: "staff-support",
            text: "# Where do we want to be in three years?\n\nTwice as many houses, or the same and closer? Say what you would give for it.".to_owned(),
            purpose: Some("future"),
            circle: None,
            members: None,
        };
        let thread = self.open(opener, opening, 2);
        for _ in 0..self.dice.between(8, 22) {
            self.between(DAY / 4, 20 * DAY, move |plot| {
                plot.reply(thread, None, &[]);
            });
        }
        if self.cares(Area::Growing) {
            self.between(24 * DAY, 60 * DAY, move |plot| {
                plot.propose_future(opener, thread)
            });
        }
    }

    fn propose_future(&mut self, by: usize, thread: Earlier) {
        if !self.present[by] {
            return;
        }
        let motion = Motion {
            title: "One more house a year",
            text: "We ask one house each year, and give it a companion for the first six months.",
            rule: Rule::Members,
            quorum: 20,
            open: 9,
            adopts: None,
            about: vec![thread],
            liked: 86,
        };
        self.propose(by, motion, |_, _| {});
    }

    fn say_farewell(&mut self, house: usize) {
        let opening = Opening {
            topic: "staff-support",
            text: "# We have to go\n\nOur house becomes part of the county hospital, which has a network of its own. \
                   What we made here stays here. Thank you for the soup, the lists and the nights."
                .to_owned(),
            purpose: None,
            circle: None,
            members: None,
        };
        self.open(house, opening, 9);
    }

    /// Its people leave their circles and the community, the steward last.
    fn part(&mut self, house: usize) {
        let people: Vec<usize> = (0..self.present.len())
            .rev()
            .filter(|&member| self.present[member] && self.house(member) == house)
            .collect();
        for circle in 0..self.circles.len() {
            for &member in &people {
                self.leave_circle(circle, member);
            }
        }
        for member in people {
            if member == house {
                continue;
            }
            let deed = Deed::of(People::MemberLeft).about_person(member);
            self.tell(house, deed.changing(Change::Leaves(member)));
            self.present[member] = false;
        }
        self.between(DAY, 3 * DAY, move |plot| plot.leave(house));
    }
}
