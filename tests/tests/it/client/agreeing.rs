//! Plans, targets and arrangements from proposal to force; decisions read where no node runs; one person of two memberships.

use super::text;
use super::town::Town;
use hearth_protocol::time::Span;
use serde_json::Value;

impl Town {
    /// Puts something to the vote in a house of one, votes for it, and lets it take effect.
    fn agree(&self, arguments: &[&str]) -> Value {
        self.pass(Span::MINUTE);
        let proposal = text(&self.json("north", arguments)["id"]);
        self.pass(Span::MINUTE);
        self.json("north", &["vote", &proposal, "for"]);
        self.pass(Span::days(15));
        self.json("north", &["decision", "close", &proposal])
    }
}

#[test]
fn plans_targets_and_arrangements_take_effect_and_are_read_where_no_node_runs() {
    let mut town = Town::found(&["north"]);
    let terms = [
        "terms",
        "propose",
        "Terms",
        "We answer.",
        "--purpose",
        "--objective",
        "answer-each-other",
    ];
    town.agree(&terms);
    let term = ["--from", "2026-01-01", "--until", "2027-01-01"];
    let plan = [
        "plan",
        "propose",
        "Our first year",
        "Meet, then write.",
        "--milestone",
        "first-meeting=2026-06-01",
    ];
    town.agree(&[&plan[..], &term].concat());
    let rebaseline = [
        "plan",
        "rebaseline",
        "We need the summer",
        "--milestone",
        "first-meeting=2026-09-01",
    ];
    town.agree(&rebaseline);
    town.pass(Span::MINUTE);
    town.json("north", &["plan", "met", "first-meeting", "Eleven came."]);
    town.agree(&[
        "target",
        "propose",
        "membership",
        "How much we mean to grow",
        "--low",
        "2",
        "--high",
        "8",
        "--from",
        "2026-06-01",
        "--until",
        "2026-09-01",
    ]);
    let arrangements = [
        "arrangements",
        "propose",
        "Who decides what",
        "--model",
        "core-group",
        "--level",
        "community",
    ];
    let proposal = town.agree(&[&arrangements[..], &["--review", "2027-01-01"]].concat());
    let unknown = town.ends(1, "north", &["plan", "met", "no-such-thing"]);
    assert!(unknown.contains("no-such-thing"), "{unknown}");
    town.pass(Span::MINUTE);

    let decision = text(&proposal["id"]);
    for running in [true, false] {
        if !running {
            town.stop("north");
        }
        let plan = town.ends(0, "north", &["plan", "show"]);
        for words in [
            "We need the summer",
            "first-meeting, due 2026-09-01",
            "met         first-meeting",
        ] {
            assert!(plan.contains(words), "{words} in\n{plan}");
        }
        let target = town.ends(0, "north", &["target", "show"]);
        assert!(target.contains("membership, net change: 2 to 8"), "{target}");
        let arranged = town.ends(0, "north", &["arrangements", "show"]);
        assert!(
            arranged.contains("core-group") && arranged.contains("community"),
            "{arranged}"
        );
        let shown = town.ends(0, "north", &["decision", "show", &decision]);
        assert!(shown.contains("carried, in force"), "{shown}");
        assert!(
            town.ends(0, "north", &["decision", "list"])
                .contains("Our first year")
        );
    }
    let away = town.ends(3, "north", &["decision", "propose", "Nothing", "--closes", "8d"]);
    assert!(away.contains("when it runs") || away.contains("node"), "{away}");
}

#[test]
fn two_memberships_are_one_person() {
    let town = Town::found(&["north", "south"]);
    let there = town.admit("Bea", "north");
    let here = town.admit("Beatrice", "south");
    town.until("each node knows both", || {
        let knows = |slug: &str, id: &str| {
            town.hearth(slug, &["show", id])
                .output()
                .unwrap()
                .status
                .success()
        };
        knows("north", &here) && knows("south", &there)
    });
    let members = |slug: &str| {
        let answer = town.json(slug, &["framework"]);
        let sections = answer["statements"].as_array().unwrap().clone();
        let section = sections
            .iter()
            .find(|section| section["id"] == "members")
            .unwrap();
        section["indicators"][0]["signed"]["value"].clone()
    };
    town.until("all four are counted", || members("north") == 4);
    let said = |name: &str, slug: &str, id: &str| {
        let mut affiliate = town.hearth_of(name, slug, &["me", "affiliate", id]);
        super::succeed_json(&mut affiliate);
    };
    said("Bea", "north", &here);
    assert_eq!(members("north"), 4, "one of two says so");
    said("Beatrice", "south", &there);
    town.until("they are one person", || {
        members("north") == 3 && members("south") == 3
    });
}
