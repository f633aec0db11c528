//! What a person may mean who begins to write an id or a name: for the shell, which completes it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Author, Item, Person, View};
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::kind::Deed;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::asker::Asker;
use super::card::{Cards, topics_of};
use super::discussions::{begins_one, is_said, withdrawn};
use super::resolve::begins;
use super::{QueryError, Reader, people};

/// Most rows of an answer.
const MOST: usize = 200;
/// Topics are those of this many of the newest questions and discussions.
const RECENT: usize = 500;

/// What somebody is about to do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Use {
    /// Answer a question.
    Answer,
    /// Accept an answer to one's own question.
    Accept,
    /// Validate or dispute a version of a resource.
    Judge,
    /// Withdraw one's own question or resource.
    Withdraw,
    /// Share a new version of one's own resource.
    Renew,
    /// Read a question, discussion or resource.
    Read,
    /// Reply to what somebody said.
    Reply,
    /// Look at what somebody did, whatever it was.
    Look,
    /// Vote on a decision, or close it.
    Decision,
    /// Take on a task, do it, confirm it.
    Task,
    /// Accept a role, give it up, pledge time for it.
    Grant,
    /// Confirm pledged time.
    Pledge,
    /// Answer a request to the leadership.
    Request,
    /// Sign for a meeting, say that it was held, evaluate it.
    Meeting,
    /// Join a circle, or talk in it.
    Circle,
    /// Take on a gap, or close it.
    Gap,
    /// Bear out a story.
    Story,
    /// Examine a claim.
    Claim,
    /// Answer a survey.
    Pulse,
    /// Name a member.
    Member,
    /// Name an organisation.
    Organisation,
    /// Name a topic.
    Topic,
}

impl Use {
    /// The one kind of entry that it can be done with.
    const fn kind(self) -> Option<Deed> {
        Some(match self {
            Use::Decision => Deed::DecisionProposed,
            Use::Task => Deed::TaskOffered,
            Use::Grant => Deed::RoleGranted,
            Use::Pledge => Deed::TimePledged,
            Use::Request => Deed::LeadershipAsked,
            Use::Meeting => Deed::MeetingScheduled,
            Use::Circle => Deed::CircleOpened,
            Use::Gap => Deed::GapRaised,
            Use::Story => Deed::StoryTold,
            Use::Claim => Deed::ClaimDrafted,
            Use::Pulse => Deed::PulseOpened,
            Use::Answer
            | Use::Accept
            | Use::Judge
            | Use::Withdraw
            | Use::Renew
            | Use::Read
            | Use::Reply
            | Use::Look
            | Use::Member
            | Use::Organisation
            | Use::Topic => return None,
        })
    }
}

/// What is already written, and by whom.
pub(super) struct Begun<'a> {
    pub(super) to: Use,
    pub(super) begins: &'a str,
    pub(super) key: Option<&'a KeyBytes>,
    pub(super) limit: usize,
}

/// `{"candidates": [{"value", "title"?} …]}`: entries newest first, topics by how often they occur.
pub(super) fn candidates(reader: &Reader, begun: &Begun<'_>) -> Result<Value, QueryError> {
    let limit = begun.limit.min(MOST);
    let mut rows = if begun.to == Use::Organisation {
        organisations(reader)?
    } else if begun.to == Use::Member {
        members(reader)?
    } else if begun.to == Use::Topic {
        topics(reader)?
    } else {
        return entries(reader, begun, limit);
    };
    rows.retain(|(value, _)| value.starts_with(begun.begins));
    rows.truncate(limit);
    Ok(shown(rows))
}

fn shown(rows: Vec<(String, Option<String>)>) -> Value {
    let rows: Vec<Value> = rows
        .into_iter()
        .map(|(value, title)| json!({ "value": value, "title": title }))
        .collect();
    json!({ "candidates": rows })
}

fn entries(reader: &Reader, begun: &Begun<'_>, limit: usize) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let asker = Asker::of(reader, &view, begun.key)?;
    let settled = Settled::of(&view);
    let mut items: Vec<&Item> = view
        .counting()
        .filter(|item| settled.fits(&view, item, begun.to, asker.as_ref()))
        .filter(|item| begins(&item.id, begun.begins))
        .collect();
    items.sort_by_key(|item| Reverse(item.moment()));
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for item in items.into_iter().take(limit) {
        let card = cards.card(item)?;
        let words = card.body.and_then(|body| body.text);
        let title = card
            .title
            .or(words)
            .unwrap_or_else(|| item.deed.map_or(card.kind, |deed| deed.rules().noun.to_owned()));
        rows.push((item.id.to_string(), Some(title.chars().take(200).collect())));
    }
    Ok(shown(rows))
}

/// What nothing more is to be done with.
struct Settled {
    withdrawn: BTreeSet<Id>,
    accepted: BTreeSet<Id>,
}

impl Settled {
    fn of(view: &View) -> Settled {
        let acceptances = view.done(Deed::QueryAccepted);
        Settled {
            withdrawn: withdrawn(view),
            accepted: acceptances
                .filter_map(|item| Some(view.subject(item)?.id))
                .collect(),
        }
    }

    fn fits(&self, view: &View, item: &Item, to: Use, asker: Option<&Asker>) -> bool {
        let is = |deed: Deed| item.deed == Some(deed);
        // Where nobody knows who asks, everything may be theirs.
        let own = |item: &Item| asker.is_none_or(|asker| asker.wrote(item));
        let stands = !self.withdrawn.contains(&item.id);
        match to {
            Use::Answer => is(Deed::QueryAsked) && stands,
            Use::Accept => {
                let answers_own = view.subject(item).is_some_and(own);
                is(Deed::QueryAnswered) && answers_own && !self.accepted.contains(&item.id)
            }
            Use::Judge => is(Deed::ResourcePublished) && stands,
            Use::Withdraw => (is(Deed::QueryAsked) || is(Deed::ResourcePublished)) && own(item) && stands,
            Use::Renew => is(Deed::ResourcePublished) && view.subject(item).is_none() && own(item) && stands,
            Use::Read => begins_one(view, item),
            Use::Reply => is_said(item) && stands,
            Use::Look => item.author != Author::Organisation,
            Use::Decision
            | Use::Task
            | Use::Grant
            | Use::Pledge
            | Use::Request
            | Use::Meeting
            | Use::Circle
            | Use::Gap
            | Use::Story
            | Use::Claim
            | Use::Pulse
            | Use::Member
            | Use::Organisation
            | Use::Topic => to.kind().is_some_and(is),
        }
    }
}

fn organisations(reader: &Reader) -> Result<Vec<(String, Option<String>)>, QueryError> {
    let answer = people::organisations(reader)?;
    let rows = answer["organisations"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Ok(rows
        .filter_map(|row| Some((text(&row["slug"])?, text(&row["name"]))))
        .collect())
}

/// Those who are members now.
fn members(reader: &Reader) -> Result<Vec<(String, Option<String>)>, QueryError> {
    let view = reader.view()?;
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for spell in view.spells().iter().filter(|spell| spell.until.is_none()) {
        if let Person::Member(person) = view.person(spell.person) {
            let slug = &view.organisation(spell.organisation).slug;
            let name = cards.name(person)?.unwrap_or_else(|| "member".to_owned());
            rows.push((person.to_string(), Some(format!("{name} ({slug})"))));
        }
    }
    Ok(rows)
}

fn topics(reader: &Reader) -> Result<Vec<(String, Option<String>)>, QueryError> {
    let view = reader.view()?;
    let mut items: Vec<&Item> = view.counting().filter(|item| begins_one(&view, item)).collect();
    items.sort_by_key(|item| Reverse(item.moment()));
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for item in items.into_iter().take(RECENT) {
        for topic in topics_of(item) {
            *counts.entry(topic).or_default() += 1;
        }
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    Ok(counts
        .into_iter()
        .map(|(topic, count)| (topic, Some(format!("{count} times"))))
        .collect())
}
