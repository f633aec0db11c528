//! One organisation's log as the community knows it: its judge, its tree, and how its members came and went.

use crate::id::{Id, KeyBytes, Root};
use crate::log::{Frontier, MemoryTree};

use super::facts::Place;
use super::judge::{Change, Judge};
use super::roster;

/// A log as far as it has been ingested.
#[derive(Debug, Clone)]
pub(super) struct Log {
    pub(super) organisation: Id,
    pub(super) judge: Judge,
    pub(super) tree: MemoryTree,
    pub(super) places: Vec<Place>,
    /// Every entry that changed state, by index.
    pub(super) turns: Vec<(u64, Turn)>,
}

/// What a change of state means for membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Who, and by the word of which steward.
    Joined(Id, KeyBytes),
    Left(Id),
    Other,
}

impl Log {
    pub(super) fn new(community: Id, organisation: Id) -> Log {
        Log {
            organisation,
            judge: Judge::new(community, organisation),
            tree: MemoryTree::default(),
            places: Vec::new(),
            turns: Vec::new(),
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.places.len() as u64
    }

    /// The root over its first `size` entries; none if it has not so many here.
    pub(super) fn root_at(&self, size: u64) -> Option<Root> {
        Frontier::read(&self.tree, size)
            .ok()
            .map(|frontier| frontier.root())
    }

    /// Takes in what the entry at `index`, signed `by` a key if by any, changes; says what that means for membership.
    pub(super) fn apply(&mut self, index: u64, by: Option<KeyBytes>, change: Change) -> Option<Turn> {
        let turn = match &change {
            Change::Nothing | Change::Pulse(_) => None,
            Change::Roster(roster::Change::Admit { person, .. }) => {
                let steward = by.expect("a steward signs each admission");
                Some(Turn::Joined(*person, steward))
            }
            Change::Roster(roster::Change::Leave { person }) => Some(Turn::Left(*person)),
            Change::Roster(_) | Change::Found(_) | Change::Open(_) | Change::Propose => Some(Turn::Other),
        };
        self.turns.extend(turn.map(|turn| (index, turn)));
        self.judge.apply(change);
        turn
    }
}
