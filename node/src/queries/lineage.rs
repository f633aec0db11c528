//! What something came from, and what came of it: thread, collected answers, resource, work.

use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Item, Standing, View};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Deed, Learning};
use serde_json::{Value, json};

use super::card::Cards;
use super::{QueryError, Reader, resolve};

/// Longest way from the entry asked about.
const DEEPEST: usize = 24;
/// Most entries of an answer, in each direction.
const MOST: usize = 200;
/// What is made of other things. A bare answer or reply is shown only on the way to one of these.
const MADE: [Deed; 4] = [
    Deed::ResourcePublished,
    Deed::FaqPublished,
    Deed::ResourceApplied,
    Deed::ReflectionLogged,
];
/// What the rest of the way can be.
const SAID: [Deed; 5] = [
    Deed::QueryAsked,
    Deed::QueryAnswered,
    Deed::ThreadOpened,
    Deed::ThreadReplied,
    Deed::MeetingScheduled,
];

/// `{"entry": card, "from": [step …], "into": [step …]}`; a step is `{"entry": card, "from" or "into": [step …]}`, or
/// `"above": true` in place of steps shown before.
pub(super) fn lineage(reader: &Reader, prefix: &str) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let item = resolve::item(&view, prefix)?;
    let ties = Ties::of(&view);
    let mut cards = Cards::new(reader, &view)?;
    let from = ties.tree(item, Way::From, &mut cards)?;
    let into = ties.tree(item, Way::Into, &mut cards)?;
    Ok(json!({ "entry": cards.card(item)?, "from": from, "into": into }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    From,
    Into,
}

impl Way {
    const fn name(self) -> &'static str {
        match self {
            Way::From => "from",
            Way::Into => "into",
        }
    }
}

/// Every tie of the view, both ways.
struct Ties<'a> {
    view: &'a View,
    from: BTreeMap<Id, Vec<Id>>,
    into: BTreeMap<Id, Vec<Id>>,
}

impl<'a> Ties<'a> {
    fn of(view: &'a View) -> Ties<'a> {
        let mut ties = Ties {
            view,
            from: BTreeMap::new(),
            into: BTreeMap::new(),
        };
        let mut items: Vec<&Item> = view.counting().filter(|item| is_told(item)).collect();
        items.sort_by_key(|item| item.moment());
        for item in items {
            for source in sources(view, item) {
                ties.tie(source, item);
            }
        }
        for replacement in view.done(Deed::ResourceSuperseded) {
            let mut resources = view.references(replacement);
            if let Some(old) = resources.next() {
                resources.for_each(|new| ties.tie(old, new));
            }
        }
        ties
    }

    fn tie(&mut self, source: &Item, made: &Item) {
        self.from.entry(made.id).or_default().push(source.id);
        self.into.entry(source.id).or_default().push(made.id);
    }

    fn next(&self, id: Id, way: Way) -> &[Id] {
        let ties = match way {
            Way::From => &self.from,
            Way::Into => &self.into,
        };
        ties.get(&id).map_or(&[], Vec::as_slice)
    }

    fn tree(&self, item: &Item, way: Way, cards: &mut Cards<'_>) -> Result<Vec<Value>, QueryError> {
        let mut shown = BTreeSet::from([item.id]);
        self.steps(item.id, way, 0, &mut shown, cards)
    }

    fn steps(
        &self,
        id: Id,
        way: Way,
        depth: usize,
        shown: &mut BTreeSet<Id>,
        cards: &mut Cards<'_>,
    ) -> Result<Vec<Value>, QueryError> {
        let mut steps = Vec::new();
        for next in self.next(id, way) {
            let Some(item) = self.view.find(*next) else {
                continue;
            };
            if depth >= DEEPEST || shown.len() >= MOST || (way == Way::Into && !self.leads_on(item, depth)) {
                continue;
            }
            let mut step = json!({ "entry": cards.card(item)? });
            if shown.insert(item.id) {
                step[way.name()] = self.steps(item.id, way, depth + 1, shown, cards)?.into();
            } else {
                step["above"] = true.into();
            }
            steps.push(step);
        }
        Ok(steps)
    }

    /// Whether it is made of other things, or something made came of it.
    fn leads_on(&self, item: &Item, depth: usize) -> bool {
        if is_made(item) {
            return true;
        }
        let mut next = self
            .next(item.id, Way::Into)
            .iter()
            .filter_map(|id| self.view.find(*id));
        depth < DEEPEST && next.any(|item| self.leads_on(item, depth + 1))
    }
}

/// What an entry says it came from.
fn sources<'a>(view: &'a View, item: &'a Item) -> Vec<&'a Item> {
    let mut sources: Vec<&Item> = view.references(item).filter(|source| is_told(source)).collect();
    if let Some(Act::Learning(Learning::ResourcePublished(resource))) = item.act() {
        let named = resource.from.iter().filter_map(|id| view.find(*id));
        sources.extend(named.filter(|source| source.standing == Standing::Counts && is_told(source)));
    }
    sources
}

/// Works are told of, too, by the name of their kinds.
fn is_work(item: &Item) -> bool {
    item.deed.is_some_and(|deed| deed.name().starts_with("work."))
}

fn is_made(item: &Item) -> bool {
    item.deed.is_some_and(|deed| MADE.contains(&deed)) || is_work(item)
}

fn is_told(item: &Item) -> bool {
    is_made(item) || item.deed.is_some_and(|deed| SAID.contains(&deed))
}
