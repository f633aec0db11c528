//! Who is who: a person admitted twice, and the member behind a pseudonym of imported history (docs/protocol.md §6). It
//! takes both to say so, and holds for all times once a cut holds both.

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::{Act, Deed, People};

use super::view::{Author, Column, Item, OrganisationNumber, Person, PersonNumber, View};

/// The persons who are somebody else under a further name: by their number that of whom they count as, the least of all
/// who are one. O(n) in the entries of the view.
pub(super) fn kin(view: &View) -> BTreeMap<PersonNumber, PersonNumber> {
    let mut found: BTreeMap<PersonNumber, PersonNumber> = BTreeMap::new();
    for (one, other) in affiliated(view).into_iter().chain(linked(view)) {
        let (one, other) = (counts_as(&found, one), counts_as(&found, other));
        if one != other {
            found.insert(one.max(other), one.min(other));
        }
    }
    let all: Vec<PersonNumber> = found.keys().copied().collect();
    all.into_iter()
        .map(|person| (person, counts_as(&found, person)))
        .collect()
}

/// Ends, since each step leads to a lesser number.
fn counts_as(found: &BTreeMap<PersonNumber, PersonNumber>, person: PersonNumber) -> PersonNumber {
    let mut person = person;
    while let Some(lesser) = found.get(&person) {
        person = *lesser;
    }
    person
}

/// Members who say of each other that they are one, each under their own key.
fn affiliated(view: &View) -> Vec<(PersonNumber, PersonNumber)> {
    let said: BTreeSet<(PersonNumber, PersonNumber)> = did(view, Deed::MemberAffiliated)
        .filter_map(|item| {
            let other = Person::Member(view.subject(item)?.id);
            Some((item.author.person()?, view.number(&other)?))
        })
        .collect();
    let pairs = said.iter().copied();
    pairs
        .filter(|(one, other)| one < other && said.contains(&(*other, *one)))
        .collect()
}

/// Members whose claim to a pseudonym is confirmed by an organisation that imported something of it; of several the first.
fn linked(view: &View) -> Vec<(PersonNumber, PersonNumber)> {
    let mut confirmed: Vec<&Item> = did(view, Deed::HistoryConfirmed).collect();
    if confirmed.is_empty() {
        return Vec::new();
    }
    confirmed.sort_unstable_by_key(|item| item.moment());
    let imported: BTreeSet<(OrganisationNumber, PersonNumber)> = view
        .counting()
        .filter(|item| item.column == Column::Imported)
        .filter_map(|item| Some((item.organisation, item.author.person()?)))
        .collect();
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
        if imported.contains(&(confirmation.organisation, pseudonym)) {
            links.entry(pseudonym).or_insert(member);
        }
    }
    links.into_iter().collect()
}

fn did(view: &View, deed: Deed) -> impl Iterator<Item = &Item> {
    view.counting().filter(move |item| item.deed == Some(deed))
}

/// Whoever did it, as whom they count.
pub(super) fn settle(author: Author, kin: &BTreeMap<PersonNumber, PersonNumber>) -> Author {
    match author {
        Author::Person(person) => Author::Person(kin.get(&person).copied().unwrap_or(person)),
        Author::Unknown | Author::Automaton | Author::Organisation => author,
    }
}
