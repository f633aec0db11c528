//! The community report: what it holds, what it needs, what has changed since the last one, and what outsiders do not see.

use super::{House, succeed_json, text};
use crate::process::{said, succeed};
use std::fs;
use std::path::PathBuf;

fn written(house: &House, arguments: &[&str]) -> String {
    let out: PathBuf = house.path().join("report.html");
    let mut command = house.hearth(["report", "--out"]);
    succeed(command.arg(&out).args(arguments));
    fs::read_to_string(out).unwrap()
}

#[test]
fn a_report_opens_without_a_network_and_without_a_script() {
    let house = House::running();
    house.write(["ask", "Which <swabs> & why?"]);
    let page = written(&house, &[]);
    assert!(page.starts_with("<!DOCTYPE html>"), "{page:.80}");
    for outside in ["<script", "http://", "https://", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "the page refers to {outside}");
    }
    for part in [
        "Vitality and Interaction",
        "Queries receive responses.",
        "Known as",
        "How to check this",
        "hearth explain V4 --as-of",
        "This is the first report made here",
        "<title id=\"contributors-title\">",
        "lang=\"en\"",
    ] {
        assert!(page.contains(part), "the page lacks {part}");
    }
    let cut = succeed_json(&mut house.hearth(["framework"]));
    assert!(page.contains(&text(&cut["parameters"])));
}

#[test]
fn a_report_says_what_has_changed_since_the_last() {
    let house = House::running();
    house.write(["ask", "Which swabs?"]);
    let as_of = "2099-01-01";
    written(&house, &["--as-of", as_of]);
    let again = written(&house, &["--as-of", as_of]);
    assert!(
        again.contains("This is the first report"),
        "the same report again is no later one"
    );
    let later = written(&house, &["--as-of", "2099-02-01"]);
    assert!(
        later.contains("No rating has changed since 2099-01-01."),
        "{later:.2000}"
    );
    let told = succeed_json(&mut house.hearth(["report", "--as-of", "2099-02-01"]));
    assert_eq!(told["since"], "2099-01-01T00:00:00.000Z");
}

#[test]
fn outsiders_are_told_no_small_number_of_people_and_no_ids() {
    let house = House::running();
    let question = house.write(["ask", "Which swabs?"]);
    let inside = succeed_json(&mut house.hearth(["framework"]));
    assert_eq!(
        inside["statements"][0]["indicators"][0]["signed"]["value"], 1,
        "{inside}"
    );
    let outside = succeed_json(&mut house.hearth(["framework", "--external"]));
    for indicator in outside["statements"][0]["indicators"].as_array().unwrap() {
        assert_eq!(indicator["signed"]["type"], "left_out", "{indicator}");
    }
    let page = written(&house, &["--external"]);
    assert!(page.contains("left out: few people"));
    assert!(page.contains("For readers outside the community"));
    assert!(!page.contains(&question[..12]), "an id is listed");
    assert!(
        written(&house, &[]).contains(&question[..12]),
        "for members it is"
    );
}

#[test]
fn figures_go_into_a_spreadsheet() {
    let house = House::running();
    let out = house.path().join("figures.csv");
    succeed(house.hearth(["report", "--format", "csv", "--out"]).arg(&out));
    let sheet = fs::read_to_string(&out).unwrap();
    let mut lines = sheet.lines();
    assert!(
        lines
            .next()
            .unwrap()
            .starts_with("as_of,cut,statement,rating,indicator,known_as,column,type")
    );
    assert!(
        lines.any(|line| line.contains(",V4,insufficient,responded_in_time,measured,signed,share,0,0,")),
        "{sheet}"
    );
}

#[test]
fn a_report_that_cannot_be_written_says_so() {
    let house = House::running();
    let output = house
        .hearth(["report", "--out", "/nowhere/report.html"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("cannot be written"), "{}", said(&output));
}
