//! Verdicts: who may do what, what counts, and when it was (docs/protocol.md §6).
//!
//! [`check`] judges bytes, for one log alone, and can run on every core. [`Community::ingest`] folds what it found, log
//! by log. [`Community::view`] answers for a [`Cut`]: the same facts give the same view, in whatever order they came.

#[cfg(test)]
mod adversary;
mod chain;
mod check;
mod cut;

mod facts;
mod history;
mod judge;
mod kin;
mod log;
mod projection;
mod pulses;
mod roster;
mod sightings;
mod verdict;
mod view;

use std::collections::{BTreeMap, BTreeSet};

pub use chain::Limit;
pub(crate) use check::tokens_hold;
pub use check::{Checked, Signature, check};
pub use cut::{BadCut, Cut, Row, Unordered};

pub use history::{LATE, Witnessed};
pub use kin::Kin;
pub use pulses::{PulseState, TokenRequest};
pub use roster::Role;
pub use verdict::{Standing, VoidReason};
pub use view::{
    Author, Away, Belonging, Column, Houses, Item, Moment, OrganisationNumber, Person, PersonNumber, Pin,
    Spell, View, ViewError,
};

use crate::id::{Id, KeyBytes};
use crate::kind::{Chartered, Clock, Deed, Policy};
use crate::limits;
use crate::time::Timestamp;

use chain::{Chain, Member};
use check::{Charter, Fact, Matter, Voice};
use facts::{Arrival, Doer, Facts, LogNumber, Place};
use judge::{Before, Change, Founding};
use log::{Log, Turn};
use sightings::{Sighting, Sightings};

/// Everything known of a community: the facts of all logs, folded as they come.
#[derive(Debug, Clone)]
pub struct Community {
    id: Id,
    logs: Vec<Log>,
    numbers: BTreeMap<Id, LogNumber>,
    facts: Facts,
    sightings: Sightings,
    /// The charter that each proposal would admit.
    charters: BTreeMap<Place, Charter>,
}

/// An admitted organisation, as its charter gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Its id: that of its charter.
    pub id: Id,
    /// Slug, origin, keys, nodes, stewards.
    pub charter: Chartered,
    /// The whole `organisation.chartered` entry.
    pub entry: Vec<u8>,
    /// How much counts of its log where it is suspended or removed; none for one that is of the community.
    pub limit: Option<Limit>,
}

/// Why an entry should not be submitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It would be void.
    #[error("{}", .0.explanation())]
    Void(VoidReason),
    /// It refers to an entry that has not arrived here, or that waits for one.
    #[error("it refers to {0}, which this node has not got yet")]
    Missing(Id),
    /// It claims to have happened more than five minutes from now.
    #[error("it is dated {at}, more than five minutes after this node's clock ({now})")]
    Future {
        /// What it claims.
        at: Timestamp,
        /// The clock.
        now: Timestamp,
    },
}

impl Community {
    /// A community of which nothing has arrived yet. Its founding log makes itself known by its first entry.
    pub fn new(id: Id) -> Community {
        Community {
            id,
            logs: Vec::new(),
            numbers: BTreeMap::new(),
            facts: Facts::default(),
            sightings: Sightings::default(),
            charters: BTreeMap::new(),
        }
    }

    /// Its id.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The organisation that founded it, once its charter (index 1 of the founding log) is here.
    pub fn founder(&self) -> Option<Id> {
        self.founding().map(|(log, _)| log.organisation)
    }

    /// Whose time it runs on; none before it is founded here.
    pub fn clock(&self) -> Option<Clock> {
        self.founding().map(|(_, founding)| founding.says.clock)
    }

    /// Its rules; none before it is founded here.
    pub fn policy(&self) -> Option<&Policy> {
        self.founding().map(|(_, founding)| &founding.says.policy)
    }

    /// How many entries of a log have been ingested.
    pub fn size_of(&self, organisation: Id) -> u64 {
        self.log(organisation).map_or(0, |(_, log)| log.size())
    }

    /// Takes the next entry of a log. Logs may be interleaved in any way.
    ///
    /// # Panics
    /// If `index` is not the log's size: our bug.
    pub fn ingest(&mut self, organisation: Id, index: u64, checked: Checked) {
        let number = self.number(organisation);
        assert_eq!(
            index,
            self.logs[number.0 as usize].size(),
            "entries of a log come in order"
        );
        let decided = checked
            .fact
            .as_ref()
            .map_err(|reason| *reason)
            .and_then(|fact| self.decide(number, checked.id, fact));
        let doer = match &checked.fact {
            Ok(fact) => self.doer(number, &fact.voice),
            Err(_) => Doer::Organisation,
        };
        let verdict = decided.as_ref().map(|_| ()).map_err(|reason| *reason);
        let place = self.facts.take(&self.arrival(number, &checked, doer, verdict));

        let log = &mut self.logs[number.0 as usize];
        log.places.push(place);
        log.tree.push(checked.id.into());
        let (Ok(change), Ok(fact)) = (decided, checked.fact) else {
            self.settle_sightings(number);
            return;
        };
        let by = match fact.voice {
            Voice::Key(key) => Some(key),
            Voice::Source { .. } => None,
        };
        let turn = log.apply(index, by, change);
        if fact.deed == Deed::Chartered && log.judge.founding().is_some() {
            self.facts.found(log.places[0]);
        }
        match turn {
            Some(Turn::Joined(person, _)) => self.facts.turned(person, number, index, true),
            Some(Turn::Left(person)) => self.facts.turned(person, number, index, false),
            Some(Turn::Other) | None => {}
        }
        self.settle_sightings(number);
        if let (Matter::Charter(charter), Deed::Proposed) = (&fact.matter, fact.deed) {
            self.charters.insert(place, (**charter).clone());
        }
        if let Matter::Heads { heads, .. } = fact.matter {
            for head in heads {
                let sighting = Sighting {
                    size: head.size,
                    by: number,
                    index,
                    at: fact.at,
                };
                let known = self
                    .log(head.organisation)
                    .and_then(|(_, log)| log.root_at(head.size));
                self.sightings.add(head.organisation, head.root, sighting, known);
            }
        }
    }

    /// Whether the entry would count as the next one of its log, as far as this node knows. For a batch, ask and
    /// [`Community::ingest`] one entry after another.
    pub fn may_submit(&self, organisation: Id, checked: &Checked, now: Timestamp) -> Result<(), Refusal> {
        let chain = self.chain();
        let limit = chain.as_ref().and_then(|chain| chain.limit(organisation));
        if let Some(limit) = limit.filter(|limit| limit.size <= self.size_of(organisation)) {
            return Err(Refusal::Void(limit.reason));
        }
        let fact = checked.fact.as_ref().map_err(|reason| Refusal::Void(*reason))?;
        if fact.at > now.plus(limits::AHEAD) {
            return Err(Refusal::Future { at: fact.at, now });
        }
        let fresh = Log::new(self.id, organisation);
        let (number, log) = match self.log(organisation) {
            Some((number, log)) => (number, log),
            None => (LogNumber(u32::MAX), &fresh),
        };
        let verdict = self.judge(number, log, checked.id, fact).map(|_| ());
        let doer = self.known_doer(log, &fact.voice);
        self.facts
            .would(&self.arrival_at(number, log, checked, doer, verdict))
            .map_err(Refusal::Missing)?
            .map_err(Refusal::Void)?;
        match chain {
            Some(chain) => self.would_follow(&chain, number, fact).map_err(Refusal::Void),
            None => Ok(()),
        }
    }

    /// What the governance chain has to say of an entry that would come next, and of what it refers to.
    fn would_follow(&self, chain: &Chain, number: LogNumber, fact: &Fact) -> Result<(), VoidReason> {
        let targets: Vec<Place> = fact.re.iter().filter_map(|id| self.facts.find(id)).collect();
        let charter = match &fact.matter {
            Matter::Charter(charter) => Some(&**charter),
            Matter::Plain
            | Matter::Bad
            | Matter::Founding(_)
            | Matter::Key(_)
            | Matter::Heads { .. }
            | Matter::Own { .. } => None,
        };
        chain.would(self, number, &fact.act, charter, targets.first().copied())?;
        let is_lost = fact.deed != Deed::ErasureCarriedOut && chain.has_losses() && self.lost(chain, targets);
        if is_lost {
            Err(VoidReason::WrongSubject)
        } else {
            Ok(())
        }
    }

    /// Whether anything among these, or that they rest on, was cut off or failed on the governance chain.
    fn lost(&self, chain: &Chain, mut todo: Vec<Place>) -> bool {
        let mut seen: BTreeSet<Place> = todo.iter().copied().collect();
        while let Some(place) = todo.pop() {
            let fact = self.facts.get(place);
            let limit = self.facts.organisation(fact.log).and_then(|id| chain.limit(id));
            let is_cut_off = limit.is_some_and(|limit| limit.size <= fact.index);
            match chain.fate(place) {
                Some(Standing::Counts) => {}
                Some(Standing::Void(_) | Standing::Pending) => return true,
                None if is_cut_off => return true,
                None => {}
            }
            todo.extend(
                self.facts
                    .references(fact)
                    .flatten()
                    .filter(|to| seen.insert(*to)),
            );
        }
        false
    }

    /// What the entry of that id does; none if it has not arrived, or is of a kind this ruleset does not know.
    pub fn deed_of(&self, id: &Id) -> Option<Deed> {
        self.facts.find(id).and_then(|place| self.facts.get(place).deed)
    }

    /// The organisations ever admitted by what has been ingested, ascending by id, the founder included: the address book.
    pub fn organisations(&self) -> Vec<Organisation> {
        let Some(chain) = self.chain() else {
            return Vec::new();
        };
        let organisation = |member: &Member| {
            let charter = self.charter_of(member)?;
            Some(Organisation {
                id: charter.id,
                charter: charter.says.clone(),
                entry: charter.bytes.clone(),
                limit: member.limit(),
            })
        };
        let mut organisations: Vec<Organisation> = chain.members().iter().filter_map(organisation).collect();
        organisations.sort_unstable_by_key(|organisation| organisation.id);
        organisations
    }

    /// The keys of an organisation's members now: key, person, and whether it was revoked. Ascending by key.
    pub fn member_keys(&self, organisation: Id) -> Vec<(KeyBytes, Id, bool)> {
        self.log(organisation)
            .map_or_else(Vec::new, |(_, log)| log.judge.roster().held_keys().collect())
    }

    /// What a key may do in an organisation now.
    pub fn role(&self, organisation: Id, key: &KeyBytes) -> Role {
        self.log(organisation)
            .map_or_else(Role::default, |(_, log)| log.judge.role(key))
    }

    /// What the next governance proposal must name as the preceding outcome; none before the community is founded here.
    pub fn last_outcome(&self) -> Option<Id> {
        let last = self.facts.get(self.chain()?.last());
        Some(self.facts.id(last))
    }

    /// The cut of all that has been ingested. None before the community is founded here.
    pub fn present(&self) -> Option<Cut> {
        self.founding()?;
        let rows = self.organisations().into_iter().map(|organisation| {
            let size = self.size_of(organisation.id);
            let root = self.log(organisation.id).and_then(|(_, log)| log.root_at(size));
            Row(
                organisation.id,
                size,
                root.unwrap_or_else(|| crate::log::TreeHead::empty().root),
            )
        });
        Some(Cut::new(rows.collect()).expect("an organisation is admitted once"))
    }

    /// How every pulse stands whose id is wanted, in the order of their ids. O(entries about pulses), and copies those of
    /// the wanted alone.
    pub fn pulses(&self, wanted: impl Fn(Id) -> bool) -> Vec<PulseState> {
        self.facts.pulses(wanted)
    }

    /// Whether there is anything about pulses at all.
    pub fn has_pulses(&self) -> bool {
        !self.facts.of_pulses().is_empty()
    }

    /// Everything as it stands in a cut. Nothing outside the cut changes it. O(entries of the cut).
    pub fn view(&self, cut: &Cut) -> Result<View, ViewError> {
        projection::view(self, cut)
    }

    fn founding(&self) -> Option<(&Log, &Founding)> {
        let founding = |log: &&Log| log.judge.founding().is_some() && log.judge.charter().is_some();
        let log = self.logs.iter().find(founding)?;
        Some((log, log.judge.founding()?))
    }

    /// The governance chain in all that has been ingested.
    fn chain(&self) -> Option<Chain> {
        Chain::of(self, |_| u64::MAX)
    }

    /// The charter an organisation was admitted with.
    fn charter_of(&self, member: &Member) -> Option<&Charter> {
        match self.charters.get(&member.admitted) {
            Some(charter) => Some(charter),
            None => self.log(member.organisation)?.1.judge.charter(),
        }
    }

    fn log(&self, organisation: Id) -> Option<(LogNumber, &Log)> {
        let number = *self.numbers.get(&organisation)?;
        Some((number, &self.logs[number.0 as usize]))
    }

    fn number(&mut self, organisation: Id) -> LogNumber {
        let next = LogNumber(u32::try_from(self.logs.len()).expect("logs are counted in 32 bits"));
        *self.numbers.entry(organisation).or_insert_with(|| {
            self.logs.push(Log::new(self.id, organisation));
            self.facts.open(next, organisation);
            next
        })
    }

    fn decide(&self, number: LogNumber, id: Id, fact: &Fact) -> Result<Change, VoidReason> {
        self.judge(number, &self.logs[number.0 as usize], id, fact)
    }

    fn judge(&self, number: LogNumber, log: &Log, id: Id, fact: &Fact) -> Result<Change, VoidReason> {
        let before = Before {
            same: self
                .facts
                .find(&id)
                .is_some_and(|place| self.facts.get(place).log == number),
            same_source: match &fact.voice {
                Voice::Source { source, .. } => self.facts.has_source(source, number),
                Voice::Key(_) => false,
            },
        };
        log.judge.decide(log.size(), id, fact, before)
    }

    fn arrival<'a>(
        &self,
        number: LogNumber,
        checked: &'a Checked,
        doer: Doer,
        verdict: Result<(), VoidReason>,
    ) -> Arrival<'a> {
        self.arrival_at(number, &self.logs[number.0 as usize], checked, doer, verdict)
    }

    fn arrival_at<'a>(
        &self,
        number: LogNumber,
        log: &Log,
        checked: &'a Checked,
        doer: Doer,
        verdict: Result<(), VoidReason>,
    ) -> Arrival<'a> {
        let fact = checked.fact.as_ref().ok();
        let voice = fact.map(|fact| fact.voice);
        Arrival {
            id: checked.id,
            log: number,
            index: log.size(),
            at: fact.map_or(Timestamp::EPOCH, |fact| fact.at),
            deed: fact.map(|fact| fact.deed),
            act: fact.map(|fact| &fact.act),
            doer,
            by_steward: matches!(voice, Some(Voice::Key(key)) if log.judge.role(&key).steward),
            is_record: matches!(voice, Some(Voice::Source { .. })),
            written: fact.is_some_and(|fact| fact.written),
            pseudonymous: fact.is_some_and(|fact| fact.pseudonymous),
            verdict,
            re: fact.map_or(&[], |fact| &fact.re),
            circle: fact.and_then(|fact| fact.circle),
            source: match voice {
                Some(Voice::Source { source, .. }) => Some(source),
                Some(Voice::Key(_)) | None => None,
            },
        }
    }

    fn doer(&mut self, number: LogNumber, voice: &Voice) -> Doer {
        match person(&self.logs[number.0 as usize], voice) {
            Ok(person) => Doer::Person(self.facts.number(person)),
            Err(doer) => doer,
        }
    }

    /// Like [`Community::doer`], for somebody who may never have done anything before.
    fn known_doer(&self, log: &Log, voice: &Voice) -> Doer {
        match person(log, voice) {
            Ok(person) => self
                .facts
                .number_of(&person)
                .map_or(Doer::Person(u32::MAX), Doer::Person),
            Err(doer) => doer,
        }
    }

    fn settle_sightings(&mut self, number: LogNumber) {
        let log = &self.logs[number.0 as usize];
        if self.sightings.awaits(log.organisation, log.size()) {
            let root = log.root_at(log.size()).expect("a log has a root at its own size");
            self.sightings.grown(log.organisation, log.size(), root);
        }
    }
}

/// Who vouches for an entry that comes next in a log: a person, or else nobody in particular.
fn person(log: &Log, voice: &Voice) -> Result<Person, Doer> {
    match voice {
        Voice::Key(key) => log
            .judge
            .role(key)
            .holder
            .map(Person::Member)
            .ok_or(Doer::Organisation),
        Voice::Source { automaton: true, .. } => Err(Doer::Automaton),
        Voice::Source {
            person: Some(pseudonym),
            ..
        } => Ok(Person::Imported(*pseudonym)),
        Voice::Source { person: None, .. } => Err(Doer::Unknown),
    }
}
