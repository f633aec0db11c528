//! S2: "Leaders ensure members discuss the future of the network and are ambitious for growth."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

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
use crate::kind::{Act, Deed, Interaction};
use crate::time::Span;

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
    not_computed: &["meetings about the future"],
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
    formula: "of the threads with the purpose `future` that somebody opened in [T − 365 d, T) who held a role then: those in which, before T, at least one other person replied, and of the members active at the opening (with a contribution in the window before it) at least 25 % and of the organisations admitted before it at least half took part; who opened it takes part",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Year,
    parameters: &["year", "window", "s2.members", "s2.organisations"],
    raised: "a leader asking where the community should go, and members saying so",
    gamed: "a formality in the minutes",
    countered: "each who took part signed what they said",
};

static FUTURE_DECIDED: Definition = Definition {
    name: "future_decided",
    formula: "those of them that a proposal made within 90 d after the opening refers to, if it has carried before T; a decision for staying as it is, or for closing well, is one, too",
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
        let about_it = |item: &&Item| item.effective >= since && is_about_the_future(item);
        let threads: Vec<&Item> = scope
            .done(Deed::ThreadOpened, Reach::Signed)
            .filter(about_it)
            .collect();
        let mut replies = replies(scope, &threads);
        for thread in threads {
            if roles.led(thread) {
                let said = replies.remove(&thread.id).unwrap_or_default();
                year.discussions.push((thread, is_broad(scope, thread, &said)));
            } else {
                year.excluded.push((thread.into(), Excluded::NotALeader));
            }
        }
        year
    }

    fn discussed(&self) -> Evidence {
        let mut evidence = Evidence {
            excluded: self.excluded.clone(),
            ..Evidence::default()
        };
        for (thread, broad) in &self.discussions {
            evidence.sort_in(*broad, (*thread).into());
        }
        evidence
    }

    fn decided(&self, scope: Scope<'_>) -> Evidence {
        let limit = scope.parameters.s2.decide_in;
        let mut evidence = Evidence::default();
        for (thread, _) in self.discussions.iter().filter(|(_, broad)| *broad) {
            let decided = scope.decisions.all().iter().any(|decision| {
                let proposal = decision.proposal;
                let soon = proposal.effective.since(thread.effective) <= limit;
                let cites = scope.view.references(proposal).any(|cited| cited.id == thread.id);
                decision.state == State::Carried && soon && cites
            });
            evidence.sort_in(decided, (*thread).into());
        }
        evidence
    }
}

fn is_about_the_future(item: &Item) -> bool {
    let purpose = match item.act() {
        Some(Act::Interaction(Interaction::ThreadOpened(says))) => says.purpose.as_ref(),
        _ => None,
    };
    purpose.is_some_and(|purpose| purpose.as_str() == FUTURE)
}

/// What was said in each of these threads.
fn replies<'a>(scope: Scope<'a>, threads: &[&Item]) -> BTreeMap<Id, Vec<&'a Item>> {
    let mut replies: BTreeMap<Id, Vec<&Item>> =
        threads.iter().map(|thread| (thread.id, Vec::new())).collect();
    if threads.is_empty() {
        return replies;
    }
    for reply in scope.done(Deed::ThreadReplied, Reach::Signed) {
        let root = scope.view.root(reply);
        if let Some(said) = root.and_then(|root| replies.get_mut(&root.id)) {
            said.push(reply);
        }
    }
    replies
}

/// Whether enough people of enough organisations took part.
fn is_broad(scope: Scope<'_>, thread: &Item, said: &[&Item]) -> bool {
    let opened = thread.effective;
    let active = scope.active_between(opened.minus(scope.parameters.window), opened);
    let all = || std::iter::once(thread).chain(said.iter().copied());
    let people: BTreeSet<PersonNumber> = all().filter_map(|item| item.author.person()).collect();
    let there: BTreeSet<_> = scope.organisations_at(opened).into_iter().collect();
    let organisations: BTreeSet<_> = all()
        .map(|item| item.organisation)
        .filter(|of| there.contains(of))
        .collect();
    let share = |part: usize, whole: usize| Ratio::new(part as u64, whole as u64);
    let is_talk = said
        .iter()
        .any(|reply| reply.author.is_another_than(thread.author));
    let of_members = share(active.intersection(&people).count(), active.len());
    let of_organisations = share(organisations.len(), there.len());
    is_talk
        && of_members.reaches(scope.parameters.s2.members)
        && of_organisations.reaches(scope.parameters.s2.organisations)
}
