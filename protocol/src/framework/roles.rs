//! Who held which role when: granted by a decision, accepted, in term, not given up, and a member all the while.

use std::collections::BTreeMap;

use crate::community::{Author, Column, Item, Person, PersonNumber, Spell, View};
use crate::governance::Decisions;
use crate::id::Id;
use crate::kind::{Act, Deed, Leadership, RoleGranted, Slug};
use crate::time::Timestamp;

/// Every role that was held at some time before an instant.
pub struct Roles<'a> {
    holdings: Vec<Holding<'a>>,
}

/// A role held by somebody. As with membership, what happens at its first instant is not within it, what happens at its
/// last is.
pub struct Holding<'a> {
    /// The entry that grants it.
    pub grant: &'a Item,
    /// What that says.
    pub says: &'a RoleGranted,
    /// Who holds it.
    pub holder: PersonNumber,
    /// Since when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// When the holder was a member.
    spells: Vec<Spell>,
}

impl<'a> Roles<'a> {
    /// The roles as far as an instant knows of them: that of the decisions.
    pub fn of(view: &'a View, decisions: &Decisions<'a>, as_of: Timestamp) -> Roles<'a> {
        let accepted = first_about(view, Deed::RoleAccepted, as_of);
        let ended = first_about(view, Deed::RoleEnded, as_of);
        let mut holdings: Vec<Holding<'a>> = Vec::new();
        for adopted in decisions.adopted(Deed::RoleGranted) {
            let grant = adopted.item;
            let Some(says) = granted(grant) else { continue };
            let since = says.from.max(grant.effective);
            let Some(holder) = number_of(view, says.holder) else {
                continue;
            };
            replace(&mut holdings, &says.role, holder, since);
            let Some(taken) = accepted.get(&grant.id) else {
                // Nobody holds what they have not accepted; it replaces what was granted before all the same.
                continue;
            };
            let given_up = ended.get(&grant.id).copied();
            let mine = |spell: &&Spell| spell.person == holder;
            holdings.push(Holding {
                grant,
                says,
                holder,
                from: since.max(*taken),
                until: given_up.map_or(says.until, |ended| ended.min(says.until)),
                spells: view.spells().iter().filter(mine).copied().collect(),
            });
        }
        holdings.retain(|holding| holding.from < holding.until);
        Roles { holdings }
    }

    /// All of them, in the order in which they were granted.
    pub fn all(&self) -> &[Holding<'a>] {
        &self.holdings
    }

    /// Those held at an instant.
    pub fn held_at(&self, at: Timestamp) -> impl Iterator<Item = &Holding<'a>> {
        self.holdings.iter().filter(move |holding| holding.holds_at(at))
    }

    /// Whether somebody held any role at an instant.
    pub fn is_leader(&self, person: PersonNumber, at: Timestamp) -> bool {
        self.held_at(at).any(|holding| holding.holder == person)
    }

    /// Whether the author of something held a role when it happened.
    pub fn led(&self, item: &Item) -> bool {
        matches!(item.author, Author::Person(person) if self.is_leader(person, item.effective))
    }
}

impl Holding<'_> {
    /// Whether it is held at an instant.
    pub fn holds_at(&self, at: Timestamp) -> bool {
        let in_term = self.from < at && at <= self.until;
        in_term && self.spells.iter().any(|spell| spell.holds_at(at))
    }

    /// Whether it is held at some instant after `from` and not after `until`.
    pub(super) fn holds_between(&self, from: Timestamp, until: Timestamp) -> bool {
        let (from, until) = (self.from.max(from), self.until.min(until));
        let overlaps = |spell: &Spell| spell.from.max(from) < spell.until.map_or(until, |end| end.min(until));
        self.spells.iter().any(overlaps)
    }
}

/// A later grant of the same role to the same person replaces the earlier one, from its own term on.
fn replace(holdings: &mut [Holding<'_>], role: &Slug, holder: PersonNumber, since: Timestamp) {
    for earlier in holdings {
        if (&earlier.says.role, earlier.holder) == (role, holder) {
            earlier.until = earlier.until.min(since);
        }
    }
}

fn granted(item: &Item) -> Option<&RoleGranted> {
    if let Some(Act::Leadership(Leadership::RoleGranted(says))) = item.act() {
        Some(says)
    } else {
        None
    }
}

/// When this was first done about each entry.
fn first_about(view: &View, deed: Deed, as_of: Timestamp) -> BTreeMap<Id, Timestamp> {
    let mut first: BTreeMap<Id, Timestamp> = BTreeMap::new();
    let visible = |item: &&Item| item.effective < as_of && item.column == Column::Signed;
    for item in view.done(deed).filter(visible) {
        if let Some(subject) = view.subject(item) {
            let at = first.entry(subject.id).or_insert(item.effective);
            *at = item.effective.min(*at);
        }
    }
    first
}

fn number_of(view: &View, person: Id) -> Option<PersonNumber> {
    view.who(&Person::Member(person))
}
