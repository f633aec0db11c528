//! Keys, persons and stewards of one organisation, as of one index of its log.

use std::collections::BTreeMap;

use crate::id::{Id, KeyBytes};
use crate::kind::Chartered;

use super::verdict::VoidReason;

/// Who holds which key, and who is a member. Folded by log index alone.
#[derive(Debug, Clone, Default)]
pub(super) struct Roster {
    keys: BTreeMap<KeyBytes, Key>,
    /// True while a member.
    persons: BTreeMap<Id, bool>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Key {
    steward: bool,
    holder: Option<Id>,
    revoked: bool,
}

/// What a key may do in an organisation. Revoked keys may do nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Role {
    /// May admit, and act for the organisation.
    pub steward: bool,
    /// The person whose key it is, while they are a member.
    pub member: Option<Id>,
    /// The person whose key it is, member or not.
    pub holder: Option<Id>,
}

/// A change of the roster that has been judged and cannot fail.
#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    /// A person becomes a member: for the first time, or again.
    Admit {
        person: Id,
        key: KeyBytes,
    },
    Leave {
        person: Id,
    },
    Add {
        person: Id,
        key: KeyBytes,
    },
    Revoke {
        key: KeyBytes,
    },
}

impl Roster {
    /// The roster a charter opens: stewards, none of whom is a member yet.
    pub(super) fn of(charter: &Chartered) -> Roster {
        let steward = Key {
            steward: true,
            ..Key::default()
        };
        Roster {
            keys: charter
                .stewards
                .iter()
                .map(|key| (key.bytes(), steward))
                .collect(),
            persons: BTreeMap::new(),
        }
    }

    /// What an author's key may do, or why it may nothing.
    pub(super) fn author(&self, key: &KeyBytes) -> Result<Role, VoidReason> {
        match self.keys.get(key) {
            None => Err(VoidReason::UnknownAuthor),
            Some(key) if key.revoked => Err(VoidReason::RevokedKey),
            Some(key) => Ok(Role {
                steward: key.steward,
                member: key.holder.filter(|person| self.persons[person]),
                holder: key.holder,
            }),
        }
    }

    /// Every key that is or was somebody's: whose, and whether it was revoked. Ascending by key.
    pub(super) fn held_keys(&self) -> impl Iterator<Item = (KeyBytes, Id, bool)> {
        self.keys
            .iter()
            .filter_map(|(key, held)| Some((*key, held.holder?, held.revoked)))
    }

    /// Admission of the holder of `key`, in the entry `id`: a new person, or one who left and comes back. For one who
    /// is a member already it changes nothing.
    pub(super) fn admission(&self, id: Id, key: KeyBytes) -> Result<Change, VoidReason> {
        match self.keys.get(&key) {
            Some(known) if known.revoked => Err(VoidReason::WrongSubject),
            Some(Key {
                holder: Some(person), ..
            }) => Ok(Change::Admit { person: *person, key }),
            _ => Ok(Change::Admit { person: id, key }),
        }
    }

    pub(super) fn departure(&self, person: Id) -> Result<Change, VoidReason> {
        self.known(person).map(|()| Change::Leave { person })
    }

    /// One more key of a person; it must be nobody's yet.
    pub(super) fn addition(&self, person: Id, key: KeyBytes) -> Result<Change, VoidReason> {
        self.known(person)?;
        match self.keys.get(&key) {
            Some(known) if known.revoked || known.holder.is_some() => Err(VoidReason::WrongSubject),
            _ => Ok(Change::Add { person, key }),
        }
    }

    /// The end of a key, which must be that person's.
    pub(super) fn revocation(&self, person: Id, key: KeyBytes) -> Result<Change, VoidReason> {
        self.known(person)?;
        let theirs = self
            .keys
            .get(&key)
            .is_some_and(|known| known.holder == Some(person));
        if theirs {
            Ok(Change::Revoke { key })
        } else {
            Err(VoidReason::WrongSubject)
        }
    }

    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::Admit { person, key } => {
                self.keys.entry(key).or_default().holder = Some(person);
                self.persons.insert(person, true);
            }
            Change::Leave { person } => {
                self.persons.insert(person, false);
            }
            Change::Add { person, key } => self.keys.entry(key).or_default().holder = Some(person),
            Change::Revoke { key } => self.keys.entry(key).or_default().revoked = true,
        }
    }

    fn known(&self, person: Id) -> Result<(), VoidReason> {
        if self.persons.contains_key(&person) {
            Ok(())
        } else {
            Err(VoidReason::WrongSubject)
        }
    }
}
