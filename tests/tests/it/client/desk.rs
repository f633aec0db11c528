//! What a member looks at each day: the digest, the inbox, and what they follow.

use super::joining::{Joiner, north};
use super::{House, succeed_json, text};
use crate::process::{said, succeed};
use hearth_tests::wait::until;
use serde_json::Value;
use std::fs;
use std::process::Command;

/// A member of the house with a home of their own.
struct Colleague<'a> {
    house: &'a House,
    name: &'static str,
    person: String,
}

impl<'a> Colleague<'a> {
    fn joins(house: &'a House, name: &'static str) -> Colleague<'a> {
        let mut colleague = Colleague {
            house,
            name,
            person: String::new(),
        };
        let mut init = colleague.hearth(&["init", "--node", &house.url()]);
        let key = text(&succeed_json(init.env_remove("HEARTH_DATA"))["key"]);
        colleague.person = house.write(["member", "admit", &key, "--name", name]);
        colleague
    }

    fn hearth(&self, arguments: &[&str]) -> Command {
        let mut command = self.house.hearth(arguments.iter().copied());
        command.env("HEARTH_HOME", self.house.path().join(self.name));
        command
    }

    #[track_caller]
    fn write(&self, arguments: &[&str]) -> String {
        text(&succeed_json(&mut self.hearth(arguments))["id"])
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        succeed_json(&mut self.hearth(arguments))
    }

    #[track_caller]
    fn says(&self, arguments: &[&str]) -> String {
        succeed(&mut self.hearth(arguments))
    }

    fn home_file(&self, name: &str) -> String {
        fs::read_to_string(self.house.path().join(self.name).join(name)).unwrap_or_default()
    }
}

fn ids(rows: &Value) -> Vec<String> {
    rows.as_array()
        .unwrap()
        .iter()
        .map(|row| text(&row["entry"]["id"]))
        .collect()
}

fn groups(digest: &Value) -> Vec<(String, String)> {
    let rows = digest["news"].as_array().unwrap().iter();
    rows.map(|row| (text(&row["entry"]["kind"]), text(&row["group"])))
        .collect()
}

#[test]
fn a_digest_says_once_what_others_did() {
    let house = House::running();
    let bea = Colleague::joins(&house, "Bea");
    let own = bea.write(&["ask", "Which mouth care?"]);
    let answer = house.write(["answer", &own, "Soft brushes."]);
    let theirs = house.write(["ask", "How do you store opioids?", "--topic", "opioids"]);
    let other = house.write(["ask", "And visitors?"]);
    house.write(["share", "A guide", "Its text."]);
    house.write(["discuss", "Night shifts"]);
    house.write(["answer", &other, "Any time."]);
    let _ = Colleague::joins(&house, "Cleo");
    bea.says(&["follow", "--topic", "opioids"]);

    let peeked = bea.json(&["digest", "--peek"]);
    let group = |kind: &str, group: &str| (kind.to_owned(), group.to_owned());
    assert_eq!(
        groups(&peeked),
        [
            group("member.admitted", "members"),
            group("query.answered", "followed"),
            group("query.asked", "followed"),
            group("query.asked", "questions"),
            group("resource.published", "resources"),
            group("thread.opened", "discussions"),
            group("query.answered", "questions"),
            group("member.admitted", "members"),
        ]
    );
    assert!(ids(&peeked["news"]).contains(&answer));
    let digest = bea.says(&["digest"]);
    let at = |words: &str| {
        digest
            .find(words)
            .unwrap_or_else(|| panic!("{words} in\n{digest}"))
    };
    assert!(at("What you follow") < at("Which mouth care? · answered by Ada (north)"));
    assert!(at("How do you store opioids? · asked by Ada (north)") < at("New questions"));
    assert!(at("And visitors? · asked by Ada (north); answered by Ada (north)") < at("New discussions"));
    assert!(at("Night shifts") < at("Resources") && at("A guide · shared by Ada") < at("Members"));
    at("Cleo (north) · joined");
    assert!(!digest.contains('\t') && !digest.contains('\u{1b}'), "{digest}");

    // Once is enough, and what one did oneself is no news.
    bea.write(&["answer", &theirs, "In the safe."]);
    let second = bea.says(&["digest"]);
    assert!(second.contains("Nothing new."), "{second}");
    // Whoever looks back less far than that has not seen what lies between.
    house.write(["accept", &answer_of(&house, &theirs)]);
    let before = bea.home_file("digest");
    bea.says(&["digest", "--since", "0s"]);
    assert_eq!(bea.home_file("digest"), before);
    let third = bea.json(&["digest"]);
    assert_eq!(groups(&third), [group("query.accepted", "followed")]);
    assert_ne!(bea.home_file("digest"), before);
    assert_eq!(
        bea.json(&["digest", "--since", "yesterday"])["news"]
            .as_array()
            .unwrap()
            .len(),
        9
    );
    assert!(house.ends(2, ["digest", "--since", "soon"]).contains("no time"));
}

fn answer_of(house: &House, question: &str) -> String {
    text(&house.json(["thread", question])["entries"][0]["id"])
}

#[test]
fn a_digest_that_nobody_could_read_was_not_read() {
    let mut house = House::running();
    let bea = Colleague::joins(&house, "Bea");
    house.write(["ask", "Why?"]);
    // The reader is gone before anything is written.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    bea.hearth(&["digest"]).stdout(writer).status().unwrap();
    assert_eq!(bea.home_file("digest"), "");
    let full = fs::OpenOptions::new().write(true).open("/dev/full");
    if let Ok(full) = full {
        let output = bea.hearth(&["digest"]).stdout(full).output().unwrap();
        assert!(said(&output).contains("cannot write"), "{}", said(&output));
        assert_eq!(bea.home_file("digest"), "");
    }
    assert!(bea.says(&["digest"]).contains("Why?"));
    let person = bea.person;
    house.write(["member", "leave", &person]);
    assert!(house.json(["digest"])["news"].as_array().unwrap().is_empty());
    // A directory at rest says the same.
    let (alive, size) = (
        house.json(["digest", "--since", "1d", "--peek"]),
        house.json(["log"])["size"].clone(),
    );
    house.kill();
    let rest = house.json(["digest", "--since", "1d", "--peek"]);
    assert_eq!(
        (&rest["news"], size),
        (&alive["news"], house.json(["log"])["size"].clone())
    );
}

#[test]
fn questions_that_nobody_answers_are_named_after_three_days() {
    let house = House::running();
    let bea = Colleague::joins(&house, "Bea");
    let question = house.write(["ask", "Why?"]);
    let clock = house.path().join("clock");
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let digest_after = |hours: u128| {
        fs::write(&clock, (now + hours * 3_600_000).to_string()).unwrap();
        bea.json(&["digest", "--peek", "--clock", clock.to_str().unwrap()])["unanswered"].clone()
    };
    assert_eq!(digest_after(71)["total"], 0);
    let unanswered = digest_after(73);
    assert_eq!(
        (&unanswered["hours"], ids(&unanswered["queries"])),
        (&72.into(), vec![question.clone()])
    );
    let told = bea.says(&["digest", "--peek", "--clock", clock.to_str().unwrap()]);
    assert!(
        told.contains("Unanswered for more than 72 hours") && told.contains("Why? · Ada (north), 3 days ago"),
        "{told}"
    );
    // One's own answer is none.
    house.write(["answer", &question, "Never mind."]);
    assert_eq!(digest_after(73)["total"], 1);
    bea.write(&["answer", &question, "So."]);
    assert_eq!(digest_after(73)["total"], 0);
}

#[test]
fn what_one_follows_stays_at_home() {
    let house = House::running();
    let bea = Colleague::joins(&house, "Bea");
    let question = house.write(["ask", "Why?"]);
    let answer = house.write(["answer", &question, "So."]);
    assert!(bea.says(&["following"]).contains("You follow nothing"));
    assert!(bea.says(&["follow", &answer[..8]]).contains("You follow "));
    let own = bea.write(&["ask", "Mine?"]);
    let talk = bea.write(&["discuss", "Nights"]);
    bea.says(&["follow", "--topic", "opioids", "--topic", "mouth-care"]);
    let following = bea.json(&["following"])["following"].clone();
    let mut threads = [question, own.clone(), talk];
    threads.sort();
    assert_eq!(following["threads"], serde_json::json!(threads));
    assert_eq!(following["topics"], serde_json::json!(["mouth-care", "opioids"]));
    let listed = bea.says(&["following"]);
    assert!(
        listed.contains("topic opioids") && listed.contains("Why?"),
        "{listed}"
    );
    assert!(
        !bea.home_file("following").contains("Why?"),
        "ids and topics alone"
    );
    let said = house.ends(2, ["follow"]);
    assert!(said.contains("required"), "{said}");

    bea.says(&["unfollow", &answer, "--topic", "opioids"]);
    assert_eq!(
        bea.json(&["following"])["following"]["topics"],
        serde_json::json!(["mouth-care"])
    );
    // Neither needs a node.
    let away = |arguments: &[&str]| {
        let mut command = bea.hearth(arguments);
        succeed(
            command
                .args(["--node", "http://127.0.0.1:9"])
                .env_remove("HEARTH_DATA"),
        )
    };
    away(&["unfollow", &own[..8]]);
    let listed = away(&["following"]);
    assert!(
        !listed.contains(&own[..12]) && listed.contains("topic mouth-care"),
        "{listed}"
    );
}

fn waiting(colleague: &Colleague<'_>, name: &str) -> Vec<String> {
    let inbox = colleague.json(&["inbox"]);
    let sources = inbox["inbox"].as_array().unwrap();
    ids(&sources.iter().find(|source| source["name"] == name).unwrap()["entries"])
}

#[test]
fn an_inbox_holds_what_waits_and_nothing_else() {
    let house = House::running();
    let bea = Colleague::joins(&house, "Bea");
    let own = bea.write(&["ask", "Which mouth care?"]);
    let first = house.write(["answer", &own, "Swabs."]);
    let second = house.write(["answer", &own, "Brushes."]);
    bea.write(&["answer", &own, "I found none myself."]);
    assert_eq!(waiting(&bea, "answers"), [second.clone(), first.clone()]);
    let told = bea.says(&["inbox"]);
    assert!(
        told.contains("Answers to your questions (2): hearth accept ID"),
        "{told}"
    );
    assert!(
        told.contains("Brushes. on “Which mouth care?” · Ada (north), just now"),
        "{told}"
    );
    bea.write(&["reply", &first, "They refuse them."]);
    assert_eq!(waiting(&bea, "answers"), std::slice::from_ref(&second));
    bea.write(&["accept", &second]);
    assert!(waiting(&bea, "answers").is_empty());
    let third = house.write(["answer", &own, "Or a spray."]);
    assert_eq!(
        waiting(&bea, "answers"),
        [third],
        "it came after the accepted one"
    );
    bea.write(&["withdraw", &own]);
    assert!(waiting(&bea, "answers").is_empty());

    let open = house.write(["ask", "How do you store opioids?", "--topic", "opioids"]);
    bea.write(&["ask", "Mine?", "--topic", "opioids"]);
    assert!(waiting(&bea, "questions").is_empty(), "nothing is followed");
    assert!(bea.says(&["inbox"]).contains("You follow no topic yet"));
    bea.says(&["follow", "--topic", "opioids"]);
    assert_eq!(waiting(&bea, "questions"), std::slice::from_ref(&open));
    bea.write(&["answer", &open, "In the safe."]);
    assert!(waiting(&bea, "questions").is_empty());
    assert!(bea.says(&["inbox"]).contains("Nothing waits for you."));

    // A stranger's key is told so.
    let stranger = house.path().join("dora");
    let mut init = house.hearth(["init", "--home", stranger.to_str().unwrap()]);
    succeed(init.env_remove("HEARTH_DATA"));
    let mut asked = house.hearth([
        "inbox",
        "--home",
        stranger.to_str().unwrap(),
        "--node",
        &house.url(),
    ]);
    assert!(!asked.env_remove("HEARTH_DATA").output().unwrap().status.success());
}

#[test]
fn another_organisations_resource_waits_until_it_is_judged() {
    let north = north();
    let south = Joiner::joins(&north, "south");
    let guide = north.write(["share", "A guide", "Its text."]);
    let asked = |arguments: &[&str]| succeed_json(&mut south.hearth(arguments));
    let waiting = || ids(&asked(&["inbox"])["inbox"][2]["entries"]);
    until("south has the guide", || {
        south
            .hearth(&["show", &guide])
            .output()
            .unwrap()
            .status
            .success()
            .then_some(())
    });
    assert!(waiting().is_empty(), "nothing is followed");
    asked(&["follow", &guide]);
    assert_eq!(waiting(), std::slice::from_ref(&guide));
    asked(&["digest"]);
    asked(&["validate", &guide]);
    assert!(waiting().is_empty());
    let second = north.write(["share", "A guide", "Its text, shorter.", "--version-of", &guide]);
    until("south has the new version", || {
        (waiting() == [second.clone()]).then_some(())
    });
    let digest = asked(&["digest"]);
    assert_eq!(ids(&digest["news"]), [second], "{digest}");
    // The own organisation's resources are for others to judge.
    asked(&["dispute", &text(&digest["news"][0]["entry"]["id"])]);
    asked(&["share", "Ours", "Its text."]);
    assert!(waiting().is_empty());
}
