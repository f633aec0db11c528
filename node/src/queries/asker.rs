//! Who asks: the member behind a key, for questions whose answer depends on it.

use hearth_protocol::community::{Author, Item, OrganisationNumber, Person, PersonNumber, View};
use hearth_protocol::id::{Id, KeyBytes};

use super::{QueryError, Reader, resolve};

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
    ///
    /// # Errors
    /// [`QueryError`] where the own log cannot be read.
    pub(super) fn find(reader: &Reader, view: &View, key: &KeyBytes) -> Result<Option<Asker>, QueryError> {
        let own = resolve::log(&reader.store().read()?, None)?;
        let keys = reader.projector().read().member_keys(own.charter.organisation);
        let holder = keys.into_iter().find(|(held, _, _)| held == key);
        Ok(holder.and_then(|(_, holder, _)| {
            let person = view.who(&Person::Member(holder))?;
            let admitted = view.spells().iter().find(|spell| spell.member == holder);
            admitted.map(|spell| Asker {
                person,
                member: holder,
                organisation: spell.organisation,
            })
        }))
    }

    /// The same where nobody may have asked.
    ///
    /// # Errors
    /// As for [`Asker::find`].
    pub(super) fn of(
        reader: &Reader,
        view: &View,
        key: Option<&KeyBytes>,
    ) -> Result<Option<Asker>, QueryError> {
        key.map_or(Ok(None), |key| Asker::find(reader, view, key))
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
