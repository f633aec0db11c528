//! A home's first day: where it belongs, which node it talks to, and what it is told when that is wrong.

use super::{House, succeed_json, text};
use crate::process::{said, succeed};
use std::process::Command;

/// A command of somebody new, who knows of no directory.
fn newcomer<'a>(house: &House, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = house.hearth(arguments);
    command
        .env_remove("HEARTH_DATA")
        .env("HEARTH_HOME", house.path().join("bea"));
    command
}

/// Runs a command that must end with this code; gives what it said.
#[track_caller]
fn ends(code: i32, command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{command:?}\n{}", said(&output));
    said(&output)
}

#[test]
fn the_address_of_a_node_is_all_a_new_member_needs() {
    let house = House::running();
    let made = succeed_json(&mut newcomer(&house, ["init", "--node", &house.url()]));
    let status = house.json(["status"]);
    assert_eq!(made["community"], status["community"]);
    assert_eq!(made["organisation"], status["organisation"]);
    let refused = ends(1, &mut newcomer(&house, ["ask", "May I?"]));
    assert!(refused.contains("member admit"), "{refused}");
    house.write(["member", "admit", &text(&made["key"])]);
    succeed(&mut newcomer(&house, ["ask", "May I now?"]));
}

#[test]
fn what_a_node_could_not_say_at_first_is_asked_when_it_answers() {
    let mut house = House::running();
    let url = house.url();
    let port = url.rsplit(':').next().unwrap().to_owned();
    house.kill();
    let told = ends(
        0,
        &mut newcomer(&house, ["init", "--node", &format!("127.0.0.1:{port}")]),
    );
    assert!(told.contains("when it answers"), "{told}");
    let unknown = ends(3, &mut newcomer(&house, ["threads"]));
    assert!(unknown.contains("belongs to no community yet"), "{unknown}");
    house.configure("api", format!("127.0.0.1:{port}").into());
    house.start();
    let key = text(&succeed_json(&mut newcomer(&house, ["init"]))["key"]);
    house.write(["member", "admit", &key]);
    succeed(&mut newcomer(&house, ["threads"]));
    let kept = succeed_json(&mut newcomer(&house, ["init"]));
    assert_eq!(kept["organisation"], house.json(["status"])["organisation"]);
    house.kill();
    let queued = succeed_json(&mut newcomer(&house, ["ask", "It is remembered?"]));
    assert_eq!(queued["state"], "queued");
}

#[test]
fn a_node_of_others_is_named_as_such() {
    let (north, other) = (House::running(), House::running());
    for verb in [["status", "--node"], ["ask", "--node"]] {
        let url = other.url();
        let mut command = north.hearth(verb.into_iter().chain([url.as_str()]));
        if verb[0] == "ask" {
            command.arg("Who?");
        }
        let told = ends(1, command.env_remove("HEARTH_DATA"));
        for id in [&north, &other].map(|house| text(&house.json(["status"])["organisation"])) {
            assert!(told.contains(&id[..12]), "{told}");
        }
        assert!(told.contains("--node") && told.contains("hearth init"), "{told}");
    }
    assert!(north.json(["outbox"])["waiting"].as_array().unwrap().is_empty());
    let moved = north
        .hearth(["init", "--node", &other.url()])
        .env_remove("HEARTH_DATA")
        .output()
        .unwrap();
    assert!(said(&moved).contains("This home belonged to"), "{}", said(&moved));
}

#[test]
fn a_steward_finds_the_node_wherever_it_listens() {
    let house = House::running();
    // The home was made with `--api 127.0.0.1:0`, where nobody listens.
    succeed(house.hearth(["status"]).env_remove("HEARTH_DATA"));
    succeed(house.hearth(["ask", "Am I heard?"]).env_remove("HEARTH_DATA"));
}

#[test]
fn a_second_community_takes_no_home_silently() {
    let house = House::found();
    let settings = std::fs::read(house.path().join("ada/client.json")).unwrap();
    let second = house.path().join("second");
    let found = [
        "community",
        "found",
        "--slug",
        "second",
        "--name",
        "Second",
        "--community",
        "Other",
        "--domain",
        "care",
        "--data",
    ];
    let mut again = house.hearth(found);
    let refused = ends(1, again.arg(&second).env_remove("HEARTH_DATA"));
    assert!(
        refused.contains("--home") && refused.contains("--move-home"),
        "{refused}"
    );
    assert!(!second.exists());
    assert_eq!(
        std::fs::read(house.path().join("ada/client.json")).unwrap(),
        settings
    );
    let mut moved = house.hearth(found);
    succeed(moved.arg(&second).arg("--move-home").env_remove("HEARTH_DATA"));
    assert_ne!(
        std::fs::read(house.path().join("ada/client.json")).unwrap(),
        settings
    );
}

#[test]
fn an_invitation_says_how_long_it_works_and_what_to_do_with_it() {
    let house = House::running();
    let invited = house
        .hearth(["community", "invite", "--for", "2d"])
        .output()
        .unwrap();
    let (line, advice) = (
        String::from_utf8(invited.stdout).unwrap(),
        String::from_utf8(invited.stderr).unwrap(),
    );
    assert_eq!(line.lines().count(), 1, "{line}");
    assert!(line.starts_with("hearth1"));
    for words in ["until 20", "community join", "community admit"] {
        assert!(advice.contains(words), "{advice}");
    }
}
