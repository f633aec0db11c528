//! Circles and who is in them.

use std::collections::{BTreeMap, BTreeSet};

use super::{done, members};
use crate::community::{Item, PersonNumber, View};
use crate::id::Id;
use crate::kind::{Act, CircleOpened, Circles, Deed};
use crate::time::Timestamp;

/// A circle at an instant.
#[derive(Debug, Clone)]
pub struct Circle<'a> {
    /// The entry that opened it, whose id is the circle's.
    pub opened: &'a Item,
    /// Its form.
    pub form: &'a CircleOpened,
    /// The entry that closed it first.
    pub closed: Option<&'a Item>,
    /// Who is in it: of the community's members at that instant those who opened or joined it and did not leave since.
    pub members: BTreeSet<PersonNumber>,
}

impl Circle<'_> {
    /// Whether it goes on at that instant: not closed before it, and not past its end.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.closed.is_none() && self.form.until.is_none_or(|until| until >= at)
    }
}

/// Every circle opened before an instant, earliest first. O(n log n) in what was done about circles.
pub fn circles(view: &View, at: Timestamp) -> Vec<Circle<'_>> {
    let present = members(view, at);
    let mut found: Vec<Circle<'_>> = Vec::new();
    let mut places: BTreeMap<Id, usize> = BTreeMap::new();
    for opened in done(view, &[Deed::CircleOpened], at) {
        let Some(Act::Circles(Circles::CircleOpened(form))) = opened.act() else {
            continue;
        };
        places.insert(opened.id, found.len());
        found.push(Circle {
            opened,
            form,
            closed: None,
            members: opened.author.person().into_iter().collect(),
        });
    }
    let acts = [Deed::CircleJoined, Deed::CircleLeft, Deed::CircleClosed];
    for act in done(view, &acts, at) {
        let place = view.subject(act).and_then(|circle| places.get(&circle.id));
        let (Some(place), Some(person)) = (place, act.author.person()) else {
            continue;
        };
        let circle = &mut found[*place];
        if act.deed == Some(Deed::CircleJoined) {
            circle.members.insert(person);
        } else if act.deed == Some(Deed::CircleLeft) {
            circle.members.remove(&person);
        } else {
            circle.closed.get_or_insert(act);
        }
    }
    for circle in &mut found {
        circle.members.retain(|person| present.contains(person));
    }
    found
}
