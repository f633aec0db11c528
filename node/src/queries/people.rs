//! Members, organisations, and those who want to become one.

use hearth_protocol::community::View;
use hearth_protocol::entry::Entry;
use hearth_protocol::id::Hash;
use hearth_protocol::kind::{Act, Community};
use hearth_protocol::time::Timestamp;
use serde_json::{Value, json};

use super::card::Cards;
use super::{QueryError, Reader, resolve, status};

/// `{"organisation", "members": [{"person", "name"?, "from", "until"?, "keys": [{"key", "revoked"} …]} …]}`: every time of
/// membership, with the keys as they are now.
pub(super) fn members(reader: &Reader, organisation: Option<&str>) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let log = resolve::log(&reader.store().read()?, organisation)?;
    let id = log.charter.organisation;
    let keys = reader.projector().read().member_keys(id);
    let mut cards = Cards::new(reader, &view)?;
    let mut members = Vec::new();
    for spell in view
        .spells()
        .iter()
        .filter(|spell| view.organisation(spell.organisation).id == id)
    {
        let person = spell.member;
        let (from, until) = (spell.from.to_string(), spell.until.map(|until| until.to_string()));
        let keys: Vec<Value> = keys
            .iter()
            .filter(|(_, holder, _)| *holder == person)
            .map(|(key, _, revoked)| json!({ "key": key, "revoked": revoked }))
            .collect();
        let name = cards.name(person)?;
        members.push(json!({ "person": person, "name": name, "from": from, "until": until, "keys": keys }));
    }
    Ok(json!({ "organisation": id, "slug": resolve::slug(&log), "members": members }))
}

/// `{"community", "founder", "outcome", "organisations": [{"id", "slug", "name"?, "origin", "admitted", "standing", "counts"?,
/// "out_since"?, "members", "addresses"} …]}`: everybody ever admitted. `outcome` is what a proposal must name, `counts` how
/// many entries count of the log of one that is out.
pub(super) fn organisations(reader: &Reader) -> Result<Value, QueryError> {
    let view = reader.view()?;
    let (founder, outcome, organisations) = {
        let facts = reader.projector().read();
        (facts.founder(), facts.last_outcome(), facts.organisations())
    };
    let mut cards = Cards::new(reader, &view)?;
    let mut rows = Vec::new();
    for organisation in organisations {
        let belonging = view
            .organisations()
            .iter()
            .find(|belonging| belonging.id == organisation.id);
        let name = cards.name(organisation.id)?;
        let charter = &organisation.charter;
        let nodes: Vec<&[String]> = charter
            .nodes
            .iter()
            .map(|node| node.addresses.as_slice())
            .collect();
        rows.push(json!({
            "id": organisation.id,
            "slug": charter.slug,
            "name": name,
            "origin": charter.origin,
            "admitted": belonging.map(|belonging| belonging.admitted.to_string()),
            "standing": status::standing(Some(&organisation.limit)),
            "counts": organisation.limit.map(|limit| limit.size),
            "out_since": belonging.and_then(|belonging| belonging.out_since()).map(|at| at.to_string()),
            "members": members_now(&view, organisation.id),
            "addresses": nodes.concat(),
        }));
    }
    Ok(json!({
        "community": view.community(),
        "founder": founder,
        "outcome": outcome,
        "organisations": rows,
    }))
}

fn members_now(view: &View, organisation: hearth_protocol::id::Id) -> usize {
    let of = |spell: &&hearth_protocol::community::Spell| {
        view.organisation(spell.organisation).id == organisation && spell.until.is_none()
    };
    view.spells().iter().filter(of).count()
}

/// `{"organisation", "slug", "size", "root", "evidence"?}`: a log at a size, the whole of it where none is named, and the
/// SHA-256 of the evidence that convicts it, where there is any.
pub(super) fn head(reader: &Reader, organisation: &str, size: Option<u64>) -> Result<Value, QueryError> {
    let snapshot = reader.store().read()?;
    let log = resolve::log(&snapshot, Some(organisation))?;
    let held = snapshot.size(log.number)?;
    let head = snapshot.head_at(&log, size.unwrap_or(held))?;
    let head = head.ok_or(QueryError::TooLarge { held })?;
    let evidence = snapshot.evidence(log.number)?;
    Ok(json!({
        "organisation": log.charter.organisation,
        "slug": resolve::slug(&log),
        "size": head.size,
        "root": head.root,
        "evidence": evidence.first().map(|evidence| Hash::of(evidence)),
    }))
}

/// `{"preceding", "applications": [{"organisation", "slug", "origin", "stewards", "charter" (hex), "at"} …]}`. `preceding`
/// is the outcome that a proposal must name.
pub(super) fn applications(reader: &Reader) -> Result<Value, QueryError> {
    let (preceding, admitted) = {
        let facts = reader.projector().read();
        let admitted: Vec<_> = facts
            .organisations()
            .into_iter()
            .map(|organisation| organisation.id)
            .collect();
        (facts.last_outcome(), admitted)
    };
    let mut rows = Vec::new();
    for application in reader.store().read()?.applications()? {
        if admitted.contains(&application.organisation) {
            continue;
        }
        let Ok(entry) = Entry::parse(&application.charter) else {
            continue;
        };
        let Act::Community(Community::Chartered(charter)) = &entry.payload().act else {
            continue;
        };
        rows.push(json!({
            "organisation": application.organisation,
            "slug": charter.slug,
            "origin": charter.origin,
            "stewards": charter.stewards,
            "charter": hex::encode(&application.charter),
            "at": Timestamp::from_millis(application.at).to_string(),
        }));
    }
    Ok(json!({ "preceding": preceding, "applications": rows }))
}
