//! The member's home: the key that signs, the settings of the client, and what waits to be sent.
//!
//! `member.key`, `client.json`, `seen`, `following`, `digest`, `reports.json`, `outbox/`, `drafts/`,
//! `pulses/`: files of mode 0600 in directories of mode 0700.

mod following;
mod outbox;
mod pulses;
mod reports;
mod seen;
mod settings;

pub(crate) use following::Following;
pub(crate) use outbox::{Outbox, OutboxError, Waiting};
pub(crate) use pulses::{Part, Parts};
pub(crate) use settings::{Settings, SettingsError};

use crate::durable::write_privately;
use crate::exit::Failure;
use crate::report::Report;
use hearth_node::queries::Mark;
use hearth_node::secret_file::{self, SecretFileError};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// When a member last had a digest, and how far it went.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LastDigest {
    pub(crate) at: Timestamp,
    pub(crate) mark: Mark,
}

/// The directory that belongs to one member in one community.
#[derive(Debug, Clone)]
pub(crate) struct MemberHome {
    path: PathBuf,
}

impl MemberHome {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Makes the directory, for its owner alone.
    pub(crate) fn create(&self) -> io::Result<()> {
        private_directory(&self.path)
    }

    /// Its mode, where others than its owner can enter it.
    pub(crate) fn open_to_others(&self) -> Option<u32> {
        let mode = fs::metadata(&self.path).ok()?.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then_some(mode)
    }

    /// Whether a key has been made here.
    pub(crate) fn has_key(&self) -> bool {
        self.key_file().exists()
    }

    /// Makes a new key. An existing one is never overwritten.
    pub(crate) fn make_key(&self) -> Result<SecretKey, SecretFileError> {
        let key = secret_file::generate()?;
        secret_file::write_new(&self.key_file(), &key)?;
        Ok(key)
    }

    /// Keeps a key made elsewhere. An existing one is never overwritten.
    pub(crate) fn keep_key(&self, key: &SecretKey) -> Result<(), SecretFileError> {
        secret_file::write_new(&self.key_file(), key)
    }

    /// The member's key.
    pub(crate) fn key(&self) -> Result<SecretKey, Failure> {
        if !self.has_key() {
            return Err(
                Failure::new(format!("there is no member's key in {}", self.path.display()))
                    .advise("Make one with `hearth init`, or name another home with --home DIR."),
            );
        }
        secret_file::read(&self.key_file()).map_err(Failure::new)
    }

    /// Which node and community this member belongs to; nothing is known before `init` or `found`.
    pub(crate) fn settings(&self) -> Result<Settings, SettingsError> {
        Settings::read(&self.settings_file())
    }

    pub(crate) fn keep_settings(&self, settings: &Settings) -> Result<(), SettingsError> {
        settings.write(&self.settings_file())
    }

    /// What this member follows.
    pub(crate) fn following(&self) -> Result<Following, SettingsError> {
        following::read_json(&self.path.join("following"))
    }

    pub(crate) fn keep_following(&self, following: &Following) -> Result<(), SettingsError> {
        following::write_json(&self.path.join("following"), following)
    }

    /// How far the last digest went; none before the first.
    pub(crate) fn last_digest(&self) -> Result<Option<LastDigest>, SettingsError> {
        following::read_json(&self.path.join("digest"))
    }

    pub(crate) fn keep_digest(&self, digest: &LastDigest) -> Result<(), SettingsError> {
        following::write_json(&self.path.join("digest"), digest)
    }

    /// What this home keeps of pulses.
    pub(crate) fn parts(&self) -> Parts {
        Parts::in_home(&self.path)
    }

    /// What waits for the node.
    pub(crate) fn outbox(&self) -> Result<Outbox, OutboxError> {
        Outbox::open(&self.path.join("outbox"))
    }

    /// Makes a file to write in, under a name that no other draft has.
    pub(crate) fn new_draft(&self, name: &str, text: &str) -> io::Result<PathBuf> {
        let directory = self.path.join("drafts");
        private_directory(&directory)?;
        for number in 1_u32.. {
            let path = directory.join(format!("{name}-{number}.md"));
            match File::options()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
            {
                Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Keeps the words of a draft and nothing else in its file.
    pub(crate) fn keep_draft(file: &Path, words: &str) -> io::Result<()> {
        write_privately(file, format!("{words}\n").as_bytes())
    }

    /// Removes a draft.
    pub(crate) fn forget_draft(file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }

    /// Remembers the ids an answer shows, for when no node is there. That they cannot be kept is no reason to fail.
    pub(crate) fn remember_ids(&self, answer: &Value) {
        if self.has_key() {
            let _ = seen::remember(&self.path.join("seen"), answer);
        }
    }

    /// Ids this home was shown that begin so.
    pub(crate) fn recall_ids(&self, beginning: &str) -> Vec<String> {
        seen::recall(&self.path.join("seen"), beginning)
    }

    /// The reports made from here, the oldest first.
    pub(crate) fn reports(&self) -> io::Result<Vec<Report>> {
        reports::read(&self.path.join("reports.json"))
    }

    /// Keeps one more.
    pub(crate) fn keep_report(&self, kept: Vec<Report>, report: Report) -> io::Result<()> {
        self.create()?;
        reports::keep(&self.path.join("reports.json"), kept, report)
    }

    fn key_file(&self) -> PathBuf {
        self.path.join("member.key")
    }

    fn settings_file(&self) -> PathBuf {
        self.path.join("client.json")
    }
}

/// Makes a directory, and those above it, for its owner alone. One that is there stays as it is.
fn private_directory(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modes(under: &Path, found: &mut Vec<(PathBuf, u32)>) {
        for path in fs::read_dir(under).unwrap().map(|entry| entry.unwrap().path()) {
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            found.push((path.clone(), mode));
            if path.is_dir() {
                modes(&path, found);
            }
        }
    }

    #[test]
    fn what_is_made_in_a_home_is_for_its_owner_alone() {
        let ground = tempfile::tempdir().unwrap();
        let home = MemberHome::at(ground.path().join("ada"));
        home.create().unwrap();
        home.make_key().unwrap();
        home.keep_settings(&Settings::default()).unwrap();
        let outbox = home.outbox().unwrap();
        outbox.keep(b"words", Some(b"salt and file")).unwrap();
        outbox.keep(b"words", None).unwrap();
        let first = outbox.waiting().unwrap().remove(0);
        outbox.refuse(&first, "no").unwrap();
        let draft = home.new_draft("ask", "words").unwrap();
        assert_ne!(home.new_draft("ask", "others").unwrap(), draft);
        MemberHome::keep_draft(&draft, "fewer words").unwrap();
        let mut found = Vec::new();
        modes(ground.path(), &mut found);
        assert!(found.len() > 11, "{found:?}");
        assert!(found.iter().all(|(_, mode)| mode & 0o077 == 0), "{found:?}");

        assert_eq!(home.open_to_others(), None);
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
        home.create().unwrap();
        assert_eq!(home.open_to_others(), Some(0o755));
    }
}
