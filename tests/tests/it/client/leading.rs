//! Tasks, requests to the leadership, referrals, and roles on their way.

use super::{House, succeed_json, text};
use crate::process::{said, succeed};
use std::process::Command;

/// A second member, whose home is beside the steward's.
fn bea(house: &House) -> impl Fn(&[&str]) -> Command + '_ {
    let home = house.path().join("bea");
    let bea = move |arguments: &[&str]| {
        let mut command = house.hearth(arguments.iter().copied());
        command.env("HEARTH_HOME", &home);
        command
    };
    let key = text(&succeed_json(bea(&["init"]).env_remove("HEARTH_DATA"))["key"]);
    let admitted = house.json(["member", "admit", &key, "--name", "Bea"]);
    let connect = text(&admitted["connect"]);
    succeed(bea(&connect.split_whitespace().skip(1).collect::<Vec<_>>()).env_remove("HEARTH_DATA"));
    bea
}

#[test]
fn a_task_is_offered_taken_on_done_and_confirmed_by_another() {
    let house = House::running();
    let bea = bea(&house);
    let offer = [
        "task",
        "offer",
        "Minutes of May",
        "--due",
        "2099-05-20",
        "--topic",
        "may",
    ];
    let task = text(&succeed_json(&mut bea(&offer))["id"]);
    let short = &task[..10];
    assert!(
        house
            .ends(1, ["task", "done", short])
            .contains("not taken on this task")
    );
    house.write(["task", "accept", short, "By Friday."]);
    assert!(succeed(&mut house.hearth(["task", "list", "--open"])).contains("Ada (north): taken on"));
    let done = house.write(["task", "done", short]);
    let refused = house.ends(1, ["task", "confirm", short]);
    assert!(refused.contains("another member"), "{refused}");
    let confirmed = succeed_json(&mut bea(&["task", "confirm", short, "Read them."]));
    assert_eq!(confirmed["state"], "acknowledged", "{confirmed}");

    let listed = house.json(["task", "list"]);
    let row = &listed["tasks"][0];
    assert_eq!(
        (&row["state"], &row["taken"][0]["done"]),
        (&"confirmed".into(), &done.as_str().into())
    );
    assert!(
        house.json(["task", "list", "--open"])["tasks"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let read = succeed(&mut house.hearth(["thread", &done]));
    for words in [
        "a task · Bea",
        "the taking on of a task",
        "a task that was done",
        "Read them.",
        "Bea (north)",
    ] {
        assert!(read.contains(words), "{words} in\n{read}");
    }
}

#[test]
fn the_leadership_is_asked_and_a_question_is_referred() {
    let house = House::running();
    let bea = bea(&house);
    let request = text(&succeed_json(&mut bea(&["leaders", "ask", "A room?", "For twelve."]))["id"]);
    house.write(["leaders", "answer", &request, "Yes."]);
    let listed = house.json(["leaders", "list"]);
    assert_eq!(listed["requests"][0]["answers"].as_array().unwrap().len(), 1);
    assert_eq!(listed["requests"][0]["answered"], false, "Ada holds no role");
    assert!(succeed(&mut house.hearth(["leaders", "list"])).contains("not yet"));

    let question = house.write(["ask", "Who knows?"]);
    house.write(["refer", &question]);
    let refused = house.ends(1, ["refer", &request]);
    assert!(refused.contains("a question or a discussion"), "{refused}");
    let read = succeed(&mut house.hearth(["thread", &question]));
    assert!(read.contains("a referral"), "{read}");
    let waiting = succeed(&mut house.hearth(["unanswered"]));
    assert!(waiting.contains("Nothing waits"), "asked just now: {waiting}");
}

#[test]
fn a_role_is_put_to_the_vote_before_anybody_holds_it() {
    let house = House::running();
    let ada = text(&house.json(["member", "list"])["members"][0]["person"]);
    let none = succeed(&mut house.hearth(["role", "list"]));
    assert!(none.contains("Required, and held by nobody: leader"), "{none}");
    let grant = ["role", "grant", &ada, "leader", "She has run the study days."];
    let term = ["--from", "2026-03-01", "--until", "2099-03-01"];
    let closes = ["--closes", "2099-12-10"];
    let proposed = house.json(grant.into_iter().chain(term).chain(closes));
    assert_eq!(
        proposed["closes"], "2099-12-10T23:59:59.999Z",
        "the whole day is there to vote on"
    );
    let decision = text(&proposed["id"]);
    let listed = house.json(["role", "list"]);
    let row = &listed["roles"][0];
    assert_eq!(
        (&row["state"], &row["name"]),
        (&"voting".into(), &"Ada".into()),
        "{listed}"
    );
    let early = house.ends(1, ["decision", "close", &decision]);
    assert!(early.contains("people can vote until"), "{early}");
    let shown = succeed(&mut house.hearth(["decision", "show", &decision]));
    assert!(shown.contains("the grant of a role"), "{shown}");
    let no_grant = house.ends(1, ["role", "accept", &decision]);
    assert!(no_grant.contains("the grant of a role"), "{no_grant}");
    let backwards = ["--from", "2026-03-01", "--until", "2026-02-01"];
    let backwards = house.ends(2, grant.into_iter().chain(backwards));
    assert!(backwards.contains("ends before it begins"), "{backwards}");

    assert!(succeed(&mut house.hearth(["time", "list"])).contains("No time was pledged"));
    let future = house.ends(1, ["time", "confirm", &decision, "2099-01", "60"]);
    assert!(future.contains("not over yet"), "{future}");
    let output = house
        .hearth(["time", "pledge", &decision, "2099-1", "60"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}
