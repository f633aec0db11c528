//! Who belonged when: each log's changes of state in their order, with the times that makes of them.

use std::collections::BTreeMap;

use crate::time::Timestamp;

use super::super::facts::Place;
use super::super::log::Turn;
use super::super::verdict::Standing;
use super::super::view::{Away, Belonging, OrganisationNumber, Person, Spell, View};
use super::{Fitted, number_among};

/// A change of state that counts, with its time.
#[derive(Debug, Clone, Copy)]
pub(super) struct State {
    organisation: OrganisationNumber,
    index: u64,
    turn: Turn,
    at: Timestamp,
}

impl Fitted<'_> {
    /// Every change of state in the cut, by organisation and index.
    pub(super) fn turns(&self) -> impl Iterator<Item = (OrganisationNumber, u64, Turn)> {
        self.rows()
            .filter_map(|(number, row, log)| log.map(|(_, log)| (number, row.size(), log)))
            .flat_map(|(number, size, log)| {
                let turns = log.turns.iter().take_while(move |(index, _)| *index < size);
                turns.map(move |(index, turn)| (number, *index, *turn))
            })
    }

    /// Every change of state with its time: the running maximum of effective times, log by log.
    pub(super) fn states(&self, view: &View) -> Vec<State> {
        let mut latest = (OrganisationNumber(0), Timestamp::EPOCH);
        let mut states = Vec::new();
        for (organisation, index, turn) in self.turns() {
            let item = &view.items[place_of(view, organisation, index)];
            if item.standing != Standing::Counts {
                continue;
            }
            let before = if latest.0 == organisation {
                latest.1
            } else {
                Timestamp::EPOCH
            };
            latest = (organisation, item.effective.max(before));
            states.push(State {
                organisation,
                index,
                turn,
                at: latest.1,
            });
        }
        states
    }

    pub(super) fn spells(&self, view: &View, states: &[State]) -> Vec<Spell> {
        let mut spells: Vec<Spell> = Vec::new();
        let mut open: Vec<Option<usize>> = vec![None; view.persons.len()];
        for State {
            organisation,
            index,
            turn,
            at,
        } in states.iter().copied()
        {
            let (Turn::Joined(id, _) | Turn::Left(id)) = turn else {
                continue;
            };
            let person =
                number_among(&view.persons, &Person::Member(id)).expect("who joined is among the persons");
            let spell = &mut open[person.0 as usize];
            match (turn, *spell) {
                (Turn::Joined(_, steward), None) => {
                    *spell = Some(spells.len());
                    spells.push(Spell {
                        person: view.kin.who(person),
                        member: id,
                        organisation,
                        by: view.items[place_of(view, organisation, index)].id,
                        steward,
                        from: at,
                        until: None,
                        first: index,
                        last: None,
                    });
                }
                (Turn::Left(_), Some(running)) => {
                    *spell = None;
                    spells[running].until = Some(at);
                    spells[running].last = Some(index);
                }
                _ => {}
            }
        }
        let away = |spell: &Spell| &view.organisation(spell.organisation).away;
        spells
            .into_iter()
            .flat_map(|spell| within(spell, away(&spell)))
            .collect()
    }

    /// Everybody ever admitted, with the times in which they were out.
    pub(super) fn organisations(&self, states: &[State]) -> Vec<Belonging> {
        let times = self.outcome_times(states);
        let time = |place: &Place| times.get(place).copied().unwrap_or(Timestamp::EPOCH);
        let chartered = states
            .iter()
            .find(|state| state.organisation == self.founder_number() && state.index == 1);
        let mut belongings: Vec<Belonging> = Vec::new();
        for (turn, member) in self.chain.members().iter().enumerate() {
            let Some(charter) = self.community.charter_of(member) else {
                continue;
            };
            let founded = chartered.filter(|_| turn == 0).map(|state| state.at);
            belongings.push(Belonging {
                id: member.organisation,
                slug: charter.says.slug.as_str().to_owned(),
                admitted: founded.unwrap_or_else(|| time(&member.admitted)),
                seniority: turn,
                away: away(
                    member
                        .turns
                        .iter()
                        .map(|(place, limit)| (time(place), limit.is_some())),
                ),
                limit: member.limit(),
            });
        }
        belongings.sort_unstable_by_key(|belonging| belonging.id);
        belongings
    }

    /// When each outcome of the chain took effect: none before the one it follows on.
    fn outcome_times(&self, states: &[State]) -> BTreeMap<Place, Timestamp> {
        let mut latest = Timestamp::EPOCH;
        let mut times = BTreeMap::new();
        for place in self.chain.outcomes() {
            let fact = self.community.facts.get(*place);
            let organisation = self.number_of(self.community.logs[fact.log.0 as usize].organisation);
            let own = states
                .iter()
                .find(|state| state.organisation == organisation && state.index == fact.index);
            latest = own.map_or(latest, |state| state.at.max(latest));
            times.insert(*place, latest);
        }
        times
    }
}

/// The times out, of the times at which somebody was put out (true) or let in again.
fn away(turns: impl Iterator<Item = (Timestamp, bool)>) -> Vec<Away> {
    let mut away: Vec<Away> = Vec::new();
    for (at, out) in turns {
        match away.last_mut().filter(|last| last.until.is_none()) {
            Some(last) if !out => last.until = Some(at),
            None if out => away.push(Away {
                from: at,
                until: None,
            }),
            Some(_) | None => {}
        }
    }
    away
}

/// The parts of a time of membership in which its organisation was not out.
fn within(spell: Spell, away: &[Away]) -> Vec<Spell> {
    let mut parts = Vec::new();
    let mut rest = Some(spell);
    for gap in away {
        let Some(now) = rest else { break };
        if now.until.is_some_and(|until| until <= gap.from) {
            break;
        }
        if now.from < gap.from {
            parts.push(Spell {
                until: Some(gap.from),
                ..now
            });
        }
        let back = gap
            .until
            .filter(|back| now.until.is_none_or(|until| until > *back));
        rest = back.map(|back| Spell {
            from: now.from.max(back),
            ..now
        });
    }
    parts.extend(rest);
    parts
}

fn place_of(view: &View, organisation: OrganisationNumber, index: u64) -> usize {
    let index = usize::try_from(index).expect("a log held in memory is counted in usize");
    view.starts[organisation.as_usize()] + index
}
