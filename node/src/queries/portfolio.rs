//! What a member took part in: for themselves, to show to whom they like. Entries, never a score.

use std::collections::BTreeSet;

use hearth_protocol::community::{Item, Person, View};
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::kind::Deed;
use serde_json::{Value, json};

use super::asker::Asker;
use super::card::Cards;
use super::{QueryError, Reader};

/// `{"person", "name"?, "organisation": {"id", "slug"}, "entries": [card …], "bodies": [kept …], "helped": [tie …],
/// "helped_by": [tie …]}`, by time; the first entry is the admission. `bodies` are those that the entries refer to, each
/// entry's own, hidden or not. A tie is `{"question", "answer", "with": the other's byline, "organisation",
/// "accepted"}`.
pub(super) fn portfolio(reader: &Reader, key: &KeyBytes) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let asker = Asker::find(reader, &view, key)?.ok_or(QueryError::NoMember)?;
    let Person::Member(person) = view.person(asker.person) else {
        return Err(QueryError::NoMember);
    };
    let mut own: Vec<&Item> = view
        .items()
        .iter()
        .filter(|item| asker.wrote(item) || item.id == person)
        .collect();
    own.sort_by_key(|item| item.moment());
    let mut cards = Cards::new(reader, &view)?;
    let entries = own
        .iter()
        .map(|item| cards.card(item))
        .collect::<Result<Vec<_>, _>>()?;
    let mut bodies = Vec::new();
    for item in &own {
        bodies.extend(cards.own_bodies(item)?);
    }
    let ties = ties(&view, &asker);
    let mut told = |by_me: bool| {
        ties.iter()
            .filter(|tie| asker.wrote(tie.answer) == by_me)
            .map(|tie| tie.told(&mut cards, by_me))
            .collect::<Result<Vec<_>, _>>()
    };
    let (helped, helped_by) = (told(true)?, told(false)?);
    let name = cards.name(person)?;
    let spell = view.spells().iter().rfind(|spell| spell.person == asker.person);
    let organisation = spell.map(|spell| {
        let organisation = view.organisation(spell.organisation);
        json!({ "id": organisation.id, "slug": organisation.slug })
    });
    Ok(json!({
        "person": person, "name": name, "community": view.community(), "organisation": organisation,
        "entries": entries, "bodies": bodies, "helped": helped, "helped_by": helped_by,
    }))
}

/// An answer between two people, one of whom asks for their portfolio.
struct Tie<'a> {
    question: &'a Item,
    answer: &'a Item,
    accepted: bool,
}

fn ties<'a>(view: &'a View, asker: &Asker) -> Vec<Tie<'a>> {
    let accepted: BTreeSet<Id> = view
        .done(Deed::QueryAccepted)
        .filter_map(|item| Some(view.subject(item)?.id))
        .collect();
    let mut ties: Vec<Tie<'_>> = view
        .done(Deed::QueryAnswered)
        .filter_map(|answer| {
            let question = view.subject(answer)?;
            let between = asker.wrote(answer) != asker.wrote(question);
            between.then(|| Tie {
                question,
                answer,
                accepted: accepted.contains(&answer.id),
            })
        })
        .collect();
    ties.sort_by_key(|tie| tie.answer.moment());
    ties
}

impl Tie<'_> {
    fn told(&self, cards: &mut Cards<'_>, by_me: bool) -> Result<Value, QueryError> {
        let other = cards.card(if by_me { self.question } else { self.answer })?;
        Ok(json!({
            "question": self.question.id,
            "answer": self.answer.id,
            "with": other.author,
            "organisation": other.organisation,
            "accepted": self.accepted,
        }))
    }
}
