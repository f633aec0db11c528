//! Answering what admitted peers ask (docs/protocol.md §5). Reads the store and changes nothing.

use hearth_protocol::id::{BodyHash, Hash, Id, Root};
use hearth_protocol::limits;
use hearth_protocol::log::proof::{self, ProveError};
use hearth_protocol::log::tiled::TileError;
use hearth_protocol::log::{Frontier, TiledHashes};
use hearth_protocol::sync::{self, Input, OfferedHead, Peer, Reply, Request};
use serde_bytes::ByteBuf;

use crate::store::{BodyState, LogNumber, Snapshot, Store, StoreError};

/// Most bytes of heads in one reply; the rest comes when it is asked for.
const HEADS: usize = limits::FRAME / 2;

/// A reply, and what the question itself tells the replication machine.
#[derive(Debug)]
pub struct Served {
    /// For the peer.
    pub reply: Reply,
    /// For [`sync::Machine::step`].
    pub input: Option<Input>,
}

/// Answers a peer whom the network has verified to be a node of `from`. Only organisations whose logs are held here,
/// which are the admitted ones, get more than a refusal. A failing store is a refusal too.
pub fn serve(store: &Store, peer: &Peer, from: Id, request: Request) -> Served {
    let (reply, input) = match store
        .read()
        .and_then(|snapshot| answer(&snapshot, peer, from, request))
    {
        Ok(served) => served,
        Err(error) => {
            tracing::error!(%error, "a peer's question could not be answered");
            (refused("the store failed"), None)
        }
    };
    Served { reply, input }
}

/// A consistency proof of one log, and the root it leads from; `None` if the log does not have that many entries.
///
/// # Errors
/// [`StoreError`] if the tree cannot be read.
pub fn prove(
    snapshot: &Snapshot<'_>,
    organisation: &Id,
    from: u64,
    size: u64,
) -> Result<Option<(Root, Vec<Hash>)>, StoreError> {
    let Some(log) = snapshot.log(organisation)?.map(|log| log.number) else {
        return Ok(None);
    };
    let held = snapshot.size(log)?;
    if from > size || size > held {
        return Ok(None);
    }
    let tiles = snapshot.tiles(log)?;
    let tree = TiledHashes::new(&tiles, held);
    let root = Frontier::read(&tree, from).map_err(damaged)?.root();
    match proof::consistency(&tree, from, size) {
        Ok(proof) => Ok(Some((root, proof))),
        Err(ProveError::Read(error)) => Err(damaged(error)),
        Err(ProveError::NotIncluded { .. } | ProveError::Backwards { .. }) => Ok(None),
    }
}

fn answer(
    snapshot: &Snapshot<'_>,
    peer: &Peer,
    from: Id,
    request: Request,
) -> Result<(Reply, Option<Input>), StoreError> {
    if snapshot.log(&from)?.is_none() {
        return Ok((refused("not admitted"), None));
    }
    let peer = peer.clone();
    Ok(match request {
        Request::Digest { digest } if digest == sync::digest(&held(snapshot)?) => (Reply::Same {}, None),
        Request::Digest { .. } => (Reply::Differs {}, Some(Input::Differs { peer })),
        Request::Heads { have } => (heads(snapshot, &have)?, None),
        Request::Range {
            from,
            size,
            count,
            limit,
            organisation,
        } => (range(snapshot, &organisation, from..size, (count, limit))?, None),
        Request::Consistency {
            from,
            size,
            organisation,
        } => {
            let proven = prove(snapshot, &organisation, from, size)?;
            let reply = proven.map(|(root, proof)| Reply::Consistency { root, proof });
            (reply.unwrap_or_else(|| refused("not held")), None)
        }
        Request::Body {
            hash,
            offset,
            organisation,
        } => (body(snapshot, &organisation, &hash, offset)?, None),
        Request::Evidence(evidence) => (Reply::Noted {}, Some(Input::Accused { peer, evidence })),
    })
}

/// What is held of every log: SHA-256 of its head, or zeros.
fn held(snapshot: &Snapshot<'_>) -> Result<Vec<(Id, Hash)>, StoreError> {
    let hash_of = |note: Option<Vec<u8>>| note.map_or(Hash::from_bytes([0; 32]), |note| Hash::of(&note));
    let logs = snapshot.logs()?.into_iter();
    logs.map(|log| Ok((log.charter.organisation, hash_of(snapshot.head(log.number)?))))
        .collect()
}

fn heads(snapshot: &Snapshot<'_>, have: &[(Id, Hash)]) -> Result<Reply, StoreError> {
    let (mut heads, mut bytes) = (Vec::new(), 0);
    for log in snapshot.logs()? {
        let organisation = log.charter.organisation;
        let Some(note) = snapshot.head(log.number)? else {
            continue;
        };
        if have.contains(&(organisation, Hash::of(&note))) {
            continue;
        }
        let handovers: Vec<ByteBuf> = snapshot
            .handovers(log.number)?
            .into_iter()
            .map(ByteBuf::from)
            .collect();
        bytes += note.len() + handovers.iter().map(|handover| handover.len()).sum::<usize>();
        if bytes > HEADS && !heads.is_empty() {
            return Ok(Reply::Heads { more: true, heads });
        }
        heads.push(OfferedHead {
            note,
            handovers,
            organisation,
        });
    }
    Ok(Reply::Heads { more: false, heads })
}

fn range(
    snapshot: &Snapshot<'_>,
    organisation: &Id,
    wanted: std::ops::Range<u64>,
    (count, limit): (u64, u64),
) -> Result<Reply, StoreError> {
    let Some(log) = snapshot.log(organisation)?.map(|log| log.number) else {
        return Ok(refused("not held"));
    };
    if wanted.is_empty() || count == 0 || wanted.end > snapshot.size(log)? {
        return Ok(refused("not held"));
    }
    let end = wanted.end.min(wanted.start.saturating_add(count));
    let entries = entries(snapshot, log, wanted.start..end, limit)?;
    match prove(
        snapshot,
        organisation,
        wanted.start + entries.len() as u64,
        wanted.end,
    )? {
        Some((_, proof)) => Ok(Reply::Range {
            from: wanted.start,
            proof,
            entries,
        }),
        None => Ok(refused("not held")),
    }
}

fn entries(
    snapshot: &Snapshot<'_>,
    log: LogNumber,
    wanted: std::ops::Range<u64>,
    limit: u64,
) -> Result<Vec<ByteBuf>, StoreError> {
    let limit = usize::try_from(limit).unwrap_or(limits::PIECE).min(limits::PIECE);
    let found = snapshot.range(log, wanted.start, limit)?.into_iter();
    Ok(found
        .take_while(|(index, _)| *index < wanted.end)
        .map(|(_, entry)| ByteBuf::from(entry))
        .collect())
}

/// A body is asked for by its salted commitment: only who read an entry that refers to it can. It is given under the log
/// of that entry alone, where it stands until that log erases it.
fn body(
    snapshot: &Snapshot<'_>,
    organisation: &Id,
    hash: &BodyHash,
    offset: u64,
) -> Result<Reply, StoreError> {
    let Some(log) = snapshot.log(organisation)?.map(|log| log.number) else {
        return Ok(refused("not held"));
    };
    Ok(match snapshot.body(log, hash)? {
        BodyState::Held { salt, size } if offset <= size => {
            let bytes = ByteBuf::from(snapshot.body_bytes(log, hash, offset, limits::PIECE)?);
            Reply::Body {
                salt,
                size,
                bytes,
                offset,
            }
        }
        BodyState::Held { .. } => refused("beyond the body"),
        BodyState::Erased { by } => Reply::Erased { by },
        BodyState::Partial { .. } | BodyState::Missing => Reply::Missing {},
    })
}

fn refused(reason: &str) -> Reply {
    Reply::Refused {
        reason: reason.to_owned(),
    }
}

fn damaged(error: TileError<StoreError>) -> StoreError {
    match error {
        TileError::Read(error) => error,
        TileError::Beyond { .. } | TileError::Missing { .. } | TileError::Short { .. } => {
            StoreError::Corrupt(format!("a tree: {error}"))
        }
    }
}

#[cfg(test)]
mod tests;
