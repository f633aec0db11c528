//! What people declared themselves interested in.

use std::collections::BTreeMap;

use super::done;
use crate::community::{Item, PersonNumber, View};
use crate::kind::{Act, Deed, People, Slug};
use crate::time::Timestamp;

/// Each person's last declaration before an instant, with its topics.
pub fn interests(view: &View, at: Timestamp) -> BTreeMap<PersonNumber, (&Item, &[Slug])> {
    let mut last = BTreeMap::new();
    for declared in done(view, &[Deed::InterestDeclared], at) {
        if let (Some(person), Some(Act::People(People::InterestDeclared(interest)))) =
            (declared.author.person(), declared.act())
        {
            last.insert(person, (declared, interest.topics.as_slice()));
        }
    }
    last
}
