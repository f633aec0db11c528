//! Sub-groups: who opens one, who comes, and what is said there.

use super::super::Earlier;
use super::super::deed::{Deed, slug};
use super::super::phrases::{SUBJECTS, page};
use super::super::rhythm::{Calendar, DAY, HOUR};
use super::super::temper::Area;
use super::Plot;
use super::talk::Opening;
use hearth_protocol::kind::{CircleBasis, CircleKind, CircleMode, CircleOpened, CircleStructure, Circles};

/// A circle that is open.
pub(super) struct Circle {
    pub(super) id: Earlier,
    subject: usize,
    pub(super) members: Vec<usize>,
    is_open: bool,
}

const REMITS: &[&str] = &[
    "We meet when there is something to talk about, and otherwise we do not.",
    "Six evenings, then we look whether there should be six more.",
    "For whoever does this every day and has nobody next door who does.",
];

impl Plot {
    pub(super) fn foresee_circles(&mut self) {
        for (number, day) in [22, 85, 190, 330].into_iter().enumerate() {
            let day = day + self.dice.below(12);
            self.on(day, move |plot| plot.open_circle(number));
        }
    }

    fn open_circle(&mut self, number: usize) {
        let Some(opener) = self.somebody(|habit| habit.answers() + 1, |_| true) else {
            return;
        };
        let subject = (3 * number + self.dice.below(2) as usize) % SUBJECTS.len();
        let until = self.dice.chance(25).then(|| Calendar::day(self.today() + 200));
        let opened = CircleOpened {
            kind: if number.is_multiple_of(2) {
                CircleKind::Topic
            } else {
                CircleKind::SpecialInterest
            },
            mode: Some(self.pick(&[CircleMode::Online, CircleMode::Mixed, CircleMode::FaceToFace])),
            basis: Some(self.pick(&[CircleBasis::Knowledge, CircleBasis::Role])),
            other: None,
            topic: slug(SUBJECTS[subject].topic),
            until,
            structure: self.dice.chance(60).then_some(CircleStructure::NonHierarchical),
        };
        let name = SUBJECTS[subject].topic.replace('-', " ");
        let remit = self.pick(REMITS);
        let deed = Deed::of(Circles::CircleOpened(opened)).saying(format!("# Circle: {name}\n\n{remit}"));
        let id = self.tell(opener, deed);
        let circle = self.circles.len();
        self.circles.push(Circle {
            id,
            subject,
            members: vec![opener],
            is_open: true,
        });
        for _ in 0..self.dice.between(4, 9) {
            self.between(HOUR, 40 * DAY, move |plot| plot.join_circle(circle));
        }
        let ends = number == 1 || !self.cares(Area::Talking);
        if ends {
            self.between(150 * DAY, 260 * DAY, move |plot| plot.close_circle(circle));
        }
        self.between(3 * DAY, 12 * DAY, move |plot| plot.speak_in_circle(circle));
    }

    fn join_circle(&mut self, circle: usize) {
        let Circle { id, is_open, .. } = self.circles[circle];
        let members = self.circles[circle].members.clone();
        let Some(one) = self.anybody(|member| !members.contains(&member)) else {
            return;
        };
        if !is_open {
            return;
        }
        self.tell(one, Deed::of(Circles::CircleJoined).about(id));
        self.circles[circle].members.push(one);
        if self.dice.chance(15) {
            self.between(30 * DAY, 200 * DAY, move |plot| plot.leave_circle(circle, one));
        }
    }

    pub(super) fn leave_circle(&mut self, circle: usize, member: usize) {
        let Circle { id, is_open, .. } = self.circles[circle];
        if is_open && self.circles[circle].members.contains(&member) {
            self.if_present(member, Deed::of(Circles::CircleLeft).about(id));
            self.circles[circle].members.retain(|one| *one != member);
        }
    }

    fn close_circle(&mut self, circle: usize) {
        let id = self.circles[circle].id;
        let deed = Deed::of(Circles::CircleClosed).about(id);
        let closed = self.if_present(
            self.author(id),
            deed.saying("Six evenings were enough. The notes are in the library."),
        );
        self.circles[circle].is_open &= closed.is_none();
    }

    /// Every few weeks somebody has something to say there.
    fn speak_in_circle(&mut self, circle: usize) {
        let Circle {
            id, subject, is_open, ..
        } = self.circles[circle];
        if !is_open {
            return;
        }
        let members = self.circles[circle].members.clone();
        let speaker = self.anybody(|member| members.contains(&member));
        if let Some(speaker) = speaker {
            let about = &SUBJECTS[subject];
            if self.dice.chance(35) || about.threads.is_empty() {
                self.ask_about(speaker, subject, Some(id));
            } else {
                let opening = Opening {
                    topic: about.topic,
                    text: page(self.dice.pick(about.threads)),
                    purpose: None,
                    circle: Some(id),
                    members: Some(members),
                };
                let replies = self.dice.between(1, 4);
                self.open(speaker, opening, replies);
            }
        }
        let pause = if self.cares(Area::Talking) {
            24 * DAY
        } else {
            90 * DAY
        };
        self.between(pause / 3, pause, move |plot| plot.speak_in_circle(circle));
    }
}
