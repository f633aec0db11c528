//! One log as this node holds it: which heads are believed, whose offer to follow, and what convicts the log.

mod fetch;

use std::collections::BTreeMap;

use super::doubt::{Doubt, contradiction};
use super::message::OfferedHead;
use super::port::{Followed, Pause, Peer};
use super::pull::{Portions, Pull, Wanted};
use crate::id::{Hash, Id, Root};
use crate::log::key_chain::{CheckpointError, HandedOver, HandoverError};
use crate::log::note::Unopened;
use crate::log::{ForkEvidence, Frontier, HeldNote, KeyChain, TreeHead, VerifierKey};

/// A log that is held.
#[derive(Debug)]
pub(super) struct Replica {
    organisation: Id,
    keys: KeyChain,
    witness: VerifierKey,
    own: bool,
    ours: bool,
    head: Option<HeldNote>,
    pull: Pull,
    /// The newest head each peer offers that is larger than ours.
    offers: BTreeMap<Peer, HeldNote>,
    /// Peers whose entries did not prove, until it is known why.
    doubts: BTreeMap<Peer, Doubt>,
    /// Smaller heads that wait for a proof from our own store, by size.
    older: BTreeMap<u64, HeldNote>,
    /// The smaller head last found to be one of our tree's.
    borne_out: Option<TreeHead>,
    /// Announced once the store has it.
    unannounced: bool,
    stopped: bool,
}

/// What is to be done about it.
#[derive(Debug, PartialEq)]
pub(super) enum Effect {
    Store {
        from: u64,
        entries: Vec<Vec<u8>>,
        frontier: Frontier,
        note: HeldNote,
    },
    Keep(HeldNote),
    KeepHandovers(Vec<Vec<u8>>),
    Announce(HeldNote),
    Prove {
        from: u64,
        size: u64,
    },
    Convict(Box<ForkEvidence>),
    /// The log does not stand by what is held beyond this.
    SetBack(TreeHead),
    Stop(Pause),
    Restored {
        peer: Peer,
        size: u64,
    },
    Lied(Peer),
}

/// A question about this log, and what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Range(Wanted),
    Doubt,
}

impl Replica {
    /// Notes that the store keeps and that no longer open (a witness or key not known any more) are as good as none.
    pub(super) fn new(followed: Followed, portions: Portions, witnesses: &[VerifierKey]) -> Self {
        let Followed {
            organisation,
            keys,
            witness,
            own,
            ours,
            frontier,
            head,
            aim,
            evidence,
            is_set_back,
        } = followed;
        let open = |note: Option<Vec<u8>>| note.and_then(|note| HeldNote::open(&note, &keys, witnesses).ok());
        let (head, aim) = (open(head), open(aim));
        let mut pull = Pull::new(portions, frontier, aim);
        pull.state(keys.statements().map(|(head, _)| head), |_| true);
        Self {
            pull,
            organisation,
            keys,
            witness,
            own,
            ours,
            head,
            offers: BTreeMap::new(),
            doubts: BTreeMap::new(),
            older: BTreeMap::new(),
            borne_out: None,
            unannounced: false,
            stopped: evidence.is_some() || is_set_back,
        }
    }

    pub(super) fn is_own(&self) -> bool {
        self.own
    }

    /// Nothing more is taken in, or said, of it.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped
    }

    pub(super) fn keys(&self) -> &KeyChain {
        &self.keys
    }

    pub(super) fn witness(&self) -> &VerifierKey {
        &self.witness
    }

    pub(super) fn head(&self) -> Option<&HeldNote> {
        self.head.as_ref()
    }

    pub(super) fn busy(&self) -> usize {
        self.pull.busy()
    }

    /// What the digest of heads says of this log: SHA-256 of the note held, or zeros.
    pub(super) fn held(&self) -> Hash {
        self.head
            .as_ref()
            .map_or(Hash::from_bytes([0; 32]), |head| Hash::of(&head.to_bytes()))
    }

    /// Nothing more is taken in.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
        self.offers.clear();
        self.doubts.clear();
        self.older.clear();
    }

    /// A peer offers a head. Everything about it is verified here.
    pub(super) fn offered(
        &mut self,
        peer: &Peer,
        offer: &OfferedHead,
        witnesses: &[VerifierKey],
    ) -> Vec<Effect> {
        if self.stopped {
            return Vec::new();
        }
        let mut effects = match self.hand_over(&offer.handovers) {
            Ok(effects) => effects,
            Err(HandoverError::Spent { evidence }) => return vec![Effect::Convict(evidence)],
            Err(
                HandoverError::Malformed(_)
                | HandoverError::OtherLog { .. }
                | HandoverError::Uncommitted { .. }
                | HandoverError::Backwards { .. }
                | HandoverError::TooMany,
            ) => return vec![Effect::Lied(peer.clone())],
        };
        if !effects.is_empty()
            && let Some(parted) = self.parted()
        {
            effects.push(parted);
            return effects;
        }
        match HeldNote::open(&offer.note, &self.keys, witnesses) {
            Ok(note) if note.head().size > 0 => effects.extend(self.judge(peer, note)),
            // The key may be one that was handed over below this size.
            Ok(_) | Err(CheckpointError::Unsigned(Unopened::Unknown)) => {}
            Err(_) => effects.push(Effect::Lied(peer.clone())),
        }
        effects
    }

    /// A head was published. True if it is worth asking for; its cosignatures are taken at once.
    pub(super) fn gossiped(
        &mut self,
        peer: &Peer,
        note: &[u8],
        witnesses: &[VerifierKey],
    ) -> (bool, Vec<Effect>) {
        let Ok(note) = HeldNote::open(note, &self.keys, witnesses) else {
            return (false, Vec::new());
        };
        if self.stopped {
            return (false, Vec::new());
        }
        if let Some(evidence) = self.contradicts(&note) {
            return (false, vec![Effect::Convict(evidence)]);
        }
        match &self.head {
            Some(head) if head.head() == note.head() => (false, self.merge(&note)),
            Some(_) | None if self.own => (false, self.restored(peer, &note).into_iter().collect()),
            Some(head) => (head.head().size < note.head().size, Vec::new()),
            None => (true, Vec::new()),
        }
    }

    /// The peer no longer offers a larger head.
    pub(super) fn withdrawn(&mut self, peer: &Peer) {
        self.offers.remove(peer);
        self.doubts.remove(peer);
    }

    /// The ledger has signed a new head of this, its own log.
    pub(super) fn signed(&mut self, note: &[u8], witnesses: &[VerifierKey]) -> Vec<Effect> {
        let Ok(mut note) = HeldNote::open(note, &self.keys, witnesses) else {
            return Vec::new();
        };
        if let Some(head) = &self.head {
            if head.head().size > note.head().size {
                return Vec::new();
            }
            note.merge(head);
        }
        self.head = Some(note.clone());
        vec![Effect::Keep(note.clone()), Effect::Announce(note)]
    }

    /// A witness has cosigned.
    pub(super) fn cosigned(&mut self, note: HeldNote) -> Vec<Effect> {
        let mut effects = self.merge(&note);
        let head = self.head.clone().filter(|_| !effects.is_empty());
        effects.extend(head.map(Effect::Announce));
        effects
    }

    pub(super) fn stored(&mut self, size: u64) -> Vec<Effect> {
        self.pull.stored(size);
        match &self.head {
            Some(head) if self.unannounced && head.head().size <= size => {
                self.unannounced = false;
                vec![Effect::Announce(head.clone())]
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// The store has proven two sizes of this log consistent: is the smaller head that waits for it one of this tree?
    pub(super) fn proven(&mut self, from: u64, size: u64, proof: Option<(Root, Vec<Hash>)>) -> Vec<Effect> {
        let Some(older) = self.older.remove(&from) else {
            return Vec::new();
        };
        let (Some((root, proof)), Some(head)) = (proof, &self.head) else {
            return Vec::new();
        };
        let truly = TreeHead { size: from, root };
        if head.head().size != size {
            return Vec::new();
        }
        if truly == older.head() {
            self.borne_out = Some(truly);
            return Vec::new();
        }
        vec![Effect::Convict(Box::new(contradiction(
            older.to_note(),
            truly,
            head,
            &proof,
        )))]
    }

    /// Takes all of them or, if one is wrong, none: what is believed is also kept.
    fn hand_over(&mut self, handovers: &[serde_bytes::ByteBuf]) -> Result<Vec<Effect>, HandoverError> {
        let (mut keys, mut grown) = (self.keys.clone(), false);
        for handover in handovers {
            grown |= keys.hand_over(handover)? == HandedOver::Now;
        }
        self.keys = keys;
        let all = || self.keys.handovers().map(|note| note.to_bytes()).collect();
        Ok(grown.then(|| Effect::KeepHandovers(all())).into_iter().collect())
    }

    /// The key was handed over: are we where the handover says the log was? What the former key signed beyond it is the
    /// log's no more.
    fn parted(&mut self) -> Option<Effect> {
        let signed: Vec<HeldNote> = self.head.iter().chain(self.pull.rooted()).cloned().collect();
        let stands = |note: &HeldNote| self.keys.open_note(&note.to_note()).is_ok();
        let convicting = signed
            .iter()
            .filter(|note| stands(note))
            .find_map(|note| self.contradicts(note));
        if let Some(evidence) = convicting {
            return Some(Effect::Convict(evidence));
        }
        self.offers
            .retain(|_, offer| self.keys.open_note(&offer.to_note()).is_ok());
        let keys = &self.keys;
        let stated = keys.statements().map(|(head, _)| head);
        self.pull
            .state(stated, |note| keys.open_note(&note.to_note()).is_ok());
        self.disowned()
    }

    /// What is to be dropped of a log whose key was handed over below what is held here, or at another tree.
    pub(super) fn disowned(&self) -> Option<Effect> {
        let tree = self.pull.head();
        if self.ours || self.stopped || tree.size == 0 {
            return None;
        }
        let rests_on = match &self.head {
            Some(head) if head.head().size == tree.size => Some(head),
            Some(_) | None => self.pull.rooted(),
        };
        let stands = rests_on.is_some_and(|note| self.keys.open_note(&note.to_note()).is_ok());
        let is_beyond = |stated: TreeHead| stated.size < tree.size && !stands;
        let is_another = |stated: TreeHead| stated.size == tree.size && stated.root != tree.root;
        let mut statements = self.keys.statements().map(|(head, _)| head);
        statements
            .any(|stated| is_beyond(stated) || is_another(stated))
            .then(|| Effect::SetBack(self.stood_by()))
    }

    /// The largest tree that we may hold a part of and that the log certainly stands by: our head, if a key that counts has
    /// signed it, or what its last handover not beyond us states.
    pub(super) fn stood_by(&self) -> TreeHead {
        let tree = self.pull.head();
        let stands = |note: &&HeldNote| self.keys.open_note(&note.to_note()).is_ok();
        let head = self.head.as_ref().filter(stands).map(HeldNote::head);
        let stated = self.keys.statements().map(|(stated, _)| stated);
        let within = stated.filter(|stated| stated.size <= tree.size);
        head.into_iter()
            .chain(within)
            .max_by_key(|head| head.size)
            .unwrap_or_else(TreeHead::empty)
    }

    fn judge(&mut self, peer: &Peer, note: HeldNote) -> Vec<Effect> {
        if let Some(evidence) = self.contradicts(&note) {
            return vec![Effect::Convict(evidence)];
        }
        self.withdrawn(peer);
        self.pull.merge(&note);
        let size = self.head.as_ref().map_or(0, |head| head.head().size);
        let offered = note.head().size;
        if offered == size {
            self.merge(&note)
        } else if offered < size {
            self.look_back(note, size)
        } else if note.head() == self.pull.head() {
            self.head = Some(note.clone());
            vec![Effect::Keep(note)]
        } else if self.own {
            self.restored(peer, &note).into_iter().collect()
        } else {
            self.offers.insert(peer.clone(), note);
            Vec::new()
        }
    }

    /// A head of our own log that we have signed and do not hold.
    fn restored(&self, peer: &Peer, note: &HeldNote) -> Option<Effect> {
        let (size, held) = (note.head().size, self.head.as_ref().map(|head| head.head().size));
        (size > held.unwrap_or_default().max(self.pull.head().size)).then(|| Effect::Restored {
            peer: peer.clone(),
            size,
        })
    }

    /// Evidence, if the log has signed another root for this size.
    fn contradicts(&self, note: &HeldNote) -> Option<Box<ForkEvidence>> {
        let TreeHead { size, root } = note.head();
        let is_other = |known: TreeHead| known.size == size && known.root != root;
        let known = self.head.iter().chain(self.pull.aim()).chain(self.pull.rooted());
        let mut known = known.chain(self.offers.values());
        let signed = known.find(|known| is_other(known.head())).map(HeldNote::to_note);
        let stated = || {
            let mut statements = self.keys.statements();
            statements
                .find(|(head, _)| is_other(*head))
                .map(|(_, note)| note.clone())
        };
        let other = signed.or_else(stated)?;
        Some(Box::new(ForkEvidence::new(other, note.to_note(), Vec::new())))
    }

    fn merge(&mut self, note: &HeldNote) -> Vec<Effect> {
        let Some(head) = &mut self.head else {
            return Vec::new();
        };
        head.merge(note)
            .then(|| Effect::Keep(head.clone()))
            .into_iter()
            .collect()
    }

    fn look_back(&mut self, note: HeldNote, size: u64) -> Vec<Effect> {
        let older = note.head();
        if self.borne_out == Some(older) || self.older.contains_key(&older.size) {
            return Vec::new();
        }
        self.older.insert(older.size, note);
        vec![Effect::Prove {
            from: older.size,
            size,
        }]
    }
}
