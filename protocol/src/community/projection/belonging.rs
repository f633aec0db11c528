//! Who belonged when: each log's changes of state in their order, with the times that makes of them.

use crate::time::Timestamp;

use super::super::log::Turn;
use super::super::view::{Belonging, OrganisationNumber, Person, Spell, View};
use super::{Fitted, number_among};

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
    pub(super) fn states(&self, view: &View) -> Vec<(OrganisationNumber, u64, Turn, Timestamp)> {
        let mut latest = (OrganisationNumber(0), Timestamp::EPOCH);
        self.turns()
            .map(|(organisation, index, turn)| {
                let start = view.starts[organisation.as_usize()];
                let index_in_log = usize::try_from(index).expect("a log held in memory is counted in usize");
                let own = view.items[start + index_in_log].effective;
                let before = if latest.0 == organisation {
                    latest.1
                } else {
                    Timestamp::EPOCH
                };
                latest = (organisation, own.max(before));
                (organisation, index, turn, latest.1)
            })
            .collect()
    }

    pub(super) fn spells(
        &self,
        view: &View,
        states: &[(OrganisationNumber, u64, Turn, Timestamp)],
    ) -> Vec<Spell> {
        let mut spells: Vec<Spell> = Vec::new();
        let mut open: Vec<Option<usize>> = vec![None; view.persons.len()];
        for (organisation, index, turn, at) in states.iter().copied() {
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
                        by: view.items[view.starts[organisation.as_usize()]
                            + usize::try_from(index).expect("a log held in memory is counted in usize")]
                        .id,
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
        spells
    }

    pub(super) fn organisations(
        &self,
        states: &[(OrganisationNumber, u64, Turn, Timestamp)],
    ) -> Vec<Belonging> {
        let founder = self.founder_number().as_usize();
        let at = |index: u64| {
            let found = states
                .iter()
                .find(|(o, i, ..)| o.as_usize() == founder && *i == index);
            found.map_or(Timestamp::EPOCH, |state| state.3)
        };
        let own = self.logs[founder]
            .and_then(|(_, log)| log.judge.charter())
            .map(|charter| (1, charter));
        let admitted = self
            .founding
            .admitted
            .iter()
            .map(|(index, charter)| (*index, charter));
        let mut belongings: Vec<Belonging> = own
            .into_iter()
            .chain(admitted)
            .filter(|(_, charter)| self.cut.row(charter.id).is_some())
            .map(|(index, charter)| Belonging {
                id: charter.id,
                slug: charter.says.slug.as_str().to_owned(),
                admitted: at(index),
                admitted_by: index,
            })
            .collect();
        belongings.sort_unstable_by_key(|belonging| belonging.id);
        belongings
    }
}
