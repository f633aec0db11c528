//! Works: who is to make them, who signed, what came out, what was agreed on.

use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Item, View};
use hearth_protocol::governance::Decisions;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Deed, Works};
use serde_json::{Value, json};

use super::card::Cards;
use super::{QueryError, Reader, resolve};

/// `{"works": [{"work": card, "versions", "agreed", "signed", "authors"} …]}`, newest first.
pub(super) fn list(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let mut works: Vec<&Item> = view.done(Deed::WorkProposed).collect();
    works.sort_by_key(|work| std::cmp::Reverse(work.moment()));
    let (releases, agreed) = (by_work(&view, Deed::WorkReleased), agreed(&view));
    let joined = by_work(&view, Deed::WorkJoined);
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for work in works {
        let versions = releases.get(&work.id).map_or(&[] as &[&Item], Vec::as_slice);
        let signed: BTreeSet<_> = joined
            .get(&work.id)
            .into_iter()
            .flatten()
            .map(|item| item.author)
            .collect();
        rows.push(json!({
            "work": cards.card(work)?,
            "versions": versions.len(),
            "agreed": versions.iter().any(|version| agreed.contains(&version.id)),
            "signed": signed.len(),
            "authors": authors(work).len(),
        }));
    }
    Ok(json!({ "works": rows }))
}

/// `{"work": card, "authors": [{"person", "name"?, "organisation"?, "signed"?: id} …], "versions": [{"version": card, "agreed",
/// "from": [card …], "validated", "disputed", "evaluations": [card …]} …]}`, versions by time. `prefix` may name the work or
/// one of its versions.
pub(super) fn work(reader: &Reader, prefix: &str) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let wanted = resolve::item(&view, prefix)?;
    let work = match wanted.deed {
        Some(Deed::WorkReleased | Deed::WorkJoined) => view.subject(wanted),
        Some(Deed::WorkProposed) => Some(wanted),
        _ => None,
    };
    let work = work.ok_or(QueryError::NotOfThatKind {
        id: wanted.id,
        wanted: "a work",
    })?;
    let mut cards = Cards::new(reader, &view)?;
    let signatures = by_work(&view, Deed::WorkJoined)
        .remove(&work.id)
        .unwrap_or_default();
    let mut named = Vec::new();
    for person in authors(work) {
        let is_theirs = |item: &&&Item| {
            let author = item.author.person().map(|author| view.person(author));
            author == Some(hearth_protocol::community::Person::Member(*person))
        };
        let signed = signatures.iter().find(is_theirs).map(|item| item.id);
        let admitted = view
            .find(*person)
            .map(|item| view.organisation(item.organisation));
        named.push(json!({
            "person": person, "name": cards.name(*person)?, "signed": signed,
            "organisation": admitted.map(|organisation| organisation.slug.clone()),
        }));
    }
    let agreed = agreed(&view);
    let opinions = Opinions::of(&view);
    let mut versions = Vec::new();
    for version in by_work(&view, Deed::WorkReleased)
        .remove(&work.id)
        .unwrap_or_default()
    {
        let mut from = Vec::new();
        for origin in view.references(version).skip(1) {
            from.push(cards.card(origin)?);
        }
        let (validated, disputed) = opinions.on(version);
        let mut evaluations = Vec::new();
        for item in view.done(Deed::WorkEvaluated) {
            if view.subject(item).is_some_and(|subject| subject.id == version.id) {
                evaluations.push(cards.card(item)?);
            }
        }
        versions.push(json!({
            "version": cards.card(version)?, "agreed": agreed.contains(&version.id), "from": from,
            "validated": validated, "disputed": disputed, "evaluations": evaluations,
        }));
    }
    let from = view.subject(work).map(|origin| cards.card(origin)).transpose()?;
    Ok(json!({ "work": cards.card(work)?, "from": from, "authors": named, "versions": versions }))
}

fn authors(work: &Item) -> &[Id] {
    match work.act() {
        Some(Act::Works(Works::WorkProposed(says))) => &says.authors,
        _ => &[],
    }
}

/// What of this kind was done about each work, by time.
fn by_work(view: &View, deed: Deed) -> BTreeMap<Id, Vec<&Item>> {
    let mut items: Vec<&Item> = view.done(deed).collect();
    items.sort_by_key(|item| item.moment());
    let mut works: BTreeMap<Id, Vec<&Item>> = BTreeMap::new();
    for item in items {
        if let Some(work) = view.subject(item) {
            works.entry(work.id).or_default().push(item);
        }
    }
    works
}

/// The versions agreed on by a decision that carried.
fn agreed(view: &View) -> BTreeSet<Id> {
    let decisions = Decisions::at(view, view.latest());
    let agreed = decisions.adopted(Deed::WorkAgreed);
    let named = agreed
        .iter()
        .flat_map(|agreed| view.references(agreed.item).skip(1));
    named.map(|version| version.id).collect()
}

/// The last word of each person on each version.
struct Opinions {
    last: BTreeMap<Id, BTreeMap<hearth_protocol::community::Author, bool>>,
}

impl Opinions {
    fn of(view: &View) -> Opinions {
        let mut said: Vec<&Item> = view
            .done(Deed::ResourceValidated)
            .chain(view.done(Deed::ResourceDisputed))
            .collect();
        said.sort_by_key(|item| item.moment());
        let mut last: BTreeMap<Id, BTreeMap<_, bool>> = BTreeMap::new();
        for item in said {
            if let Some(version) = view.subject(item) {
                let validates = item.deed == Some(Deed::ResourceValidated);
                last.entry(version.id).or_default().insert(item.author, validates);
            }
        }
        Opinions { last }
    }

    /// How many validate a version, and how many dispute it.
    fn on(&self, version: &Item) -> (usize, usize) {
        let said = self.last.get(&version.id);
        let validated = said.map_or(0, |said| said.values().filter(|validates| **validates).count());
        (validated, said.map_or(0, BTreeMap::len) - validated)
    }
}
