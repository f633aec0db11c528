//! Cuts that entries name: whether they are cuts of this community, within the one in hand.

use std::collections::BTreeMap;

use crate::id::{Id, Root};
use crate::kind::{Deed, Head};

use super::super::cut::Row;
use super::super::verdict::Standing;
use super::super::view::{Item, Pin, View};
use super::Fitted;

impl Fitted<'_> {
    /// What the logs say of every cut that an entry which counts pins.
    pub(super) fn pins(&self, view: &View) -> BTreeMap<u32, Pin> {
        let mut pins = BTreeMap::new();
        for (place, item) in (0_u32..).zip(&view.items) {
            let rows = item.act().map_or(&[] as &[Head], |act| act.pins());
            if item.standing != Standing::Counts || rows.is_empty() {
                continue;
            }
            let mut pin = self.pin(view, rows);
            let is_electorate = item.deed == Some(Deed::DecisionProposed);
            if is_electorate && pin == Pin::Holds && !self.is_present(view, item, rows) {
                pin = Pin::Outdated;
            }
            pins.insert(place, pin);
        }
        pins
    }

    /// Whether a pinned cut has the members whom the log of the entry that pins it showed by then: those at the pinned
    /// size are those at the size it had itself, or had seen of another log, where that is the larger.
    fn is_present(&self, view: &View, item: &Item, rows: &[Head]) -> bool {
        let shown = self.shown(item);
        view.spells.iter().all(|spell| {
            let organisation = view.organisation(spell.organisation).id;
            let row = rows.binary_search_by_key(&organisation, |row| row.organisation);
            let size = row.map_or(0, |row| rows[row].size);
            let least = shown[spell.organisation.as_usize()].max(size);
            spell.holds_within(size) == spell.holds_within(least)
        })
    }

    /// How many entries of each log an entry comes after by its own log's word: those before it there, and of another
    /// log those that a `heads.seen` before it had rightly seen.
    fn shown(&self, item: &Item) -> Vec<u64> {
        let own = self.logs[item.organisation.as_usize()].map(|(log, _)| log);
        self.rows()
            .map(|(number, row, _)| {
                if number == item.organisation {
                    return item.index;
                }
                let seen = self.community.sightings.of(&row.organisation()).iter();
                seen.filter(|seen| Some(seen.by) == own && seen.index < item.index && seen.size <= row.size())
                    .map(|seen| seen.size)
                    .max()
                    .unwrap_or(0)
            })
            .collect()
    }

    /// A cut has a row for every organisation admitted within it and for no other.
    fn pin(&self, view: &View, rows: &[Head]) -> Pin {
        let founder = view.organisation(view.founder).id;
        let Some(founded) = rows.iter().find(|row| row.organisation == founder) else {
            return Pin::Wrong;
        };
        let held = self.cut.row(founder).map_or(0, Row::size);
        if founded.size > held {
            return Pin::Beyond;
        }
        let admitted = view.organisations.iter().filter(|o| o.admitted_by < founded.size);
        if founded.size < 2 || !admitted.map(|o| o.id).eq(rows.iter().map(|row| row.organisation)) {
            return Pin::Wrong;
        }
        let mut pin = Pin::Holds;
        for row in rows {
            if self
                .cut
                .row(row.organisation)
                .is_none_or(|held| held.size() < row.size)
            {
                pin = Pin::Beyond;
            } else if self.root(row.organisation, row.size) != Some(row.root) {
                return Pin::Wrong;
            }
        }
        pin
    }

    /// The root of a log at a size; an empty log has one, too.
    fn root(&self, organisation: Id, size: u64) -> Option<Root> {
        match self.community.log(organisation) {
            Some((_, log)) => log.root_at(size),
            None => (size == 0).then(|| crate::log::TreeHead::empty().root),
        }
    }
}
