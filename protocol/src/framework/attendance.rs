//! Who was at which meeting, by their own signature.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Counted, Excluded};
use super::scope::{Reach, Scope};
use crate::community::{Item, OrganisationNumber, Person, PersonNumber};
use crate::kind::{Act, Deed, MeetingAttended, Meetings};
use crate::time::Timestamp;

/// A meeting and those who signed that they were there.
pub(super) struct Attended<'a> {
    pub(super) meeting: &'a Item,
    pub(super) persons: BTreeSet<PersonNumber>,
    pub(super) organisations: BTreeSet<OrganisationNumber>,
}

/// The meeting that somebody says they were at. None for a sheet, which is nobody's word but its writer's, and for what
/// was signed before the meeting was to begin.
pub(super) fn attended_meeting<'a>(scope: Scope<'a>, attendance: &'a Item) -> Option<&'a Item> {
    let own = sheet(attendance).is_none();
    let meeting = scope
        .view
        .subject(attendance)
        .filter(|meeting| scope.is_visible(meeting, Reach::Signed))?;
    let begun = begins(meeting).is_some_and(|begins| attendance.effective >= begins);
    (own && begun).then_some(meeting)
}

/// The meetings at which somebody signed from `since` on that they were there, by organisation and index; and the
/// attendances left out.
pub(super) fn attended<'a>(
    scope: Scope<'a>,
    since: Timestamp,
) -> (Vec<Attended<'a>>, Vec<(Counted, Excluded)>) {
    let mut meetings: BTreeMap<usize, Attended<'a>> = BTreeMap::new();
    let mut left_out = Vec::new();
    let entries = || {
        let entries = scope.view.done(Deed::MeetingAttended);
        entries.filter(move |item| scope.is_visible(item, Reach::Signed))
    };
    let signed: BTreeSet<(usize, PersonNumber)> = entries()
        .filter_map(|item| {
            let meeting = attended_meeting(scope, item)?;
            Some((scope.view.position(meeting), item.author.person()?))
        })
        .collect();
    for item in entries().filter(|item| item.effective >= since) {
        if let Some(sheet) = sheet(item) {
            let meeting = scope
                .view
                .subject(item)
                .map(|meeting| scope.view.position(meeting));
            let has_signed = |person: &PersonNumber| {
                let named =
                    matches!(scope.view.person(*person), Person::Member(id) if sheet.persons.contains(&id));
                named && meeting.is_some_and(|meeting| signed.contains(&(meeting, *person)))
            };
            let count = scope.view.person_numbers().filter(has_signed).count();
            if count < sheet.persons.len() {
                left_out.push((item.into(), Excluded::NotCountersigned));
            }
            continue;
        }
        let (Some(meeting), Some(person)) = (attended_meeting(scope, item), item.author.person()) else {
            left_out.push((item.into(), Excluded::Early));
            continue;
        };
        let attended = meetings
            .entry(scope.view.position(meeting))
            .or_insert_with(|| Attended {
                meeting,
                persons: BTreeSet::new(),
                organisations: BTreeSet::new(),
            });
        attended.persons.insert(person);
        attended.organisations.insert(item.organisation);
    }
    (meetings.into_values().collect(), left_out)
}

fn sheet(attendance: &Item) -> Option<&MeetingAttended> {
    let Some(Act::Meetings(Meetings::MeetingAttended(attended))) = attendance.act() else {
        return None;
    };
    Some(attended).filter(|attended| attended.is_sheet())
}

/// When a meeting was to begin; none for what is no meeting.
pub(super) fn begins(meeting: &Item) -> Option<Timestamp> {
    let Some(Act::Meetings(Meetings::MeetingScheduled(scheduled))) = meeting.act() else {
        return None;
    };
    Some(scheduled.at)
}
