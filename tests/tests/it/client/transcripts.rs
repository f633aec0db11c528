//! The transcripts in `docs/` are run: every command against real nodes, and what it prints is what stands there.
//!
//! A scene begins with a heading `## 2026-01-05 09:00 · Bea of willow`: when, who, and at whose node. Its ```console blocks
//! hold commands, lines that begin with `$ `, each a minute after the one before, and what they print; a block
//! ```text NAME is a file that lies there. `HEARTH_BLESS=1` writes down what is printed instead.
//!
//! What differs from run to run is replaced. An id or key is written as the first digits of the SHA-256 of the command that
//! printed it first and how many it printed before; addresses and the member's home are as on a machine of
//! one's own; places in logs and cuts are left out. How many entries have no witness yet is left out.

use super::succeed_json;
use super::town::{STEWARDS, Town};
use crate::process::said;
use hearth_protocol::time::{Span, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SLUGS: [&str; 2] = ["willow", "rowan"];
/// Fewest digits of an id that is printed.
const DIGITS: usize = 12;

#[test]
fn a_members_week_is_as_told() {
    retell("docs/a-members-week.md");
}

#[test]
fn a_leaders_month_is_as_told() {
    retell("docs/a-leaders-month.md");
}

fn retell(document: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document);
    let written = fs::read_to_string(&path).unwrap();
    let told = Teller::new().tell(&written);
    if std::env::var_os("HEARTH_BLESS").is_some() {
        fs::write(&path, told).unwrap();
        return;
    }
    for (number, (written, told)) in (1..).zip(written.lines().zip(told.lines())) {
        assert_eq!(
            told, written,
            "{document}, line {number}; HEARTH_BLESS=1 writes it anew"
        );
    }
    assert_eq!(told, written, "{document}");
}

struct Teller {
    town: Town,
    scene: Scene,
    /// What was printed, and as what it is written.
    ids: Vec<(String, String)>,
}

/// Who does it, where, and when the next command is given.
struct Scene {
    who: String,
    slug: String,
    next: Timestamp,
}

impl Scene {
    /// `2026-01-05 09:00 · Bea of willow`.
    fn of(heading: &str) -> Scene {
        let (at, who) = heading.split_once(" · ").expect("when · who of where");
        let (who, slug) = who.split_once(" of ").expect("who of where");
        Scene {
            who: who.to_owned(),
            slug: slug.to_owned(),
            next: format!("{}:00Z", at.replace(' ', "T")).parse().unwrap(),
        }
    }
}

impl Teller {
    fn new() -> Teller {
        Teller {
            town: Town::found(&SLUGS),
            scene: Scene::of("2026-01-01 12:00 · Ada of willow"),
            ids: Vec::new(),
        }
    }

    /// The document as it should be.
    fn tell(&mut self, document: &str) -> String {
        let mut told = String::new();
        let mut lines = document.lines();
        while let Some(line) = lines.next() {
            told.push_str(line);
            told.push('\n');
            if let Some(heading) = line.strip_prefix("## 2") {
                self.settle();
                self.scene = Scene::of(&format!("2{heading}"));
            }
            let block = line.strip_prefix("```").filter(|kind| !kind.is_empty());
            let Some(kind) = block else { continue };
            let held: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if let Some(name) = kind.strip_prefix("text ") {
                let text = held.join("\n") + "\n";
                fs::write(self.desk().join(name), &text).unwrap();
                told.push_str(&text);
            } else {
                assert_eq!(kind, "console", "a block of {kind}");
                for command in held.iter().filter_map(|line| line.strip_prefix("$ ")) {
                    told.push_str(&format!("$ {command}\n{}", self.run(command)));
                }
            }
            told.push_str("```\n");
        }
        told
    }

    /// Where the member of the scene works.
    fn desk(&self) -> PathBuf {
        let desk = self.town.path().join(format!("desk of {}", self.scene.who));
        fs::create_dir_all(&desk).unwrap();
        desk
    }

    fn home(&self) -> String {
        let Scene { who, slug, .. } = &self.scene;
        if STEWARDS.contains(&who.as_str()) {
            format!("{slug}-home")
        } else {
            who.clone()
        }
    }

    fn hearth(&self, arguments: &[&str]) -> Command {
        let mut hearth = self.town.hearth_of(&self.home(), &self.scene.slug, arguments);
        hearth.current_dir(self.desk());
        if !STEWARDS.contains(&self.scene.who.as_str()) {
            hearth.env_remove("HEARTH_DATA");
        }
        hearth
    }

    /// Gives a command; what it prints, as it is written.
    fn run(&mut self, command: &str) -> String {
        self.town.is(self.scene.next);
        self.scene.next = self.scene.next.plus(Span::MINUTE);
        let words = split(&self.meant(command));
        let (program, arguments) = words.split_first().unwrap();
        assert_eq!(program, "hearth", "{command}");
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        if arguments[0] == "search" {
            self.town.until("all is in the index", || {
                succeed_json(&mut self.hearth(&["search", "x"]))["behind"]
                    .as_u64()
                    .unwrap_or(0)
                    == 0
            });
        }
        let output = self.hearth(&arguments).output().unwrap();
        let printed = said(&output);
        let lines = printed
            .lines()
            .filter(|line| !line.contains("have only their author's word"));
        lines
            .map(|line| format!("{}\n", self.written(command, line).trim_end()))
            .collect()
    }

    /// A command with the ids and addresses of this run.
    fn meant(&self, command: &str) -> String {
        let mut meant = command.to_owned();
        for (slug, address) in self.addresses() {
            meant = meant.replace(&address, &self.town.url(&slug));
        }
        let found: Vec<String> = hexadecimal(&meant).into_iter().map(str::to_owned).collect();
        for written in found {
            let id = self
                .ids
                .iter()
                .find(|(_, as_written)| as_written.starts_with(&written));
            let (id, _) = id.unwrap_or_else(|| panic!("{command}: nothing printed is written as {written}"));
            meant = meant.replace(&written, &id[..written.len().min(id.len())]);
        }
        meant
    }

    /// What was printed, without what differs from run to run.
    fn written(&mut self, command: &str, line: &str) -> String {
        let mut written = line.to_owned();
        for (slug, address) in self.addresses() {
            written = written.replace(&self.town.url(&slug), &address);
        }
        let home = self.town.path().join(self.home());
        written = written.replace(&home.display().to_string(), "~/.hearth");
        for (begins, ends) in [("(entry ", ")"), (" · cut ", " ")] {
            if let Some((before, after)) = written.split_once(begins)
                && let Some((_, after)) = after.split_once(ends)
            {
                written = format!("{before}{begins}…{ends}{after}");
            }
        }
        let found: Vec<String> = hexadecimal(&written).into_iter().map(str::to_owned).collect();
        for id in found {
            let as_written = self.writing(command, &id);
            written = written.replace(&id, &as_written);
        }
        written
    }

    /// As what an id is written; one that is new is given its writing. The longest printing of it is kept.
    fn writing(&mut self, command: &str, id: &str) -> String {
        if let Some((known, written)) = self
            .ids
            .iter_mut()
            .find(|(known, _)| known[..DIGITS] == id[..DIGITS])
        {
            if id.len() > known.len() {
                known.clear();
                known.push_str(id);
            }
            return written[..id.len()].to_owned();
        }
        let before = self
            .ids
            .iter()
            .filter(|(_, written)| (0..self.ids.len()).any(|count| *written == digits(command, count)));
        let written = digits(command, before.count());
        self.ids.push((id.to_owned(), written.clone()));
        written[..id.len()].to_owned()
    }

    fn addresses(&self) -> Vec<(String, String)> {
        let ports = 7070..;
        let address = |(slug, port): (&str, u16)| (slug.to_owned(), format!("http://127.0.0.1:{port}"));
        SLUGS.into_iter().zip(ports).map(address).collect()
    }

    /// Waits until both nodes have what members wrote, and bear out when.
    fn settle(&self) {
        for slug in SLUGS {
            let log = self.town.json(slug, &["log", "--limit", "60"]);
            let newest = log["entries"].as_array().unwrap().iter().rev();
            let Some(newest) = newest.clone().find(|entry| entry["kind"] != "heads.seen") else {
                continue;
            };
            let id = newest["id"].as_str().unwrap();
            self.town.until("everybody has it, and bears it out", || {
                SLUGS.iter().all(|reader| {
                    let shown = self
                        .town
                        .hearth(reader, &["show", id, "--json"])
                        .output()
                        .unwrap();
                    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap_or_default();
                    shown["unwitnessed"] == false
                })
            });
        }
    }
}

/// As what the id is written that a command is the first to print, after `before` others.
fn digits(command: &str, before: usize) -> String {
    hex::encode(Sha256::digest(format!("{command}\n{before}")))
}

/// Every id in a text.
fn hexadecimal(text: &str) -> Vec<&str> {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    let is_digit = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
    let mut found: Vec<&str> = words
        .filter(|word| word.len() >= DIGITS && word.bytes().all(is_digit))
        .collect();
    // The longest first: no id is replaced within another.
    found.sort_by_key(|id| std::cmp::Reverse(id.len()));
    found.dedup();
    found
}

/// The words of a command line, in which double quotation marks hold words together.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted, mut begun) = (Vec::new(), String::new(), false, false);
    for character in line.chars() {
        match character {
            '"' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            other => {
                word.push(other);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}
