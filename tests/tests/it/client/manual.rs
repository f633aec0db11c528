//! The pages of the manual.

use crate::process::{hearth, said, succeed};
use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

/// The verbs that `--help` lists, as the names of their pages; those under other verbs, too.
fn verbs(path: &[String]) -> BTreeSet<String> {
    let help = succeed(hearth().args(&path[1..]).arg("--help"));
    let mut found = BTreeSet::from([path.join("-")]);
    let listed = help.split("Commands:\n").nth(1).unwrap_or_default();
    for line in listed.lines().take_while(|line| !line.is_empty()) {
        // A description that goes on in the next line is indented further.
        let name = line.strip_prefix("  ").filter(|name| !name.starts_with(' '));
        let name = name.and_then(|line| line.split_whitespace().next());
        if let Some(name) = name.filter(|name| *name != "help") {
            found.extend(verbs(&[path, &[name.to_owned()]].concat()));
        }
    }
    found
}

#[test]
fn each_verb_has_a_page_that_renders() {
    let ground = tempfile::tempdir().unwrap();
    let out = ground.path().join("man1");
    succeed(hearth().args(["man", "--home", "/nowhere", "--out"]).arg(&out));
    let pages: BTreeSet<String> = fs::read_dir(&out)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    let verbs = verbs(&["hearth".to_owned()]);
    assert!(
        verbs.len() > 30 && verbs.contains("hearth-community-found"),
        "{verbs:?}"
    );
    let wanted: BTreeSet<String> = verbs.iter().map(|verb| format!("{verb}.1")).collect();
    assert_eq!(pages, wanted);

    let renderers: [&[&str]; 3] = [
        &["man", "-l", "--warnings"],
        &["mandoc", "-T", "utf8"],
        &["groff", "-Kutf8", "-man", "-Tutf8", "-ww"],
    ];
    for renderer in renderers {
        let render = |page: &str| {
            let mut command = Command::new(renderer[0]);
            command
                .args(&renderer[1..])
                .arg(out.join(page))
                .env("MANWIDTH", "90");
            command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null()).output()
        };
        if render("hearth.1").is_err() {
            eprintln!("skipped: {} is not installed", renderer[0]);
            continue;
        }
        for page in &pages {
            let shown = render(page).unwrap();
            let name = renderer[0];
            assert!(
                shown.status.success() && shown.stderr.is_empty(),
                "{name} {page}: {}",
                said(&shown)
            );
        }
        let ask = String::from_utf8_lossy(&render("hearth-ask.1").unwrap().stdout).into_owned();
        let plain: String = strip(&ask);
        for words in [
            "EXAMPLES",
            "hearth ask \"Which mouth care do you use?\" \"Our patients refuse the foam swabs.\" --topic mouth-care",
            "fortune | hearth ask \"Is this wise?\" -\n",
            "NOTES",
        ] {
            assert!(plain.contains(words), "{}: {words} in\n{plain}", renderer[0]);
        }
    }
}

/// Without bold and underline, which are written over or as escapes.
fn strip(shown: &str) -> String {
    let mut plain = String::new();
    let mut characters = shown.chars();
    while let Some(character) = characters.next() {
        match character {
            '\u{8}' => {
                plain.pop();
            }
            '\u{1b}' => {
                characters.by_ref().find(|c| *c == 'm');
            }
            other => plain.push(other),
        }
    }
    plain
}
