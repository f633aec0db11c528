//! What a finished command says: the same facts for a program (JSON) and for a person (text).

use crate::exit::Exit;
use serde_json::Value;

/// The result of a command, printed once at the end of `main`.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Printed under `--json`, as one line-broken document.
    pub(crate) json: Value,
    /// Printed otherwise; without a trailing newline. Empty text prints nothing.
    pub(crate) text: String,
    /// How the process ends.
    pub(crate) exit: Exit,
}

impl Reply {
    /// A command that succeeded.
    pub(crate) fn done(json: Value, text: impl Into<String>) -> Self {
        Self {
            json,
            text: text.into(),
            exit: Exit::Done,
        }
    }

    /// A command that has already printed what it had to say.
    pub(crate) fn silent() -> Self {
        Self::done(Value::Null, "")
    }

    /// The same reply with another exit code.
    #[must_use]
    pub(crate) fn ending(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}
