//! What an indicator may look at: a view as of an instant, one column at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::parameters::Parameters;
use super::roles::Roles;
use crate::community::{Column, Item, OrganisationNumber, Person, PersonNumber, Spell, View};
use crate::governance::Decisions;
use crate::kind::Deed;
use crate::time::{Span, Timestamp};

/// The question every indicator answers: how it stood at an instant, by these parameters.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) view: &'a View,
    pub(super) as_of: Timestamp,
    pub(super) parameters: &'a Parameters,
    /// What was decided before the instant, and is in force by it.
    pub(super) decisions: &'a Decisions<'a>,
    /// A window of the asker's own, in place of each indicator's.
    pub(super) own_window: Option<Span>,
}

/// Which entries a figure is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// Events alone.
    Signed,
    /// Events and imported history.
    All,
}

impl<'a> Scope<'a> {
    /// The entries that count, of this reach, that happened before the instant (R1), by organisation and index.
    pub(super) fn visible(self, reach: Reach) -> impl Iterator<Item = &'a Item> {
        self.view
            .counting()
            .filter(move |item| self.is_visible(item, reach))
    }

    /// Whether one that counts happened before the instant and is of this reach.
    pub(super) fn is_visible(self, item: &Item, reach: Reach) -> bool {
        item.effective < self.as_of && (reach == Reach::All || item.column == Column::Signed)
    }

    /// Those of them that do this, by organisation and index.
    pub(super) fn done(self, deed: Deed, reach: Reach) -> impl Iterator<Item = &'a Item> {
        self.view
            .done(deed)
            .filter(move |item| self.is_visible(item, reach))
    }

    /// Members' verdicts on versions, validations first.
    pub(super) fn opinions(self) -> impl Iterator<Item = &'a Item> {
        let deeds = OPINIONS.into_iter();
        deeds.flat_map(move |deed| self.done(deed, Reach::Signed))
    }

    /// Who held which role when.
    pub(super) fn roles(self) -> Roles<'a> {
        Roles::of(self.view, self.decisions, self.as_of)
    }

    /// The start of the window [T − W, T): of `usual`, unless the asker has one.
    pub(super) fn since(self, usual: Span) -> Timestamp {
        self.as_of.minus(self.own_window.unwrap_or(usual))
    }

    /// Whether so much time lies wholly before the instant (R1).
    pub(super) fn is_mature(self, from: Timestamp, span: Span) -> bool {
        from.plus(span) < self.as_of
    }

    /// The organisations of the community at an instant.
    pub(super) fn organisations_at(self, at: Timestamp) -> Vec<OrganisationNumber> {
        self.view
            .organisation_numbers()
            .filter(|number| self.view.organisation(*number).holds_at(at))
            .collect()
    }

    /// members(T) and, with imported history, people(T): those besides who had done something by then (R4).
    pub(super) fn people_at(self, at: Timestamp, reach: Reach) -> BTreeSet<PersonNumber> {
        let mut belongs = vec![false; self.view.persons().len()];
        for spell in self.view.spells().iter().filter(|spell| spell.holds_at(at)) {
            belongs[spell.person.as_usize()] |= self.view.organisation(spell.organisation).admitted < at;
        }
        if reach == Reach::All {
            for number in self.view.person_numbers() {
                let imported = matches!(self.view.person(number), Person::Imported(_));
                belongs[number.as_usize()] |=
                    imported && self.view.first_act(number).is_some_and(|first| first < at);
            }
        }
        self.view
            .person_numbers()
            .zip(belongs)
            .filter(|(_, belongs)| *belongs)
            .map(|(number, _)| number)
            .collect()
    }

    /// Of which organisations each member is at the instant: of several for who is one by several admissions.
    pub(super) fn organisations_of_members(self) -> BTreeMap<PersonNumber, BTreeSet<OrganisationNumber>> {
        let members = self.people_at(self.as_of, Reach::Signed);
        let holds = self
            .view
            .spells()
            .iter()
            .filter(|spell| spell.holds_at(self.as_of));
        let mut homes: BTreeMap<PersonNumber, BTreeSet<OrganisationNumber>> = BTreeMap::new();
        let counts = |spell: &&Spell| {
            members.contains(&spell.person)
                && self.view.organisation(spell.organisation).admitted < self.as_of
        };
        for spell in holds.filter(counts) {
            homes.entry(spell.person).or_default().insert(spell.organisation);
        }
        homes
    }

    /// When each person first became a member, of an organisation admitted before the instant.
    pub(super) fn first_joined(self) -> BTreeMap<PersonNumber, Timestamp> {
        let mut first: BTreeMap<PersonNumber, Timestamp> = BTreeMap::new();
        for spell in self.view.spells() {
            if spell.from < self.as_of && self.view.organisation(spell.organisation).admitted < self.as_of {
                let joined = first.entry(spell.person).or_insert(spell.from);
                *joined = (*joined).min(spell.from);
            }
        }
        first
    }

    /// What the people of a reach are called.
    pub(super) fn people_name(reach: Reach) -> &'static str {
        match reach {
            Reach::Signed => "members",
            Reach::All => "people",
        }
    }
}

/// What R5 calls a contribution.
pub(super) fn is_contribution(item: &Item) -> bool {
    item.deed.is_some_and(Deed::is_contribution)
}

/// The verdicts of members on versions.
const OPINIONS: [Deed; 2] = [Deed::ResourceValidated, Deed::ResourceDisputed];

/// What counts once by person and subject: a member's verdict on a version, an author's signature.
pub(super) const COUNTED_ONCE: [Deed; 3] =
    [Deed::ResourceValidated, Deed::ResourceDisputed, Deed::WorkJoined];
