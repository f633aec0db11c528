//! Whether one may do this to that: what an entry's kind asks of the entries it refers to, and of who wrote them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::id::Id;
use crate::kind::{Act, Adoption, Decisions, Deed, Signer};
use crate::time::Timestamp;

use super::super::verdict::VoidReason;
use super::super::view::Person;
use super::{Doer, Fact, Facts, LogNumber, Place, Verdict};

/// What is attempted, by whom.
#[derive(Clone, Copy)]
pub(in crate::community) struct Attempt<'a> {
    pub(in crate::community) log: LogNumber,
    pub(in crate::community) index: u64,
    pub(in crate::community) at: Timestamp,
    pub(super) deed: Option<Deed>,
    pub(in crate::community) act: Option<&'a Arc<Act>>,
    pub(in crate::community) doer: Doer,
    pub(super) is_record: bool,
}

impl Attempt<'_> {
    /// The same person. A record speaks only of what records of its own log brought in; there the organisation's word
    /// will do where neither names a person.
    fn is_by_the_doer_of(self, fact: &Fact) -> bool {
        let within_import = !self.is_record || (fact.is_record && fact.log == self.log);
        let same = match (self.doer, fact.doer) {
            (Doer::Person(one), Doer::Person(other)) => one == other,
            (Doer::Unknown | Doer::Automaton, Doer::Unknown | Doer::Automaton) => true,
            _ => false,
        };
        within_import && same
    }
}

impl Facts {
    /// Whether one may do this to that. All targets are decided.
    pub(super) fn relation(&self, attempt: Attempt<'_>, targets: &[Place]) -> Result<(), VoidReason> {
        let target = |place: &Place| self.get(*place);
        if targets.iter().map(target).any(|t| t.verdict != Verdict::Counts) {
            return Err(VoidReason::WrongSubject);
        }
        let (Some(deed), Some(subject)) = (attempt.deed, targets.first().map(target)) else {
            return Ok(());
        };
        let rules = deed.rules();
        let mut numbered = targets.iter().map(target).enumerate();
        if numbered.any(|(place, target)| !rules.subject.admits(place, target.deed)) {
            return Err(VoidReason::WrongSubject);
        }
        if rules.adopted && !self.is_adopted(attempt.act, targets) {
            return Err(VoidReason::WrongSubject);
        }
        let is_later_version = subject.deed == Some(Deed::ResourcePublished) && !subject.re.is_empty();
        let owner = match rules.signer {
            Signer::Asker if deed == Deed::QueryAccepted => self
                .references(subject)
                .flatten()
                .next()
                .map(|place| self.get(place)),
            Signer::Author | Signer::MemberOrAuthor if is_later_version => {
                return Err(VoidReason::WrongSubject);
            }
            Signer::Asker | Signer::Author | Signer::MemberOrAuthor => Some(subject),
            Signer::Named => return self.named(attempt.doer, subject),
            Signer::Listed => return self.listed(attempt.doer, targets),
            Signer::Attendee => return self.attended(attempt, targets),
            Signer::StewardOfTheirs if targets.iter().map(target).any(|t| t.log != attempt.log) => {
                return Err(VoidReason::NotPermitted);
            }
            Signer::OtherMember | Signer::OtherSteward if attempt.doer == subject.doer => {
                return Err(VoidReason::NotPermitted);
            }
            Signer::OtherSteward if attempt.log != subject.log => return Err(VoidReason::NotPermitted),
            Signer::Founder
            | Signer::Charterer
            | Signer::Steward
            | Signer::StewardOrPerson
            | Signer::Person
            | Signer::Member
            | Signer::OtherMember
            | Signer::StewardOfTheirs
            | Signer::OtherSteward
            | Signer::StewardOrAuthor
            | Signer::Tokens
            | Signer::Nobody => None,
        };
        match owner {
            Some(owner) if !attempt.is_by_the_doer_of(owner) => Err(VoidReason::NotPermitted),
            _ => self.fits_pulse(attempt, targets),
        }
    }

    /// Whether the decision that comes first lets just this happen, about all that it was about itself of the kinds that
    /// fit, and nothing else.
    fn is_adopted(&self, act: Option<&Arc<Act>>, targets: &[Place]) -> bool {
        let Some((decision, others)) = targets.split_first() else {
            return false;
        };
        let decision = self.get(*decision);
        let Some(Act::Decisions(Decisions::DecisionProposed(proposed))) = decision.act.as_deref() else {
            return false;
        };
        let Some(named) = proposed.adopts.as_ref().map(Adoption::act) else {
            return false;
        };
        let fits = |about: &Place| {
            let rules = named.rules();
            rules.is_some_and(|rules| rules.subject.admits(1, self.get(*about).deed))
        };
        let about: BTreeSet<Place> = self.references(decision).flatten().filter(fits).collect();
        act.is_some_and(|act| **act == *named) && others.iter().copied().collect::<BTreeSet<Place>>() == about
    }

    /// Whether the subject names the doer.
    fn named(&self, doer: Doer, subject: &Fact) -> Result<(), VoidReason> {
        let names = subject.act.as_ref().map_or(&[] as &[Id], |act| act.names());
        let is_named = match doer {
            Doer::Person(number) => names
                .iter()
                .any(|id| self.number_of(&Person::Member(*id)) == Some(number)),
            Doer::Unknown | Doer::Automaton | Doer::Organisation => false,
        };
        if is_named {
            Ok(())
        } else {
            Err(VoidReason::NotPermitted)
        }
    }

    /// Whether every sheet is one of the same meeting and names the doer.
    fn listed(&self, doer: Doer, targets: &[Place]) -> Result<(), VoidReason> {
        self.of_one_meeting(targets)?
            .try_for_each(|sheet| self.named(doer, sheet))
    }

    /// Whether there are attendances, each the doer's own, of the same meeting.
    fn attended(&self, attempt: Attempt, targets: &[Place]) -> Result<(), VoidReason> {
        let mut attendances = self.of_one_meeting(targets)?.peekable();
        let is_own = |fact: &Fact| {
            let is_sheet = fact.act.as_ref().is_some_and(|act| !act.names().is_empty());
            !is_sheet && attempt.is_by_the_doer_of(fact)
        };
        if attendances.peek().is_some() && attendances.all(is_own) {
            Ok(())
        } else {
            Err(VoidReason::NotPermitted)
        }
    }

    /// What follows on a meeting in `re`, where all of it is about that meeting.
    fn of_one_meeting<'a>(
        &'a self,
        targets: &'a [Place],
    ) -> Result<impl Iterator<Item = &'a Fact>, VoidReason> {
        let (meeting, others) = targets.split_first().ok_or(VoidReason::WrongSubject)?;
        let others = || others.iter().map(|place| self.get(*place));
        if others().all(|fact| self.references(fact).next() == Some(Some(*meeting))) {
            Ok(others())
        } else {
            Err(VoidReason::WrongSubject)
        }
    }
}
