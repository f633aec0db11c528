//! The outbox: signed entries that the node has not acknowledged, in the order in which they were written.
//!
//! One file per entry, `<number>.entry`, holding exactly what is sent: the canonical CBOR of `POST /v1/entries`. A file
//! a person shared lies beside it as `<number>.body` (salt, then bytes) and is in place before its entry is, so an entry
//! that is there is complete. A refused entry moves to `refused/`, with the reason in `<number>.reason`; nothing is ever
//! dropped unsaid. Sending twice is harmless: the node knows an entry by its id.

use super::private_directory;
use crate::durable::{sync_directory_of, write_privately};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The outbox of one member, held by this process alone while it lives.
#[derive(Debug)]
pub(crate) struct Outbox {
    path: PathBuf,
    /// Its lock is released when it is closed.
    _lock: File,
}

/// One entry that waits, or that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Its place in the order.
    pub(crate) number: u64,
    /// The file with what is sent to the node.
    pub(crate) entry: PathBuf,
    /// The shared file that must be there first: salt, then bytes.
    pub(crate) body: Option<PathBuf>,
    /// Why the node refused it; none while it waits.
    pub(crate) reason: Option<String>,
}

impl Waiting {
    /// What is sent to the node.
    pub(crate) fn submission(&self) -> io::Result<Vec<u8>> {
        fs::read(&self.entry)
    }
}

/// Why the outbox cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutboxError {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

impl Outbox {
    /// Opens the outbox, waiting for another process that uses it.
    pub(super) fn open(path: &Path) -> Result<Self, OutboxError> {
        let lock = private_directory(&path.join("refused"))
            .and_then(|()| {
                File::options()
                    .write(true)
                    .create(true)
                    .truncate(true)
                    .mode(0o600)
                    .open(path.join("lock"))
            })
            .and_then(|lock| lock.lock().map(|()| lock))
            .map_err(|source| OutboxError::Io {
                path: path.to_owned(),
                source,
            })?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Keeps a signed entry and gives its number. When this returns, it survives a power cut.
    pub(crate) fn keep(&self, submission: &[u8], body: Option<&[u8]>) -> Result<u64, OutboxError> {
        let number = self.last_number()? + 1;
        let kept = match body {
            Some(body) => write_privately(&self.file(number, "body"), body),
            None => remove_if_there(&self.file(number, "body")),
        };
        kept.and_then(|()| write_privately(&self.file(number, "entry"), submission))
            .map(|()| number)
            .map_err(|e| self.failed(e))
    }

    /// What waits, oldest first.
    pub(crate) fn waiting(&self) -> Result<Vec<Waiting>, OutboxError> {
        self.read(&self.path)
    }

    /// What the node refused, oldest first.
    pub(crate) fn refused(&self) -> Result<Vec<Waiting>, OutboxError> {
        self.read(&self.path.join("refused"))
    }

    /// The node has acknowledged it.
    pub(crate) fn sent(&self, waiting: &Waiting) -> Result<(), OutboxError> {
        self.remove(waiting).map_err(|e| self.failed(e))
    }

    /// The node will never take it: it is kept aside with the reason.
    pub(crate) fn refuse(&self, waiting: &Waiting, reason: &str) -> Result<(), OutboxError> {
        self.set_aside(waiting, reason).map_err(|e| self.failed(e))
    }

    /// Lets go of a refused entry: the person has heard why.
    pub(crate) fn forget_refused(&self, number: u64) -> Result<(), OutboxError> {
        self.forget(&self.path.join("refused"), number)
    }

    /// Takes back an entry that waits: the person has heard that it was not sent.
    pub(crate) fn withdraw(&self, number: u64) -> Result<(), OutboxError> {
        self.forget(&self.path, number)
    }

    fn forget(&self, directory: &Path, number: u64) -> Result<(), OutboxError> {
        let file = |kind: &str| directory.join(format!("{number:016}.{kind}"));
        ["entry", "body", "reason"]
            .iter()
            .try_for_each(|kind| remove_if_there(&file(kind)))
            .map_err(|e| self.failed(e))
    }

    fn remove(&self, waiting: &Waiting) -> io::Result<()> {
        let entry = self.file(waiting.number, "entry");
        fs::remove_file(&entry)?;
        if let Some(body) = &waiting.body {
            fs::remove_file(body)?;
        }
        sync_directory_of(&entry)
    }

    fn set_aside(&self, waiting: &Waiting, reason: &str) -> io::Result<()> {
        let aside = self.path.join("refused");
        let name = |kind: &str| aside.join(format!("{:016}.{kind}", waiting.number));
        write_privately(&name("reason"), reason.as_bytes())?;
        if let Some(body) = &waiting.body {
            fs::rename(body, name("body"))?;
        }
        let entry = self.file(waiting.number, "entry");
        fs::rename(&entry, name("entry"))?;
        sync_directory_of(&name("entry"))?;
        sync_directory_of(&entry)
    }

    fn read(&self, directory: &Path) -> Result<Vec<Waiting>, OutboxError> {
        let read = || -> io::Result<Vec<Waiting>> {
            let mut found = Vec::new();
            for number in numbers(directory)? {
                let file = |kind: &str| directory.join(format!("{number:016}.{kind}"));
                found.push(Waiting {
                    number,
                    entry: file("entry"),
                    body: Some(file("body")).filter(|path| path.exists()),
                    reason: fs::read_to_string(file("reason")).ok(),
                });
            }
            Ok(found)
        };
        read().map_err(|e| self.failed(e))
    }

    /// The highest number ever used that is still to be seen, so that the order of writing stays the order of sending.
    fn last_number(&self) -> Result<u64, OutboxError> {
        let last = |directory: &Path| numbers(directory).map(|all| all.last().copied().unwrap_or(0));
        let both = last(&self.path).and_then(|waiting| Ok(waiting.max(last(&self.path.join("refused"))?)));
        both.map_err(|e| self.failed(e))
    }

    fn file(&self, number: u64, kind: &str) -> PathBuf {
        self.path.join(format!("{number:016}.{kind}"))
    }

    fn failed(&self, source: io::Error) -> OutboxError {
        OutboxError::Io {
            path: self.path.clone(),
            source,
        }
    }
}

/// A body whose entry was never written (a crash between the two) must not attach itself to the next entry.
fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Numbers of the entries in a directory, ascending.
fn numbers(directory: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = Vec::new();
    for file in fs::read_dir(directory)? {
        let name = file?.file_name();
        let number: Option<u64> = name
            .to_str()
            .and_then(|name| name.strip_suffix(".entry"))
            .and_then(|digits| digits.parse().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn submissions(found: &[Waiting]) -> Vec<Vec<u8>> {
        found
            .iter()
            .map(|waiting| waiting.submission().unwrap())
            .collect()
    }

    #[test]
    fn entries_wait_in_order_and_leave_once() {
        let home = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(home.path()).unwrap();
        for entry in [b"one", b"two", b"six"] {
            outbox.keep(entry, None).unwrap();
        }
        let waiting = outbox.waiting().unwrap();
        assert_eq!(submissions(&waiting), [b"one", b"two", b"six"]);
        outbox.sent(&waiting[0]).unwrap();
        outbox.refuse(&waiting[1], "no").unwrap();
        outbox.keep(b"new", None).unwrap();
        assert_eq!(submissions(&outbox.waiting().unwrap()), [b"six", b"new"]);
        let refused = outbox.refused().unwrap();
        assert_eq!(submissions(&refused), [b"two"]);
        assert_eq!(refused[0].reason.as_deref(), Some("no"));
    }

    #[test]
    fn a_shared_file_travels_with_its_entry() {
        let home = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(home.path()).unwrap();
        outbox.keep(b"entry", Some(b"body")).unwrap();
        let waiting = outbox.waiting().unwrap();
        assert_eq!(fs::read(waiting[0].body.as_ref().unwrap()).unwrap(), b"body");
        outbox.refuse(&waiting[0], "no").unwrap();
        assert!(
            outbox.refused().unwrap()[0]
                .body
                .as_ref()
                .unwrap()
                .starts_with(home.path().join("refused"))
        );
        assert!(outbox.waiting().unwrap().is_empty());
    }

    #[test]
    fn what_was_cut_off_while_being_written_does_not_count() {
        let home = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(home.path()).unwrap();
        fs::write(home.path().join("0000000000000001.part"), b"half").unwrap();
        fs::write(
            home.path().join("0000000000000001.body"),
            b"body without its entry",
        )
        .unwrap();
        assert!(outbox.waiting().unwrap().is_empty());
        outbox.keep(b"one", None).unwrap();
        assert_eq!(
            outbox.waiting().unwrap()[0].body,
            None,
            "a left-over body is no part of the next entry"
        );
    }
}
