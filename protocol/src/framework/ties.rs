//! Who helps whom, between organisations: never a score of a person (A6).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::community::{Column, Item, View};
use crate::id::Id;
use crate::kind::Deed;
use crate::time::{Span, Timestamp};

/// How many responses of one organisation's members questions of another's got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tie {
    /// Whose members responded.
    pub from: Id,
    /// Whose members had asked.
    pub to: Id,
    /// How often.
    pub responses: u64,
}

/// The ties of the window [T − W, T), of events alone: answers with words by another person, by the organisations of both.
/// Ascending by (from, to); an organisation's tie to itself is among them.
pub fn ties(view: &View, as_of: Timestamp, window: Span) -> Vec<Tie> {
    let since = as_of.minus(window);
    let signed = |item: &Item| item.column == Column::Signed && item.effective < as_of;
    let mut counts: BTreeMap<(Id, Id), u64> = BTreeMap::new();
    let answers = view
        .done(Deed::QueryAnswered)
        .filter(|item| signed(item) && item.effective >= since && item.written);
    for answer in answers {
        let Some(query) = view.subject(answer).filter(|query| signed(query)) else {
            continue;
        };
        if answer.author.is_another_than(query.author) {
            let organisation = |item: &Item| view.organisation(item.organisation).id;
            *counts
                .entry((organisation(answer), organisation(query)))
                .or_default() += 1;
        }
    }
    let tie = |((from, to), responses)| Tie { from, to, responses };
    counts.into_iter().map(tie).collect()
}
