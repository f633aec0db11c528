//! What replicated entries say of bodies: which are wanted, and which are erased. Noted per log together with how far it
//! was read, in one transaction, so that a crash loses none.

use hearth_protocol::community::{Standing, View};
use hearth_protocol::entry::{BodyRef, Entry};
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::{Act, Care};

use super::{PORTION, Projector};
use crate::store::{Log, Snapshot, Store, StoreError, WantedBody};

/// Entries that say nothing of bodies are read again rather than noted, while they are fewer than this.
const WORTH_NOTING: u64 = 512;

/// What one portion of a log says of bodies.
#[derive(Default)]
struct Said {
    wanted: Vec<WantedBody>,
    erased: Vec<(BodyHash, Id)>,
}

impl Projector {
    /// Reads what is new in the logs of others (and in the own one, where `own` says that it too is being fetched), and
    /// notes the bodies wanted and erased. True: something was noted.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn note_bodies(&self, own: bool) -> Result<bool, StoreError> {
        let store = &self.inner.store;
        let mut noted = false;
        for log in store
            .read()?
            .logs()?
            .into_iter()
            .filter(|log| own || !log.charter.own)
        {
            while let Some((count, size, said)) = self.read_bodies(store, &log)? {
                let nothing = said.wanted.is_empty() && said.erased.is_empty();
                if nothing && count < WORTH_NOTING {
                    break;
                }
                noted |= !nothing;
                store.write(|batch| -> Result<(), StoreError> {
                    said.wanted
                        .iter()
                        .try_for_each(|wanted| batch.want_body(wanted))?;
                    said.erased
                        .iter()
                        .try_for_each(|(hash, by)| batch.erase_body(hash, by))?;
                    batch.set_meta(&marker(&log), &size.to_be_bytes())
                })?;
            }
        }
        Ok(noted)
    }

    /// The next portion: how many entries, and the size they lead to; none where nothing is new.
    fn read_bodies(&self, store: &Store, log: &Log) -> Result<Option<(u64, u64, Said)>, StoreError> {
        let snapshot = store.read()?;
        let from = snapshot
            .meta(&marker(log))?
            .and_then(|bytes| bytes.try_into().ok());
        let from = from.map_or(0, u64::from_be_bytes);
        let entries = snapshot.range(log.number, from, PORTION)?;
        let (mut said, mut size) = (Said::default(), from);
        for (index, bytes) in entries {
            let Ok(entry) = Entry::parse(&bytes) else {
                size = index + 1;
                continue;
            };
            if let Act::Care(Care::ErasureCarriedOut(erasure)) = &entry.payload().act {
                // Who may erase what is for a verdict to say, which needs the founding log.
                let Ok(view) = self.view(None) else {
                    return Ok(None);
                };
                let organisation = log.charter.organisation;
                // Not judged yet: to be read again when it is.
                let Some(item) = view.item_at(organisation, index) else {
                    break;
                };
                if item.standing == Standing::Counts {
                    let theirs = bodies_of(&snapshot, &view, &entry.payload().re)?;
                    let named = erasure.hashes.iter().filter(|hash| theirs.contains(hash));
                    said.erased.extend(named.map(|hash| (*hash, item.id)));
                }
            }
            size = index + 1;
            let wanted = |body: &BodyRef| WantedBody {
                hash: body.hash,
                size: body.size,
                log: log.number,
                index,
            };
            said.wanted.extend(entry.payload().bodies().map(wanted));
        }
        Ok((size > from).then_some((size - from, size, said)))
    }
}

/// The bodies that these entries refer to.
fn bodies_of(snapshot: &Snapshot<'_>, view: &View, ids: &[Id]) -> Result<Vec<BodyHash>, StoreError> {
    let mut hashes = Vec::new();
    for item in ids.iter().filter_map(|id| view.find(*id)) {
        let organisation = view.organisation(item.organisation).id;
        let Some(log) = snapshot.log(&organisation)? else {
            continue;
        };
        let Some(bytes) = snapshot.entry(log.number, item.index)? else {
            continue;
        };
        let Ok(entry) = Entry::parse(&bytes) else { continue };
        hashes.extend(entry.payload().bodies().map(|body| body.hash));
    }
    Ok(hashes)
}

fn marker(log: &Log) -> String {
    format!("bodies of {}", log.charter.organisation)
}
