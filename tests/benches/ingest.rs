//! What a node takes in, against what its machine can do: one run, one table (docs/performance.md).
//!
//! `cargo bench -p hearth-tests`; a largest size in entries may follow (`-- 10000`), 100,000 otherwise.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its table and fails by panicking"
)]

use std::thread;
use std::time::{Duration, Instant};

use hearth_node::ledger::{Ledger, Submission};
use hearth_node::projector::Projector;
use hearth_node::store::Store;
use hearth_protocol::entry::Event;
use hearth_protocol::id::Id;
use hearth_tests::house::House;
use redb::{Database, TableDefinition};

/// Entries in one submission of a bulk ingest, which is at least one transaction.
const BATCH: usize = 500;
/// Entries in each of the cuts of the long ingest that are compared for flatness.
const CUT: usize = 1_000;
const SUBMITTERS: usize = 16;
const EACH: usize = 100;
const ALONE: usize = 200;

fn main() {
    let largest: usize = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(100_000);
    let house = House::found();
    let question = house.question_id(0);
    let entries = sign_on_both_cores(&house, question, largest);
    let bytes = entries.iter().map(Vec::len).sum::<usize>() / entries.len();

    println!("| measured | entries | rate |");
    println!("|---|--:|--:|");
    let verify = verify_rate(&house, &entries[..largest.min(20_000)]);
    row(
        "verify_strict alone, 2 threads",
        largest.min(20_000),
        &per_second(verify),
    );

    let sizes: Vec<usize> = [1_000, 10_000, 100_000]
        .into_iter()
        .filter(|size| *size <= largest)
        .collect();
    let mut rates = Vec::new();
    for size in &sizes {
        let (rate, cuts, node) = ingest(&house, &entries[..*size]);
        row(
            "verified, durable ingest in batches",
            *size,
            &format!("{} ({:.0} % of verify)", per_second(rate), 100.0 * rate / verify),
        );
        if let ([first, ..], [.., last]) = (&cuts[..], &cuts[..])
            && cuts.len() > 1
        {
            row(
                "· its first and last 1,000",
                *size,
                &format!("{first:.0}/s → {last:.0}/s"),
            );
        }
        rates.push(rate);
        replay(&node, *size);
    }
    if let ([first, ..], [.., last]) = (&rates[..], &rates[..]) {
        row(
            "flatness: largest against smallest",
            *sizes.last().unwrap(),
            &format!("{:+.1} %", 100.0 * (last / first - 1.0)),
        );
    }

    for batch in [1, SUBMITTERS, BATCH] {
        let commits = if batch == BATCH { 20 } else { 200 };
        let rate = redb_rate(&entries, batch, commits);
        row(
            &format!("redb alone, {batch} entries a commit"),
            batch * commits,
            &per_second(rate),
        );
    }
    let (together, alone) = appends(&house);
    row(
        &format!("durable appends, {SUBMITTERS} submitters"),
        SUBMITTERS * EACH,
        &per_second(together),
    );
    row(
        "durable appends, one submitter: median, 99th percentile",
        ALONE,
        &alone,
    );
    println!(
        "\nMean entry {bytes} bytes; a batch has {BATCH}; {} cores.",
        thread::available_parallelism().unwrap()
    );
}

fn row(what: &str, entries: usize, rate: &str) {
    println!("| {what} | {entries} | {rate} |");
}

fn per_second(rate: f64) -> String {
    format!("{rate:.0}/s")
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn sign_on_both_cores(house: &House, to: Id, count: usize) -> Vec<Vec<u8>> {
    thread::scope(|scope| {
        let halves = [0..count / 2, count / 2..count];
        let signing = halves.map(|half| {
            scope.spawn(move || {
                half.map(|number| house.reaction(to, number as u64))
                    .collect::<Vec<_>>()
            })
        });
        signing
            .into_iter()
            .flat_map(|half| half.join().unwrap())
            .collect()
    })
}

/// The floor no verified ingest can pass on this machine: parsed beforehand, signatures alone.
fn verify_rate(house: &House, entries: &[Vec<u8>]) -> f64 {
    let home = house.home();
    let events: Vec<Event> = entries.iter().map(|entry| Event::parse(entry).unwrap()).collect();
    let start = Instant::now();
    thread::scope(|scope| {
        for half in events.chunks(events.len().div_ceil(2)) {
            scope.spawn(move || half.iter().for_each(|event| event.verify(&home).unwrap()));
        }
    });
    rate(events.len(), start.elapsed())
}

/// Hands everything in, two submissions at a time, so that one is checked while the other is committed.
fn ingest(house: &House, entries: &[Vec<u8>]) -> (f64, Vec<f64>, Node) {
    let node = Node::start(house);
    let (mut cuts, start) = (Vec::new(), Instant::now());
    for cut in entries.chunks(CUT) {
        let began = Instant::now();
        thread::scope(|scope| {
            for batch in cut.chunks(BATCH) {
                let ledger = &node.ledger;
                scope.spawn(move || {
                    let submission = Submission {
                        entries: batch.to_vec(),
                        bodies: Vec::new(),
                    };
                    ledger
                        .submit_blocking(submission)
                        .into_iter()
                        .for_each(|result| assert!(result.is_ok()));
                });
            }
        });
        cuts.push(rate(cut.len(), began.elapsed()));
    }
    (rate(entries.len(), start.elapsed()), cuts, node)
}

/// A node's start: everything folded, first with every signature checked, then with the checks remembered.
fn replay(node: &Node, size: usize) {
    let directory = node.house.directory();
    for what in ["replay, signatures checked", "replay, checks remembered"] {
        let start = Instant::now();
        drop(
            Projector::open(
                node.store.clone(),
                node.house.home().community,
                Some(directory.path()),
            )
            .unwrap(),
        );
        row(what, size, &per_second(rate(size, start.elapsed())));
    }
}

/// A copy of a founded house with its running ledger, and one question to react to.
struct Node {
    house: House,
    store: Store,
    ledger: Ledger,
}

impl Node {
    fn start(house: &House) -> Node {
        let house = house.copy();
        let store = Store::open(house.directory().path()).unwrap();
        let ledger = house.start_alone(&store).unwrap();
        ledger.submit_blocking(house.question(0)).remove(0).unwrap();
        Node { house, store, ledger }
    }
}

fn redb_rate(entries: &[Vec<u8>], batch: usize, commits: usize) -> f64 {
    const ENTRIES: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("entries");
    let directory = tempfile::tempdir().unwrap();
    let database = Database::create(directory.path().join("redb")).unwrap();
    let mut rows = (0_u64..).zip(entries.iter().cycle());
    let start = Instant::now();
    for _ in 0..commits {
        let transaction = database.begin_write().unwrap();
        let mut table = transaction.open_table(ENTRIES).unwrap();
        for (index, entry) in rows.by_ref().take(batch) {
            table.insert(index, entry.as_slice()).unwrap();
        }
        drop(table);
        transaction.commit().unwrap();
    }
    rate(batch * commits, start.elapsed())
}

/// Appends of one entry, each waiting for its acknowledgement: by many at once, then by one alone.
fn appends(house: &House) -> (f64, String) {
    let node = Node::start(house);
    let question = house.question_id(0);
    let append = |number: usize| {
        let entry = house.reaction(question, 1_000_000 + number as u64);
        let began = Instant::now();
        node.ledger
            .submit_blocking(Submission {
                entries: vec![entry],
                bodies: Vec::new(),
            })
            .remove(0)
            .unwrap();
        began.elapsed()
    };
    let start = Instant::now();
    thread::scope(|scope| {
        for lane in 0..SUBMITTERS {
            let append = &append;
            scope.spawn(move || (0..EACH).map(|turn| append(lane * EACH + turn)).max());
        }
    });
    let together = rate(SUBMITTERS * EACH, start.elapsed());
    let mut alone: Vec<Duration> = (0..ALONE).map(|turn| append(SUBMITTERS * EACH + turn)).collect();
    alone.sort_unstable();
    (
        together,
        format!("{:.1?}, {:.1?}", alone[ALONE / 2], alone[ALONE - 1 - ALONE / 100]),
    )
}
