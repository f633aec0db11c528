//! V3: "Contributions come from a wide range of members."

use std::collections::{BTreeMap, BTreeSet};

use super::concentration::absence_factor;
use super::evidence::{Counted, Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Indicator, Measured};
use super::rating::{self, Rating};
use super::scope::{Reach, Scope, is_contribution, is_opinion};
use crate::community::{Author, Column, Item, OrganisationNumber, PersonNumber};
use crate::id::Id;

pub(super) fn measure<'a>(scope: Scope<'a>) -> (Rating, Vec<Measured>) {
    let [signed, all] = [Reach::Signed, Reach::All].map(|reach| Contributions::of(scope, reach));
    let pair = |figure: fn(&Contributions<'a>) -> Figure| [figure(&signed), figure(&all)];
    let indicators = vec![
        Measured::both(Indicator::Contributors, pair(Contributions::contributors)),
        Measured::both(Indicator::AbsenceFactor, pair(Contributions::factor_of_people)),
        Measured::both(
            Indicator::OrganisationAbsenceFactor,
            pair(Contributions::factor_of_organisations),
        ),
        Measured::both(
            Indicator::ContributingOrganisations,
            pair(Contributions::contributing_organisations),
        ),
        Measured::both(Indicator::ContributionDays, pair(Contributions::days)),
    ];
    (rate(scope, &indicators), indicators)
}

fn rate(scope: Scope<'_>, indicators: &[Measured]) -> Rating {
    let parameters = scope.parameters;
    let [contributors, factor, _, organisations, _] = indicators else {
        unreachable!("V3 has five indicators")
    };
    let share = contributors.signed.ratio();
    let factor = factor.signed.number_or_zero();
    let organisations = organisations.signed.ratio().numerator();
    rating::of_sample(share, parameters.contributors, parameters.few)
        .capped(factor >= parameters.factor && organisations >= parameters.organisations)
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
        let repeated = repeated_opinions(scope, reach);
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
                _ if repeated.contains(&item.id) => found.excluded.push((item.into(), Excluded::Repeated)),
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

/// Validations and disputes that are not the person's first on that version: opinions count by (person, subject).
fn repeated_opinions(scope: Scope<'_>, reach: Reach) -> BTreeSet<Id> {
    let mut opinions: Vec<&Item> = scope.visible(reach).filter(|item| is_opinion(item)).collect();
    opinions.sort_unstable_by_key(|item| item.moment());
    let mut given: BTreeSet<(Author, Id)> = BTreeSet::new();
    let on = |item: &Item| scope.view.subject(item).map(|version| (item.author, version.id));
    opinions.retain(|item| on(item).is_some_and(|key| !given.insert(key)));
    opinions.into_iter().map(|item| item.id).collect()
}
