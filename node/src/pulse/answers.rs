//! Answers that wait for the end of their pulse: a file each, named by its once-key, so that the first of two stands.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use hearth_protocol::id::Id;

/// The answers of all pulses that this node collects.
pub(super) struct Answers {
    path: PathBuf,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    New,
    /// It was kept before.
    Same,
    /// Its once-key has given another.
    Another,
}

impl Answers {
    pub(super) fn under(directory: &Path) -> Answers {
        Answers {
            path: directory.join("answers"),
        }
    }

    /// Keeps an answer, and comes back once it is on disk.
    pub(super) fn keep(&self, pulse: Id, once_key: &str, entry: &[u8]) -> io::Result<Kept> {
        let folder = self.folder(pulse);
        self.make(&folder)?;
        let path = folder.join(once_key);
        match fs::read(&path) {
            Ok(kept) if kept == entry => {
                // The name may be younger than the last sync, if that failed.
                File::open(&folder)?.sync_all()?;
                return Ok(Kept::Same);
            }
            Ok(_) => return Ok(Kept::Another),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // A file that a crash cut short is no answer yet: nobody has a receipt for it.
        let fresh = folder.join(format!("{once_key}.new"));
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(entry)?;
        file.sync_all()?;
        fs::rename(&fresh, &path)?;
        File::open(&folder)?.sync_all()?;
        Ok(Kept::New)
    }

    /// All answers to a pulse, in no order.
    pub(super) fn of(&self, pulse: Id) -> io::Result<Vec<Vec<u8>>> {
        let files = match fs::read_dir(self.folder(pulse)) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut answers = Vec::new();
        for file in files {
            let path = file?.path();
            if path.extension().is_none() {
                answers.push(fs::read(path)?);
            }
        }
        Ok(answers)
    }

    /// The answers are published: what is left of them here goes. One that is not stays, with all others; gives how many
    /// those are.
    pub(super) fn forget(&self, pulse: Id, is_published: impl Fn(&[u8]) -> bool) -> io::Result<usize> {
        let left = self
            .of(pulse)?
            .iter()
            .filter(|answer| !is_published(answer))
            .count();
        if left > 0 {
            return Ok(left);
        }
        match fs::remove_dir_all(self.folder(pulse)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(0),
        }
    }

    /// Makes the folder of a pulse, its name synced as well.
    fn make(&self, folder: &Path) -> io::Result<()> {
        if folder.exists() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let above = self.path.parent();
        [Some(self.path.as_path()), above]
            .into_iter()
            .flatten()
            .try_for_each(|directory| File::open(directory)?.sync_all())
    }

    fn folder(&self, pulse: Id) -> PathBuf {
        self.path.join(pulse.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_of_a_once_key_stands() {
        let folder = tempfile::tempdir().unwrap();
        let answers = Answers::under(folder.path());
        let pulse = Id::from_bytes([1; 32]);
        assert_eq!(answers.of(pulse).unwrap(), Vec::<Vec<u8>>::new());
        assert_eq!(answers.keep(pulse, "aa", b"yes").unwrap(), Kept::New);
        assert_eq!(answers.keep(pulse, "aa", b"yes").unwrap(), Kept::Same);
        assert_eq!(answers.keep(pulse, "aa", b"no").unwrap(), Kept::Another);
        fs::write(answers.folder(pulse).join("bb.new"), "cut sho").unwrap();
        assert_eq!(answers.of(pulse).unwrap(), [b"yes".to_vec()]);
        assert_eq!(answers.keep(pulse, "bb", b"whole").unwrap(), Kept::New);
        assert_eq!(answers.of(pulse).unwrap().len(), 2);
        let one_missing = |answer: &[u8]| answer == b"yes";
        assert_eq!(answers.forget(pulse, one_missing).unwrap(), 1);
        assert_eq!(
            answers.of(pulse).unwrap().len(),
            2,
            "nothing with a receipt is lost"
        );
        assert_eq!(answers.forget(pulse, |_| true).unwrap(), 0);
        assert_eq!(answers.forget(pulse, |_| true).unwrap(), 0);
        assert!(answers.of(pulse).unwrap().is_empty());
    }
}
