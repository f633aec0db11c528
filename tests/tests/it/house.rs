//! The rules of the house that no compiler checks: which room may name what, and how large a room may grow.

use std::fs;
use std::path::{Path, PathBuf};

const MAX_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ lies in the project")
        .to_path_buf()
}

fn files(under: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(under) else { return };
    for entry in entries.map(|e| e.unwrap().path()) {
        let name = entry.file_name().unwrap().to_string_lossy().into_owned();
        if entry.is_dir() && name != "target" && !name.starts_with('.') {
            files(&entry, ending, found);
        } else if name.ends_with(ending) {
            found.push(entry);
        }
    }
}

/// Source files under `folder`, with their path from the root and their text without unit tests (which close a file) and comments.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&root().join(folder), ".rs", &mut found);
    assert!(!found.is_empty(), "{folder} holds no source file");
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let code: Vec<&str> = code
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .collect();
            (
                path.strip_prefix(root()).unwrap().to_string_lossy().into_owned(),
                code.join("\n"),
            )
        })
        .collect()
}

fn refuse(folder: &str, words: &[&str], except: &[&str], why: &str) {
    for (path, code) in sources(folder) {
        let tests = path.ends_with("/tests.rs") || path.contains("/tests/");
        if tests || except.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        for word in words {
            assert!(!code.contains(word), "{path} names `{word}`: {why}");
        }
    }
}

// vectors.rs is compiled for tests alone: it reads the frozen bytes.
#[test]
fn the_core_is_pure() {
    refuse(
        "protocol/src",
        &[
            "std::fs",
            "std::net",
            "std::env",
            "std::thread",
            "SystemTime",
            "Instant",
            "HashMap",
            "HashSet",
            "tokio",
            "async ",
            "getrandom",
            "f32",
            "f64",
        ],
        &["protocol/src/vectors.rs"],
        "protocol has no I/O, clock, randomness, floats or unordered iteration",
    );
}

#[test]
fn each_heavy_dependency_has_one_room() {
    refuse(
        "node/src",
        &["redb::"],
        &["node/src/store"],
        "only store/ speaks to the database",
    );
    refuse(
        "node/src",
        &["libp2p::"],
        &["node/src/network"],
        "only network/ speaks to libp2p",
    );
    refuse(
        "node/src",
        &["axum::"],
        &["node/src/api"],
        "only api/ speaks HTTP",
    );
    refuse(
        "node/src",
        &["tantivy::"],
        &["node/src/search"],
        "only search/ speaks to the full-text index",
    );
    refuse(
        "cli/src",
        &["redb::", "libp2p::", "axum::", "tantivy::"],
        &[],
        "the client uses the node's rooms",
    );
}

// A figure that came out right by agreement with the code that made the events would show nothing.
#[test]
fn the_demonstrations_story_knows_no_indicator() {
    refuse(
        "cli/src/demo/scenario",
        &["framework", "audit::", "claims::", "governance::", "community::"],
        &[],
        "the story is about people; its figures are for others to compute",
    );
}

#[test]
fn a_room_has_one_purpose_and_a_size() {
    for folder in [
        "protocol/src",
        "node/src",
        "cli/src",
        "tests/src",
        "tests/stories",
        "tests/tests",
    ] {
        for (path, code) in sources(folder) {
            let lines = code.lines().count();
            assert!(
                lines <= MAX_LINES,
                "{path} has {lines} lines of code; split it (at most {MAX_LINES})"
            );
            let stem = Path::new(&path)
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned();
            assert!(
                !["util", "utils", "helper", "helpers", "common", "manager", "misc"].contains(&stem.as_str()),
                "{path}: name the noun this file is about"
            );
        }
    }
}

/// Two sides of a merge that both stayed begin alike and go on differently, so a reader has two rules.
#[test]
fn no_paragraph_of_the_documents_is_there_twice() {
    let mut found = Vec::new();
    files(&root().join("docs"), ".md", &mut found);
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        // What a program prints may well begin as it did before.
        let prose: String = text
            .split("```console")
            .map(|part| part.split_once("\n```\n").map_or(part, |(_, prose)| prose))
            .collect();
        let mut begun = std::collections::BTreeSet::new();
        for line in prose.lines().filter(|line| !line.starts_with('|')) {
            let beginning: String = line.trim_start().chars().take(30).collect();
            let again = beginning.chars().count() == 30 && !begun.insert(beginning);
            assert!(!again, "{}: another line begins so: {line}", path.display());
        }
    }
}

#[test]
fn documents_keep_their_size_and_name_real_files() {
    let text = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    assert!(
        text.lines().count() <= 300,
        "docs/architecture.md is over 300 lines"
    );
    for name in text.split('`').skip(1).step_by(2) {
        let first = name.split('/').next().unwrap_or_default();
        if ["protocol", "node", "cli", "tests", "docs"].contains(&first) && name.contains('/') {
            assert!(
                root().join(name).exists(),
                "docs/architecture.md names {name}, which does not exist"
            );
        }
    }
    let mut records = Vec::new();
    files(&root().join("docs/decisions"), ".md", &mut records);
    assert!(!records.is_empty());
    for record in records {
        let lines = fs::read_to_string(&record).unwrap().lines().count();
        assert!(
            lines <= 40,
            "{} has {lines} lines; a decision record has at most 40",
            record.display()
        );
    }
}
