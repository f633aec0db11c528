//! Pairs of people who did each other the same favour.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Counted, Evidence};
use super::figure::Figure;
use crate::community::{Item, PersonNumber};

/// Favours by who got them and who did them.
#[derive(Default)]
pub(super) struct Favours<'a> {
    done: BTreeMap<(PersonNumber, PersonNumber), Vec<&'a Item>>,
}

impl<'a> Favours<'a> {
    /// `by` did something about `item`, which is `of` somebody.
    pub(super) fn add(&mut self, of: PersonNumber, by: PersonNumber, item: &'a Item) {
        self.done.entry((of, by)).or_default().push(item);
    }

    /// How many pairs did it for each other; counted is what they did it about.
    pub(super) fn mutual(&self, evidence: Evidence) -> Figure {
        let (mut pairs, mut about) = (0, BTreeSet::new());
        for ((one, other), items) in &self.done {
            if let Some(returned) = self.done.get(&(*other, *one)).filter(|_| one < other) {
                pairs += 1;
                about.extend(items.iter().chain(returned).map(|item| Counted::from(*item)));
            }
        }
        Figure::number(
            Some(pairs),
            Evidence {
                counted: about.into_iter().collect(),
                uncounted: Vec::new(),
                ..evidence
            },
        )
    }
}
