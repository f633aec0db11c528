//! An organisation is put out of the community: it says so itself, and the others go on. Whole processes on all sides.

use super::joining::{Joiner, north};
use super::{succeed_json, text};
use crate::process::said;
use hearth_tests::wait::until;
use serde_json::Value;

/// How an organisation stands, by the list of somebody.
fn standing(list: &Value, slug: &str) -> (Value, Value) {
    let rows = list["organisations"].as_array().unwrap();
    let row = rows.iter().find(|row| row["slug"] == slug).unwrap();
    (row["standing"].clone(), row["members"].clone())
}

#[test]
fn a_removed_organisation_says_so_and_the_others_go_on() {
    let north = north();
    let south = Joiner::joins(&north, "south");
    let west = Joiner::joins(&north, "west");
    let before = succeed_json(&mut south.hearth(&["ask", "What do you do at night?"]));
    let before = text(&before["id"]);
    let reads = |joiner: &Joiner, id: &str| {
        let thread = joiner.hearth(&["thread", id]).output().unwrap();
        thread.status.success().then_some(())
    };
    until("west reads what south asked", || reads(&west, &before));
    until("north does", || {
        north
            .hearth(["thread", &before])
            .output()
            .unwrap()
            .status
            .success()
            .then_some(())
    });

    north.json(["organisation", "remove", "south", "--reason", "They have closed."]);
    until("south knows it", || {
        let status = succeed_json(&mut south.hearth(&["status"]));
        (status["standing"] == "removed").then_some(())
    });
    let told = said(&south.hearth(&["status"]).output().unwrap());
    assert!(
        told.contains("REMOVED: this organisation is no longer of the community"),
        "{told}"
    );
    let refused = south.hearth(&["ask", "And now?"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("the organisation was removed from the community"));

    // Its node is met no more, and its log stays readable.
    until("only west is there for north", || {
        let status = north.json(["status"]);
        let [one] = &status["node"]["peers"].as_array()?[..] else {
            return None;
        };
        let own = succeed_json(&mut west.hearth(&["status"]));
        (one["organisation"] == own["organisation"]).then_some(())
    });
    until("west reads on what south asked", || reads(&west, &before));

    let later = north.write(["ask", "Who takes over their nights?"]);
    until("west reads on", || reads(&west, &later));
    succeed_json(&mut west.hearth(&["answer", &later, "We do."]));
    until("both have the same figures of the same cut", || {
        let ours = north.json(["framework"]);
        let theirs = succeed_json(&mut west.hearth(&["framework"]));
        (ours == theirs).then_some(())
    });
    for list in [
        north.json(["organisation", "list"]),
        succeed_json(&mut west.hearth(&["organisation", "list"])),
    ] {
        assert_eq!(standing(&list, "south"), ("removed".into(), 0.into()));
        assert_eq!(standing(&list, "west"), ("member".into(), 1.into()));
    }
    let again = said(
        &north
            .hearth(["organisation", "restore", "south"])
            .output()
            .unwrap(),
    );
    assert!(
        again.contains("this cannot be done to it as it stands"),
        "{again}"
    );
}
