//! One house's node in a process of its own, run by this same program.

use super::ground::Ground;
use super::patience::Patience;
use crate::exit::Failure;
use hearth_node::run::NodeFile;
use std::fs::{self, File};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

/// How long a node may take to open its directory, and to close it.
const START: Duration = Duration::from_secs(60);
const STOP: Duration = Duration::from_secs(30);

/// A node that runs until it is stopped. It stops, too, when this process ends in whatever way: its standard input ends.
#[derive(Debug)]
pub(crate) struct NodeProcess {
    child: Child,
    stdin: Option<ChildStdin>,
    announced: NodeFile,
}

impl NodeProcess {
    /// Starts the node of a house and waits until it is ready.
    pub(crate) fn start(ground: &Ground, slug: &str) -> Result<Self, Failure> {
        let failed =
            |error: std::io::Error| Failure::new(format!("the node of {slug} cannot be started: {error}"));
        let announcement = ground.data(slug).join("node.json");
        // Left over where the node was killed; absent otherwise.
        let _ = fs::remove_file(&announcement);
        let said = File::options()
            .create(true)
            .append(true)
            .open(ground.log(slug))
            .map_err(failed)?;
        let mut child = Command::new(std::env::current_exe().map_err(failed)?)
            .args(["run", "--until-eof", "--data"])
            .arg(ground.data(slug))
            .arg("--clock")
            .arg(ground.clock())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(said)
            .spawn()
            .map_err(failed)?;
        let stdin = child.stdin.take();
        let mut patience = Patience::of(START);
        loop {
            // It listens a moment after it runs; only then can others be told where.
            if let Some(announced) = NodeFile::read(&announcement).filter(|file| !file.addresses.is_empty()) {
                return Ok(Self {
                    child,
                    stdin,
                    announced,
                });
            }
            let ended = child.try_wait().map_err(failed)?;
            if ended.is_some() || !patience.wait() {
                let _ = child.kill();
                return Err(Failure::new(format!("the node of {slug} did not start"))
                    .advise(format!("It said why in {}.", ground.log(slug).display())));
            }
        }
    }

    pub(crate) fn announced(&self) -> &NodeFile {
        &self.announced
    }

    /// Lets the node close its directory, and kills it if it does not.
    pub(crate) fn stop(&mut self) {
        drop(self.stdin.take());
        let mut patience = Patience::of(STOP);
        while let Ok(None) = self.child.try_wait() {
            if !patience.wait() {
                // It may have ended just now.
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
        }
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        self.stop();
    }
}
