//! Shells that complete what a person types: the real shells, where they are installed.

use super::House;
use crate::process::said;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What each shell runs to complete the words in `$LINE`, the last of which is begun. One candidate in a line; a title
/// behind a tab or a colon.
const BASH: &str = r#"
source <(hearth completions bash)
read -ra COMP_WORDS <<< "$LINE"
[[ $LINE == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
COMP_TYPE=9
_clap_complete_hearth hearth "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;
const ZSH: &str = r#"
compdef() { : }
_describe() { print -rl -- ${(P)3} }
source <(hearth completions zsh)
words=(${(s: :)LINE})
[[ $LINE == *" " ]] && words+=("")
CURRENT=${#words}
_clap_dynamic_completer_hearth
"#;
const FISH: &str = "hearth completions fish | source; complete -C \"$LINE\"";

const SHELLS: [(&str, &[&str], &str); 3] = [
    ("bash", &["--norc", "--noprofile", "-c"], BASH),
    ("zsh", &["-f", "-c"], ZSH),
    ("fish", &["--no-config", "-c"], FISH),
];

impl House {
    /// What a shell offers for a line. None where the shell is not installed.
    fn completed(&self, (shell, options, script): (&str, &[&str], &str), line: &str) -> Option<Vec<String>> {
        let bin = self.path().join("bin");
        if !bin.exists() {
            fs::create_dir(&bin).unwrap();
            std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_hearth-under-test"), bin.join("hearth")).unwrap();
        }
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let ran = Command::new(shell)
            .args(options)
            .arg(script)
            .stdin(Stdio::null())
            .env("PATH", path)
            .env("LINE", line)
            .env("HOME", self.path())
            .env("HEARTH_HOME", self.path().join("ada"))
            .env_remove("HEARTH_NODE")
            .env_remove("HEARTH_DATA")
            .output();
        let Ok(ran) = ran else {
            eprintln!("skipped: {shell} is not installed");
            return None;
        };
        assert!(ran.stderr.is_empty(), "{shell} `{line}`: {}", said(&ran));
        let offered = String::from_utf8(ran.stdout).unwrap();
        Some(offered.lines().map(str::to_owned).collect())
    }
}

fn offers(offered: &[String], value: &str) -> bool {
    offered.iter().any(|candidate| {
        candidate
            .strip_prefix(value)
            .is_some_and(|rest| rest.trim().is_empty() || rest.starts_with(['\t', ':']))
    })
}

#[test]
fn shells_complete_verbs_ids_and_topics() {
    let house = House::running();
    let question = house.write(["ask", "Which mouth care?", "Swabs?", "--topic", "mouth-care"]);
    let answer = house.write([
        "answer",
        &question,
        "Soft \u{1b}[31mbrushes: $(touch pwned) `x`\nand more",
    ]);
    let guide = house.write(["share", "A guide", "Its text."]);
    let gone = house.write(["ask", "Never mind"]);
    house.write(["withdraw", &gone]);
    let person = house.json(["member", "list"])["members"][0]["person"].clone();
    let task = house.write(["task", "offer", "Minutes of May"]);
    let decision = house.write(["decision", "propose", "Fridays"]);
    let story = house.write(["story", "tell", "A nurse asked.", "--cycle", "applied"]);
    let circle = house.write(["circle", "open", "night-care", "Night care", "What helps."]);
    let short = |id: &str| id[..12].to_owned();
    for shell in SHELLS {
        let name = shell.0;
        let Some(verbs) = house.completed(shell, "hearth an") else {
            continue;
        };
        assert!(
            offers(&verbs, "answer") && !offers(&verbs, "ask"),
            "{name}: {verbs:?}"
        );
        let complete = |line: &str| house.completed(shell, line).unwrap();
        for (line, wanted) in [
            ("hearth answer ", short(&question)),
            (&*format!("hearth answer {}", &question[..5]), short(&question)),
            ("hearth accept ", short(&answer)),
            ("hearth validate ", short(&guide)),
            ("hearth thread ", short(&guide)),
            ("hearth withdraw ", short(&question)),
            ("hearth reply ", short(&answer)),
            ("hearth show ", short(&gone)),
            ("hearth ask x --topic mou", "mouth-care".to_owned()),
            ("hearth log ", "north".to_owned()),
            ("hearth member leave ", short(person.as_str().unwrap())),
            ("hearth explain v", "V4".to_owned()),
            ("hearth task accept ", short(&task)),
            ("hearth vote ", short(&decision)),
            ("hearth decision close ", short(&decision)),
            ("hearth story corroborate ", short(&story)),
            ("hearth ask x --circle ", short(&circle)),
        ] {
            let offered = complete(line);
            assert!(
                offers(&offered, &wanted),
                "{name} `{line}`: {wanted} in {offered:?}"
            );
        }
        let questions = complete("hearth answer ");
        assert!(!offers(&questions, &short(&gone)), "{name}: it is withdrawn");
        assert!(!offers(&questions, &short(&guide)), "{name}: it is no question");
        let decisions = complete("hearth vote ");
        assert!(!offers(&decisions, &short(&task)), "{name}: it is no decision");
        if name != "bash" {
            let titled = |offered: &[String], title: &str| offered.iter().any(|line| line.contains(title));
            assert!(titled(&questions, "Which mouth care?"), "{name}: {questions:?}");
            let answers = complete("hearth accept ");
            assert!(
                titled(&answers, "brushes: $(touch pwned) `x`"),
                "{name}: {answers:?}"
            );
            assert!(!titled(&answers, "\u{1b}"), "{name}: {answers:?}");
        }
    }
    house.write(["accept", &answer]);
    let accepted = house.completed(SHELLS[0], "hearth accept ");
    assert!(accepted.is_none_or(|offered| !offers(&offered, &short(&answer))));
}

/// What the shell runs at each press of the key.
fn pressed(house: &House, words: &[&str]) -> (String, Duration) {
    let mut command = house.hearth(["--"].iter().chain(words).copied());
    let begun = Instant::now();
    let ran = command
        .env("HEARTH_COMPLETE", "fish")
        .env_remove("HEARTH_DATA")
        .output()
        .unwrap();
    assert!(ran.stderr.is_empty() && ran.status.success(), "{}", said(&ran));
    (String::from_utf8(ran.stdout).unwrap(), begun.elapsed())
}

#[test]
fn a_press_of_the_key_is_quick_and_never_complains() {
    let mut house = House::running();
    let question = house.write(["ask", "Why?"]);
    let (offered, _) = pressed(&house, &["hearth", "answer", ""]);
    assert!(offered.contains(&question[..12]), "{offered}");
    // A loaded machine may be slow at times, not always.
    let quick = (0..20).any(|_| pressed(&house, &["hearth", "answer", ""]).1 < Duration::from_millis(200));
    assert!(quick, "it takes longer than a person notices");

    // No home, no key, and words nobody understands.
    for words in [
        &["hearth", "--home", "/nowhere", "answer", ""][..],
        &["hearth", "no-such-verb", ""],
        &["hearth", "answer", "zzz"],
    ] {
        let (offered, _) = pressed(&house, words);
        assert!(!offered.contains(&question[..12]), "{words:?}: {offered}");
    }
    // The node is away, or something else listens there and never answers.
    house.kill();
    assert!(
        !pressed(&house, &["hearth", "answer", ""])
            .0
            .contains(&question[..12])
    );
    let deaf = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let node = format!("--node=http://{}", deaf.local_addr().unwrap());
    let (offered, took) = pressed(&house, &["hearth", &node, "answer", ""]);
    assert!(!offered.contains(&question[..12]), "{offered}");
    assert!(took < Duration::from_secs(2), "it gives up: {took:?}");
}
