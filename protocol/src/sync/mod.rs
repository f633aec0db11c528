//! Replication: the wire messages, and the state machine that decides what to ask whom and what to keep.
//!
//! The machine is told what happened and the time, and pushes every consequence; it reads and writes nothing itself.

mod message;

pub use message::{
    Evidence, HeadsHint, JoinReply, JoinRequest, OfferedHead, Reply, Request, WitnessReply, WitnessRequest,
};
