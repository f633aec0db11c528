//! Words found in what the community wrote. The index says where they stand; here it is judged what of that is shown.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Item, Standing, View};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Deed, Kind, Presence};
use hearth_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::card::{Card, Cards, data};
use super::query::Wanted;
use super::revisions::Revisions;
use super::{QueryError, Reader, discussions, resolve};
use crate::search::{Expression, Hit, Passage, is_searched};
use crate::store::LogNumber;

/// Most rows of an answer.
const MOST: usize = 500;

/// `{"found": [{"thread": id of the root, "entry": card without words, "title", "title_marks", "excerpt", "marks"} …],
/// "more", "behind"}`, the best first. Marks are pairs of characters, from and to. `more` where others were found than
/// those shown, `behind` entries are not in the index yet.
pub(super) fn search(reader: &Reader, wanted: &Wanted) -> Result<Value, QueryError> {
    let expression = Expression::parse(&wanted.words)?;
    let filter = Filter::read(reader, wanted)?;
    // The index first: it is brought up to the store, and the view then knows of the same entries or of more.
    let answer = reader.search.find(&expression)?;
    let view = reader.view()?;
    let hits = filter.sift(reader, &view, &answer.hits, wanted.newest)?;
    let mut cards = Cards::new(reader, &view)?;
    let (mut found, mut more) = (Vec::new(), false);
    for item in hits {
        // Of a body that was erased a moment ago the index may still know.
        let Some(text) = cards.text(item)? else { continue };
        if found.len() >= wanted.limit.min(MOST) {
            more = true;
            break;
        }
        let (title, excerpt) = text.shown(&expression);
        let (title, excerpt) = (title.unwrap_or_default(), excerpt.unwrap_or_default());
        let mut card: Card = cards.card(item)?;
        discussions::leave_words(&mut card);
        let thread = discussions::root(&view, item).map(|root| root.id);
        let words = |passage: &Passage| (!passage.text.is_empty()).then(|| passage.text.clone());
        found.push(json!({
            "thread": thread, "entry": card,
            "title": words(&title), "title_marks": title.marks,
            "excerpt": words(&excerpt), "marks": excerpt.marks,
        }));
    }
    Ok(json!({ "found": found, "more": more, "behind": answer.behind }))
}

/// What else is asked of an entry than its words.
struct Filter {
    kinds: Vec<&'static str>,
    topic: Option<String>,
    organisation: Option<Id>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Filter {
    fn read(reader: &Reader, wanted: &Wanted) -> Result<Filter, QueryError> {
        let organisation = match &wanted.organisation {
            Some(name) => {
                let log = resolve::log(&reader.store().read()?, Some(name))?;
                Some(log.charter.organisation)
            }
            None => None,
        };
        let time = |text: &Option<String>| text.as_deref().map(Timestamp::parse_rfc3339).transpose();
        Ok(Filter {
            kinds: kinds(&wanted.kinds)?,
            topic: wanted.topic.clone(),
            organisation,
            since: time(&wanted.since)?,
            until: time(&wanted.until)?,
        })
    }

    /// The entries found that may be shown and fit, in the order in which they are.
    fn sift<'a>(
        &self,
        reader: &Reader,
        view: &'a View,
        hits: &[Hit],
        newest: bool,
    ) -> Result<Vec<&'a Item>, QueryError> {
        let organisations: BTreeMap<LogNumber, Id> = {
            let logs = reader.store().read()?.logs()?;
            logs.into_iter()
                .map(|log| (log.number, log.charter.organisation))
                .collect()
        };
        let left_out = left_out(view);
        let revisions = Revisions::of(view);
        let item = |hit: &Hit| {
            let organisation = organisations.get(&hit.place.log)?;
            let item = revisions.shown_as(view, view.item_at(*organisation, hit.place.index)?)?;
            (is_shown(view, item, &left_out) && self.fits(view, item)).then_some((item, hit.score))
        };
        let mut items: Vec<(&Item, f32)> = hits.iter().filter_map(item).collect();
        items.sort_by(|(a, of_a), (b, of_b)| {
            let by_score = if newest {
                std::cmp::Ordering::Equal
            } else {
                of_b.total_cmp(of_a)
            };
            by_score.then_with(|| Reverse(a.moment()).cmp(&Reverse(b.moment())))
        });
        Ok(items.into_iter().map(|(item, _)| item).collect())
    }

    fn fits(&self, view: &View, item: &Item) -> bool {
        let kind = item.deed.map(|deed| deed.name());
        (self.kinds.is_empty() || kind.is_some_and(|kind| self.kinds.contains(&kind)))
            && self
                .organisation
                .is_none_or(|organisation| view.organisation(item.organisation).id == organisation)
            && self.since.is_none_or(|since| item.effective >= since)
            && self.until.is_none_or(|until| item.effective < until)
            && self.topic.as_ref().is_none_or(|topic| {
                // What is said in a question or discussion is about what that is about.
                is_about(item, topic) || view.root(item).is_some_and(|root| is_about(root, topic))
            })
    }
}

/// Whether an entry is found at all: it counts, it is not the twin of another, it was neither taken back nor hidden, and
/// neither was what it corrects.
fn is_shown(view: &View, item: &Item, left_out: &BTreeSet<Id>) -> bool {
    let corrects = (item.deed == Some(Deed::ContentCorrected))
        .then(|| view.subject(item))
        .flatten();
    item.standing == Standing::Counts
        && std::ptr::eq(view.counted(item), item)
        && !left_out.contains(&item.id)
        && corrects.is_none_or(|corrected| !left_out.contains(&corrected.id))
}

/// What was taken back, and what was hidden.
fn left_out(view: &View) -> BTreeSet<Id> {
    let hiding = view
        .counting()
        .filter(|item| item.deed == Some(Deed::ContentHidden));
    let hidden = hiding.flat_map(|item| view.references(item)).map(|item| item.id);
    discussions::withdrawn(view).into_iter().chain(hidden).collect()
}

/// What an entry says it is about.
fn is_about(item: &Item, topic: &str) -> bool {
    let topics = item.act().map(|act| data(act)["topics"].take());
    let topics = topics.as_ref().and_then(Value::as_array);
    topics.is_some_and(|topics| topics.iter().any(|said| said == topic))
}

/// The kinds that people name: by what they call them, by the kind's own name, or by its family.
fn kinds(names: &[String]) -> Result<Vec<&'static str>, QueryError> {
    let mut kinds = Vec::new();
    for name in names {
        let fits = |kind: &&Kind| {
            kind.name == name || kind.name.split('.').next() == Some(name) || called(kind) == *name
        };
        let before = kinds.len();
        kinds.extend(Kind::all().filter(fits).map(|kind| kind.name));
        if kinds.len() == before {
            return Err(QueryError::NoSuchKind { name: name.clone() });
        }
    }
    Ok(kinds)
}

/// What an entry of a kind is called, in one word.
fn called(kind: &Kind) -> String {
    let (article, noun) = kind.noun.split_once(' ').unwrap_or(("", kind.noun));
    let noun = if ["a", "an", "the"].contains(&article) {
        noun
    } else {
        kind.noun
    };
    noun.replace(' ', "-")
}

/// What the kinds are called that have words, for a refusal.
pub(super) fn names() -> String {
    let has_words = |kind: &&Kind| kind.body != Presence::Absent && is_searched(kind.name);
    Kind::all()
        .filter(has_words)
        .map(called)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_goes_by_its_noun_its_name_and_its_family() {
        let of = |name: &str| kinds(&[name.to_owned()]);
        assert_eq!(of("question").unwrap(), ["query.asked"]);
        assert_eq!(of("answer").unwrap(), ["query.answered"]);
        assert_eq!(of("thread.opened").unwrap(), ["thread.opened"]);
        assert_eq!(of("thread").unwrap(), ["thread.opened", "thread.replied"]);
        let refusal = of("rumour").unwrap_err().to_string();
        assert!(
            refusal.contains("rumour") && refusal.contains("question"),
            "{refusal}"
        );
    }
}
