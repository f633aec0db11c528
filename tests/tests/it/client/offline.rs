//! What is written while the node is away.

use super::{House, text};
use std::fs;

#[test]
fn entries_wait_for_the_node_and_arrive_once_in_order() {
    let mut house = House::running();
    let question = house.write(["ask", "Before"]);
    house.kill();
    let home = house.path().join("ada/outbox");
    let offline = |arguments: &[&str]| {
        let mut command = house.hearth(arguments.iter().copied().chain(["--json"]));
        // With --data the directory would answer for the node.
        serde_json::from_str::<serde_json::Value>(&crate::process::succeed(command.env_remove("HEARTH_DATA")))
            .unwrap()
    };
    let answer = offline(&["answer", &question, "While you were away."]);
    assert_eq!(answer["state"], "queued");
    let kept: Vec<_> = fs::read_dir(&home)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    let entry = kept
        .iter()
        .find(|path| path.extension().is_some_and(|e| e == "entry"))
        .unwrap()
        .clone();
    let bytes = fs::read(&entry).unwrap();
    offline(&["accept", &text(&answer["id"])]);
    assert_eq!(offline(&["outbox"])["waiting"].as_array().unwrap().len(), 2);

    house.start();
    let third = house.write(["ask", "After"]);
    assert!(house.json(["outbox"])["waiting"].as_array().unwrap().is_empty());
    let log = house.json(["log"]);
    let kinds: Vec<_> = log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .skip(3)
        .map(|entry| text(&entry["kind"]))
        .collect();
    assert_eq!(
        kinds,
        ["query.asked", "query.answered", "query.accepted", "query.asked"],
        "what waited goes first"
    );
    assert_eq!(log["entries"][6]["id"], third.as_str());

    // The acknowledgement was lost: the same entry is sent again, and is in the log once.
    fs::write(&entry, bytes).unwrap();
    assert_eq!(house.json(["outbox", "send"])["sent"], 1);
    assert_eq!(house.json(["log"])["size"], log["size"]);
}

#[test]
fn a_refused_entry_is_kept_aside_and_said_aloud() {
    let mut house = House::running();
    let question = house.write(["ask", "Before"]);
    house.kill();
    let mut accept = house.hearth(["accept", &question]);
    crate::process::succeed(accept.env_remove("HEARTH_DATA"));
    house.start();
    let said = house.ends(0, ["threads"]);
    assert!(said.contains("refused something"), "{said}");
    let outbox = house.json(["outbox"]);
    assert!(outbox["waiting"].as_array().unwrap().is_empty());
    assert!(
        text(&outbox["refused"][0]["reason"]).contains("would not count"),
        "{outbox}"
    );
}

#[test]
fn without_a_node_reading_ends_with_its_own_code() {
    let house = House::found();
    let mut command = house.hearth(["threads", "--node", "http://127.0.0.1:9"]);
    let output = command.env_remove("HEARTH_DATA").output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", crate::process::said(&output));
    assert!(crate::process::said(&output).contains("hearth run"));
}

#[test]
fn a_home_that_others_can_enter_is_said_aloud() {
    use std::os::unix::fs::PermissionsExt;
    let house = House::running();
    assert!(!house.ends(0, ["threads"]).contains("chmod"));
    fs::set_permissions(house.path().join("ada"), fs::Permissions::from_mode(0o755)).unwrap();
    let said = house.ends(0, ["threads"]);
    assert!(said.contains("(mode 755): chmod 700 it"), "{said}");
}
