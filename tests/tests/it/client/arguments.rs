//! Wrong arguments, wrong places and damaged files: a plain sentence, and the exit code that is promised.

use super::House;
use crate::process::said;
use serde_json::Value;
use std::fs;

#[test]
fn arguments_that_make_no_sense_end_with_two() {
    let house = House::running();
    let wrong: [&[&str]; 8] = [
        &["community", "invite", "--for", "nonsense"],
        &["community", "invite", "--for", "0s"],
        &["answer", "zz", "x"],
        &["thread", "abc"],
        &["run", "--listen", "foo"],
        &["run", "--peer", "foo"],
        &["status", "--node", "ftp://example.org"],
        &["status", "--limit"],
    ];
    for arguments in wrong {
        house.ends(2, arguments.iter().copied());
        let output = house
            .hearth(arguments.iter().copied())
            .arg("--json")
            .output()
            .unwrap();
        let error: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{arguments:?}: {error}\n{}", said(&output)));
        assert_eq!(error["error"]["exit"], 2, "{error}");
    }
    house.ends(0, ["status", "--help", "--json"]);
    let url = house.url();
    let without_scheme = url.strip_prefix("http://").unwrap();
    let mut command = house.hearth(["status", "--node", without_scheme]);
    crate::process::succeed(command.env_remove("HEARTH_DATA"));
}

#[test]
fn a_directory_without_a_node_is_named_before_anything_is_tried() {
    let house = House::running();
    let said = house.ends(1, ["run", "--data", "/nowhere/at/all"]);
    assert!(said.contains("no node's data lies in /nowhere/at/all"), "{said}");
}

#[test]
fn a_directory_on_which_a_node_runs_is_verified_through_it() {
    let mut house = House::running();
    let said = house.ends(0, ["verify"]);
    assert!(said.contains("All is well") && said.contains("stop it"), "{said}");
    house.kill();
    let said = house.ends(0, ["verify"]);
    assert!(!said.contains("stop it"), "{said}");
}

#[test]
fn a_damaged_store_is_told_in_a_sentence() {
    let house = House::found();
    let file = house.data().join("hearth.redb");
    let mut bytes = fs::read(&file).unwrap();
    // The head of every page but the first: it opens, and cannot be read.
    for page in bytes.chunks_mut(4096).skip(1) {
        page[..64].iter_mut().for_each(|byte| *byte ^= 0x5a);
    }
    fs::write(&file, bytes).unwrap();
    for verb in ["threads", "run"] {
        let mut command = house.hearth([verb]);
        let output = command.env_remove("RUST_BACKTRACE").output().unwrap();
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("the store is damaged") && !said.contains("panicked"),
            "{said}"
        );
        assert!(said.contains("hearth verify --data"), "{said}");
        let mut command = house.hearth([verb, "--json"]);
        let output = command.env_remove("RUST_BACKTRACE").output().unwrap();
        let error: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(error["error"]["exit"], 1, "{error}");
    }
    let said = house.ends(4, ["verify"]);
    assert!(said.contains("hearth.redb"), "{said}");
}

#[test]
fn a_refused_handover_leaves_no_key_behind() {
    let house = House::found();
    let wrong = house.path().join("wrong-key");
    let key = hearth_node::secret_file::generate().unwrap();
    hearth_node::secret_file::write_new(&wrong, &key).unwrap();
    let after = house.path().join("after");
    let said = house.ends(
        1,
        [
            "handover",
            "--key",
            wrong.to_str().unwrap(),
            "--after",
            after.to_str().unwrap(),
        ],
    );
    assert!(said.contains("not the next key"), "{said}");
    assert!(!after.exists());
}
