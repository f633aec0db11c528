//! Publishing a log as static files.

use super::House;
use crate::process::said;
use std::fs;
use std::path::Path;

/// Publishes until the offered checkpoint covers `size` entries.
pub(super) fn publish(house: &House, directory: &Path, size: u64, options: &[&str]) {
    hearth_tests::wait::until("the checkpoint is offered", || {
        let mut command = house.hearth(["publish", directory.to_str().unwrap(), "--json"]);
        let output = command.args(options).output().unwrap();
        let published: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        published["size"].as_u64().filter(|published| *published >= size)
    });
}

#[test]
fn a_log_is_published_grows_and_verifies() {
    let mut house = House::running();
    let directory = house.path().join("site");
    house.write(["ask", "One?"]);
    publish(&house, &directory, 4, &["--entries"]);
    house.ends(0, ["verify", directory.to_str().unwrap()]);
    let first = fs::read(directory.join("checkpoint")).unwrap();
    house.write(["ask", "Two?"]);
    publish(&house, &directory, 5, &["--entries"]);
    assert_ne!(fs::read(directory.join("checkpoint")).unwrap(), first);
    house.kill();
    publish(&house, &directory, 5, &["--entries"]);
    house.ends(0, ["verify", directory.to_str().unwrap()]);
}

#[test]
fn hashes_alone_need_a_key() {
    let house = House::running();
    let directory = house.path().join("site");
    publish(&house, &directory, 3, &[]);
    assert!(!directory.join("tile/entries").exists());
    let unsaid = house.ends(2, ["verify", directory.to_str().unwrap()]);
    assert!(
        unsaid.contains("--vkey") && !unsaid.contains("NOT SOUND"),
        "{unsaid}"
    );
    let key = house.verifier.as_str();
    house.ends(0, ["verify", directory.to_str().unwrap(), "--vkey", key]);
    let other = key.replace("north", "south");
    house.ends(2, ["verify", directory.to_str().unwrap(), "--vkey", &other]);
}

#[test]
fn a_new_directory_may_be_named_in_any_way_and_the_key_is_told() {
    let house = House::running();
    hearth_tests::wait::until("a checkpoint is offered", || {
        let size = house.json(["status"])["logs"][0]["offered"].as_u64()?;
        (size >= 3).then_some(())
    });
    for name in ["site", "a/b/c", "./with/dot"] {
        let published = house
            .hearth(["publish", name])
            .current_dir(house.path())
            .output()
            .unwrap();
        let words = said(&published);
        assert!(published.status.success(), "{name}: {words}");
        assert!(words.contains(&house.verifier), "{words}");
        assert!(house.path().join(name).join("checkpoint").is_file());
    }
    let status = house.json(["status"]);
    assert_eq!(status["logs"][0]["verifier"], house.verifier.as_str());
    let shown = house.ends(0, ["status"]);
    for key in ["verifier", "witness"] {
        assert!(
            shown.contains(status["logs"][0][key].as_str().unwrap()),
            "{shown}"
        );
    }
}

#[test]
fn nothing_is_published_into_a_nodes_directory() {
    let house = House::running();
    for name in ["north", "north/site", "north/new/site"] {
        let directory = house.path().join(name);
        let refused = house.ends(1, ["publish", directory.to_str().unwrap()]);
        assert!(refused.contains("data directory"), "{refused}");
        assert!(!directory.join("checkpoint").exists());
    }
}
