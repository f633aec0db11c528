//! From all facts to the view of one cut: which entries it holds, how they stand, and when they were.

mod belonging;
mod pins;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::id::Id;
use crate::kind::Deed;

use super::Community;
use super::chain::{Chain, Limit};
use super::cut::{Cut, Row};
use super::facts::{Doer, Fact, LogNumber, Place};
use super::history::{self, Witnessed};
use super::judge::Founding;
use super::kin::Kin;
use super::log::{Log, Turn};
use super::verdict::{Standing, VoidReason};
use super::view::{Author, Column, Item, OrganisationNumber, Person, PersonNumber, View, ViewError};

/// The ruleset this program judges by.
const RULESET: u64 = 1;

/// A cut that fits the facts: for each row the log it is of, if any of it is here.
struct Fitted<'a> {
    community: &'a Community,
    cut: &'a Cut,
    founder: LogNumber,
    founding: &'a Founding,
    chain: Chain,
    logs: Vec<Option<(LogNumber, &'a Log)>>,
}

/// Everything as it stands in a cut.
pub(super) fn view(community: &Community, cut: &Cut) -> Result<View, ViewError> {
    let fitted = fit(community, cut)?;
    let standings = fitted.standings();
    let places = fitted.places();
    let mut rank = vec![None; community.facts.len()];
    for (position, place) in (0_u32..).zip(places.iter().copied()) {
        rank[place.as_usize()] = Some(position);
    }
    let persons = fitted.persons(&places);
    let witnessed = fitted.witnessed();
    let mut view = View {
        community: community.id,
        clock: fitted.founding.says.clock,
        policy: fitted.founding.says.policy.clone(),
        cut: cut.clone(),
        organisations: Vec::new(),
        items: fitted.items(&places, &standings, &rank, &persons, &witnessed),
        persons,
        kin: Kin::default(),
        signers: BTreeMap::new(),
        starts: fitted.starts(),
        spells: Vec::new(),
        founder: fitted.founder_number(),
        pins: BTreeMap::new(),
        by_id: OnceLock::new(),
        by_deed: OnceLock::new(),
        first_acts: OnceLock::new(),
        roots: OnceLock::new(),
    };
    fitted.name_twins(&mut view, &rank);
    let states = fitted.states(&view);
    view.organisations = fitted.organisations(&states);
    settle(&mut view);
    view.spells = fitted.spells(&view, &states);
    view.pins = fitted.pins(&view);
    Ok(view)
}

/// Lets everybody count as one who has said so under each of their names.
fn settle(view: &mut View) {
    view.kin = Kin::of(view);
    if view.kin.is_empty() {
        return;
    }
    for (place, item) in (0_u32..).zip(&mut view.items) {
        let settled = view.kin.settle(item.author);
        if let Some(signer) = item.author.person().filter(|_| settled != item.author) {
            view.signers.insert(place, signer);
        }
        item.author = settled;
    }
}

fn fit<'a>(community: &'a Community, cut: &'a Cut) -> Result<Fitted<'a>, ViewError> {
    let (founder, founding) = community.founding().ok_or(ViewError::NotFounded)?;
    let founder_size = cut.row(founder.organisation).ok_or(ViewError::NotFounded)?.size();
    if founder_size < 2 {
        return Err(ViewError::NotFounded);
    }
    if founding.says.policy.ruleset != RULESET {
        return Err(ViewError::UnknownRuleset(founding.says.policy.ruleset));
    }
    let size = |log: LogNumber| {
        let organisation = community.logs[log.0 as usize].organisation;
        cut.row(organisation).map_or(0, Row::size)
    };
    let chain = Chain::of(community, size).ok_or(ViewError::NotFounded)?;
    let mut admitted: Vec<Id> = chain.members().iter().map(|member| member.organisation).collect();
    admitted.sort_unstable();
    let extra = cut
        .rows()
        .iter()
        .map(Row::organisation)
        .find(|id| admitted.binary_search(id).is_err());
    if let Some(extra) = extra {
        return Err(ViewError::NotAdmitted(extra));
    }
    if let Some(missing) = admitted.into_iter().find(|id| cut.row(*id).is_none()) {
        return Err(ViewError::RowMissing(missing));
    }
    let logs = cut
        .rows()
        .iter()
        .map(|row| fit_row(community, row))
        .collect::<Result<_, _>>()?;
    let (founder, _) = community
        .log(founder.organisation)
        .expect("the founder's log is here");
    Ok(Fitted {
        community,
        cut,
        founder,
        founding,
        chain,
        logs,
    })
}

fn fit_row<'a>(community: &'a Community, row: &Row) -> Result<Option<(LogNumber, &'a Log)>, ViewError> {
    let (organisation, size) = (row.organisation(), row.size());
    let log = community.log(organisation);
    let held = community.size_of(organisation);
    if held < size {
        return Err(ViewError::Beyond {
            organisation,
            wanted: size,
            held,
        });
    }
    let root = log.map_or_else(
        || Some(crate::log::TreeHead::empty().root),
        |(_, log)| log.root_at(size),
    );
    if root != Some(row.root()) {
        return Err(ViewError::OtherRoot { organisation, size });
    }
    Ok(log)
}

impl<'a> Fitted<'a> {
    fn rows(&self) -> impl Iterator<Item = (OrganisationNumber, &Row, Option<(LogNumber, &'a Log)>)> {
        let numbered = (0..).map(OrganisationNumber).zip(self.cut.rows());
        numbered
            .zip(&self.logs)
            .map(|((number, row), log)| (number, row, *log))
    }

    fn size_in_cut(&self) -> Vec<u64> {
        let mut sizes = vec![0; self.community.logs.len()];
        for (_, row, log) in self.rows() {
            if let Some((number, _)) = log {
                sizes[number.0 as usize] = row.size();
            }
        }
        sizes
    }

    /// How much of each log counts where its organisation is out.
    fn limits(&self) -> Vec<Option<Limit>> {
        let mut limits = vec![None; self.community.logs.len()];
        for (_, row, log) in self.rows() {
            let (Some((number, log)), Some(limit)) = (log, self.chain.limit(row.organisation())) else {
                continue;
            };
            let is_another = row.size() >= limit.size && log.root_at(limit.size) != Some(limit.root);
            let size = if is_another { 0 } else { limit.size };
            limits[number.0 as usize] = Some(Limit { size, ..limit });
        }
        limits
    }

    /// How many entries of each log the cut holds that are not cut off.
    fn counted_sizes(&self) -> Vec<u64> {
        let sizes = self.size_in_cut().into_iter().zip(self.limits());
        sizes
            .map(|(size, limit)| limit.map_or(size, |limit| size.min(limit.size)))
            .collect()
    }

    /// The verdict on each fact that the cut holds; on the others it means nothing.
    fn standings(&self) -> Vec<Standing> {
        let facts = &self.community.facts;
        let sizes = self.size_in_cut();
        let mut standings = vec![Standing::Pending; facts.len()];
        let mut closed = vec![false; facts.len()];
        self.cut_off(&mut standings);
        for &place in facts.decided() {
            let fact = facts.get(place);
            let mut targets = facts.references(fact);
            let is_whole = targets.all(|to| to.is_some_and(|to| closed[to.as_usize()]));
            // Of what is cut off, too: whether all it refers to is here must not tell of what lies beyond the cut.
            if fact.index < sizes[fact.log.0 as usize] && is_whole {
                closed[place.as_usize()] = true;
                let is_cut_off = standings[place.as_usize()] != Standing::Pending;
                if !is_cut_off {
                    standings[place.as_usize()] = self.standing(fact, &standings);
                }
            }
        }
        standings
    }

    /// What a log says beyond its limit is void, whatever it is and refers to; but the chain undoes none of its outcomes.
    fn cut_off(&self, standings: &mut [Standing]) {
        let limits = self.limits();
        for (_, row, log) in self.rows() {
            let Some((number, log)) = log else { continue };
            let Some(limit) = limits[number.0 as usize] else {
                continue;
            };
            let [from, to] = [limit.size.min(row.size()), row.size()]
                .map(|size| usize::try_from(size).expect("a log held in memory is counted in usize"));
            for place in &log.places[from..to] {
                if self.chain.fate(*place) != Some(Standing::Counts) {
                    standings[place.as_usize()] = Standing::Void(limit.reason);
                }
            }
        }
    }

    fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for (_, row, log) in self.rows() {
            if let Some((_, log)) = log {
                let size = usize::try_from(row.size()).expect("a log held in memory is counted in usize");
                places.extend_from_slice(&log.places[..size]);
            }
        }
        places
    }

    fn starts(&self) -> Vec<usize> {
        let mut next = 0;
        let rows = self.cut.rows().iter();
        rows.map(|row| {
            let start = next;
            next += usize::try_from(row.size()).expect("a log held in memory is counted in usize");
            start
        })
        .collect()
    }

    /// Everybody who did something or was admitted in the cut, ascending.
    fn persons(&self, places: &[Place]) -> Vec<Person> {
        let facts = &self.community.facts;
        let mut met = vec![false; facts.persons().len()];
        for place in places {
            if let Doer::Person(number) = facts.get(*place).doer {
                met[number as usize] = true;
            }
        }
        let acted = facts
            .persons()
            .iter()
            .zip(met)
            .filter(|(_, met)| *met)
            .map(|(person, _)| *person);
        let admitted = self.turns().filter_map(|(_, _, turn)| match turn {
            Turn::Joined(person, _) => Some(Person::Member(person)),
            Turn::Left(_) | Turn::Other => None,
        });
        let mut persons: Vec<Person> = acted.chain(admitted).collect();
        persons.sort_unstable();
        persons.dedup();
        persons
    }

    fn witnessed(&self) -> Vec<Vec<Witnessed>> {
        let counted = self.counted_sizes();
        let liars = self
            .founding
            .says
            .policy
            .liars_among(self.cut.rows().len() as u64);
        self.rows()
            .map(|(_, row, log)| {
                let Some((own, _)) = log else { return Vec::new() };
                let sightings = self
                    .community
                    .sightings
                    .of(&row.organisation())
                    .iter()
                    .copied()
                    .filter(|sighting| {
                        let by = sighting.by;
                        by != own && sighting.index < counted[by.0 as usize] && sighting.size <= row.size()
                    });
                history::existed_by(row.size(), sightings.collect(), liars)
            })
            .collect()
    }

    fn items(
        &self,
        places: &[Place],
        standings: &[Standing],
        rank: &[Option<u32>],
        persons: &[Person],
        witnessed: &[Vec<Witnessed>],
    ) -> Vec<Item> {
        let facts = &self.community.facts;
        let tolerance = self.founding.says.policy.tolerance;
        let numbers: Vec<Option<PersonNumber>> = facts
            .persons()
            .iter()
            .map(|person| number_among(persons, person))
            .collect();
        let organisations = self
            .rows()
            .flat_map(|(number, row, _)| (0..row.size()).map(move |_| number))
            .collect::<Vec<_>>();
        places
            .iter()
            .zip(organisations)
            .map(|(place, organisation)| {
                let fact = facts.get(*place);
                let seen = if fact.is_record {
                    Witnessed::No
                } else {
                    let index =
                        usize::try_from(fact.index).expect("a log held in memory is counted in usize");
                    witnessed[organisation.as_usize()][index]
                };
                let mut references = facts
                    .references(fact)
                    .map(|to| to.and_then(|to| rank[to.as_usize()]));
                Item {
                    id: facts.id(fact),
                    organisation,
                    index: fact.index,
                    deed: fact.deed,
                    act: fact.act.clone(),
                    standing: standings[place.as_usize()],
                    author: author(fact, &numbers),
                    column: if fact.is_record {
                        Column::Imported
                    } else {
                        Column::Signed
                    },
                    at: fact.at,
                    witnessed: seen,
                    effective: history::effective(fact.at, seen, tolerance),
                    subject: references.next().flatten(),
                    others: references.flatten().collect(),
                    circle: facts.circle(fact).and_then(|circle| rank[circle.as_usize()]),
                    twin_of: None,
                    written: fact.written,
                    pseudonymous: fact.pseudonymous,
                }
            })
            .collect()
    }

    /// The verdict on an entry, all of whose targets have theirs: what it refers to may have been cut off, or have failed
    /// on the governance chain.
    fn standing(&self, fact: &Fact, standings: &[Standing]) -> Standing {
        let facts = &self.community.facts;
        if fact.deed == Some(Deed::Founded) && fact.log != self.founder {
            return Standing::Void(VoidReason::Misplaced);
        }
        if let Err(reason) = facts.verdict(fact) {
            return Standing::Void(reason);
        }
        if let Some(fate) = self.chain.fate(fact.place) {
            return fate;
        }
        let targets: Vec<Standing> = facts
            .references(fact)
            .flatten()
            .map(|to| standings[to.as_usize()])
            .collect();
        if targets.contains(&Standing::Pending) {
            Standing::Pending
        } else if targets.iter().all(|target| *target == Standing::Counts) {
            Standing::Counts
        } else {
            Standing::Void(VoidReason::WrongSubject)
        }
    }

    /// Of records of one source in several logs the one whose organisation was admitted first counts, and the others are
    /// its twins. What a record says of itself, its time above all, gains it nothing.
    fn name_twins(&self, view: &mut View, rank: &[Option<u32>]) {
        let seniority = self.seniority();
        for places in self.community.facts.twins() {
            let mut twins: Vec<u32> = places.iter().filter_map(|place| rank[place.as_usize()]).collect();
            twins.retain(|&twin| view.items[twin as usize].standing == Standing::Counts);
            twins.sort_unstable_by_key(|&twin| seniority[view.items[twin as usize].organisation.as_usize()]);
            if let Some((first, others)) = twins.split_first() {
                for &other in others {
                    view.items[other as usize].twin_of = Some(*first);
                }
            }
        }
    }

    /// For each row its organisation's turn in being admitted; the founder's is the first.
    fn seniority(&self) -> Vec<usize> {
        let members = self.chain.members();
        let turn = |organisation: Id| {
            members
                .iter()
                .position(|member| member.organisation == organisation)
        };
        self.cut
            .rows()
            .iter()
            .map(|row| turn(row.organisation()).unwrap_or(0))
            .collect()
    }

    /// The founder's place among the rows.
    fn founder_number(&self) -> OrganisationNumber {
        self.number_of(self.community.logs[self.founder.0 as usize].organisation)
    }

    /// An organisation's place among the rows.
    fn number_of(&self, organisation: Id) -> OrganisationNumber {
        let place = self
            .cut
            .rows()
            .partition_point(|row| row.organisation() < organisation);
        OrganisationNumber(u32::try_from(place).expect("organisations are counted in 32 bits"))
    }
}

fn author(fact: &Fact, numbers: &[Option<PersonNumber>]) -> Author {
    match fact.doer {
        Doer::Person(number) => Author::Person(
            numbers[number as usize].expect("who did something in the cut is among its persons"),
        ),
        Doer::Unknown => Author::Unknown,
        Doer::Automaton => Author::Automaton,
        Doer::Organisation => Author::Organisation,
    }
}

fn number_among(persons: &[Person], person: &Person) -> Option<PersonNumber> {
    let found = persons.binary_search(person).ok()?;
    Some(PersonNumber(
        u32::try_from(found).expect("persons are counted in 32 bits"),
    ))
}
