//! Decisions recomputed: who may vote, what they said, what it comes to, and what is in force by it
//! (docs/protocol.md §8). A pure fold over a view as of an instant.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::community::{Column, Item, Kin, OrganisationNumber, Person, PersonNumber, Pin, View};
use crate::framework::Ratio;
use crate::id::Id;
use crate::kind::{Act, Choice, DecisionProposed, Decisions as Deciding, Deed, Head, Outcome, Rule};
use crate::limits;
use crate::time::Timestamp;

/// Every decision proposed before an instant, in the order in which they were proposed.
pub struct Decisions<'a> {
    view: &'a View,
    as_of: Timestamp,
    decisions: Vec<Decision<'a>>,
    /// By place in the view.
    places: BTreeMap<usize, usize>,
}

/// One decision as of an instant.
pub struct Decision<'a> {
    /// The entry that proposes it.
    pub proposal: &'a Item,
    /// What that says.
    pub says: &'a DecisionProposed,
    /// How it stands.
    pub state: State,
    /// Who may vote: the members at the pinned cut, each of the organisation whose log admitted them there. Empty where
    /// the pin does not hold. Who is one of them under two names is known as far as it was said while there was a vote.
    pub electorate: BTreeMap<PersonNumber, OrganisationNumber>,
    /// The ballot that counts of each person who voted in time: their last.
    pub ballots: BTreeMap<PersonNumber, (Choice, &'a Item)>,
    /// Ballots that do not count: of others than the electorate, late, or followed by another of the same person.
    pub ignored: Vec<(&'a Item, Ignored)>,
    /// The first declaration of an outcome after the deadline.
    pub closed: Option<(&'a Item, Outcome)>,
    /// Who is who to the end of the vote.
    kin: Kin,
}

/// How a decision stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The deadline is not over.
    Open,
    /// The electorate lies beyond the cut in hand, so nothing can be said.
    Beyond,
    /// The electorate it names never was: the pinned cut is none of this community.
    NoElectorate,
    /// The electorate it names is from before others came or went, as the proposer's own log had shown.
    OutdatedElectorate,
    /// Its deadline leaves less than [`limits::NOTICE`] to vote.
    NoNotice,
    /// It is agreed.
    Carried,
    /// It is not.
    Failed,
}

/// Why a ballot does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ignored {
    /// Its author is not of the electorate.
    NotInTheElectorate,
    /// Cast after the deadline.
    Late,
    /// The same person cast another one after it.
    Replaced,
}

/// Ballots by what they say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Let it be so.
    #[serde(rename = "for")]
    pub favour: u64,
    /// Do not.
    pub against: u64,
    /// Neither.
    pub abstain: u64,
    /// How many of the electorate there are.
    pub electorate: u64,
}

/// An entry in force by a decision.
#[derive(Clone, Copy)]
pub struct Adopted<'a, 'd> {
    /// The entry.
    pub item: &'a Item,
    /// The decision that lets it be.
    pub decision: &'d Decision<'a>,
}

impl<'a> Decisions<'a> {
    /// All decisions proposed before `as_of`. O(decisions and ballots).
    pub fn at(view: &'a View, as_of: Timestamp) -> Decisions<'a> {
        let mut proposals: Vec<(&Item, &DecisionProposed)> = visible(view, Deed::DecisionProposed, as_of)
            .filter_map(|item| match item.act() {
                Some(Act::Decisions(Deciding::DecisionProposed(says))) => Some((item, says)),
                _ => None,
            })
            .collect();
        proposals.sort_unstable_by_key(|(item, _)| item.moment());
        let mut ballots = by_decision(view, Deed::BallotCast, as_of);
        let mut closes = by_decision(view, Deed::DecisionClosed, as_of);
        let mut decisions = Vec::with_capacity(proposals.len());
        let mut places = BTreeMap::new();
        for (proposal, says) in proposals {
            let place = view.position(proposal);
            places.insert(place, decisions.len());
            let mut decision = Decision::open(view, proposal, says);
            decision.count(view, ballots.remove(&place).unwrap_or_default());
            decision.close(closes.remove(&place).unwrap_or_default());
            decision.judge(as_of);
            decisions.push(decision);
        }
        Decisions {
            view,
            as_of,
            decisions,
            places,
        }
    }

    /// All of them, in the order in which they were proposed.
    pub fn all(&self) -> &[Decision<'a>] {
        &self.decisions
    }

    /// The decision this entry proposes.
    pub fn of(&self, proposal: &Item) -> Option<&Decision<'a>> {
        let place = self.places.get(&self.view.position(proposal))?;
        Some(&self.decisions[*place])
    }

    /// What of this kind was in force at some time before the instant: entries after the deadline of a decision that
    /// carried and lets just them be, the first of each decision. In the order of the decisions, whenever somebody got
    /// to log what they let be. Of kinds of which one replaces the other (`replaced_by`) none that was decided before
    /// one already in force: so they are in the order of time, too.
    pub fn adopted(&self, deed: Deed) -> Vec<Adopted<'a, '_>> {
        let Some(kinds) = replaced_by(deed) else {
            let mut adopted = self.adoptions(&[deed]);
            adopted.sort_unstable_by_key(|adopted| adopted.decision.turn());
            return adopted;
        };
        let mut newest = None;
        let mut adopted = self.adoptions(kinds);
        adopted.retain(|adopted| {
            let turn = adopted.decision.turn();
            let is_newer = newest.is_none_or(|newest| newest < turn);
            newest = newest.max(Some(turn));
            is_newer
        });
        adopted.retain(|adopted| adopted.item.deed == Some(deed));
        adopted
    }

    /// The first entry of each decision that brings about what it lets be, in the order of time.
    fn adoptions(&self, kinds: &[Deed]) -> Vec<Adopted<'a, '_>> {
        let mut adopted: Vec<Adopted<'a, '_>> = kinds
            .iter()
            .flat_map(|deed| visible(self.view, *deed, self.as_of))
            .filter_map(|item| {
                let decision = self.of(self.view.subject(item)?)?;
                let after = item.effective > decision.says.closes;
                (after && decision.state == State::Carried).then_some(Adopted { item, decision })
            })
            .collect();
        adopted.sort_unstable_by_key(|adopted| adopted.item.moment());
        let mut taken: BTreeSet<Id> = BTreeSet::new();
        adopted.retain(|adopted| taken.insert(adopted.decision.proposal.id));
        adopted
    }

    /// The last of [`Decisions::adopted`].
    pub fn in_force(&self, deed: Deed) -> Option<Adopted<'a, '_>> {
        self.adopted(deed).pop()
    }
}

impl<'a> Decision<'a> {
    fn open(view: &'a View, proposal: &'a Item, says: &'a DecisionProposed) -> Decision<'a> {
        let state = match view.pin(proposal) {
            Some(Pin::Holds) if says.closes < proposal.known().plus(limits::NOTICE) => State::NoNotice,
            Some(Pin::Holds) => State::Open,
            Some(Pin::Beyond) => State::Beyond,
            Some(Pin::Outdated) => State::OutdatedElectorate,
            Some(Pin::Wrong) | None => State::NoElectorate,
        };
        let kin = view.kin_by(|said| is_within(view, &says.cut, said) || said.effective <= says.closes);
        let electorate = if matches!(state, State::Open | State::NoNotice) {
            electorate(view, proposal, &kin)
        } else {
            BTreeMap::new()
        };
        Decision {
            proposal,
            says,
            state,
            electorate,
            ballots: BTreeMap::new(),
            ignored: Vec::new(),
            closed: None,
            kin,
        }
    }

    /// Its place among all decisions, by the end of the vote.
    fn turn(&self) -> (Timestamp, Id) {
        (self.says.closes, self.proposal.id)
    }

    fn count(&mut self, view: &View, mut cast: Vec<&'a Item>) {
        cast.sort_unstable_by_key(|ballot| ballot.moment());
        for ballot in cast {
            let Some(Act::Decisions(Deciding::BallotCast(says))) = ballot.act() else {
                continue;
            };
            match view.signer(ballot).and_then(|person| self.voter(person)) {
                None => self.ignored.push((ballot, Ignored::NotInTheElectorate)),
                Some(_) if ballot.effective > self.says.closes => self.ignored.push((ballot, Ignored::Late)),
                Some(voter) => {
                    if let Some((_, before)) = self.ballots.insert(voter, (says.choice, ballot)) {
                        self.ignored.push((before, Ignored::Replaced));
                    }
                }
            }
        }
    }

    /// As whom somebody votes, by the number of any of their names; none who may not.
    fn voter(&self, person: PersonNumber) -> Option<PersonNumber> {
        Some(self.kin.who(person)).filter(|voter| self.electorate.contains_key(voter))
    }

    /// As whom a member votes; none who may not.
    pub fn voter_of(&self, view: &View, member: Id) -> Option<PersonNumber> {
        self.voter(view.number(&Person::Member(member))?)
    }

    fn close(&mut self, declared: Vec<&'a Item>) {
        let after = declared
            .into_iter()
            .filter(|item| item.effective > self.says.closes);
        let first = after.min_by_key(|item| item.moment());
        self.closed = first.and_then(|item| match item.act() {
            Some(Act::Decisions(Deciding::DecisionClosed(says))) => Some((item, says.outcome)),
            _ => None,
        });
    }

    fn judge(&mut self, as_of: Timestamp) {
        if self.state == State::Open && self.says.closes < as_of {
            self.state = if self.carries() {
                State::Carried
            } else {
                State::Failed
            };
        }
    }

    /// Whether the ballots so far would carry it.
    pub fn carries(&self) -> bool {
        let total = match self.says.rule {
            Rule::Members | Rule::Consent => self.tally(),
            Rule::Organisations => self.tally_of_organisations(),
        };
        let voted = total.favour + total.against + total.abstain;
        let quorate = total.electorate > 0 && Ratio::new(voted, total.electorate).reaches(self.says.quorum);
        let agreed = match self.says.rule {
            Rule::Members | Rule::Organisations => total.favour > total.against,
            Rule::Consent => total.favour > 0 && total.against == 0,
        };
        quorate && agreed
    }

    /// All ballots.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for organisation in self.by_organisation().values() {
            tally.favour += organisation.favour;
            tally.against += organisation.against;
            tally.abstain += organisation.abstain;
            tally.electorate += organisation.electorate;
        }
        tally
    }

    /// The ballots of each organisation that has anybody in the electorate.
    pub fn by_organisation(&self) -> BTreeMap<OrganisationNumber, Tally> {
        let mut tallies: BTreeMap<OrganisationNumber, Tally> = BTreeMap::new();
        for (voter, organisation) in &self.electorate {
            let tally = tallies.entry(*organisation).or_default();
            tally.electorate += 1;
            match self.ballots.get(voter) {
                Some((Choice::For, _)) => tally.favour += 1,
                Some((Choice::Against, _)) => tally.against += 1,
                Some((Choice::Abstain, _)) => tally.abstain += 1,
                None => {}
            }
        }
        tallies
    }

    /// Organisations as voters: each goes with more of its own ballots, and abstains where these are even.
    pub fn tally_of_organisations(&self) -> Tally {
        let mut total = Tally::default();
        for tally in self.by_organisation().values() {
            total.electorate += 1;
            if tally.voted() == 0 {
                continue;
            }
            match tally.favour.cmp(&tally.against) {
                std::cmp::Ordering::Greater => total.favour += 1,
                std::cmp::Ordering::Less => total.against += 1,
                std::cmp::Ordering::Equal => total.abstain += 1,
            }
        }
        total
    }

    /// Organisations of which anybody voted.
    pub fn voting_organisations(&self) -> BTreeSet<OrganisationNumber> {
        self.ballots
            .keys()
            .filter_map(|voter| self.electorate.get(voter).copied())
            .collect()
    }

    /// The outcome once the deadline is over; none before, or where there is no electorate to ask.
    pub fn outcome(&self) -> Option<Outcome> {
        match self.state {
            State::Carried => Some(Outcome::Carried),
            State::Failed => Some(Outcome::Failed),
            State::Open
            | State::Beyond
            | State::NoElectorate
            | State::OutdatedElectorate
            | State::NoNotice => None,
        }
    }
}

impl Tally {
    /// How many voted.
    pub fn voted(&self) -> u64 {
        self.favour + self.against + self.abstain
    }
}

/// Kinds of which the one decided last is in force, and none beside it, where this is one of them.
fn replaced_by(deed: Deed) -> Option<&'static [Deed]> {
    const ALONE: &[&[Deed]] = &[
        &[Deed::ParametersAdopted],
        &[Deed::TermsAdopted],
        &[Deed::PlanAdopted, Deed::PlanRebaselined],
        &[Deed::ArrangementsAdopted],
        &[Deed::CoverageDeclared],
        &[Deed::ValueStated],
    ];
    ALONE.iter().find(|kinds| kinds.contains(&deed)).copied()
}

/// The members at the cut that a proposal pins. Who is one in two organisations votes with the first.
fn electorate(view: &View, proposal: &Item, kin: &Kin) -> BTreeMap<PersonNumber, OrganisationNumber> {
    let mut electorate = BTreeMap::new();
    for spell in view.members_of_pin(proposal) {
        if let Some(person) = view.number(&Person::Member(spell.member)) {
            electorate.entry(kin.who(person)).or_insert(spell.organisation);
        }
    }
    electorate
}

/// Whether a pinned cut holds an entry.
fn is_within(view: &View, cut: &[Head], item: &Item) -> bool {
    item.index < size_in(cut, view.organisation(item.organisation).id)
}

/// How many entries of a log a pinned cut holds. Its rows are ascending.
fn size_in(cut: &[Head], organisation: Id) -> u64 {
    let row = cut.binary_search_by_key(&organisation, |row| row.organisation);
    row.map_or(0, |row| cut[row].size)
}

fn visible(view: &View, deed: Deed, as_of: Timestamp) -> impl Iterator<Item = &Item> {
    view.done(deed)
        .filter(move |item| item.effective < as_of && item.column == Column::Signed)
}

/// Entries about a decision, by the place of its proposal.
fn by_decision(view: &View, deed: Deed, as_of: Timestamp) -> BTreeMap<usize, Vec<&Item>> {
    let mut by_decision: BTreeMap<usize, Vec<&Item>> = BTreeMap::new();
    for item in visible(view, deed, as_of) {
        if let Some(proposal) = view.subject(item) {
            by_decision.entry(view.position(proposal)).or_default().push(item);
        }
    }
    by_decision
}
