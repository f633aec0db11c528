//! What waits too long for an answer, and what somebody is looking for an answer to.

use hearth_protocol::framework;
use serde_json::{Value, json};

use super::card::Cards;
use super::leadership::instant;
use super::{QueryError, Reader};

/// `{"as_of", "waiting": [{"thread": card, "referrals": [{"by": byline, "organisation", "at", "id"} …]} …]}`, the oldest
/// first; with `referred` only what has a referral.
pub(super) fn unanswered(reader: &Reader, as_of: Option<&str>, referred: bool) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let as_of = instant(&view, as_of)?;
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for waiting in framework::unanswered(&view, as_of) {
        if referred && waiting.referrals.is_empty() {
            continue;
        }
        let mut referrals = Vec::new();
        for referral in &waiting.referrals {
            let card = cards.card(referral)?;
            referrals.push(json!({
                "by": card.author,
                "organisation": card.organisation,
                "at": card.effective,
                "id": card.id,
            }));
        }
        rows.push(json!({ "thread": cards.card(waiting.item)?, "referrals": referrals }));
    }
    Ok(json!({ "as_of": as_of.to_string(), "waiting": rows }))
}
