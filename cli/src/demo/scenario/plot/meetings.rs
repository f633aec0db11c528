//! Meetings: arranged, held, attended, judged by those who were there.

use super::super::Earlier;
use super::super::deed::{Deed, Known, persons, slug, topics};
use super::super::phrases::SUBJECTS;
use super::super::rhythm::{DAY, HOUR, MINUTE};
use super::super::temper::Area;
use super::Plot;
use hearth_protocol::kind::{MeetingAttended, MeetingEvaluated, MeetingHeld, MeetingScheduled, Meetings};
use hearth_protocol::time::Span;

const AGENDAS: &[(&str, &str)] = &[
    (
        "An hour about one case of organising",
        "One house tells how it did it, the others ask.",
    ),
    ("Open evening", "No agenda. Bring what kept you awake."),
    (
        "Looking at what we share",
        "Three things from the library, and whether they hold.",
    ),
    (
        "Lunch on the telephone",
        "Twenty minutes for whoever is alone on the road today.",
    ),
];

const NOTES: &[&str] = &[
    "Eleven of us; two things to try until next time.",
    "Mostly about the nights. The list goes to the library.",
    "Short and good. Next time we begin with the newcomers.",
];

const OPINIONS: &[&str] = &[
    "I took one thing home and used it the same day.",
    "Too many at once; in pairs it would have been better.",
    "Good to see faces.",
];

impl Plot {
    pub(super) fn foresee_meetings(&mut self) {
        for (first, every, mode) in [(12, 29, "online"), (33, 91, "in-person"), (47, 61, "phone")] {
            let mut day = first;
            while day < self.calendar.days() {
                self.on(day, move |plot| plot.arrange(mode));
                day += every;
            }
        }
    }

    fn arrange(&mut self, mode: &'static str) {
        if !(self.cares(Area::Talking) || self.dice.chance(35)) {
            return;
        }
        let Some(by) = self.convener() else { return };
        let notice = if mode == "phone" { 3 * DAY } else { 12 * DAY };
        let (title, agenda) = self.pick(AGENDAS);
        let wish = self.now.plus(Span::from_millis(notice));
        let at = self.calendar.at_or_after(wish, &mut self.dice);
        let scheduled = MeetingScheduled {
            at,
            mode: slug(mode),
            topics: topics(&[self.dice.pick(SUBJECTS).topic]),
            minutes: if mode == "in-person" { 240 } else { 60 },
            purpose: None,
        };
        let deed = Deed::of(Meetings::MeetingScheduled(scheduled)).saying(format!("# {title}\n\n{agenda}"));
        let meeting = self.tell(by, deed);
        if self.dice.chance(12) {
            self.between(2 * HOUR, 2 * DAY, move |plot| {
                let words = format!(
                    "{}\n\nThe room has changed: the garden house, not the hall.",
                    plot.said(meeting)
                );
                let corrected = hearth_protocol::kind::Interaction::ContentCorrected;
                plot.if_present(by, Deed::of(corrected).about(meeting).saying(words));
            });
        }
        let moment = at.plus(Span::from_millis(20 * MINUTE));
        let moment = self.calendar.at_or_after(moment, &mut self.dice);
        self.at(moment, move |plot| plot.meet_up(meeting, by, mode));
    }

    fn meet_up(&mut self, meeting: Earlier, by: usize, mode: &'static str) {
        let many = match mode {
            "in-person" => self.dice.between(9, 18),
            "online" => self.dice.between(7, 14),
            _ => self.dice.between(3, 7),
        };
        let there = self.people(many, |_| true);
        let note = self.pick(NOTES);
        let held = MeetingHeld {
            minutes: self.dice.chance(20).then_some(75),
        };
        let word = self.if_present(
            by,
            Deed::of(Meetings::MeetingHeld(held)).about(meeting).saying(note),
        );
        if word.is_none() {
            return;
        }
        let sheet = (mode == "in-person" && there.len() > 2).then(|| {
            let listed = there.clone();
            let deed = Deed::made(move |known: &dyn Known| {
                let persons = persons(known, &listed);
                Meetings::MeetingAttended(MeetingAttended { persons }).into()
            });
            self.tell(by, deed.about(meeting))
        });
        for member in there {
            if self.dice.chance(85) {
                self.between(10 * MINUTE, 3 * DAY, move |plot| {
                    plot.sign_in(member, meeting, sheet)
                });
            }
        }
    }

    fn sign_in(&mut self, member: usize, meeting: Earlier, sheet: Option<Earlier>) {
        let deed = Deed::of(Meetings::MeetingAttended(MeetingAttended::default()));
        let Some(there) = self.if_present(member, deed.about(meeting).about_all(sheet)) else {
            return;
        };
        let judges = (self.temper.care(Area::Making) + self.temper.care(Area::Learning)) / 3;
        if self.dice.chance(judges) {
            let scores =
                [("pace", 1), ("useful", 2)].map(|(code, least)| (slug(code), self.dice.between(least, 5)));
            let why = self.dice.chance(40).then(|| self.pick(OPINIONS));
            self.between(HOUR, 4 * DAY, move |plot| {
                let judged = MeetingEvaluated {
                    scores: scores.to_vec(),
                };
                let deed = Deed::of(Meetings::MeetingEvaluated(judged))
                    .about(meeting)
                    .about(there);
                plot.if_present(
                    member,
                    match why {
                        Some(why) => deed.saying(why),
                        None => deed,
                    },
                );
            });
        }
    }
}
