//! S2: "Leaders ensure members discuss the future of the network and are ambitious for growth."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::attendance::{attended_meeting, begins};
use super::contributions::counted_contributions;
use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::Rating;
use super::ratio::Ratio;
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use super::survey;
use crate::community::{Item, PersonNumber};
use crate::governance::State;
use crate::id::Id;
use crate::kind::{Act, Deed, Interaction, Meetings};
use crate::time::{Span, Timestamp};

/// The purpose of a discussion about the future of the community.
pub const FUTURE: &str = "future";

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::S2),
    definitions: &[
        &FUTURE_DISCUSSIONS,
        &FUTURE_DECIDED,
        survey::AMBITIOUS.agreement,
        survey::AMBITIOUS.turnout,
    ],
    rated: "*developing* with one in `future_discussions`, *established* with one of them in `future_decided`, *emerging* where a leader opened one that too few took part in, else *none*.",
    not_computed: &[],
    measure,
};

/// What a community may set of S2, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S2 {
    /// How many per cent of the active members must take part.
    pub members: u64,
    /// Within this after its opening a decision comes from a discussion.
    pub decide_in: Span,
    /// How many per cent of the organisations must take part.
    pub organisations: u64,
}

impl Default for S2 {
    fn default() -> S2 {
        S2 {
            members: 25,
            decide_in: Span::days(90),
            organisations: 50,
        }
    }
}

static FUTURE_DISCUSSIONS: Definition = Definition {
    name: "future_discussions",
    formula: "of the threads and meetings with the purpose `future` that somebody opened or scheduled in [T − 365 d, T) who held a role then: those in which, before T, at least one other person took part, of the members active at that time (with a contribution in the window before it), of whom there must be some, at least 25 %, and of the organisations admitted before it at least half; in a thread who opened it and who replied in words takes part, in a meeting who signed for themself that they were there, not before it was to begin",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Year,
    parameters: &["year", "window", "s2.members", "s2.organisations"],
    raised: "a leader asking where the community should go, and members saying so, or coming and signing for it",
    gamed: "a formality in the minutes",
    countered: "each who took part signed what they said, or that they were there",
};

static FUTURE_DECIDED: Definition = Definition {
    name: "future_decided",
    formula: "those of them that a proposal refers to that was made within 90 d after they were opened or scheduled, or after the meeting was to begin where that is later, if it has carried before T; a decision for staying as it is, or for closing well, is one, too",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Year,
    parameters: &["year", "s2.decide_in"],
    raised: "deciding on what was discussed",
    gamed: "a decision that cites a discussion it does not follow from",
    countered: "the text that was voted on is there, with every ballot",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let year = Year::of(scope);
    let discussed = Figure::share("future discussions", year.discussed());
    let decided = Figure::share("future discussions", year.decided(scope));
    let rating = if decided.ratio().numerator() > 0 {
        Rating::Established
    } else if discussed.ratio().numerator() > 0 {
        Rating::Developing
    } else if discussed.ratio().denominator() > 0 {
        Rating::Emerging
    } else {
        Rating::None
    };
    let mut indicators = vec![
        Measured::signed_only(&FUTURE_DISCUSSIONS, discussed),
        Measured::signed_only(&FUTURE_DECIDED, decided),
    ];
    indicators.extend(survey::measured(scope, &survey::AMBITIOUS));
    (Some(rating), indicators)
}

/// The discussions about the future that leaders opened in a year, each with whether enough took part.
struct Year<'a> {
    discussions: Vec<(&'a Item, bool)>,
    excluded: Vec<(Counted, Excluded)>,
}

impl<'a> Year<'a> {
    fn of(scope: Scope<'a>) -> Year<'a> {
        let roles = scope.roles();
        let since = scope.since(scope.parameters.year);
        let mut year = Year {
            discussions: Vec::new(),
            excluded: Vec::new(),
        };
        let discussions: Vec<&Item> = [Deed::ThreadOpened, Deed::MeetingScheduled]
            .into_iter()
            .flat_map(|deed| scope.done(deed, Reach::Signed))
            .filter(|item| item.effective >= since && is_about_the_future(item))
            .collect();
        let mut parts = parts(scope, &discussions);
        let contributions: Vec<&Item> = match discussions.is_empty() {
            true => Vec::new(),
            false => counted_contributions(scope, Timestamp::EPOCH).collect(),
        };
        for discussion in discussions {
            if roles.led(discussion) {
                let part = parts.remove(&discussion.id).unwrap_or_default();
                year.discussions
                    .push((discussion, is_broad(scope, &contributions, discussion, &part)));
            } else {
                year.excluded.push((discussion.into(), Excluded::NotALeader));
            }
        }
        year
    }

    fn discussed(&self) -> Evidence {
        let mut evidence = Evidence {
            excluded: self.excluded.clone(),
            ..Evidence::default()
        };
        for (discussion, broad) in &self.discussions {
            evidence.sort_in(*broad, (*discussion).into());
        }
        evidence
    }

    fn decided(&self, scope: Scope<'_>) -> Evidence {
        let limit = scope.parameters.s2.decide_in;
        let mut evidence = Evidence::default();
        for (discussion, _) in self.discussions.iter().filter(|(_, broad)| *broad) {
            // A meeting is scheduled long before it can lead to anything.
            let begun = begins(discussion).map_or(discussion.effective, |at| at.max(discussion.effective));
            let decided = scope.decisions.all().iter().any(|decision| {
                let proposal = decision.proposal;
                let soon = proposal.effective.since(begun) <= limit;
                let cites = scope
                    .view
                    .references(proposal)
                    .any(|cited| cited.id == discussion.id);
                decision.state == State::Carried && soon && cites
            });
            evidence.sort_in(decided, (*discussion).into());
        }
        evidence
    }
}

fn is_about_the_future(item: &Item) -> bool {
    let purpose = match item.act() {
        Some(Act::Interaction(Interaction::ThreadOpened(says))) => says.purpose.as_ref(),
        Some(Act::Meetings(Meetings::MeetingScheduled(says))) => says.purpose.as_ref(),
        _ => None,
    };
    purpose.is_some_and(|purpose| purpose.as_str() == FUTURE)
}

/// What people signed by which they took part in each of these discussions.
fn parts<'a>(scope: Scope<'a>, discussions: &[&'a Item]) -> BTreeMap<Id, Vec<&'a Item>> {
    let opening = |item: &&'a Item| item.deed == Some(Deed::ThreadOpened);
    let mut parts: BTreeMap<Id, Vec<&Item>> = discussions
        .iter()
        .map(|item| (item.id, Some(*item).filter(opening).into_iter().collect()))
        .collect();
    if parts.is_empty() {
        return parts;
    }
    let replies = scope
        .done(Deed::ThreadReplied, Reach::Signed)
        .filter_map(|reply| {
            let root = scope.view.root(reply).filter(opening)?;
            reply.written.then_some((root, reply))
        });
    let attendances = scope
        .done(Deed::MeetingAttended, Reach::Signed)
        .filter_map(|there| Some((attended_meeting(scope, there)?, there)));
    for (discussion, part) in replies.chain(attendances) {
        if let Some(parts) = parts.get_mut(&discussion.id) {
            parts.push(part);
        }
    }
    parts
}

/// Whether enough people of enough organisations took part.
fn is_broad(scope: Scope<'_>, contributions: &[&Item], discussion: &Item, parts: &[&Item]) -> bool {
    let opened = discussion.effective;
    let window = opened.minus(scope.parameters.window)..opened;
    let members = scope.people_at(opened, Reach::Signed);
    let active: BTreeSet<PersonNumber> = contributions
        .iter()
        .filter(|item| window.contains(&item.effective))
        .filter_map(|item| item.author.person())
        .filter(|person| members.contains(person))
        .collect();
    let people: BTreeSet<PersonNumber> = parts.iter().filter_map(|item| item.author.person()).collect();
    let there: BTreeSet<_> = scope.organisations_at(opened).into_iter().collect();
    let organisations: BTreeSet<_> = parts
        .iter()
        .map(|item| item.organisation)
        .filter(|of| there.contains(of))
        .collect();
    let share = |part: usize, whole: usize| Ratio::new(part as u64, whole as u64);
    let is_talk = parts
        .iter()
        .any(|part| part.author.is_another_than(discussion.author));
    let of_members = share(active.intersection(&people).count(), active.len());
    let of_organisations = share(organisations.len(), there.len());
    is_talk
        && !active.is_empty()
        && of_members.reaches(scope.parameters.s2.members)
        && of_organisations.reaches(scope.parameters.s2.organisations)
}
