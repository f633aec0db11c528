//! What waits for somebody. Each source is one function and one row of [`SOURCES`].

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hearth_protocol::community::{Column, Item, View};
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::kind::Deed;
use serde_json::{Value, json};

use super::asker::Asker;
use super::card::Cards;
use super::discussions::withdrawn;
use super::news::open_queries;
use super::row::row;
use super::{QueryError, Reader};

/// Most rows of a source.
const MOST: usize = 500;

/// One reason why something waits.
struct Source {
    /// For programs.
    name: &'static str,
    /// For people.
    heading: &'static str,
    /// What one does about it, with `ID` in the place of the id.
    next: &'static str,
    /// It concerns only those who follow its thread or one of its topics. What somebody follows their client alone knows,
    /// and leaves out the rest.
    followed: bool,
    find: for<'a> fn(&'a View, &Asker) -> Vec<&'a Item>,
}

/// In the order in which they are shown.
const SOURCES: &[Source] = &[
    Source {
        name: "answers",
        heading: "Answers to your questions",
        next: "hearth accept ID, or hearth reply ID",
        followed: false,
        find: answers,
    },
    Source {
        name: "questions",
        heading: "Open questions in what you follow",
        next: "hearth answer ID",
        followed: true,
        find: questions,
    },
    Source {
        name: "resources",
        heading: "Resources in what you follow that nobody of your organisation has judged",
        next: "hearth validate ID, or hearth dispute ID",
        followed: true,
        find: resources,
    },
];

/// `{"sources": [{"name", "heading", "next", "followed", "total", "entries": [row …]} …]}`, newest first.
pub(super) fn inbox(reader: &Reader, key: &KeyBytes) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let asker = Asker::find(reader, &view, key).ok_or(QueryError::NoMember)?;
    let mut cards = Cards::new(reader, &view)?;
    let mut sources = Vec::new();
    for source in SOURCES {
        let mut found = (source.find)(&view, &asker);
        found.sort_by_key(|item| Reverse(item.moment()));
        let total = found.len();
        let rows = found.into_iter().take(MOST);
        let entries = rows
            .map(|item| row(&mut cards, &view, item, Some(&asker)))
            .collect::<Result<Vec<_>, _>>()?;
        sources.push(json!({
            "name": source.name,
            "heading": source.heading,
            "next": source.next,
            "followed": source.followed,
            "total": total,
            "entries": entries,
        }));
    }
    Ok(json!({ "sources": sources }))
}

/// Answers of others to the asker's questions, neither accepted nor replied to, that came after the last one accepted.
fn answers<'a>(view: &'a View, asker: &Asker) -> Vec<&'a Item> {
    let withdrawn = withdrawn(view);
    let own = |deed| view.done(deed).filter(|item| asker.wrote(item));
    let replied: Vec<Id> = own(Deed::ThreadReplied)
        .filter_map(|reply| Some(view.subject(reply)?.id))
        .collect();
    let mut accepted: BTreeMap<Id, _> = BTreeMap::new();
    for acceptance in own(Deed::QueryAccepted) {
        let answer = view.subject(acceptance);
        if let (Some(answer), Some(query)) = (answer, answer.and_then(|answer| view.subject(answer))) {
            let last = accepted.entry(query.id).or_insert_with(|| answer.moment());
            *last = (*last).max(acceptance.moment());
        }
    }
    view.done(Deed::QueryAnswered)
        .filter(|answer| !asker.wrote(answer) && !replied.contains(&answer.id))
        .filter(|answer| {
            view.subject(answer).is_some_and(|query| {
                let came_later = accepted.get(&query.id).is_none_or(|last| answer.moment() > *last);
                asker.wrote(query) && !withdrawn.contains(&query.id) && came_later
            })
        })
        .collect()
}

/// Questions of others that nobody has answered.
fn questions<'a>(view: &'a View, asker: &Asker) -> Vec<&'a Item> {
    let mut open = open_queries(view);
    open.retain(|query| !asker.wrote(query));
    open
}

/// The newest version of each resource of another organisation, where nobody of the asker's has judged it.
fn resources<'a>(view: &'a View, asker: &Asker) -> Vec<&'a Item> {
    let withdrawn = withdrawn(view);
    let mut newest: BTreeMap<Id, &Item> = BTreeMap::new();
    for version in view.done(Deed::ResourcePublished) {
        let others = version.column == Column::Signed && version.organisation != asker.organisation;
        let Some(first) = view.root(version).filter(|_| others) else {
            continue;
        };
        if withdrawn.contains(&version.id) || withdrawn.contains(&first.id) {
            continue;
        }
        let kept = newest.entry(first.id).or_insert(version);
        if version.moment() > kept.moment() {
            *kept = version;
        }
    }
    let verdicts = view
        .done(Deed::ResourceValidated)
        .chain(view.done(Deed::ResourceDisputed));
    let judged: Vec<Id> = verdicts
        .filter(|verdict| verdict.organisation == asker.organisation)
        .filter_map(|verdict| Some(view.subject(verdict)?.id))
        .collect();
    newest.retain(|_, version| !judged.contains(&version.id));
    newest.into_values().collect()
}
