//! S1: "Membership of the COP grows organically at expected levels."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::contributions::counted_contributions;
use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::parameters::Parameters;
use super::rating::Rating;
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use crate::community::{Item, Person, PersonNumber, Spell, View};
use crate::governance::Decisions;
use crate::id::{Hash, Id, KeyBytes};
use crate::kind::{Act, Admitted, Deed, People, Purpose, TargetSet, invitation_code};
use crate::time::{Span, Timestamp};

/// The objective of the targets that are about the number of members.
const MEMBERSHIP: &str = "membership";

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::S1),
    definitions: &[
        &WITHIN_BAND,
        &LAST_PERIOD,
        &ORGANIC_JOINS,
        &WAYS_OF_JOINING,
        &RETAINED,
    ],
    rated: "*insufficient* without a band that was registered before its period (a target of `membership`, set by a decision); else *developing*, and *established* if the change over the period that ended last was within its band and `retained` reaches `s1.retained` per cent of at least as many people as `few` asks for.",
    not_computed: &[],
    measure,
};

/// What a community may set of S1, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct S1 {
    /// Admissions by one steward from which they are in bulk.
    pub bulk: u64,
    /// After joining, from when on a member is looked for.
    pub since: Span,
    /// After joining, until when.
    pub until: Span,
    /// How close together they are.
    pub bulk_in: Span,
    /// Per cent retained from which it is *established*.
    pub retained: u64,
}

impl Default for S1 {
    fn default() -> S1 {
        S1 {
            bulk: 10,
            since: Span::days(90),
            until: Span::days(180),
            bulk_in: Span::hours(24),
            retained: 40,
        }
    }
}

static WITHIN_BAND: Definition = Definition {
    name: "within_band",
    formula: "periods that ended before T over which members at the end − members at the beginning was within the band / all of them; a period is that of a target of `membership` in force by a decision whose entry is earlier than the period's beginning; of several for the same period the last so registered counts",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &[],
    raised: "growth as it was expected, no less and no more",
    gamed: "setting the band when the outcome is known, or so wide that anything fits",
    countered: "a band registered after its period began is left out, and the band is on record",
};

static LAST_PERIOD: Definition = Definition {
    name: "last_period",
    formula: "of the period that ended last before T: members at its beginning (`before`), at its end (`after`), and those who came (`joined`) and went (`left`), as sets",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "people joining",
    gamed: "as for within_band",
    countered: "before + joined − left = after, always",
};

static ORGANIC_JOINS: Definition = Definition {
    name: "organic_joins",
    formula: "of the members at T that were none at T − W, those who were invited by a member or applied by themselves, and were not admitted in bulk / all of them; invited is whose admission shows the code of an earlier invitation by another member, or names another person who was a member then; applied is whose admission says so; in bulk is one of at least 10 admissions by one steward (one key) within 24 h; of several admissions of one person the first that still holds",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::Window,
    parameters: &["window", "s1.bulk", "s1.bulk_in"],
    raised: "members who invite others, and people who apply",
    gamed: "admitting a list of people and calling them applicants",
    countered: "admissions in bulk are not organic, and the organisation attests each",
};

static WAYS_OF_JOINING: Definition = Definition {
    name: "ways_of_joining",
    formula: "the same people by how they came: `bulk`; else `invited` with the code of an invitation; else `named`, their inviter by the steward alone; else `applied`; else `enrolled` by the organisation",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::Window,
    parameters: &["window", "s1.bulk", "s1.bulk_in"],
    raised: "people joining",
    gamed: "as for organic_joins",
    countered: "an invitation is signed by the member who gives it",
};

static RETAINED: Definition = Definition {
    name: "retained",
    formula: "people with at least one contribution in [join + 90 d, join + 180 d) / people who joined more than 180 d before T, whether or not they have left since; join is their first admission",
    ground: Ground::Measured,
    of_people: true,
    rates: true,
    window: Extent::AsOf,
    parameters: &["s1.since", "s1.until", "s1.retained", "few"],
    raised: "newcomers who still contribute after three months",
    gamed: "one token contribution each",
    countered: "the absence factor of V3 shows who carries the work",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let (joins, bands) = (Joins::of(scope), Bands::of(scope));
    let indicators = vec![
        Measured::signed_only(&WITHIN_BAND, bands.within()),
        Measured::signed_only(&LAST_PERIOD, bands.last_period()),
        Measured::signed_only(&ORGANIC_JOINS, joins.organic()),
        Measured::signed_only(&WAYS_OF_JOINING, joins.ways()),
        Measured::signed_only(&RETAINED, retained(scope)),
    ];
    let rating = rate(scope, &bands, &indicators[4].signed);
    (Some(rating), indicators)
}

fn rate(scope: Scope<'_>, bands: &Bands<'_>, retained: &Figure) -> Rating {
    if bands.registered.is_empty() {
        return Rating::Insufficient;
    }
    let (share, parameters) = (retained.ratio(), scope.parameters);
    let is_retained = share.denominator() >= parameters.few.few && share.reaches(parameters.s1.retained);
    let is_within = bands
        .ended()
        .next_back()
        .is_some_and(|band| bands.is_within(band));
    Rating::Established.capped(is_retained && is_within)
}

/// A band that the membership is held against: how far it was to change over a period, registered before that began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct MembershipBand {
    /// When the period begins.
    pub from: Timestamp,
    /// When it ends.
    pub until: Timestamp,
    /// Members when it began.
    pub members: u64,
    /// By how many more there were to be when it ends, at least.
    pub low: i64,
    /// At most.
    pub high: i64,
}

/// The bands in force for periods begun before T, ascending by the end of the period.
pub fn membership_bands(view: &View, as_of: Timestamp) -> Vec<MembershipBand> {
    let decisions = Decisions::at(view, as_of);
    let parameters = Parameters::in_force(&decisions);
    let scope = Scope {
        view,
        as_of,
        parameters: &parameters,
        decisions: &decisions,
        own_window: None,
    };
    let bands = Bands::of(scope);
    let begun = bands
        .registered
        .values()
        .filter(|(_, target)| target.from < as_of);
    begun
        .map(|(_, target)| MembershipBand {
            from: target.from,
            until: target.until,
            members: scope.people_at(target.from, Reach::Signed).len() as u64,
            low: target.low,
            high: target.high,
        })
        .collect()
}

/// The bands for the growth of the membership, by period.
struct Bands<'a> {
    scope: Scope<'a>,
    /// Registered before their periods, by end and beginning of the period.
    registered: BTreeMap<(Timestamp, Timestamp), (&'a Item, &'a TargetSet)>,
    excluded: Vec<(Counted, Excluded)>,
}

impl<'a> Bands<'a> {
    fn of(scope: Scope<'a>) -> Bands<'a> {
        let mut bands = Bands {
            scope,
            registered: BTreeMap::new(),
            excluded: Vec::new(),
        };
        for adopted in scope.decisions.adopted(Deed::TargetSet) {
            let Some(Act::Purpose(Purpose::TargetSet(target))) = adopted.item.act() else {
                continue;
            };
            if target.objective.as_str() != MEMBERSHIP {
                continue;
            }
            if adopted.item.effective >= target.from {
                bands.excluded.push((adopted.item.into(), Excluded::Late));
            } else if let Some((before, _)) = bands
                .registered
                .insert((target.until, target.from), (adopted.item, target))
            {
                bands.excluded.push((before.into(), Excluded::Replaced));
            }
        }
        bands
    }

    fn ended(&self) -> impl DoubleEndedIterator<Item = &(&'a Item, &'a TargetSet)> {
        self.registered
            .values()
            .filter(|(_, target)| target.until < self.scope.as_of)
    }

    fn is_within(&self, (_, target): &(&Item, &TargetSet)) -> bool {
        let members = |at| self.scope.people_at(at, Reach::Signed).len() as i128;
        let change = members(target.until) - members(target.from);
        (i128::from(target.low)..=i128::from(target.high)).contains(&change)
    }

    fn within(&self) -> Figure {
        let mut evidence = Evidence {
            excluded: self.excluded.clone(),
            ..Evidence::default()
        };
        for band in self.registered.values() {
            let (item, target) = band;
            if target.until < self.scope.as_of {
                evidence.sort_in(self.is_within(band), (*item).into());
            } else {
                evidence.pending.push((*item).into());
            }
        }
        Figure::census("periods", evidence)
    }

    fn last_period(&self) -> Figure {
        let mut evidence = Evidence::default();
        let mut parts = BTreeMap::new();
        if let Some((item, target)) = self.ended().next_back() {
            let members = |at| self.scope.people_at(at, Reach::Signed);
            let (before, after) = (members(target.from), members(target.until));
            let counts = [
                ("before", before.len()),
                ("after", after.len()),
                ("joined", after.difference(&before).count()),
                ("left", before.difference(&after).count()),
            ];
            evidence.counted.push((*item).into());
            parts = counts
                .into_iter()
                .filter(|(_, count)| *count > 0)
                .map(|(name, count)| (name.to_owned(), count as u64))
                .collect();
        }
        Figure::parts(parts, evidence)
    }
}

/// How somebody became a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Bulk,
    Invited,
    Named,
    Applied,
    Enrolled,
}

impl Way {
    const fn is_organic(self) -> bool {
        matches!(self, Way::Invited | Way::Named | Way::Applied)
    }

    const fn name(self) -> &'static str {
        match self {
            Way::Bulk => "bulk",
            Way::Invited => "invited",
            Way::Named => "named",
            Way::Applied => "applied",
            Way::Enrolled => "enrolled",
        }
    }
}

/// Who joined in the window, and how.
struct Joins {
    ways: Vec<(Counted, Way)>,
}

impl Joins {
    fn of(scope: Scope<'_>) -> Joins {
        let before = scope.people_at(scope.since(scope.parameters.window), Reach::Signed);
        let joined: BTreeSet<PersonNumber> = scope
            .people_at(scope.as_of, Reach::Signed)
            .difference(&before)
            .copied()
            .collect();
        let admissions = Admissions::of(scope);
        let current = scope
            .view
            .spells()
            .iter()
            .filter(|spell| spell.holds_at(scope.as_of) && joined.contains(&spell.person));
        // Who is one in two organisations joined once: as they did first.
        let mut first: BTreeMap<PersonNumber, &Spell> = BTreeMap::new();
        for spell in current {
            let kept = first.entry(spell.person).or_insert(spell);
            if (spell.from, spell.by) < (kept.from, kept.by) {
                *kept = spell;
            }
        }
        let ways = first
            .values()
            .map(|spell| (scope.view.person(spell.person).into(), admissions.way(spell)))
            .collect();
        Joins { ways }
    }

    fn organic(&self) -> Figure {
        let mut evidence = Evidence::default();
        for (person, way) in &self.ways {
            evidence.sort_in(way.is_organic(), *person);
        }
        Figure::share("joins", evidence)
    }

    fn ways(&self) -> Figure {
        let mut parts: BTreeMap<String, u64> = BTreeMap::new();
        for (_, way) in &self.ways {
            *parts.entry(way.name().to_owned()).or_default() += 1;
        }
        let counted = self.ways.iter().map(|(person, _)| *person).collect();
        Figure::parts(
            parts,
            Evidence {
                counted,
                ..Evidence::default()
            },
        )
    }
}

/// What is known of how people were admitted.
struct Admissions<'a> {
    scope: Scope<'a>,
    /// By what it says of its code: when, and by whom.
    invitations: BTreeMap<Hash, Vec<(Timestamp, PersonNumber)>>,
    /// When each steward admitted somebody, ascending.
    times: BTreeMap<KeyBytes, Vec<Timestamp>>,
}

impl<'a> Admissions<'a> {
    fn of(scope: Scope<'a>) -> Admissions<'a> {
        let mut invitations: BTreeMap<Hash, Vec<_>> = BTreeMap::new();
        for item in scope.view.done(Deed::MemberInvited) {
            if let (Some(Act::People(People::MemberInvited(invited))), Some(by)) =
                (item.act(), item.author.person())
            {
                invitations
                    .entry(invited.code)
                    .or_default()
                    .push((item.effective, by));
            }
        }
        let mut times: BTreeMap<KeyBytes, Vec<Timestamp>> = BTreeMap::new();
        for spell in scope
            .view
            .spells()
            .iter()
            .filter(|spell| spell.from < scope.as_of)
        {
            times.entry(spell.steward).or_default().push(spell.from);
        }
        times.values_mut().for_each(|times| times.sort_unstable());
        Admissions {
            scope,
            invitations,
            times,
        }
    }

    fn way(&self, spell: &Spell) -> Way {
        if self.is_in_bulk(spell) {
            return Way::Bulk;
        }
        let item = self.scope.view.find(spell.by);
        let Some(Act::People(People::MemberAdmitted(admitted))) = item.and_then(|item| item.act()) else {
            return Way::Enrolled;
        };
        if self.is_invited(spell, admitted) {
            Way::Invited
        } else if admitted
            .inviter
            .is_some_and(|inviter| self.is_another_member(spell, inviter))
        {
            Way::Named
        } else if admitted.applied {
            Way::Applied
        } else {
            Way::Enrolled
        }
    }

    /// Among so many admissions that the first and the last lie close together.
    fn is_in_bulk(&self, spell: &Spell) -> bool {
        let parameters = &self.scope.parameters.s1;
        let times = self.times.get(&spell.steward).map_or(&[] as &[_], Vec::as_slice);
        let Ok(bulk) = usize::try_from(parameters.bulk.max(1)) else {
            return false;
        };
        times.windows(bulk).any(|run| {
            let (first, last) = (run[0], run[bulk - 1]);
            (first..=last).contains(&spell.from) && last <= first.plus(parameters.bulk_in)
        })
    }

    fn is_invited(&self, spell: &Spell, admitted: &Admitted) -> bool {
        let code = admitted.code.map(|code| invitation_code(&code));
        let given = code.and_then(|code| self.invitations.get(&code));
        given
            .into_iter()
            .flatten()
            .any(|(at, by)| *at < spell.from && *by != spell.person)
    }

    fn is_another_member(&self, spell: &Spell, inviter: Id) -> bool {
        let view = self.scope.view;
        let inviter = view.who(&Person::Member(inviter));
        view.spells().iter().any(|other| {
            other.person != spell.person && Some(other.person) == inviter && other.holds_at(spell.from)
        })
    }
}

fn retained(scope: Scope<'_>) -> Figure {
    let parameters = &scope.parameters.s1;
    let mut active: BTreeMap<PersonNumber, Vec<Timestamp>> = BTreeMap::new();
    for item in counted_contributions(scope, Timestamp::EPOCH) {
        if let Some(person) = item.author.person() {
            active.entry(person).or_default().push(item.effective);
        }
    }
    let mut evidence = Evidence::default();
    for (person, joined) in scope.first_joined() {
        let counted: Counted = scope.view.person(person).into();
        if !scope.is_mature(joined, parameters.until) {
            evidence.pending.push(counted);
            continue;
        }
        let looked_at = joined.plus(parameters.since)..joined.plus(parameters.until);
        let times = active.get(&person).map_or(&[] as &[_], Vec::as_slice);
        evidence.sort_in(times.iter().any(|at| looked_at.contains(at)), counted);
    }
    Figure::share("people who joined", evidence)
}
