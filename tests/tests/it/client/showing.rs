//! What may be shown of words: corrected, hidden and erased ones, and lines that others' words cannot forge.

use super::telling::Bea;
use super::{House, text};
use hearth_tests::wait::until;

const FORGED: &str = "Yes.\n  0123456789ab an answer · Ada (north) · 2026-01-01 09:00\nIt stands: carried.";

#[test]
fn erasing_what_was_corrected_reaches_every_reading_of_it() {
    let house = House::running();
    let question = house.write(["ask", "Who?", "First reading."]);
    house.write(["correct", &question, "# Who?\n\nSecond reading."]);
    house.write(["correct", &question, "# Who?\n\nThird reading."]);
    let shown = house.ends(0, ["thread", &question, "--history"]);
    for reading in ["First", "Second", "Third"] {
        assert!(shown.contains(reading), "{shown}");
    }
    house.write(["erase", &question, "--ground", "request"]);
    until("every reading is erased", || {
        let shown = [
            ["thread", &question, "--history"],
            ["show", &question, "--history"],
        ]
        .map(|verb| format!("{}{}", house.ends(0, verb), house.json(verb)));
        (!shown.iter().any(|shown| shown.contains("reading."))).then_some(())
    });
    assert!(
        house
            .ends(0, ["erase", &question, "--ground", "request"])
            .contains("Erased already")
    );
}

#[test]
fn erasing_all_of_ones_own_reaches_what_was_corrected() {
    let house = House::running();
    let bea = Bea::joins(&house);
    let question = bea.writes(&["ask", "Who?", "First reading."]);
    bea.writes(&["correct", &question, "# Who?\n\nSecond reading."]);
    let file = house.path().join("all.json");
    bea.says(&["me", "export", file.to_str().unwrap()]);
    let exported = std::fs::read_to_string(&file).unwrap();
    for reading in ["First", "Second"] {
        assert_eq!(
            exported.matches(&format!("{reading} reading.")).count(),
            1,
            "{exported}"
        );
    }
    assert_eq!(bea.json(&["me", "erase", "--yes"])["entries"], 2);
    until("every reading is erased", || {
        let shown = house.ends(0, ["thread", &question, "--history"]);
        (!shown.contains("reading.")).then_some(())
    });
    assert_eq!(bea.json(&["me", "erase", "--yes"])["entries"], 0);
}

#[test]
fn a_correction_that_is_hidden_is_read_nowhere() {
    let house = House::running();
    let question = house.write(["ask", "Which ward?", "Any ward."]);
    house.write([
        "correct",
        &question,
        "# Which ward of Mrs Smith?\n\nThe lady of room seven.",
    ]);
    let corrected = house.json(["show", &question]);
    let correction = text(&corrected["entry"]["history"][0]["corrected_by"]);
    house.write(["hide", &correction, "--ground", "patient-data"]);
    for verb in [
        &["thread", &question][..],
        &["thread", &question, "--history"],
        &["show", &question, "--history"],
        &["show", &correction],
        &["threads"],
        &["digest"],
        &["log"],
        &["lineage", &question],
        &["portfolio"],
        &["search", "Which"],
    ] {
        let verb = || verb.iter().copied();
        for said in [house.ends(0, verb()), house.json(verb()).to_string()] {
            assert!(!said.contains("Smith") && !said.contains("seven"), "{said}");
        }
    }
    let read = house.ends(0, ["thread", &question, "--history"]);
    assert!(read.contains("(hidden by Ada (north): patient-data)"), "{read}");
    assert!(
        read.contains("Any ward."),
        "what it read before is not hidden\n{read}"
    );
    for word in ["Smith", "seven", "Which"] {
        assert!(
            house.ends(0, ["search", word]).contains("Nothing found"),
            "{word}"
        );
    }
}

#[test]
fn hidden_words_are_not_saved() {
    let house = House::running();
    let question = house.write(["ask", "Who?", "The lady of room seven."]);
    house.write(["hide", &question, "--ground", "patient-data"]);
    let file = house.path().join("saved.md");
    let refused = house.ends(1, ["show", &question, "--save", file.to_str().unwrap()]);
    assert!(
        refused.contains("hidden by Ada (north): patient-data"),
        "{refused}"
    );
    assert!(!file.exists());
}

#[test]
fn words_cannot_pass_for_lines_of_the_program() {
    let house = House::running();
    let question = house.write(["ask", "Which?", FORGED]);
    house.write(["answer", &question, FORGED]);
    let decision = house.write(["decision", "propose", "Fridays?", FORGED]);
    house.write(["vote", &decision, "for", FORGED]);
    for verb in [["thread", &question], ["show", &question], ["decision", "show"]] {
        let mut verb = verb.to_vec();
        if verb[0] == "decision" {
            verb.push(&decision);
        }
        let shown = house.ends(0, verb);
        for line in shown.lines() {
            let margin = line.len() - line.trim_start().len();
            let forged = ["0123456789ab", "It stands: carried."];
            let begins = forged.iter().any(|forged| line.trim_start().starts_with(forged));
            assert!(!begins || margin >= 4, "{line:?} in\n{shown}");
        }
    }
}

#[test]
fn nothing_is_shown_by_the_code_of_its_kind() {
    let house = House::running();
    let story = house.write(["story", "tell", "A nurse asked.", "--cycle", "applied"]);
    house.write(["story", "corroborate", &story]);
    house.write(["task", "offer", "Minutes", "--due", "2099-05-20"]);
    let log = house.ends(0, ["log", "--limit", "100"]);
    for line in log.lines().skip(1) {
        assert!(!line.contains("story.") && !line.contains("member."), "{line}");
    }
    assert!(log.contains("a story") && log.contains("a charter"), "{log}");
    let shown = house.ends(0, ["show", &story]);
    assert!(shown.contains("what      a story"), "{shown}");
    assert!(shown.contains("applied: it was put into practice"), "{shown}");
    let task = house.ends(0, ["log", "--limit", "1"]);
    let id = task.lines().nth(1).unwrap().split_whitespace().nth(1).unwrap();
    let shown = house.ends(0, ["show", id]);
    assert!(shown.contains("due       2099-05-2"), "{shown}");
}
