//! What goes into the replication machine and what comes out of it.

use super::message::{Evidence, Reply, Request, WitnessReply, WitnessRequest};
use crate::id::{BodyHash, Hash, Id, Root};
use crate::log::{ForkEvidence, Frontier, KeyChain, TreeHead, VerifierKey};

/// A node on the other side of the network: the bytes of its libp2p peer id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer(pub Vec<u8>);

/// A body as it is wanted, asked for and kept. The same bytes referred to in two logs are two bodies: each log's entries
/// keep and erase their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyName {
    /// Whose log refers to it. Its nodes are asked first.
    pub organisation: Id,
    /// The salted commitment.
    pub hash: BodyHash,
}

/// Names one question; its answer comes back under the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// A question for a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Over `/hearth/sync/2`.
    Sync(Request),
    /// Over `/hearth/witness/1`.
    Witness(WitnessRequest),
}

/// A peer's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Over `/hearth/sync/2`.
    Sync(Reply),
    /// Over `/hearth/witness/1`.
    Witness(WitnessReply),
}

/// Why a question has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The peer could not be reached, hung up or took too long.
    #[error("no answer")]
    Unreachable,
    /// It answered with bytes that are not a message.
    #[error("not a message")]
    Malformed,
}

/// A log to hold, as its charter and the store know it.
#[derive(Debug, Clone)]
pub struct Followed {
    /// Whose log it is.
    pub organisation: Id,
    /// The log's keys: the charter's, and the handovers the store keeps.
    pub keys: KeyChain,
    /// The witness key of the organisation's node.
    pub witness: VerifierKey,
    /// True for the log this node writes: it is announced and cosigned, never pulled.
    pub own: bool,
    /// True for the log of this node's organisation, written or followed for now: nobody else's statement drops its entries.
    pub ours: bool,
    /// The tree over the entries the store holds.
    pub frontier: Frontier,
    /// The newest note whose entries are all held.
    pub head: Option<Vec<u8>>,
    /// The note that entries beyond `head` were proven into.
    pub aim: Option<Vec<u8>>,
    /// What the store holds against the log: nothing more is taken in, and peers are told.
    pub evidence: Option<ForkEvidence>,
    /// The store is to drop entries of it when it is opened next ([`Keep::SetBack`]): until then nothing is taken in.
    pub is_set_back: bool,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// These logs are to be held from now on; one that is known already is replaced. All that a store holds are given
    /// together, so that every cosignature in their heads is of a known witness.
    Follow(Vec<Followed>),
    /// A node of an admitted organisation is reachable.
    Connected {
        /// The node.
        peer: Peer,
        /// Whose node the network verified it to be.
        organisation: Id,
    },
    /// It is gone, with every question asked of it.
    Disconnected {
        /// The node.
        peer: Peer,
    },
    /// A question was answered, or will not be.
    Replied {
        /// From the `Ask`.
        ticket: Ticket,
        /// The answer.
        answer: Result<Answer, Failed>,
    },
    /// A head was published on the heads topic.
    Gossiped {
        /// Who passed it on.
        peer: Peer,
        /// The log.
        organisation: Id,
        /// The signed note.
        note: Vec<u8>,
    },
    /// A peer's digest differed from ours.
    Differs {
        /// The node that asked.
        peer: Peer,
    },
    /// A peer accused a log; nothing of it is verified yet.
    Accused {
        /// Who accused.
        peer: Peer,
        /// The evidence.
        evidence: Evidence,
    },
    /// This node's own witness was shown two notes that convict a log.
    Found {
        /// The evidence.
        evidence: ForkEvidence,
    },
    /// The store has durably kept entries.
    Stored {
        /// The log.
        organisation: Id,
        /// Its size now.
        size: u64,
    },
    /// The ledger offers a new checkpoint of its own log.
    OwnHead {
        /// The note with the log's signature.
        note: Vec<u8>,
    },
    /// The answer to `NeedProof`.
    Proof {
        /// The log.
        organisation: Id,
        /// The smaller size.
        from: u64,
        /// The larger size.
        size: u64,
        /// The root at `from`, and the proof (RFC 6962 §2.1.2); `None` if the store does not hold `size` entries.
        proof: Option<(Root, Vec<Hash>)>,
    },
    /// A body an entry refers to is to be fetched.
    Wanted {
        /// The body.
        body: BodyName,
        /// Its size in bytes, from the entry.
        size: u64,
    },
    /// A body is no longer to be fetched: it was erased, or arrived by another way.
    Unwanted {
        /// The body.
        body: BodyName,
    },
    /// Time has passed. Due about once a second.
    Tick,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Make it durable, before anything that follows is done.
    Keep(Keep),
    /// Ask a peer; answer with `Replied` under this ticket.
    Ask {
        /// The node.
        peer: Peer,
        /// Names the question.
        ticket: Ticket,
        /// The question.
        question: Question,
    },
    /// Publish a head on the heads topic.
    Gossip {
        /// The log.
        organisation: Id,
        /// The signed note.
        note: Vec<u8>,
    },
    /// Compute a consistency proof from the store, and the root it leads from, and say `Proof`.
    NeedProof {
        /// The log.
        organisation: Id,
        /// The smaller size.
        from: u64,
        /// The larger size.
        size: u64,
    },
    /// Nobody reachable has the body; it is asked for again later.
    BodyMissing {
        /// The body.
        body: BodyName,
    },
    /// Nothing more is taken in of this log.
    Paused {
        /// The log.
        organisation: Id,
        /// Why.
        why: Pause,
    },
    /// A witness bears out that it knows no more of our own log than we do.
    Confirmed {
        /// The witness.
        peer: Peer,
    },
    /// Somebody has shown a head of our own log, signed with its key, that is larger than ours: follow it, do not sign.
    Restored {
        /// Who.
        peer: Peer,
        /// The size of that head.
        size: u64,
    },
    /// A witness says that it has cosigned more of our own log than we hold, and has shown no head that bears it out.
    Claimed {
        /// The witness.
        peer: Peer,
        /// The size it named.
        size: u64,
    },
}

/// Something to keep. All of it is verified.
#[derive(Debug, Clone, PartialEq)]
pub enum Keep {
    /// Entries, and the note they were proven into, in one transaction; then say `Stored`.
    Entries {
        /// The log.
        organisation: Id,
        /// Index of the first entry: the size of the log so far.
        from: u64,
        /// The entries' bytes.
        entries: Vec<Vec<u8>>,
        /// Tree after the last of them.
        frontier: Frontier,
        /// The signed note.
        note: Vec<u8>,
        /// True if the note is the log's head now; false if it is aimed at still.
        is_head: bool,
    },
    /// A head whose entries are held, with the cosignatures known by now.
    Head {
        /// The log.
        organisation: Id,
        /// The signed note.
        note: Vec<u8>,
    },
    /// The handovers of a log's key, all of them, oldest first.
    Handovers {
        /// The log.
        organisation: Id,
        /// The notes.
        handovers: Vec<Vec<u8>>,
    },
    /// Two signed notes that convict a log; to be shown.
    Evidence {
        /// The log.
        organisation: Id,
        /// The evidence.
        evidence: Box<ForkEvidence>,
    },
    /// The log does not stand by all that is held of it: when the store is opened next, before anything else is done, drop
    /// the entries beyond this tree; all of them, where the tree held is another at that size.
    SetBack {
        /// The log.
        organisation: Id,
        /// What it stands by.
        to: TreeHead,
    },
    /// A piece of a body that is not complete yet. The one at offset 0 replaces what was kept of it.
    Piece {
        /// The body.
        body: BodyName,
        /// Its salt.
        salt: [u8; 32],
        /// Index of the piece's first byte: pieces come in order.
        offset: u64,
        /// The bytes.
        bytes: Vec<u8>,
    },
    /// The pieces are the whole body and match its commitment.
    Body {
        /// The body.
        body: BodyName,
    },
    /// The pieces are not the body, or no longer wanted: forget them.
    NoPieces {
        /// The body.
        body: BodyName,
    },
}

/// Why a log is no longer taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Pause {
    /// Evidence of a fork is held.
    #[error("it has signed two histories")]
    Forked,
    /// Entries are held that the log no longer stands by: its key was handed over below them, or they are on the way to a
    /// head that nobody has and that contradicts those on offer. That convicts nobody. They are dropped when the store is
    /// opened next, and what the log stands by is fetched.
    #[error(
        "it no longer stands by entries held of it; they are dropped, and its own fetched, when this node starts again"
    )]
    SetBack,
    /// Its next entry is larger than any entry may be.
    #[error("its entry {index} has {size} bytes, more than any may have")]
    Oversize {
        /// Index of the entry.
        index: u64,
        /// Its bytes.
        size: usize,
    },
}
