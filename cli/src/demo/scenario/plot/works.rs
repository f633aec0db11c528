//! Works that people of several houses make together: from the proposal to a version that all agree on.

use super::super::Earlier;
use super::super::deed::{Deed, Known, persons, slug};
use super::super::rhythm::{Calendar, DAY, HOUR};
use super::super::temper::Area;
use super::Plot;
use super::decisions::Motion;
use super::purpose::OUTPUTS;
use hearth_protocol::kind::{Evaluated, Finding, ResourceType, Rule, WorkProposed, WorkReleased, Works};
use std::rc::Rc;

/// Works nobody planned.
const UNPLANNED: &[(&str, ResourceType)] = &[
    ("Letter to employers, by five houses", ResourceType::Policy),
    ("Words for the first call", ResourceType::Guidance),
    ("A calendar of remembering", ResourceType::Other),
];

const EVALUATIONS: &[(Finding, &str)] = &[
    (
        Finding::Supported,
        "We worked with it for six weeks on two wards. It does what it says.",
    ),
    (
        Finding::Partly,
        "Good for wards, thin for home visits. The third part wants an example.",
    ),
    (Finding::Supported, "New staff used it without asking once."),
    (
        Finding::Unsupported,
        "In a house without a night nurse it cannot be followed.",
    ),
];

/// A work under way.
#[derive(Clone)]
struct Making {
    work: Earlier,
    title: String,
    sort: ResourceType,
    authors: Vec<usize>,
    version: u64,
}

impl Plot {
    pub(super) fn foresee_works(&mut self) {
        for (code, sort, due) in OUTPUTS {
            let day = 45 + due - 110 + self.dice.below(20);
            self.on(day, move |plot| {
                let title = code.replace('-', " ");
                let title = format!("{}{}", title[..1].to_uppercase(), &title[1..]);
                plot.begin_work(title, *sort, Some(code), 45 + due);
            });
        }
        for ((title, sort), day) in UNPLANNED.iter().zip([230, 310, 385]) {
            if self.cares(Area::Making) || self.dice.chance(30) {
                let day = day + self.dice.below(25);
                self.on(day, move |plot| {
                    plot.begin_work((*title).to_owned(), *sort, None, day + 120)
                });
            }
        }
    }

    fn begin_work(&mut self, title: String, sort: ResourceType, plan: Option<&'static str>, due: u64) {
        let Some(first) = self.somebody(|habit| habit.answers() + 1, |_| true) else {
            return;
        };
        let houses = self.homes();
        // Authors of two houses, sometimes three.
        let mut authors = vec![first];
        for _ in 0..self.dice.between(1, 2) {
            let taken: Vec<usize> = authors.iter().map(|&author| houses[author]).collect();
            let next = self.anybody(|member| {
                houses[member] != houses[first]
                    && (taken.len() > 1 || !taken.contains(&houses[member]))
                    && !authors.contains(&member)
            });
            authors.extend(next);
        }
        let named = authors.clone();
        let deed = Deed::made(move |known: &dyn Known| {
            let proposed = WorkProposed {
                due: Some(Calendar::day(due)),
                plan: plan.map(slug),
                sort,
                authors: persons(known, &named),
            };
            Works::WorkProposed(proposed).into()
        });
        let from = self.talk.threads.last().map(|thread| thread.id);
        let words = format!("# {title}\n\nWho signs is an author; who wants to read a draft says so below.");
        let work = self.tell(first, deed.about_all(from).saying(words));
        for &author in &authors {
            self.between(2 * HOUR, 12 * DAY, move |plot| {
                plot.if_present(author, Deed::of(Works::WorkJoined).about(work));
            });
        }
        self.between(DAY, 10 * DAY, move |plot| {
            plot.reply(work, None, &[]);
        });
        let making = Making {
            work,
            title,
            sort,
            authors,
            version: 1,
        };
        let days = if self.cares(Area::Making) {
            (40, 90)
        } else {
            (130, 260)
        };
        self.between(days.0 * DAY, days.1 * DAY, move |plot| plot.release(making));
    }

    fn release(&mut self, making: Making) {
        let Making {
            work,
            title,
            sort,
            authors,
            version,
        } = making.clone();
        let present: Vec<usize> = authors
            .iter()
            .copied()
            .filter(|&author| self.present[author])
            .collect();
        let Some(&author) = present.first() else { return };
        let licence = self.dice.chance(60).then(|| slug("cc-by"));
        let deed = Deed::made(move |known: &dyn Known| {
            let released = WorkReleased {
                file: known.file(),
                sort,
                licence: licence.clone(),
                version,
            };
            Works::WorkReleased(released).into()
        });
        let file = format!("{title}\n\nPart {version}.\nWhat to do first.\nWhom to ask.\nWhen to stop.\n");
        let words = format!("# {title}\n\nVersion {version}. Please use it, and say where it fails.");
        let from = self.material.resources.last().map(|resource| resource.newest);
        let deed = deed
            .about(work)
            .about_all(from.filter(|_| version == 1))
            .saying(words);
        let released = self.tell(author, deed.with_file(Some(file)));
        self.foresee_reading(released, &authors);
        if self.cares(Area::Making) {
            self.between(15 * DAY, 40 * DAY, move |plot| {
                plot.propose_agreement(author, released)
            });
        }
        if version == 1 && self.dice.chance(45) {
            let next = Making {
                version: version + 1,
                ..making
            };
            self.between(60 * DAY, 140 * DAY, move |plot| plot.release(next));
        }
    }

    /// People of other houses read it, vouch for it or do not, and say how it went.
    fn foresee_reading(&mut self, released: Earlier, authors: &[usize]) {
        let homes: Vec<usize> = authors.iter().map(|&author| self.house(author)).collect();
        let houses = self.homes();
        let readers = 1 + self.temper.care(Area::Making) / 20;
        for _ in 0..readers {
            if !self.cares(Area::Making) {
                continue;
            }
            let (homes, houses) = (homes.clone(), houses.clone());
            self.between(DAY, 28 * DAY, move |plot| {
                let Some(reader) = plot.anybody(|member| !homes.contains(&houses[member])) else {
                    return;
                };
                let (verdict, words) = if plot.dice.chance(90) {
                    (
                        hearth_protocol::kind::Learning::ResourceValidated,
                        super::super::phrases::RATIONALES,
                    )
                } else {
                    (
                        hearth_protocol::kind::Learning::ResourceDisputed,
                        super::super::phrases::DOUBTS,
                    )
                };
                let words = plot.pick(words);
                plot.tell(reader, Deed::of(verdict).about(released).saying(words));
            });
        }
        let authors = authors.to_vec();
        self.between(20 * DAY, 60 * DAY, move |plot| {
            let Some(reader) = plot.anybody(|member| !authors.contains(&member)) else {
                return;
            };
            let (result, words) = plot.pick(EVALUATIONS);
            let evaluated = Works::WorkEvaluated(Evaluated { result });
            plot.tell(reader, Deed::of(evaluated).about(released).saying(words));
        });
    }

    fn propose_agreement(&mut self, by: usize, released: Earlier) {
        if !self.present[by] {
            return;
        }
        let motion = Motion {
            title: "Agreeing on a work of ours",
            text: "It has been out for some weeks. If we agree, it stands as what this community recommends.",
            rule: Rule::Organisations,
            quorum: 40,
            open: 10,
            adopts: Some(Rc::new(|_: &dyn Known| Works::WorkAgreed.into())),
            about: vec![released],
            liked: 85,
        };
        self.propose(by, motion, |_, _| {});
    }
}
