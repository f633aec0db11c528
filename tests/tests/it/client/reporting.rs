//! The community report: what it holds, what it needs, what has changed since the last one, and what outsiders do not see.

use super::{House, markup, succeed_json, text};
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
    assert!(markup::read(&page) >= 2, "the charts are on the page");
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
fn a_report_names_the_rating_that_has_changed() {
    let house = House::running();
    house.write(["ask", "Which swabs?"]);
    let first = written(&house, &[]);
    assert!(first.contains("This is the first report made here"));
    let me = text(&house.json(["member", "list"])["members"][0]["person"]);
    let claim = [
        "claim",
        "draft",
        "Fewer sores",
        "Perhaps.",
        "--measure",
        "sores",
        "--value",
        "-2",
    ];
    let about = ["--objective", "grow", "--method", "count", "--contributor", &me];
    house.write(claim.into_iter().chain(about));
    let told = succeed_json(&mut house.hearth(["report"]));
    assert_eq!(
        told["changed"],
        serde_json::json!([{ "id": "I3", "before": "none", "now": "emerging" }]),
        "{}",
        told["since"]
    );
    let page = written(&house, &[]);
    markup::read(&page);
    assert!(
        page.contains("<strong>I3</strong>: none → emerging"),
        "the page says it"
    );
}

/// What the page prints to check it by.
fn command(page: &str, verb: &str) -> Vec<String> {
    let printed = page
        .split("<pre><code>")
        .nth(1)
        .unwrap()
        .split("</code>")
        .next()
        .unwrap();
    let line = printed
        .lines()
        .find_map(|line| line.strip_prefix("hearth ").filter(|line| line.starts_with(verb)));
    let line = line.unwrap_or_else(|| panic!("the page says no `hearth {verb}`: {printed}"));
    let words = line.strip_suffix(" --data DIR").unwrap().split_whitespace();
    words.map(str::to_owned).collect()
}

#[test]
fn the_commands_on_the_page_bring_the_same_numbers_back() {
    let house = House::running();
    house.write(["ask", "Which swabs?"]);
    let again = |arguments: &[String]| succeed_json(&mut house.hearth(arguments.iter().map(String::as_str)));
    for flags in [
        &[][..],
        &["--external"],
        &["--window", "30d"],
        &["--external", "--window", "30d"],
    ] {
        let made = succeed_json(house.hearth(["report"]).args(flags));
        let page = written(&house, flags);
        assert!(markup::read(&page) >= 2);
        house.write(["ask", "And which since?"]);
        let asked = command(&page, "framework");
        assert_eq!(again(&asked), made["framework"], "{asked:?}");
        let inside = !flags.contains(&"--external");
        assert_eq!(page.contains("hearth explain V4"), inside, "{flags:?}");
        if inside {
            assert_eq!(
                again(&command(&page, "explain V4"))["cut"],
                made["framework"]["cut"]
            );
        }
        // The whole report, too, of what was there then.
        let mut whole = asked.clone();
        whole[0] = "report".to_owned();
        let whole = again(&whole);
        for part in ["framework", "trend", "ties", "bands", "cut"] {
            assert_eq!(whole[part], made[part], "{part}");
        }
    }
    let said = house.ends(2, ["framework", "--cut", "north:3"]);
    assert!(said.contains("is no row of a cut"), "{said}");
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
        let signed = &indicator["signed"];
        assert_eq!(
            (&signed["value"], &signed["step"]),
            (&0.into(), &8.into()),
            "{indicator}"
        );
    }
    let said = succeed(&mut house.hearth(["framework", "--external"]));
    assert!(said.contains("fewer than 8 of fewer than 8 members"), "{said}");
    assert!(said.contains("1 open, oldest since"), "{said}");
    let page = written(&house, &["--external"]);
    assert!(page.contains("fewer than 8 of fewer than 8 members"));
    assert!(page.contains("For readers outside the community"));
    let out = house.path().join("outside.csv");
    succeed(
        house
            .hearth(["report", "--external", "--format", "csv", "--out"])
            .arg(&out),
    );
    let report = succeed_json(&mut house.hearth(["report", "--external"]));
    for told in [
        page,
        said,
        outside["statements"].to_string(),
        report.to_string(),
        fs::read_to_string(out).unwrap(),
    ] {
        assert!(!told.contains(&question[..12]), "an id is listed in {told}");
    }
    assert!(
        written(&house, &[]).contains(&question[..12]),
        "for members it is"
    );
}

#[test]
fn figures_go_into_a_spreadsheet() {
    let house = House::running();
    let out = house.path().join("figures.csv");
    let said = succeed(house.hearth(["report", "--format", "csv", "--out"]).arg(&out));
    assert!(said.contains("spreadsheets"), "{said}");
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
