//! What became of words: corrected by their author, or hidden by their organisation.

use std::collections::BTreeMap;

use hearth_protocol::community::{Item, View};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Care, Deed, Slug};

/// The corrections and hidings of a view.
pub(super) struct Revisions<'a> {
    /// By what is corrected, the oldest first.
    corrected: BTreeMap<Id, Vec<&'a Item>>,
    /// By what is hidden, the first word that it is.
    hidden: BTreeMap<Id, Hiding<'a>>,
}

/// The word that something is hidden.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hiding<'a> {
    /// The entry that says so.
    pub(super) item: &'a Item,
    /// Why.
    pub(super) ground: &'a Slug,
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
        let mut hidings: Vec<Hiding<'a>> = view.done(Deed::ContentHidden).filter_map(Hiding::of).collect();
        hidings.sort_by_key(|hiding| hiding.item.moment());
        let mut hidden = BTreeMap::new();
        for hiding in hidings {
            for item in view.references(hiding.item) {
                let newer = corrected.get(&item.id).into_iter().flatten();
                for item in std::iter::once(item).chain(newer.copied()) {
                    hidden.entry(item.id).or_insert(hiding);
                }
            }
        }
        Revisions { corrected, hidden }
    }

    /// The corrections of an entry, the oldest first.
    pub(super) fn corrections(&self, item: &Item) -> &[&'a Item] {
        self.corrected.get(&item.id).map_or(&[], Vec::as_slice)
    }

    /// The entry with the words that this one has now: its newest correction, or itself.
    pub(super) fn newest<'b>(&'b self, item: &'b Item) -> &'b Item {
        self.corrections(item).last().copied().unwrap_or(item)
    }

    /// As which entry the words of this one are shown: a newest correction as what it corrects, and words that were
    /// corrected or are hidden not at all.
    pub(super) fn shown_as<'b>(&self, view: &'b View, item: &'b Item) -> Option<&'b Item> {
        let shown = match item.deed {
            Some(Deed::ContentCorrected) => view.subject(item)?,
            _ => item,
        };
        let hidden = self.hidden(shown).or_else(|| self.hidden(item));
        (self.newest(shown).id == item.id && hidden.is_none()).then_some(shown)
    }

    /// The word that the bodies an entry itself refers to are not shown, where they are not. What is hidden is hidden with
    /// all that corrects it; a correction can be hidden alone, too.
    pub(super) fn hidden(&self, item: &Item) -> Option<Hiding<'a>> {
        self.hidden.get(&item.id).copied()
    }
}

impl<'a> Hiding<'a> {
    fn of(item: &'a Item) -> Option<Hiding<'a>> {
        if let Some(Act::Care(Care::ContentHidden(says))) = item.act() {
            let ground = &says.ground;
            Some(Hiding { item, ground })
        } else {
            None
        }
    }
}
