//! How a node stands with the others.

use std::collections::BTreeMap;

use hearth_protocol::community::Limit;
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
    /// Sizes of our own log that an organisation's witness says it has cosigned, larger than ours, without showing them.
    pub claims: Vec<(Id, u64)>,
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

/// `{"community", "organisation", "slug", "admitted" (now or once), "standing", "simulated", "running", "node"?, "logs": […], "missing_bodies"}`; per log
/// `{"organisation", "slug", "origin", "standing", "counts" (so many of its entries do), "own", "verifier", "witness", "size", "offered", "lag", "witnessed",
/// "witnessed_size", "cosignatures", "needed", "evidence"}`. `lag` is how many entries are missing of the newest head that
/// anything is held of; null for another's log of which no head is held, since then nothing is known of its size.
pub(super) fn status(reader: &Reader) -> Result<Value, QueryError> {
    let live = reader.live.as_ref().map(|live| live());
    let (clock, founder, admitted) = {
        let facts = reader.projector().read();
        let admitted: BTreeMap<Id, Option<Limit>> = facts
            .organisations()
            .into_iter()
            .map(|o| (o.id, o.limit))
            .collect();
        (facts.clock(), facts.founder(), admitted)
    };
    let snapshot = reader.store().read()?;
    let logs = snapshot.logs()?;
    let rows = logs
        .iter()
        .map(|log| row(&snapshot, log, &logs, &admitted))
        .collect::<Result<Vec<_>, _>>()?;
    let own = logs.iter().find(|log| log.charter.own);
    Ok(json!({
        "community": snapshot.community()?,
        "organisation": own.map(|log| log.charter.organisation),
        "slug": own.map(resolve::slug),
        "founder": founder,
        "admitted": own.map(|log| admitted.contains_key(&log.charter.organisation)),
        "standing": own.map(|log| standing(admitted.get(&log.charter.organisation))),
        "simulated": clock.map(|clock| clock == hearth_protocol::kind::Clock::Simulated),
        "running": live.is_some(),
        "node": live,
        "logs": rows,
        "missing_bodies": snapshot.wanted_bodies()?.len(),
    }))
}

/// How an organisation stands: `member`, `suspended`, `removed`, or `applicant` where it was never admitted.
pub(super) fn standing(limit: Option<&Option<Limit>>) -> &'static str {
    match limit {
        None => "applicant",
        Some(None) => "member",
        Some(Some(limit)) => limit.reason.name(),
    }
}

/// The notes of a log, opened, and who may cosign them.
pub(super) struct Heads {
    witnesses: Vec<VerifierKey>,
    /// The newest whose entries are held.
    newest: Option<HeldNote>,
    /// The newest that some held entries are proven into.
    aim: Option<HeldNote>,
    /// The newest that a quorum has cosigned.
    witnessed: Option<HeldNote>,
}

impl Heads {
    /// Of one log among all.
    pub(super) fn of(snapshot: &Snapshot<'_>, log: &Log, logs: &[Log]) -> Result<Heads, QueryError> {
        let others = logs.iter().filter(|other| other.number != log.number);
        let witnesses: Vec<VerifierKey> = others.map(witness).collect();
        let chain = snapshot.key_chain(log)?;
        let open =
            |note: Option<Vec<u8>>| note.and_then(|note| HeldNote::open(&note, &chain, &witnesses).ok());
        let newest = open(snapshot.head(log.number)?);
        let is_witnessed =
            |note: &HeldNote| matches!(note.witnessing(&witnesses), Witnessing::Witnessed { .. });
        let witnessed = match &newest {
            Some(newest) if is_witnessed(newest) => Some(newest.clone()),
            _ => open(snapshot.cosigned(log.number)?).filter(is_witnessed),
        };
        Ok(Heads {
            aim: open(snapshot.aim(log.number)?),
            newest,
            witnessed,
            witnesses,
        })
    }

    /// The newest note that a quorum has cosigned.
    pub(super) fn witnessed(&self) -> Option<&HeldNote> {
        self.witnessed.as_ref()
    }

    fn witnessing(&self) -> Witnessing {
        let nobody = Witnessing::of(0, self.witnesses.len());
        self.newest
            .as_ref()
            .map_or(nobody, |note| note.witnessing(&self.witnesses))
    }
}

/// The key that signs the log's next checkpoint, as C2SP tools take it.
pub(super) fn verifier(snapshot: &Snapshot<'_>, log: &Log) -> Result<VerifierKey, QueryError> {
    let key = *snapshot.key_chain(log)?.current();
    Ok(VerifierKey::log(log.charter.origin.key_name().clone(), key))
}

fn witness(log: &Log) -> VerifierKey {
    VerifierKey::witness(log.charter.origin.witness_name(), log.charter.witness)
}

fn row(
    snapshot: &Snapshot<'_>,
    log: &Log,
    logs: &[Log],
    admitted: &BTreeMap<Id, Option<Limit>>,
) -> Result<Value, QueryError> {
    let heads = Heads::of(snapshot, log, logs)?;
    let size_of = |note: &Option<HeldNote>| note.as_ref().map(|note| note.head().size);
    let size = snapshot.size(log.number)?;
    let offered = size_of(&heads.newest);
    let known = size_of(&heads.aim).max(offered);
    let known = if log.charter.own { known.or(Some(0)) } else { known };
    let (word, have, need) = match heads.witnessing() {
        Witnessing::Unwitnessed => ("unwitnessed", 0, 0),
        Witnessing::Provisional { have, need } => ("provisional", have, need),
        Witnessing::Witnessed { have, need } => ("witnessed", have, need),
    };
    let limit = admitted.get(&log.charter.organisation);
    Ok(json!({
        "organisation": log.charter.organisation,
        "slug": resolve::slug(log),
        "origin": log.charter.origin,
        "standing": standing(limit),
        "counts": limit.copied().flatten().map_or(size, |limit| limit.size.min(size)),
        "own": log.charter.own,
        "verifier": verifier(snapshot, log)?.to_string(),
        "witness": witness(log).to_string(),
        "size": size,
        "offered": offered,
        "lag": known.map(|known| known.saturating_sub(size)),
        "witnessed": word,
        "witnessed_size": size_of(&heads.witnessed),
        "cosignatures": have,
        "needed": need,
        "evidence": snapshot.evidence(log.number)?.len(),
    }))
}
