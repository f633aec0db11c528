//! Who is who: a person admitted twice, and the member behind a pseudonym of imported history (docs/protocol.md §6). It
//! takes both to say so, and holds for all times once a cut holds both.

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::{Act, Deed, People};

use super::view::{Author, Column, Item, OrganisationNumber, Person, PersonNumber, View};

/// Persons who are somebody else under a further name, and as whom they count: the least of all who are one.
#[derive(Debug, Clone, Default)]
pub struct Kin {
    lesser: BTreeMap<PersonNumber, PersonNumber>,
}

impl Kin {
    /// Everybody's, for all times. O(n) in the entries of the view.
    pub(super) fn of(view: &View) -> Kin {
        Kin::joining(affiliated(view, |_| true).into_iter().chain(linked(view)))
    }

    /// Members' alone, by those words of theirs of which this holds.
    pub(super) fn by(view: &View, holds: impl Fn(&Item) -> bool) -> Kin {
        Kin::joining(affiliated(view, holds))
    }

    fn joining(pairs: impl IntoIterator<Item = (PersonNumber, PersonNumber)>) -> Kin {
        let mut kin = Kin::default();
        for (one, other) in pairs {
            let (one, other) = (kin.who(one), kin.who(other));
            if one != other {
                kin.lesser.insert(one.max(other), one.min(other));
            }
        }
        kin
    }

    /// As whom a person counts. Ends, since each step leads to a lesser number.
    pub fn who(&self, person: PersonNumber) -> PersonNumber {
        let mut person = person;
        while let Some(lesser) = self.lesser.get(&person) {
            person = *lesser;
        }
        person
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lesser.is_empty()
    }

    /// Whoever did it, as whom they count.
    pub(super) fn settle(&self, author: Author) -> Author {
        match author {
            Author::Person(person) => Author::Person(self.who(person)),
            Author::Unknown | Author::Automaton | Author::Organisation => author,
        }
    }
}

/// Members who say of each other that they are one, each under their own key, in words of which this holds.
fn affiliated(view: &View, holds: impl Fn(&Item) -> bool) -> Vec<(PersonNumber, PersonNumber)> {
    let said: BTreeSet<(PersonNumber, PersonNumber)> = view
        .done(Deed::MemberAffiliated)
        .filter(|item| holds(item))
        .filter_map(|item| {
            let other = Person::Member(view.subject(item)?.id);
            Some((view.signer(item)?, view.number(&other)?))
        })
        .collect();
    let pairs = said.iter().copied();
    pairs
        .filter(|(one, other)| one < other && said.contains(&(*other, *one)))
        .collect()
}

/// Members whose claim to a pseudonym is confirmed by the organisation that imported something of it; of several such
/// organisations by the one admitted first, of several members the one confirmed first.
fn linked(view: &View) -> Vec<(PersonNumber, PersonNumber)> {
    let mut confirmed: Vec<&Item> = view.done(Deed::HistoryConfirmed).collect();
    if confirmed.is_empty() {
        return Vec::new();
    }
    confirmed.sort_unstable_by_key(|item| item.moment());
    let mut importers: BTreeMap<PersonNumber, OrganisationNumber> = BTreeMap::new();
    for item in view.counting().filter(|item| item.column == Column::Imported) {
        let Some(pseudonym) = item.author.person() else {
            continue;
        };
        let turn = |of: OrganisationNumber| view.organisation(of).seniority;
        let first = importers.entry(pseudonym).or_insert(item.organisation);
        if turn(item.organisation) < turn(*first) {
            *first = item.organisation;
        }
    }
    let mut links: BTreeMap<PersonNumber, PersonNumber> = BTreeMap::new();
    for confirmation in confirmed {
        let claim = view.subject(confirmation);
        let Some(Act::People(People::HistoryLinked(says))) = claim.and_then(Item::act) else {
            continue;
        };
        let pseudonym = view.number(&Person::Imported(says.person));
        let (Some(pseudonym), Some(member)) = (pseudonym, claim.and_then(|claim| claim.author.person()))
        else {
            continue;
        };
        if importers.get(&pseudonym) == Some(&confirmation.organisation) {
            links.entry(pseudonym).or_insert(member);
        }
    }
    links.into_iter().collect()
}
