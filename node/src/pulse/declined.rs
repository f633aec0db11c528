//! Why an answer is not taken, or a pulse not closed.

use std::io;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum Declined {
    /// Something else than an answer.
    #[error("this is no answer to a pulse")]
    NoAnswer,
    /// Nothing is known of the pulse.
    #[error("no pulse of that id is known here yet; try again when this node has synced")]
    Unknown,
    /// Another organisation collects.
    #[error("another organisation collects the answers to this pulse")]
    NotCollected,
    /// Its time is over.
    #[error("the pulse is closed")]
    Closed,
    /// It would not count.
    #[error("the answer would not count: {0}")]
    Void(String),
    /// What it refers to is not here.
    #[error("the answer refers to keys this node does not hold yet; try again when it has synced")]
    NotYet,
    /// Its tokens were used.
    #[error("there is an answer with these tokens already; the first one stands")]
    Answered,
    /// Too many at once.
    #[error("too many answers are coming in; try again in a moment")]
    Busy,
    /// The collector's node does not answer.
    #[error("the node of the organisation that collects cannot be reached now; try again later")]
    Unreachable,
    /// What the collector's node said.
    #[error("{reason}")]
    Elsewhere {
        /// Its short name.
        code: String,
        /// Its words.
        reason: String,
    },
    /// The disk.
    #[error("the answer could not be kept: {0}")]
    Disk(#[from] io::Error),
    /// Something in the node.
    #[error("the node failed; its log says more")]
    Failed,
}

impl Declined {
    /// A short name for programs.
    pub fn code(&self) -> &str {
        match self {
            Declined::NoAnswer => "no_answer",
            Declined::Unknown => "unknown_pulse",
            Declined::NotCollected => "not_collected",
            Declined::Closed => "closed",
            Declined::Void(_) => "void",
            Declined::NotYet => "not_yet",
            Declined::Answered => "answered",
            Declined::Busy => "busy",
            Declined::Unreachable => "unreachable",
            Declined::Elsewhere { code, .. } => code,
            Declined::Disk(_) => "disk",
            Declined::Failed => "internal",
        }
    }
}
