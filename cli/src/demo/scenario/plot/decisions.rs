//! Deciding together: a proposal, the votes on it, somebody who closes it, and what takes effect by it.

use super::super::Earlier;
use super::super::deed::{Deed, Maker};
use super::super::rhythm::{Calendar, DAY, HOUR};
use super::super::temper::Area;
use super::Plot;
use hearth_protocol::kind::{
    Adoption, BallotCast, Choice, DecisionClosed, DecisionProposed, Decisions, Outcome, Rule,
};
use hearth_protocol::time::Timestamp;
use std::collections::BTreeSet;

/// What is put to the vote.
pub(super) struct Motion {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) rule: Rule,
    /// Per cent of the electorate.
    pub(super) quorum: u64,
    /// How many days people have.
    pub(super) open: u64,
    /// What takes effect once it has carried.
    pub(super) adopts: Option<Maker>,
    pub(super) about: Vec<Earlier>,
    /// How many of a hundred are for it.
    pub(super) liked: u64,
}

/// A vote under way, as whoever counts sees it.
struct Poll {
    proposal: Earlier,
    proposer: usize,
    rule: Rule,
    quorum: u64,
    electorate: Vec<usize>,
    adopts: Option<(Maker, Vec<Earlier>)>,
}

const AGAINST: &[&str] = &[
    "Too much at once for a small house.",
    "I would rather wait for the winter to be over.",
    "Nobody asked the night shift.",
    "The dates are wishful.",
];

/// What follows once it is over; with what took effect, if anything did.
type Then = Box<dyn FnOnce(&mut Plot, Option<Earlier>)>;

impl Plot {
    /// Puts something to the vote. `then` is told what took effect.
    pub(super) fn propose(
        &mut self,
        proposer: usize,
        motion: Motion,
        then: impl FnOnce(&mut Plot, Option<Earlier>) + 'static,
    ) -> Earlier {
        let Motion {
            title,
            text,
            rule,
            quorum,
            open,
            adopts,
            about,
            liked,
        } = motion;
        let closes = Calendar::day(self.today() + open).end_of_day();
        let adopted = adopts.clone();
        let deed = Deed::made(move |known| {
            let adopts = adopted.as_ref().map(|make| {
                Adoption::try_from(make(known)).expect("the story adopts what takes effect by a decision")
            });
            let proposed = DecisionProposed {
                cut: known.cut(),
                rule,
                adopts,
                closes,
                quorum,
            };
            Decisions::DecisionProposed(proposed).into()
        });
        let deed = deed
            .about_all(about.clone())
            .saying(format!("# {title}\n\n{text}"));
        let proposal = self.tell(proposer, deed.pinning());
        let double = self.cast.twins.map(|(_, other)| other);
        let electorate: Vec<usize> = (0..self.present.len())
            .filter(|&member| self.present[member] && Some(member) != double)
            .collect();
        for &member in &electorate {
            if self.cast.habits[member].speaks {
                self.foresee_ballot(member, proposal, closes, liked);
            }
        }
        let poll = Poll {
            proposal,
            proposer,
            rule,
            quorum,
            electorate,
            adopts: adopts.map(|make| (make, about)),
        };
        let then: Then = Box::new(then);
        self.on(self.today() + open + 1, move |plot| plot.count(poll, then));
        proposal
    }

    fn foresee_ballot(&mut self, member: usize, proposal: Earlier, closes: Timestamp, liked: u64) {
        let turnout = 15 + self.temper.care(Area::Governing) / 2;
        if !self.dice.chance(turnout) {
            return;
        }
        let choice = match self.dice.below(100) {
            share if share < liked => Choice::For,
            share if share % 3 == 0 => Choice::Abstain,
            _ => Choice::Against,
        };
        let latest = closes.since(self.now).as_millis().saturating_sub(DAY);
        self.between(2 * HOUR, latest.max(3 * HOUR), move |plot| {
            if plot.now <= closes && plot.present[member] {
                let deed = Deed::of(Decisions::BallotCast(BallotCast { choice })).about(proposal);
                let deed = if choice == Choice::Against {
                    deed.saying(plot.pick(AGAINST))
                } else {
                    deed
                };
                plot.tell(member, deed);
                plot.ballots.entry(proposal).or_default().insert(member, choice);
            }
        });
    }

    /// Whoever proposed it counts the votes, and puts into effect what has carried.
    fn count(&mut self, poll: Poll, then: Then) {
        let outcome = self.outcome(&poll);
        let Poll {
            proposal,
            proposer,
            adopts,
            ..
        } = poll;
        if !self.present[proposer] {
            return then(self, None);
        }
        if self.cares(Area::Governing) || self.dice.chance(50) {
            let declared = match outcome {
                // A slip of whoever counts by hand.
                Outcome::Carried if !self.cares(Area::Governing) && self.dice.chance(12) => Outcome::Failed,
                Outcome::Carried | Outcome::Failed => outcome,
            };
            let closed = Decisions::DecisionClosed(DecisionClosed { outcome: declared });
            let deed = Deed::of(closed).about(proposal);
            self.tell(proposer, deed.saying("Thank you all. The votes are counted."));
        }
        let Some((make, about)) = adopts.filter(|_| outcome == Outcome::Carried) else {
            return then(self, None);
        };
        self.between(HOUR, 2 * DAY, move |plot| {
            let deed = Deed::by(make).about(proposal).about_all(about);
            let adopted = plot.if_present(proposer, deed);
            then(plot, adopted);
        });
    }

    fn outcome(&self, poll: &Poll) -> Outcome {
        let mut ballots = self.ballots.get(&poll.proposal).cloned().unwrap_or_default();
        ballots.retain(|voter, _| poll.electorate.contains(voter));
        let houses: BTreeSet<usize> = poll.electorate.iter().map(|&member| self.house(member)).collect();
        let tally = |house: Option<usize>| -> (usize, usize, usize) {
            let of = |wanted: Choice| {
                let of_house = |voter: &usize| house.is_none_or(|house| self.house(*voter) == house);
                ballots
                    .iter()
                    .filter(|(voter, choice)| of_house(voter) && **choice == wanted)
                    .count()
            };
            (of(Choice::For), of(Choice::Against), of(Choice::Abstain))
        };
        let (voted, entitled, carried) = match poll.rule {
            Rule::Members | Rule::Consent => {
                let (yes, no, _) = tally(None);
                let carried = if poll.rule == Rule::Consent {
                    no == 0
                } else {
                    yes > no
                };
                (ballots.len(), poll.electorate.len(), carried)
            }
            Rule::Organisations => {
                let tallies: Vec<_> = houses.iter().map(|&house| tally(Some(house))).collect();
                let voted = tallies
                    .iter()
                    .filter(|(yes, no, none)| yes + no + none > 0)
                    .count();
                let yes = tallies.iter().filter(|(yes, no, _)| yes > no).count();
                let no = tallies.iter().filter(|(yes, no, _)| no > yes).count();
                (voted, houses.len(), yes > no)
            }
        };
        if carried && voted as u64 * 100 >= poll.quorum * entitled as u64 {
            Outcome::Carried
        } else {
            Outcome::Failed
        }
    }
}
