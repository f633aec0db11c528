//! What has to be true of a world: its nodes hold what was really written, all of it, and the same.

use std::ops::Range;

use hearth_node::store::{BodyState, Snapshot, StoreError};
use hearth_protocol::id::{Hash, Id};
use hearth_protocol::log::{ForkEvidence, HeldNote, KeyChain, VerifierKey};
use hearth_protocol::sync::BodyName;

use super::World;

impl World {
    /// What some node lacks, has too much of, or holds otherwise than another; none if all hold the same.
    pub fn difference(&self) -> Option<String> {
        (0..self.nodes.len()).find_map(|node| self.difference_at(node, 0..self.community.len()))
    }

    /// What one node lacks, has too much of, or holds otherwise than its owner, of the logs of some.
    pub fn difference_at(&self, node: usize, logs: Range<usize>) -> Option<String> {
        self.compare(node, logs).expect("memory does not fail")
    }

    /// The heads all nodes hold, cosignatures and all, in one hash.
    pub fn fingerprint(&self) -> Hash {
        let held = (0..self.nodes.len()).flat_map(|node| {
            self.with_snapshot(node, |snapshot| {
                let logs = snapshot.logs()?.into_iter();
                logs.map(|log| Ok(Hash::of(&snapshot.head(log.number)?.unwrap_or_default())))
                    .collect::<Result<Vec<_>, StoreError>>()
            })
        });
        Hash::of(&held.flat_map(|hash| *hash.as_bytes()).collect::<Vec<u8>>())
    }

    /// Whether a node holds a body whole.
    pub fn holds_body(&self, node: usize, body: BodyName) -> bool {
        let state = self.with_snapshot(node, |snapshot| {
            snapshot.body(log_of(snapshot, &body.organisation)?, &body.hash)
        });
        matches!(state, BodyState::Held { .. })
    }

    /// Every node holds every entry, head, cosignature and body.
    pub fn assert_converged(&self) {
        assert_eq!(self.difference(), None);
    }

    /// Whether a node holds evidence that convicts the organisation of another.
    pub fn convicts(&self, node: usize, of: usize) -> bool {
        let organisation = self.nodes[of].organisation.id;
        let evidence = self.with_snapshot(node, |snapshot| {
            let log = snapshot.log(&organisation)?.expect("every log is held");
            snapshot.evidence(log.number)
        });
        evidence.iter().any(|evidence| {
            let evidence = ForkEvidence::from_bytes(evidence).expect("only evidence is kept");
            evidence.verify(&self.keys(&organisation)).is_ok()
        })
    }

    /// Number of entries that a node holds of the organisation of another.
    pub fn size_at(&self, node: usize, of: usize) -> u64 {
        self.nodes[node].tree_head(&self.nodes[of].organisation.id).size
    }

    /// Whether a node was told that it knows less of its log than others do.
    pub fn was_restored(&self, node: usize) -> bool {
        self.nodes[node].follows_own
    }

    /// Whether a node refuses to answer somebody who belongs to nobody.
    pub fn refuses_strangers(&self, node: usize) -> bool {
        self.nodes[node].asks_nothing_of_strangers(Id::from_bytes([7; 32]))
    }

    fn compare(&self, node: usize, logs: Range<usize>) -> Result<Option<String>, StoreError> {
        let snapshot = self.nodes[node].store.read()?;
        for number in logs {
            let owner = &self.community[number];
            let log = snapshot.log(&owner.id)?.expect("every log is held").number;
            let written = self.truth.logs.get(&owner.id).map_or(&[][..], Vec::as_slice);
            let held: Vec<Vec<u8>> = snapshot
                .range(log, 0, usize::MAX)?
                .into_iter()
                .map(|(_, entry)| entry)
                .collect();
            if held != written {
                let (held, written) = (held.len(), written.len());
                return Ok(Some(format!(
                    "node {node} holds {held} of the {written} entries of {number}"
                )));
            }
            let head = snapshot.head(log)?;
            let owners = self.with_snapshot(number, |snapshot| snapshot.head(log_of(snapshot, &owner.id)?));
            if head != owners {
                return Ok(Some(format!(
                    "node {node} holds another head of {number} than its owner"
                )));
            }
            if let Some(lacking) = head.and_then(|head| self.lacks_witness(&owner.id, &head)) {
                return Ok(Some(format!("the head of {number} is not cosigned by {lacking}")));
            }
        }
        self.body_difference(node, &snapshot)
    }

    fn body_difference(&self, node: usize, snapshot: &Snapshot<'_>) -> Result<Option<String>, StoreError> {
        for (name, body) in &self.truth.bodies {
            let (log, hash) = (log_of(snapshot, &name.organisation)?, &name.hash);
            let state = snapshot.body(log, hash)?;
            let is_right = match &state {
                BodyState::Held { .. } if self.truth.erased.contains(name) => false,
                BodyState::Held { .. } => snapshot.body_bytes(log, hash, 0, usize::MAX)? == body.bytes,
                BodyState::Erased { .. } => self.truth.erased.contains(name),
                BodyState::Partial { .. } | BodyState::Missing => false,
            };
            if !is_right {
                return Ok(Some(format!("node {node} has body {}: {state:?}", hash.short())));
            }
        }
        Ok(None)
    }

    /// The number of an organisation that has not cosigned a head.
    fn lacks_witness(&self, organisation: &Id, head: &[u8]) -> Option<usize> {
        let witnesses: Vec<VerifierKey> = self.community.iter().map(|other| other.witness()).collect();
        let held =
            HeldNote::open(head, &self.keys(organisation), &witnesses).expect("held heads are verified");
        let others = self
            .community
            .iter()
            .enumerate()
            .filter(|(_, other)| other.id != *organisation);
        others
            .map(|(number, _)| number)
            .find(|number| !held.has(&witnesses[*number]))
    }

    fn keys(&self, organisation: &Id) -> KeyChain {
        let owner = self
            .community
            .iter()
            .find(|owner| owner.id == *organisation)
            .expect("of this world");
        let log = owner.log(false);
        KeyChain::new(log.origin, log.key, log.next).expect("its origin")
    }

    fn with_snapshot<T>(&self, node: usize, read: impl FnOnce(&Snapshot<'_>) -> Result<T, StoreError>) -> T {
        self.nodes[node]
            .store
            .read()
            .and_then(|snapshot| read(&snapshot))
            .expect("memory does not fail")
    }
}

fn log_of(snapshot: &Snapshot<'_>, organisation: &Id) -> Result<hearth_node::store::LogNumber, StoreError> {
    Ok(snapshot.log(organisation)?.expect("every log is held").number)
}
