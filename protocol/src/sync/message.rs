//! What nodes say to each other (docs/protocol.md §5): one map of one key per frame, canonical CBOR.
//!
//! Fields are declared in canonical order (shorter key first, then bytewise), because that is the order they are written in.

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::id::{BodyHash, Hash, Id, Root};
use crate::log::note::MalformedNote;
use crate::log::{ForkEvidence, Note};
use crate::pulse::Receipt;

/// A request of `/hearth/sync/2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Do we hold the same heads? One round trip whose size depends on nothing.
    Digest {
        /// The asker's digest of every held head.
        digest: Hash,
    },
    /// The heads that differ from those the asker holds.
    Heads {
        /// What the asker holds: organisation and SHA-256 of the note (zeros where it holds none), ascending by organisation.
        have: Vec<(Id, Hash)>,
    },
    /// Entries `from .. from + count`, as many as fit into `limit` bytes, proven into the head of `size` entries.
    Range {
        /// Index of the first entry.
        from: u64,
        /// Size of the head the proof leads to.
        size: u64,
        /// At most this many entries.
        count: u64,
        /// At most this many bytes of entries; one entry is given however large it is.
        limit: u64,
        /// The log.
        organisation: Id,
    },
    /// The consistency proof between two sizes of one log.
    Consistency {
        /// The smaller size.
        from: u64,
        /// The larger size.
        size: u64,
        /// The log.
        organisation: Id,
    },
    /// A piece of a body of one log.
    Body {
        /// The body's salted commitment.
        hash: BodyHash,
        /// Index of the first byte.
        offset: u64,
        /// The log that refers to it.
        organisation: Id,
    },
    /// Two heads that convict a log of having forked.
    Evidence(Evidence),
}

/// Two signed notes of one log that no honest log signs both, as they travel; nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The notes, the smaller size first.
    pub note: [ByteBuf; 2],
    /// Where the sizes differ: the root the later tree has at the first size, then the consistency proof from there.
    pub proof: Vec<Hash>,
}

/// A reply of `/hearth/sync/2`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reply {
    /// To `digest`: the same heads.
    Same {},
    /// To `digest`: other heads.
    Differs {},
    /// To `heads`: those that differ.
    Heads {
        /// True where more differ than fit into a frame: ask again with these counted as had.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        more: bool,
        /// The heads, ascending by organisation.
        heads: Vec<OfferedHead>,
    },
    /// To `range`: consecutive entries.
    Range {
        /// Index of the first entry.
        from: u64,
        /// Consistency proof from `from + entries` to the size aimed at; empty where they are equal.
        proof: Vec<Hash>,
        /// The entries' bytes.
        entries: Vec<ByteBuf>,
    },
    /// To `consistency`: the proof, and what it leads from.
    Consistency {
        /// The root the replier's tree has at `from`.
        root: Root,
        /// RFC 6962 §2.1.2.
        proof: Vec<Hash>,
    },
    /// To `body`: a piece.
    Body {
        /// The body's salt, the same in every piece.
        #[serde(with = "serde_bytes")]
        salt: [u8; 32],
        /// Bytes of the whole body, without the salt.
        size: u64,
        /// The piece.
        bytes: ByteBuf,
        /// Index of the piece's first byte.
        offset: u64,
    },
    /// To `body`: it was erased.
    Erased {
        /// The entry that carried the erasure out.
        by: Id,
    },
    /// To `body`: not held here.
    Missing {},
    /// To `evidence`: received.
    Noted {},
    /// The request was understood and is not answered.
    Refused {
        /// For people and logs; nothing may depend on its wording.
        reason: String,
    },
}

/// A head as it travels: the note and every handover of the log's key so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferedHead {
    /// The signed note with the cosignatures held.
    #[serde(with = "serde_bytes")]
    pub note: Vec<u8>,
    /// The handover notes, oldest first.
    pub handovers: Vec<ByteBuf>,
    /// The log.
    pub organisation: Id,
}

/// A request of `/hearth/witness/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WitnessRequest {
    /// C2SP tlog-witness `add-checkpoint`.
    Add {
        /// `old N`, proof lines, an empty line, the checkpoint.
        #[serde(with = "serde_bytes")]
        body: Vec<u8>,
    },
    /// The checkpoint of a log that the witness cosigned last: what bears out a size it named.
    Latest {
        /// The log.
        organisation: Id,
    },
}

/// A reply of `/hearth/witness/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum WitnessReply {
    /// The answer to `add`, with the meaning it has over HTTP.
    Added {
        /// Cosignature lines with status 200, the witness's size in decimal with 409.
        #[serde(with = "serde_bytes")]
        body: Vec<u8>,
        /// HTTP status code.
        status: u64,
    },
    /// The answer to `latest`.
    Latest {
        /// The checkpoint as it was cosigned. The witness need not hold its entries.
        head: OfferedHead,
    },
    /// The answer to `latest` for a log it has never cosigned.
    Never {},
}

/// A request of `/hearth/join/1`, the only protocol open to nodes that are not admitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum JoinRequest {
    /// Hand in a charter.
    Apply {
        /// The invitation's token.
        #[serde(with = "serde_bytes")]
        token: [u8; 32],
        /// The whole `organisation.chartered` entry.
        #[serde(with = "serde_bytes")]
        charter: Vec<u8>,
    },
    /// Ask what became of it.
    Poll {
        /// The invitation's token.
        #[serde(with = "serde_bytes")]
        token: [u8; 32],
        /// Id of the charter that was handed in.
        organisation: Id,
    },
}

/// A reply of `/hearth/join/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum JoinReply {
    /// Nobody has decided yet.
    Pending {},
    /// Admitted: everybody's charters, to start from.
    Admitted {
        /// Organisation and its charter entry, ascending by organisation.
        charters: Vec<(Id, ByteBuf)>,
    },
    /// Not admitted, or a token that is unknown, used or expired.
    Refused {
        /// For people and logs.
        reason: String,
    },
}

/// A request of `/hearth/peers/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PeersRequest {
    /// Where are the others?
    Where {},
}

/// A reply of `/hearth/peers/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PeersReply {
    /// Where the replier knows nodes of admitted organisations to be. Hearsay: a call there reaches that node or nobody.
    There {
        /// Node id and its addresses, ascending by node id.
        nodes: Vec<(ByteBuf, Vec<String>)>,
    },
}

/// A request of `/hearth/pulse/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PulseRequest {
    /// Take an answer to a pulse, from somebody of ours.
    Answer {
        /// The whole `pulse.answered` entry.
        #[serde(with = "serde_bytes")]
        entry: Vec<u8>,
    },
}

/// A reply of `/hearth/pulse/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum PulseReply {
    /// It is kept, and will be published when the pulse is closed.
    Taken {
        /// The collector's word.
        receipt: Receipt,
    },
    /// It is not.
    Refused {
        /// A short name of why, for programs.
        code: String,
        /// For people.
        reason: String,
    },
}

/// What is published on the heads topic: a hint that a log has grown, never the delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadsHint {
    /// The signed note.
    #[serde(with = "serde_bytes")]
    pub note: Vec<u8>,
    /// The log.
    pub organisation: Id,
}

impl From<&ForkEvidence> for Evidence {
    fn from(evidence: &ForkEvidence) -> Self {
        let note = evidence
            .notes()
            .each_ref()
            .map(|note| ByteBuf::from(note.to_bytes()));
        Self {
            note,
            proof: evidence.proof().to_vec(),
        }
    }
}

impl TryFrom<&Evidence> for ForkEvidence {
    type Error = MalformedNote;

    fn try_from(evidence: &Evidence) -> Result<Self, MalformedNote> {
        let [first, second] = &evidence.note;
        Ok(ForkEvidence::new(
            Note::parse(first)?,
            Note::parse(second)?,
            evidence.proof.clone(),
        ))
    }
}

#[cfg(test)]
mod tests;
