//! L1: "The COP has a credible leadership in place (Hospice UK /members) with dedicated time available for the role."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::Rating;
use super::ratio::Ratio;
use super::roles::{Holding, Roles};
use super::scope::Scope;
use super::section::Section;
use super::statement::Statement;
use super::survey;
use crate::community::{Author, Column, Item, View};
use crate::id::Id;
use crate::kind::{Act, Deed, Leadership, Provider, Slug, TimeConfirmed, TimePledged};
use crate::time::{Month, Span, Timestamp};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::L1),
    definitions: &[
        &ROLES_FILLED,
        &ROLES_BY_PROVIDER,
        &TIME_CONFIRMED,
        survey::CONFIDENCE.agreement,
        survey::CONFIDENCE.turnout,
    ],
    rated: "A census. *developing* where every required role (`l1.required`) is filled, *emerging* where only some are, *none* where none is; *established* also needs `l1.confirmed` per cent of the planned minutes confirmed, and some planned. Without required roles *insufficient*.",
    not_computed: &[],
    measure,
};

/// What a community may set of L1, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct L1 {
    /// The roles that must be filled.
    pub required: Vec<Slug>,
    /// How many per cent of the planned minutes must be confirmed.
    pub confirmed: u64,
}

impl Default for L1 {
    fn default() -> L1 {
        let leader = Slug::try_from("leader".to_owned()).expect("`leader` is a slug");
        L1 {
            required: vec![leader],
            confirmed: 75,
        }
    }
}

static ROLES_FILLED: Definition = Definition {
    name: "roles_filled",
    formula: "required roles that somebody holds at T / required roles; a role is held from the latest of its term's beginning, its grant by a decision and its acceptance by the holder, until the earliest of its term's end, the holder giving it up and the beginning of a later grant of the same role to the same person, and only while its holder is a member",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &["l1.required"],
    raised: "a decision to fill a role, and whoever it names accepting it",
    gamed: "granting oneself a role",
    countered: "a role takes a decision that has carried, and the signature of its holder",
};

static ROLES_BY_PROVIDER: Definition = Definition {
    name: "roles_by_provider",
    formula: "roles held at T, required or not, by who provides for them: the host organisation, or the members",
    ground: Ground::Attested,
    of_people: true,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "more people in a role",
    gamed: "naming a role for each friend",
    countered: "each takes a decision; only required roles are rated",
};

static TIME_CONFIRMED: Definition = Definition {
    name: "time_confirmed",
    formula: "minutes confirmed by a steward of the holder's organisation who is another person (none of the holder's own admissions), at most those planned in each month / minutes planned by holders of roles, over the months whose last millisecond lies in [T − W, T) and in which the role was held; planned is, in each month, the last pledge made before the month for it or an earlier one, else the first made within it; of several confirmations of a month made after its end the last counts",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "l1.confirmed"],
    raised: "an employer confirming the time that was pledged",
    gamed: "pledging little, or a holder confirming for themselves",
    countered: "the minutes planned are shown, a later pledge changes no month that is over, and the employer's steward signs",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let roles = scope.roles();
    let (filled, ratio) = filled(scope, &roles);
    let (time, minutes) = time(scope, &roles);
    let rating = rate(scope, ratio, minutes);
    let mut indicators = vec![
        Measured::signed_only(&ROLES_FILLED, filled),
        Measured::signed_only(&ROLES_BY_PROVIDER, by_provider(scope, &roles)),
        Measured::signed_only(&TIME_CONFIRMED, time),
    ];
    indicators.extend(survey::measured(scope, &survey::CONFIDENCE));
    (Some(rating), indicators)
}

fn rate(scope: Scope<'_>, filled: Ratio, minutes: Ratio) -> Rating {
    if filled.denominator() == 0 {
        return Rating::Insufficient;
    }
    if filled.numerator() == 0 {
        return Rating::None;
    }
    if filled.numerator() < filled.denominator() {
        return Rating::Emerging;
    }
    let timely = minutes.denominator() > 0 && minutes.reaches(scope.parameters.l1.confirmed);
    Rating::Established.capped(timely)
}

fn filled(scope: Scope<'_>, roles: &Roles<'_>) -> (Figure, Ratio) {
    let required: BTreeSet<&Slug> = scope.parameters.l1.required.iter().collect();
    let mut evidence = Evidence::default();
    let mut held: BTreeSet<&Slug> = BTreeSet::new();
    for holding in roles.held_at(scope.as_of) {
        if required.contains(&holding.says.role) {
            held.insert(&holding.says.role);
            evidence.counted.push(holding.grant.into());
        }
    }
    let ratio = Ratio::new(held.len() as u64, required.len() as u64);
    (Figure::portion("required roles", ratio, evidence), ratio)
}

fn by_provider(scope: Scope<'_>, roles: &Roles<'_>) -> Figure {
    let mut parts: BTreeMap<String, u64> = BTreeMap::new();
    let mut evidence = Evidence::default();
    for holding in roles.held_at(scope.as_of) {
        let provider = match holding.says.provided_by {
            Provider::Host => "host",
            Provider::Members => "members",
        };
        *parts.entry(provider.to_owned()).or_default() += 1;
        evidence.counted.push(holding.grant.into());
    }
    Figure::parts(parts, evidence)
}

/// A month of somebody's role for which time was planned.
pub struct PlannedMonth<'a, 'r> {
    /// The role.
    pub holding: &'r Holding<'a>,
    /// The month.
    pub month: Month,
    /// The pledge that plans it.
    pub pledge: &'a Item,
    /// The minutes planned.
    pub planned: u64,
    /// The minutes confirmed, if any were, by which entry.
    pub confirmed: Option<(&'a Item, u64)>,
}

/// The time planned and confirmed for the roles of a community: each month from the first pledge to the one in course.
pub fn planned_months<'a, 'r>(
    view: &'a View,
    roles: &'r Roles<'a>,
    as_of: Timestamp,
) -> Vec<PlannedMonth<'a, 'r>> {
    let words = Words::of(view, as_of);
    let months = words.months(as_of);
    let mut planned = Vec::new();
    for holding in roles.all() {
        let said = words.of_holding(holding);
        planned.extend(months.iter().filter_map(|month| said.month(*month).0));
    }
    planned
}

/// Minutes confirmed of those planned.
fn time(scope: Scope<'_>, roles: &Roles<'_>) -> (Figure, Ratio) {
    let (months, running) = months(scope);
    let words = Words::of(scope.view, scope.as_of);
    let (mut done, mut planned, mut evidence) = (0, 0, Evidence::default());
    for holding in roles.all() {
        let said = words.of_holding(holding);
        if let Some((pledge, _)) = running.and_then(|month| said.plan(month)) {
            evidence.pending.push(pledge.into());
        }
        for month in &months {
            let (of, excluded) = said.month(*month);
            evidence.excluded.extend(excluded);
            let Some(of) = of else { continue };
            planned += of.planned;
            match of.confirmed {
                Some((item, minutes)) => {
                    done += minutes.min(of.planned);
                    evidence.counted.push(item.into());
                }
                None if evidence.uncounted.contains(&of.pledge.into()) => {}
                None => evidence.uncounted.push(of.pledge.into()),
            }
        }
    }
    let ratio = Ratio::new(done, planned);
    (Figure::portion("planned minutes", ratio, evidence), ratio)
}

/// All pledges and confirmations, each with the grant it belongs to, in the order of time.
struct Words<'a> {
    pledges: BTreeMap<Id, Vec<(&'a Item, &'a TimePledged)>>,
    confirmations: BTreeMap<Id, Vec<(&'a Item, &'a TimeConfirmed)>>,
}

impl<'a> Words<'a> {
    fn of(view: &'a View, as_of: Timestamp) -> Words<'a> {
        let visible = |item: &&Item| item.effective < as_of && item.column == Column::Signed;
        let (mut pledges, mut confirmations) = (BTreeMap::new(), BTreeMap::new());
        for item in view.done(Deed::TimePledged).filter(visible) {
            if let (Some(grant), Some(Act::Leadership(Leadership::TimePledged(says)))) =
                (view.subject(item), item.act())
            {
                let of: &mut Vec<(&Item, &TimePledged)> = pledges.entry(grant.id).or_default();
                of.push((item, says));
            }
        }
        for item in view.done(Deed::TimeConfirmed).filter(visible) {
            let grant = view.subject(item).and_then(|pledge| view.subject(pledge));
            if let (Some(grant), Some(Act::Leadership(Leadership::TimeConfirmed(says)))) = (grant, item.act())
            {
                let of: &mut Vec<(&Item, &TimeConfirmed)> = confirmations.entry(grant.id).or_default();
                of.push((item, says));
            }
        }
        for of in pledges.values_mut() {
            of.sort_unstable_by_key(|(item, _)| item.moment());
        }
        for of in confirmations.values_mut() {
            of.sort_unstable_by_key(|(item, _)| item.moment());
        }
        Words {
            pledges,
            confirmations,
        }
    }

    fn of_holding<'r, 'w>(&'w self, holding: &'r Holding<'a>) -> Said<'a, 'r, 'w> {
        Said {
            holding,
            pledges: self.pledges.get(&holding.grant.id).map_or(&[], Vec::as_slice),
            confirmations: self
                .confirmations
                .get(&holding.grant.id)
                .map_or(&[], Vec::as_slice),
        }
    }

    /// From the first that any pledge names to the one in course.
    fn months(&self, as_of: Timestamp) -> Vec<Month> {
        let named = self.pledges.values().flatten().map(|(_, says)| says.month);
        let mut months: Vec<Month> = Vec::new();
        let mut next = named.min();
        while let Some(month) = next.filter(|month| month.begins() < as_of) {
            months.push(month);
            next = Month::of(month.ends());
        }
        months
    }
}

/// What was pledged and confirmed for one role of somebody.
struct Said<'a, 'r, 'w> {
    holding: &'r Holding<'a>,
    pledges: &'w [(&'a Item, &'a TimePledged)],
    confirmations: &'w [(&'a Item, &'a TimeConfirmed)],
}

impl<'a, 'r> Said<'a, 'r, '_> {
    /// The pledge for a month in which the role was held, and its minutes.
    fn plan(&self, month: Month) -> Option<(&'a Item, u64)> {
        if !self.holding.holds_between(month.begins(), month.ends()) {
            return None;
        }
        let mut for_it = self.pledges.iter().filter(|(_, says)| says.month <= month);
        let before = for_it.clone().rfind(|(item, _)| item.effective < month.begins());
        let within = || for_it.find(|(item, _)| item.effective < month.ends());
        before.or_else(within).map(|(item, says)| (*item, says.minutes))
    }

    /// What was planned and confirmed of a month, by the last word after its end, and what was said besides.
    fn month(&self, month: Month) -> (Option<PlannedMonth<'a, 'r>>, Vec<(Counted, Excluded)>) {
        let plan = self.plan(month);
        let (mut confirmed, mut excluded) = (None, Vec::new());
        let of_month = self.confirmations.iter().filter(|(_, says)| says.month == month);
        for (item, says) in of_month.rev() {
            let why = if !item.author.is_another_than(Author::Person(self.holding.holder)) {
                Excluded::Own
            } else if plan.is_none() {
                Excluded::Unplanned
            } else if item.effective < month.ends() {
                Excluded::Early
            } else if confirmed.is_some() {
                Excluded::Replaced
            } else {
                confirmed = Some((*item, says.minutes));
                continue;
            };
            excluded.push(((*item).into(), why));
        }
        let planned = plan.map(|(pledge, planned)| PlannedMonth {
            holding: self.holding,
            month,
            pledge,
            planned,
            confirmed,
        });
        (planned, excluded)
    }
}

/// The months that ended in the window, and the one in course.
fn months(scope: Scope<'_>) -> (Vec<Month>, Option<Month>) {
    let since = scope.since(scope.parameters.window);
    let last_of = |month: Month| month.ends().minus(Span::from_millis(1));
    let mut months = Vec::new();
    let mut next = Month::of(since);
    while let Some(month) = next.filter(|month| last_of(*month) < scope.as_of) {
        if last_of(month) >= since {
            months.push(month);
        }
        next = Month::of(month.ends());
    }
    let running = next.filter(|month| month.begins() < scope.as_of);
    (months, running)
}
