//! What a node takes in, against what its machine can do: one run, one table (docs/performance.md).
//!
//! `cargo bench -p hearth-tests`; a largest size in entries may follow (`-- 10000`), 100,000 otherwise.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its table and fails by panicking"
)]

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use hearth_node::ledger::{Ledger, Submission};
use hearth_node::projector::Projector;
use hearth_node::store::Store;
use hearth_protocol::entry::Event;
use hearth_tests::house::House;
use redb::{Database, TableDefinition};

/// Entries in one submission of a bulk ingest.
const BATCH: usize = 500;
const SUBMITTERS: usize = 16;
/// Entries each of them appends.
const EACH: usize = 100;
/// Entries the lone submitter appends.
const ALONE: usize = 200;
/// Ticks a second in which Linux counts a process's time (USER_HZ).
const TICKS: u64 = 100;

fn main() {
    let largest = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(100_000);
    let house = House::found();
    let entries = sign(&house, largest);
    let bytes = entries.iter().map(Vec::len).sum::<usize>() / entries.len();
    println!("| measured | entries | a second | CPU an entry |");
    println!("|---|--:|--:|--:|");

    let verified = verify(&house, &entries[..largest.min(20_000)]);
    verified.row("signatures alone (`verify_strict`), 2 threads");
    let sizes = [1_000, 10_000, 100_000]
        .into_iter()
        .filter(|size| *size <= largest);
    let ingested: Vec<Spent> = sizes.map(|size| measure_size(&house, &entries[..size])).collect();
    for (batch, commits) in [(1, 200), (SUBMITTERS, 200), (BATCH, 40)] {
        commit(&entries, batch, commits).row(&format!("redb alone, {batch} entries a commit"));
    }
    let (together, alone) = append(&house);
    together.row(&format!("durable appends, {SUBMITTERS} submitters"));

    let (first, last) = (&ingested[0], ingested.last().unwrap());
    println!(
        "\nIngest at {} against {}: {} a second, {} of CPU.",
        last.entries,
        first.entries,
        change(first.rate(), last.rate()),
        change(first.cpu_each(), last.cpu_each())
    );
    println!(
        "Ingest against signatures alone: {:.0} % of the rate, {:.2} times the CPU.",
        100.0 * last.rate() / verified.rate(),
        last.cpu_each() / verified.cpu_each()
    );
    println!(
        "One submitter waits {:.1?} for an acknowledgement (median), {:.1?} (99th percentile).",
        alone[ALONE / 2],
        alone[ALONE - 1 - ALONE / 100]
    );
    println!(
        "An entry has {bytes} bytes, a submission {BATCH} entries, the machine {} cores.",
        thread::available_parallelism().unwrap()
    );
}

/// What some work took. CPU time is the process's own, and so comparable on a machine that others use, too.
struct Spent {
    entries: usize,
    wall: Duration,
    cpu: Duration,
}

impl Spent {
    fn on(entries: usize, work: impl FnOnce()) -> Spent {
        let (wall, cpu) = (Instant::now(), cpu_time());
        work();
        Spent {
            entries,
            wall: wall.elapsed(),
            cpu: cpu_time().saturating_sub(cpu),
        }
    }

    fn rate(&self) -> f64 {
        self.entries as f64 / self.wall.as_secs_f64()
    }

    /// Microseconds of CPU an entry.
    fn cpu_each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.entries as f64
    }

    fn row(&self, what: &str) {
        println!(
            "| {what} | {} | {:.0} | {:.0} µs |",
            self.entries,
            self.rate(),
            self.cpu_each()
        );
    }
}

fn change(from: f64, to: f64) -> String {
    format!("{:+.1} %", 100.0 * (to / from - 1.0))
}

/// User and system time of this process so far; zero where there is no `/proc`.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u64 = after_name
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 1000 / TICKS)
}

fn sign(house: &House, count: usize) -> Vec<Vec<u8>> {
    let to = house.question_id(0);
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

/// The floor that no verified ingest can pass on this machine: parsed beforehand, signatures alone.
fn verify(house: &House, entries: &[Vec<u8>]) -> Spent {
    let home = house.home();
    let events: Vec<Event> = entries.iter().map(|entry| Event::parse(entry).unwrap()).collect();
    Spent::on(events.len(), || {
        thread::scope(|scope| {
            for half in events.chunks(events.len().div_ceil(2)) {
                scope.spawn(move || half.iter().for_each(|event| event.verify(&home).unwrap()));
            }
        });
    })
}

/// Ingest, and then the start of a node that holds as much.
fn measure_size(house: &House, entries: &[Vec<u8>]) -> Spent {
    let node = Node::start(house);
    let ingested = node.ingest(entries);
    ingested.row("verified, durable ingest");
    for what in ["start, signatures checked", "start, checks remembered"] {
        node.replay(entries.len()).row(what);
    }
    ingested
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

    /// Hands everything in, by two submitters, so that one submission is checked while the other is committed.
    fn ingest(&self, entries: &[Vec<u8>]) -> Spent {
        let batches = Mutex::new(entries.chunks(BATCH));
        let next = || batches.lock().unwrap().next();
        Spent::on(entries.len(), || {
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        while let Some(batch) = next() {
                            self.submit(batch.to_vec());
                        }
                    });
                }
            });
        })
    }

    fn submit(&self, entries: Vec<Vec<u8>>) {
        let results = self.ledger.submit_blocking(Submission {
            entries,
            bodies: Vec::new(),
        });
        assert!(results.iter().all(Result::is_ok));
    }

    /// Folds everything the store holds, as a node that starts does.
    fn replay(&self, entries: usize) -> Spent {
        let (directory, community) = (self.house.directory(), self.house.home().community);
        Spent::on(entries, || {
            Projector::open(self.store.clone(), community, Some(directory.path()))
                .map(drop)
                .unwrap();
        })
    }
}

/// What the database alone can commit, synced, of the same entries.
fn commit(entries: &[Vec<u8>], batch: usize, commits: usize) -> Spent {
    const ENTRIES: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("entries");
    let directory = tempfile::tempdir().unwrap();
    let database = Database::create(directory.path().join("redb")).unwrap();
    let mut rows = (0_u64..).zip(entries.iter().cycle());
    Spent::on(batch * commits, || {
        for _ in 0..commits {
            let transaction = database.begin_write().unwrap();
            let mut table = transaction.open_table(ENTRIES).unwrap();
            for (index, entry) in rows.by_ref().take(batch) {
                table.insert(index, entry.as_slice()).unwrap();
            }
            drop(table);
            transaction.commit().unwrap();
        }
    })
}

/// Appends of one entry, each waiting for its acknowledgement: by many at once, then by one alone (ascending waits).
fn append(house: &House) -> (Spent, Vec<Duration>) {
    let node = Node::start(house);
    let question = house.question_id(0);
    let append = |number: usize| {
        let entry = house.reaction(question, 1_000_000 + number as u64);
        let began = Instant::now();
        node.submit(vec![entry]);
        began.elapsed()
    };
    let together = Spent::on(SUBMITTERS * EACH, || {
        thread::scope(|scope| {
            for lane in 0..SUBMITTERS {
                let append = &append;
                scope.spawn(move || (0..EACH).map(|turn| append(lane * EACH + turn)).max());
            }
        });
    });
    let mut alone: Vec<Duration> = (0..ALONE).map(|turn| append(SUBMITTERS * EACH + turn)).collect();
    alone.sort_unstable();
    (together, alone)
}
