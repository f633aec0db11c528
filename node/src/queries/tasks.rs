//! Tasks: what is wanted, who took it on, what is done and confirmed.

use std::collections::BTreeMap;

use hearth_protocol::community::{Item, View};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Deed, Leadership};
use serde_json::{Value, json};

use super::card::Cards;
use super::{QueryError, Reader};

/// `{"tasks": [{"task": card, "due"?, "state", "taken": [{"by": byline, "organisation", "accepted", "done"?,
/// "confirmed"?} …]} …]}`, newest first. `state` is the furthest that anybody got: `open`, `taken`, `done` or `confirmed`.
pub(super) fn tasks(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let taken = by_subject(&view, Deed::TaskAccepted);
    let (done, confirmed) = (first(&view, Deed::TaskDone), first(&view, Deed::TaskConfirmed));
    let mut offers: Vec<&Item> = view.done(Deed::TaskOffered).collect();
    offers.sort_by_key(|offer| std::cmp::Reverse(offer.moment()));
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for offer in offers {
        let (mut state, mut people) = ("open", Vec::new());
        for accepted in taken.get(&offer.id).into_iter().flatten() {
            let done = done.get(&accepted.id);
            let confirmed = done.and_then(|done| confirmed.get(&done.id));
            state = furthest(state, done.is_some(), confirmed.is_some());
            let card = cards.card(accepted)?;
            people.push(json!({
                "by": card.author,
                "organisation": card.organisation,
                "accepted": accepted.id,
                "done": done.map(|done| done.id),
                "confirmed": confirmed.map(|confirmed| confirmed.id),
            }));
        }
        let due = due(offer).map(|due| due.to_string());
        rows.push(json!({ "task": cards.card(offer)?, "due": due, "state": state, "taken": people }));
    }
    Ok(json!({ "tasks": rows }))
}

fn furthest(so_far: &'static str, done: bool, confirmed: bool) -> &'static str {
    match (so_far, done, confirmed) {
        ("confirmed", ..) | (_, _, true) => "confirmed",
        ("done", ..) | (_, true, _) => "done",
        _ => "taken",
    }
}

fn due(offer: &Item) -> Option<hearth_protocol::time::Timestamp> {
    match offer.act() {
        Some(Act::Leadership(Leadership::TaskOffered(says))) => says.due,
        _ => None,
    }
}

fn by_subject(view: &View, deed: Deed) -> BTreeMap<Id, Vec<&Item>> {
    let mut found: BTreeMap<Id, Vec<&Item>> = BTreeMap::new();
    for item in view.done(deed) {
        if let Some(subject) = view.subject(item) {
            found.entry(subject.id).or_default().push(item);
        }
    }
    for items in found.values_mut() {
        items.sort_by_key(|item| item.moment());
    }
    found
}

fn first(view: &View, deed: Deed) -> BTreeMap<Id, &Item> {
    by_subject(view, deed)
        .into_iter()
        .filter_map(|(subject, items)| Some((subject, *items.first()?)))
        .collect()
}
