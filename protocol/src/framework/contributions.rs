//! V3: "Contributions come from a wide range of members."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::concentration::absence_factor;
use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::momentum;
use super::parameters::Thresholds;
use super::rating::{self, Rating};
use super::scope::{COUNTED_ONCE, Reach, Scope, is_contribution};
use super::section::Section;
use super::statement::Statement;
use crate::community::{Author, Column, Item, OrganisationNumber, PersonNumber};
use crate::time::Timestamp;

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::V3),
    definitions: &[
        &CONTRIBUTORS,
        &ABSENCE_FACTOR,
        &ORGANISATION_ABSENCE_FACTOR,
        &CONTRIBUTING_ORGANISATIONS,
        &CONTRIBUTION_DAYS,
        &momentum::NOT_BY_LEADERS,
        &momentum::NOT_BY_LEADERS_BEFORE,
        &momentum::NOT_BEGUN_BY_LEADERS,
        &momentum::NOT_BEGUN_BY_LEADERS_BEFORE,
    ],
    rated: "Rated by `contributors` (`v3.contributors`); *established* also needs an absence factor of at least `v3.factor` and at least `v3.organisations` contributing organisations.",
    not_computed: &[],
    measure,
};

/// What a community may set of V3, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct V3 {
    /// Absence factor from which it is *established*.
    pub factor: u64,
    /// Contributors among the members.
    pub contributors: Thresholds,
    /// Contributing organisations from which it is *established*.
    pub organisations: u64,
}

impl Default for V3 {
    fn default() -> V3 {
        V3 {
            factor: 3,
            contributors: (10, 20).into(),
            organisations: 2,
        }
    }
}

static CONTRIBUTORS: Definition = Definition {
    name: "contributors",
    formula: "members at T with at least one contribution in [T − W, T) / members at T; contributions are queries asked and answered, threads opened and replied to, resources published, versions validated and disputed and works signed as an author (these once by person and subject), and answers collected (faq.published)",
    ground: Ground::Measured,
    of_people: true,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "v3.contributors", "few"],
    raised: "members who contribute for the first time in the window",
    gamed: "one token contribution each",
    countered: "the absence factor and the distinct days show who carries the work",
};

static ABSENCE_FACTOR: Definition = Definition {
    name: "absence_factor",
    formula: "the least k for which twice the contributions of the k most active people are at least all contributions in [T − W, T); an item of unknown authorship stands alone",
    ground: Ground::Measured,
    of_people: true,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "v3.factor"],
    raised: "the work being spread over more people",
    gamed: "spreading one person's work over several keys",
    countered: "a key belongs to one admitted person; the organisation attests it",
};

static ORGANISATION_ABSENCE_FACTOR: Definition = Definition {
    name: "organisation_absence_factor",
    formula: "the same by organisation, over signed contributions: importing is no organisation's contribution",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "the work being spread over more organisations",
    gamed: "chartering an organisation for appearance",
    countered: "admission is a recorded decision",
};

static CONTRIBUTING_ORGANISATIONS: Definition = Definition {
    name: "contributing_organisations",
    formula: "organisations with at least one signed contribution in [T − W, T) / organisations admitted before T",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "v3.organisations"],
    raised: "organisations that contribute for the first time in the window",
    gamed: "one token contribution by each",
    countered: "the absence factor by organisation",
};

static CONTRIBUTION_DAYS: Definition = Definition {
    name: "contribution_days",
    formula: "distinct days (UTC) with a contribution in [T − W, T)",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "contributing on more days",
    gamed: "a burst of contributions before a report",
    countered: "the days are counted, not the items",
};

/// The members at the instant who contributed in the window.
pub(super) fn active_members(scope: Scope<'_>) -> BTreeSet<PersonNumber> {
    scope.active_between(scope.since(scope.parameters.window), scope.as_of)
}

fn measure<'a>(scope: Scope<'a>) -> (Option<Rating>, Vec<Measured>) {
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| Contributions::of(scope, reach));
    let pair = |figure: fn(&Contributions<'a>) -> Figure| [figure(&signed), figure(&all)];
    let mut indicators = vec![
        Measured::both(&CONTRIBUTORS, pair(Contributions::contributors)),
        Measured::both(&ABSENCE_FACTOR, pair(Contributions::factor_of_people)),
        Measured::both(
            &ORGANISATION_ABSENCE_FACTOR,
            pair(Contributions::factor_of_organisations),
        ),
        Measured::both(
            &CONTRIBUTING_ORGANISATIONS,
            pair(Contributions::contributing_organisations),
        ),
        Measured::both(&CONTRIBUTION_DAYS, pair(Contributions::days)),
    ];
    indicators.extend(momentum::measure(scope));
    (Some(rate(scope, &indicators)), indicators)
}

fn rate(scope: Scope<'_>, indicators: &[Measured]) -> Rating {
    let parameters = scope.parameters;
    let [contributors, factor, _, organisations, ..] = indicators else {
        unreachable!("V3 has more than four indicators")
    };
    let share = contributors.signed.ratio();
    let factor = factor.signed.number_or_zero();
    let organisations = organisations.signed.ratio().numerator();
    rating::of_sample(share, parameters.v3.contributors, parameters.few)
        .capped(factor >= parameters.v3.factor && organisations >= parameters.v3.organisations)
}

/// The contributions of a window. Who has left since has contributed none the less, but is no contributor at its end.
struct Contributions<'a> {
    scope: Scope<'a>,
    reach: Reach,
    people: BTreeSet<PersonNumber>,
    counted: Vec<&'a Item>,
    excluded: Vec<(Counted, Excluded)>,
}

impl<'a> Contributions<'a> {
    fn of(scope: Scope<'a>, reach: Reach) -> Contributions<'a> {
        let people = scope.people_at(scope.as_of, reach);
        let repeated = repeated(scope, reach);
        let since = scope.since(scope.parameters.window);
        let mut found = Contributions {
            scope,
            reach,
            people,
            counted: Vec::new(),
            excluded: Vec::new(),
        };
        for item in scope
            .visible(reach)
            .filter(|item| is_contribution(item) && item.effective >= since)
        {
            match item.author {
                Author::Automaton => found.excluded.push((item.into(), Excluded::Automaton)),
                _ if repeated[scope.view.position(item)] => {
                    found.excluded.push((item.into(), Excluded::Repeated))
                }
                Author::Person(_) | Author::Unknown => found.counted.push(item),
                Author::Organisation => unreachable!("a contribution that counts is a person's"),
            }
        }
        found
    }

    fn contributors(&self) -> Figure {
        let mut active: BTreeSet<PersonNumber> = BTreeSet::new();
        let mut evidence = Evidence {
            excluded: self.excluded.clone(),
            ..Evidence::default()
        };
        for item in &self.counted {
            match item.author.person() {
                Some(number) if self.people.contains(&number) => {
                    active.insert(number);
                }
                Some(_) => evidence.exclude((*item).into(), Excluded::NotAMember),
                None => evidence.exclude((*item).into(), Excluded::UnknownAuthor),
            }
        }
        for number in &self.people {
            evidence.sort_in(active.contains(number), self.scope.view.person(*number).into());
        }
        Figure::share(Scope::people_name(self.reach), evidence)
    }

    /// An unknown author differs from everybody, so each of their items stands alone.
    fn factor_of_people(&self) -> Figure {
        let mut counts: BTreeMap<PersonNumber, u64> = BTreeMap::new();
        let mut alone = Vec::new();
        for item in &self.counted {
            match item.author.person() {
                Some(number) => *counts.entry(number).or_default() += 1,
                None => alone.push(1),
            }
        }
        let factor = absence_factor(counts.into_values().chain(alone).collect());
        Figure::number(factor, self.evidence(self.counted.iter().copied()))
    }

    fn factor_of_organisations(&self) -> Figure {
        let mut counts: BTreeMap<OrganisationNumber, u64> = BTreeMap::new();
        for item in self.by_organisations() {
            *counts.entry(item.organisation).or_default() += 1;
        }
        let factor = absence_factor(counts.into_values().collect());
        Figure::number(factor, self.evidence(self.by_organisations()))
    }

    fn contributing_organisations(&self) -> Figure {
        let active: BTreeSet<OrganisationNumber> =
            self.by_organisations().map(|item| item.organisation).collect();
        let mut evidence = Evidence {
            excluded: self.excluded.clone(),
            ..Evidence::default()
        };
        for number in self.scope.organisations_at(self.scope.as_of) {
            let id = self.scope.view.organisation(number).id;
            evidence.sort_in(active.contains(&number), Counted::Organisation(id));
        }
        Figure::share("organisations", evidence)
    }

    fn days(&self) -> Figure {
        let days: BTreeSet<_> = self
            .counted
            .iter()
            .map(|item| item.effective.start_of_day())
            .collect();
        let counted = days.into_iter().map(Counted::Day).collect();
        Figure::count(Evidence {
            counted,
            excluded: self.excluded.clone(),
            ..Evidence::default()
        })
    }

    /// Importing is no organisation's contribution.
    fn by_organisations(&self) -> impl Iterator<Item = &'a Item> {
        self.counted
            .iter()
            .copied()
            .filter(|item| item.column == Column::Signed)
    }

    fn evidence(&self, counted: impl Iterator<Item = &'a Item>) -> Evidence {
        let counted = counted.map(Counted::from).collect();
        Evidence {
            counted,
            excluded: self.excluded.clone(),
            ..Evidence::default()
        }
    }
}

/// What people contributed from an instant on: events, what counts once by person and subject once.
pub(super) fn counted_contributions(scope: Scope<'_>, since: Timestamp) -> impl Iterator<Item = &Item> {
    let repeated = repeated(scope, Reach::Signed);
    scope.visible(Reach::Signed).filter(move |item| {
        is_contribution(item)
            && item.effective >= since
            && item.author.person().is_some()
            && !repeated[scope.view.position(item)]
    })
}

impl<'a> Scope<'a> {
    /// What people contributed in [from, until).
    pub(super) fn contributed_between(
        self,
        from: Timestamp,
        until: Timestamp,
    ) -> impl Iterator<Item = &'a Item> {
        counted_contributions(self, from).filter(move |item| item.effective < until)
    }

    /// The members at the end who contributed in [from, until).
    pub(super) fn active_between(self, from: Timestamp, until: Timestamp) -> BTreeSet<PersonNumber> {
        let members = self.people_at(until, Reach::Signed);
        self.contributed_between(from, until)
            .filter_map(|item| item.author.person())
            .filter(|person| members.contains(person))
            .collect()
    }
}

/// Validations, disputes and signatures that are not the person's first: they count by (person, subject). Of each entry of
/// the view whether it is one.
fn repeated(scope: Scope<'_>, reach: Reach) -> Vec<bool> {
    let said = COUNTED_ONCE.into_iter();
    let mut said: Vec<_> = said
        .flat_map(|deed| scope.done(deed, reach))
        .filter_map(|item| {
            let version = scope.view.position(scope.view.subject(item)?);
            Some((item.author, version, item.moment(), scope.view.position(item)))
        })
        .collect();
    said.sort_unstable();
    let mut repeated = vec![false; scope.view.items().len()];
    for pair in said.windows(2) {
        let [(author, version, ..), (again_by, again_on, _, again)] = [pair[0], pair[1]];
        repeated[again] = (author, version) == (again_by, again_on);
    }
    repeated
}
