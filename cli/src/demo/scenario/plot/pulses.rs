//! Anonymous surveys: somebody opens one, every member's client asks for tokens, some answer.

use super::super::deed::{Deed, Known, slug};
use super::super::rhythm::Calendar;
use super::super::temper::Area;
use super::super::{Action, Earlier};
use super::Plot;
use hearth_protocol::kind::{Deadlines, Pulse, PulseOpened};

/// What is asked, and what part of their life it is about.
const ITEMS: &[(&str, Area)] = &[
    ("explain-its-value", Area::Purpose),
    ("confidence-in-leadership", Area::Leading),
    ("know-whom-to-ask", Area::Leading),
    ("matters-to-my-work", Area::Talking),
    ("learned-something", Area::Learning),
    ("safe-to-ask", Area::Talking),
    ("matches-my-experience", Area::Making),
    ("ambitious", Area::Growing),
];

/// Answers run from 1 to this.
const SCALE: u64 = 5;

impl Plot {
    pub(super) fn foresee_pulses(&mut self) {
        let days = self.calendar.days();
        // None runs into the holidays, when nobody is there to answer.
        for day in [130, 310, days.saturating_sub(85)] {
            if day > 60 && day + 40 < days {
                self.on(day, Plot::open_pulse);
            }
        }
    }

    fn open_pulse(&mut self) {
        let loud: Vec<usize> = (0..self.cast.houses)
            .filter(|&house| Some(house) != self.cast.silent && !self.has_gone(house))
            .collect();
        // Whoever opens it collects, and two others issue.
        let first = self.dice.below(loud.len() as u64) as usize;
        let at = |step: usize| {
            (0..self.cast.houses)
                .cycle()
                .skip(loud[first] + step)
                .find(|house| step == 0 || *house != loud[first])
        };
        let (Some(collector), Some(one)) = (at(0), at(1)) else {
            return;
        };
        let Some(other) = (0..self.cast.houses)
            .cycle()
            .skip(one + 1)
            .find(|house| *house != collector && *house != one)
        else {
            return;
        };
        let n = self.present.iter().filter(|present| **present).count() as u64;
        let today = self.today();
        let until = Deadlines {
            keys: Calendar::day(today + 7),
            answers: Calendar::day(today + 20),
            requests: Calendar::day(today + 12),
        };
        let deed = Deed::made(move |known: &dyn Known| {
            let opened = PulseOpened {
                n,
                items: ITEMS.iter().map(|(code, _)| slug(code)).collect(),
                scale: SCALE,
                until,
                issuers: (known.organisation(one), known.organisation(other)),
                collector: known.organisation(collector),
                electorate: known.cut(),
            };
            Pulse::PulseOpened(opened).into()
        });
        let deed = deed.saying("Eight sentences, one minute. Nobody learns who said what.");
        let pulse = self.tell(collector, deed.pinning());
        self.on(today + 1, move |plot| {
            let members = plot.everybody();
            plot.perform(Action::AskForTokens {
                pulse,
                members: members.clone(),
            });
            plot.on(today + 9, move |plot| plot.answer_pulse(pulse, &members));
        });
        self.on(today + 21, move |plot| plot.perform(Action::Close { pulse }));
    }

    fn answer_pulse(&mut self, pulse: Earlier, members: &[usize]) {
        let mut answers = Vec::new();
        for &member in members {
            if !self.present[member] || !self.dice.chance(55) {
                continue;
            }
            let choices = ITEMS.iter().map(|(_, area)| {
                if self.dice.chance(6) {
                    return 0;
                }
                let content = 25 + self.temper.care(*area) * 7 / 10;
                if self.dice.chance(content) {
                    self.dice.between(4, SCALE)
                } else {
                    self.dice.between(1, 3)
                }
            });
            let choices: Vec<u64> = choices.collect();
            answers.push((member, choices));
        }
        self.perform(Action::Answer { pulse, answers });
    }
}
