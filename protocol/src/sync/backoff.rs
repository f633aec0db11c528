//! When to try again: exponential, capped, spread by a jitter that depends on nothing but a seed.

use crate::time::{Span, Timestamp};

/// Wait after the first failure; each further one doubles it.
const FIRST: Span = Span::SECOND;
/// Longest wait after a failure that may be nobody's fault.
const LONGEST: Span = Span::from_millis(5 * 60 * 1000);
/// Wait after the first answer that was wrong, and the longest after many.
const FIRST_WRONG: Span = Span::MINUTE;
const LONGEST_WRONG: Span = Span::HOUR;

/// Failures in a row, and the time before which nothing is tried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Backoff {
    failures: u32,
    until: Timestamp,
}

impl Backoff {
    pub(super) fn until(&self) -> Timestamp {
        self.until
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.until
    }

    /// Nothing came, or nothing of use.
    pub(super) fn failed(&mut self, now: Timestamp, jitter: &mut Jitter) {
        self.wait(now, FIRST, LONGEST, jitter);
    }

    /// What came was wrong: the other side is broken or lying.
    pub(super) fn lied(&mut self, now: Timestamp, jitter: &mut Jitter) {
        self.wait(now, FIRST_WRONG, LONGEST_WRONG, jitter);
    }

    /// Several questions that fail together are one failure.
    fn wait(&mut self, now: Timestamp, first: Span, longest: Span, jitter: &mut Jitter) {
        if !self.is_over(now) {
            return;
        }
        let doubled = first.as_millis() << self.failures.min(20);
        let wait = doubled.min(longest.as_millis());
        self.failures = self.failures.saturating_add(1);
        self.until = now.plus(Span::from_millis(jitter.spread(wait)));
    }
}

/// A sequence of numbers from a seed (splitmix64), so that nodes that failed together do not return together.
#[derive(Debug, Clone)]
pub(super) struct Jitter(u64);

impl Jitter {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `millis` and up to a quarter more.
    pub(super) fn spread(&mut self, millis: u64) -> u64 {
        millis + self.number() % (millis / 4 + 1)
    }

    /// The next number.
    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_cap_and_lies_cost_more() {
        let (mut backoff, mut jitter) = (Backoff::default(), Jitter::new(7));
        let mut waits = Vec::new();
        let mut now = Timestamp::from_millis(1);
        for _ in 0..40 {
            backoff.failed(now, &mut jitter);
            waits.push(backoff.until.since(now).as_millis());
            now = backoff.until;
            assert!(backoff.is_over(now) && !backoff.is_over(now.minus(Span::from_millis(1))));
        }
        assert!(
            (1000..=1250).contains(&waits[0]) && (8000..=10_000).contains(&waits[3]),
            "{waits:?}"
        );
        assert!(
            waits[20..].iter().all(|wait| (300_000..=375_000).contains(wait)),
            "{waits:?}"
        );

        let mut liar = Backoff::default();
        liar.lied(now, &mut jitter);
        assert!(liar.until.since(now).as_millis() >= 60_000);
    }

    #[test]
    fn failures_of_one_moment_count_once() {
        let (mut backoff, mut jitter) = (Backoff::default(), Jitter::new(7));
        let now = Timestamp::from_millis(1);
        backoff.failed(now, &mut jitter);
        let once = backoff;
        backoff.failed(now.plus(Span::from_millis(999)), &mut jitter);
        assert_eq!(backoff, once);
    }
}
