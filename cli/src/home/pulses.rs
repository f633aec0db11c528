//! What this home keeps of each pulse: the once-key, the tokens, the answer and its receipt. None of it is ever sent with
//! the member's name but the request, which says nothing of the once-key.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hearth_node::secret_file;
use hearth_protocol::id::Id;
use hearth_protocol::pulse::Receipt;
use serde::{Deserialize, Serialize};

use super::private_directory;
use crate::durable::write_privately;

/// One pulse, as this home takes part in it. Bytes are hexadecimal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    /// Secret of the once-key.
    pub(crate) once: String,
    /// What makes the issuers' signatures tokens: prefix and inverse, for each.
    pub(crate) blindings: [(String, String); 2],
    /// The entries that show the keys it was blinded for.
    pub(crate) keys: [Id; 2],
    /// The signed request, whole.
    pub(crate) request: String,
    /// The node has taken the request.
    #[serde(default)]
    pub(crate) asked: bool,
    /// Why it has not, and will not.
    #[serde(default)]
    pub(crate) refused: Option<String>,
    /// The tokens, once both issuers have signed.
    #[serde(default)]
    pub(crate) tokens: Option<[String; 2]>,
    /// The answer, whole.
    #[serde(default)]
    pub(crate) answer: Option<String>,
    /// The collector's word for it.
    #[serde(default)]
    pub(crate) receipt: Option<Receipt>,
}

/// The parts of all pulses.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    path: PathBuf,
}

impl Parts {
    pub(super) fn in_home(home: &Path) -> Parts {
        Parts {
            path: home.join("pulses"),
        }
    }

    /// The part in one pulse, where there is one.
    pub(crate) fn read(&self, pulse: Id) -> io::Result<Option<Part>> {
        match fs::read(self.file(pulse)) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Keeps a new part. False where another process of this home was first.
    pub(crate) fn begin(&self, pulse: Id, part: &Part) -> io::Result<bool> {
        private_directory(&self.path)?;
        let bytes = serde_json::to_vec_pretty(part)?;
        match secret_file::write_new_bytes(&self.file(pulse), &bytes) {
            Ok(()) => Ok(true),
            Err(secret_file::SecretFileError::File { source, .. })
                if source.kind() == io::ErrorKind::AlreadyExists =>
            {
                Ok(false)
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// Keeps what has come of it.
    pub(crate) fn keep(&self, pulse: Id, part: &Part) -> io::Result<()> {
        write_privately(&self.file(pulse), &serde_json::to_vec_pretty(part)?)
    }

    /// Whether it is a minute since somebody looked; notes that somebody looks now.
    pub(crate) fn is_time(&self) -> bool {
        let mark = self.path.join("looked");
        let recent = fs::metadata(&mark)
            .and_then(|mark| mark.modified())
            .is_ok_and(|at| at.elapsed().is_ok_and(|since| since.as_secs() < 60));
        let marked = private_directory(&self.path).and_then(|()| fs::write(&mark, ""));
        !recent && marked.is_ok()
    }

    fn file(&self, pulse: Id) -> PathBuf {
        self.path.join(format!("{pulse}.json"))
    }
}
