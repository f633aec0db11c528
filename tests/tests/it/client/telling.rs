//! What people are told: the rule that was broken, what changed nothing, what waits and why, what was saved where.

use super::{House, succeed_json, text};
use crate::process::{said, succeed};
use std::fs;
use std::process::Command;

/// A second member, Bea, with a home of her own.
pub(super) struct Bea<'a> {
    house: &'a House,
    key: String,
}

impl<'a> Bea<'a> {
    pub(super) fn joins(house: &'a House) -> Bea<'a> {
        let mut bea = Bea {
            house,
            key: String::new(),
        };
        let made = succeed_json(
            bea.hearth(&["init", "--node", &house.url()])
                .env_remove("HEARTH_DATA"),
        );
        bea.key = text(&made["key"]);
        house.write(["member", "admit", &bea.key, "--name", "Bea"]);
        bea
    }

    fn hearth(&self, arguments: &[&str]) -> Command {
        let mut command = self.house.hearth(arguments.iter().copied());
        command.env("HEARTH_HOME", self.house.path().join("bea"));
        command
    }

    #[track_caller]
    pub(super) fn writes(&self, arguments: &[&str]) -> String {
        let written = succeed_json(&mut self.hearth(arguments));
        assert_eq!(written["state"], "acknowledged", "{written}");
        text(&written["id"])
    }

    #[track_caller]
    pub(super) fn says(&self, arguments: &[&str]) -> String {
        succeed(&mut self.hearth(arguments))
    }

    #[track_caller]
    pub(super) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        succeed_json(&mut self.hearth(arguments))
    }

    #[track_caller]
    pub(super) fn is_refused(&self, arguments: &[&str], why: &str) {
        let output = self.hearth(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(why), "{why} in\n{}", said(&output));
    }
}

#[test]
fn a_refusal_names_the_rule() {
    let house = House::running();
    let question = house.write(["ask", "Why?"]);
    let answer = house.write(["answer", &question, "So."]);
    let guide = house.write(["share", "A guide", "Its text."]);
    let second = house.write(["share", "A guide", "Its text, shorter.", "--version-of", &guide]);
    let bea = Bea::joins(&house);
    bea.is_refused(&["accept", &answer], "only the member who asked the question");
    bea.is_refused(
        &["share", "A guide", "Mine.", "--version-of", &guide],
        "for a new version the author of the first one",
    );
    bea.is_refused(
        &["withdraw", &question],
        "only the member who asked a question withdraws it",
    );
    bea.is_refused(&["withdraw", &guide], "only the member who shared a resource");
    let cleo = house.path().join("cleo");
    let made = succeed_json(
        bea.hearth(&["init", "--home", cleo.to_str().unwrap()])
            .env_remove("HEARTH_DATA"),
    );
    bea.is_refused(&["member", "admit", &text(&made["key"])], "it takes a steward");
    for (verb, words) in [
        ("accept", "done to an answer"),
        ("validate", "done to a resource"),
    ] {
        let said = house.ends(1, [verb, &question]);
        assert!(said.contains(words) && said.contains("is a question"), "{said}");
    }
    let said = house.ends(1, ["share", "A guide", "x", "--version-of", &second]);
    assert!(said.contains("name the first one"), "{said}");
}

#[test]
fn what_changes_nothing_is_said_and_not_written() {
    let house = House::running();
    let question = house.write(["ask", "Why?"]);
    let answer = house.write(["answer", &question, "So."]);
    let bea = Bea::joins(&house);
    let accepted = house.write(["accept", &answer]);
    let size = house.json(["log"])["size"].clone();
    assert_eq!(house.json(["accept", &answer])["id"], accepted.as_str());
    assert!(house.ends(0, ["accept", &answer]).contains("Accepted already"));
    let again = house.ends(0, ["member", "admit", &bea.key]);
    assert!(
        again.contains("Admitted already") && again.contains("hearth init"),
        "{again}"
    );
    assert_eq!(house.json(["log"])["size"], size);

    let list = house.ends(0, ["member", "list"]);
    assert!(list.contains(&bea.key) && !list.contains("revoked"), "{list}");
    let members = house.json(["member", "list"]);
    let of_bea = |member: &&serde_json::Value| member["name"] == "Bea";
    let person = members["members"]
        .as_array()
        .unwrap()
        .iter()
        .find(of_bea)
        .unwrap();
    house.write(["member", "revoke", &text(&person["person"]), &bea.key]);
    let list = house.ends(0, ["member", "list"]);
    assert!(list.contains(&format!("{} (revoked)", bea.key)), "{list}");

    house.write(["withdraw", &question]);
    assert!(house.ends(0, ["threads"]).contains("(withdrawn) Why?"));
}

#[test]
fn a_short_id_does_where_the_node_is_away() {
    let mut house = House::running();
    let question = house.write(["ask", "Before the power cut"]);
    let bea_has_seen = {
        let bea = Bea::joins(&house);
        succeed(&mut bea.hearth(&["threads"]));
        house.path().join("bea")
    };
    let seen = fs::read_to_string(bea_has_seen.join("seen")).unwrap();
    assert!(seen.contains(&question) && !seen.contains("power"), "{seen}");
    house.kill();
    let mut bea = house.hearth(["answer", &question[..8], "From memory."]);
    bea.env("HEARTH_HOME", &bea_has_seen).env_remove("HEARTH_DATA");
    assert_eq!(succeed_json(&mut bea)["state"], "queued");
    // The directory knows every id, whoever has seen it.
    fs::remove_file(house.path().join("ada/seen")).unwrap();
    assert_eq!(
        house.json(["answer", &question[..8], "From the disk."])["state"],
        "queued"
    );
    let unknown = house
        .hearth(["answer", &question[..8], "Blind."])
        .env("HEARTH_HOME", house.path().join("ada"))
        .env_remove("HEARTH_DATA")
        .output()
        .unwrap();
    // The reply to the last answer did not show the question.
    assert_eq!(unknown.status.code(), Some(3), "{}", said(&unknown));
    assert!(said(&unknown).contains("64 digits"), "{}", said(&unknown));
}

#[test]
fn what_waits_says_why_and_can_be_thrown_away() {
    let mut house = House::running();
    house.write(["ask", "Before"]);
    house.kill();
    let nobody_has_it = "7e".repeat(32);
    let waiting = house.json(["answer", &nobody_has_it, "To a question that never comes."]);
    assert_eq!(waiting["state"], "queued");
    house.start();
    let sent = house.ends(0, ["outbox", "send"]);
    assert!(sent.contains("cannot go yet: the entry refers to 7e7e"), "{sent}");
    let id = text(&waiting["id"]);
    house.ends(1, ["outbox", "drop", "ffffffff"]);
    assert!(
        house
            .ends(0, ["outbox", "drop", &id[..10]])
            .contains("Thrown away")
    );
    assert!(house.json(["outbox"])["waiting"].as_array().unwrap().is_empty());
    assert!(house.ends(0, ["outbox", "send"]).contains("0 sent, 0 refused."));
}

#[test]
fn a_file_is_saved_once_and_a_title_alone_is_not_shared() {
    let house = House::running();
    let said = house.ends(2, ["share", "checklist.md"]);
    assert!(said.contains("--attach"), "{said}");
    let guide = house.write(["share", "A guide", "Its text."]);
    let saved = house.path().join("guide.md");
    let first = house.ends(0, ["show", &guide, "--save", saved.to_str().unwrap()]);
    assert!(
        first.contains("Saved its words") && first.contains("guide.md"),
        "{first}"
    );
    fs::write(&saved, "my own notes").unwrap();
    let again = house.ends(1, ["show", &guide, "--save", saved.to_str().unwrap()]);
    assert!(again.contains("Nothing is overwritten"), "{again}");
    assert_eq!(fs::read_to_string(&saved).unwrap(), "my own notes");
}

#[test]
fn an_instant_to_come_is_noted() {
    let house = House::running();
    let said = house.ends(0, ["framework", "--as-of", "2100-01-01"]);
    assert!(said.contains("lies in the future"), "{said}");
    assert!(
        !house
            .ends(0, ["framework", "--as-of", "2020-01-01"])
            .contains("in the future")
    );
}
