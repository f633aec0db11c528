//! Cuts that entries name: whether they are cuts of this community, within the one in hand.

use std::collections::BTreeMap;

use crate::id::{Id, Root};
use crate::kind::Head;

use super::super::cut::Row;
use super::super::view::{Pin, View};
use super::Fitted;

impl Fitted<'_> {
    /// What the logs say of every cut that an entry pins.
    pub(super) fn pins(&self, view: &View) -> BTreeMap<u32, Pin> {
        let mut pins = BTreeMap::new();
        for (place, item) in (0_u32..).zip(&view.items) {
            let rows = item.act().map_or(&[] as &[Head], |act| act.pins());
            if !rows.is_empty() {
                pins.insert(place, self.pin(view, rows));
            }
        }
        pins
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
