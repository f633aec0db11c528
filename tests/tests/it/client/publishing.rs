//! Publishing a log as static files.

use super::House;
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
    assert!(
        house
            .ends(4, ["verify", directory.to_str().unwrap()])
            .contains("--vkey")
    );
    let key = house.verifier.as_str();
    house.ends(0, ["verify", directory.to_str().unwrap(), "--vkey", key]);
    let other = key.replace("north", "south");
    house.ends(2, ["verify", directory.to_str().unwrap(), "--vkey", &other]);
}
