//! Meetings: arranged, held, attended, judged by those who were there.

use serde::{Deserialize, Serialize};

use super::Deed;
use super::family::{Data, family, within};
use super::slug::{Slug, Topics};
use super::table::{Presence, Signer, Subject, kind};
use crate::id::Id;
use crate::limits;
use crate::time::Timestamp;

const MEETING: &[Deed] = &[Deed::MeetingScheduled];
const ATTENDANCE: &[Deed] = &[Deed::MeetingAttended];

/// Scores run from 1 to this.
const BEST: u64 = 5;

family! {
    /// Acts of meeting.
    Meetings {
        /// Arranges a meeting. Body: title and agenda.
        "meeting.scheduled" => MeetingScheduled(MeetingScheduled):
            kind(Signer::Member, Subject::None, Presence::Required, "a meeting"),
        /// A member who knows says that it took place. Body: what came of it, if given.
        "meeting.held" => MeetingHeld(MeetingHeld):
            kind(Signer::Member, Subject::One(MEETING), Presence::Optional, "word that a meeting was held"),
        /// Somebody was there: the author, or, of a paper sheet, those it names. A sheet is nobody's attendance until
        /// they sign their own, which may name the sheet.
        "meeting.attended" => MeetingAttended(MeetingAttended):
            kind(Signer::Listed, Subject::Led(MEETING, ATTENDANCE), Presence::Absent, "an attendance"),
        /// What somebody who was there thinks of it. Body: why, if given.
        "meeting.evaluated" => MeetingEvaluated(MeetingEvaluated):
            kind(Signer::Attendee, Subject::Led(MEETING, ATTENDANCE), Presence::Optional, "an evaluation of a meeting"),
    }
}

/// Data of `meeting.scheduled`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeetingScheduled {
    /// When it begins.
    pub at: Timestamp,
    /// How people meet, such as `in-person`, `online`, `hybrid` or `phone`.
    pub mode: Slug,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Topics::is_empty")]
    pub topics: Topics,
    /// How long it is to last.
    pub minutes: u64,
    /// What it is for, such as `future`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Slug>,
}

impl Data for MeetingScheduled {
    fn check(&self) -> Result<(), String> {
        lasting(self.minutes)
    }
}

/// Data of `meeting.held`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeetingHeld {
    /// How long it lasted, where that was not as arranged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u64>,
}

impl Data for MeetingHeld {
    fn check(&self) -> Result<(), String> {
        self.minutes.map_or(Ok(()), lasting)
    }
}

/// Data of `meeting.attended`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeetingAttended {
    /// Of a sheet: who is on it, ascending. Left out where the author says so of themself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<Id>,
}

impl MeetingAttended {
    /// Whether it is a sheet that others signed on paper, and nobody's own attendance.
    pub fn is_sheet(&self) -> bool {
        !self.persons.is_empty()
    }
}

impl Data for MeetingAttended {
    fn check(&self) -> Result<(), String> {
        within("persons", self.persons.len(), 0, limits::SHEET)?;
        if !self.persons.is_sorted_by(|a, b| a < b) {
            return Err("the persons are not ascending".to_owned());
        }
        Ok(())
    }

    fn names(&self) -> &[Id] {
        &self.persons
    }
}

/// Data of `meeting.evaluated`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeetingEvaluated {
    /// Rows [what is judged, such as `useful`; from 1, not at all, to 5, very much], ascending.
    pub scores: Vec<(Slug, u64)>,
}

impl Data for MeetingEvaluated {
    fn check(&self) -> Result<(), String> {
        within("scores", self.scores.len(), 1, limits::SCORES)?;
        if !self.scores.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Err("the scores are not ascending by code".to_owned());
        }
        match self.scores.iter().find(|(_, score)| !(1..=BEST).contains(score)) {
            Some((code, score)) => Err(format!("{code} has the score {score} (allowed: 1 to {BEST})")),
            None => Ok(()),
        }
    }
}

fn lasting(minutes: u64) -> Result<(), String> {
    if (1..=limits::MINUTES).contains(&minutes) {
        Ok(())
    } else {
        Err(format!("{minutes} minutes (allowed: 1 to {})", limits::MINUTES))
    }
}
