//! Three organisations agree on something: they propose, vote and close, and everybody sees the same.

use super::text;
use super::town::Town;
use hearth_protocol::time::Span;
use serde_json::{Value, json};

const SLUGS: [&str; 3] = ["north", "south", "west"];

impl Town {
    /// A decision as one of them sees it, apart from what is theirs alone; nothing while it is not there.
    fn decision(&self, slug: &str, id: &str) -> Option<Value> {
        let output = self
            .hearth(slug, &["decision", "show", id, "--json"])
            .output()
            .unwrap();
        let mut shown: Value = serde_json::from_slice(&output.stdout).ok()?;
        let decision = shown["decision"].as_object_mut()?;
        decision.remove("you");
        Some(shown["decision"].clone())
    }

    /// Everybody votes, and waits until all know of all votes, and when they were cast.
    fn vote(&self, id: &str, votes: [&str; 3]) {
        for (slug, choice) in SLUGS.into_iter().zip(votes) {
            self.until("the proposal is there", || self.decision(slug, id).is_some());
            self.json(slug, &["vote", id, choice, "Because."]);
        }
        self.until("all votes are known and borne out", || {
            SLUGS.iter().all(|slug| self.all_borne_out(slug, id))
        });
    }

    fn all_borne_out(&self, slug: &str, id: &str) -> bool {
        let decision = self.decision(slug, id).unwrap_or_default();
        let ballots = decision["ballots"].as_array().cloned().unwrap_or_default();
        let borne_out = |ballot: &Value| {
            let shown = self.json(slug, &["show", ballot["entry"]["id"].as_str().unwrap()]);
            shown["unwitnessed"] == false
        };
        ballots.len() == 3 && ballots.iter().all(borne_out)
    }
}

#[test]
fn three_organisations_agree_and_see_the_same() {
    let three = Town::found(&SLUGS);
    terms(&three);
    parameters(&three);
}

fn terms(three: &Town) {
    let proposed = three.json(
        "north",
        &[
            "terms",
            "propose",
            "Terms of reference",
            "We answer each other.",
            "--purpose",
            "--term",
            "--membership",
            "--objective",
            "answer-each-other",
            "--measurable",
            "--review",
            "2027-01-01",
            "--closes",
            "8d",
        ],
    );
    let id = text(&proposed["id"]);
    three.until("south knows of it", || three.decision("south", &id).is_some());
    let refused = three.ends(2, "south", &["vote", &id, "for", "--anonymous"]);
    assert!(refused.contains("hearth pulse"), "{refused}");
    let early = three.ends(1, "north", &["decision", "close", &id]);
    assert!(early.contains("people can vote until"), "{early}");
    three.vote(&id, ["for", "for", "against"]);
    assert!(
        three
            .ends(0, "west", &["vote", &id, "against"])
            .contains("so already")
    );
    assert!(three.ends(0, "north", &["terms", "show"]).contains("No terms"));

    three.pass(Span::days(9));
    let late = three.ends(1, "west", &["vote", &id, "for"]);
    assert!(late.contains("voting ended"), "{late}");
    let closed = three.json("south", &["decision", "close", &id]);
    assert_eq!(closed["outcome"], "carried", "{closed}");
    assert!(closed["adopted"].is_string(), "{closed}");
    let size = three.json("south", &["log"])["size"].clone();
    assert_eq!(three.json("south", &["decision", "close", &id]), closed, "again");
    assert_eq!(
        three.json("south", &["log"])["size"],
        size,
        "and nothing was written"
    );

    three.until("everybody has the same terms", || {
        SLUGS
            .iter()
            .all(|slug| three.json(slug, &["terms", "show"])["terms"]["entry"]["id"] == closed["adopted"])
    });
    three.until("everybody sees the same decision", || {
        let seen = SLUGS.map(|slug| three.decision(slug, &id));
        seen[0].is_some() && seen.iter().all(|decision| *decision == seen[0])
    });
    let shown = three.ends(0, "west", &["decision", "show", &id]);
    for words in [
        "carried, in force",
        "2 for, 1 against",
        "objectives  answer-each-other",
        "Because.",
    ] {
        assert!(shown.contains(words), "{words} in\n{shown}");
    }
    assert!(
        three
            .ends(0, "west", &["decision", "list"])
            .contains("carried, in force")
    );
    three.json("west", &["terms", "acknowledge"]);
    assert!(
        three
            .ends(0, "west", &["terms", "acknowledge"])
            .contains("Acknowledged already")
    );
    assert_eq!(
        three.json("west", &["terms", "show"])["terms"]["acknowledgements"],
        json!(1)
    );
}

fn parameters(three: &Town) {
    let before = three.json("north", &["framework"])["parameters"].clone();
    assert_eq!(three.json("north", &["parameters", "show"])["hash"], before);
    let proposed = three.json(
        "south",
        &["parameters", "propose", "v4.respond_in=48h", "--closes", "8d"],
    );
    let id = text(&proposed["id"]);
    three.vote(&id, ["for", "abstain", "for"]);
    three.pass(Span::days(9));
    three.json("west", &["decision", "close", &id]);
    three.until("everybody counts by the new ones", || {
        let hashes = SLUGS.map(|slug| three.json(slug, &["framework"])["parameters"].clone());
        hashes[0] != before && hashes.iter().all(|hash| *hash == hashes[0])
    });
    let shown = three.json("north", &["parameters", "show"]);
    assert_eq!(shown["parameters"]["v4"]["respond_in"], json!(48 * 3_600_000));
    assert_eq!(shown["parameters"]["version"], json!(2));
    assert_eq!(shown["hash"], three.json("north", &["framework"])["parameters"]);
}
