//! The log of one organisation: RFC 6962 tree, proofs, signed notes, checkpoints, cosignatures, handovers, evidence.
