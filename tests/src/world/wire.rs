//! The network of a world: who reaches whom, and when, how often and whether what is sent arrives.

use std::collections::BTreeMap;

use hearth_protocol::id::Id;
use hearth_protocol::sync::{Answer, Failed, Question, Ticket};
use hearth_protocol::time::{Span, Timestamp};

use super::random::Random;

/// Two nodes, one way round.
type Link = (usize, usize);

/// What the network does to messages, in percent of them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// Never arrive.
    pub lost: usize,
    /// Arrive twice.
    pub doubled: usize,
}

/// Something that happens to a node.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Tick {
        node: usize,
    },
    Linked {
        node: usize,
        other: usize,
    },
    Asked {
        from: usize,
        to: usize,
        ticket: Ticket,
        question: Question,
    },
    Answered {
        to: usize,
        ticket: Ticket,
        answer: Result<Answer, Failed>,
    },
    Gossiped {
        from: usize,
        to: usize,
        organisation: Id,
        note: Vec<u8>,
    },
}

/// A message is only as good as the link it was sent on: when that breaks, it is gone.
#[derive(Debug, Clone)]
struct Sent {
    event: Event,
    link: Option<((usize, usize), u64)>,
}

#[derive(Debug, Default)]
pub(super) struct Wire {
    pub(super) weather: Weather,
    /// In order of time, then of sending.
    queue: BTreeMap<(Timestamp, u64), Sent>,
    sent: u64,
    parts: Vec<usize>,
    /// Pairs that reach each other, smaller number first, and which of their links it is.
    links: BTreeMap<(usize, usize), u64>,
}

impl Wire {
    /// The next thing to happen, if it does so by `until`.
    pub(super) fn next(&mut self, until: Timestamp) -> Option<(Timestamp, Event)> {
        loop {
            let due = self.queue.first_entry().filter(|due| due.key().0 <= until)?;
            let ((at, _), Sent { event, link }) = due.remove_entry();
            if link.is_none_or(|(pair, link)| self.links.get(&pair) == Some(&link)) {
                return Some((at, event));
            }
        }
    }

    pub(super) fn add(&mut self, node: usize, now: Timestamp) {
        self.parts.push(usize::MAX);
        self.tick(node, now);
    }

    pub(super) fn tick(&mut self, node: usize, now: Timestamp) {
        self.schedule(
            now.plus(Span::SECOND),
            Sent {
                event: Event::Tick { node },
                link: None,
            },
        );
    }

    pub(super) fn divide(&mut self, parts: &[usize]) {
        self.parts = parts.to_vec();
    }

    /// Breaks and makes links as the parts say. Gives the pairs broken, both ways round, and those made.
    pub(super) fn rewire(&mut self, now: Timestamp, random: &mut Random) -> (Vec<Link>, Vec<Link>) {
        let (mut broken, mut made) = (Vec::new(), Vec::new());
        for right in 0..self.parts.len() {
            for left in 0..right {
                let pair = (left, right);
                let reach = self.parts[left] == self.parts[right] && self.parts[left] != usize::MAX;
                if !reach && self.links.remove(&pair).is_some() {
                    broken.extend([(left, right), (right, left)]);
                } else if reach && !self.links.contains_key(&pair) {
                    self.sent += 1;
                    self.links.insert(pair, self.sent);
                    for (node, other) in [(left, right), (right, left)] {
                        let at = now.plus(Span::from_millis(1 + random.below(300) as u64));
                        let link = self.links.get(&pair).map(|link| (pair, *link));
                        self.schedule(
                            at,
                            Sent {
                                event: Event::Linked { node, other },
                                link,
                            },
                        );
                    }
                    made.push(pair);
                }
            }
        }
        (broken, made)
    }

    /// Breaks every link of a node; gives whom it reached.
    pub(super) fn cut_off(&mut self, node: usize) -> Vec<usize> {
        let reached = self.reached(node);
        self.links
            .retain(|(left, right), _| *left != node && *right != node);
        reached
    }

    pub(super) fn reached(&self, node: usize) -> Vec<usize> {
        let pairs = self
            .links
            .keys()
            .filter(|(left, right)| *left == node || *right == node);
        pairs
            .map(|(left, right)| if *left == node { *right } else { *left })
            .collect()
    }

    /// Sends, as far as the weather lets it. Half of the questions that are lost are noticed by the asker.
    pub(super) fn send(&mut self, now: Timestamp, random: &mut Random, from: usize, to: usize, event: Event) {
        let pair = (from.min(to), from.max(to));
        let Some(link) = self.links.get(&pair).copied() else {
            return;
        };
        let link = Some((pair, link));
        let copies = if random.happens(self.weather.doubled) {
            2
        } else {
            1
        };
        for _ in 0..copies {
            let at = now.plus(Span::from_millis(1 + random.below(200) as u64));
            if !random.happens(self.weather.lost) {
                self.schedule(
                    at,
                    Sent {
                        event: event.clone(),
                        link,
                    },
                );
            } else if let Event::Asked { from, ticket, .. } = &event
                && random.happens(50)
            {
                let (to, ticket, answer) = (*from, *ticket, Err(Failed::Unreachable));
                self.schedule(
                    at,
                    Sent {
                        event: Event::Answered { to, ticket, answer },
                        link,
                    },
                );
            }
        }
    }

    fn schedule(&mut self, at: Timestamp, sent: Sent) {
        self.sent += 1;
        self.queue.insert((at, self.sent), sent);
    }
}
