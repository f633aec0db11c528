//! What gathers people, as it stands now: circles, gaps, the list of potential organisations, who is interested in what.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Item, Person, PersonNumber, View};
use hearth_protocol::gathering::{Circle, circles, consents, gaps, interests, members};
use hearth_protocol::governance::Decisions;
use hearth_protocol::id::KeyBytes;
use hearth_protocol::kind::{Act, Coverage, Deed, Potential, Slug};
use serde_json::{Value, json};

use super::asker::Asker;
use super::card::Cards;
use super::discussions::begins_one;
use super::{QueryError, Reader, resolve};

/// `{"circles": [{"entry": card, "topic", …form…, "open", "members", "conversations", "mine"} …]}`, newest first.
pub(super) fn list_circles(reader: &Reader, key: Option<&KeyBytes>) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let asker = Asker::of(reader, &view, key)?;
    let mut conversations: BTreeMap<_, u64> = BTreeMap::new();
    for item in view.counting().filter(|item| begins_one(&view, item)) {
        if let Some(circle) = view.circle(item) {
            *conversations.entry(circle.id).or_default() += 1;
        }
    }
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for circle in circles(&view, view.latest()).iter().rev() {
        let mut row = described(&mut cards, &view, circle)?;
        row["members"] = circle.members.len().into();
        row["conversations"] = conversations.get(&circle.opened.id).copied().unwrap_or(0).into();
        row["mine"] = asker
            .is_some_and(|asker| circle.members.contains(&asker.person))
            .into();
        rows.push(row);
    }
    Ok(json!({ "circles": rows }))
}

/// `{"circle": {as in the list, "members": [{"person", "name"?, "organisation"} …]}, "conversations": [card …]}`.
pub(super) fn circle(reader: &Reader, prefix: &str) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let wanted = resolve::item(&view, prefix)?;
    let all = circles(&view, view.latest());
    let found = all.iter().find(|circle| circle.opened.id == wanted.id);
    let circle = found.ok_or(QueryError::NotOfThatKind {
        id: wanted.id,
        wanted: "a circle",
    })?;
    let mut begun: Vec<&Item> = view
        .counting()
        .filter(|item| begins_one(&view, item))
        .filter(|item| view.circle(item).is_some_and(|of| of.id == circle.opened.id))
        .collect();
    begun.sort_by_key(|item| Reverse(item.moment()));
    let mut cards = Cards::new(reader, &view)?;
    let mut row = described(&mut cards, &view, circle)?;
    row["members"] = people(&mut cards, &view, circle.members.iter().copied())?.into();
    let conversations = begun
        .into_iter()
        .map(|item| cards.card(item))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "circle": row, "conversations": conversations }))
}

fn described(cards: &mut Cards<'_>, view: &View, circle: &Circle<'_>) -> Result<Value, QueryError> {
    let mut row = serde_json::to_value(circle.form).unwrap_or_default();
    row["entry"] = json!(cards.card(circle.opened)?);
    row["open"] = circle.is_open(view.latest()).into();
    row["until"] = circle.form.until.map(|until| until.to_string()).into();
    row["closed"] = circle.closed.map(|closed| closed.effective.to_string()).into();
    Ok(row)
}

/// `{"gaps": [{"entry": card, "role"?, "region"?, "owners": [person …], "closed"?, "closes"?} …]}`, newest first. `closes`
/// is what the asker's closing of it is about.
pub(super) fn list_gaps(reader: &Reader, key: Option<&KeyBytes>) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let asker = Asker::of(reader, &view, key)?;
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for gap in gaps(&view, view.latest()).iter().rev() {
        let owners = people(&mut cards, &view, gap.owners.keys().copied())?;
        let closes = asker.and_then(|asker| {
            let ownership = gap.owners.get(&asker.person).map(|item| item.id);
            if asker.wrote(gap.raised) {
                Some(gap.raised.id)
            } else {
                ownership
            }
        });
        rows.push(json!({
            "entry": cards.card(gap.raised)?,
            "role": gap.codes.role,
            "region": gap.codes.region,
            "owners": owners,
            "closed": gap.closed.map(|closed| closed.effective.to_string()),
            "closes": closes,
        }));
    }
    Ok(json!({ "gaps": rows }))
}

/// `{"list"?: {"entry": card, "potential": [{"slug", "role", "region", "organisation": whether it is one} …]}, "before":
/// [card …], "dropped": [slug …]}`.
pub(super) fn coverage(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let decisions = Decisions::at(&view, view.latest());
    let mut lists: Vec<(&Item, &[Potential])> = Vec::new();
    for adopted in decisions.adopted(Deed::CoverageDeclared) {
        if let Some(Act::Coverage(Coverage::CoverageDeclared(list))) = adopted.item.act() {
            lists.push((adopted.item, &list.potential));
        }
    }
    let admitted: BTreeSet<&str> = view.organisations().iter().map(|one| one.slug.as_str()).collect();
    let mut cards = Cards::new(reader, &view)?;
    let Some(((item, list), before)) = lists.split_last() else {
        return Ok(json!({ "list": null, "before": [], "dropped": [] }));
    };
    let rows: Vec<Value> = list
        .iter()
        .map(|row| {
            let is_in = admitted.contains(row.slug.as_str());
            json!({ "slug": row.slug, "role": row.role, "region": row.region, "organisation": is_in })
        })
        .collect();
    let stands: BTreeSet<&Slug> = list.iter().map(|row| &row.slug).collect();
    let dropped: BTreeSet<&Slug> = before
        .iter()
        .flat_map(|(_, list)| list.iter())
        .map(|row| &row.slug)
        .filter(|slug| !stands.contains(slug))
        .collect();
    let earlier = before
        .iter()
        .map(|(item, _)| cards.card(item))
        .collect::<Result<Vec<_>, _>>()?;
    let list = json!({ "entry": cards.card(item)?, "potential": rows });
    Ok(json!({ "list": list, "before": earlier, "dropped": dropped }))
}

/// `{"members": [{"person", "name"?, "organisation", "topics", "profile"?: card, "mine", "consents"?} …]}`: those who are
/// members now, or of them those who declared an interest in `topic`. What somebody agreed to is told to them alone.
pub(super) fn directory(
    reader: &Reader,
    topic: Option<&str>,
    key: Option<&KeyBytes>,
) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let now = view.latest();
    let asker = Asker::of(reader, &view, key)?;
    let (declared, agreed) = (interests(&view, now), consents(&view, now));
    let mut profiles: BTreeMap<PersonNumber, &Item> = BTreeMap::new();
    for profile in view.done(Deed::ProfileWritten) {
        if let Some(person) = profile.author.person() {
            let last = profiles.entry(person).or_insert(profile);
            if last.moment() < profile.moment() {
                *last = profile;
            }
        }
    }
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for person in members(&view, now) {
        let topics = declared
            .get(&person)
            .map_or(&[] as &[Slug], |(_, topics)| *topics);
        if topic.is_some_and(|wanted| !topics.iter().any(|topic| topic.as_str() == wanted)) {
            continue;
        }
        let mine = asker.is_some_and(|asker| asker.person == person);
        let profile = profiles.get(&person).map(|item| cards.card(item)).transpose()?;
        for mut row in people(&mut cards, &view, [person])? {
            row["topics"] = json!(topics);
            row["profile"] = json!(profile);
            row["mine"] = mine.into();
            if mine {
                row["consents"] = json!(agreed.get(&person).cloned().unwrap_or_default());
            }
            rows.push(row);
        }
    }
    Ok(json!({ "members": rows }))
}

/// `{"person", "name"?, "organisation"}` of each.
fn people(
    cards: &mut Cards<'_>,
    view: &View,
    numbers: impl IntoIterator<Item = PersonNumber>,
) -> Result<Vec<Value>, QueryError> {
    let mut rows = Vec::new();
    for number in numbers {
        if let Person::Member(person) = view.person(number) {
            let spell = view.spells().iter().rfind(|spell| spell.person == number);
            let organisation = spell.map(|spell| view.organisation(spell.organisation).slug.as_str());
            let name = cards.name(person)?;
            rows.push(json!({ "person": person, "name": name, "organisation": organisation }));
        }
    }
    Ok(rows)
}
