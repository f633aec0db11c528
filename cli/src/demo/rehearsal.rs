//! The story told without nodes or network: the same entries, put straight into logs, with the records that nodes would make.
//! What a survey adds stays out: its tokens are made by nodes and clients.

use super::play::{STRETCH, Step, steps};
use super::player::{Player, Written};
use super::scenario::{HOUSES, Scenario};
use hearth_protocol::community::{Community, Cut, Row, Signature, View, check};
use hearth_protocol::entry::{BodyRef, Entry, Event, Home, Payload, Record, Source};
use hearth_protocol::framework::compute;
use hearth_protocol::id::{Id, KeyHash};
use hearth_protocol::kind::{
    Admission, Admitted, Chartered, Clock, Community as Acts, Electorate, Founded, Head, HeadsSeen, Kind,
    Motion, Node, People, Policy, Proposed,
};
use hearth_protocol::log::{Frontier, Origin};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::{Span, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A log in the making.
struct Log {
    home: Home,
    origin: Origin,
    entries: Vec<Vec<u8>>,
    frontier: Frontier,
}

/// A story told.
struct Rehearsal {
    scenario: Scenario,
    logs: Vec<Log>,
}

fn secret(name: &str, house: usize) -> SecretKey {
    SecretKey::from_seed(
        *hearth_protocol::id::Hash::of(format!("hearth/rehearsal {name} {house}").as_bytes()).as_bytes(),
    )
}

fn charter(house: usize, steward: &SecretKey) -> Chartered {
    let (slug, _) = HOUSES[house];
    let key = secret("log", house).public();
    Chartered {
        key,
        next: KeyHash::from_bytes([7; 32]),
        slug: slug.parse().unwrap(),
        nodes: vec![Node {
            id: vec![1],
            addresses: vec![],
        }],
        origin: Origin::of(slug, &key).unwrap(),
        witness: secret("witness", house).public(),
        stewards: vec![steward.public()],
    }
}

impl Log {
    fn put(&mut self, entry: Vec<u8>) -> Id {
        let id = Entry::id_of(&entry);
        self.frontier.extend([id.into()]);
        self.entries.push(entry);
        id
    }

    fn head(&self) -> Head {
        let head = self.frontier.head();
        Head {
            organisation: self.home.organisation,
            size: head.size,
            root: head.root,
        }
    }
}

impl Rehearsal {
    fn of(seed: u64, months: u64, houses: usize) -> Rehearsal {
        let scenario = Scenario::generate(seed, months, houses, None);
        let (logs, stewards) = open(&scenario);
        let homes = logs.iter().map(|log| log.home).collect();
        let mut rehearsal = Rehearsal { scenario, logs };
        let steps = steps(&rehearsal.scenario);
        let mut written = Vec::new();
        {
            let scenario = Scenario::generate(seed, months, houses, None);
            let mut player = Player::new(&scenario, seed, homes, stewards);
            for step in steps {
                let Step::Tell {
                    happenings,
                    ends_stretch,
                } = step
                else {
                    continue;
                };
                player.set_cut(rehearsal.heads());
                for _ in happenings.clone() {
                    let Written { house, entry, .. } = player.next().unwrap();
                    written.push((
                        rehearsal.logs[house].home.organisation,
                        rehearsal.logs[house].put(entry),
                    ));
                }
                if ends_stretch {
                    let at = scenario.happenings[happenings.end - 1]
                        .at
                        .plus(Span::from_millis(60_000));
                    rehearsal.look_around(at);
                }
            }
        }
        rehearsal
    }

    fn heads(&self) -> Vec<Head> {
        let mut heads: Vec<Head> = self.logs.iter().map(Log::head).collect();
        heads.sort_unstable();
        heads
    }

    /// Every house records what it sees of the others.
    fn look_around(&mut self, at: Timestamp) {
        let all = self.heads();
        for log in &mut self.logs {
            let heads = all
                .iter()
                .filter(|head| head.organisation != log.home.organisation)
                .copied();
            let act = Acts::HeadsSeen(HeadsSeen {
                heads: heads.collect(),
            });
            let source = Source {
                id: log.entries.len().to_string(),
                kind: "heads.seen".to_owned(),
                site: log.origin.to_string(),
                person: None,
                automaton: false,
            };
            let record = Record {
                payload: Payload::new(at, act),
                home: log.home,
                source,
            };
            log.put(record.encode());
        }
    }

    fn view(&self) -> View {
        let mut community = Community::new(self.logs[0].home.community);
        for log in &self.logs {
            for (index, entry) in log.entries.iter().enumerate() {
                let checked = check(entry, &log.home, Signature::Unknown);
                community.ingest(log.home.organisation, index as u64, checked);
            }
        }
        let rows = self.logs.iter().map(|log| {
            let head = log.head();
            Row(head.organisation, head.size, head.root)
        });
        community.view(&Cut::new(rows.collect()).unwrap()).unwrap()
    }

    /// Every kind that counts in the story, and how often.
    fn kinds(&self) -> BTreeMap<String, usize> {
        let mut kinds = BTreeMap::new();
        for entry in self.logs.iter().flat_map(|log| &log.entries) {
            let kind = Entry::parse(entry).unwrap().payload().act.kind().to_owned();
            *kinds.entry(kind).or_default() += 1;
        }
        kinds
    }

    /// The framework at the end of the story.
    fn framework(&self) -> Value {
        serde_json::to_value(compute(&self.view(), self.scenario.ends, None)).unwrap()
    }
}

/// Opens the logs: charters, admissions, stewards.
fn open(scenario: &Scenario) -> (Vec<Log>, Vec<Id>) {
    let at = scenario.begins;
    let body = |text: &str| BodyRef::to(&[0; 32], text.as_bytes(), "text/markdown");
    let steward = |house: usize| SecretKey::from_seed(scenario.members[house].keys[0]);
    let founder = charter(0, &steward(0));
    let founded = Founded {
        key: founder.key,
        next: founder.next,
        clock: Clock::Simulated,
        domain: "hospice-practice".parse().unwrap(),
        origin: founder.origin,
        policy: Policy {
            liars: vec![(4, 1), (8, 2)],
            ruleset: 1,
            admission: Admission {
                quorum: 1,
                electorate: Electorate::Founder,
            },
            tolerance: Span::hours(6),
        },
    };
    let founded = Event::sign(
        &Payload::new(at, Acts::Founded(founded)).with_body(body("x")),
        &steward(0),
        &Home::NONE,
    );
    let community = Entry::id_of(&founded);
    let mut logs = Vec::new();
    let mut outcome = community;
    let mut stewards = Vec::new();
    for house in 0..scenario.houses {
        let chartered = charter(house, &steward(house));
        let origin = chartered.origin.clone();
        let payload = Payload::new(at, Acts::Chartered(chartered)).with_body(body("x"));
        let entry = Event::sign(&payload, &steward(house), &Home::of_charter(community));
        let home = Home {
            community,
            organisation: Entry::id_of(&entry),
        };
        let mut log = Log {
            home,
            origin,
            entries: Vec::new(),
            frontier: Frontier::new(),
        };
        if house == 0 {
            log.put(founded.clone());
        }
        log.put(entry.clone());
        let admitted = People::MemberAdmitted(Admitted::new(steward(house).public()));
        stewards.push(log.put(Event::sign(&Payload::new(at, admitted), &steward(house), &home)));
        logs.push(log);
        if house > 0 {
            let proposed = Acts::Proposed(Proposed {
                motion: Motion::Admit { charter: entry },
            });
            let payload = Payload::new(at, proposed).about(outcome);
            let entry = Event::sign(&payload, &steward(0), &logs[0].home);
            outcome = logs[0].put(entry);
        }
    }
    (logs, stewards)
}

/// Kinds that nodes log by themselves in the course of a survey.
const BY_NODES: [&str; 4] = ["pulse.keyed", "pulse.requested", "pulse.issued", "pulse.answered"];

#[test]
fn every_kind_happens_in_the_whole_story() {
    for seed in 1..=2 {
        let kinds = Rehearsal::of(seed, 18, 6).kinds();
        let declared = Kind::all().map(|kind| kind.name);
        let missing: BTreeSet<&str> = declared
            .filter(|kind| !kinds.contains_key(*kind) && !BY_NODES.contains(kind) && *kind != "pulse.closed")
            .collect();
        assert_eq!(missing, BTreeSet::new(), "seed {seed}");
    }
}

/// What the story says is meant: an entry that counts for nothing would be a mistake of the story.
#[test]
fn everything_told_counts() {
    for (seed, months, houses) in [(2, 18, 6), (3, 6, 4), (4, 3, 3)] {
        let entries = Rehearsal::of(seed, months, houses).framework()["entries"].clone();
        assert_eq!(entries["void"], json!({}), "seed {seed}: {entries}");
        assert_eq!(entries["pending"], 0, "seed {seed}: {entries}");
        assert_eq!(entries["unwitnessed"], 0, "seed {seed}: {entries}");
    }
}

/// The ratings of a story, statement by statement.
fn ratings(answer: &Value) -> BTreeMap<String, String> {
    let rows = answer["statements"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let ratings = rows.map(|row| (text(&row["id"]), text(&row["rating"])));
    ratings.filter(|(_, rating)| !rating.is_empty()).collect()
}

/// Other seeds, other communities; and the usual one has all sorts of ratings and one dimension in trouble.
#[test]
fn a_seed_is_a_community_of_its_own() {
    let mut known = BTreeSet::new();
    for seed in 1..=4 {
        let answer = Rehearsal::of(seed, 18, 6).framework();
        let ratings = ratings(&answer);
        println!("seed {seed}: {ratings:?}\n{}", answer["dimensions"]);
        assert_eq!(ratings.len(), 22, "seed {seed}");
        if seed == 1 {
            for rating in ["established", "developing", "insufficient", "none"] {
                assert!(
                    ratings.values().any(|found| found == rating),
                    "{rating}: {ratings:?}"
                );
            }
            let dimensions = answer["dimensions"].as_array().unwrap();
            assert!(
                dimensions.iter().any(|dimension| dimension["rating"] == "none"),
                "{dimensions:?}"
            );
        }
        assert!(known.insert(ratings), "seed {seed} is rated as another");
    }
}

/// The day's steps are few enough for a demonstration, and no claim of time reaches further back than others bear out.
#[test]
fn steps_cover_the_story_and_keep_within_what_others_bear_out() {
    for seed in 1..=8 {
        let scenario = Scenario::generate(seed, 18, 6, None);
        let steps = steps(&scenario);
        let told: Vec<_> = steps
            .iter()
            .filter_map(|step| match step {
                Step::Tell {
                    happenings,
                    ends_stretch,
                } => Some((happenings, ends_stretch)),
                Step::Perform(_) => None,
            })
            .collect();
        assert!(told.is_sorted_by(|(a, _), (b, _)| a.end == b.start));
        assert_eq!(told.last().unwrap().0.end, scenario.happenings.len());
        let mut began = None;
        for (happenings, ends_stretch) in &told {
            let first = *began.get_or_insert(scenario.happenings[happenings.start].at);
            assert!(scenario.happenings[happenings.end - 1].at.since(first) <= STRETCH);
            if **ends_stretch {
                began = None;
            }
        }
        let stretches = told.iter().filter(|(_, ends)| **ends).count();
        println!(
            "seed {seed}: {} happenings in {stretches} stretches and {} steps",
            scenario.happenings.len(),
            steps.len()
        );
        assert!(
            stretches < 300 && steps.len() < 450,
            "{stretches} stretches in {} steps are too many",
            steps.len()
        );
    }
}
