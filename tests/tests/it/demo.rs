//! The demonstration, whole: three node processes, a story, the same answer from each.

use super::process::{hearth, said, succeed};
use hearth_stories::independent::reader;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Two months are enough to see everything: a resource is judged when it is thirty days old.
fn demo(directory: &Path, months: u64) -> Command {
    let mut command = hearth();
    command.args(["demo", "--exit", "--json", "--dir"]).arg(directory);
    command.args(["--organisations", "3", "--months", &months.to_string()]);
    command
}

#[test]
fn the_demonstration_ends_well_and_leaves_three_sound_directories() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("demo");
    let output = demo(&directory, 2).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));

    let results: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = results.as_array().unwrap();
    let framework = &results[0];
    assert_eq!(results.len(), 3);
    assert!(results.iter().all(|result| result == &results[0]));
    for statement in ["V3", "V4", "K2", "K4"] {
        let rows = results[0]["statements"].as_array().unwrap();
        assert!(
            rows.iter().any(|row| row["id"] == statement),
            "{statement} is missing"
        );
    }

    let summary: Value = serde_json::from_slice(&fs::read(directory.join("demo.json")).unwrap()).unwrap();
    assert_eq!(summary["community"].as_str().unwrap().len(), 64);
    for organisation in summary["organisations"].as_array().unwrap() {
        for field in ["slug", "id", "origin", "vkey", "data", "api"] {
            assert!(organisation[field].is_string(), "{field} of {organisation}");
        }
        assert!(!organisation["addresses"].as_array().unwrap().is_empty());
        let verified = hearth()
            .args(["verify", "--data"])
            .arg(organisation["data"].as_str().unwrap())
            .output()
            .unwrap();
        assert!(verified.status.success(), "{}", said(&verified));
    }

    let results = parent.path().join("framework.json");
    fs::write(&results, framework.to_string()).unwrap();
    independent_program_agrees(&summary, &results, parent.path());

    let again = demo(&directory, 2).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert!(said(&again).contains("earlier demonstration"), "{}", said(&again));
}

/// Publishes the three logs, and lets the reader that knows nothing of our code verify them and recompute the figures.
fn independent_program_agrees(summary: &Value, framework: &Path, folder: &Path) {
    let organisations = summary["organisations"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (Some(verify), Some(figures)) = (reader("verify.py"), reader("figures.py")) else {
        return;
    };
    let python = |script: &Path| {
        let mut command = Command::new("python3");
        command.arg("-B").arg(script);
        command
    };
    let mut recompute = python(&figures);
    recompute.arg(framework);
    for organisation in organisations {
        let published = folder.join(format!("published-{}", text(&organisation["slug"])));
        succeed(hearth().arg("publish").arg(&published).args([
            "--entries",
            "--data",
            &text(&organisation["data"]),
        ]));
        let mut check = python(&verify);
        check.args([
            "--community",
            &text(&summary["community"]),
            "--log-key",
            &text(&organisation["vkey"]),
        ]);
        for other in organisations.iter().filter(|other| *other != organisation) {
            check.args(["--witness", &text(&other["witness"])]);
        }
        check.args(["--quorum", "2"]);
        succeed(check.arg(&published));
        recompute.arg(published);
    }
    let said = succeed(&mut recompute);
    assert!(said.contains(" 0 differences"), "{said}");
}

#[test]
fn a_directory_with_something_in_it_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("letter"), "dear").unwrap();
    let output = demo(directory.path(), 1).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("not empty"), "{}", said(&output));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn an_entry_withheld_from_one_node_fails_the_demonstration() {
    let parent = tempfile::tempdir().unwrap();
    let output = demo(&parent.path().join("demo"), 1)
        .args(["--patience", "30"])
        .env("HEARTH_DEMO_WITHHOLD", "harbour")
        .output()
        .unwrap();
    assert!(!output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("lacks"), "{}", said(&output));
}

#[test]
fn real_history_enters_through_one_of_the_three() {
    let archive =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/stackexchange-french-meta");
    if !archive.exists() {
        println!("skipped: {} is not there", archive.display());
        return;
    }
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("demo");
    let output = demo(&directory, 1).arg("--from").arg(&archive).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let verified = hearth()
        .args(["verify", "--data"])
        .arg(directory.join("harbour"))
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
}
