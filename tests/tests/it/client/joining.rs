//! Organisations join by the commands of the README, whole processes on all sides.

use super::{House, succeed_json, text};
use crate::process::{NodeProcess, hearth};
use hearth_tests::wait::until;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// An organisation that joins; its charter names no address, as where nobody says one.
pub(super) struct Joiner {
    slug: &'static str,
    ground: TempDir,
    pub(super) node: NodeProcess,
}

impl Joiner {
    /// Applies with an invitation of north's, is admitted, and knows it.
    pub(super) fn joins(north: &House, slug: &'static str) -> Joiner {
        let ground = tempfile::tempdir().unwrap();
        let invitation = text(&north.json(["community", "invite"])["invitation"]);
        let name = ["--slug", slug, "--name", "A Hospice", "--steward", "Bea"];
        let listen = ["--api", "127.0.0.1:0", "--listen", "127.0.0.1:0"];
        let data = ground.path().join(slug);
        let mut join = command(&ground, slug);
        succeed_json(
            join.args(["community", "join", &invitation])
                .args(name)
                .args(listen),
        );
        let joiner = Joiner {
            node: NodeProcess::start(&data, &mut hearth()),
            slug,
            ground,
        };
        until("it has applied", || {
            let answer = north.json(["community", "admit"]);
            let waiting = answer["applications"].as_array()?;
            (!waiting.is_empty()).then_some(())
        });
        north.json(["community", "admit", slug, "--reason", "A hospice we know"]);
        until("it is in", || {
            let status = joiner.status();
            (status["admitted"] == true && status["node"]["joining"].is_null()).then_some(())
        });
        joiner
    }

    pub(super) fn data(&self) -> PathBuf {
        self.ground.path().join(self.slug)
    }

    pub(super) fn hearth(&self, arguments: &[&str]) -> Command {
        let mut command = command(&self.ground, self.slug);
        command.args(arguments);
        command
    }

    fn status(&self) -> Value {
        succeed_json(&mut self.hearth(&["status"]))
    }
}

fn command(ground: &TempDir, slug: &str) -> Command {
    let mut command = hearth();
    command
        .env("HEARTH_HOME", ground.path().join("bea"))
        .env("HEARTH_DATA", ground.path().join(slug));
    command
}

/// North, on a port that stays the same when its node starts again.
pub(super) fn north() -> House {
    let mut north = House::found();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    north.configure("listen", json!([format!("/ip4/127.0.0.1/tcp/{port}")]));
    north.start();
    north
}

#[test]
fn an_organisation_without_an_address_of_its_own_joins_and_both_read_each_other() {
    let mut north = north();
    let mut south = Joiner::joins(&north, "south");
    let question = north.write(["ask", "How do you keep records by the bed?"]);
    until("south reads the question", || {
        let thread = south.hearth(&["thread", &question, "--json"]).output().unwrap();
        let words = String::from_utf8_lossy(&thread.stdout).contains("by the bed");
        (thread.status.success() && words).then_some(())
    });
    let answer = succeed_json(&mut south.hearth(&["answer", &question, "On paper, signed twice."]));
    assert_eq!(answer["state"], "acknowledged", "{answer}");
    until("north reads the answer", || {
        let thread = north.json(["thread", &question]).to_string();
        thread.contains("signed twice").then_some(())
    });

    // Neither charter names an address: south calls north again by what it was told at the door.
    north.kill();
    south.node.kill();
    north.start();
    south.node = NodeProcess::start(&south.data(), &mut hearth());
    let later = north.write(["ask", "And after a power cut?"]);
    until("south reads on", || {
        let thread = south.hearth(&["thread", &later]).output().unwrap();
        thread.status.success().then_some(())
    });
}

#[test]
fn two_that_know_only_the_inviter_find_each_other() {
    let north = north();
    let south = Joiner::joins(&north, "south");
    let west = Joiner::joins(&north, "west");
    for joiner in [&south, &west] {
        until("both others are there and all logs are witnessed", || {
            let status = joiner.status();
            let logs = status["logs"].as_array()?;
            let all = logs.len() == 3 && logs.iter().all(|log| log["witnessed"] == "witnessed");
            (all && status["node"]["peers"].as_array()?.len() == 2).then_some(())
        });
    }
}
