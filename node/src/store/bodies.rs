//! Bodies: salt and bytes apart from the logs, in chunks, so that a large one passes through without lying in memory.
//!
//! A body belongs to the log whose entries refer to it. The same bytes referred to in two logs are two bodies, so that no
//! log's entries erase what another's refer to.

use std::ops::RangeInclusive;

use hearth_protocol::entry::Committer;
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::limits;
use redb::{ReadableTable, ReadableTableMetadata};
use serde::{Deserialize, Serialize};

use super::error::{BodyError, StoreError};
use super::logs::LogNumber;
use super::tables::{BODIES, CHUNKS, ERASED, WANTED};
use super::{Batch, Snapshot, rows};

/// Bytes in one row at most.
const CHUNK: usize = 256 << 10;

/// Names a body in the tables: its log and its commitment.
type Key<'a> = (u32, &'a [u8; 32]);

/// What is held of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Held {
    #[serde(with = "serde_bytes")]
    salt: [u8; 32],
    size: u64,
    complete: bool,
}

/// Where a body stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyState {
    /// Held whole, and it matches its hash.
    Held {
        /// Its salt.
        salt: [u8; 32],
        /// Its bytes, without the salt.
        size: u64,
    },
    /// Its first bytes are held.
    Partial {
        /// How many.
        held: u64,
    },
    /// It was erased, and stays so.
    Erased {
        /// The entry that erased it.
        by: Id,
    },
    /// Nothing of it is held.
    Missing,
}

/// A body that an entry refers to and that is not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedBody {
    /// The log of the entry that refers to it.
    pub log: LogNumber,
    /// Its commitment.
    pub hash: BodyHash,
    /// Its size, by the entry.
    pub size: u64,
    /// That entry's index.
    pub index: u64,
}

impl Snapshot<'_> {
    /// Where a body of a log stands.
    pub fn body(&self, log: LogNumber, hash: &BodyHash) -> Result<BodyState, StoreError> {
        if let Some(by) = self.transaction().open_table(ERASED)?.get(key(log, hash))? {
            return Ok(BodyState::Erased {
                by: Id::from_bytes(*by.value()),
            });
        }
        let Some(row) = self.bytes(BODIES, key(log, hash))? else {
            return Ok(BodyState::Missing);
        };
        let Held { salt, size, complete } = rows::decode(&row, "bodies")?;
        Ok(if complete {
            BodyState::Held { salt, size }
        } else {
            BodyState::Partial { held: size }
        })
    }

    /// At most `limit` of a held body's bytes from `offset` on; none at its end.
    pub fn body_bytes(
        &self,
        log: LogNumber,
        hash: &BodyHash,
        offset: u64,
        limit: usize,
    ) -> Result<Vec<u8>, StoreError> {
        let chunks = self.transaction().open_table(CHUNKS)?;
        read_chunks(&chunks, key(log, hash), offset, limit)
    }

    /// How many bodies were erased; none comes back, so it only grows.
    pub fn erased_count(&self) -> Result<u64, StoreError> {
        Ok(self.transaction().open_table(ERASED)?.len()?)
    }

    /// Every body that was erased, ascending by log and hash.
    pub fn erased_bodies(&self) -> Result<Vec<(LogNumber, BodyHash)>, StoreError> {
        let table = self.transaction().open_table(ERASED)?;
        let rows = table.iter()?.map(|row| {
            let (key, _) = row?;
            let (log, hash) = key.value();
            Ok((LogNumber(log), BodyHash::from_bytes(*hash)))
        });
        rows.collect()
    }

    /// The bodies that entries refer to and that are neither held nor erased, ascending by log and hash.
    pub fn wanted_bodies(&self) -> Result<Vec<WantedBody>, StoreError> {
        self.wanted_bodies_where(usize::MAX, |_| true)
    }

    /// The first `limit` of [`Snapshot::wanted_bodies`] that fit.
    pub fn wanted_bodies_where(
        &self,
        limit: usize,
        fits: impl Fn(&WantedBody) -> bool,
    ) -> Result<Vec<WantedBody>, StoreError> {
        let table = self.transaction().open_table(WANTED)?;
        let wanted = table.iter()?.map(|row| {
            let (key, size) = row?;
            let (log, hash, index) = key.value();
            Ok(WantedBody {
                hash: BodyHash::from_bytes(*hash),
                size: size.value(),
                log: LogNumber(log),
                index,
            })
        });
        let fitting =
            wanted.filter(|wanted: &Result<WantedBody, StoreError>| wanted.as_ref().map_or(true, &fits));
        fitting.take(limit).collect()
    }
}

impl Batch {
    /// Keeps a whole body of a log, if it is the one of that hash. Keeping it twice is keeping it once.
    ///
    /// # Errors
    /// [`BodyError::Mismatch`], [`BodyError::Erased`], [`BodyError::TooLarge`], [`BodyError::Store`].
    pub fn put_body(
        &mut self,
        log: LogNumber,
        hash: &BodyHash,
        salt: &[u8; 32],
        bytes: &[u8],
    ) -> Result<(), BodyError> {
        let mut committer = Committer::new(salt);
        committer.update(bytes);
        if committer.finish() != *hash {
            return Err(BodyError::Mismatch { hash: *hash });
        }
        if self.held(log, hash)?.is_some_and(|held| held.complete) {
            return Ok(());
        }
        self.drop_pieces(log, hash)?;
        self.keep_piece(log, hash, salt, 0, bytes)?;
        self.finish_body(
            log,
            hash,
            Held {
                salt: *salt,
                size: bytes.len() as u64,
                complete: true,
            },
        )?;
        Ok(())
    }

    /// Keeps the next piece of a body. A piece that is held already is passed over.
    ///
    /// # Errors
    /// [`BodyError::Gap`], [`BodyError::Erased`], [`BodyError::TooLarge`], [`BodyError::Store`].
    pub fn keep_piece(
        &mut self,
        log: LogNumber,
        hash: &BodyHash,
        salt: &[u8; 32],
        offset: u64,
        bytes: &[u8],
    ) -> Result<(), BodyError> {
        if self.is_erased(log, hash)? {
            return Err(BodyError::Erased { hash: *hash });
        }
        let held = self.held(log, hash)?.unwrap_or(Held {
            salt: *salt,
            size: 0,
            complete: false,
        });
        let end = offset.saturating_add(bytes.len() as u64);
        if end > limits::BODY {
            return Err(BodyError::TooLarge {
                hash: *hash,
                limit: limits::BODY,
            });
        }
        if held.complete || (end <= held.size && held.size > 0) {
            return Ok(());
        }
        if offset != held.size || *salt != held.salt {
            return Err(BodyError::Gap {
                hash: *hash,
                held: held.size,
                offset,
            });
        }
        let mut chunks = self.transaction().open_table(CHUNKS).map_err(StoreError::from)?;
        let mut at = offset;
        for chunk in bytes.chunks(CHUNK) {
            chunks
                .insert((log.0, hash.as_bytes(), at), chunk)
                .map_err(StoreError::from)?;
            at += chunk.len() as u64;
        }
        drop(chunks);
        Ok(self.put(BODIES, key(log, hash), &rows::encode(&Held { size: end, ..held }))?)
    }

    /// Says that the pieces held are the whole body, if they are.
    ///
    /// # Errors
    /// [`BodyError::Mismatch`] where they are not: then [`Batch::drop_pieces`].
    pub fn complete_body(&mut self, log: LogNumber, hash: &BodyHash) -> Result<(), BodyError> {
        let Some(held) = self.held(log, hash)? else {
            return Err(BodyError::Mismatch { hash: *hash });
        };
        if held.complete {
            return Ok(());
        }
        let mut committer = Committer::new(&held.salt);
        let chunks = self.transaction().open_table(CHUNKS).map_err(StoreError::from)?;
        for row in chunks.range(rows_of(key(log, hash))).map_err(StoreError::from)? {
            committer.update(row.map_err(StoreError::from)?.1.value());
        }
        drop(chunks);
        if committer.finish() != *hash {
            return Err(BodyError::Mismatch { hash: *hash });
        }
        Ok(self.finish_body(
            log,
            hash,
            Held {
                complete: true,
                ..held
            },
        )?)
    }

    /// Forgets what is held of an incomplete body.
    pub fn drop_pieces(&mut self, log: LogNumber, hash: &BodyHash) -> Result<(), StoreError> {
        match self.held(log, hash)? {
            Some(held) if !held.complete => self.remove_body(log, hash),
            _ => Ok(()),
        }
    }

    /// Erases a body of one log, salt and all, and leaves the tombstone. No way of bringing it back into that log is left
    /// here.
    pub fn erase_body(&mut self, log: LogNumber, hash: &BodyHash, by: &Id) -> Result<(), StoreError> {
        self.remove_body(log, hash)?;
        self.no_longer_wanted(log, hash)?;
        self.transaction()
            .open_table(ERASED)?
            .insert(key(log, hash), by.as_bytes())?;
        Ok(())
    }

    /// Notes that an entry refers to a body, unless it is held or erased.
    pub fn want_body(&mut self, wanted: &WantedBody) -> Result<(), StoreError> {
        let WantedBody { log, hash, .. } = wanted;
        let complete = self.held(*log, hash)?.is_some_and(|held| held.complete);
        if !complete && !self.is_erased(*log, hash)? {
            let key = (log.0, hash.as_bytes(), wanted.index);
            self.transaction().open_table(WANTED)?.insert(key, wanted.size)?;
        }
        Ok(())
    }

    fn finish_body(&mut self, log: LogNumber, hash: &BodyHash, held: Held) -> Result<(), StoreError> {
        self.put(BODIES, key(log, hash), &rows::encode(&held))?;
        self.no_longer_wanted(log, hash)
    }

    fn no_longer_wanted(&mut self, log: LogNumber, hash: &BodyHash) -> Result<(), StoreError> {
        self.transaction()
            .open_table(WANTED)?
            .retain_in(rows_of(key(log, hash)), |_, _| false)?;
        Ok(())
    }

    fn remove_body(&mut self, log: LogNumber, hash: &BodyHash) -> Result<(), StoreError> {
        self.transaction()
            .open_table(CHUNKS)?
            .retain_in(rows_of(key(log, hash)), |_, _| false)?;
        self.transaction().open_table(BODIES)?.remove(key(log, hash))?;
        Ok(())
    }

    fn held(&self, log: LogNumber, hash: &BodyHash) -> Result<Option<Held>, StoreError> {
        self.bytes(BODIES, key(log, hash))?
            .map(|row| rows::decode(&row, "bodies"))
            .transpose()
    }

    fn is_erased(&self, log: LogNumber, hash: &BodyHash) -> Result<bool, StoreError> {
        Ok(self
            .transaction()
            .open_table(ERASED)?
            .get(key(log, hash))?
            .is_some())
    }
}

fn key(log: LogNumber, hash: &BodyHash) -> Key<'_> {
    (log.0, hash.as_bytes())
}

/// Every row of a body in a table whose keys go on with a number.
fn rows_of((log, hash): Key<'_>) -> RangeInclusive<(u32, &[u8; 32], u64)> {
    (log, hash, 0)..=(log, hash, u64::MAX)
}

fn read_chunks(
    chunks: &impl ReadableTable<(u32, &'static [u8; 32], u64), &'static [u8]>,
    (log, hash): Key<'_>,
    offset: u64,
    limit: usize,
) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    let before = chunks
        .range((log, hash, 0)..=(log, hash, offset))?
        .next_back()
        .transpose()?;
    let Some(first) = before.map(|(key, _)| key.value().2) else {
        return Ok(bytes);
    };
    for row in chunks.range((log, hash, first)..=(log, hash, u64::MAX))? {
        let (key, chunk) = row?;
        let skip = usize::try_from(offset.saturating_sub(key.value().2)).unwrap_or(usize::MAX);
        let rest = chunk.value().get(skip..).unwrap_or_default();
        bytes.extend_from_slice(&rest[..rest.len().min(limit - bytes.len())]);
        if bytes.len() == limit {
            break;
        }
    }
    Ok(bytes)
}
