//! Every entry of every log in a few dozen bytes, and what it refers to, in whatever order the logs came.

mod relation;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::id::{Hash, Id};
use crate::kind::{Act, Deed};
use crate::time::Timestamp;

use super::verdict::VoidReason;
use super::view::Person;

pub(super) use relation::Attempt;

/// Place of an entry in [`Facts`], in order of arrival. Never an order of anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place(u32);

impl Place {
    pub(super) const fn as_usize(self) -> usize {
        self.0 as usize
    }
}

/// An id that stands for itself or was referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Name(u32);

/// A log, in order of arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LogNumber(pub(super) u32);

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doer {
    /// A person, by number of arrival.
    Person(u32),
    Unknown,
    Automaton,
    Organisation,
}

/// An entry as kept.
#[derive(Debug, Clone)]
pub(super) struct Fact {
    name: Name,
    pub(super) place: Place,
    pub(super) log: LogNumber,
    pub(super) index: u64,
    pub(super) at: Timestamp,
    /// None where the bytes are no entry of this log.
    pub(super) deed: Option<Deed>,
    /// What its header says; none with the deed.
    pub(super) act: Option<Arc<Act>>,
    pub(super) doer: Doer,
    pub(super) is_record: bool,
    pub(super) written: bool,
    pub(super) pseudonymous: bool,
    verdict: Verdict,
    re: Box<[Name]>,
    /// The circle it names, which is not judged.
    circle: Option<Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Waits for what it refers to.
    Open,
    Counts,
    Void(VoidReason),
}

/// An entry to be taken in: what its own log says of it.
#[derive(Debug)]
pub(super) struct Arrival<'a> {
    pub(super) id: Id,
    pub(super) log: LogNumber,
    pub(super) index: u64,
    pub(super) at: Timestamp,
    pub(super) deed: Option<Deed>,
    pub(super) act: Option<&'a Arc<Act>>,
    pub(super) doer: Doer,
    pub(super) by_steward: bool,
    pub(super) is_record: bool,
    pub(super) written: bool,
    pub(super) pseudonymous: bool,
    /// The log's own verdict.
    pub(super) verdict: Result<(), VoidReason>,
    pub(super) re: &'a [Id],
    pub(super) circle: Option<Id>,
    pub(super) source: Option<Hash>,
}

/// All facts.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    facts: Vec<Fact>,
    names: BTreeMap<Id, Name>,
    /// By [`Name`]: the id and the entry it names, which is the one in its own log at its lowest index.
    named: Vec<(Id, Option<Place>)>,
    waiting: BTreeMap<Name, Vec<Place>>,
    /// Decided entries, each after all it refers to.
    decided: Vec<Place>,
    persons: Vec<Person>,
    person_numbers: BTreeMap<Person, u32>,
    /// Records by source: the first of each log.
    sources: BTreeMap<Hash, Vec<Place>>,
    /// Whose each log is.
    organisations: BTreeMap<LogNumber, Id>,
    /// How each person came and went, by index of their log.
    membership: BTreeMap<u32, Vec<(LogNumber, u64, bool)>>,
    /// Entries about pulses that count.
    of_pulses: Vec<Place>,
    /// Entries of the governance chain that count as far as their own log and what they refer to go.
    of_governance: Vec<Place>,
    /// For each deed the act that came last, shared by all that follow and say the same: most say nothing of their own.
    acts: BTreeMap<Deed, Arc<Act>>,
}

/// What an entry refers to that is not decided yet.
enum Judged {
    Blocked(Name),
    Done(Result<(), VoidReason>),
}

impl Facts {
    pub(super) fn get(&self, place: Place) -> &Fact {
        &self.facts[place.as_usize()]
    }

    pub(super) fn len(&self) -> usize {
        self.facts.len()
    }

    /// A log comes to be known.
    pub(super) fn open(&mut self, log: LogNumber, organisation: Id) {
        self.organisations.insert(log, organisation);
    }

    /// Whose log it is.
    pub(super) fn organisation(&self, log: LogNumber) -> Option<Id> {
        self.organisations.get(&log).copied()
    }

    /// A person joins or leaves by the entry at this index.
    pub(super) fn turned(&mut self, person: Id, log: LogNumber, index: u64, joined: bool) {
        let number = self.number(Person::Member(person));
        self.membership
            .entry(number)
            .or_default()
            .push((log, index, joined));
    }

    /// Whether somebody was a member when a log had so many entries.
    pub(super) fn was_member(&self, doer: Doer, log: LogNumber, size: u64) -> bool {
        let Doer::Person(number) = doer else {
            return false;
        };
        let mut turns = self.membership.get(&number).into_iter().flatten();
        let last = turns.rfind(|(of, index, _)| *of == log && *index < size);
        last.is_some_and(|(_, _, joined)| *joined)
    }

    /// Entries about pulses that count, in no order that means anything.
    pub(super) fn of_pulses(&self) -> &[Place] {
        &self.of_pulses
    }

    /// Entries of the governance chain, each after all it refers to.
    pub(super) fn of_governance(&self) -> &[Place] {
        &self.of_governance
    }

    /// The entry of that id, if it has arrived.
    pub(super) fn find(&self, id: &Id) -> Option<Place> {
        self.names.get(id).and_then(|name| self.place(*name))
    }

    pub(super) fn id(&self, fact: &Fact) -> Id {
        self.named[fact.name.0 as usize].0
    }

    /// All persons by number.
    pub(super) fn persons(&self) -> &[Person] {
        &self.persons
    }

    /// The number of a person, given on first sight.
    pub(super) fn number(&mut self, person: Person) -> u32 {
        let next = u32::try_from(self.persons.len()).expect("persons are counted in 32 bits");
        *self.person_numbers.entry(person).or_insert_with(|| {
            self.persons.push(person);
            next
        })
    }

    pub(super) fn number_of(&self, person: &Person) -> Option<u32> {
        self.person_numbers.get(person).copied()
    }

    /// Whether a record of that source stands in that log.
    pub(super) fn has_source(&self, source: &Hash, log: LogNumber) -> bool {
        self.sources
            .get(source)
            .is_some_and(|places| places.iter().any(|p| self.get(*p).log == log))
    }

    /// Sources with records in more than one log.
    pub(super) fn twins(&self) -> impl Iterator<Item = &[Place]> {
        self.sources
            .values()
            .filter(|places| places.len() > 1)
            .map(Vec::as_slice)
    }

    /// Decided entries, each after all it refers to.
    pub(super) fn decided(&self) -> &[Place] {
        &self.decided
    }

    /// The entries a fact refers to, none for one that has not arrived.
    pub(super) fn references(&self, fact: &Fact) -> impl Iterator<Item = Option<Place>> {
        fact.re.iter().map(|name| self.place(*name))
    }

    /// The circle a fact names, if it has arrived and is one.
    pub(super) fn circle(&self, fact: &Fact) -> Option<Place> {
        let place = self.place(fact.circle?)?;
        (self.get(place).deed == Some(Deed::CircleOpened)).then_some(place)
    }

    /// The verdict on an entry in any cut that holds it and all it refers to.
    ///
    /// # Panics
    /// If it is not [`Facts::decided`].
    pub(super) fn verdict(&self, fact: &Fact) -> Result<(), VoidReason> {
        match fact.verdict {
            Verdict::Counts => Ok(()),
            Verdict::Void(reason) => Err(reason),
            Verdict::Open => unreachable!("an open entry is in no list of decided ones"),
        }
    }

    /// Takes an entry in, and decides on it and on all that waited for it as far as that is possible.
    pub(super) fn take(&mut self, arrival: &Arrival<'_>) -> Place {
        let place = Place(u32::try_from(self.facts.len()).expect("entries are counted in 32 bits"));
        let fact = self.fact(arrival, place);
        let name = fact.name;
        if is_of_its_log(arrival.verdict) {
            if arrival.deed != Some(Deed::Founded) {
                self.named[name.0 as usize].1.get_or_insert(place);
            }
            if let Some(source) = arrival
                .source
                .filter(|source| !self.has_source(source, arrival.log))
            {
                self.sources.entry(source).or_default().push(place);
            }
        }
        self.facts.push(fact);
        self.settle(place);
        place
    }

    /// Lets the founding entry be referred to, now that the charter after it has shown its log to be the founder's:
    /// its bytes alone could stand at the beginning of any log.
    pub(super) fn found(&mut self, place: Place) {
        let name = self.get(place).name;
        self.named[name.0 as usize].1.get_or_insert(place);
        for waiting in self.waiting.remove(&name).unwrap_or_default() {
            self.settle(waiting);
        }
    }

    /// What [`Facts::take`] would decide, or the reference that is still missing.
    pub(super) fn would(&self, arrival: &Arrival<'_>) -> Result<Result<(), VoidReason>, Id> {
        if let Err(reason) = arrival.verdict.and_then(|()| self.erasure(arrival)) {
            return Ok(Err(reason));
        }
        if arrival.deed == Some(Deed::ErasureCarriedOut) {
            return Ok(Ok(()));
        }
        let mut targets = Vec::with_capacity(arrival.re.len());
        for id in arrival.re {
            targets.push(
                self.find(id)
                    .filter(|p| self.get(*p).verdict != Verdict::Open)
                    .ok_or(*id)?,
            );
        }
        let attempt = Attempt {
            log: arrival.log,
            index: arrival.index,
            at: arrival.at,
            deed: arrival.deed,
            act: arrival.act,
            doer: arrival.doer,
            is_record: arrival.is_record,
        };
        Ok(self.relation(attempt, &targets))
    }

    /// The act, or one kept already that says the same.
    fn shared(&mut self, arrival: &Arrival<'_>) -> Option<Arc<Act>> {
        let (deed, act) = (arrival.deed?, arrival.act?);
        if matches!(deed, Deed::HeadsSeen | Deed::Chartered) {
            // What they say is where it is used: among the sightings, and with the judge of the log.
            return None;
        }
        let last = self.acts.entry(deed).or_insert_with(|| Arc::clone(act));
        if *last != *act {
            *last = Arc::clone(act);
        }
        Some(Arc::clone(last))
    }

    fn fact(&mut self, arrival: &Arrival<'_>, place: Place) -> Fact {
        let verdict = arrival.verdict.and_then(|()| self.erasure(arrival));
        let refers = verdict.is_ok() && arrival.deed != Some(Deed::ErasureCarriedOut);
        let re = if refers { arrival.re } else { &[] };
        Fact {
            name: self.name(arrival.id),
            place,
            log: arrival.log,
            index: arrival.index,
            at: arrival.at,
            deed: arrival.deed,
            act: self.shared(arrival),
            doer: arrival.doer,
            is_record: arrival.is_record,
            written: arrival.written,
            pseudonymous: arrival.pseudonymous,
            verdict: verdict.map_or_else(Verdict::Void, |()| Verdict::Open),
            re: re.iter().map(|id| self.name(*id)).collect(),
            circle: arrival.circle.map(|id| self.name(id)),
        }
    }

    /// Bodies are erased by a steward of their log or by whoever wrote all of them; of void entries too, so nothing but
    /// their place matters.
    fn erasure(&self, arrival: &Arrival<'_>) -> Result<(), VoidReason> {
        if arrival.deed != Some(Deed::ErasureCarriedOut) {
            return Ok(());
        }
        for id in arrival.re {
            let erased = self
                .find(id)
                .map(|place| self.get(place))
                .filter(|fact| fact.log == arrival.log);
            let erased = erased.ok_or(VoidReason::WrongSubject)?;
            if !arrival.by_steward && erased.doer != arrival.doer {
                return Err(VoidReason::NotPermitted);
            }
        }
        Ok(())
    }

    fn settle(&mut self, place: Place) {
        let mut todo = vec![place];
        while let Some(place) = todo.pop() {
            match self.judge(place) {
                Judged::Blocked(name) => self.waiting.entry(name).or_default().push(place),
                Judged::Done(verdict) => {
                    let fact = &mut self.facts[place.as_usize()];
                    fact.verdict = verdict.map_or_else(Verdict::Void, |()| Verdict::Counts);
                    let name = fact.name;
                    if verdict.is_ok() && matches!(fact.act.as_deref(), Some(Act::Pulse(_))) {
                        self.of_pulses.push(place);
                    }
                    if verdict.is_ok() && fact.deed == Some(Deed::Proposed) {
                        self.of_governance.push(place);
                    }
                    self.decided.push(place);
                    if self.place(name) == Some(place) {
                        todo.extend(self.waiting.remove(&name).unwrap_or_default());
                    }
                }
            }
        }
    }

    fn judge(&self, place: Place) -> Judged {
        let fact = self.get(place);
        if let Verdict::Void(reason) = fact.verdict {
            return Judged::Done(Err(reason));
        }
        let mut targets = Vec::with_capacity(fact.re.len());
        for name in &fact.re {
            match self
                .place(*name)
                .filter(|p| self.get(*p).verdict != Verdict::Open)
            {
                Some(target) => targets.push(target),
                None => return Judged::Blocked(*name),
            }
        }
        let attempt = Attempt {
            log: fact.log,
            index: fact.index,
            at: fact.at,
            deed: fact.deed,
            act: fact.act.as_ref(),
            doer: fact.doer,
            is_record: fact.is_record,
        };
        Judged::Done(self.relation(attempt, &targets))
    }

    fn place(&self, name: Name) -> Option<Place> {
        self.named[name.0 as usize].1
    }

    fn name(&mut self, id: Id) -> Name {
        let next = Name(u32::try_from(self.named.len()).expect("names are counted in 32 bits"));
        *self.names.entry(id).or_insert_with(|| {
            self.named.push((id, None));
            next
        })
    }
}

/// The first five reasons say that the bytes are no entry of the log they stand in: nothing can refer to them, and a
/// copy in another log does not hide the entry in its own.
fn is_of_its_log(verdict: Result<(), VoidReason>) -> bool {
    verdict.err().is_none_or(|reason| reason > VoidReason::Misplaced)
}
