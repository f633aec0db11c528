//! Answers collected for those who come later, what people learned, and who learns with whom.

use super::super::Earlier;
use super::super::deed::Deed;
use super::super::phrases::{SUBJECTS, page};
use super::super::rhythm::{DAY, HOUR};
use super::super::temper::Area;
use super::Plot;
use hearth_protocol::kind::{Learning, MentoringStarted, Mentorship};
use hearth_protocol::time::Span;

/// How long an answer has been accepted before somebody collects it.
const SETTLED: Span = Span::days(35);

const REFLECTIONS: &[&str] = &[
    "I had always begun with the form. This week I began with the chair by the window.",
    "What they do on the coast would not work here, and I now know why: we are alone at night.",
    "Asking was harder than doing it. Three people wrote that they had wondered too.",
    "I learned to leave the silence alone for longer than I like.",
    "We changed the order of two questions. That was all it took.",
];

const WELCOMES: &[&str] = &[
    "New with us since this week; knows more about kitchens than all of us together.",
    "You two should talk: same question, two ends of the county.",
    "Has done for years what you have just begun.",
];

const COMPANIONS: &[&str] = &[
    "About first visits.",
    "About leading a group.",
    "About nights, and getting through them.",
];

impl Plot {
    pub(super) fn foresee_learning(&mut self) {
        for day in 30..self.calendar.days() {
            if !self.calendar.is_open(day) {
                continue;
            }
            if self.dice.chance(17) {
                self.on(day, Plot::reflect);
            }
            if day > 60 && self.dice.chance(16) {
                self.on(day, Plot::collect);
            }
            if self.dice.chance(6) {
                self.on(day, Plot::accompany);
            }
        }
    }

    /// Newcomers are made known to others.
    pub(super) fn foresee_welcome(&mut self, newcomer: usize) {
        if !self.dice.chance(35) {
            return;
        }
        self.between(DAY, 20 * DAY, move |plot| {
            let Some(host) = plot.anybody(|member| member != newcomer) else {
                return;
            };
            let Some(other) = plot.anybody(|member| member != newcomer && member != host) else {
                return;
            };
            if plot.present[newcomer] {
                let deed = Deed::of(Learning::IntroductionMade)
                    .about_person(newcomer)
                    .about_person(other);
                let words = plot.pick(WELCOMES);
                plot.tell(host, deed.saying(words));
            }
        });
    }

    fn reflect(&mut self) {
        let Some(by) = self.anybody(|_| true) else { return };
        let words = self.pick(REFLECTIONS);
        let about = match self.dice.below(3) {
            0 => None,
            1 => self
                .talk
                .queries
                .last()
                .and_then(|query| query.answers.last().copied()),
            _ => self.material.resources.last().map(|resource| resource.newest),
        };
        let deed = Deed::of(Learning::ReflectionLogged)
            .about_all(about)
            .saying(words);
        let logged = self.tell(by, deed);
        if self.dice.chance(8) {
            self.between(HOUR, DAY, move |plot| {
                let words = format!("{}\n\nRead again, and still true.", plot.said(logged));
                let corrected = hearth_protocol::kind::Interaction::ContentCorrected;
                plot.if_present(by, Deed::of(corrected).about(logged).saying(words));
            });
        }
    }

    /// Somebody of experience collects the answers to a settled question.
    fn collect(&mut self) {
        if !self.cares(Area::Learning) {
            return;
        }
        let now = self.now;
        let heard = |query: &super::talk::Query| {
            query.accepted && !query.collected && query.answers.len() >= 2 && now.since(query.at) > SETTLED
        };
        let place = self.talk.queries.iter().rposition(heard);
        let experienced: Vec<bool> = self
            .cast
            .habits
            .iter()
            .map(super::super::cast::Habits::is_early)
            .collect();
        let collector = self.somebody(|habit| habit.answers() + 1, |member| experienced[member]);
        let (Some(place), Some(collector)) = (place, collector) else {
            return;
        };
        self.talk.queries[place].collected = true;
        let (query, subject) = (self.talk.queries[place].id, self.talk.queries[place].subject);
        let answers: Vec<Earlier> = self.talk.queries[place].answers.iter().copied().take(5).collect();
        let question = self.said(query);
        let question = question.lines().next().unwrap_or_default().to_owned();
        let text = format!("{question}\n\n{}", SUBJECTS[subject].answers.join("\n\n"));
        let deed = Deed::of(Learning::FaqPublished).about_all(answers.clone());
        let faq = self.tell(collector, deed.saying(text));
        if self.dice.chance(20) {
            self.between(10 * DAY, 60 * DAY, move |plot| {
                plot.pool_collected(collector, faq, subject)
            });
        }
        for answer in answers {
            let answerer = self.author(answer);
            if answerer != collector && self.cares(Area::Learning) {
                self.between(3 * HOUR, 20 * DAY, move |plot| {
                    let deed = Deed::of(Learning::FaqEndorsed).about(faq);
                    plot.if_present(answerer, deed.saying("That is what I meant."));
                });
            }
        }
    }

    /// A reply that leads on from what was collected.
    fn pool_collected(&mut self, collector: usize, faq: Earlier, subject: usize) {
        let text = page(&self.dice.pick(SUBJECTS[subject].resources).words);
        let deed = Deed::of(Learning::ReflectionLogged).about(faq);
        self.if_present(
            collector,
            deed.saying(format!("{text}\n\nThis is where the answers led me.")),
        );
    }

    /// Two people of different houses learn with each other, and both say so.
    fn accompany(&mut self) {
        let Some(mentor) = self.somebody(|habit| habit.answers(), |_| true) else {
            return;
        };
        let houses = self.homes();
        let mentee = self.anybody(|member| houses[member] != houses[mentor]);
        let Some(mentee) = mentee else { return };
        let words = self.pick(COMPANIONS);
        let part = |part| Deed::of(Learning::MentoringStarted(MentoringStarted { part }));
        self.tell(
            mentor,
            part(Mentorship::Mentor).about_person(mentee).saying(words),
        );
        self.between(DAY / 3, 5 * DAY, move |plot| {
            plot.if_present(mentee, part(Mentorship::Mentee).about_person(mentor));
        });
    }
}
