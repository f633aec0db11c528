//! The program as a person starts it: commands that end, and nodes that run until they are stopped or killed.

use hearth_node::run::NodeFile;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a node may take to be ready, however loaded the machine is.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program, with nothing of this process's own settings.
pub(crate) fn hearth() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hearth-under-test"));
    for variable in ["HEARTH_HOME", "HEARTH_NODE", "HEARTH_DATA", "HEARTH_CLOCK"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null());
    command
}

/// Runs a command that must succeed, and gives what it printed.
#[track_caller]
pub(crate) fn succeed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?} ended with {}\n{}",
        output.status,
        said(&output)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Both streams of a finished command.
pub(crate) fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A node in a process of its own. Killed when dropped.
#[derive(Debug)]
pub(crate) struct NodeProcess {
    child: Child,
    data: PathBuf,
}

impl NodeProcess {
    /// Starts a node on a data directory and waits until it says where it listens.
    pub(crate) fn start(data: &Path, command: &mut Command) -> NodeProcess {
        let announcement = data.join("node.json");
        let _ = fs::remove_file(&announcement);
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(data.with_extension("log"))
            .unwrap();
        let child = command
            .args(["run", "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut node = NodeProcess {
            child,
            data: data.to_owned(),
        };
        let until = Instant::now() + PATIENCE;
        while node.announced().is_none() {
            assert!(
                Instant::now() < until,
                "the node on {} is not ready",
                data.display()
            );
            if let Some(status) = node.child.try_wait().unwrap() {
                let log = fs::read_to_string(data.with_extension("log")).unwrap_or_default();
                panic!("the node on {} ended with {status}\n{log}", data.display());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        node
    }

    /// Base address of its API.
    pub(crate) fn url(&self) -> String {
        self.announced().expect("a running node has announced itself").api
    }

    fn announced(&self) -> Option<NodeFile> {
        NodeFile::read(&self.data.join("node.json")).filter(|file| !file.addresses.is_empty())
    }

    /// Kill -9.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for NodeProcess {
    fn drop(&mut self) {
        // Already dead is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
