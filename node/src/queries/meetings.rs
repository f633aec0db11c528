//! Meetings, with who signed that they were there.

use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Item, Person, View};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Deed, MeetingScheduled, Meetings};
use hearth_protocol::time::{Span, Timestamp};
use serde_json::{Value, json};

use super::card::Cards;
use super::{QueryError, Reader};

/// What is known of a meeting beside its arrangement.
#[derive(Default)]
struct Followed {
    held: bool,
    /// Who signed for themself.
    attended: BTreeSet<Id>,
    /// Who is on a sheet.
    listed: BTreeSet<Id>,
    /// By code: how many scores, and their sum.
    scores: BTreeMap<String, (u64, u64)>,
    evaluations: u64,
}

/// `{"meetings": [{"meeting": card, "begins", "ends", "mode", "minutes", "purpose"?, "topics", "held", "attended":
/// [{"person", "name"?}], "awaiting": [the same, of those on a sheet who have not countersigned], "evaluations", "scores":
/// {code: [how many, their sum]}} …]}`, by when they begin, the last first.
pub(super) fn meetings(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let mut cards = Cards::new(reader, &view)?;
    let mut followed = follow(&view);
    let mut scheduled: Vec<(&Item, &MeetingScheduled)> = view
        .done(Deed::MeetingScheduled)
        .filter_map(|item| {
            if let Act::Meetings(Meetings::MeetingScheduled(scheduled)) = item.act()? {
                Some((item, scheduled))
            } else {
                None
            }
        })
        .collect();
    scheduled.sort_by_key(|(item, scheduled)| std::cmp::Reverse((scheduled.at, item.id)));
    let mut rows = Vec::new();
    for (item, scheduled) in scheduled {
        let of = followed.remove(&item.id).unwrap_or_default();
        let attended = named(&mut cards, &of.attended)?;
        let missing: BTreeSet<Id> = of.listed.difference(&of.attended).copied().collect();
        rows.push(json!({
            "meeting": cards.card(item)?,
            "begins": scheduled.at.to_string(),
            "ends": ends(scheduled).to_string(),
            "mode": scheduled.mode,
            "minutes": scheduled.minutes,
            "purpose": scheduled.purpose,
            "topics": scheduled.topics.as_slice(),
            "held": of.held,
            "attended": attended,
            "awaiting": named(&mut cards, &missing)?,
            "evaluations": of.evaluations,
            "scores": of.scores,
        }));
    }
    Ok(json!({ "meetings": rows }))
}

fn ends(scheduled: &MeetingScheduled) -> Timestamp {
    scheduled.at.plus(Span::MINUTE.times(scheduled.minutes))
}

fn named(cards: &mut Cards<'_>, people: &BTreeSet<Id>) -> Result<Vec<Value>, QueryError> {
    let mut rows = Vec::new();
    for person in people {
        rows.push(json!({ "person": person, "name": cards.name(*person)? }));
    }
    Ok(rows)
}

fn follow(view: &View) -> BTreeMap<Id, Followed> {
    let mut followed: BTreeMap<Id, Followed> = BTreeMap::new();
    let deeds = [Deed::MeetingHeld, Deed::MeetingAttended, Deed::MeetingEvaluated];
    for item in deeds.into_iter().flat_map(|deed| view.done(deed)) {
        let (Some(meeting), Some(Act::Meetings(act))) = (view.subject(item), item.act()) else {
            continue;
        };
        let of = followed.entry(meeting.id).or_default();
        match act {
            Meetings::MeetingScheduled(_) => {}
            Meetings::MeetingHeld(_) => of.held = true,
            Meetings::MeetingAttended(attended) if attended.is_sheet() => of.listed.extend(&attended.persons),
            Meetings::MeetingAttended(_) => of.attended.extend(member(view, item)),
            Meetings::MeetingEvaluated(evaluated) => {
                of.evaluations += 1;
                for (code, score) in &evaluated.scores {
                    let (count, sum) = of.scores.entry(code.to_string()).or_default();
                    (*count, *sum) = (*count + 1, *sum + score);
                }
            }
        }
    }
    followed
}

fn member(view: &View, item: &Item) -> Option<Id> {
    match view.person(item.author.person()?) {
        Person::Member(id) => Some(id),
        Person::Imported(_) => None,
    }
}
