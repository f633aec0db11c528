//! What gathers people, as it stands at an instant: circles, interests, gaps. Folded from a view by effective time, for
//! figures and for whoever asks a node.

mod circles;
mod consents;
mod gaps;
mod interests;

use std::collections::BTreeSet;

pub use circles::{Circle, circles};
pub use consents::consents;
pub use gaps::{Gap, gaps};
pub use interests::interests;

use crate::community::{Item, PersonNumber, View};
use crate::kind::Deed;
use crate::time::Timestamp;

/// The members at an instant: admitted and not left before it, of organisations admitted before it.
pub fn members(view: &View, at: Timestamp) -> BTreeSet<PersonNumber> {
    let holds = view.spells().iter().filter(|spell| spell.holds_at(at));
    let admitted = holds.filter(|spell| view.organisation(spell.organisation).admitted < at);
    admitted.map(|spell| spell.person).collect()
}

/// What was done before an instant, earliest first.
fn done<'a>(view: &'a View, deeds: &[Deed], at: Timestamp) -> Vec<&'a Item> {
    let items = deeds.iter().flat_map(|deed| view.done(*deed));
    let mut items: Vec<&Item> = items.filter(|item| item.effective < at).collect();
    items.sort_unstable_by_key(|item| item.moment());
    items
}
