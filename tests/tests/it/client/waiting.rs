//! What waits in an inbox: all that a member, a leader and a steward are asked to do, until they have done it.

use super::text;
use super::town::Town;
use hearth_protocol::time::Span;
use serde_json::Value;

/// A single organisation, of Ada, its steward, and Bea.
struct Desk {
    town: Town,
    ada: String,
    bea: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Who {
    Ada,
    Bea,
}
use Who::{Ada, Bea};

impl Desk {
    fn set() -> Desk {
        let town = Town::found(&["north"]);
        let bea = town.admit("Bea", "north");
        let members = town.json("north", &["member", "list"]);
        let ada = text(&members["members"][0]["person"]);
        let desk = Desk { town, ada, bea };
        desk.json(Bea, &["interest", "opioids"]);
        desk
    }

    #[track_caller]
    fn json(&self, who: Who, arguments: &[&str]) -> Value {
        self.town.pass(Span::MINUTE);
        let home = if who == Ada { "north-home" } else { "Bea" };
        super::succeed_json(&mut self.town.hearth_of(home, "north", arguments))
    }

    #[track_caller]
    fn write(&self, who: Who, arguments: &[&str]) -> String {
        text(&self.json(who, arguments)["id"])
    }

    /// What waits for somebody for one reason.
    #[track_caller]
    fn waits(&self, who: Who, reason: &str) -> Vec<String> {
        let inbox = self.json(who, &["inbox"]);
        let sources = inbox["inbox"].as_array().unwrap();
        let source = sources.iter().find(|source| source["name"] == reason);
        let rows = source.unwrap()["entries"].as_array().unwrap();
        rows.iter().map(|row| text(&row["entry"]["id"])).collect()
    }

    /// Puts something to the vote, which both are for, and lets it take effect; gives the id of what does.
    fn agree(&self, arguments: &[&str]) -> String {
        let proposal = self.write(Ada, arguments);
        for who in [Ada, Bea] {
            assert_eq!(self.waits(who, "decisions"), std::slice::from_ref(&proposal));
            self.write(who, &["vote", &proposal, "for"]);
            assert!(self.waits(who, "decisions").is_empty());
        }
        self.town.pass(Span::days(15));
        text(&self.json(Bea, &["decision", "close", &proposal])["adopted"])
    }
}

#[test]
fn tasks_terms_reports_and_sheets_wait_until_they_are_done() {
    let desk = Desk::set();
    tasks(&desk);
    let terms = desk.agree(&["terms", "propose", "Terms", "We answer.", "--purpose"]);
    for who in [Ada, Bea] {
        assert_eq!(desk.waits(who, "terms"), std::slice::from_ref(&terms));
        desk.json(who, &["terms", "acknowledge"]);
        assert!(desk.waits(who, "terms").is_empty());
    }
    let question = desk.write(Ada, &["ask", "Who has pumps?", "--topic", "opioids"]);
    desk.write(Ada, &["refer", &question]);
    assert_eq!(desk.waits(Bea, "referred"), std::slice::from_ref(&question));
    desk.write(Bea, &["answer", &question, "We have."]);
    assert!(desk.waits(Bea, "referred").is_empty());

    desk.write(
        Bea,
        &["report-content", &question, "--ground", "unkind", "The tone."],
    );
    assert_eq!(desk.waits(Ada, "reported"), std::slice::from_ref(&question));
    assert!(desk.waits(Bea, "reported").is_empty(), "she is no steward");
    desk.write(Ada, &["hide", &question, "--ground", "unkind"]);
    assert!(desk.waits(Ada, "reported").is_empty());

    let at = desk.town.now().plus(Span::HOUR).to_string();
    let schedule = ["meeting", "schedule", "Pumps", "--at", &at, "--mode", "online"];
    let meeting = desk.write(Ada, &schedule);
    desk.town.pass(Span::HOUR.times(2));
    desk.write(Ada, &["meeting", "sign-in", &meeting, &desk.bea]);
    assert_eq!(desk.waits(Bea, "sheets"), std::slice::from_ref(&meeting));
    assert!(desk.waits(Ada, "sheets").is_empty());
    desk.write(Bea, &["meeting", "attend", &meeting]);
    assert!(desk.waits(Bea, "sheets").is_empty());
}

fn tasks(desk: &Desk) {
    let offer = ["task", "offer", "Minutes of May", "--topic", "opioids"];
    let task = desk.write(Ada, &offer);
    desk.write(Ada, &["task", "offer", "Flowers", "--topic", "flowers"]);
    assert_eq!(desk.waits(Bea, "tasks"), std::slice::from_ref(&task));
    assert!(desk.waits(Ada, "tasks").is_empty(), "her own");
    desk.write(Bea, &["task", "accept", &task]);
    assert!(desk.waits(Bea, "tasks").is_empty());
    assert_eq!(desk.waits(Bea, "taken"), std::slice::from_ref(&task));
    let done = desk.write(Bea, &["task", "done", &task]);
    assert!(desk.waits(Bea, "taken").is_empty());
    assert_eq!(desk.waits(Ada, "done"), [done]);
    assert!(desk.waits(Bea, "done").is_empty());
    desk.write(Ada, &["task", "confirm", &task]);
    assert!(desk.waits(Ada, "done").is_empty());
}

#[test]
fn a_role_is_voted_on_granted_accepted_given_time_and_seen_in_l1() {
    let desk = Desk::set();
    let rated = || desk.json(Ada, &["explain", "L1"])["rating"].clone();
    assert_eq!(rated(), "none");
    let term = ["--from", "2026-01-01", "--until", "2027-01-01"];
    let grant = [
        "role",
        "grant",
        &desk.bea,
        "leader",
        "She has run the study days.",
    ];
    let granted = desk.agree(&[&grant[..], &term].concat());
    assert!(desk.waits(Ada, "roles").is_empty());
    assert_eq!(desk.waits(Bea, "roles"), std::slice::from_ref(&granted));
    assert_eq!(rated(), "none", "granted is not held");
    desk.write(Bea, &["role", "accept", &granted]);
    assert!(desk.waits(Bea, "roles").is_empty());
    let held = desk.json(Ada, &["role", "list"]);
    assert_eq!(held["roles"][0]["state"], "held", "{held}");
    assert_eq!(rated(), "developing");

    let request = desk.write(Ada, &["leaders", "ask", "A room?", "For twelve."]);
    assert_eq!(desk.waits(Bea, "requests"), std::slice::from_ref(&request));
    assert!(desk.waits(Ada, "requests").is_empty(), "she leads nothing");
    desk.write(Bea, &["leaders", "answer", &request, "Yes."]);
    assert!(desk.waits(Bea, "requests").is_empty());

    let pledge = desk.write(Bea, &["time", "pledge", &granted, "2026-02", "960"]);
    assert!(desk.waits(Ada, "time").is_empty(), "no month is over");
    desk.town.pass(Span::days(50));
    assert_eq!(desk.waits(Ada, "time"), std::slice::from_ref(&pledge));
    assert!(desk.waits(Bea, "time").is_empty());
    let months = desk.json(Ada, &["time", "list"])["months"].clone();
    for month in months.as_array().unwrap() {
        if month["over"] == true {
            let confirm = [
                "time",
                "confirm",
                &pledge,
                month["month"].as_str().unwrap(),
                "900",
            ];
            desk.write(Ada, &confirm);
        }
    }
    assert!(desk.waits(Ada, "time").is_empty());
    desk.town.pass(Span::days(1));
    let explained = desk.json(Ada, &["explain", "L1"]);
    assert_eq!(explained["rating"], "established", "{explained}");
    assert_ne!(desk.ada, desk.bea);
}
