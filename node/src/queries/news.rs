//! What happened since somebody last looked. That is a place in each log, not an instant: what another organisation wrote
//! long ago and sends only now is news, too.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Column, Item, Standing, View};
use hearth_protocol::framework::Parameters;
use hearth_protocol::governance::Decisions;
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::kind::Deed;
use hearth_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asker::Asker;
use super::card::Cards;
use super::discussions::withdrawn;
use super::row::row;
use super::{QueryError, Reader};

/// Most news and most unanswered questions of an answer.
const MOST: usize = 500;
/// Most pending entries that a mark names; of more, the latest by position.
const PENDING: usize = 1000;
/// What is administered rather than said: kinds that begin so are no news.
const NO_NEWS: [&str; 11] = [
    "community.",
    "organisation.",
    "heads.",
    "key.",
    "import.",
    "erasure.",
    "consent.",
    "interest.",
    "profile.",
    "member.invited",
    "content.",
];

/// How far somebody has looked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// How many entries of each log.
    pub logs: BTreeMap<Id, u64>,
    /// Those of them that were pending.
    #[serde(default)]
    pub pending: BTreeSet<Id>,
}

/// Since when.
pub(super) struct Since<'a> {
    pub(super) mark: Option<&'a Mark>,
    pub(super) since: Option<&'a str>,
    pub(super) now: Option<&'a str>,
    pub(super) key: Option<&'a KeyBytes>,
}

/// `{"mark", "news": [row …], "more", "imported", "unanswered": {"hours", "total", "queries": [row …]}}`: what others did,
/// oldest first, and the questions that nobody has answered in the time the parameters in force give, newest first. `more` counts
/// older news that are left out, `imported` records of other times and places.
pub(super) fn news(reader: &Reader, asked: &Since<'_>) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let asker = Asker::of(reader, &view, asked.key)?;
    let since = asked.since.map(Timestamp::parse_rfc3339).transpose()?;
    let is_new = |item: &&Item| match (since, asked.mark) {
        (Some(since), _) => item.effective >= since,
        (None, Some(mark)) => mark.is_beyond(&view, item),
        (None, None) => true,
    };
    let (imported, mut signed): (Vec<&Item>, Vec<&Item>) = view
        .counting()
        .filter(is_new)
        .filter(|item| is_news(item) && !asker.is_some_and(|asker| asker.knows(&view, item)))
        .partition(|item| item.column == Column::Imported);
    signed.sort_by_key(|item| item.moment());
    let more = signed.len().saturating_sub(MOST);
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = |items: &[&Item]| -> Result<Vec<Value>, QueryError> {
        let rows = items
            .iter()
            .map(|item| row(&mut cards, &view, item, asker.as_ref()));
        rows.collect()
    };
    let news = rows(&signed[more..])?;
    let now = asked.now.map(Timestamp::parse_rfc3339).transpose()?;
    let now = now.unwrap_or_else(|| view.default_as_of());
    let limit = Parameters::in_force(&Decisions::at(&view, now)).v4.respond_in;
    let mut queries = open_queries(&view);
    queries.retain(|query| query.effective.plus(limit) < now);
    let total = queries.len();
    queries.truncate(MOST);
    Ok(json!({
        "mark": Mark::of(&view),
        "news": news,
        "more": more,
        "imported": imported.len(),
        "unanswered": { "hours": limit.as_millis() / 3_600_000, "total": total, "queries": rows(&queries)? },
    }))
}

impl Mark {
    /// Everything that is here.
    fn of(view: &View) -> Mark {
        let rows = view.cut().rows().iter();
        let pending = |item: &&Item| item.standing == Standing::Pending;
        let mut waiting: Vec<&Item> = view.items().iter().filter(pending).collect();
        waiting.sort_by_key(|item| Reverse(item.index));
        waiting.truncate(PENDING);
        Mark {
            logs: rows.map(|row| (row.organisation(), row.size())).collect(),
            pending: waiting.iter().map(|item| item.id).collect(),
        }
    }

    fn is_beyond(&self, view: &View, item: &Item) -> bool {
        let organisation = view.organisation(item.organisation).id;
        let looked_at = self.logs.get(&organisation).copied().unwrap_or(0);
        item.index >= looked_at || self.pending.contains(&item.id)
    }
}

fn is_news(item: &Item) -> bool {
    item.deed
        .is_some_and(|deed| !NO_NEWS.iter().any(|noun| deed.name().starts_with(noun)))
}

/// Members' questions that nobody else has answered and that stand, newest first.
pub(super) fn open_queries(view: &View) -> Vec<&Item> {
    let mut settled = withdrawn(view);
    for answer in view.done(Deed::QueryAnswered).filter(|answer| answer.written) {
        settled.extend(
            view.subject(answer)
                .filter(|query| answer.author.is_another_than(query.author))
                .map(|query| query.id),
        );
    }
    let mut open: Vec<&Item> = view
        .done(Deed::QueryAsked)
        .filter(|query| query.column == Column::Signed && !settled.contains(&query.id))
        .collect();
    open.sort_by_key(|query| Reverse(query.moment()));
    open
}
