//! The course of events: a queue of intentions, each of which, when its moment comes, happens or not and leads to others.

use super::cast::Cast;
use super::dice::Dice;
use super::phrases::{self, SUBJECTS, Subject, Words};
use super::rhythm::{Calendar, DAY, HOUR, MINUTE};
use super::{Deed, Earlier, HOUSES, Happening};
use hearth_protocol::kind::ResourceType;
use hearth_protocol::time::{Span, Timestamp};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Tells the story of `seed`, in order of time.
pub(crate) fn tell(seed: u64, calendar: Calendar, cast: &Cast) -> Vec<Happening> {
    let mut plot = Plot {
        cast,
        dice: Dice::new(seed, 2),
        queue: BinaryHeap::new(),
        intentions: Vec::new(),
        present: vec![false; cast.members.len()],
        told: Vec::new(),
        now: Calendar::begins(),
    };
    plot.present[..HOUSES.len()].fill(true);
    plot.foresee_lives();
    for day in 1..calendar.days() {
        plot.foresee_day(day);
    }
    plot.run(calendar.ends())
}

/// What somebody means to do.
#[derive(Debug, Clone, Copy)]
enum Intention {
    Join(usize),
    Leave(usize),
    AddKey(usize),
    RevokeKey(usize),
    Ask,
    Answer {
        query: Earlier,
        subject: usize,
    },
    Accept {
        answer: Earlier,
        asker: usize,
    },
    Withdraw {
        query: Earlier,
    },
    Open,
    Reply {
        to: Earlier,
        more: u64,
    },
    React {
        to: Earlier,
    },
    Publish,
    Revise {
        first: Earlier,
        form: ResourceType,
        words: &'static Words,
    },
    Validate {
        version: Earlier,
    },
    Dispute {
        version: Earlier,
    },
}

struct Plot<'a> {
    cast: &'a Cast,
    dice: Dice,
    /// (moment, index into `intentions`): the index breaks ties by the order of intending.
    queue: BinaryHeap<Reverse<(Timestamp, usize)>>,
    intentions: Vec<Intention>,
    present: Vec<bool>,
    told: Vec<Happening>,
    now: Timestamp,
}

impl Plot<'_> {
    fn run(mut self, ends: Timestamp) -> Vec<Happening> {
        while let Some(Reverse((moment, index))) = self.queue.pop() {
            if moment >= ends {
                break;
            }
            self.now = moment.max(self.now);
            self.happen(self.intentions[index]);
        }
        self.told
    }

    fn foresee_lives(&mut self) {
        for (member, habits) in self.cast.habits.iter().enumerate() {
            let life = [
                (habits.joins, Intention::Join(member)),
                (habits.leaves, Intention::Leave(member)),
                (habits.changes_key, Intention::AddKey(member)),
            ];
            for (moment, intention) in life {
                if let Some(moment) = moment {
                    self.intend(moment, intention);
                }
            }
        }
    }

    fn foresee_day(&mut self, day: u64) {
        for (percent, intention) in [
            (80, Intention::Ask),
            (60, Intention::Ask),
            (22, Intention::Open),
            (20, Intention::Publish),
        ] {
            if self.dice.chance(percent) && self.dice.chance(Calendar::busyness(day)) {
                let moment = Calendar::moment(day, &mut self.dice);
                self.intend(moment, intention);
            }
        }
    }

    fn intend(&mut self, moment: Timestamp, intention: Intention) {
        self.queue.push(Reverse((moment, self.intentions.len())));
        self.intentions.push(intention);
    }

    /// Intends something for the first good moment after `delay` milliseconds.
    fn intend_in(&mut self, delay: u64, intention: Intention) {
        let wish = self.now.plus(Span::from_millis(delay.max(MINUTE)));
        let moment = Calendar::at_or_after(wish, &mut self.dice);
        self.intend(moment, intention);
    }

    fn happen(&mut self, intention: Intention) {
        match intention {
            Intention::Join(member) => self.join(member),
            Intention::Leave(member) => self.leave(member),
            Intention::AddKey(member) => self.add_key(member),
            Intention::RevokeKey(member) => {
                self.tell(self.steward_of(member), Deed::RevokeKey { of: member })
            }
            Intention::Ask => self.ask(),
            Intention::Answer { query, subject } => self.answer(query, subject),
            Intention::Accept { answer, asker } => self.if_present(asker, Deed::Accept { answer }),
            Intention::Withdraw { query } => {
                let reason = (*self.dice.pick(phrases::WITHDRAWALS)).to_owned();
                self.if_present(self.told[query].by, Deed::Withdraw { query, reason });
            }
            Intention::Open => self.open(),
            Intention::Reply { to, more } => self.reply(to, more),
            Intention::React { to } => self.react(to),
            Intention::Publish => self.publish(),
            Intention::Revise { first, form, words } => self.revise(first, form, words),
            Intention::Validate { version } => {
                let rationale = (*self.dice.pick(phrases::RATIONALES)).to_owned();
                self.judge(version, Deed::Validate { version, rationale });
            }
            Intention::Dispute { version } => {
                let rationale = (*self.dice.pick(phrases::DOUBTS)).to_owned();
                self.judge(version, Deed::Dispute { version, rationale });
            }
        }
    }

    fn tell(&mut self, by: usize, deed: Deed) {
        self.told.push(Happening {
            at: self.now,
            by,
            deed,
        });
    }

    fn if_present(&mut self, by: usize, deed: Deed) {
        if self.present[by] {
            self.tell(by, deed);
        }
    }

    /// The index the next happening will have.
    fn next(&self) -> Earlier {
        self.told.len()
    }

    fn join(&mut self, newcomer: usize) {
        let colleagues = self.weights(|_| 1, |member| self.house(member) == self.house(newcomer));
        let inviter = if self.dice.chance(50) {
            self.dice.weighted(&colleagues)
        } else {
            None
        };
        self.present[newcomer] = true;
        self.tell(self.steward_of(newcomer), Deed::Admit { newcomer, inviter });
    }

    fn leave(&mut self, member: usize) {
        if self.present[member] {
            self.tell(member, Deed::Leave);
            self.present[member] = false;
        }
    }

    fn add_key(&mut self, member: usize) {
        if self.present[member] {
            self.tell(member, Deed::AddKey);
            let delay = self.dice.between(DAY, 9 * DAY);
            self.intend_in(delay, Intention::RevokeKey(member));
        }
    }

    fn ask(&mut self) {
        let weights = self.weights(|member| self.cast.habits[member].asks, |_| true);
        let Some(asker) = self.dice.weighted(&weights) else {
            return;
        };
        let subject = self.dice.below(SUBJECTS.len() as u64) as usize;
        let pseudonymous = self.dice.chance(6);
        let query = self.next();
        let text = page(self.dice.pick(SUBJECTS[subject].questions));
        self.tell(
            asker,
            Deed::Ask {
                topic: SUBJECTS[subject].topic,
                pseudonymous,
                text,
            },
        );
        self.foresee_answers(query, subject);
        if self.dice.chance(6) {
            let delay = self.dice.between(HOUR, 12 * DAY);
            self.intend_in(delay, Intention::Withdraw { query });
        }
        if self.dice.chance(15) {
            let delay = self.dice.between(HOUR, 4 * DAY);
            self.intend_in(delay, Intention::Reply { to: query, more: 0 });
        }
    }

    /// One question in ten stays without an answer, one in six waits long; most are answered within two days.
    fn foresee_answers(&mut self, query: Earlier, subject: usize) {
        let fate = self.dice.below(100);
        let (answers, soonest, latest) = match fate {
            0..10 => return,
            10..26 => (1, 3 * DAY, 24 * DAY),
            _ => (self.dice.between(1, 4), 20 * MINUTE, 44 * HOUR),
        };
        for _ in 0..answers {
            let delay = self.dice.between(soonest, latest);
            self.intend_in(delay, Intention::Answer { query, subject });
        }
    }

    fn answer(&mut self, query: Earlier, subject: usize) {
        let asker = self.told[query].by;
        let to_oneself = self.dice.chance(3) && self.present[asker];
        let elsewhere = self.dice.chance(60);
        let weights = self.weights(
            |member| self.cast.habits[member].answers,
            |member| member != asker && (self.house(member) != self.house(asker)) == elsewhere,
        );
        let Some(answerer) = (if to_oneself {
            Some(asker)
        } else {
            self.dice.weighted(&weights)
        }) else {
            return;
        };
        let answer = self.next();
        let text = (*self.dice.pick(SUBJECTS[subject].answers)).to_owned();
        self.tell(answerer, Deed::Answer { query, text });
        if self.dice.chance(38) {
            let delay = self.dice.between(HOUR, 18 * DAY);
            self.intend_in(delay, Intention::Accept { answer, asker });
        }
        self.foresee_reactions(answer);
    }

    fn open(&mut self) {
        let weights = self.weights(
            |member| self.cast.habits[member].answers + self.cast.habits[member].asks,
            |_| true,
        );
        let Some(opener) = self.dice.weighted(&weights) else {
            return;
        };
        let told: Vec<&Subject> = SUBJECTS
            .iter()
            .filter(|subject| !subject.threads.is_empty())
            .collect();
        let subject = *self.dice.pick(&told);
        let text = page(self.dice.pick(subject.threads));
        let thread = self.next();
        self.tell(
            opener,
            Deed::Open {
                topic: subject.topic,
                text,
            },
        );
        let more = self.dice.between(0, 6);
        self.foresee_replies(thread, more);
    }

    fn foresee_replies(&mut self, to: Earlier, more: u64) {
        if more > 0 {
            let delay = self.dice.between(30 * MINUTE, 3 * DAY);
            self.intend_in(delay, Intention::Reply { to, more: more - 1 });
        }
    }

    fn reply(&mut self, to: Earlier, more: u64) {
        let last = self.told[to].by;
        let weights = self.weights(
            |member| self.cast.habits[member].answers + 1,
            |member| member != last,
        );
        let Some(replier) = self.dice.weighted(&weights) else {
            return;
        };
        let reply = self.next();
        let text = (*self.dice.pick(phrases::REPLIES)).to_owned();
        self.tell(replier, Deed::Reply { to, text });
        let parent = if self.dice.chance(60) { reply } else { to };
        self.foresee_replies(parent, more);
        self.foresee_reactions(reply);
    }

    fn foresee_reactions(&mut self, to: Earlier) {
        for _ in 0..self.dice.below(3) {
            let delay = self.dice.between(5 * MINUTE, 2 * DAY);
            self.intend_in(delay, Intention::React { to });
        }
    }

    fn react(&mut self, to: Earlier) {
        let author = self.told[to].by;
        let weights = self.weights(|_| 1, |member| member != author);
        let Some(reader) = self.dice.weighted(&weights) else {
            return;
        };
        let reaction = *self.dice.pick(phrases::REACTIONS);
        self.tell(reader, Deed::React { to, reaction });
    }

    fn publish(&mut self) {
        let weights = self.weights(|member| self.cast.habits[member].answers, |_| true);
        let Some(author) = self.dice.weighted(&weights) else {
            return;
        };
        let subject = self.dice.pick(SUBJECTS);
        let material = self.dice.pick(subject.resources);
        let file = self
            .dice
            .chance(40)
            .then(|| format!("{}\n\n{}\n", material.words.title, subject.answers.join("\n")));
        let first = self.next();
        self.tell(
            author,
            Deed::Publish {
                form: material.form,
                text: page(&material.words),
                file,
                replaces: None,
            },
        );
        self.foresee_verdicts(first);
        if self.dice.chance(30) {
            let delay = self.dice.between(8 * DAY, 40 * DAY);
            self.intend_in(
                delay,
                Intention::Revise {
                    first,
                    form: material.form,
                    words: &material.words,
                },
            );
        }
    }

    fn revise(&mut self, first: Earlier, form: ResourceType, words: &'static Words) {
        let author = self.told[first].by;
        if !self.present[author] {
            return;
        }
        let version = self.next();
        let text = format!("{}\n\n{}", page(words), self.dice.pick(phrases::REVISIONS));
        self.tell(
            author,
            Deed::Publish {
                form,
                text,
                file: None,
                replaces: Some(first),
            },
        );
        self.foresee_verdicts(version);
    }

    fn foresee_verdicts(&mut self, version: Earlier) {
        for _ in 0..self.dice.below(5) {
            let delay = self.dice.between(2 * HOUR, 35 * DAY);
            let intention = if self.dice.chance(85) {
                Intention::Validate { version }
            } else {
                Intention::Dispute { version }
            };
            self.intend_in(delay, intention);
        }
    }

    /// Mostly somebody of another house judges, now and then a colleague.
    fn judge(&mut self, version: Earlier, verdict: Deed) {
        let author = self.told[version].by;
        let elsewhere = self.dice.chance(80);
        let weights = self.weights(
            |member| self.cast.habits[member].answers + 1,
            |member| member != author && (self.house(member) != self.house(author)) == elsewhere,
        );
        if let Some(judge) = self.dice.weighted(&weights) {
            self.tell(judge, verdict);
        }
    }

    fn house(&self, member: usize) -> usize {
        self.cast.members[member].house
    }

    fn steward_of(&self, member: usize) -> usize {
        self.house(member)
    }

    /// Each member's weight where they are there and fit, else nothing.
    fn weights(&self, weight: impl Fn(usize) -> u64, fits: impl Fn(usize) -> bool) -> Vec<u64> {
        (0..self.present.len())
            .map(|member| {
                if self.present[member] && self.cast.habits[member].speaks && fits(member) {
                    weight(member)
                } else {
                    0
                }
            })
            .collect()
    }
}

/// Words as a page of Markdown.
fn page(words: &Words) -> String {
    format!("# {}\n\n{}", words.title, words.text)
}
