//! What became of words: corrected by their author, or hidden by their organisation.

use std::collections::BTreeMap;

use hearth_protocol::community::{Item, View};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Care, Deed};

/// The corrections and hidings of a view.
pub(super) struct Revisions<'a> {
    /// By what is corrected, the oldest first.
    corrected: BTreeMap<Id, Vec<&'a Item>>,
    /// By what is hidden, with the ground.
    hidden: BTreeMap<Id, String>,
}

impl<'a> Revisions<'a> {
    pub(super) fn of(view: &'a View) -> Revisions<'a> {
        let mut corrected: BTreeMap<Id, Vec<&'a Item>> = BTreeMap::new();
        for correction in view.done(Deed::ContentCorrected) {
            if let Some(subject) = view.subject(correction) {
                corrected.entry(subject.id).or_default().push(correction);
            }
        }
        for corrections in corrected.values_mut() {
            corrections.sort_by_key(|item| item.moment());
        }
        let mut hidden = BTreeMap::new();
        for hiding in view.done(Deed::ContentHidden) {
            let Some(Act::Care(Care::ContentHidden(says))) = hiding.act() else {
                continue;
            };
            for item in view.references(hiding) {
                let newer = corrected.get(&item.id).into_iter().flatten();
                let all = std::iter::once(item).chain(newer.copied());
                hidden.extend(all.map(|item| (item.id, says.ground.to_string())));
            }
        }
        Revisions { corrected, hidden }
    }

    /// The corrections of an entry, the oldest first.
    pub(super) fn corrections(&self, item: &Item) -> &[&'a Item] {
        self.corrected.get(&item.id).map_or(&[], Vec::as_slice)
    }

    /// As which entry the words of this one are shown: a newest correction as what it corrects, and words that were
    /// corrected or are hidden not at all.
    pub(super) fn shown_as<'b>(&self, view: &'b View, item: &'b Item) -> Option<&'b Item> {
        let shown = match item.deed {
            Some(Deed::ContentCorrected) => view.subject(item)?,
            _ => item,
        };
        let newest = self
            .corrections(shown)
            .last()
            .map_or(shown.id, |newest| newest.id);
        (newest == item.id && self.hidden(shown).is_none()).then_some(shown)
    }

    /// Why its words are not shown, where they are not.
    pub(super) fn hidden(&self, item: &Item) -> Option<&str> {
        self.hidden.get(&item.id).map(String::as_str)
    }
}
