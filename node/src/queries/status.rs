//! How a node stands with the others.

use hearth_protocol::id::Id;
use hearth_protocol::log::quorum::Witnessing;
use hearth_protocol::log::{HeldNote, VerifierKey};
use serde::Serialize;
use serde_json::{Value, json};

use super::{QueryError, Reader, resolve};
use crate::store::{Log, Snapshot};

/// What only a running node knows.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Live {
    /// Where other nodes reach this one.
    pub addresses: Vec<String>,
    /// Who is there.
    pub peers: Vec<Presence>,
    /// Whether it signs its log, in words.
    pub ledger: String,
    /// Whether it signs its log.
    pub signs: bool,
    /// It signs, but no witness has borne out that it may.
    pub unconfirmed: bool,
    /// It was restored from an old copy and follows its own log.
    pub restored: bool,
    /// The time it goes by.
    pub now: String,
    /// Its clock is a file.
    pub simulated: bool,
    /// Logs of which nothing more is taken in, and why.
    pub paused: Vec<(Id, String)>,
    /// Why the last attempt to join failed, while it waits to be admitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joining: Option<String>,
}

/// A peer that is there.
#[derive(Debug, Clone, Serialize)]
pub struct Presence {
    /// Its libp2p id.
    pub peer: String,
    /// Whose node it is.
    pub organisation: Id,
}

/// `{"community", "organisation", "slug", "simulated", "running", "node"?, "logs": […], "missing_bodies"}`; per log
/// `{"organisation", "slug", "origin", "own", "size", "offered", "lag", "witnessed", "cosignatures", "needed", "evidence"}`.
pub(super) fn status(reader: &Reader) -> Result<Value, QueryError> {
    let live = reader.live.as_ref().map(|live| live());
    let snapshot = reader.store().read()?;
    let (clock, founder, admitted) = {
        let facts = reader.projector().read();
        let admitted: Vec<Id> = facts.organisations().into_iter().map(|o| o.id).collect();
        (facts.clock(), facts.founder(), admitted)
    };
    let logs = snapshot.logs()?;
    let witnesses: Vec<(Id, VerifierKey)> = logs
        .iter()
        .map(|log| (log.charter.organisation, witness(log)))
        .collect();
    let rows = logs
        .iter()
        .map(|log| row(&snapshot, log, &witnesses))
        .collect::<Result<Vec<_>, _>>()?;
    let own = logs.iter().find(|log| log.charter.own);
    Ok(json!({
        "community": snapshot.community()?,
        "organisation": own.map(|log| log.charter.organisation),
        "slug": own.map(resolve::slug),
        "founder": founder,
        "admitted": own.map(|log| admitted.contains(&log.charter.organisation)),
        "simulated": clock.map(|clock| clock == hearth_protocol::kind::Clock::Simulated),
        "running": live.is_some(),
        "node": live,
        "logs": rows,
        "missing_bodies": snapshot.wanted_bodies()?.len(),
    }))
}

fn witness(log: &Log) -> VerifierKey {
    VerifierKey::witness(log.charter.origin.witness_name(), log.charter.witness)
}

fn row(snapshot: &Snapshot<'_>, log: &Log, witnesses: &[(Id, VerifierKey)]) -> Result<Value, QueryError> {
    let others: Vec<VerifierKey> = witnesses
        .iter()
        .filter(|(organisation, _)| *organisation != log.charter.organisation)
        .map(|(_, key)| key.clone())
        .collect();
    let chain = snapshot.key_chain(log)?;
    let opened = |note: Option<Vec<u8>>| note.and_then(|note| HeldNote::open(&note, &chain, &others).ok());
    let (held, aim) = (
        opened(snapshot.head(log.number)?),
        opened(snapshot.aim(log.number)?),
    );
    let size = snapshot.size(log.number)?;
    let offered = held.as_ref().map(|note| note.head().size);
    let known = aim.as_ref().map(|note| note.head().size).or(offered).unwrap_or(0);
    let witnessing = held.as_ref().map(|note| note.witnessing(&others));
    let (word, have, need) = match witnessing.unwrap_or_else(|| Witnessing::of(0, others.len())) {
        Witnessing::Unwitnessed => ("unwitnessed", 0, 0),
        Witnessing::Provisional { have, need } => ("provisional", have, need),
        Witnessing::Witnessed { have, need } => ("witnessed", have, need),
    };
    Ok(json!({
        "organisation": log.charter.organisation,
        "slug": resolve::slug(log),
        "origin": log.charter.origin,
        "own": log.charter.own,
        "size": size,
        "offered": offered,
        "lag": known.saturating_sub(size),
        "witnessed": word,
        "cosignatures": have,
        "needed": need,
        "evidence": snapshot.evidence(log.number)?.len(),
    }))
}
