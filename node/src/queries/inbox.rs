//! What waits for somebody. Each source is one function and one row of [`SOURCES`].

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Column, Item, Person, View};
use hearth_protocol::framework::{Roles, planned_months};
use hearth_protocol::gathering::interests;
use hearth_protocol::governance::{Decisions, State};
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::kind::{Act, Deed, Leadership, Meetings};
use hearth_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::asker::Asker;
use super::card::{Cards, topics_of};
use super::discussions::withdrawn;
use super::leadership::instant;
use super::news::open_queries;
use super::row::row;
use super::{QueryError, Reader};

/// Most rows of a source.
const MOST: usize = 500;

/// One reason why something waits.
struct Source {
    /// For programs.
    name: &'static str,
    /// For people.
    heading: &'static str,
    /// What one does about it, with `ID` in the place of the id.
    next: &'static str,
    /// It concerns only those who declared an interest in one of its topics, or follow it. What somebody follows their
    /// client alone knows, and leaves out the rest.
    followed: bool,
    find: for<'a> fn(&Waiting<'a, '_>) -> Vec<&'a Item>,
}

/// In the order in which they are shown.
const SOURCES: &[Source] = &[
    Source {
        name: "answers",
        heading: "Answers to your questions",
        next: "hearth accept ID, or hearth reply ID",
        followed: false,
        find: answers,
    },
    Source {
        name: "questions",
        heading: "Open questions in your topics",
        next: "hearth answer ID",
        followed: true,
        find: questions,
    },
    Source {
        name: "resources",
        heading: "Resources in your topics that nobody of your organisation has judged",
        next: "hearth validate ID, or hearth dispute ID",
        followed: true,
        find: resources,
    },
    Source {
        name: "decisions",
        heading: "Decisions that wait for your vote",
        next: "hearth decision show ID, then hearth vote ID for|against|abstain",
        followed: false,
        find: decisions,
    },
    Source {
        name: "terms",
        heading: "Terms of reference you have not acknowledged",
        next: "hearth terms show, then hearth terms acknowledge",
        followed: false,
        find: terms,
    },
    Source {
        name: "roles",
        heading: "Roles you were given",
        next: "hearth role accept ID",
        followed: false,
        find: roles,
    },
    Source {
        name: "tasks",
        heading: "Tasks in your topics that nobody has taken on",
        next: "hearth task accept ID",
        followed: true,
        find: tasks,
    },
    Source {
        name: "taken",
        heading: "Tasks you took on",
        next: "hearth task done ID",
        followed: false,
        find: taken,
    },
    Source {
        name: "done",
        heading: "Tasks of yours that somebody says are done",
        next: "hearth task confirm ID",
        followed: false,
        find: done,
    },
    Source {
        name: "requests",
        heading: "Requests to the leadership",
        next: "hearth leaders answer ID",
        followed: false,
        find: requests,
    },
    Source {
        name: "referred",
        heading: "Questions in your topics for which somebody looks for an answer",
        next: "hearth answer ID, or hearth reply ID",
        followed: true,
        find: referred,
    },
    Source {
        name: "sheets",
        heading: "Meetings on whose sheet you stand",
        next: "hearth meeting attend ID, if you were there",
        followed: false,
        find: sheets,
    },
    Source {
        name: "time",
        heading: "Pledges with months that you, as a steward, have not confirmed",
        next: "hearth time list, then hearth time confirm ID MONTH MINUTES",
        followed: false,
        find: time,
    },
    Source {
        name: "reported",
        heading: "Reported to you as a steward",
        next: "hearth hide ID --ground GROUND, or hearth erase ID --ground GROUND",
        followed: false,
        find: reported,
    },
];

/// Who looks at what, and when.
struct Waiting<'a, 'd> {
    view: &'a View,
    asker: Asker,
    /// The asker, as headers name them.
    person: Option<Id>,
    steward: bool,
    now: Timestamp,
    decisions: &'d Decisions<'a>,
}

/// `{"sources": [{"name", "heading", "next", "followed", "total", "entries": [row with "interest" …]} …]}`, newest first;
/// `interest` where the asker declared an interest in one of its topics.
pub(super) fn inbox(reader: &Reader, key: &KeyBytes, now: Option<&str>) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let asker = Asker::find(reader, &view, key)?.ok_or(QueryError::NoMember)?;
    let now = instant(&view, now)?;
    let decisions = Decisions::at(&view, now);
    let waiting = Waiting {
        view: &view,
        asker,
        person: match view.person(asker.person) {
            Person::Member(id) => Some(id),
            Person::Imported(_) => None,
        },
        steward: {
            let organisation = view.organisation(asker.organisation).id;
            reader.projector().read().role(organisation, key).steward
        },
        now,
        decisions: &decisions,
    };
    let declared = interests(&view, now);
    let declared = declared.get(&asker.person).map_or(&[][..], |(_, topics)| topics);
    let declared: BTreeSet<String> = declared.iter().map(ToString::to_string).collect();
    let mut cards = Cards::new(reader, &view)?;
    let mut sources = Vec::new();
    for source in SOURCES {
        let mut found = (source.find)(&waiting);
        found.sort_by_key(|item| Reverse(item.moment()));
        let total = found.len();
        let mut entries = Vec::new();
        for item in found.into_iter().take(MOST) {
            let mut row = row(&mut cards, &view, item, Some(&asker))?;
            let about = view.root(item).unwrap_or(item);
            row["interest"] = topics_of(about)
                .iter()
                .any(|topic| declared.contains(topic))
                .into();
            entries.push(row);
        }
        sources.push(json!({
            "name": source.name,
            "heading": source.heading,
            "next": source.next,
            "followed": source.followed,
            "total": total,
            "entries": entries,
        }));
    }
    Ok(json!({ "sources": sources }))
}

impl<'a> Waiting<'a, '_> {
    fn others(&self, deed: Deed) -> impl Iterator<Item = &'a Item> {
        let asker = self.asker;
        self.view.done(deed).filter(move |item| !asker.wrote(item))
    }

    fn own(&self, deed: Deed) -> impl Iterator<Item = &'a Item> {
        let asker = self.asker;
        self.view.done(deed).filter(move |item| asker.wrote(item))
    }

    /// What entries of a kind are about.
    fn subjects(&self, deed: Deed) -> BTreeSet<Id> {
        let items = self.view.done(deed);
        items
            .filter_map(|item| Some(self.view.subject(item)?.id))
            .collect()
    }

    /// What the asker's own entries of a kind are about.
    fn own_subjects(&self, deed: Deed) -> BTreeSet<Id> {
        let items = self.own(deed);
        items
            .filter_map(|item| Some(self.view.subject(item)?.id))
            .collect()
    }

    /// Each once.
    fn each_once(&self, items: impl Iterator<Item = &'a Item>) -> Vec<&'a Item> {
        let by_id: BTreeMap<Id, &'a Item> = items.map(|item| (item.id, item)).collect();
        by_id.into_values().collect()
    }
}

/// Answers of others to the asker's questions, neither accepted nor replied to, that came after the last one accepted.
fn answers<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let Waiting { view, asker, .. } = *waiting;
    let withdrawn = withdrawn(view);
    let replied = waiting.own_subjects(Deed::ThreadReplied);
    let mut accepted: BTreeMap<Id, _> = BTreeMap::new();
    for acceptance in waiting.own(Deed::QueryAccepted) {
        let answer = view.subject(acceptance);
        if let (Some(answer), Some(query)) = (answer, answer.and_then(|answer| view.subject(answer))) {
            let last = accepted.entry(query.id).or_insert_with(|| answer.moment());
            *last = (*last).max(acceptance.moment());
        }
    }
    waiting
        .others(Deed::QueryAnswered)
        .filter(|answer| !replied.contains(&answer.id))
        .filter(|answer| {
            view.subject(answer).is_some_and(|query| {
                let came_later = accepted.get(&query.id).is_none_or(|last| answer.moment() > *last);
                asker.wrote(query) && !withdrawn.contains(&query.id) && came_later
            })
        })
        .collect()
}

/// Questions of others that nobody has answered.
fn questions<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let mut open = open_queries(waiting.view);
    open.retain(|query| !waiting.asker.wrote(query));
    open
}

/// The newest version of each resource of another organisation, where nobody of the asker's has judged it.
fn resources<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let Waiting { view, asker, .. } = *waiting;
    let withdrawn = withdrawn(view);
    let mut newest: BTreeMap<Id, &Item> = BTreeMap::new();
    for version in view.done(Deed::ResourcePublished) {
        let others = version.column == Column::Signed && version.organisation != asker.organisation;
        let Some(first) = view.root(version).filter(|_| others) else {
            continue;
        };
        if withdrawn.contains(&version.id) || withdrawn.contains(&first.id) {
            continue;
        }
        let kept = newest.entry(first.id).or_insert(version);
        if version.moment() > kept.moment() {
            *kept = version;
        }
    }
    let verdicts = view
        .done(Deed::ResourceValidated)
        .chain(view.done(Deed::ResourceDisputed));
    let judged: BTreeSet<Id> = verdicts
        .filter(|verdict| verdict.organisation == asker.organisation)
        .filter_map(|verdict| Some(view.subject(verdict)?.id))
        .collect();
    newest.retain(|_, version| !judged.contains(&version.id));
    newest.into_values().collect()
}

/// Open decisions of whose electorate the asker is, and has not voted.
fn decisions<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let person = waiting.asker.person;
    let all = waiting.decisions.all().iter();
    all.filter(|decision| decision.state == State::Open)
        .filter(|decision| {
            decision.electorate.contains_key(&person) && !decision.ballots.contains_key(&person)
        })
        .map(|decision| decision.proposal)
        .collect()
}

/// The terms in force, until the asker has acknowledged them, whichever entry brought them into force.
fn terms<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let Some(adopted) = waiting.decisions.in_force(Deed::TermsAdopted) else {
        return Vec::new();
    };
    let view = waiting.view;
    let seen = waiting.own(Deed::TermsAcknowledged).any(|item| {
        let proposal = view.subject(item).and_then(|terms| view.subject(terms));
        proposal.is_some_and(|proposal| proposal.id == adopted.decision.proposal.id)
    });
    if seen { Vec::new() } else { vec![adopted.item] }
}

/// Roles granted to the asker, in term, that they have neither accepted nor given up.
fn roles<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let (accepted, ended) = (
        waiting.own_subjects(Deed::RoleAccepted),
        waiting.own_subjects(Deed::RoleEnded),
    );
    let granted = waiting.decisions.adopted(Deed::RoleGranted).into_iter();
    granted
        .map(|adopted| adopted.item)
        .filter(|grant| match grant.act() {
            Some(Act::Leadership(Leadership::RoleGranted(says))) => {
                Some(says.holder) == waiting.person && waiting.now <= says.until
            }
            _ => false,
        })
        .filter(|grant| !accepted.contains(&grant.id) && !ended.contains(&grant.id))
        .collect()
}

/// Tasks of others that nobody has taken on.
fn tasks<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let taken = waiting.subjects(Deed::TaskAccepted);
    let offered = waiting.others(Deed::TaskOffered);
    offered.filter(|task| !taken.contains(&task.id)).collect()
}

/// Tasks that the asker has taken on and not done.
fn taken<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let done = waiting.subjects(Deed::TaskDone);
    let taken = waiting
        .own(Deed::TaskAccepted)
        .filter(|taken| !done.contains(&taken.id));
    waiting.each_once(taken.filter_map(|taken| waiting.view.subject(taken)))
}

/// What others say they have done of the tasks the asker offered, until anybody has confirmed it.
fn done<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let view = waiting.view;
    let confirmed = waiting.subjects(Deed::TaskConfirmed);
    waiting
        .others(Deed::TaskDone)
        .filter(|done| !confirmed.contains(&done.id))
        .filter(|done| {
            let task = view.subject(done).and_then(|taken| view.subject(taken));
            task.is_some_and(|task| waiting.asker.wrote(task))
        })
        .collect()
}

/// For whoever holds a role: requests of others that no holder of a role has answered.
fn requests<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let view = waiting.view;
    let roles = Roles::of(view, waiting.decisions, waiting.now);
    if !roles.is_leader(waiting.asker.person, waiting.now) {
        return Vec::new();
    }
    let by_leaders = view
        .done(Deed::LeadershipAnswered)
        .filter(|answer| roles.led(answer));
    let answered: BTreeSet<Id> = by_leaders
        .filter_map(|answer| {
            let request = view.subject(answer)?;
            answer
                .author
                .is_another_than(request.author)
                .then_some(request.id)
        })
        .collect();
    let asked = waiting.others(Deed::LeadershipAsked);
    asked.filter(|request| !answered.contains(&request.id)).collect()
}

/// What others referred and nobody has answered or replied to. Whom they approached is written nowhere: whoever knows
/// about its topics may be the one.
fn referred<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let view = waiting.view;
    let mut settled = withdrawn(view);
    settled.extend(waiting.subjects(Deed::QueryAnswered));
    settled.extend(waiting.subjects(Deed::ThreadReplied));
    let referred = waiting
        .others(Deed::QueryReferred)
        .filter_map(|referral| view.subject(referral));
    let open = referred.filter(|about| !settled.contains(&about.id) && !waiting.asker.wrote(about));
    waiting.each_once(open)
}

/// Meetings on a sheet of which the asker stands, as long as they have not signed that they were there.
fn sheets<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    let says = |item: &'a Item| match item.act() {
        Some(Act::Meetings(Meetings::MeetingAttended(says))) => Some(says),
        _ => None,
    };
    let mine = waiting.own(Deed::MeetingAttended);
    let signed: BTreeSet<Id> = mine
        .filter(|item| says(item).is_some_and(|says| !says.is_sheet()))
        .filter_map(|item| Some(waiting.view.subject(item)?.id))
        .collect();
    let names_me = |item: &&'a Item| {
        let person = waiting.person.as_ref();
        says(item).is_some_and(|says| person.is_some_and(|person| says.persons.contains(person)))
    };
    let listed = waiting.view.done(Deed::MeetingAttended).filter(names_me);
    let meetings = listed.filter_map(|sheet| waiting.view.subject(sheet));
    waiting.each_once(meetings.filter(|meeting| !signed.contains(&meeting.id)))
}

/// For a steward: pledges of holders of their own organisation, but not their own, with a month that is over and that
/// nobody has confirmed.
fn time<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    if !waiting.steward {
        return Vec::new();
    }
    let roles = Roles::of(waiting.view, waiting.decisions, waiting.now);
    let months = planned_months(waiting.view, &roles, waiting.now).into_iter();
    let open = months.filter(|of| {
        let theirs = of.holding.holder != waiting.asker.person;
        let ours = of.pledge.organisation == waiting.asker.organisation;
        theirs && ours && of.confirmed.is_none() && of.month.ends() <= waiting.now
    });
    let pledges: Vec<&'a Item> = open.map(|of| of.pledge).collect();
    waiting.each_once(pledges.into_iter())
}

/// For a steward: what was reported of their own log, until it is hidden or erased.
fn reported<'a>(waiting: &Waiting<'a, '_>) -> Vec<&'a Item> {
    if !waiting.steward {
        return Vec::new();
    }
    let view = waiting.view;
    let ends = view
        .done(Deed::ContentHidden)
        .chain(view.done(Deed::ErasureCarriedOut));
    let over: BTreeSet<Id> = ends
        .flat_map(|end| view.references(end))
        .map(|item| item.id)
        .collect();
    let reported = view
        .done(Deed::ContentReported)
        .flat_map(|report| view.references(report))
        .filter(|item| item.organisation == waiting.asker.organisation && !over.contains(&item.id));
    waiting.each_once(reported)
}
