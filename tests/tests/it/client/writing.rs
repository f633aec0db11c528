//! Asking, answering, sharing, judging, and reading it all.

use super::{House, text};
use crate::process::succeed;
use std::fs;

#[test]
fn what_a_member_writes_is_read_back() {
    let mut house = House::running();
    let question = house.write([
        "ask",
        "Which mouth care?",
        "Foam swabs are refused.",
        "--topic",
        "mouth-care",
    ]);
    let answer = house.write(["answer", &question[..10], "Soft baby brushes."]);
    house.write(["accept", &answer[..8]]);
    let words = house.path().join("reply.md");
    fs::write(&words, "At night, too?\n").unwrap();
    house.write(["reply", &answer, "--file", words.to_str().unwrap()]);
    house.write(["react", &answer, "thanks"]);
    let guide = house.path().join("guide.pdf");
    fs::write(&guide, vec![7; 600_000]).unwrap();
    let attach = [
        "--attach",
        guide.to_str().unwrap(),
        "--type",
        "guidance",
        "--review",
        "2027-01-31",
    ];
    let resource = house.write(["share", "A guide"].into_iter().chain(attach));
    let second = house.write(["share", "A guide", "Shorter.", "--version-of", &resource]);
    house.write(["validate", &second, "In use for a year."]);
    house.write(["dispute", &resource]);
    house.write(["discuss", "Night shifts", "--purpose", "future"]);

    let thread = house.json(["thread", &answer]);
    assert_eq!(thread["thread"]["id"], question.as_str());
    assert_eq!(thread["thread"]["title"], "Which mouth care?");
    assert_eq!(thread["entries"].as_array().unwrap().len(), 4);
    let said = succeed(&mut house.hearth(["thread", &question[..6]]));
    for words in [
        "Foam swabs are refused.",
        "Soft baby brushes.",
        "At night, too?",
        "thanks",
        "Ada (north)",
    ] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    assert_eq!(house.json(["threads"])["total"], 3);
    let found = house.json(["search", "BABY", "soft"]);
    assert_eq!(found["found"][0]["entry"]["id"], answer.as_str());
    let shown = house.json(["show", &resource]);
    assert_eq!(
        (&shown["entry"]["file"]["size"], &shown["entry"]["file"]["state"]),
        (&600_000.into(), &"held".into())
    );
    let saved = house.path().join("saved.pdf");
    house.json(["show", &resource, "--save", saved.to_str().unwrap()]);
    assert_eq!(fs::read(&saved).unwrap(), fs::read(&guide).unwrap());
    assert_eq!(house.json(["member", "list"])["members"][0]["name"], "Ada");
    assert_eq!(house.json(["status"])["running"], true);

    // Without a node the directory says the same.
    let (threads, log) = (house.json(["threads"]), house.json(["log"]));
    house.kill();
    assert_eq!(house.json(["threads"]), threads);
    assert_eq!(house.json(["log"]), log);
    assert_eq!(house.json(["status"])["running"], false);
}

#[test]
fn a_second_member_is_admitted_and_can_be_revoked() {
    let house = House::running();
    let home = house.path().join("bea");
    let bea = |arguments: &[&str]| {
        let mut command = house.hearth(arguments.iter().copied());
        command.env("HEARTH_HOME", &home);
        command
    };
    let made: serde_json::Value =
        serde_json::from_str(&succeed(bea(&["init", "--json"]).env_remove("HEARTH_DATA"))).unwrap();
    let key = text(&made["key"]);
    let admitted = house.json(["member", "admit", &key, "--name", "Bea"]);
    let connect = text(&admitted["connect"]);
    succeed(bea(&connect.split_whitespace().skip(1).collect::<Vec<_>>()).env_remove("HEARTH_DATA"));
    let question = succeed(&mut bea(&["ask", "May I?", "--json"]));
    assert!(question.contains("acknowledged"), "{question}");
    let cleo = house.path().join("cleo");
    let init = ["init", "--home", cleo.to_str().unwrap()];
    let other = text(&super::succeed_json(bea(&init).env_remove("HEARTH_DATA"))["key"]);
    assert!(
        !bea(&["member", "admit", &other])
            .output()
            .unwrap()
            .status
            .success(),
        "only a steward admits"
    );
    house.write(["member", "revoke", &text(&admitted["id"]), &key]);
    let refused = bea(&["ask", "And now?"]).output().unwrap();
    assert_eq!(
        refused.status.code(),
        Some(1),
        "{}",
        crate::process::said(&refused)
    );
    assert!(house.json(["outbox"])["waiting"].as_array().unwrap().is_empty());
}

#[test]
fn only_the_asker_accepts_and_a_refusal_is_plain() {
    let house = House::running();
    let question = house.write(["ask", "Why?"]);
    let said = house.ends(1, ["accept", &question]);
    assert!(said.contains("would not count"), "{said}");
    assert!(house.ends(1, ["thread", "ffff"]).contains("no entry here"));
    assert!(house.ends(2, ["answer", &question]).contains("no text"));
    assert!(house.ends(2, ["ask", " "]).contains("no title"));
    assert!(
        house
            .ends(2, ["react", &question, "Not A Slug"])
            .contains("no slug")
    );
}

#[test]
fn erased_words_are_gone_and_the_log_stands() {
    let house = House::running();
    let question = house.write(["ask", "About Mrs. Smith", "She said…"]);
    house.write(["erase", &question, "--ground", "patient-data"]);
    let shown = house.json(["show", &question]);
    assert_eq!(shown["entry"]["body"]["state"], "erased");
    assert_eq!(shown["entry"]["standing"], "counts");
    assert!(!succeed(&mut house.hearth(["thread", &question])).contains("Smith"));
}

#[test]
fn what_is_not_shown_in_full_says_so() {
    let house = House::running();
    let words = house.path().join("long.md");
    fs::write(&words, "mouth ".repeat(50_000)).unwrap();
    let long = house.write(["ask", "Long?", "--file", words.to_str().unwrap()]);
    let short = house.write(["answer", &long, "A mouth, in short."]);
    assert_eq!(house.json(["show", &long])["entry"]["body"]["cut"], true);
    let said = house.ends(0, ["thread", &long]);
    assert!(
        said.contains("cut off here: it has 300008 bytes"),
        "{}",
        &said[said.len() - 300..]
    );
    assert!(house.json(["show", &short])["entry"]["body"]["cut"].is_null());

    let found = house.json(["search", "mouth", "--newest", "--limit", "1"]);
    assert_eq!(
        (&found["more"], &found["found"][0]["entry"]["id"]),
        (&true.into(), &short.as_str().into())
    );
    assert!(
        house
            .ends(0, ["search", "mouth", "--limit", "1"])
            .contains("There is more than these 1")
    );
    assert_eq!(house.json(["search", "mouth", "--limit", "2"])["more"], false);
    assert_eq!(
        house.json(["threads"])["threads"][0]["thread"]["body"]["cut"],
        serde_json::Value::Null
    );
}
