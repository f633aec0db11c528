mod outputs;

use std::collections::BTreeSet;

use super::*;
use crate::id::{Id, KeyHash, Root};
use crate::log::Origin;
use crate::sign::{PublicKey, SecretKey};
use crate::time::Span;

fn key(seed: u8) -> PublicKey {
    SecretKey::from_seed([seed; 32]).public()
}

/// What is wrong with the data of this act, once written and read again.
fn misfit(act: impl Into<Act>) -> Option<String> {
    let act = act.into();
    match read_known(act.deed().unwrap(), &act.data()) {
        Ok(read) => {
            assert_eq!(read, act);
            None
        }
        Err(reason) => Some(reason),
    }
}

fn charter() -> Chartered {
    Chartered {
        key: key(1),
        next: KeyHash::from_bytes([0; 32]),
        slug: "rosehill".parse().unwrap(),
        nodes: vec![Node {
            id: vec![1],
            addresses: Vec::new(),
        }],
        origin: Origin::of("rosehill", &key(1)).unwrap(),
        witness: key(2),
        stewards: vec![key(3)],
    }
}

fn founding(liars: &[(u64, u64)]) -> Founded {
    Founded {
        key: key(1),
        next: KeyHash::from_bytes([0; 32]),
        clock: Clock::Real,
        domain: "care".parse().unwrap(),
        origin: Origin::of("rosehill", &key(1)).unwrap(),
        policy: Policy {
            liars: liars.to_vec(),
            ruleset: 1,
            admission: Admission {
                quorum: 1,
                electorate: Electorate::Founder,
            },
            tolerance: Span::hours(6),
        },
    }
}

#[test]
fn every_kind_is_read_by_its_family_and_named_once() {
    let names: BTreeSet<&str> = Kind::all().map(|kind| kind.name).collect();
    assert_eq!(names.len(), Kind::all().count());
    for deed in Deed::all() {
        let _ = read_known(deed, NO_DATA);
    }
}

/// The rows of the table in docs/protocol.md §3: kind, who, `re`, `data`, body.
fn documented() -> Vec<Vec<String>> {
    let page = include_str!("../../../docs/protocol.md");
    let section = page
        .split("\n## ")
        .find(|section| section.starts_with("3. Kinds"))
        .unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        row.trim_matches('|')
            .split(" | ")
            .map(|cell| cell.trim().to_owned())
            .collect()
    })
    .collect()
}

#[test]
fn the_table_says_what_the_protocol_page_says() {
    let rows = documented();
    assert_eq!(rows.len(), Kind::all().count());
    for (row, kind) in rows.iter().zip(Kind::all()) {
        let [name, who, re, _, body] = row.as_slice() else {
            panic!("five cells in {row:?}")
        };
        assert_eq!(name.trim_matches('`'), kind.name);
        let signer = match who.as_str() {
            "the founding steward" => Signer::Founder,
            "a key in `stewards`" => Signer::Charterer,
            "record" => Signer::Nobody,
            "S" => Signer::Steward,
            "S or the person" => Signer::StewardOrPerson,
            "the person" => Signer::Person,
            "M" if re.contains("by the author of the first") => Signer::MemberOrAuthor,
            "M" => Signer::Member,
            "the asker" => Signer::Asker,
            "the author" => Signer::Author,
            "who is named" => Signer::Named,
            "M, not the author" => Signer::OtherMember,
            "M, whom each sheet names" => Signer::Listed,
            "who attended" => Signer::Attendee,
            "S of theirs" => Signer::StewardOfTheirs,
            "S of the same log, not the author" => Signer::OtherSteward,
            "S or the author" => Signer::StewardOrAuthor,
            "two tokens" => Signer::Tokens,
            other => panic!("{other}"),
        };
        assert_eq!(signer, kind.signer, "{name}");
        let fits = match kind.subject {
            Subject::None => re == "–",
            Subject::One(_) => re.starts_with('[') && !re.contains('…'),
            Subject::Optional(_) => re.starts_with("– , or ["),
            Subject::Contribution => re == "[any contribution]",
            Subject::Led(..) => re.starts_with('[') && re.contains("; ") && re.ends_with("…]"),
            Subject::AnyOrNone => re == "– , or [entry …]",
            Subject::Many(_) | Subject::Any => re.ends_with("…]") && !re.contains("; "),
        };
        assert!(fits, "{name}: {re}");
        let presence = match body.as_str() {
            "–" => Presence::Absent,
            text if text.ends_with('?') => Presence::Optional,
            _ => Presence::Required,
        };
        assert_eq!(presence, kind.body, "{name}");
    }
}

#[test]
fn liars_are_counted_by_the_last_row_that_applies() {
    let policy = founding(&[(4, 1), (8, 2)]).policy;
    let counted: Vec<u64> = [0, 3, 4, 7, 8, 100].map(|n| policy.liars_among(n)).to_vec();
    assert_eq!(counted, [0, 0, 1, 1, 2, 2]);
    assert_eq!(misfit(Community::Founded(founding(&[(4, 1), (8, 2)]))), None);
    assert_eq!(misfit(Community::Founded(founding(&[]))), None);
    for unsorted in [[(8, 2), (4, 1)], [(4, 1), (4, 2)]] {
        let reason = misfit(Community::Founded(founding(&unsorted))).unwrap();
        assert_eq!(reason, "the rows of liars are not ascending");
    }
    let many: Vec<(u64, u64)> = (0..17).map(|n| (n, n)).collect();
    assert!(
        misfit(Community::Founded(founding(&many)))
            .unwrap()
            .starts_with("17 rows")
    );
}

#[test]
fn an_origin_is_of_its_own_key_and_slug() {
    let foreign = Founded {
        origin: Origin::of("rosehill", &key(9)).unwrap(),
        ..founding(&[])
    };
    assert!(
        misfit(Community::Founded(foreign))
            .unwrap()
            .contains("is not an origin of this key")
    );
    assert_eq!(misfit(Community::Chartered(charter())), None);
    for origin in [
        Origin::of("larkfield", &key(1)).unwrap(),
        Origin::of("rosehill", &key(2)).unwrap(),
    ] {
        let reason = misfit(Community::Chartered(Chartered { origin, ..charter() })).unwrap();
        assert!(
            reason.contains("is not the origin of this slug and key"),
            "{reason}"
        );
    }
}

#[test]
fn a_charter_has_nodes_and_stewards_within_their_limits() {
    let node = charter().nodes.remove(0);
    let stewards = |count| Chartered {
        stewards: vec![key(3); count],
        ..charter()
    };
    let nodes = |count| Chartered {
        nodes: vec![node.clone(); count],
        ..charter()
    };
    let node_of = |id: usize, addresses: usize, length: usize| Chartered {
        nodes: vec![Node {
            id: vec![0; id],
            addresses: vec!["a".repeat(length); addresses],
        }],
        ..charter()
    };
    for fits in [stewards(1), stewards(16), nodes(8), node_of(64, 16, 256)] {
        assert_eq!(misfit(Community::Chartered(fits)), None);
    }
    let unfit = [
        (stewards(0), "0 stewards"),
        (stewards(17), "17 stewards"),
        (nodes(0), "0 nodes"),
        (nodes(9), "9 nodes"),
        (node_of(0, 0, 0), "0 bytes of a node id"),
        (node_of(65, 0, 0), "65 bytes of a node id"),
        (node_of(1, 17, 1), "17 addresses"),
        (node_of(1, 1, 0), "0 bytes of an address"),
        (node_of(1, 1, 257), "257 bytes of an address"),
    ];
    for (charter, reason) in unfit {
        let said = misfit(Community::Chartered(charter)).unwrap();
        assert!(said.starts_with(reason), "{said}");
    }
}

#[test]
fn a_motion_leaves_something_of_a_log() {
    let motion = |motion| misfit(Community::Proposed(Proposed { motion }));
    let head = |size| Head {
        organisation: Id::from_bytes([1; 32]),
        size,
        root: Root::from_bytes([0; 32]),
    };
    let evidence = None;
    assert_eq!(motion(Motion::Remove(head(1))), None);
    assert_eq!(
        motion(Motion::Suspend {
            head: head(1),
            evidence
        }),
        None
    );
    for nothing in [
        Motion::Remove(head(0)),
        Motion::Suspend {
            head: head(0),
            evidence,
        },
    ] {
        assert_eq!(motion(nothing).unwrap(), "a log of which nothing would be left");
    }
}

#[test]
fn heads_ascend_by_organisation_and_name_each_once() {
    let head = |organisation| Head {
        organisation: Id::from_bytes([organisation; 32]),
        size: 1,
        root: Root::from_bytes([0; 32]),
    };
    let seen = |organisations: &[u8]| {
        Community::HeadsSeen(HeadsSeen {
            heads: organisations.iter().copied().map(head).collect(),
        })
    };
    assert_eq!(misfit(seen(&[1, 2])), None);
    for unsorted in [[2, 1], [1, 1]] {
        assert_eq!(
            misfit(seen(&unsorted)).unwrap(),
            "the heads are not ascending by organisation"
        );
    }
}

#[test]
fn potential_organisations_ascend_by_their_name_and_stand_once() {
    let declared = |names: &[&str]| {
        let potential = names.iter().map(|name| Potential {
            role: "hospice".parse().unwrap(),
            slug: name.parse().unwrap(),
            region: "north".parse().unwrap(),
        });
        Coverage::CoverageDeclared(CoverageDeclared {
            potential: potential.collect(),
        })
    };
    assert_eq!(misfit(declared(&["a", "ab", "b"])), None);
    for unsorted in [["b", "a"], ["a", "a"]] {
        assert_eq!(
            misfit(declared(&unsorted)).unwrap(),
            "the potential organisations are not ascending by `slug`"
        );
    }
    assert!(misfit(declared(&[])).is_some());
    let many: Vec<String> = (0..257).map(|n| format!("{n:03}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(misfit(declared(&many[..256])), None);
    assert!(misfit(declared(&many)).is_some());
}

#[test]
fn sites_and_hashes_have_their_limits() {
    let import = |length| ImportMade {
        site: "s".repeat(length),
        format: "stackexchange".parse().unwrap(),
    };
    assert_eq!(misfit(Care::ImportMade(import(256))), None);
    assert!(misfit(Care::ImportMade(import(0))).is_some());
    assert!(misfit(Care::ImportMade(import(257))).is_some());
    let hash = crate::id::BodyHash::from_bytes([0; 32]);
    let erasure = |count| ErasureCarriedOut {
        ground: "request".parse().unwrap(),
        hashes: vec![hash; count],
    };
    assert_eq!(misfit(Care::ErasureCarriedOut(erasure(256))), None);
    assert!(misfit(Care::ErasureCarriedOut(erasure(257))).is_some());
}

#[test]
fn a_resource_names_each_of_sixteen_sources_once() {
    let made_from = |sources: &[u8]| {
        let from = sources.iter().map(|n| Id::from_bytes([*n; 32])).collect();
        misfit(Learning::ResourcePublished(ResourcePublished {
            from,
            ..ResourcePublished::default()
        }))
    };
    let many: Vec<u8> = (0..17).collect();
    assert_eq!(made_from(&many[..16]), None);
    assert!(made_from(&many).unwrap().starts_with("17 sources"));
    assert_eq!(made_from(&[1, 1]).unwrap(), "the sources are not ascending");
}

#[test]
fn meetings_last_a_week_at_most() {
    let scheduled = |minutes| MeetingScheduled {
        at: "2026-02-10".parse().unwrap(),
        mode: "online".parse().unwrap(),
        topics: Topics::default(),
        minutes,
        purpose: None,
    };
    let held = |minutes| Meetings::MeetingHeld(MeetingHeld { minutes });
    for minutes in [1, 10_080] {
        assert_eq!(misfit(Meetings::MeetingScheduled(scheduled(minutes))), None);
        assert_eq!(misfit(held(Some(minutes))), None);
    }
    assert_eq!(misfit(held(None)), None);
    for minutes in [0, 10_081] {
        let reason = format!("{minutes} minutes (allowed: 1 to 10080)");
        assert_eq!(
            misfit(Meetings::MeetingScheduled(scheduled(minutes))),
            Some(reason.clone())
        );
        assert_eq!(misfit(held(Some(minutes))), Some(reason));
    }
}

#[test]
fn a_sheet_names_each_once_and_scores_run_from_one_to_five() {
    let sheet = |persons: &[u8]| {
        let persons = persons.iter().map(|n| Id::from_bytes([*n; 32])).collect();
        Meetings::MeetingAttended(MeetingAttended { persons })
    };
    assert_eq!(misfit(sheet(&[])), None);
    assert_eq!(misfit(sheet(&[1, 2])), None);
    assert_eq!(misfit(sheet(&[1, 1])).unwrap(), "the persons are not ascending");
    let all: Vec<u8> = (0..=255).collect();
    assert_eq!(misfit(sheet(&all)), None);
    let many = [&all[..], &[255]].concat();
    assert!(misfit(sheet(&many)).unwrap().starts_with("257 persons"));

    let evaluated = |scores: &[(&str, u64)]| {
        let scores = scores.iter().map(|(code, score)| (code.parse().unwrap(), *score));
        Meetings::MeetingEvaluated(MeetingEvaluated {
            scores: scores.collect(),
        })
    };
    assert_eq!(misfit(evaluated(&[("new", 1), ("useful", 5)])), None);
    for (scores, reason) in [
        (&[("useful", 0)][..], "useful has the score 0 (allowed: 1 to 5)"),
        (&[("useful", 6)], "useful has the score 6 (allowed: 1 to 5)"),
        (
            &[("useful", 5), ("new", 1)],
            "the scores are not ascending by code",
        ),
        (&[("new", 5), ("new", 1)], "the scores are not ascending by code"),
        (&[], "0 scores (allowed: 1 to 8)"),
    ] {
        assert_eq!(misfit(evaluated(scores)).unwrap(), reason);
    }
}

fn time(text: &str) -> crate::time::Timestamp {
    text.parse().unwrap()
}

#[test]
fn terms_name_their_objectives_in_order_and_measure_only_what_they_name() {
    let terms = |version, measurable, objectives: &[&str]| {
        Purpose::TermsAdopted(TermsAdopted {
            term: true,
            review: None,
            purpose: true,
            version,
            measurable,
            membership: true,
            objectives: objectives.iter().map(|slug| slug.parse().unwrap()).collect(),
        })
    };
    assert_eq!(misfit(terms(1, true, &["a", "b"])), None);
    assert_eq!(misfit(terms(1, false, &[])), None);
    for (unfit, reason) in [
        (terms(0, false, &[]), "version 0"),
        (terms(1, true, &[]), "objectives that can be measured, and none"),
        (terms(1, true, &["b", "a"]), "the objectives are not ascending"),
        (terms(1, true, &["a", "a"]), "the objectives are not ascending"),
        (terms(1, true, &["a"; 33]), "33 objectives"),
    ] {
        let said = misfit(unfit).unwrap();
        assert!(said.starts_with(reason), "{said}");
    }
    let seen = |version| Purpose::TermsAcknowledged(TermsAcknowledged { version });
    assert_eq!(misfit(seen(1)), None);
    assert!(misfit(seen(0)).unwrap().starts_with("version 0"));
}

#[test]
fn plans_and_targets_are_for_some_time_and_in_order() {
    let fits = Plan {
        from: time("2026-01-01"),
        until: time("2026-01-02"),
        outputs: Vec::new(),
        version: 1,
        milestones: Vec::new(),
    };
    let milestone = |slug: &str| Milestone {
        slug: slug.parse().unwrap(),
        due: time("2026-01-01"),
    };
    let output = |slug: &str| PlannedOutput {
        slug: slug.parse().unwrap(),
        sort: ResourceType::Tool,
        due: time("2026-01-01"),
    };
    let milestones = |slugs: &[&str]| Plan {
        milestones: slugs.iter().copied().map(milestone).collect(),
        ..fits.clone()
    };
    let outputs = |slugs: &[&str]| Plan {
        outputs: slugs.iter().copied().map(output).collect(),
        ..fits.clone()
    };
    for plan in [fits.clone(), milestones(&["a", "b"]), outputs(&["a", "b"])] {
        assert_eq!(misfit(Purpose::PlanRebaselined(plan.clone())), None);
        assert_eq!(misfit(Purpose::PlanAdopted(plan)), None);
    }
    let until = fits.from;
    for (unfit, reason) in [
        (
            Plan {
                until,
                ..fits.clone()
            },
            "a time from",
        ),
        (
            Plan {
                version: 0,
                ..fits.clone()
            },
            "version 0",
        ),
        (milestones(&["b", "a"]), "the milestones are not ascending"),
        (milestones(&["a", "a"]), "the milestones are not ascending"),
        (milestones(&["a"; 65]), "65 milestones"),
        (outputs(&["a", "a"]), "the outputs are not ascending"),
        (outputs(&["a"; 65]), "65 outputs"),
    ] {
        let said = misfit(Purpose::PlanAdopted(unfit)).unwrap();
        assert!(said.starts_with(reason), "{said}");
    }
    let target = |low, high, until| {
        Purpose::TargetSet(TargetSet {
            low,
            from: time("2026-01-01"),
            high,
            until: time(until),
            objective: "membership".parse().unwrap(),
        })
    };
    assert_eq!(misfit(target(-1, -1, "2026-01-02")), None);
    assert_eq!(misfit(target(1, 0, "2026-01-02")).unwrap(), "a band from 1 to 0");
    assert!(
        misfit(target(0, 0, "2026-01-01"))
            .unwrap()
            .starts_with("a time from")
    );
}
