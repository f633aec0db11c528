//! The proof of one entry: made by a node, checked by whoever has nothing else.

use super::publishing::publish;
use super::{House, text};
use crate::network::{Pair, ask, hears, pair};
use crate::process::{hearth, said};
use hearth_node::secret_file;
use hearth_node::store::{NewEntry, Store};
use hearth_protocol::log::VerifierKey;
use hearth_tests::fleet::Transport;
use hearth_tests::wait::until;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Runs a command without a home, a node or a data directory; gives its exit code and what it said.
fn outside<'a>(arguments: impl IntoIterator<Item = &'a str>) -> (i32, String) {
    let output = hearth().args(arguments).output().unwrap();
    (output.status.code().unwrap(), said(&output))
}

fn path(directory: &Path, name: &str) -> String {
    directory.join(name).to_str().unwrap().to_owned()
}

/// What was written about a question of south's, by north's node at rest.
struct Proven {
    _pair: Pair,
    ground: TempDir,
    id: String,
}

impl Proven {
    fn new() -> Proven {
        let mut pair = pair(Transport::Tcp);
        let question = ask(
            &pair.south,
            &mut pair.south.client(&pair.south_node),
            "Which mouth care?",
        );
        let mut north = pair.north.client(&pair.north_node);
        hears(&mut north, question, "Which mouth care?");
        until("the entry is under a witnessed checkpoint", || {
            let log = north.log(pair.south.home.organisation)?;
            (log["witnessed"] == "witnessed" && log["offered"] == log["size"]).then_some(())
        });
        pair.south_node.end().unwrap();
        pair.north_node.end().unwrap();
        let proven = Proven {
            ground: tempfile::tempdir().unwrap(),
            id: question.to_string(),
            _pair: pair,
        };
        let [proof, entry, policy] = ["proof", "entry", "policy"].map(|name| proven.path(name));
        let mut prove = hearth();
        prove.args(["prove", &proven.id, "--out", &proof]);
        prove.args(["--entry", &entry, "--policy", &policy]);
        prove.arg("--data").arg(proven._pair.north.directory.path());
        let output = prove.output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        assert!(!said(&output).contains("witnessed by a quorum yet"));
        proven
    }

    fn path(&self, name: &str) -> String {
        path(self.ground.path(), name)
    }

    fn check(&self, arguments: &[&str]) -> (i32, String) {
        let proof = self.path("proof");
        let begin = ["verify", "--proof", &proof];
        outside(begin.into_iter().chain(arguments.iter().copied()))
    }

    /// The key of the log, and that of its witness, as the policy has them.
    fn keys(&self) -> (String, String) {
        let file = fs::read_to_string(self.path("policy")).unwrap();
        let word = |line: &str, place: usize| {
            let line = file.lines().find(|found| found.starts_with(line)).unwrap();
            line.split(' ').nth(place).unwrap().to_owned()
        };
        (word("log", 1), word("witness", 2))
    }
}

#[test]
fn a_witnessed_entry_is_proven_to_an_outsider() {
    let proven = Proven::new();
    let (entry, policy, id) = (proven.path("entry"), proven.path("policy"), &proven.id);
    let (code, said) = proven.check(&["--entry", &entry, "--policy", &policy]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains(id) && said.contains("cosigned by hearth/north/"),
        "{said}"
    );
    let (code, said) = proven.check(&["--entry", id, "--policy", &policy, "--json"]);
    assert_eq!(code, 0, "{said}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&report["proven"], &text(&report["entry"])), (&true.into(), id));
    let (log, witness) = proven.keys();
    let both = ["--entry", id, "--vkey", &log, "--witness", &witness];
    assert_eq!(proven.check(&both).0, 0);
    let (code, said) = proven.check(&["--entry", id, "--vkey", &log]);
    assert!(code == 0 && said.contains("only the log's own word"), "{said}");
}

#[test]
fn whoever_trusts_others_is_not_convinced_nor_anybody_of_another_entry() {
    let proven = Proven::new();
    let (policy, id) = (proven.path("policy"), &proven.id);
    let (log, witness) = proven.keys();
    let unproven = |entry: &str, why: &str| {
        let (code, said) = proven.check(&["--entry", entry, "--policy", &policy]);
        assert!(code == 4 && said.contains(why), "{code} {said}");
    };
    let other = if id.starts_with("00") { "11" } else { "00" };
    unproven(&format!("{other}{}", &id[2..]), "NOT PROVEN");
    let another = another_witness(witness.split("/witness").next().unwrap());
    let two = format!("witness a {witness}\nwitness b {another}\ngroup g 2 a b\nquorum g\n");
    fs::write(&policy, format!("log {log}\n{two}")).unwrap();
    unproven(id, "1 of 2 trusted witnesses");
    assert_eq!(proven.check(&["--entry", id]).0, 2);
    let twice = [
        "--entry",
        id,
        "--vkey",
        &log,
        "--witness",
        &witness,
        "--witness",
        &witness,
    ];
    assert_eq!(proven.check(&twice).0, 2);
}

#[test]
fn every_line_of_a_proof_counts() {
    let proven = Proven::new();
    let (log, witness) = proven.keys();
    let proof = proven.path("proof");
    let pristine = fs::read_to_string(&proof).unwrap();
    let lines: Vec<&str> = pristine.lines().collect();
    for number in (0..lines.len()).filter(|number| !lines[*number].is_empty()) {
        let mut changed: Vec<String> = lines.iter().map(ToString::to_string).collect();
        changed[number] = change(lines[number]);
        fs::write(&proof, changed.join("\n") + "\n").unwrap();
        let (code, said) = proven.check(&["--entry", &proven.id, "--vkey", &log, "--witness", &witness]);
        assert_eq!(code, 4, "line {number}: {said}");
    }
}

/// The same line with one character in its middle changed.
fn change(line: &str) -> String {
    let place = line.len() / 2;
    let place = (place..line.len())
        .find(|place| line.is_char_boundary(*place))
        .unwrap();
    let other = if line[place..].starts_with('1') { '2' } else { '1' };
    let rest = line[place..]
        .char_indices()
        .nth(1)
        .map_or("", |(at, _)| &line[place + at..]);
    format!("{}{other}{rest}", &line[..place])
}

/// A witness of another name that nobody has.
fn another_witness(origin: &str) -> String {
    let name = format!("{origin}/another").parse().unwrap();
    VerifierKey::witness(name, secret_file::generate().unwrap().public()).to_string()
}

#[test]
fn what_is_not_witnessed_or_not_signed_yet_is_said() {
    let mut house = House::running();
    let question = house.write(["ask", "Which mouth care?"]);
    publish(&house, &house.path().join("site"), 4, &[]);
    house.kill();
    let said = house.ends(0, ["prove", &question]);
    assert!(
        said.contains("c2sp.org/tlog-proof@v1\nindex 3\n") && said.contains("witnessed by a quorum yet"),
        "{said}"
    );
    let proof = path(house.path(), "proof");
    house.ends(0, ["prove", &question, "--out", &proof]);
    let (code, said) = outside([
        "verify",
        "--proof",
        &proof,
        "--entry",
        &question,
        "--vkey",
        &house.verifier,
    ]);
    assert_eq!(code, 0, "{said}");
    house.ends(1, ["prove", "ffffffff"]);

    let store = Store::open(&house.data()).unwrap();
    let log = store.read().unwrap().own_log().unwrap().unwrap();
    let entry = NewEntry::received(b"not signed yet".to_vec());
    let id = entry.id.to_string();
    store
        .write(|batch| batch.append_own(log.number, &[entry]))
        .unwrap();
    drop(store);
    assert!(house.ends(1, ["prove", &id]).contains("covers entry"));
}
