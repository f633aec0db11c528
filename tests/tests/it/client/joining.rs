//! A second organisation joins by the commands of the README, whole processes on both sides.

use super::{House, succeed_json, text};
use crate::process::{NodeProcess, hearth};
use hearth_tests::wait::until;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::process::Command;

#[test]
fn an_organisation_without_an_address_of_its_own_joins_and_both_read_each_other() {
    let mut north = House::found();
    // A port that stays the same when the node starts again.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    north.configure("listen", json!([format!("/ip4/127.0.0.1/tcp/{port}")]));
    north.start();
    let invitation = text(&north.json(["community", "invite"])["invitation"]);
    let ground = tempfile::tempdir().unwrap();
    let data = ground.path().join("south");
    let south = |arguments: &[&str]| {
        let mut command: Command = hearth();
        command
            .env("HEARTH_HOME", ground.path().join("bea"))
            .env("HEARTH_DATA", &data)
            .args(arguments);
        command
    };
    let name = ["--slug", "south", "--name", "South Hospice", "--steward", "Bea"];
    let listen = ["--api", "127.0.0.1:0", "--listen", "127.0.0.1:0"];
    succeed_json(south(&["community", "join", &invitation]).args(name).args(listen));
    let mut node = NodeProcess::start(&data, &mut hearth());
    until("south has applied", || {
        let applied = north.json(["community", "admit"]);
        applied["applications"]
            .as_array()
            .is_some_and(|list| list.len() == 1)
            .then_some(())
    });
    north.json(["community", "admit", "south", "--reason", "A hospice we know"]);
    let status = |is: &dyn Fn(&Value) -> bool| {
        until("south is in", || {
            let status = succeed_json(&mut south(&["status"]));
            is(&status).then_some(())
        });
    };
    status(&|status| status["admitted"] == true && status["node"]["joining"].is_null());

    let question = north.write(["ask", "How do you keep records by the bed?"]);
    until("south reads the question", || {
        let thread = south(&["thread", &question, "--json"]).output().unwrap();
        let words = String::from_utf8_lossy(&thread.stdout).contains("by the bed");
        (thread.status.success() && words).then_some(())
    });
    let answer = succeed_json(&mut south(&["answer", &question, "On paper, signed twice."]));
    assert_eq!(answer["state"], "acknowledged", "{answer}");
    until("north reads the answer", || {
        let thread = north.json(["thread", &question]).to_string();
        thread.contains("signed twice").then_some(())
    });

    // Neither charter names an address: south calls north again by what it was told at the door.
    north.kill();
    node.kill();
    north.start();
    let _node = NodeProcess::start(&data, &mut hearth());
    let later = north.write(["ask", "And after a power cut?"]);
    until("south reads on", || {
        south(&["thread", &later])
            .output()
            .unwrap()
            .status
            .success()
            .then_some(())
    });
}
