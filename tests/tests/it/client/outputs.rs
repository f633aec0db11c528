//! Works, stories and claims, from the first word to the audit.

use super::{House, text};
use crate::process::succeed;
use std::fs;

#[test]
fn a_work_is_signed_brought_out_and_judged() {
    let mut house = House::running();
    let me = text(&house.json(["member", "list"])["members"][0]["person"]);
    let question = house.write(["ask", "Which mouth care?", "Foam swabs are refused."]);
    let named = ["--type", "guidance", "--author", &me, "--from", &question];
    let work = house.write(
        ["work", "propose", "A guide", "For all."]
            .into_iter()
            .chain(named),
    );
    let said = house.ends(
        1,
        [
            "work", "release", &question, "A guide", "Often.", "--type", "tool", "--number", "1",
        ],
    );
    assert!(said.contains("would not count"), "{said}");
    let numbered = ["--type", "guidance", "--number", "1", "--from", &question];
    let first = house.write(
        ["work", "release", &work[..10], "A guide", "Often."]
            .into_iter()
            .chain(numbered),
    );
    let guide = house.path().join("guide.pdf");
    fs::write(&guide, vec![7; 300_000]).unwrap();
    let attached = [
        "--attach",
        guide.to_str().unwrap(),
        "--type",
        "policy",
        "--number",
        "2",
        "--from",
        &first,
    ];
    let second = house.write(["work", "release", &work, "A guide"].into_iter().chain(attached));
    house.write(["validate", &second, "In use."]);
    house.write([
        "work",
        "evaluate",
        &second,
        "Silent on nights.",
        "--result",
        "partly",
    ]);
    assert!(
        house
            .ends(
                2,
                [
                    "work", "release", &work, "A guide", "--type", "tool", "--number", "3"
                ]
            )
            .contains("title alone")
    );

    let shown = house.json(["work", "show", &first]);
    assert_eq!(shown["work"]["id"], work.as_str());
    assert_eq!(shown["from"]["id"], question.as_str());
    assert!(
        shown["authors"][0]["signed"].is_string(),
        "who proposes and is named signs at once"
    );
    assert_eq!(shown["versions"][1]["from"][0]["id"], first.as_str());
    assert_eq!(
        (
            &shown["versions"][1]["validated"],
            &shown["versions"][1]["agreed"]
        ),
        (&1.into(), &false.into())
    );
    let said = succeed(&mut house.hearth(["work", "show", &work]));
    for words in [
        "author Ada (north): signed",
        "version 2 (policy)",
        "300000 bytes",
        "1 validate it",
        "partly. Silent on nights.",
    ] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    assert!(house.ends(1, ["work", "show", &question]).contains("a work"));
    let list = house.json(["work", "list"]);
    house.kill();
    assert_eq!(house.json(["work", "list"]), list);
}

#[test]
fn a_claim_is_opened_and_recomputed_from_the_cut_it_pins() {
    let mut house = House::running();
    let me = text(&house.json(["member", "list"])["members"][0]["person"]);
    let question = house.write(["ask", "Which mouth care?"]);
    let about = ["--objective", "grow", "--method", "count", "--contributor", &me];
    let none = house
        .hearth([
            "claim",
            "draft",
            "Sooner",
            "Perhaps.",
            "--indicator",
            "responded_in_time",
        ])
        .args(about)
        .output();
    assert_eq!(
        none.unwrap().status.code(),
        Some(1),
        "there is nothing to take it of"
    );
    let indicator = [
        "claim",
        "draft",
        "We are one",
        "Perhaps.",
        "--indicator",
        "members",
    ];
    let claim = house.write(indicator.into_iter().chain(about));
    let own = [
        "claim",
        "draft",
        "Fewer",
        "Perhaps.",
        "--measure",
        "sores",
        "--value",
        "-2",
        "--effect",
        "none",
    ];
    let other = house.write(own.into_iter().chain(about));
    let counts = house.path().join("counts.csv");
    fs::write(&counts, "ward,sore\n").unwrap();
    house.write([
        "claim",
        "evidence",
        &claim,
        &question,
        "--hash-of",
        counts.to_str().unwrap(),
    ]);
    house.write(["claim", "evidence", &other, &question]);
    house.write(["claim", "corroborate", &claim]);
    house.write([
        "claim",
        "evaluate",
        &claim,
        "They agree.",
        "--result",
        "supported",
    ]);

    // What happens later moves no claim.
    house.write(["ask", "And at night?"]);
    let traced = house.json(["trace", &claim[..12]]);
    assert_eq!(
        traced["rung"], "acknowledged",
        "who drafts it agrees; nobody else was independent"
    );
    assert_eq!(
        (&traced["pin"], &traced["recomputed"]["result"]),
        (&"holds".into(), &"equal".into())
    );
    assert_eq!(traced["evidence"][0]["id"], question.as_str());
    assert_eq!(traced["flags"]["shares_evidence_with"][0], other.as_str());
    assert_eq!(
        traced["flags"]["null_results_of_the_objective"][0],
        other.as_str()
    );
    let attested = house.json(["audit", "attest", &claim]);
    assert_eq!(attested["recomputed"]["result"], "equal");
    assert_eq!(
        house.json(["audit", "attest", &other])["recomputed"]["result"],
        "unknown"
    );
    let said = succeed(&mut house.hearth(["trace", &claim]));
    for words in [
        "1: equal",
        "not independent, so it does not count",
        "audited",
        "a file with SHA-256",
    ] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    house.write(["claim", "contest", &claim, "No."]);
    house.write(["claim", "withdraw", &other]);
    let list = succeed(&mut house.hearth(["claim", "list"]));
    for rung in ["acknowledged, contested", "acknowledged, withdrawn"] {
        assert!(list.contains(rung), "{rung} in\n{list}");
    }
    let traced = house.json(["trace", &claim]);
    house.kill();
    assert_eq!(house.json(["trace", &claim]), traced);
}

#[test]
fn stories_are_told_and_borne_out() {
    let house = House::running();
    let story = house.write([
        "story",
        "tell",
        "We ask every evening.",
        "--cycle",
        "applied",
        "--consent",
    ]);
    house.write(["story", "corroborate", &story, "I saw it.", "--consent"]);
    let told = house.json(["story", "list"]);
    let seen = &told["stories"][0]["corroborations"][0];
    assert_eq!(
        (&seen["consents"], &seen["independent"]),
        (&true.into(), &false.into())
    );
    assert!(
        house
            .ends(0, ["value", "show"])
            .contains("No statement of value is in force")
    );
    let proposed = house.json(["value", "state", "What we add", "Answers.", "--closes", "7d"]);
    assert_eq!(proposed["state"], "acknowledged");
    assert!(
        house
            .ends(2, ["story", "tell", "Well.", "--cycle", "lovely"])
            .contains("lovely")
    );
}
