//! V5: "Leaders sometimes work 'behind the scenes' to find responses to unanswered questions or topics."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::parameters::Parameters;
use super::queries::queries;
use super::rating::Rating;
use super::roles::Roles;
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use crate::community::{Author, Column, Item, Moment, View};
use crate::governance::Decisions;
use crate::id::Id;
use crate::kind::Deed;
use crate::time::{Span, Timestamp};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::V5),
    definitions: &[&REFERRED, &ANSWERED_AFTER_REFERRAL],
    rated: "*established* with one question or discussion in `answered_after_referral`, *emerging* with one in `referred`, *none* where some stayed unanswered and a leader referred none of them, *insufficient* where none did.",
    not_computed: &[],
    measure,
};

/// What a community may set of V5, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct V5 {
    /// A thread without a reply within this is unanswered.
    pub reply_in: Span,
    /// Within this after a referral an answer is put down to it.
    pub answer_in: Span,
    /// A query without a response within this is unanswered.
    pub respond_in: Span,
}

impl Default for V5 {
    fn default() -> V5 {
        V5 {
            reply_in: Span::days(7),
            answer_in: Span::days(14),
            respond_in: Span::hours(72),
        }
    }
}

static REFERRED: Definition = Definition {
    name: "referred",
    formula: "of the queries of [T − W, T) older than 72 h at T and without a response within 72 h, and the threads of [T − W, T) older than 7 d and without a reply with words by another within 7 d: those with a referral before T by somebody who held a role then, is not the one who asked or opened, and is not the one who answered first; the referral came before that answer. Queries of automata, and those taken back within 72 h and before any response, are left out",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "v5.respond_in", "v5.reply_in"],
    raised: "leaders looking for somebody who can answer",
    gamed: "referring everything and approaching nobody",
    countered: "what came of it is counted beside; whom they approached stays unnamed",
};

static ANSWERED_AFTER_REFERRAL: Definition = Definition {
    name: "answered_after_referral",
    formula: "of those with a referral older than 14 d at T: with a first response or reply within 14 d after the first such referral",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "v5.answer_in"],
    raised: "answers that come after a referral",
    gamed: "referring what is about to be answered",
    countered: "only what had waited 72 h, or 7 d, is counted",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let roles = scope.roles();
    let waiting = Waiting::of(scope, &roles);
    let referred = Figure::share("unanswered", waiting.referred());
    let answered = Figure::share("referred", waiting.answered(scope));
    let rating = if answered.ratio().numerator() > 0 {
        Rating::Established
    } else if referred.ratio().numerator() > 0 {
        Rating::Emerging
    } else if referred.ratio().denominator() > 0 {
        Rating::None
    } else {
        Rating::Insufficient
    };
    let indicators = vec![
        Measured::signed_only(&REFERRED, referred),
        Measured::signed_only(&ANSWERED_AFTER_REFERRAL, answered),
    ];
    (Some(rating), indicators)
}

/// A question or discussion that waits for too long.
pub struct Unanswered<'a> {
    /// What waits.
    pub item: &'a Item,
    /// The referrals, in the order of time.
    pub referrals: Vec<&'a Item>,
}

/// What waits at an instant for a response longer than V5 allows, however old, and has not been taken back: the oldest
/// first. Signed entries alone.
pub fn unanswered(view: &View, as_of: Timestamp) -> Vec<Unanswered<'_>> {
    let decisions = Decisions::at(view, as_of);
    let parameters = Parameters::in_force(&decisions);
    let scope = Scope {
        view,
        as_of,
        parameters: &parameters,
        decisions: &decisions,
        own_window: None,
    };
    let limits = &parameters.v5;
    let mut waiting: Vec<&Item> = Vec::new();
    for query in queries(scope, Reach::Signed) {
        let open = !query.is_answered() && !query.is_withdrawn();
        if open && scope.is_mature(query.item.effective, limits.respond_in) {
            waiting.push(&view.items()[view.position(query.item)]);
        }
    }
    let replied: BTreeSet<Id> = first_replies(scope).into_keys().collect();
    for thread in view.done(Deed::ThreadOpened) {
        let open = scope.is_visible(thread, Reach::Signed) && !replied.contains(&thread.id);
        if open && scope.is_mature(thread.effective, limits.reply_in) {
            waiting.push(thread);
        }
    }
    waiting.sort_unstable_by_key(|item| item.moment());
    let mut referrals = referrals(view, as_of);
    let listed = waiting.into_iter().map(|item| Unanswered {
        item,
        referrals: referrals.remove(&item.id).unwrap_or_default(),
    });
    listed.collect()
}

/// The referrals of each question or discussion, in the order of time.
fn referrals(view: &View, as_of: Timestamp) -> BTreeMap<Id, Vec<&Item>> {
    let mut referrals: BTreeMap<Id, Vec<&Item>> = BTreeMap::new();
    let visible = |item: &&Item| item.effective < as_of && item.column == Column::Signed;
    for referral in view.done(Deed::QueryReferred).filter(visible) {
        if let Some(subject) = view.subject(referral) {
            referrals.entry(subject.id).or_default().push(referral);
        }
    }
    for of in referrals.values_mut() {
        of.sort_unstable_by_key(|referral| referral.moment());
    }
    referrals
}

/// What stayed unanswered for too long, with the first referral that counts.
struct Waiting<'a> {
    unanswered: Vec<(&'a Item, Option<Moment>, Option<&'a Item>)>,
    /// Not old enough to say.
    young: Vec<Counted>,
    excluded: Vec<(Counted, Excluded)>,
}

impl<'a> Waiting<'a> {
    fn of(scope: Scope<'a>, roles: &Roles<'_>) -> Waiting<'a> {
        let since = scope.since(scope.parameters.window);
        let mut waiting = Waiting {
            unanswered: Vec::new(),
            young: Vec::new(),
            excluded: Vec::new(),
        };
        let parameters = &scope.parameters.v5;
        for query in queries(scope, Reach::Signed) {
            if query.item.effective < since {
                continue;
            }
            if query.withdrawn_unanswered_within(parameters.respond_in) {
                waiting.excluded.push((query.item.into(), Excluded::Withdrawn));
            } else {
                waiting.wait(scope, query.item, query.first_response, parameters.respond_in);
            }
        }
        let mut replies = first_replies(scope);
        for thread in scope.done(Deed::ThreadOpened, Reach::Signed) {
            if thread.effective >= since {
                waiting.wait(scope, thread, replies.remove(&thread.id), parameters.reply_in);
            }
        }
        waiting.refer(scope, roles);
        waiting
    }

    fn wait(&mut self, scope: Scope<'a>, item: &'a Item, answer: Option<&'a Item>, limit: Span) {
        let in_time = answer.is_some_and(|answer| answer.effective.since(item.effective) <= limit);
        if !scope.is_mature(item.effective, limit) {
            self.young.push(item.into());
        } else if !in_time {
            self.unanswered.push((item, None, answer));
        }
    }

    fn refer(&mut self, scope: Scope<'a>, roles: &Roles<'_>) {
        let mut referrals = referrals(scope.view, scope.as_of);
        for (item, first, answer) in &mut self.unanswered {
            for referral in referrals.remove(&item.id).unwrap_or_default() {
                let late = answer.is_some_and(|answer| answer.moment() < referral.moment());
                let own = referral.author == item.author
                    || answer.is_some_and(|answer| answer.author == referral.author);
                let why = if !roles.led(referral) {
                    Excluded::NotALeader
                } else if own {
                    Excluded::Own
                } else if late {
                    Excluded::Late
                } else {
                    let moment = referral.moment();
                    *first = Some(first.map_or(moment, |known: Moment| known.min(moment)));
                    continue;
                };
                self.excluded.push((referral.into(), why));
            }
        }
    }

    fn referred(&self) -> Evidence {
        let mut evidence = Evidence {
            pending: self.young.clone(),
            excluded: self.excluded.clone(),
            ..Evidence::default()
        };
        for (item, referral, _) in &self.unanswered {
            evidence.sort_in(referral.is_some(), (*item).into());
        }
        evidence
    }

    fn answered(&self, scope: Scope<'_>) -> Evidence {
        let limit = scope.parameters.v5.answer_in;
        let mut evidence = Evidence::default();
        for (item, referral, answer) in &self.unanswered {
            let Some((referred, ..)) = referral else { continue };
            if scope.is_mature(*referred, limit) {
                let found = answer.is_some_and(|answer| answer.effective.since(*referred) <= limit);
                evidence.sort_in(found, (*item).into());
            } else {
                evidence.pending.push((*item).into());
            }
        }
        evidence
    }
}

/// The first reply with words in each thread, by another than who opened it.
fn first_replies(scope: Scope<'_>) -> BTreeMap<Id, &Item> {
    let mut first: BTreeMap<Id, &Item> = BTreeMap::new();
    for reply in scope.done(Deed::ThreadReplied, Reach::Signed) {
        let Some(thread) = scope
            .view
            .root(reply)
            .filter(|root| root.deed == Some(Deed::ThreadOpened))
        else {
            continue;
        };
        let another = reply.author != Author::Automaton && reply.author.is_another_than(thread.author);
        if reply.written && another {
            let known = first.entry(thread.id).or_insert(reply);
            if reply.moment() < known.moment() {
                *known = reply;
            }
        }
    }
    first
}
