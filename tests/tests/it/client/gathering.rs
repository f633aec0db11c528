//! Interests, profiles, invitations, circles, gaps, the list of potential organisations, and what is one's own.

use super::{House, succeed_json, text};
use crate::process::{said, succeed};
use hearth_tests::wait::until;
use serde_json::Value;
use std::fs;
use std::process::Command;

/// A second member of the house, admitted with these options.
struct Bea<'a> {
    house: &'a House,
}

impl<'a> Bea<'a> {
    fn admitted(house: &'a House, options: &[&str]) -> Bea<'a> {
        let bea = Bea { house };
        let made = succeed_json(bea.hearth(&["init"]).env_remove("HEARTH_DATA"));
        let key = text(&made["key"]);
        let admit = ["member", "admit", &key, "--name", "Bea"];
        let connect = house.json(admit.iter().copied().chain(options.iter().copied()));
        let connect = text(&connect["connect"]);
        let line: Vec<&str> = connect.split_whitespace().skip(1).collect();
        succeed(bea.hearth(&line).env_remove("HEARTH_DATA"));
        bea
    }

    fn hearth(&self, arguments: &[&str]) -> Command {
        let mut command = self.house.hearth(arguments.iter().copied());
        command.env("HEARTH_HOME", self.house.path().join("bea"));
        command
    }

    fn json(&self, arguments: &[&str]) -> Value {
        succeed_json(&mut self.hearth(arguments))
    }

    fn write(&self, arguments: &[&str]) -> String {
        text(&self.json(arguments)["id"])
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let output = self.hearth(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        said(&output)
    }
}

#[test]
fn members_say_who_they_are_and_are_found_by_their_interests() {
    let house = House::running();
    let code = text(&house.json(["invite"])["code"]);
    let bea = Bea::admitted(&house, &["--code", &code]);
    assert!(house.ends(0, ["interest"]).contains("no interests"));
    house.write(["interest", "mouth-care", "night-care"]);
    house.write(["interest", "night-care"]);
    bea.write(&["interest", "mouth-care"]);
    assert_eq!(
        house.json(["interest"])["topics"],
        serde_json::json!(["night-care"])
    );
    let found = bea.json(&["directory", "--topic", "night-care"]);
    let names: Vec<&Value> = found["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert_eq!(names, ["Ada"]);
    house.write(["interest", "--none"]);
    assert!(
        house
            .ends(0, ["directory", "--topic", "night-care"])
            .contains("Nobody declared")
    );

    let profile = bea.write(&["profile", "Bea Reed", "Night nurse.", "--strengths", "Listens."]);
    let shown = succeed(&mut bea.hearth(&["profile"]));
    for words in [
        "Bea (north)",
        "Night nurse.",
        "## Strengths",
        "Listens.",
        "mouth-care",
    ] {
        assert!(shown.contains(words), "{words} in\n{shown}");
    }
    let person = text(&bea.json(&["profile"])["person"]);
    assert!(
        house
            .ends(0, ["profile", "--of", &person[..8]])
            .contains("Listens.")
    );
    bea.write(&["erase", &profile, "--ground", "request"]);
    assert!(
        !house
            .ends(0, ["profile", "--of", &person[..8]])
            .contains("Listens.")
    );

    bea.write(&["consent", "report-names", "yes"]);
    bea.write(&["consent", "report-names", "no"]);
    assert_eq!(bea.json(&["consent"])["consents"]["report-names"], false);
    let directory = house.json(["directory"]);
    assert!(!directory.to_string().contains("consents"), "{directory}");
    let joined = house.json(["explain", "S1", "--as-of", "2099-01-01", "--window", "60000d"]);
    let ways = joined["indicators"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["name"] == "ways_of_joining");
    assert_eq!(
        ways.unwrap()["signed"]["parts"],
        serde_json::json!({ "applied": 1, "invited": 1 })
    );
}

#[test]
fn a_circle_is_opened_joined_talked_in_and_closed() {
    let house = House::running();
    let bea = Bea::admitted(&house, &["--applied"]);
    let circle = house.write([
        "circle",
        "open",
        "night-care",
        "Night care",
        "What helps at night.",
        "--mode",
        "online",
        "--structure",
        "non-hierarchical",
        "--until",
        "2099-01-01",
    ]);
    bea.write(&["circle", "join", &circle[..8]]);
    let question = bea.write(&["ask", "Does tea help?", "--circle", &circle[..8]]);
    house.write(["answer", &question, "At four, yes."]);
    bea.write(&["discuss", "Elsewhere"]);
    let listed = bea.json(&["circle", "list"]);
    let row = &listed["circles"][0];
    assert_eq!(
        (&row["members"], &row["conversations"], &row["mine"]),
        (&2.into(), &1.into(), &true.into())
    );
    let shown = house.ends(0, ["circle", "show", &circle[..8]]);
    for words in [
        "What helps at night.",
        "topic group, non-hierarchical, online",
        "until ",
        "2 members",
        "Bea (north)",
        "Does tea help?",
    ] {
        assert!(shown.contains(words), "{words} in\n{shown}");
    }
    assert!(!shown.contains("Elsewhere"));
    bea.write(&["circle", "leave", &circle]);
    assert!(
        bea.refused(&["circle", "close", &circle])
            .contains("only the author")
    );
    house.write(["circle", "close", &circle, "All is said."]);
    assert!(house.ends(0, ["circle", "list"]).contains("closed "));
    assert_eq!(
        house.json(["circle", "show", &circle])["circle"]["members"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(
        bea.refused(&["ask", "Where?", "--circle", &question])
            .contains("is no circle")
    );
    assert!(
        house
            .ends(1, ["circle", "show", &question])
            .contains("is not a circle")
    );
}

#[test]
fn gaps_are_owned_and_closed_and_a_list_is_put_to_the_vote() {
    let house = House::running();
    let bea = Bea::admitted(&house, &["--applied"]);
    assert!(house.ends(0, ["gap", "list"]).contains("No gap is open"));
    let gap = house.write([
        "gap",
        "raise",
        "No care homes",
        "Half of all die there.",
        "--role",
        "care-home",
    ]);
    assert!(bea.refused(&["gap", "close", &gap]).contains("Take it on first"));
    bea.write(&["gap", "own", &gap[..8], "I know two."]);
    let listed = house.ends(0, ["gap", "list"]);
    assert!(
        listed.contains("No care homes") && listed.contains("Bea"),
        "{listed}"
    );
    bea.write(&["gap", "close", &gap]);
    assert!(house.ends(0, ["gap", "list"]).contains("No gap is open"));
    assert!(house.ends(0, ["gap", "list", "--all"]).contains("No care homes"));

    let list = house.path().join("list.csv");
    fs::write(
        &list,
        "south, hospice, south, South Hospice\nnorth, hospice, north\n",
    )
    .unwrap();
    assert!(house.ends(0, ["coverage", "show"]).contains("No list"));
    let propose = [
        "coverage",
        "propose",
        list.to_str().unwrap(),
        "Who could be with us",
    ];
    let said = house.ends(0, propose.into_iter().chain(["--closes", "1d"]));
    assert!(said.contains("hearth vote"), "{said}");
    let listed = house.json(["decision", "list"]);
    let proposed = text(&listed["decisions"][0]["entry"]["id"]);
    let shown = house.ends(0, ["show", &proposed]);
    assert!(shown.contains("South Hospice, hospice, south"), "{shown}");
    // What nobody has voted on is brought about by nobody.
    let early = house.ends(1, ["decision", "close", &proposed[..8]]);
    assert!(early.contains("people can vote until"), "{early}");
    assert!(house.ends(0, ["coverage", "show"]).contains("No list"));
}

#[test]
fn what_is_ones_own_is_taken_along_with_proofs_and_erased() {
    let house = House::running();
    let bea = Bea::admitted(&house, &["--applied"]);
    let question = house.write(["ask", "Which mouth care?", "Foam is refused."]);
    let answer = bea.write(&["answer", &question, "Soft brushes."]);
    house.write(["accept", &answer]);
    let told = succeed(&mut bea.hearth(&["portfolio"]));
    for words in [
        "an answer",
        "Soft brushes.",
        "Whom you helped",
        "Ada (north): 1 answers, 1 accepted",
    ] {
        assert!(told.contains(words), "{words} in\n{told}");
    }
    assert!(
        !told.contains("Foam is refused."),
        "words of others are not in it: {told}"
    );
    assert!(house.ends(0, ["portfolio"]).contains("Who helped you"));

    let file = house.path().join("bea.json");
    until("all is under a checkpoint", || {
        let done = bea.json(&["me", "export", file.to_str().unwrap()]);
        (done["unproven"] == 0).then_some(())
    });
    let kept: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let entries = kept["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "the admission and the answer");
    let mine = entries
        .iter()
        .find(|entry| entry["id"] == answer.as_str())
        .unwrap();
    assert_eq!(mine["bodies"][0]["text"], "Soft brushes.");
    let write = |name: &str, text: &Value| {
        let path = house.path().join(name);
        fs::write(&path, text.as_str().unwrap()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (proof, policy) = (
        write("proof.txt", &mine["proof"]),
        write("policy.txt", &kept["policy"]),
    );
    let check = [
        "verify", "--proof", &proof, "--entry", &answer, "--policy", &policy,
    ];
    succeed(&mut bea.hearth(&check));

    assert!(bea.refused(&["me", "erase"]).contains("1 entries would be gone"));
    bea.write(&["react", &answer, "thanks"]);
    assert_eq!(bea.json(&["me", "erase", "--yes"])["entries"], 1);
    assert!(!house.ends(0, ["thread", &question]).contains("Soft brushes."));
    assert_eq!(bea.json(&["me", "erase", "--yes"])["entries"], 0);
    assert_eq!(
        bea.hearth(&["me", "leave"]).output().unwrap().status.code(),
        Some(2)
    );
    bea.write(&["me", "leave", "--yes"]);
    bea.refused(&["ask", "Am I still here?"]);
}
