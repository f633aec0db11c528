//! Cuts that entries name: whether they are cuts of this community, within the one in hand.

use std::collections::BTreeMap;

use crate::id::{Id, Root};
use crate::kind::{Deed, Head};

use super::super::chain::Chain;
use super::super::cut::Row;
use super::super::facts::LogNumber;
use super::super::verdict::Standing;
use super::super::view::{Item, Pin, Pinned, View};
use super::Fitted;

impl Fitted<'_> {
    /// What the logs say of every cut that an entry which counts pins.
    pub(super) fn pins(&self, view: &View) -> BTreeMap<u32, Pinned> {
        let mut pins = BTreeMap::new();
        for (place, item) in (0_u32..).zip(&view.items) {
            let rows = item.act().map_or(&[] as &[Head], |act| act.pins());
            if item.standing != Standing::Counts || rows.is_empty() {
                continue;
            }
            let mut pinned = self.pin(rows);
            let is_electorate = item.deed == Some(Deed::DecisionProposed);
            if is_electorate && pinned.pin == Pin::Holds && !self.is_present(view, item, rows) {
                pinned.pin = Pin::Outdated;
            }
            pins.insert(place, pinned);
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
    fn pin(&self, rows: &[Head]) -> Pinned {
        let plain = |pin| Pinned {
            pin,
            away: Vec::new(),
        };
        let founder = self.community.logs[self.founder.0 as usize].organisation;
        let Some(founded) = rows.iter().find(|row| row.organisation == founder) else {
            return plain(Pin::Wrong);
        };
        let held = self.cut.row(founder).map_or(0, Row::size);
        if founded.size > held {
            return plain(Pin::Beyond);
        }
        let Some(chain) = self.chain_within(rows).filter(|_| founded.size >= 2) else {
            return plain(Pin::Wrong);
        };
        let mut admitted: Vec<Id> = chain.members().iter().map(|member| member.organisation).collect();
        admitted.sort_unstable();
        if !admitted.iter().eq(rows.iter().map(|row| &row.organisation)) {
            return plain(Pin::Wrong);
        }
        let out = chain.members().iter().filter(|member| member.limit().is_some());
        Pinned {
            pin: self.rooted(rows),
            away: out.map(|member| member.organisation).collect(),
        }
    }

    /// The governance chain as far as these rows go, and no further than the cut in hand.
    fn chain_within(&self, rows: &[Head]) -> Option<Chain> {
        let sizes = self.size_in_cut();
        Chain::of(self.community, |log: LogNumber| {
            let organisation = self.community.logs[log.0 as usize].organisation;
            let row = rows.iter().find(|row| row.organisation == organisation);
            row.map_or(0, |row| row.size.min(sizes[log.0 as usize]))
        })
    }

    /// Whether the logs have these roots.
    fn rooted(&self, rows: &[Head]) -> Pin {
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
