//! Logs: entries for people, and bytes for those who check them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hearth_protocol::entry::Entry;
use hearth_protocol::id::Id;
use hearth_protocol::log::{HeldNote, TileId, Tiles};
use serde_json::{Value, json};

use super::card::{Cards, body_of};
use super::status::{Heads, verifier};
use super::{QueryError, Reader, resolve};
use crate::store::SourceKey;

/// Most rows of an answer.
const MOST: usize = 1000;
/// Most bytes of entries in an answer.
const MOST_BYTES: usize = 4 << 20;

/// `{"entry": card, "organisation", "bytes": base64, "unwitnessed", "late", "bodies": [kept …]}`: `bodies` are those that the
/// entry and its corrections refer to, hidden or not.
pub(super) fn entry(reader: &Reader, prefix: &str) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let item = resolve::item(&view, prefix)?;
    let mut cards = Cards::new(reader, &view)?;
    let card = cards.card(item)?;
    let mut bodies = cards.own_bodies(item)?;
    for correction in cards.corrections(item) {
        bodies.extend(cards.own_bodies(correction)?);
    }
    let snapshot = reader.store().read()?;
    let organisation = view.organisation(item.organisation).id;
    let bytes = match snapshot.log(&organisation)? {
        Some(log) => snapshot.entry(log.number, item.index)?.unwrap_or_default(),
        None => Vec::new(),
    };
    let late = item.is_late();
    Ok(json!({
        "entry": card,
        "organisation": organisation,
        "bytes": STANDARD.encode(bytes),
        "unwitnessed": item.is_unwitnessed(),
        "late": late,
        "bodies": bodies,
    }))
}

/// `{"organisation", "origin", "size", "from", "entries": [card …]}`.
pub(super) fn list(
    reader: &Reader,
    organisation: Option<&str>,
    from: u64,
    limit: usize,
) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let log = resolve::log(&reader.store().read()?, organisation)?;
    let id = log.charter.organisation;
    let size = view.cut().row(id).map_or(0, |row| row.size());
    let mut cards = Cards::new(reader, &view)?;
    let items = (from..size)
        .take(limit.min(MOST))
        .filter_map(|index| view.item_at(id, index));
    let entries = items
        .map(|item| cards.card(item))
        .collect::<Result<Vec<_>, _>>()?;
    let slug = resolve::slug(&log);
    Ok(json!({
        "organisation": id, "slug": slug, "origin": log.charter.origin, "size": size, "from": from, "entries": entries,
    }))
}

/// `{"organisation", "origin", "verifier", "size", "root", "note"?, "witnessed"?, "handovers": […], "evidence": […]}`;
/// notes and evidence are base64. `note` is the newest head, `witnessed` the newest that a quorum has cosigned.
pub(super) fn checkpoint(reader: &Reader, organisation: Option<&str>) -> Result<Value, QueryError> {
    let snapshot = reader.store().read()?;
    let log = resolve::log(&snapshot, organisation)?;
    let head = snapshot.tree_head(log.number)?;
    let heads = Heads::of(&snapshot, &log, &snapshot.logs()?)?;
    let base64 = |bytes: Vec<u8>| STANDARD.encode(bytes);
    let handovers: Vec<String> = snapshot.handovers(log.number)?.into_iter().map(base64).collect();
    let evidence: Vec<String> = snapshot.evidence(log.number)?.into_iter().map(base64).collect();
    Ok(json!({
        "organisation": log.charter.organisation,
        "slug": resolve::slug(&log),
        "origin": log.charter.origin,
        "verifier": verifier(&snapshot, &log)?.to_string(),
        "key": log.charter.key,
        "next": log.charter.next,
        "witness": log.charter.witness,
        "size": head.size,
        "root": head.root,
        "note": snapshot.head(log.number)?.map(base64),
        "witnessed": heads.witnessed().map(HeldNote::to_bytes).map(base64),
        "handovers": handovers,
        "evidence": evidence,
    }))
}

/// `{"ids": [id or null …]}`, in the order asked. Of the own log: only there are records of its imports.
pub(super) fn sources(
    reader: &Reader,
    site: &str,
    sources: &[(String, String)],
) -> Result<Value, QueryError> {
    let snapshot = reader.store().read()?;
    let log = resolve::log(&snapshot, None)?;
    let mut ids: Vec<Option<Id>> = Vec::with_capacity(sources.len());
    for (kind, id) in sources {
        let index = snapshot.find_source(&SourceKey::of(site, kind, id))?;
        let entry = index
            .map(|index| snapshot.entry(log.number, index))
            .transpose()?
            .flatten();
        ids.push(entry.map(|bytes| Entry::id_of(&bytes)));
    }
    Ok(json!({ "ids": ids }))
}

/// `{"organisation", "from", "size", "entries": [base64 …]}`.
pub(super) fn raw(reader: &Reader, organisation: &str, from: u64, limit: usize) -> Result<Value, QueryError> {
    let snapshot = reader.store().read()?;
    let log = resolve::log(&snapshot, Some(organisation))?;
    let entries = snapshot.range(log.number, from, limit.min(MOST_BYTES))?;
    let entries: Vec<String> = entries
        .into_iter()
        .map(|(_, bytes)| STANDARD.encode(bytes))
        .collect();
    let size = snapshot.size(log.number)?;
    Ok(json!({ "organisation": log.charter.organisation, "from": from, "size": size, "entries": entries }))
}

/// `{"organisation", "size", "tile": base64 or null}`.
pub(super) fn tile(reader: &Reader, organisation: &str, level: u8, index: u64) -> Result<Value, QueryError> {
    let snapshot = reader.store().read()?;
    let log = resolve::log(&snapshot, Some(organisation))?;
    let size = snapshot.size(log.number)?;
    let kept = match TileId::within(size, level, index) {
        Some(tile) => snapshot.tiles(log.number)?.tile(tile)?,
        None => None,
    };
    let tile = kept.map(|bytes| STANDARD.encode(bytes));
    Ok(json!({ "organisation": log.charter.organisation, "size": size, "tile": tile }))
}

/// `{"organisation", "from", "size", "next", "bodies": [{"index", "id", "hash", "size", "type", "state"} …]}`; `next` is
/// the first entry not looked at.
pub(super) fn bodies(
    reader: &Reader,
    organisation: &str,
    from: u64,
    limit: usize,
) -> Result<Value, QueryError> {
    let snapshot = reader.store().read()?;
    let log = resolve::log(&snapshot, Some(organisation))?;
    let (mut bodies, mut next) = (Vec::new(), from);
    for (index, bytes) in snapshot
        .range(log.number, from, MOST_BYTES)?
        .into_iter()
        .take(limit.min(MOST))
    {
        next = index + 1;
        let Ok(entry) = Entry::parse(&bytes) else { continue };
        for body in entry.payload().bodies() {
            let body = body_of(&snapshot, log.number, body, false)?;
            bodies.push(json!({
                "index": index, "id": Entry::id_of(&bytes),
                "hash": body.hash, "size": body.size, "type": body.media_type, "state": body.state,
            }));
        }
    }
    let size = snapshot.size(log.number)?;
    Ok(json!({
        "organisation": log.charter.organisation, "from": from, "size": size, "next": next, "bodies": bodies,
    }))
}
