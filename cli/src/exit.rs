//! How a command ends: the exit code a script reads, and the failure a person reads.

use std::fmt;
use std::process::ExitCode;

/// Exit codes. They are part of the command line's promise and stand in `hearth --help`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Refused by the node, or failed on this machine.
    Failed = 1,
    /// The command line itself is wrong (clap ends with the same code).
    Usage = 2,
    /// The node could not be reached, and nothing could be kept for later.
    Unreachable = 3,
    /// `verify` found something wrong.
    Unsound = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// A command that did not succeed: what happened, and what the person can do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    what: String,
    advice: Option<String>,
}

impl Failure {
    /// Something went wrong, or was refused, with exit code 1.
    pub(crate) fn new(what: impl fmt::Display) -> Self {
        Self {
            exit: Exit::Failed,
            what: what.to_string(),
            advice: None,
        }
    }

    /// The arguments do not fit together, with exit code 2.
    pub(crate) fn usage(what: impl fmt::Display) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::new(what)
        }
    }

    /// The node did not answer, with exit code 3.
    pub(crate) fn unreachable(what: impl fmt::Display) -> Self {
        Self {
            exit: Exit::Unreachable,
            ..Self::new(what)
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub(crate) fn advise(mut self, advice: impl fmt::Display) -> Self {
        self.advice = Some(advice.to_string());
        self
    }

    /// The exit code.
    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened, in one sentence.
    pub(crate) fn what(&self) -> &str {
        &self.what
    }

    /// What to do about it, where there is something to do.
    pub(crate) fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.advice {
            Some(advice) => write!(f, "\n  {advice}"),
            None => Ok(()),
        }
    }
}
