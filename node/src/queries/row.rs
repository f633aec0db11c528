//! An entry in a list of what concerns somebody: its card, and where it belongs.

use hearth_protocol::community::{Item, View};
use hearth_protocol::kind::Deed;
use serde_json::{Value, json};

use super::QueryError;
use super::asker::Asker;
use super::card::{Cards, topics_of};
use super::discussions::headed;

/// `{"entry": card without words, "thread": {"id", "kind", "title", "topics", "own"}, "to_own", "what"}`: `to_own` where it
/// is about something the asker wrote, `what` for people.
pub(super) fn row(
    cards: &mut Cards<'_>,
    view: &View,
    item: &Item,
    asker: Option<&Asker>,
) -> Result<Value, QueryError> {
    let own = |item: &Item| asker.is_some_and(|asker| asker.wrote(item));
    let root = thread_of(view, item);
    let head = headed(cards, root)?;
    Ok(json!({
        "entry": headed(cards, item)?,
        "thread": {
            "id": root.id,
            "kind": head.kind,
            "title": head.title,
            "topics": topics_of(root),
            "own": own(root),
        },
        "to_own": view.subject(item).is_some_and(|about| own(about) && !is_person(about)),
        "what": item.deed.map(|deed| deed.rules().noun),
    }))
}

/// Where it begins. What one does as a member, about members, begins with itself; only their leave belongs to them.
fn thread_of<'a>(view: &'a View, item: &'a Item) -> &'a Item {
    view.root(item)
        .filter(|root| !is_person(root) || item.deed == Some(Deed::MemberLeft))
        .unwrap_or(item)
}

fn is_person(item: &Item) -> bool {
    item.deed == Some(Deed::MemberAdmitted)
}
