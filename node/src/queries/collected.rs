//! Collected answers, with what they are taken from and who stands behind them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use hearth_protocol::community::{Author, Item};
use hearth_protocol::id::Id;
use hearth_protocol::kind::Deed;
use serde_json::{Value, json};

use super::card::Cards;
use super::{QueryError, Reader};

/// `{"faqs": [{"faq": card, "sources", "answers", "endorsements"} …]}`, newest first: how many sources it has, how many of
/// those are answers, and how many people endorse it.
pub(super) fn faqs(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let mut endorsers: BTreeMap<Id, BTreeSet<Author>> = BTreeMap::new();
    for endorsement in view.done(Deed::FaqEndorsed) {
        if let Some(faq) = view.subject(endorsement) {
            endorsers.entry(faq.id).or_default().insert(endorsement.author);
        }
    }
    let mut faqs: Vec<&Item> = view.done(Deed::FaqPublished).collect();
    faqs.sort_by_key(|item| Reverse(item.moment()));
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for faq in faqs {
        let sources: Vec<&Item> = view.references(faq).collect();
        let answers = sources
            .iter()
            .filter(|item| item.deed == Some(Deed::QueryAnswered));
        rows.push(json!({
            "faq": cards.card(faq)?,
            "sources": sources.len(),
            "answers": answers.count(),
            "endorsements": endorsers.get(&faq.id).map_or(0, BTreeSet::len),
        }));
    }
    Ok(json!({ "faqs": rows }))
}
