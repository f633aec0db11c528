//! One organisation's log: an RFC 6962 tree, the checkpoints that sign it, and the statements others make about it
//! (docs/protocol.md §4). The bytes are those of C2SP: signed-note, tlog-checkpoint, tlog-cosignature, tlog-witness,
//! tlog-tiles, tlog-proof and tlog-policy.
//!
//! From the ground up: [`tree`] and [`frontier`] hash, [`proof`] proves over any [`hashes`] reader; [`tile`], [`edge`],
//! [`tiled`] and [`bundle`] are the stored and published form; [`note`], [`verifier_key`] and [`origin`] are signed
//! notes; [`checkpoint`], [`cosignature`], [`held`] and [`handover`] are the notes we know; [`key_chain`] says which key
//! counts; [`evidence`] convicts; [`witness`] decides what to cosign; [`tlog_proof`] and [`policy`] are for outsiders.

pub mod bundle;
pub mod checkpoint;
pub mod cosignature;
pub mod edge;
pub mod evidence;
pub mod frontier;
#[cfg(test)]
mod frozen;
pub mod handover;
pub mod hashes;
pub mod held;
#[cfg(test)]
mod hostile;
pub mod key_chain;
mod lines;
pub mod note;
pub mod origin;
pub mod policy;
pub mod proof;
pub mod quorum;
#[cfg(test)]
mod sample;
pub mod tile;
pub mod tiled;
pub mod tlog_proof;
pub mod tree;
pub mod verifier_key;
pub mod witness;

pub use checkpoint::Checkpoint;
pub use cosignature::Cosigner;
pub use edge::TileEdge;
pub use evidence::ForkEvidence;
pub use frontier::Frontier;
pub use handover::Handover;
pub use hashes::{Hashes, MemoryTree};
pub use held::HeldNote;
pub use key_chain::KeyChain;
pub use note::{Note, NoteSignature};
pub use origin::{KeyName, Origin};
pub use policy::Policy;
pub use quorum::{Witnessing, quorum};
pub use tile::{BundleId, TileId};
pub use tiled::{TiledHashes, Tiles};
pub use tlog_proof::TlogProof;
pub use tree::{TreeHead, leaf_hash};
pub use verifier_key::{KeyId, VerifierKey};
