//! What the framework costs: all 22 statements over a community of mixed daily work, one run, one table
//! (docs/performance.md).
//!
//! Times are what the thread had of a core, so that what else the machine does changes them little.
//!
//! `cargo bench -p hearth-stories --bench figures`; a largest size in entries may follow (`-- 10000`), 100,000 otherwise.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its table and fails by panicking"
)]

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use hearth_protocol::community::{Checked, Community, Signature, View, check};
use hearth_protocol::framework::{Audience, Section, compute, compute_for, explain};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    Act, Adoption, BallotCast, Choice, DecisionProposed, Head, Provider, RoleGranted, Rule,
};
use hearth_protocol::time::{Span, Timestamp};
use hearth_stories::story::{Said, Story, policy, steward};
use serde_json::{Value, json};

const ORGANISATIONS: usize = 20;
const MEMBERS: usize = 1_000;
/// Over how long the entries are spread.
const DAYS: u64 = 730;
/// How often each organisation says what it saw of the others.
const SEEN_EVERY: u64 = 7;
const TOPICS: [&str; 5] = ["pain", "bereavement", "night-care", "volunteers", "children"];
const BEGIN: Timestamp = Timestamp::from_millis(1_700_000_000_000);
/// How often each thing is measured; the median counts.
const ROUNDS: usize = 9;

fn main() {
    let largest = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(100_000);
    println!("| measured | entries | median | a second |");
    println!("|---|--:|--:|--:|");
    for size in [1_000, 10_000, 100_000]
        .into_iter()
        .filter(|size| *size <= largest)
    {
        measure(size);
    }
}

fn measure(size: usize) {
    let town = Town::live(size);
    let checked = town.checked();
    let folded = median(3, || fold(&town, checked.clone()));
    let community = fold(&town, checked);
    let cut = community.present().unwrap();
    let entries = cut.rows().iter().map(|row| row.size()).sum::<u64>();
    row("folded anew, signatures taken as checked", entries, folded);
    let made = median(ROUNDS, || community.view(&cut).unwrap());
    row("everything resolved at a cut", entries, made);
    let view = community.view(&cut).unwrap();
    let as_of = view.default_as_of();
    let answered = median(ROUNDS, || compute(&view, as_of, None));
    row("all 22 statements", entries, answered);
    if size < 100_000 {
        return;
    }
    println!("\n| of which, at {entries} entries | computed | explained |\n|---|--:|--:|");
    let mut each: Vec<(Duration, Duration, String)> = Section::computed()
        .map(|section| {
            let computed = median(ROUNDS, || {
                compute_for(&view, as_of, None, &[section], Audience::Members)
            });
            let explained = median(3, || explain(&view, section, as_of, None));
            (computed, explained, section.to_string())
        })
        .collect();
    each.sort_unstable();
    for (computed, explained, section) in each.iter().rev() {
        println!("| {section} | {computed:.1?} | {explained:.1?} |");
    }
    figures(&view, as_of);
}

fn row(what: &str, entries: u64, spent: Duration) {
    println!(
        "| {what} | {entries} | {spent:.1?} | {:.0} |",
        entries as f64 / spent.as_secs_f64()
    );
}

/// Which ratings the town has: nothing is measured where most statements find nothing.
fn figures(view: &View, as_of: Timestamp) {
    let answer = serde_json::to_value(compute(view, as_of, None)).unwrap();
    let ratings: Vec<String> = answer["statements"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|statement| {
            let id = statement["id"].as_str().unwrap_or("members");
            format!("{id} {}", statement["rating"].as_str().unwrap_or("-"))
        })
        .collect();
    println!("\nRatings: {}.", ratings.join(", "));
}

fn median<T>(rounds: usize, work: impl Fn() -> T) -> Duration {
    let mut spent: Vec<Duration> = (0..rounds)
        .map(|_| {
            let began = on_core();
            black_box(work());
            on_core().saturating_sub(began)
        })
        .collect();
    spent.sort_unstable();
    spent[rounds / 2]
}

/// Time that this thread has had of a core so far; of the clock where the system does not tell.
fn on_core() -> Duration {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|told| told.split_whitespace().next()?.parse().ok());
    nanos.map_or_else(|| BEGAN.elapsed(), Duration::from_nanos)
}

fn fold(town: &Town, checked: Vec<(Id, Vec<Checked>)>) -> Community {
    let mut community = Community::new(town.story.community);
    for (organisation, entries) in checked {
        for (index, entry) in (0..).zip(entries) {
            community.ingest(organisation, index, entry);
        }
    }
    community
}

/// Many organisations whose members do a little of everything.
struct Town {
    story: Story,
    now: Timestamp,
    /// A source of what is different from one entry to the next.
    turn: usize,
    slugs: Vec<String>,
}

impl Town {
    /// Goes on until it has about so many entries.
    fn live(size: usize) -> Town {
        let slugs: Vec<String> = (0..ORGANISATIONS)
            .map(|number| format!("house-{number}"))
            .collect();
        let names: Vec<&str> = slugs.iter().map(String::as_str).collect();
        let mut town = Town {
            story: Story::of(&names, BEGIN, policy(&[(1, 0)])),
            now: BEGIN.plus(Span::hours(1)),
            turn: 0,
            slugs,
        };
        let members = MEMBERS.min(size / 10);
        for member in 0..members {
            let house = town.slugs[member % ORGANISATIONS].clone();
            town.story.admit(&house, &name(member), town.now);
        }
        let each = Span::from_millis(DAYS * 86_400_000 / size as u64 * 10);
        let mut days = 0;
        while town.entries() < size {
            town.round(members);
            town.now = town.now.plus(each);
            let today = town.now.since(BEGIN).as_millis() / 86_400_000;
            if today >= days + SEEN_EVERY {
                days = today;
                town.see();
            }
        }
        town.see();
        town
    }

    fn entries(&self) -> usize {
        (0..self.story.organisations())
            .map(|number| self.story.entries(number).len())
            .sum()
    }

    fn see(&mut self) {
        let names: Vec<&str> = self.slugs.iter().map(String::as_str).collect();
        for slug in &names {
            let others: Vec<&str> = names.iter().copied().filter(|other| other != slug).collect();
            self.story.sees(slug, &others, self.now);
        }
    }

    fn member(&mut self, members: usize) -> String {
        self.turn = self
            .turn
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        name((self.turn >> 33) % members)
    }

    fn say(&mut self, by: &str, kind: &str, data: &Value, re: &[Id]) -> Id {
        let act = Act::of(kind, &header(data)).unwrap();
        self.say_act(by, act, re)
    }

    fn say_act(&mut self, by: &str, act: Act, re: &[Id]) -> Id {
        self.now = self.now.plus(Span::from_millis(60_000));
        let words = act
            .rules()
            .is_some_and(|rules| rules.body == hearth_protocol::kind::Presence::Required)
            .then_some(100);
        let name = format!("{by} at {}", self.now.as_millis());
        self.story.say(
            &name,
            by,
            Said {
                at: self.now,
                act,
                re,
                words,
            },
        )
    }

    /// What people do in some hours; every hundredth time a decision, too.
    fn round(&mut self, members: usize) {
        let [asker, helper, other, third] = [(); 4].map(|()| self.member(members));
        let topic = TOPICS[self.turn % TOPICS.len()];
        let query = self.say(&asker, "query.asked", &json!({ "topics": [topic] }), &[]);
        let answer = self.say(&helper, "query.answered", &json!({}), &[query]);
        self.say(&asker, "query.accepted", &json!({}), &[answer]);
        let thread = self.say(&other, "thread.opened", &json!({ "topics": [topic] }), &[]);
        for by in [&third, &helper] {
            self.say(by, "thread.replied", &json!({}), &[thread]);
        }
        self.say(
            &other,
            "reaction.given",
            &json!({ "reaction": "thanks" }),
            &[answer],
        );
        let version = self.say(&helper, "resource.published", &json!({ "type": "guidance" }), &[]);
        self.say(&other, "resource.validated", &json!({}), &[version]);
        self.say(&third, "resource.applied", &json!({}), &[version]);
        match self.turn >> 40 & 7 {
            0 => self.meet(&[&asker, &helper, &other, &third]),
            1 => {
                let faq = self.say(&helper, "faq.published", &json!({}), &[query, answer]);
                self.say(&asker, "faq.endorsed", &json!({}), &[faq]);
            }
            2 => {
                let story = self.say(
                    &asker,
                    "story.told",
                    &json!({ "cycle": "applied", "consent": true }),
                    &[version],
                );
                self.say(&other, "story.corroborated", &json!({}), &[story]);
            }
            3 => {
                let task = self.say(&asker, "task.offered", &json!({ "topics": [topic] }), &[]);
                let taken = self.say(&other, "task.accepted", &json!({}), &[task]);
                let done = self.say(&other, "task.done", &json!({}), &[taken]);
                self.say(&asker, "task.confirmed", &json!({}), &[done]);
            }
            4 => {
                let asked = self.say(&asker, "leadership.asked", &json!({}), &[]);
                self.say(&helper, "leadership.answered", &json!({}), &[asked]);
            }
            5 => {
                self.say(&asker, "interest.declared", &json!({ "topics": [topic] }), &[]);
                self.say(&third, "reflection.logged", &json!({}), &[version]);
            }
            6 => {
                let circle = json!({ "kind": "topic", "mode": "online", "topic": topic });
                let circle = self.say(&asker, "circle.opened", &circle, &[]);
                self.say(&other, "circle.joined", &json!({}), &[circle]);
            }
            _ => {
                self.say(&asker, "query.referred", &json!({}), &[query]);
                let gap = self.say(&asker, "gap.raised", &json!({}), &[]);
                self.say(&other, "gap.owned", &json!({}), &[gap]);
            }
        }
        if self.turn >> 44 & 127 == 0 {
            self.decide(members, &asker);
        }
    }

    fn meet(&mut self, there: &[&String; 4]) {
        let meeting =
            json!({ "at": self.now.as_millis(), "minutes": 60, "mode": "online", "purpose": "future" });
        let meeting = self.say(there[0], "meeting.scheduled", &meeting, &[]);
        self.now = self.now.plus(Span::hours(2));
        self.say(there[0], "meeting.held", &json!({ "minutes": 60 }), &[meeting]);
        for by in there {
            self.say(by, "meeting.attended", &json!({}), &[meeting]);
        }
        for by in &there[1..] {
            self.say(
                by,
                "meeting.evaluated",
                &json!({ "scores": [["useful", 4]] }),
                &[meeting],
            );
        }
    }

    /// A role by decision, with a ballot from each organisation, its holder's word and a month of time.
    fn decide(&mut self, members: usize, holder: &str) {
        let grant = Act::from(hearth_protocol::kind::Leadership::RoleGranted(RoleGranted {
            from: self.now,
            role: "facilitator".parse().unwrap(),
            until: self.now.plus(Span::days(365)),
            holder: self.story.id(holder),
            provided_by: Provider::Members,
        }));
        let mut cut: Vec<Head> = self.slugs.iter().map(|slug| self.story.head(slug)).collect();
        cut.sort_unstable();
        let proposal = DecisionProposed {
            cut,
            rule: Rule::Members,
            adopts: Some(Adoption::try_from(grant.clone()).unwrap()),
            closes: self.now.plus(Span::days(3)),
            quorum: 1,
        };
        let proposal = Act::from(hearth_protocol::kind::Decisions::DecisionProposed(proposal));
        let decision = self.say_act(holder, proposal, &[]);
        for _ in 0..members.min(100) {
            let voter = self.member(members);
            let ballot = hearth_protocol::kind::Decisions::BallotCast(BallotCast { choice: Choice::For });
            self.say_act(&voter, Act::from(ballot), &[decision]);
        }
        self.now = self.now.plus(Span::days(4));
        let granted = self.say_act(holder, grant, &[decision]);
        self.say(holder, "role.accepted", &json!({}), &[granted]);
        let month = json!({ "month": "2024-06", "minutes": 300 });
        let pledge = self.say(holder, "time.pledged", &month, &[granted]);
        let house = holder.rsplit('-').next().unwrap().parse::<usize>().unwrap() % ORGANISATIONS;
        let steward = steward(&self.slugs[house]);
        self.say(&steward, "time.confirmed", &month, &[pledge]);
    }

    fn checked(&self) -> Vec<(Id, Vec<Checked>)> {
        (0..self.story.organisations())
            .map(|number| {
                let home = self.story.home(number);
                let entries = self.story.entries(number).iter();
                let checked = entries.map(|entry| check(entry, &home, Signature::Known(true)));
                (home.organisation, checked.collect())
            })
            .collect()
    }
}

fn name(member: usize) -> String {
    format!("member-{member}")
}

/// Header fields in CBOR, keys in canonical order.
fn header(data: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&cbor(data), &mut bytes).unwrap();
    bytes
}

fn cbor(data: &Value) -> ciborium::Value {
    let Value::Object(fields) = data else {
        return ciborium::Value::serialized(data).unwrap();
    };
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(key, _)| (key.len(), key.as_str()));
    let fields = fields.into_iter();
    ciborium::Value::Map(
        fields
            .map(|(key, value)| (key.as_str().into(), cbor(value)))
            .collect(),
    )
}
