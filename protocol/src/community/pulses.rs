//! Pulses: what each log allows of them, what must fit between their entries, and how each stands.
//!
//! A log knows by position who has asked for tokens, which once-keys were used and what is closed ([`Pulses`]). Whether
//! keys, requests, issues and answers are of one pulse is judged once all they refer to is here ([`Facts::fits_pulse`]).

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Id, KeyBytes};
use crate::kind::{
    Act, Blob, Deed, Pulse, PulseAnswered, PulseIssued, PulseKeyed, PulseOpened, PulseRequested,
};
use crate::pulse::IssuerKey;
use crate::time::Timestamp;

use super::check::{self, Voice};
use super::facts::{Attempt, Fact, Facts, Place};
use super::roster::Role;
use super::verdict::VoidReason;

/// What one log has had of every pulse.
#[derive(Debug, Clone, Default)]
pub(super) struct Pulses {
    /// Pulse and person.
    requested: BTreeSet<(Id, Id)>,
    /// Pulse and once-key.
    answered: BTreeSet<(Id, KeyBytes)>,
    closed: BTreeSet<Id>,
}

/// What an entry changes in them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Requested { pulse: Id, person: Id },
    Answered { pulse: Id, key: KeyBytes },
    Closed { pulse: Id },
}

impl Pulses {
    /// What comes next in the log, if it is about a pulse and counted by position.
    pub(super) fn decide(&self, fact: &check::Fact, role: Role) -> Result<Option<Change>, VoidReason> {
        let Some(pulse) = fact.re.first().copied() else {
            return Ok(None);
        };
        match (fact.deed, fact.voice, role.member) {
            (Deed::PulseRequested, _, Some(person)) if self.requested.contains(&(pulse, person)) => {
                Err(VoidReason::Duplicate)
            }
            (Deed::PulseRequested, _, Some(person)) => Ok(Some(Change::Requested { pulse, person })),
            (Deed::PulseAnswered, _, _) if self.closed.contains(&pulse) => Err(VoidReason::Stale),
            (Deed::PulseAnswered, Voice::Key(key), _) if self.answered.contains(&(pulse, key)) => {
                Err(VoidReason::Duplicate)
            }
            (Deed::PulseAnswered, Voice::Key(key), _) => Ok(Some(Change::Answered { pulse, key })),
            (Deed::PulseClosed, _, _) => Ok(Some(Change::Closed { pulse })),
            _ => Ok(None),
        }
    }

    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::Requested { pulse, person } => self.requested.insert((pulse, person)),
            Change::Answered { pulse, key } => self.answered.insert((pulse, key)),
            Change::Closed { pulse } => self.closed.insert(pulse),
        };
    }
}

/// A pulse and all that has come of it.
#[derive(Debug, Clone)]
pub struct PulseState {
    /// Its id.
    pub id: Id,
    /// When it was opened.
    pub at: Timestamp,
    /// Whose steward opened it.
    pub opener: Id,
    /// What it asks, of whom, by when.
    pub says: PulseOpened,
    /// The issuers' keys, each with the entry that shows it.
    pub keys: [Option<(Id, IssuerKey)>; 2],
    /// Who has asked for tokens, ascending by id.
    pub requests: BTreeMap<Id, TokenRequest>,
    /// What the issuers have signed, by request.
    pub issued: [BTreeMap<Id, Vec<u8>>; 2],
    /// The published answers, ascending by id.
    pub answers: BTreeMap<Id, Vec<u64>>,
    /// The entry that closed it.
    pub closed: Option<Id>,
}

/// One person's request.
#[derive(Debug, Clone)]
pub struct TokenRequest {
    /// In whose log.
    pub organisation: Id,
    /// What each issuer is to sign.
    pub blinded: [Vec<u8>; 2],
}

impl PulseState {
    /// Both keys, once they are here.
    pub fn both_keys(&self) -> Option<[(Id, &IssuerKey); 2]> {
        let [Some((one, first)), Some((other, second))] = &self.keys else {
            return None;
        };
        Some([(*one, first), (*other, second)])
    }

    /// More answers than either issuer logged tokens: tokens were given away beside the log.
    pub fn is_flagged(&self) -> bool {
        self.issued.iter().any(|issued| issued.len() < self.answers.len())
    }

    /// How many agree with the item at this place, and how many chose at all.
    pub fn result(&self, item: usize) -> (u64, u64) {
        let choices = self
            .answers
            .values()
            .filter_map(|choices| choices.get(item).copied());
        let chosen = choices.filter(|choice| *choice > 0);
        chosen.fold((0, 0), |(agreeing, answering), choice| {
            (agreeing + u64::from(self.says.agrees(choice)), answering + 1)
        })
    }
}

impl Facts {
    /// How every pulse that counts stands whose id is wanted, in the order of their ids. What is not wanted is passed over
    /// without being copied.
    pub(super) fn pulses(&self, wanted: impl Fn(Id) -> bool) -> Vec<PulseState> {
        let mut pulses: BTreeMap<Place, PulseState> = BTreeMap::new();
        for place in self.of_pulses() {
            let fact = self.get(*place);
            if let Some(Act::Pulse(Pulse::PulseOpened(says))) = fact.act.as_deref()
                && wanted(self.id(fact))
            {
                pulses.insert(*place, self.opened_state(fact, says));
            }
        }
        for place in self.of_pulses() {
            self.join(*place, &mut pulses);
        }
        let mut pulses: Vec<PulseState> = pulses.into_values().collect();
        pulses.sort_unstable_by_key(|pulse| pulse.id);
        pulses
    }

    fn opened_state(&self, fact: &Fact, says: &PulseOpened) -> PulseState {
        PulseState {
            id: self.id(fact),
            at: fact.at,
            opener: self.organisation(fact.log).unwrap_or(Id::ZERO),
            says: says.clone(),
            keys: [None, None],
            requests: BTreeMap::new(),
            issued: [BTreeMap::new(), BTreeMap::new()],
            answers: BTreeMap::new(),
            closed: None,
        }
    }

    /// Adds what an entry says to the pulse it is of.
    fn join(&self, place: Place, pulses: &mut BTreeMap<Place, PulseState>) {
        let fact = self.get(place);
        let (id, organisation) = (self.id(fact), self.organisation(fact.log));
        let (Some(Act::Pulse(act)), Some(organisation), Some(subject)) = (
            fact.act.as_deref(),
            organisation,
            self.references(fact).next().flatten(),
        ) else {
            return;
        };
        let of = if let Pulse::PulseIssued(_) = act {
            self.references(self.get(subject)).next().flatten()
        } else {
            Some(subject)
        };
        let Some(state) = of.and_then(|of| pulses.get_mut(&of)) else {
            return;
        };
        let issuer = state.says.issuer(organisation);
        match (act, issuer) {
            (Pulse::PulseKeyed(says), Some(issuer)) => state.keys[issuer] = Some((id, says.key.clone())),
            (Pulse::PulseIssued(says), Some(issuer)) => {
                let request = self.id(self.get(subject));
                state.issued[issuer].insert(request, says.signature.clone());
            }
            (Pulse::PulseRequested(says), _) => {
                let request = TokenRequest {
                    organisation,
                    blinded: [says.blinded.0.0.clone(), says.blinded.1.0.clone()],
                };
                state.requests.insert(id, request);
            }
            (Pulse::PulseAnswered(says), _) => {
                state.answers.insert(id, says.choices.clone());
            }
            (Pulse::PulseClosed, _) => state.closed = Some(id),
            (Pulse::PulseOpened(_) | Pulse::PulseKeyed(_) | Pulse::PulseIssued(_), _) => {}
        }
    }

    /// Whether an entry about a pulse fits what it refers to, all of which counts and is of the right kinds.
    pub(super) fn fits_pulse(&self, attempt: Attempt<'_>, targets: &[Place]) -> Result<(), VoidReason> {
        let Some(Act::Pulse(act)) = attempt.act.map(|act| &**act) else {
            return Ok(());
        };
        match act {
            Pulse::PulseOpened(_) => Ok(()),
            Pulse::PulseKeyed(_) => {
                let pulse = self.pulse(targets)?;
                let issues = self
                    .organisation(attempt.log)
                    .and_then(|organisation| pulse.issuer(organisation));
                issues.map(|_| ()).ok_or(VoidReason::NotPermitted)
            }
            Pulse::PulseRequested(says) => self.fits_request(attempt, says, targets),
            Pulse::PulseIssued(says) => self.fits_issue(attempt, says, targets),
            Pulse::PulseAnswered(says) => self.fits_answer(attempt, says, targets),
            Pulse::PulseClosed => self.is_collector(attempt, self.pulse(targets)?),
        }
    }

    fn fits_request(
        &self,
        attempt: Attempt<'_>,
        says: &PulseRequested,
        targets: &[Place],
    ) -> Result<(), VoidReason> {
        let pulse = self.pulse(targets)?;
        let keys = self.keys(pulse, targets)?;
        let size = self
            .organisation(attempt.log)
            .and_then(|organisation| pulse.electorate_of(organisation))
            .filter(|size| *size <= attempt.index)
            .ok_or(VoidReason::NotPermitted)?;
        if !self.was_member(attempt.doer, attempt.log, size) {
            return Err(VoidReason::NotPermitted);
        }
        let blinded = [&says.blinded.0, &says.blinded.1];
        let fits = keys
            .iter()
            .zip(blinded)
            .all(|(key, Blob(message))| key.can_sign(message));
        if fits { Ok(()) } else { Err(VoidReason::BadData) }
    }

    fn fits_issue(
        &self,
        attempt: Attempt<'_>,
        says: &PulseIssued,
        targets: &[Place],
    ) -> Result<(), VoidReason> {
        let [request, key] = targets else {
            return Err(VoidReason::WrongSubject);
        };
        let (request, key) = (self.get(*request), self.get(*key));
        let opened = self.references(request).next().flatten();
        let of_one_pulse = opened.is_some() && opened == self.references(key).next().flatten();
        if !of_one_pulse || key.log != attempt.log {
            return Err(VoidReason::WrongSubject);
        }
        let (Some(Act::Pulse(Pulse::PulseRequested(request))), Some(Act::Pulse(Pulse::PulseKeyed(shown)))) =
            (request.act.as_deref(), key.act.as_deref())
        else {
            return Err(VoidReason::WrongSubject);
        };
        let pulse = self.pulse(opened.as_slice())?;
        let place = self
            .organisation(attempt.log)
            .and_then(|organisation| pulse.issuer(organisation));
        let asked = match place {
            Some(0) => &request.blinded.0.0,
            Some(_) => &request.blinded.1.0,
            None => return Err(VoidReason::NotPermitted),
        };
        if says.key == shown.key && says.blinded == *asked {
            Ok(())
        } else {
            Err(VoidReason::BadData)
        }
    }

    fn fits_answer(
        &self,
        attempt: Attempt<'_>,
        says: &PulseAnswered,
        targets: &[Place],
    ) -> Result<(), VoidReason> {
        let pulse = self.pulse(targets)?;
        self.is_collector(attempt, pulse)?;
        let keys = self.keys(pulse, targets)?;
        let opened = targets.first().map(|place| self.get(*place).at);
        let fits = keys == [&says.tokens.0.key, &says.tokens.1.key]
            && opened == Some(attempt.at)
            && says.choices.len() == pulse.items.len()
            && says.choices.iter().all(|choice| *choice <= pulse.scale);
        if fits { Ok(()) } else { Err(VoidReason::BadData) }
    }

    fn is_collector(&self, attempt: Attempt<'_>, pulse: &PulseOpened) -> Result<(), VoidReason> {
        if self.organisation(attempt.log) == Some(pulse.collector) {
            Ok(())
        } else {
            Err(VoidReason::NotPermitted)
        }
    }

    /// The pulse that the first target opened.
    fn pulse(&self, targets: &[Place]) -> Result<&PulseOpened, VoidReason> {
        let opened = targets.first().and_then(|place| self.get(*place).act.as_deref());
        match opened {
            Some(Act::Pulse(Pulse::PulseOpened(says))) => Ok(says),
            _ => Err(VoidReason::WrongSubject),
        }
    }

    /// The keys after the first target: those of this pulse's issuers, in their order, and no others.
    fn keys(&self, pulse: &PulseOpened, targets: &[Place]) -> Result<[&IssuerKey; 2], VoidReason> {
        let [opened, one, other] = targets else {
            return Err(VoidReason::WrongSubject);
        };
        let key = |place: &Place, issuer: Id| {
            let fact = self.get(*place);
            let of_it = self.references(fact).next().flatten() == Some(*opened);
            match fact.act.as_deref() {
                Some(Act::Pulse(Pulse::PulseKeyed(PulseKeyed { key })))
                    if of_it && self.organisation(fact.log) == Some(issuer) =>
                {
                    Ok(key)
                }
                _ => Err(VoidReason::WrongSubject),
            }
        };
        Ok([key(one, pulse.issuers.0)?, key(other, pulse.issuers.1)?])
    }
}
