//! Replication: the wire messages, and the state machine that decides what to ask whom and what to keep.
//!
//! [`Machine`] is told what happened and the time, and pushes every consequence; it reads and writes nothing itself.
//! It only connects its parts: `heads` finds out who holds what, a `replica` per log judges heads and lets `pull` fetch
//! and prove entries (`doubt` tells a lying peer from a forked log), `bodies` fetches words and files, `cosign` asks
//! witnesses, `spread` passes evidence on, `peers` knows who is there and who is left alone (`backoff`).

#[cfg(test)]
mod adversary;
mod backoff;
mod bodies;
mod cosign;
mod doubt;
#[cfg(test)]
mod fixture;
mod heads;
mod machine;
mod message;
mod peers;
mod port;
mod pull;
mod replica;
mod spread;

pub use heads::digest;
pub use machine::Machine;
pub use message::{
    Evidence, HeadsHint, JoinReply, JoinRequest, OfferedHead, PeersReply, PeersRequest, PulseReply,
    PulseRequest, Reply, Request, WitnessReply, WitnessRequest,
};
pub use port::{Answer, BodyName, Failed, Followed, Input, Keep, Output, Pause, Peer, Question, Ticket};
pub use pull::Portions;
