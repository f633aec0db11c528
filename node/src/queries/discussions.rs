//! Questions, discussions and resources, with everything said about them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Item, Standing, View};
use hearth_protocol::id::Id;
use hearth_protocol::kind::Deed;
use serde_json::{Value, json};

use super::card::{Card, Cards};
use super::{QueryError, Reader, resolve};

/// Most rows of an answer.
const MOST: usize = 500;
/// Longest headline made of words, in characters.
const HEADLINE: usize = 80;

/// `{"thread": card, "entries": [card …]}`: the root, then all that follows on it, by time.
pub(super) fn thread(reader: &Reader, prefix: &str) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let item = resolve::item(&view, prefix)?;
    let root = root(&view, item).ok_or(QueryError::NotADiscussion { id: item.id })?;
    let mut followers: Vec<&Item> = view
        .items()
        .iter()
        .filter(|other| other.id != root.id && is_of(&view, other, root.id) && !is_tending(other))
        .collect();
    followers.sort_by_key(|item| item.moment());
    let mut cards = Cards::new(reader, &view)?;
    let root = cards.card(root)?;
    let entries = followers
        .into_iter()
        .map(|item| cards.card(item))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "thread": root, "entries": entries }))
}

/// `{"total", "threads": [{"thread": card without words, "follow_ups": {kind: count}, "withdrawn"} …]}`, newest first.
pub(super) fn threads(reader: &Reader, limit: usize, skip: usize) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let mut roots: Vec<&Item> = view.counting().filter(|item| begins_one(&view, item)).collect();
    roots.sort_by_key(|item| Reverse(item.moment()));
    let shown: Vec<&Item> = roots.iter().skip(skip).take(limit.min(MOST)).copied().collect();
    let follow_ups = follow_ups(&view, &shown);
    let withdrawn = withdrawn(&view);
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for item in shown {
        let card = headed(&mut cards, item)?;
        let withdrawn = withdrawn.contains(&item.id);
        rows.push(json!({ "thread": card, "follow_ups": follow_ups.get(&item.id), "withdrawn": withdrawn }));
    }
    Ok(json!({ "total": roots.len(), "threads": rows }))
}

/// A card for a list: its title, or its first words, and no others.
pub(super) fn headed(cards: &mut Cards<'_>, item: &Item) -> Result<Card, QueryError> {
    let mut card = cards.card(item)?;
    card.title = card
        .title
        .or_else(|| card.body.as_ref()?.text.as_deref().map(first_words));
    leave_words(&mut card);
    Ok(card)
}

/// The question, discussion or resource that an entry belongs to.
pub(super) fn root<'a>(view: &'a View, item: &'a Item) -> Option<&'a Item> {
    view.root(item)
        .filter(|root| begins_one(view, root) || is_taken_up(root))
}

fn is_of(view: &View, item: &Item, id: Id) -> bool {
    item.standing == Standing::Counts && root(view, item).is_some_and(|root| root.id == id)
}

/// What is no discussion, and is read with all that follows on it like one: a meeting, a decision, a task, a claim. What
/// makes the community and its members is not.
fn is_taken_up(item: &Item) -> bool {
    item.deed.is_some_and(|deed| {
        !matches!(
            deed,
            Deed::Founded
                | Deed::Chartered
                | Deed::Proposed
                | Deed::HeadsSeen
                | Deed::MemberAdmitted
                | Deed::ImportMade
                | Deed::ErasureCarriedOut
        )
    })
}

pub(super) fn begins_one(view: &View, item: &Item) -> bool {
    let kind = matches!(
        item.deed,
        Some(Deed::QueryAsked | Deed::ThreadOpened | Deed::ResourcePublished)
    );
    kind && view.subject(item).is_none()
}

/// It is shown with what it is about, or is for the stewards.
fn is_tending(item: &Item) -> bool {
    matches!(
        item.deed,
        Some(Deed::ContentCorrected | Deed::ContentReported | Deed::ContentHidden)
    )
}

/// What people say, as against what they administer.
pub(super) fn is_said(item: &Item) -> bool {
    matches!(
        item.deed,
        Some(
            Deed::QueryAsked
                | Deed::QueryAnswered
                | Deed::ThreadOpened
                | Deed::ThreadReplied
                | Deed::ResourcePublished
                | Deed::ResourceValidated
                | Deed::ResourceDisputed
        )
    )
}

fn follow_ups(view: &View, roots: &[&Item]) -> BTreeMap<Id, BTreeMap<&'static str, u64>> {
    let mut counts: BTreeMap<Id, BTreeMap<&'static str, u64>> =
        roots.iter().map(|item| (item.id, BTreeMap::new())).collect();
    for item in view.counting().filter(|item| view.subject(item).is_some()) {
        let (Some(root), Some(deed)) = (root(view, item), item.deed) else {
            continue;
        };
        if let Some(of) = counts.get_mut(&root.id) {
            *of.entry(deed.name()).or_default() += 1;
        }
    }
    counts
}

/// In a list words are found, not read.
pub(super) fn leave_words(card: &mut Card) {
    if let Some(body) = &mut card.body {
        (body.text, body.cut) = (None, false);
    }
}

/// The questions and resources that their authors took back.
pub(super) fn withdrawn(view: &View) -> BTreeSet<Id> {
    let taken_back = |item: &&Item| matches!(item.deed, Some(Deed::QueryWithdrawn | Deed::ResourceWithdrawn));
    let subjects = view
        .counting()
        .filter(taken_back)
        .filter_map(|item| view.subject(item));
    subjects.map(|subject| subject.id).collect()
}

fn first_words(text: &str) -> String {
    text.lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(HEADLINE)
        .collect()
}
