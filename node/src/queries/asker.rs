//! Who asks: the member behind a key, for questions whose answer depends on it.

use hearth_protocol::community::{Author, Item, OrganisationNumber, Person, PersonNumber, View};
use hearth_protocol::id::{Id, KeyBytes};

use super::{Reader, resolve};

/// A member of this node's organisation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker {
    pub(super) person: PersonNumber,
    /// As whom they were admitted here.
    pub(super) member: Id,
    pub(super) organisation: OrganisationNumber,
}

impl Asker {
    /// The member who holds a key, as the view knows them; none for a stranger.
    pub(super) fn find(reader: &Reader, view: &View, key: &KeyBytes) -> Option<Asker> {
        let own = resolve::log(&reader.store().read().ok()?, None).ok()?;
        let keys = reader.projector().read().member_keys(own.charter.organisation);
        let (_, holder, _) = keys.into_iter().find(|(held, _, _)| held == key)?;
        let person = view.who(&Person::Member(holder))?;
        let admitted = view.spells().iter().find(|spell| spell.member == holder);
        admitted.map(|spell| Asker {
            person,
            member: holder,
            organisation: spell.organisation,
        })
    }

    /// Whether they wrote it.
    pub(super) fn wrote(&self, item: &Item) -> bool {
        item.author == Author::Person(self.person)
    }

    /// Whether it is no news to them: they did it, or it made them a member.
    pub(super) fn knows(&self, view: &View, item: &Item) -> bool {
        self.wrote(item) || view.person(self.person) == Person::Member(item.id)
    }
}
