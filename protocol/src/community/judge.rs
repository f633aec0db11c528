//! The verdict one log gives by itself, entry after entry: who may do what at that index. What an entry refers to is
//! judged apart ([`super::references`]).

use crate::id::{Id, KeyBytes};
use crate::kind::{AsRecord, Deed, Founded, Signer};

use super::check::{Charter, Fact, Matter, Voice};
use super::pulses::{self, Pulses};
use super::roster::{self, Role, Roster};
use super::verdict::VoidReason;

/// State of one log after the entries it was told of.
#[derive(Debug, Clone)]
pub(super) struct Judge {
    community: Id,
    organisation: Id,
    founding: Option<Founding>,
    charter: Option<Charter>,
    roster: Roster,
    pulses: Pulses,
}

/// What only the founding log has.
#[derive(Debug, Clone)]
pub(super) struct Founding {
    pub(super) says: Founded,
    /// The one key of the founding entries.
    steward: KeyBytes,
}

/// What stands at lower indices of the same log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before {
    /// The same entry.
    pub(super) same: bool,
    /// A record of the same source.
    pub(super) same_source: bool,
}

/// What an entry that counts changes in its log.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Nothing,
    Found(Box<Founding>),
    Open(Box<Charter>),
    /// What comes of it the chain says ([`super::chain`]).
    Propose,
    Roster(roster::Change),
    Pulse(pulses::Change),
}

impl Judge {
    pub(super) fn new(community: Id, organisation: Id) -> Judge {
        Judge {
            community,
            organisation,
            founding: None,
            charter: None,
            roster: Roster::default(),
            pulses: Pulses::default(),
        }
    }

    pub(super) fn founding(&self) -> Option<&Founding> {
        self.founding.as_ref()
    }

    pub(super) fn charter(&self) -> Option<&Charter> {
        self.charter.as_ref()
    }

    /// What a key may do after these entries; nothing for one that is unknown or revoked.
    pub(super) fn role(&self, key: &KeyBytes) -> Role {
        self.roster.author(key).unwrap_or_default()
    }

    /// Whose keys there are.
    pub(super) fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Judges the entry that comes next, `id` at `index`. Changes nothing.
    pub(super) fn decide(
        &self,
        index: u64,
        id: Id,
        fact: &Fact,
        before: Before,
    ) -> Result<Change, VoidReason> {
        self.placed(index, id, fact)?;
        let role = self.author(fact)?;
        self.permitted(fact, role)?;
        self.fits(fact)?;
        if before.same {
            return Err(VoidReason::Duplicate);
        }
        if before.same_source {
            return Err(VoidReason::DuplicateSource);
        }
        if let Some(change) = self.pulses.decide(fact, role)? {
            return Ok(Change::Pulse(change));
        }
        self.change(id, fact)
    }

    /// Takes the change in.
    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::Nothing | Change::Propose => {}
            Change::Found(founding) => self.founding = Some(*founding),
            Change::Open(charter) => {
                self.roster = Roster::of(&charter.says);
                self.charter = Some(*charter);
            }
            Change::Roster(change) => self.roster.apply(change),
            Change::Pulse(change) => self.pulses.apply(change),
        }
    }

    fn placed(&self, index: u64, id: Id, fact: &Fact) -> Result<(), VoidReason> {
        let is_record = matches!(fact.voice, Voice::Source { .. });
        let form = match fact.deed.rules().record {
            AsRecord::Never => !is_record,
            AsRecord::May => true,
            AsRecord::Only => is_record,
        };
        let place = if fact.deed == Deed::Founded {
            index == 0 && id == self.community
        } else if fact.deed == Deed::Chartered {
            index == u64::from(self.founding.is_some()) && id == self.organisation
        } else {
            self.charter.is_some()
        };
        if form && place {
            Ok(())
        } else {
            Err(VoidReason::Misplaced)
        }
    }

    fn author(&self, fact: &Fact) -> Result<Role, VoidReason> {
        match fact.voice {
            Voice::Source { .. } => Ok(Role::default()),
            Voice::Key(_) if matches!(fact.deed, Deed::Founded | Deed::Chartered) => Ok(Role::default()),
            // The one deed of somebody nobody knows. Whose key is known would not be unknown any more.
            Voice::Key(key) if fact.deed == Deed::PulseAnswered => match self.roster.author(&key) {
                Err(VoidReason::UnknownAuthor) => Ok(Role::default()),
                Ok(_) | Err(_) => Err(VoidReason::NotPermitted),
            },
            Voice::Key(key) => self.roster.author(&key),
        }
    }

    fn permitted(&self, fact: &Fact, role: Role) -> Result<(), VoidReason> {
        let Voice::Key(key) = fact.voice else {
            return Ok(());
        };
        let is_subject = role.member.is_some() && role.member == fact.re.first().copied();
        let may = match fact.deed.rules().signer {
            Signer::Founder => true,
            Signer::Charterer => self.may_charter(fact, key),
            Signer::Steward | Signer::StewardOfTheirs | Signer::OtherSteward => role.steward,
            Signer::StewardOrPerson => role.steward || is_subject,
            Signer::Person => is_subject,
            Signer::Member
            | Signer::MemberOrAuthor
            | Signer::Asker
            | Signer::Author
            | Signer::Named
            | Signer::OtherMember
            | Signer::Listed
            | Signer::Attendee => role.member.is_some(),
            Signer::StewardOrAuthor => role.steward || role.member.is_some(),
            Signer::Tokens => true,
            Signer::Nobody => false,
        };
        if may {
            Ok(())
        } else {
            Err(VoidReason::NotPermitted)
        }
    }

    /// A charter is signed by one of its stewards; that of the founder by the key that founded the community.
    fn may_charter(&self, fact: &Fact, key: KeyBytes) -> bool {
        let founder = self
            .founding
            .as_ref()
            .is_none_or(|founding| founding.steward == key);
        let Matter::Charter(charter) = &fact.matter else {
            return founder;
        };
        founder && charter.says.stewards.iter().any(|steward| steward.bytes() == key)
    }

    fn fits(&self, fact: &Fact) -> Result<(), VoidReason> {
        let fits = match (&fact.matter, fact.deed) {
            (Matter::Bad, _) => false,
            (Matter::Founding(founded), _) => {
                founded.policy.ruleset != 1 || founded.policy.admission.quorum == 1
            }
            (Matter::Charter(charter), Deed::Chartered) => self.founding.as_ref().is_none_or(|founding| {
                let (log, own) = (&founding.says, &charter.says);
                (log.key, log.next, &log.origin) == (own.key, own.next, &own.origin)
            }),
            (Matter::Heads { site, .. } | Matter::Own { site }, _) => self
                .charter
                .as_ref()
                .is_some_and(|charter| charter.says.origin.as_str() == site),
            (Matter::Plain | Matter::Key(_) | Matter::Charter(_), _) => true,
        };
        if fits { Ok(()) } else { Err(VoidReason::BadData) }
    }

    fn change(&self, id: Id, fact: &Fact) -> Result<Change, VoidReason> {
        let subject = fact.re.first().copied();
        match (&fact.matter, fact.deed, subject) {
            (Matter::Founding(says), _, _) => Ok(Change::Found(Box::new(Judge::found(says, fact)))),
            (Matter::Charter(charter), Deed::Chartered, _) => Ok(Change::Open(charter.clone())),
            (_, Deed::Proposed, _) => Ok(Change::Propose),
            (Matter::Key(key), Deed::MemberAdmitted, _) => {
                self.roster.admission(id, *key).map(Change::Roster)
            }
            (Matter::Key(key), Deed::KeyAdded, Some(person)) => {
                self.roster.addition(person, *key).map(Change::Roster)
            }
            (Matter::Key(key), _, Some(person)) => self.roster.revocation(person, *key).map(Change::Roster),
            (Matter::Plain, Deed::MemberLeft, Some(person)) => {
                self.roster.departure(person).map(Change::Roster)
            }
            _ => Ok(Change::Nothing),
        }
    }

    fn found(says: &Founded, fact: &Fact) -> Founding {
        let Voice::Key(steward) = fact.voice else {
            unreachable!("a record that founds is misplaced")
        };
        Founding {
            says: says.clone(),
            steward,
        }
    }
}
