//! Words written in the person's own editor.

use super::{House, succeed_json, text};
use crate::process::said;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Makes an editor that runs `script` on its file `$1`; it leaves a copy of what it was given as `shown`, with the file's mode.
fn editor(house: &House, script: &str) -> PathBuf {
    let (path, shown) = (house.path().join("editor"), house.path().join("shown"));
    let copy = shown.display();
    let script = format!("#!/bin/sh\nstat -c %a \"$1\" > {copy}; cat \"$1\" >> {copy}\n{script}\n");
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Puts words above the guidance.
fn writing(words: &str) -> String {
    format!(
        "printf '%s\\n' \"{words}\" | cat - \"$1\" > \"$1.new\" && cat \"$1.new\" > \"$1\"; rm \"$1.new\""
    )
}

fn with(house: &House, editor: &Path, arguments: &[&str]) -> Command {
    let mut command = house.hearth(arguments.iter().copied());
    command.env_remove("VISUAL").env("EDITOR", editor);
    command
}

fn drafts(house: &House) -> Vec<PathBuf> {
    let Ok(found) = fs::read_dir(house.path().join("ada/drafts")) else {
        return Vec::new();
    };
    found.map(|file| file.unwrap().path()).collect()
}

fn words_of(house: &House, id: &str) -> String {
    text(&house.json(["show", id])["entry"]["body"]["text"])
}

#[track_caller]
fn ends(code: i32, command: &mut Command) -> String {
    let output: Output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", said(&output));
    said(&output)
}

#[test]
fn an_answer_is_written_beside_its_question() {
    let mut house = House::running();
    let question = house.write(["ask", "Which mouth care?", "Foam swabs are refused."]);
    let soft = editor(&house, &writing("# Soft brushes\n\nNobody refuses them."));
    let answered = succeed_json(&mut with(&house, &soft, &["answer", &question[..8], "--edit"]));
    assert_eq!(
        words_of(&house, &text(&answered["id"])),
        "# Soft brushes\n\nNobody refuses them."
    );
    let shown = fs::read_to_string(house.path().join("shown")).unwrap();
    for guidance in [
        "600\n",
        ";; Write your answer",
        "patient could be recognised",
        ";; Foam swabs are refused.",
    ] {
        assert!(shown.contains(guidance), "{guidance} in\n{shown}");
    }
    assert!(drafts(&house).is_empty(), "what was sent is no draft any more");

    // What waits in the outbox is no draft either.
    house.kill();
    let mut later = with(&house, &soft, &["reply", &question, "--edit"]);
    assert_eq!(succeed_json(later.env_remove("HEARTH_DATA"))["state"], "queued");
    assert!(drafts(&house).is_empty());
}

#[test]
fn nothing_written_is_nothing_sent() {
    let house = House::running();
    let question = house.write(["ask", "Why?"]);
    let size = house.json(["log"])["size"].clone();
    for script in [
        "exit 0",
        "echo > \"$1\"",
        "grep '^;;' \"$1\" > \"$1.new\"; mv \"$1.new\" \"$1\"",
    ] {
        let idle = editor(&house, script);
        let told = ends(1, &mut with(&house, &idle, &["answer", &question, "--edit"]));
        assert!(told.contains("nothing was written"), "{told}");
        assert!(drafts(&house).is_empty());
    }
    // What was there before the editor opened goes out only if the person saves it.
    let idle = editor(&house, "exit 0");
    let edit = ["answer", &question, "So.", "--edit"];
    assert!(ends(1, &mut with(&house, &idle, &edit)).contains("nothing was written"));
    let saving = editor(&house, "sleep 0.1; touch \"$1\"");
    assert_eq!(house.json(["log"])["size"], size);
    let sent = succeed_json(&mut with(&house, &saving, &edit));
    assert_eq!(words_of(&house, &text(&sent["id"])), "So.");
}

#[test]
fn words_that_were_not_sent_are_kept() {
    let house = House::running();
    let question = house.write(["ask", "Why?"]);
    let guide = house.write(["share", "A guide", "Its text."]);
    let failing = editor(&house, &(writing("Half an answer.") + "\nexit 3"));
    let told = ends(1, &mut with(&house, &failing, &["answer", &question, "--edit"]));
    let [draft] = drafts(&house).try_into().unwrap();
    let name = draft.to_str().unwrap();
    assert!(told.contains("ended with 3") && told.contains(name), "{told}");
    let mode = fs::metadata(&draft).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (fs::read_to_string(&draft).unwrap().as_str(), mode),
        ("Half an answer.\n", 0o600)
    );

    // One that the node refuses; the first draft is not touched.
    let good = editor(&house, &writing("An answer to no question."));
    let told = ends(
        1,
        &mut with(&house, &good, &["answer", &guide, "--edit", "--json"]),
    );
    assert!(
        told.contains("done to a question") && told.contains("answer-2.md"),
        "{told}"
    );
    assert_eq!(drafts(&house).len(), 2);
    let more = editor(&house, "echo And the other half. >> \"$1\"");
    let taken_up = ["answer", &question, "--edit", "--file", name];
    let sent = succeed_json(&mut with(&house, &more, &taken_up));
    assert_eq!(
        words_of(&house, &text(&sent["id"])),
        "Half an answer.\n\nAnd the other half."
    );

    // An id that nobody knows and an editor that is not there are told before anything is written.
    fs::remove_file(house.path().join("shown")).unwrap();
    ends(1, &mut with(&house, &good, &["answer", "ffff", "--edit"]));
    assert!(!house.path().join("shown").exists());
    let told = ends(
        1,
        &mut with(
            &house,
            Path::new("no-such-editor"),
            &["answer", &question, "--edit"],
        ),
    );
    assert!(told.contains("no-such-editor is not there"), "{told}");
}

/// Runs a command line on a terminal of its own; none where `script` is not installed.
fn at_a_terminal(house: &House, editor: &Path, line: &str) -> Option<Output> {
    let mut script = Command::new("script");
    let line = format!("{} {line}", env!("CARGO_BIN_EXE_hearth-under-test"));
    let ran = script
        .args(["-qec", &line, "/dev/null"])
        .stdin(Stdio::null())
        .env("HEARTH_HOME", house.path().join("ada"))
        .env("HEARTH_DATA", house.data())
        .env("VISUAL", editor)
        .env("EDITOR", "false")
        .output();
    if ran.is_err() {
        eprintln!("skipped: script(1) is not installed");
    }
    ran.ok()
}

#[test]
fn at_a_terminal_the_editor_opens_by_itself() {
    let house = House::running();
    let asking = editor(&house, &writing("Which mouth care?\n\nFoam swabs are refused."));
    let Some(asked) = at_a_terminal(&house, &asking, "ask --topic mouth-care") else {
        return;
    };
    assert!(asked.status.success(), "{}", said(&asked));
    let question = house.json(["threads"])["threads"][0]["thread"].clone();
    assert_eq!(question["title"], "Which mouth care?");
    let id = text(&question["id"]);
    assert_eq!(
        words_of(&house, &id),
        "# Which mouth care?\n\nFoam swabs are refused."
    );
    let answering = editor(&house, &writing("Brushes."));
    let answered = at_a_terminal(&house, &answering, &format!("answer {id}")).unwrap();
    assert!(answered.status.success(), "{}", said(&answered));
    assert!(said(&answered).contains("Answered: "), "{}", said(&answered));
    // Words that are given need no editor, and a title alone is a question.
    let plain = at_a_terminal(&house, Path::new("false"), "ask 'And at night?'").unwrap();
    assert!(plain.status.success(), "{}", said(&plain));
    // A program at the other end of a pipe is asked nothing.
    assert!(house.ends(2, ["ask"]).contains("there is no title"));
    let file = house.path().join("question.md");
    fs::write(&file, "# By file\n\nIts text.\n").unwrap();
    let by_file = house.write(["ask", "--file", file.to_str().unwrap()]);
    assert_eq!(words_of(&house, &by_file), "# By file\n\nIts text.");
}
