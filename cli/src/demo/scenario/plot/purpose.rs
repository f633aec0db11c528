//! What the community is for and how it goes about it: terms, arrangements, plans with their milestones, targets, and by
//! which parameters it wants its figures counted.

use super::super::Earlier;
use super::super::deed::{Deed, Known, slug};
use super::super::phrases::SUBJECTS;
use super::super::rhythm::{Calendar, DAY};
use super::super::temper::Area;
use super::Plot;
use super::decisions::Motion;
use hearth_protocol::kind::{
    ArrangementsAdopted, Milestone, MilestoneMet, Plan, PlannedOutput, Purpose as Act, ResourceType, Rule,
    TargetSet, TermsAcknowledged, TermsAdopted,
};
use serde_json::json;
use std::rc::Rc;

/// What is in force, as people see it.
#[derive(Default)]
pub(super) struct Purpose {
    terms: Option<(Earlier, u64)>,
    plan: Option<Earlier>,
    /// Milestones that were said to be met.
    met: Vec<&'static str>,
}

/// What the terms name as objectives, ascending.
pub(super) const OBJECTIVES: &[&str] = &["answer-each-other", "better-practice", "shared-material"];

/// What the plan means to bring out: code, sort, and on which day of the plan.
pub(super) const OUTPUTS: &[(&str, ResourceType, u64)] = &[
    ("bereavement-pathway", ResourceType::Guidance, 150),
    ("handover-sheet", ResourceType::Tool, 220),
    ("volunteer-course", ResourceType::Education, 300),
];

/// Milestones of the first plan, ascending: code, and on which day of the plan.
const FIRST: &[(&str, u64)] = &[
    ("all-houses-met", 40),
    ("exchange-week", 300),
    ("first-course", 200),
    ("first-forty-members", 80),
    ("shared-library", 130),
    ("yearly-gathering", 340),
];

/// Milestones of the second plan, by the day of the story they are due.
const SECOND: &[(&str, u64)] = &[
    ("evening-line", 475),
    ("mentors-for-all", 450),
    ("new-houses", 500),
    ("second-gathering", 520),
    ("training-pool", 430),
];

const MET: &[&str] = &[
    "Done, with a week to spare.",
    "Done. Two houses carried it; thank them.",
    "Done, though smaller than we drew it.",
    "Done: the list is in the library.",
];

impl Plot {
    pub(super) fn foresee_purpose(&mut self) {
        self.on(6, |plot| plot.propose_terms(1, 330));
        self.on(24, Plot::propose_arrangements);
        self.on(31, |plot| {
            plot.propose_plan(plan(45, 410, FIRST, 45, 1), "A plan for our first year", false)
        });
        self.on(100, Plot::propose_parameters);
        // Targets are registered before their time begins, or too late.
        let late = |plot: &mut Plot| if plot.cares(Area::Growing) { 0 } else { 30 };
        let (first, second) = (late(self), late(self));
        self.on(72 + first, |plot| plot.propose_target(95, 275, 0, 14));
        self.on(272 + second, |plot| plot.propose_target(300, 480, -3, 12));
        self.on(238, Plot::propose_new_dates);
        // A year on, all of it should be looked at again.
        if self.cares(Area::Purpose) {
            self.on(322, |plot| plot.propose_terms(2, 700));
        } else {
            let day = self.dice.between(497, 511);
            self.on(day, |plot| plot.propose_terms(2, 900));
        }
        if self.cares(Area::Governing) {
            self.on(380, Plot::propose_arrangements);
        }
        if self.cares(Area::Purpose) {
            self.on(392, |plot| {
                plot.propose_plan(plan(412, 760, SECOND, 0, 2), "A plan for the second year", false)
            });
        }
    }

    /// Somebody who takes such things on: who leads, or whoever is at hand.
    pub(super) fn convener(&mut self) -> Option<usize> {
        let leader = self.leader();
        match leader {
            Some(leader) => Some(leader),
            None => self.somebody(|habit| habit.answers() + 1, |_| true),
        }
    }

    fn propose_terms(&mut self, version: u64, review: u64) {
        let Some(by) = self.convener() else { return };
        let (term, dated) = (self.cares(Area::Purpose), self.cares(Area::Purpose));
        let review = (dated || version > 1).then(|| Calendar::day(review));
        let adopts = Rc::new(move |_: &dyn Known| {
            let terms = TermsAdopted {
                term: term || version > 1,
                review,
                purpose: true,
                version,
                measurable: true,
                membership: true,
                objectives: OBJECTIVES.iter().map(|code| slug(code)).collect(),
            };
            Act::TermsAdopted(terms).into()
        });
        let motion = Motion {
            title: "Terms of reference",
            text: "We learn from each other how to care better, and bring what works into every house.\n\n\
                   Objectives: every question has an answer within days; each year three things made together; \
                   two houses a year that can show a change. Open to whoever works or helps in a hospice of the region.",
            rule: Rule::Members,
            quorum: 25,
            open: 11,
            adopts: Some(adopts),
            about: Vec::new(),
            liked: 88,
        };
        self.propose(by, motion, move |plot, adopted| {
            let Some(terms) = adopted else { return };
            plot.purpose.terms = Some((terms, version));
            for member in plot.everybody() {
                plot.foresee_reading_of_terms(member);
            }
        });
    }

    /// Members read the terms in force, sooner or later or never.
    pub(super) fn foresee_reading_of_terms(&mut self, member: usize) {
        let Some((terms, version)) = self.purpose.terms else {
            return;
        };
        if self.cares(Area::Purpose) {
            self.between(DAY, 55 * DAY, move |plot| {
                let read = Act::TermsAcknowledged(TermsAcknowledged { version });
                plot.if_present(member, Deed::of(read).about(terms));
            });
        }
    }

    fn propose_arrangements(&mut self) {
        let Some(by) = self.convener() else { return };
        let review = Calendar::day(self.today() + 370);
        let model = self.pick(&["core-group", "rotating", "host-and-circle"]);
        let adopts = Rc::new(move |_: &dyn Known| {
            let arranged = ArrangementsAdopted {
                level: slug("community"),
                model: slug(model),
                review,
            };
            Act::ArrangementsAdopted(arranged).into()
        });
        let motion = Motion {
            title: "How we are run",
            text: "A small group prepares, all members decide. One house keeps the calendar, another one each year.",
            rule: Rule::Organisations,
            quorum: 50,
            open: 12,
            adopts: Some(adopts),
            about: Vec::new(),
            liked: 85,
        };
        self.propose(by, motion, |_, _| {});
    }

    fn propose_plan(&mut self, plan: Plan, title: &'static str, again: bool) {
        let Some(by) = self.convener() else { return };
        let milestones: Vec<(&'static str, u64)> = FIRST
            .iter()
            .chain(SECOND)
            .filter_map(|(code, _)| {
                let milestone = plan
                    .milestones
                    .iter()
                    .find(|milestone| milestone.slug.as_str() == *code)?;
                Some((*code, Calendar::day_of(milestone.due)))
            })
            .collect();
        let adopts = Rc::new(move |_: &dyn Known| {
            if again {
                Act::PlanRebaselined(plan.clone()).into()
            } else {
                Act::PlanAdopted(plan.clone()).into()
            }
        });
        let motion = Motion {
            title,
            text: "What we mean to reach, and by when. Who has taken what on stands in the list of tasks.",
            rule: Rule::Members,
            quorum: 25,
            open: 9,
            adopts: Some(adopts),
            about: Vec::new(),
            liked: 86,
        };
        self.propose(by, motion, move |plot, adopted| {
            let Some(adopted) = adopted else { return };
            plot.purpose.plan = Some(adopted);
            for (code, due) in milestones {
                let days = if plot.cares(Area::Purpose) {
                    plot.dice.between(0, 26)
                } else {
                    plot.dice.between(70, 200)
                };
                let day = (due + days).saturating_sub(12).max(plot.today() + 1);
                plot.on(day, move |plot| plot.meet(code));
            }
        });
    }

    fn meet(&mut self, milestone: &'static str) {
        let (Some(plan), Some(by)) = (self.purpose.plan, self.convener()) else {
            return;
        };
        if self.purpose.met.contains(&milestone) {
            return;
        }
        self.purpose.met.push(milestone);
        let met = Act::MilestoneMet(MilestoneMet {
            milestone: slug(milestone),
        });
        let words = self.pick(MET);
        self.tell(by, Deed::of(met).about(plan).saying(words));
    }

    /// Half a year in, what is still to come moves back a few weeks.
    fn propose_new_dates(&mut self) {
        if self.purpose.plan.is_some() {
            let mut plan = plan(45, 410, FIRST, 45, 2);
            let today = Calendar::day(self.today() + 15);
            for milestone in plan
                .milestones
                .iter_mut()
                .filter(|milestone| milestone.due > today)
            {
                milestone.due = Calendar::day(Calendar::day_of(milestone.due) + 28);
            }
            self.propose_plan(plan, "New dates for the second half of the plan", true);
        }
    }

    fn propose_target(&mut self, from: u64, until: u64, low: i64, high: i64) {
        let Some(by) = self.convener() else { return };
        let adopts = Rc::new(move |_: &dyn Known| {
            let target = TargetSet {
                low,
                from: Calendar::day(from),
                high,
                until: Calendar::day(until),
                objective: slug("membership"),
            };
            Act::TargetSet(target).into()
        });
        let motion = Motion {
            title: "How much we mean to grow",
            text: "Slowly. We want to know each other's names. The band is what we can welcome well.",
            rule: Rule::Members,
            quorum: 15,
            open: 9,
            adopts: Some(adopts),
            about: Vec::new(),
            liked: 84,
        };
        self.propose(by, motion, |_, _| {});
    }

    /// Which topics are those of the community.
    fn propose_parameters(&mut self) {
        let Some(by) = self.convener() else { return };
        let codes: Vec<&str> = SUBJECTS.iter().map(|subject| subject.topic).take(8).collect();
        let mut codes = json!(codes);
        if let Some(codes) = codes.as_array_mut() {
            codes.sort_by_key(ToString::to_string);
        }
        let adopts = Rc::new(move |known: &dyn Known| known.parameters("/v1/topics", codes.clone()));
        let motion = Motion {
            title: "Topics that count as ours",
            text: "Eight topics, so that whoever follows one of them is seen as sharing our concern.",
            rule: Rule::Consent,
            quorum: 10,
            open: 8,
            adopts: Some(adopts),
            about: Vec::new(),
            liked: 100,
        };
        self.propose(by, motion, |_, _| {});
    }
}

/// A plan from one day to another with these milestones, counted from `base`.
fn plan(from: u64, until: u64, milestones: &[(&str, u64)], base: u64, version: u64) -> Plan {
    let outputs = OUTPUTS.iter().map(|(code, sort, day)| PlannedOutput {
        slug: slug(code),
        sort: *sort,
        due: Calendar::day(45 + day + if version > 1 { 28 } else { 0 }),
    });
    let milestones = milestones.iter().map(|(code, day)| Milestone {
        slug: slug(code),
        due: Calendar::day(base + day),
    });
    Plan {
        from: Calendar::day(from),
        until: Calendar::day(until),
        outputs: outputs.collect(),
        version,
        milestones: milestones.collect(),
    }
}
