//! Work that somebody is wanted for, whoever takes it on, and whoever says that it is done.

use super::super::deed::{Deed, topics};
use super::super::phrases::SUBJECTS;
use super::super::rhythm::{Calendar, DAY};
use super::super::temper::Area;
use super::Plot;
use hearth_protocol::kind::{Leadership, TaskOffered};

const TASKS: &[&str] = &[
    "# Book the hall for the spring gathering\n\nForty chairs, a kitchen, step-free.",
    "# Ring the three houses that never answered\n\nJust ask whether the letter arrived.",
    "# Print the fridge folders\n\nTwo hundred, the yellow card, by the end of the month.",
    "# Take the minutes on Thursday\n\nTen lines are enough.",
    "# Look over the list of interpreters\n\nWho has moved, who has stopped, who is new.",
    "# Drive the banner to the next house\n\nIt fits into a small car if the seats go down.",
    "# Find a date in March\n\nNot a Monday, not the second week.",
    "# Sort the photographs\n\nOnly those whose people have agreed.",
];

const DONE: &[&str] = &[
    "Done.",
    "Done; it took longer than I thought.",
    "Done, with help from the kitchen.",
];

impl Plot {
    pub(super) fn foresee_tasks(&mut self) {
        for day in 20..self.calendar.days() {
            if self.calendar.is_open(day) && self.dice.chance(48) {
                self.on(day, Plot::offer_task);
            }
        }
    }

    fn offer_task(&mut self) {
        let giver = match self.leader() {
            Some(leader) if self.dice.chance(60) => leader,
            Some(_) | None if self.cares(Area::Leading) || self.dice.chance(25) => {
                let Some(giver) = self.anybody(|_| true) else {
                    return;
                };
                giver
            }
            Some(_) | None => return,
        };
        let due = Calendar::day(self.today() + self.dice.between(10, 30)).end_of_day();
        let offered = TaskOffered {
            due: self.dice.chance(70).then_some(due),
            topics: topics(&[self.dice.pick(SUBJECTS).topic]),
        };
        let words = self.pick(TASKS);
        let task = self.tell(giver, Deed::of(Leadership::TaskOffered(offered)).saying(words));
        if !self.cares(Area::Leading) {
            return;
        }
        self.between(DAY / 4, 6 * DAY, move |plot| {
            let leaders = plot.leaders();
            let taker = plot.anybody(|member| member != giver && !leaders.contains(&member));
            let Some(taker) = taker else { return };
            let deed = Deed::of(Leadership::TaskAccepted).about(task);
            let taken = plot.tell(taker, deed.saying("I can do that."));
            if plot.dice.chance(12) {
                return;
            }
            plot.between(DAY, 18 * DAY, move |plot| {
                let words = plot.pick(DONE);
                let deed = Deed::of(Leadership::TaskDone).about(taken).saying(words);
                let Some(done) = plot.if_present(taker, deed) else {
                    return;
                };
                plot.between(DAY / 3, 7 * DAY, move |plot| {
                    let deed = Deed::of(Leadership::TaskConfirmed).about(done);
                    plot.if_present(giver, deed.saying("Seen, and thank you."));
                });
            });
        });
    }
}
