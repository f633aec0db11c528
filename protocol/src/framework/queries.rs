//! Every query with what came of it: first response, acceptance, withdrawal. Read by V4 and K4.

use super::scope::{Reach, Scope};
use std::collections::BTreeSet;

use crate::community::{Author, Item, Moment, PersonNumber};
use crate::kind::Deed;
use crate::time::{Span, Timestamp};

/// A query and what came of it before the instant.
pub(super) struct Query<'a> {
    pub(super) item: &'a Item,
    /// The first answer with words, by another person.
    pub(super) first_response: Option<&'a Item>,
    /// The first acceptance by the asker of such an answer.
    accepted: Option<Moment>,
    withdrawn: Option<Moment>,
    /// One of the responses is from another organisation. Means nothing for imported queries and answers.
    pub(super) answered_across: bool,
    /// The known people who responded.
    pub(super) responders: BTreeSet<PersonNumber>,
}

impl Query<'_> {
    pub(super) fn is_answered(&self) -> bool {
        self.first_response.is_some()
    }

    pub(super) fn is_withdrawn(&self) -> bool {
        self.withdrawn.is_some()
    }

    /// How long the asker waited; none if they still do.
    pub(super) fn response_after(&self) -> Option<Span> {
        self.first_response
            .map(|answer| answer.effective.since(self.item.effective))
    }

    /// How long until an answer was accepted; none if none was.
    pub(super) fn acceptance_after(&self) -> Option<Span> {
        self.accepted.map(|(at, ..)| at.since(self.item.effective))
    }

    /// When the asker first accepted a response by another.
    pub(super) fn accepted_at(&self) -> Option<Timestamp> {
        self.accepted.map(|(at, ..)| at)
    }

    /// Taken back within `span`, before anybody had responded.
    pub(super) fn withdrawn_unanswered_within(&self, span: Span) -> bool {
        self.withdrawn.is_some_and(|withdrawn| {
            let soon = withdrawn.0.since(self.item.effective) <= span;
            soon && self
                .first_response
                .is_none_or(|response| response.moment() > withdrawn)
        })
    }
}

/// Every visible query of a reach, by organisation and index. O(entries).
pub(super) fn queries<'a>(scope: Scope<'a>, reach: Reach) -> Vec<Query<'a>> {
    let mut queries: Vec<Query<'a>> = Vec::new();
    let mut at: Vec<Option<usize>> = vec![None; scope.view.items().len()];
    for item in scope.done(Deed::QueryAsked, reach) {
        at[scope.view.position(item)] = Some(queries.len());
        queries.push(Query {
            item,
            first_response: None,
            accepted: None,
            withdrawn: None,
            answered_across: false,
            responders: BTreeSet::new(),
        });
    }
    let of = |query: &Item| at[scope.view.position(query)];
    let said = [Deed::QueryAnswered, Deed::QueryAccepted, Deed::QueryWithdrawn];
    let said = said.into_iter().flat_map(|deed| scope.done(deed, reach));
    for item in said.filter(|item| item.author != Author::Automaton) {
        match item.deed {
            Some(Deed::QueryAnswered) => {
                if let Some(query) = scope.view.subject(item).and_then(of).map(|n| &mut queries[n])
                    && is_response(item, query.item)
                {
                    if query
                        .first_response
                        .is_none_or(|known| item.moment() < known.moment())
                    {
                        query.first_response = Some(item);
                    }
                    query.answered_across |= item.organisation != query.item.organisation;
                    query.responders.extend(item.author.person());
                }
            }
            Some(Deed::QueryAccepted) => {
                let answer = scope
                    .view
                    .subject(item)
                    .filter(|answer| scope.is_visible(answer, reach));
                let query = answer.and_then(|answer| scope.view.subject(answer)).and_then(of);
                if let (Some(answer), Some(query)) = (answer, query.map(|n| &mut queries[n]))
                    && is_response(answer, query.item)
                {
                    earliest(&mut query.accepted, item);
                }
            }
            Some(Deed::QueryWithdrawn) => {
                if let Some(query) = scope.view.subject(item).and_then(of).map(|n| &mut queries[n]) {
                    earliest(&mut query.withdrawn, item);
                }
            }
            _ => {}
        }
    }
    queries
}

/// An answer with at least one byte, by another person and no automaton.
pub(super) fn is_response(answer: &Item, query: &Item) -> bool {
    answer.written && answer.author != Author::Automaton && answer.author.is_another_than(query.author)
}

fn earliest(slot: &mut Option<Moment>, item: &Item) {
    let moment = item.moment();
    *slot = Some(slot.map_or(moment, |known| known.min(moment)));
}
