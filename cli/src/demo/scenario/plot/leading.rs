//! Who leads, with how much time, and what members want of them; and how it ends when it becomes too much.

use super::super::Earlier;
use super::super::deed::{Deed, Known, slug, topics};
use super::super::phrases::SUBJECTS;
use super::super::rhythm::{Calendar, DAY, HOUR};
use super::super::temper::Area;
use super::Plot;
use super::decisions::Motion;
use hearth_protocol::kind::{
    Interaction, Leadership as Act, LeadershipAsked, Provider, RoleGranted, Rule, TimeConfirmed, TimePledged,
};
use hearth_protocol::time::Month;
use std::rc::Rc;

/// Who holds which role.
#[derive(Default)]
pub(super) struct Leading {
    roles: Vec<Held>,
}

/// A role somebody has taken.
#[derive(Clone, Copy)]
struct Held {
    role: &'static str,
    holder: usize,
    grant: Earlier,
    pledge: Option<Earlier>,
    /// The day after which the term is over.
    until: u64,
}

const LEADER: &str = "leader";

const REQUESTS: &[&str] = &[
    "# May we bring a guest?\n\nA nurse from the clinic would like to listen in for an evening.",
    "# Who pays for the room?\n\nOurs is free until May. After that I need a word from you.",
    "# Two people who do not get on\n\nNothing grave. Could one of you sit with them before the next circle?",
    "# A letter to our board\n\nThree lines on what this network is would help me get the hours for it.",
    "# A quieter place for hard questions\n\nCould there be an evening without minutes?",
    "# Time for the library\n\nSorting it takes me an hour a week. Is that wanted?",
];

const ANSWERS: &[&str] = &[
    "Yes, gladly. Put it on the calendar and tell the others.",
    "I have asked the host; they carry it until the summer. I will come back to you by then.",
    "Thank you for telling me. I ring both of them this week.",
    "The letter is on its way. Change what you like.",
    "Let us try it once in November and see.",
];

impl Plot {
    pub(super) fn foresee_leading(&mut self) {
        self.on(16, |plot| plot.propose_role(LEADER, Provider::Host, 30, 400));
        self.on(20, |plot| {
            plot.propose_role("secretary", Provider::Members, 34, 400)
        });
        self.on(55, |plot| {
            plot.propose_role("librarian", Provider::Members, 70, 435)
        });
        if self.temper.neglects(Area::Leading) {
            // It becomes too much, and nobody follows.
            let day = self.calendar.days().saturating_sub(150).max(300);
            self.on(day, |plot| {
                plot.give_up_all("I can no longer do this beside the ward. I am sorry.")
            });
        } else {
            let again = self.dice.between(370, 384);
            self.on(again, |plot| {
                plot.propose_role(LEADER, Provider::Members, 401, 765)
            });
            self.on(again + 4, |plot| {
                plot.propose_role("secretary", Provider::Members, 401, 765)
            });
            self.on(430, |plot| {
                plot.give_up("librarian", "A year is enough. The shelves are in order.")
            });
        }
        for day in 35..self.calendar.days() {
            if self.calendar.is_open(day) && self.dice.chance(24) {
                self.on(day, Plot::ask_leadership);
            }
        }
    }

    /// Who leads now.
    pub(super) fn leader(&self) -> Option<usize> {
        self.holder(LEADER)
    }

    fn holder(&self, role: &str) -> Option<usize> {
        let held = self.leading.roles.iter().rev().find(|held| held.role == role);
        held.filter(|held| self.holds(held)).map(|held| held.holder)
    }

    fn holds(&self, held: &Held) -> bool {
        self.present[held.holder] && self.today() < held.until
    }

    /// Whether somebody holds any role.
    pub(super) fn leads(&self, member: usize) -> bool {
        self.leading
            .roles
            .iter()
            .any(|held| held.holder == member && self.holds(held))
    }

    /// Everybody who holds a role.
    pub(super) fn leaders(&self) -> Vec<usize> {
        self.everybody()
            .into_iter()
            .filter(|&member| self.leads(member))
            .collect()
    }

    fn propose_role(&mut self, role: &'static str, provided_by: Provider, from: u64, until: u64) {
        let houses = self.cast.houses;
        let stays: Vec<bool> = self
            .cast
            .habits
            .iter()
            .map(|habits| habits.leaves.is_none())
            .collect();
        let parting = self.parting_house();
        let homes = self.homes();
        let before = self.holder(role);
        let holder = self.somebody(
            |habit| habit.answers() + 4,
            |member| {
                member >= houses && stays[member] && Some(homes[member]) != parting && Some(member) != before
            },
        );
        let Some(holder) = holder else { return };
        let Some(by) = self.convener() else { return };
        let adopts = Rc::new(move |known: &dyn Known| {
            let granted = RoleGranted {
                from: Calendar::day(from),
                role: slug(role),
                until: Calendar::day(until),
                holder: known.person(holder),
                provided_by,
            };
            Act::RoleGranted(granted).into()
        });
        let motion = Motion {
            title: match role {
                LEADER => "Who leads for the coming year",
                "secretary" => "Who keeps the minutes and the calendar",
                _ => "Who looks after the library",
            },
            text: "One name, one year, a few hours a month. Whoever is named has been asked and is willing.",
            rule: Rule::Members,
            quorum: 20,
            open: 9,
            adopts: Some(adopts),
            about: Vec::new(),
            liked: 90,
        };
        self.propose(by, motion, move |plot, adopted| {
            if let Some(grant) = adopted {
                plot.between(HOUR, 3 * DAY, move |plot| {
                    plot.take_role(role, holder, grant, until)
                });
            }
        });
    }

    fn take_role(&mut self, role: &'static str, holder: usize, grant: Earlier, until: u64) {
        let deed = Deed::of(Act::RoleAccepted).about(grant);
        if self
            .if_present(holder, deed.saying("I will, for a year."))
            .is_none()
        {
            return;
        }
        let place = self.leading.roles.len();
        self.leading.roles.push(Held {
            role,
            holder,
            grant,
            pledge: None,
            until,
        });
        let minutes = self.pick(&[240, 360, 480]);
        self.between(DAY, 6 * DAY, move |plot| plot.pledge(place, minutes));
    }

    fn pledge(&mut self, place: usize, minutes: u64) {
        let Held {
            holder, grant, until, ..
        } = self.leading.roles[place];
        let Some(month) = Month::of(self.now) else { return };
        let pledged = Act::TimePledged(TimePledged { month, minutes });
        let deed = Deed::of(pledged).about(grant);
        let pledge = self.if_present(holder, deed.saying("As agreed with my house."));
        self.leading.roles[place].pledge = pledge;
        // Every month somebody of the house that pays for it looks back.
        let mut month = month;
        while Calendar::day_of(month.ends()) < until.min(self.calendar.days()) {
            let day = Calendar::day_of(month.ends()) + 1 + self.dice.below(9);
            self.on(day, move |plot| plot.confirm(place, month, minutes));
            month = month.next();
        }
    }

    fn confirm(&mut self, place: usize, month: Month, planned: u64) {
        let held = self.leading.roles[place];
        let (Some(pledge), true) = (held.pledge, self.cares(Area::Leading)) else {
            return;
        };
        if Calendar::day_of(month.begins()) >= held.until {
            return;
        }
        let minutes = self.dice.between(planned * 6 / 10, planned * 12 / 10);
        let confirmed = Act::TimeConfirmed(TimeConfirmed { month, minutes });
        self.if_present(self.steward_of(held.holder), Deed::of(confirmed).about(pledge));
    }

    fn give_up_all(&mut self, why: &'static str) {
        for role in [LEADER, "secretary", "librarian"] {
            self.give_up(role, why);
        }
    }

    fn give_up(&mut self, role: &str, why: &'static str) {
        let today = self.today();
        let place = self
            .leading
            .roles
            .iter()
            .rposition(|held| held.role == role && held.until > today);
        let Some(place) = place else { return };
        let Held { holder, grant, .. } = self.leading.roles[place];
        if self
            .if_present(holder, Deed::of(Act::RoleEnded).about(grant).saying(why))
            .is_some()
        {
            self.leading.roles[place].until = today;
            self.tired[holder] = true;
        }
    }

    fn ask_leadership(&mut self) {
        let leaders = self.leaders();
        let asker = self.anybody(|member| !leaders.contains(&member));
        let Some(asker) = asker else { return };
        let topic = self.dice.pick(SUBJECTS).topic;
        let asked = Act::LeadershipAsked(LeadershipAsked {
            topics: topics(&[topic]),
        });
        let words = self.pick(REQUESTS);
        let request = self.tell(asker, Deed::of(asked).saying(words));
        if !self.cares(Area::Leading) && self.dice.chance(60) {
            return;
        }
        self.between(6 * HOUR, 5 * DAY, move |plot| {
            let leaders = plot.leaders();
            let answerer = plot.anybody(|member| leaders.contains(&member) && member != asker);
            if let Some(answerer) = answerer {
                let words = plot.pick(ANSWERS);
                plot.tell(
                    answerer,
                    Deed::of(Act::LeadershipAnswered).about(request).saying(words),
                );
            }
        });
    }

    /// Three days after a question nobody has answered, somebody who leads looks for one who can.
    pub(super) fn foresee_search(&mut self, query: usize) {
        self.between(76 * HOUR, 6 * DAY, move |plot| {
            let asked = &plot.talk.queries[query];
            let (id, waiting) = (asked.id, asked.answers.is_empty());
            let asker = plot.author(id);
            if !waiting || !plot.cares(Area::Leading) {
                return;
            }
            let leaders = plot.leaders();
            let Some(leader) = plot.anybody(|member| leaders.contains(&member) && member != asker) else {
                return;
            };
            plot.tell(leader, Deed::of(Interaction::QueryReferred).about(id));
            if plot.dice.chance(70) {
                plot.between(6 * HOUR, 9 * DAY, move |plot| {
                    plot.answer(query);
                });
            }
        });
    }
}
