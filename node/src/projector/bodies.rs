//! What replicated entries say of bodies: which are wanted, and which are erased. Noted per log together with how far it
//! was read, in one transaction, so that a crash loses none.

use std::sync::PoisonError;

use hearth_protocol::community::Standing;
use hearth_protocol::entry::{BodyRef, Entry};
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::{Act, Care};

use super::{PORTION, Projector};
use crate::store::{BodyState, Log, Snapshot, StoreError, WantedBody};

/// A log that says nothing of bodies is noted as read once per so many entries; until then memory alone knows.
const WORTH_NOTING: u64 = 512;

/// What one portion of a log says of bodies.
struct Said {
    /// The size that the portion leads to.
    size: u64,
    wanted: Vec<WantedBody>,
    /// Entries that say that bodies were erased. Whether they may is for a verdict to say, which can take a while.
    erasures: Vec<u64>,
}

impl Projector {
    /// Reads what is new in the logs, and notes the bodies wanted and erased. The own log is read too: it may have come
    /// back from peers, and then speaks of bodies that are not here. True: something was noted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_bodies(&self) -> Result<bool, StoreError> {
        let store = &self.inner.store;
        let logs = store.read()?.logs()?;
        let mut noted = false;
        for log in &logs {
            loop {
                let snapshot = store.read()?;
                let from = self.read_to(&snapshot, log)?;
                let Some(said) = read_bodies(&snapshot, log, from)? else {
                    break;
                };
                let mut waiting = from_row(snapshot.meta(&waiting_row(log))?);
                drop(snapshot);
                waiting.extend(&said.erasures);
                let nothing = said.wanted.is_empty() && said.erasures.is_empty();
                noted |= !nothing;
                if !nothing || said.size / WORTH_NOTING > from / WORTH_NOTING {
                    store.write(|batch| -> Result<(), StoreError> {
                        for wanted in &said.wanted {
                            batch.want_body(wanted)?;
                        }
                        batch.set_meta(&waiting_row(log), &to_row(&waiting))?;
                        batch.set_meta(&read_row(log), &said.size.to_be_bytes())
                    })?;
                }
                let mut bodies_read = self
                    .inner
                    .bodies_read
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner);
                bodies_read.insert(log.number, said.size);
            }
            noted |= self.erase(log)?;
        }
        Ok(noted)
    }

    /// How far a log was read for bodies.
    fn read_to(&self, snapshot: &Snapshot<'_>, log: &Log) -> Result<u64, StoreError> {
        let bodies_read = self
            .inner
            .bodies_read
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(size) = bodies_read.get(&log.number) {
            return Ok(*size);
        }
        let noted = from_row(snapshot.meta(&read_row(log))?);
        Ok(noted.first().copied().unwrap_or(0))
    }

    /// Carries out the erasures of a log that count by now; those not judged yet go on waiting.
    fn erase(&self, log: &Log) -> Result<bool, StoreError> {
        let waiting = from_row(self.inner.store.read()?.meta(&waiting_row(log))?);
        // Without the founding log nothing is judged.
        let Some(view) = (!waiting.is_empty()).then(|| self.view(None).ok()).flatten() else {
            return Ok(false);
        };
        // The community first, then the store: whoever writes holds the one and waits for readers of the other.
        let snapshot = self.inner.store.read()?;
        let (mut erased, mut undecided) = (Vec::new(), Vec::new());
        for index in &waiting {
            let item = view.item_at(log.charter.organisation, *index);
            match item.map(|item| (item.id, item.standing)) {
                None | Some((_, Standing::Pending)) => undecided.push(*index),
                Some((id, Standing::Counts)) => {
                    let hashes = hashes_erased(&snapshot, log, *index)?;
                    erased.extend(hashes.into_iter().map(|hash| (hash, id)));
                }
                Some((_, Standing::Void(_))) => {}
            }
        }
        if undecided.len() == waiting.len() {
            return Ok(false);
        }
        drop(snapshot);
        self.inner.store.write(|batch| -> Result<(), StoreError> {
            for (hash, by) in &erased {
                batch.erase_body(log.number, hash, by)?;
            }
            batch.set_meta(&waiting_row(log), &to_row(&undecided))
        })?;
        Ok(true)
    }
}

/// The next portion of a log; none where nothing is new.
fn read_bodies(snapshot: &Snapshot<'_>, log: &Log, from: u64) -> Result<Option<Said>, StoreError> {
    let mut said = Said {
        size: from,
        wanted: Vec::new(),
        erasures: Vec::new(),
    };
    for (index, bytes) in snapshot.range(log.number, from, PORTION)? {
        said.size = index + 1;
        let Ok(entry) = Entry::parse(&bytes) else { continue };
        if matches!(entry.payload().act, Act::Care(Care::ErasureCarriedOut(_))) {
            said.erasures.push(index);
        }
        for &BodyRef { hash, size, .. } in entry.payload().bodies() {
            if matches!(
                snapshot.body(log.number, &hash)?,
                BodyState::Missing | BodyState::Partial { .. }
            ) {
                said.wanted.push(WantedBody {
                    hash,
                    size,
                    log: log.number,
                    index,
                });
            }
        }
    }
    Ok((said.size > from).then_some(said))
}

/// What an erasure names of the bodies of the entries of its log that it is about.
fn hashes_erased(snapshot: &Snapshot<'_>, log: &Log, index: u64) -> Result<Vec<BodyHash>, StoreError> {
    let bytes = snapshot.entry(log.number, index)?.unwrap_or_default();
    let Ok(entry) = Entry::parse(&bytes) else {
        return Ok(Vec::new());
    };
    let Act::Care(Care::ErasureCarriedOut(erasure)) = &entry.payload().act else {
        return Ok(Vec::new());
    };
    let theirs = bodies_of(snapshot, log, &entry.payload().re)?;
    Ok(erasure
        .hashes
        .iter()
        .filter(|hash| theirs.contains(hash))
        .copied()
        .collect())
}

/// The bodies that these entries of a log refer to.
fn bodies_of(snapshot: &Snapshot<'_>, log: &Log, ids: &[Id]) -> Result<Vec<BodyHash>, StoreError> {
    let mut hashes = Vec::new();
    for id in ids {
        let Some(index) = snapshot.find_in(log.number, id)? else {
            continue;
        };
        let bytes = snapshot.entry(log.number, index)?.unwrap_or_default();
        let Ok(entry) = Entry::parse(&bytes) else { continue };
        hashes.extend(entry.payload().bodies().map(|body| body.hash));
    }
    Ok(hashes)
}

/// The row that says how far a log was read.
fn read_row(log: &Log) -> String {
    format!("bodies of {}", log.charter.organisation)
}

/// The row that names the erasures of a log, by index, that were read and are not judged yet.
fn waiting_row(log: &Log) -> String {
    format!("erasures waiting in {}", log.charter.organisation)
}

fn to_row(numbers: &[u64]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn from_row(row: Option<Vec<u8>>) -> Vec<u64> {
    let (numbers, _) = row.as_deref().unwrap_or_default().as_chunks::<8>();
    numbers.iter().map(|bytes| u64::from_be_bytes(*bytes)).collect()
}
