//! Questions, answers, discussions and reactions.

use super::super::Earlier;
use super::super::deed::{Deed, slug, topics};
use super::super::phrases::{self, SUBJECTS, Subject, page};
use super::super::rhythm::{DAY, HOUR, MINUTE};
use super::super::temper::Area;
use super::Plot;
use hearth_protocol::kind::{Interaction, QueryAsked, ReactionGiven, ThreadOpened};
use hearth_protocol::time::Timestamp;

/// What people remember of what was said.
#[derive(Default)]
pub(super) struct Talk {
    pub(super) queries: Vec<Query>,
    pub(super) threads: Vec<Thread>,
}

/// A question and what became of it.
pub(super) struct Query {
    pub(super) id: Earlier,
    pub(super) subject: usize,
    pub(super) at: Timestamp,
    pub(super) answers: Vec<Earlier>,
    pub(super) accepted: bool,
    /// Somebody collected its answers.
    pub(super) collected: bool,
}

/// A discussion.
pub(super) struct Thread {
    pub(super) id: Earlier,
    pub(super) circle: Option<Earlier>,
    pub(super) replies: Vec<Earlier>,
    /// Who is not to be heard in it is left out: those of a circle speak in it.
    members: Option<Vec<usize>>,
}

/// The title and text of a discussion.
pub(super) struct Opening {
    pub(super) topic: &'static str,
    pub(super) text: String,
    pub(super) purpose: Option<&'static str>,
    pub(super) circle: Option<Earlier>,
    pub(super) members: Option<Vec<usize>>,
}

impl Plot {
    pub(super) fn foresee_talk(&mut self) {
        for day in 1..self.calendar.days() {
            if !self.calendar.is_open(day) {
                continue;
            }
            for percent in [70, 50, 30] {
                if self.dice.chance(percent) {
                    self.on(day, Plot::ask);
                }
            }
            if self.dice.chance(28) {
                self.on(day, Plot::open_any);
            }
        }
    }

    fn ask(&mut self) {
        if let Some(asker) = self.somebody(|habit| habit.asks(), |_| true) {
            let subject = self.dice.below(SUBJECTS.len() as u64) as usize;
            self.ask_about(asker, subject, None);
        }
    }

    pub(super) fn ask_about(&mut self, asker: usize, subject: usize, circle: Option<Earlier>) {
        let pseudonymous = self.dice.chance(6);
        let text = page(self.dice.pick(SUBJECTS[subject].questions));
        let asked = QueryAsked {
            topics: topics(&[SUBJECTS[subject].topic]),
            pseudonymous,
        };
        let id = self.tell(
            asker,
            Deed::of(Interaction::QueryAsked(asked))
                .within(circle)
                .saying(text),
        );
        let query = self.talk.queries.len();
        self.talk.queries.push(Query {
            id,
            subject,
            at: self.now,
            answers: Vec::new(),
            accepted: false,
            collected: false,
        });
        self.foresee_answers(query);
        self.foresee_search(query);
        if self.dice.chance(4) {
            self.between(2 * HOUR, 9 * DAY, move |plot| {
                let reason = plot.pick(phrases::WITHDRAWALS);
                plot.if_present(
                    asker,
                    Deed::of(Interaction::QueryWithdrawn).about(id).saying(reason),
                );
            });
        }
        if self.dice.chance(6) {
            self.between(HOUR, DAY, move |plot| {
                let words = format!(
                    "{text_now}\n\n{added}",
                    text_now = plot.said(id),
                    added = plot.pick(phrases::AFTERTHOUGHTS)
                );
                plot.if_present(
                    asker,
                    Deed::of(Interaction::ContentCorrected).about(id).saying(words),
                );
            });
        }
    }

    /// The words of an earlier happening.
    pub(super) fn said(&self, happening: Earlier) -> String {
        match &self.told[happening].deed.words {
            Some(super::super::Words::Said(text)) => text.clone(),
            Some(super::super::Words::Salt(_)) | None => String::new(),
        }
    }

    fn foresee_answers(&mut self, query: usize) {
        let care = self.temper.care(Area::Talking);
        let (answers, soonest, latest) = if self.dice.chance(care) {
            (self.dice.between(1, 4), 2 * HOUR, 50 * HOUR)
        } else if self.dice.chance(50) {
            (1, 3 * DAY, 24 * DAY)
        } else {
            return;
        };
        for _ in 0..answers {
            self.between(soonest, latest, move |plot| {
                plot.answer(query);
            });
        }
    }

    pub(super) fn answer(&mut self, query: usize) -> Option<Earlier> {
        let (id, subject) = (self.talk.queries[query].id, self.talk.queries[query].subject);
        let asker = self.author(id);
        let house = self.house(asker);
        let elsewhere = self.dice.chance(65);
        let houses = self.homes();
        let answerer = if self.dice.chance(3) && self.present[asker] {
            asker
        } else {
            self.somebody(
                |habit| habit.answers(),
                |member| member != asker && (houses[member] == house) != elsewhere,
            )?
        };
        let text = *self.dice.pick(SUBJECTS[subject].answers);
        let answer = self.tell(
            answerer,
            Deed::of(Interaction::QueryAnswered).about(id).saying(text),
        );
        self.talk.queries[query].answers.push(answer);
        if self.dice.chance(50) {
            self.between(2 * HOUR, 16 * DAY, move |plot| plot.accept(query, answer));
        }
        self.foresee_reactions(answer);
        if self.dice.chance(12) {
            self.between(HOUR, 4 * DAY, move |plot| {
                plot.reply(answer, None, &[]);
            });
        }
        Some(answer)
    }

    fn accept(&mut self, query: usize, answer: Earlier) {
        let asker = self.author(self.talk.queries[query].id);
        let done = self.if_present(asker, Deed::of(Interaction::QueryAccepted).about(answer));
        self.talk.queries[query].accepted |= done.is_some() && self.author(answer) != asker;
    }

    fn open_any(&mut self) {
        let opener = self.somebody(|habit| habit.answers() + habit.asks(), |_| true);
        let Some(opener) = opener else { return };
        let told: Vec<&Subject> = SUBJECTS
            .iter()
            .filter(|subject| !subject.threads.is_empty())
            .collect();
        let subject = *self.dice.pick(&told);
        let opening = Opening {
            topic: subject.topic,
            text: page(self.dice.pick(subject.threads)),
            purpose: None,
            circle: None,
            members: None,
        };
        let replies = self.dice.between(0, 5);
        self.open(opener, opening, replies);
    }

    /// Opens a discussion in which so many replies follow.
    pub(super) fn open(&mut self, opener: usize, opening: Opening, replies: u64) -> Earlier {
        let Opening {
            topic,
            text,
            purpose,
            circle,
            members,
        } = opening;
        let opened = ThreadOpened {
            topics: topics(&[topic]),
            purpose: purpose.map(slug),
        };
        let id = self.tell(
            opener,
            Deed::of(Interaction::ThreadOpened(opened))
                .within(circle)
                .saying(text),
        );
        let thread = self.talk.threads.len();
        self.talk.threads.push(Thread {
            id,
            circle,
            replies: Vec::new(),
            members,
        });
        self.foresee_replies(thread, id, replies);
        self.foresee_reactions(id);
        if self.dice.chance(5) {
            self.between(HOUR, DAY, move |plot| {
                let words = format!("{}\n\n{}", plot.said(id), plot.pick(phrases::AFTERTHOUGHTS));
                plot.if_present(
                    opener,
                    Deed::of(Interaction::ContentCorrected).about(id).saying(words),
                );
            });
        }
        id
    }

    fn foresee_replies(&mut self, thread: usize, to: Earlier, more: u64) {
        if more > 0 {
            self.between(3 * HOUR, 3 * DAY, move |plot| {
                let circle = plot.talk.threads[thread].circle;
                let heard = plot.talk.threads[thread].members.clone().unwrap_or_default();
                let Some(reply) = plot.reply(to, circle, &heard) else {
                    return;
                };
                plot.talk.threads[thread].replies.push(reply);
                let parent = if plot.dice.chance(60) { reply } else { to };
                plot.foresee_replies(thread, parent, more - 1);
            });
        }
    }

    /// Somebody replies; one of those named, where any are.
    pub(super) fn reply(&mut self, to: Earlier, circle: Option<Earlier>, heard: &[usize]) -> Option<Earlier> {
        let last = self.author(to);
        let fits = |member: usize| member != last && (heard.is_empty() || heard.contains(&member));
        let replier = self.somebody(|habit| habit.answers() + 1, fits)?;
        let text = self.pick(phrases::REPLIES);
        let reply = self.tell(
            replier,
            Deed::of(Interaction::ThreadReplied)
                .about(to)
                .within(circle)
                .saying(text),
        );
        self.foresee_reactions(reply);
        Some(reply)
    }

    pub(super) fn foresee_reactions(&mut self, to: Earlier) {
        for _ in 0..self.dice.below(5).saturating_sub(2) {
            self.between(5 * MINUTE, 2 * DAY, move |plot| {
                let author = plot.author(to);
                let Some(reader) = plot.anybody(|member| member != author) else {
                    return;
                };
                let reaction = slug(plot.pick(phrases::REACTIONS));
                let given = ReactionGiven { reaction };
                plot.tell(reader, Deed::of(Interaction::ReactionGiven(given)).about(to));
            });
        }
    }
}
