//! The command line, as its users meet it: whole processes over a real node.

mod agreeing;
mod arguments;
mod beginning;
mod completing;
mod deciding;
mod desk;
mod editing;
mod full_disk;
mod gathering;
mod governing;
mod import;
mod joining;
mod leading;
mod learning;
mod manual;
mod markup;
mod offline;
mod outputs;
mod proving;
mod publishing;
mod pulse;
mod reporting;
mod running;
mod searching;
mod showing;
mod telling;
mod town;
mod transcripts;
mod verifying;
mod waiting;
mod writing;

use crate::process::{NodeProcess, hearth, said, succeed};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// One organisation with its steward's home and, while it runs, its node.
struct House {
    ground: TempDir,
    /// The key that verifies the log's checkpoints.
    verifier: String,
    node: Option<NodeProcess>,
}

impl House {
    /// Founds a community. No node runs yet.
    fn found() -> House {
        let mut house = House {
            ground: tempfile::tempdir().unwrap(),
            verifier: String::new(),
            node: None,
        };
        let name = [
            "--slug",
            "north",
            "--name",
            "North Hospice",
            "--steward",
            "Ada",
            "--api",
            "127.0.0.1:0",
        ];
        let community = [
            "--community",
            "Palliative Care North",
            "--domain",
            "palliative-care",
            "--listen",
            "127.0.0.1:0",
        ];
        let made = succeed_json(house.hearth(["community", "found"]).args(name).args(community));
        house.verifier = text(&made["verifier"]);
        // Checkpoints are offered at once rather than every ten seconds.
        house.configure("offer_every_ms", 50.into());
        house
    }

    /// Changes a setting of the node, before it starts.
    fn configure(&self, setting: &str, value: Value) {
        let file = self.data().join("config.json");
        let mut config: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        config[setting] = value;
        fs::write(&file, config.to_string()).unwrap();
    }

    /// Founds a community and runs its node.
    fn running() -> House {
        let mut house = House::found();
        house.start();
        house
    }

    /// Where its node answers.
    fn url(&self) -> String {
        self.node.as_ref().expect("a node runs").url()
    }

    fn start(&mut self) {
        self.node = Some(NodeProcess::start(&self.data(), &mut hearth()));
    }

    /// The node dies as in a power cut.
    fn kill(&mut self) {
        self.node.take().expect("a node runs").kill();
    }

    fn path(&self) -> &Path {
        self.ground.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("north")
    }

    /// A command of the steward.
    fn hearth<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = hearth();
        command
            .env("HEARTH_HOME", self.path().join("ada"))
            .env("HEARTH_DATA", self.data())
            .args(arguments);
        command
    }

    /// Runs a command that must succeed, under `--json`.
    #[track_caller]
    fn json<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Value {
        succeed_json(&mut self.hearth(arguments))
    }

    /// Runs a command that must end with this code; gives what it said.
    #[track_caller]
    fn ends<'a>(&self, code: i32, arguments: impl IntoIterator<Item = &'a str>) -> String {
        let mut command = self.hearth(arguments);
        let output: Output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{command:?}\n{}", said(&output));
        said(&output)
    }

    /// Writes something; gives its id.
    #[track_caller]
    fn write<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> String {
        let written = self.json(arguments);
        assert_eq!(written["state"], "acknowledged", "{written}");
        text(&written["id"])
    }
}

/// Runs a command that must succeed, under `--json`.
#[track_caller]
fn succeed_json(command: &mut Command) -> Value {
    let text = succeed(command.arg("--json"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{command:?}: {error}\n{text}"))
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a text, not {value}"))
        .to_owned()
}
