//! What people agreed to.

use std::collections::BTreeMap;

use super::done;
use crate::community::{PersonNumber, View};
use crate::kind::{Act, Deed, People, Slug};
use crate::time::Timestamp;

/// What each person said last before an instant, by scope. Who said nothing of a scope did not agree.
pub fn consents(view: &View, at: Timestamp) -> BTreeMap<PersonNumber, BTreeMap<&Slug, bool>> {
    let mut last: BTreeMap<PersonNumber, BTreeMap<&Slug, bool>> = BTreeMap::new();
    for set in done(view, &[Deed::ConsentSet], at) {
        if let (Some(person), Some(Act::People(People::ConsentSet(consent)))) =
            (set.author.person(), set.act())
        {
            last.entry(person)
                .or_default()
                .insert(&consent.scope, consent.yes);
        }
    }
    last
}
