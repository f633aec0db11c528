//! The projector: keeps what is known of the community up to the store, checking every entry once.
//!
//! What depends on an entry's bytes and home alone is checked on every core, and remembered in `views.redb`; folding is
//! one thread's work and costs about a microsecond an entry. Views of a cut are made on demand and the newest kept.

mod bodies;
mod checked;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use hearth_protocol::community::{Community, Cut, View, ViewError};
use hearth_protocol::entry::Home;
use hearth_protocol::id::{Hash, Id};

use crate::ledger::{CatchUp, SharedCommunity};
use crate::store::{ChecksFile, Log, LogNumber, Store, StoreError};

use checked::{Checker, check_all};

/// Bytes of entries checked and folded at a time.
const PORTION: usize = 4 << 20;
/// Checks that make it worth writing the cache.
const WORTH_KEEPING: u64 = 8192;
/// Entries between two words about progress.
const WORD: u64 = if cfg!(test) { 2 } else { 20_000 };
/// Views kept.
const VIEWS: usize = 4;

/// What a node knows of its community. Cheap to clone; all clones are one projector.
#[derive(Clone)]
pub struct Projector {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    community: SharedCommunity,
    checker: Mutex<Checker>,
    views: Mutex<Vec<(Hash, Arc<View>)>>,
    /// How far each log was read for bodies.
    bodies_read: Mutex<BTreeMap<LogNumber, u64>>,
}

impl Projector {
    /// Folds everything the store holds. Without a directory for its cache, every signature is verified.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open(store: Store, community: Id, cache: Option<&Path>) -> Result<Projector, StoreError> {
        let file = cache.map(ChecksFile::open).transpose()?;
        let projector = Projector {
            inner: Arc::new(Inner {
                store,
                community: Arc::new(RwLock::new(Community::new(community))),
                checker: Mutex::new(Checker::new(file)),
                views: Mutex::new(Vec::new()),
                bodies_read: Mutex::new(BTreeMap::new()),
            }),
        };
        let mut facts = projector
            .inner
            .community
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        projector.inner.fold(&projector.inner.store, &mut facts)?;
        drop(facts);
        projector.keep()?;
        Ok(projector)
    }

    /// The community, for the ledger to judge by and fold into.
    pub fn shared(&self) -> SharedCommunity {
        self.inner.community.clone()
    }

    /// Brings a community up to a store: what the ledger calls before it judges.
    pub fn catch_up(&self) -> CatchUp {
        let inner = self.inner.clone();
        Arc::new(move |store, facts| inner.fold(store, facts))
    }

    /// Takes in what others sequenced and the store holds by now. The own log is the ledger's to fold, which does so
    /// with the commit.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn follow(&self) -> Result<(), StoreError> {
        let logs = self.inner.store.read()?.logs()?;
        for log in logs {
            while self.inner.follow_portion(&log)? {}
        }
        if self.inner.checker().is_worth_keeping(WORTH_KEEPING) {
            self.keep()?;
        }
        Ok(())
    }

    /// Writes down what was checked, so that it is not checked again. To be called before stopping.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keep(&self) -> Result<(), StoreError> {
        self.inner.checker().keep(&self.inner.store)
    }

    /// What is known now. Held for a moment, as the ledger waits for it.
    pub fn read(&self) -> RwLockReadGuard<'_, Community> {
        self.inner
            .community
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything as a cut shows it; as all that is here shows it where none is named.
    ///
    /// # Errors
    /// [`ViewError`].
    pub fn view(&self, cut: Option<&Cut>) -> Result<Arc<View>, ViewError> {
        let facts = self.read();
        let present;
        let cut = match cut {
            Some(cut) => cut,
            None => {
                present = facts.present().ok_or(ViewError::NotFounded)?;
                &present
            }
        };
        let name = cut.hash();
        let mut views = self.inner.views.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, view)) = views.iter().find(|(known, _)| *known == name) {
            return Ok(view.clone());
        }
        let view = Arc::new(facts.view(cut)?);
        views.truncate(VIEWS - 1);
        views.insert(0, (name, view.clone()));
        Ok(view)
    }
}

impl Inner {
    fn checker(&self) -> MutexGuard<'_, Checker> {
        self.checker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Folds all that the store holds and `facts` lack, while nobody else can read them.
    fn fold(&self, store: &Store, facts: &mut Community) -> Result<(), StoreError> {
        let mut checker = self.checker();
        let logs = store.read()?.logs()?;
        for log in logs {
            let organisation = log.charter.organisation;
            let home = Home {
                community: facts.id(),
                organisation,
            };
            loop {
                let from = facts.size_of(organisation);
                let entries = store.read()?.range(log.number, from, PORTION)?;
                if entries.is_empty() {
                    break;
                }
                let known = checker.known(store, &log)?;
                let checked = check_all(&entries, &home, known);
                for ((index, _), checked) in entries.iter().zip(checked) {
                    checker.learn(organisation, *index, checked.signature_holds());
                    facts.ingest(organisation, *index, checked);
                    if (*index + 1) % WORD == 0 {
                        tracing::info!(log = %log.charter.origin, entries = index + 1, "reading");
                    }
                }
            }
        }
        Ok(())
    }

    /// Checks a portion of one log while others read, then folds it. False: there was nothing new.
    fn follow_portion(&self, log: &Log) -> Result<bool, StoreError> {
        let organisation = log.charter.organisation;
        let (from, community) = {
            // One guard: a second would wait for the ledger, which waits for the first.
            let facts = self.community.read().unwrap_or_else(PoisonError::into_inner);
            (facts.size_of(organisation), facts.id())
        };
        let entries = self.store.read()?.range(log.number, from, PORTION)?;
        if entries.is_empty() {
            return Ok(false);
        }
        let known = self.checker().known(&self.store, log)?.clone();
        let checked = check_all(
            &entries,
            &Home {
                community,
                organisation,
            },
            &known,
        );
        let mut facts = self.community.write().unwrap_or_else(PoisonError::into_inner);
        let mut checker = self.checker();
        for ((index, _), checked) in entries.iter().zip(checked) {
            checker.learn(organisation, *index, checked.signature_holds());
            // The ledger may have folded some of these meanwhile, or begun anew.
            if facts.size_of(organisation) == *index {
                facts.ingest(organisation, *index, checked);
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests;
