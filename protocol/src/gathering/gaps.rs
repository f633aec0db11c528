//! Gaps in who is represented, and who took it on to close them.

use std::collections::BTreeMap;

use super::{done, members};
use crate::community::{Item, PersonNumber, View};
use crate::id::Id;
use crate::kind::{Act, Coverage, Deed, GapRaised};
use crate::time::Timestamp;

/// A gap at an instant.
#[derive(Debug, Clone)]
pub struct Gap<'a> {
    /// The entry that raised it, whose id is the gap's.
    pub raised: &'a Item,
    /// Role and region.
    pub codes: &'a GapRaised,
    /// The entry that closed it first.
    pub closed: Option<&'a Item>,
    /// Who took it on and is a member at that instant, with the entry that says so.
    pub owners: BTreeMap<PersonNumber, &'a Item>,
}

/// Every gap raised before an instant, earliest first.
pub fn gaps(view: &View, at: Timestamp) -> Vec<Gap<'_>> {
    let present = members(view, at);
    let mut found: Vec<Gap<'_>> = Vec::new();
    let mut places: BTreeMap<Id, usize> = BTreeMap::new();
    for raised in done(view, &[Deed::GapRaised], at) {
        if let Some(Act::Coverage(Coverage::GapRaised(codes))) = raised.act() {
            places.insert(raised.id, found.len());
            found.push(Gap {
                raised,
                codes,
                closed: None,
                owners: BTreeMap::new(),
            });
        }
    }
    for act in done(view, &[Deed::GapOwned, Deed::GapClosed], at) {
        // What an owner closes is named by their ownership.
        let Some(place) = view.root(act).and_then(|gap| places.get(&gap.id)) else {
            continue;
        };
        let gap = &mut found[*place];
        if act.deed == Some(Deed::GapClosed) {
            gap.closed.get_or_insert(act);
        } else if let Some(owner) = act.author.person().filter(|owner| present.contains(owner)) {
            gap.owners.entry(owner).or_insert(act);
        }
    }
    found
}
