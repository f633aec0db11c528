//! The directory a demonstration lives in, and what lies where.

use crate::exit::Failure;
use hearth_node::clock;
use hearth_protocol::time::Timestamp;
use std::fs;
use std::path::{Path, PathBuf};

/// `<slug>/` per house (the node's data directory), `<slug>.log` (what the node said), `members/<slug>/` (a steward's home),
/// `clock`, `demo.json`.
#[derive(Debug)]
pub(crate) struct Ground {
    path: PathBuf,
}

impl Ground {
    /// Makes `path`, or takes it if it is empty. Without a path a new directory among the temporary ones.
    pub(crate) fn prepare(path: Option<PathBuf>) -> Result<Self, Failure> {
        let path =
            path.unwrap_or_else(|| std::env::temp_dir().join(format!("hearth-demo-{}", std::process::id())));
        let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
        fs::create_dir_all(&path).map_err(failed)?;
        let path = path.canonicalize().map_err(failed)?;
        let ground = Self { path };
        if ground.summary().exists() {
            return Err(Failure::new(format!(
                "{} holds an earlier demonstration",
                ground.path.display()
            ))
            .advise(format!(
                "Read it with `hearth framework --data {}`, or name another directory, or remove this one.",
                ground.data("willow").display()
            )));
        }
        if fs::read_dir(&ground.path)
            .map_err(|error| Failure::new(format!("{}: {error}", ground.path.display())))?
            .next()
            .is_some()
        {
            return Err(Failure::new(format!("{} is not empty", ground.path.display()))
                .advise("Name an empty or a new directory with --dir."));
        }
        Ok(ground)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A house's data directory.
    pub(crate) fn data(&self, slug: &str) -> PathBuf {
        self.path.join(slug)
    }

    /// What a house's node said on standard error.
    pub(crate) fn log(&self, slug: &str) -> PathBuf {
        self.path.join(format!("{slug}.log"))
    }

    /// The home of a house's steward.
    pub(crate) fn member_home(&self, slug: &str) -> PathBuf {
        self.path.join("members").join(slug)
    }

    /// The one clock of all nodes and clients.
    pub(crate) fn clock(&self) -> PathBuf {
        self.path.join("clock")
    }

    /// `demo.json`.
    pub(crate) fn summary(&self) -> PathBuf {
        self.path.join("demo.json")
    }

    pub(crate) fn set_clock(&self, now: Timestamp) -> Result<(), Failure> {
        clock::set(&self.clock(), now)
            .map_err(|error| Failure::new(format!("{}: {error}", self.clock().display())))
    }
}
