//! Every limit of the protocol, in one place. Lengths are bytes unless the name says otherwise.

use crate::time::Span;

/// Largest entry that can count; a larger one is void.
pub const ENTRY: usize = 60 * 1024;
/// Largest entry a replica keeps: one above this stops its log, with evidence.
pub const ENTRY_KEPT: usize = 65_535;
/// Deepest nesting of arrays and maps; the outermost counts 1.
pub const DEPTH: usize = 8;
/// Longest map key, so that length-first and bytewise order agree.
pub const KEY: usize = 23;

/// Longest kind name.
pub const KIND: usize = 64;
/// Most ids in `re`.
pub const REFERENCES: usize = 64;
/// Longest media type of a body.
pub const MEDIA_TYPE: usize = 127;
/// Longest slug.
pub const SLUG: usize = 40;
/// Most topics of a query or a thread.
pub const TOPICS: usize = 8;
/// Longest `site`, `kind` or `id` of a source.
pub const SOURCE_TEXT: usize = 256;
/// Most rows of one `heads.seen`.
pub const HEADS: usize = 512;
/// Most stewards in a charter.
pub const STEWARDS: usize = 16;
/// Most nodes in a charter.
pub const NODES: usize = 8;
/// Longest libp2p node id.
pub const NODE_ID: usize = 64;
/// Most addresses of one node.
pub const ADDRESSES: usize = 16;
/// Longest address of a node.
pub const ADDRESS: usize = 256;
/// Most rows of a policy's `liars`.
pub const LIARS: usize = 16;
/// Most entries a resource says it came from.
pub const SOURCES: usize = 16;
/// Most persons on one sheet of a meeting.
pub const SHEET: usize = 256;
/// Most scores of one evaluation.
pub const SCORES: usize = 8;
/// Longest meeting, in minutes: a week.
pub const MINUTES: u64 = 7 * 24 * 60;
/// Most persons named as authors of a work, or as contributors of a claim.
pub const AUTHORS: usize = 16;
/// Most files one `claim.evidenced` names.
pub const EVIDENCE_FILES: usize = 64;
/// Most organisations that one `coverage.declared` names.
pub const POTENTIAL: usize = 256;
/// Most bodies one `erasure.carried_out` names.
pub const ERASED: usize = 256;
/// Most objectives of the terms.
pub const OBJECTIVES: usize = 32;
/// Most outputs of a plan.
pub const OUTPUTS: usize = 64;
/// Most milestones of a plan.
pub const MILESTONES: usize = 64;

/// Most minutes of a month: those of 31 days.
pub const MINUTES_OF_A_MONTH: u64 = 31 * 24 * 60;

/// Most statements one pulse asks about.
pub const PULSE_ITEMS: usize = 16;
/// Longest scale of answers of a pulse.
pub const PULSE_SCALE: u64 = 10;

/// Largest body, without its salt.
pub const BODY: u64 = 64 * 1024 * 1024;
/// Length of a body's salt.
pub const SALT: usize = 32;

/// Largest frame of the exchange protocols.
pub const FRAME: usize = 2 * 1024 * 1024;
/// Largest request of the join protocol, the only one open to strangers.
pub const JOIN: usize = 64 * 1024;
/// Most bytes of entries, or of one body, in one reply.
pub const PIECE: usize = 1024 * 1024;
/// Largest signed note (a checkpoint with its signatures): 32 post-quantum signatures of 5 kB fit.
pub const NOTE: usize = 256 * 1024;
/// Most handovers of one log's key: all of them travel with each of its heads.
pub const HANDOVERS: usize = 128;
/// Most signature lines of a note.
pub const NOTE_SIGNATURES: usize = 256;
/// Most hashes of an inclusion proof: one for each level of a tree of a u64 number of leaves.
pub const INCLUSION_PROOF: usize = 64;
/// Most lines of a consistency proof in an add-checkpoint body (C2SP tlog-witness).
pub const WITNESS_PROOF: usize = 63;

/// How far ahead of its node's clock an event may be dated to be submitted. One found in a log is merely invisible
/// until then.
pub const AHEAD: Span = Span::MINUTE.times(5);

/// Least time between the moment others know of a proposal and the end of its vote. Longer than clocks and replication
/// keep nodes apart, so that no vote is over before people can have met it; how long is decent is for the terms to say.
pub const NOTICE: Span = Span::HOUR;
