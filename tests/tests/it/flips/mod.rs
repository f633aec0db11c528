//! One flipped bit of a published log or of a data directory: verification finds it, or nobody can read it.
//!
//! By themselves the tests take some of the bits, spread over everything that there is and chosen by `HEARTH_FLIPS_SEED`:
//! see [`Share`]. With `HEARTH_FLIPS=all` they take every bit (some minutes).

mod memory;
mod values;

use super::network::{Pair, ask, hears, pair};
use super::process::{hearth, succeed};
use hearth_cli::{faults_of_data, faults_of_published, faults_of_store};
use hearth_node::ledger::hand_over;
use hearth_node::secret_file;
use hearth_node::store::Store;
use hearth_protocol::entry::Payload;
use hearth_protocol::id::Hash;
use hearth_protocol::kind::{Care, ErasureCarriedOut, Interaction, QueryAsked};
use hearth_tests::fleet::{Body, Member, Transport, now};
use hearth_tests::wait::until;
use memory::Memory;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;
use tempfile::TempDir;

/// Which bits are flipped: one in `short` of what has at most [`SHORT`] bytes, one in `long` of what has more.
#[derive(Clone, Copy)]
struct Share {
    short: usize,
    long: usize,
}

const SHORT: usize = 160;
// Prime to 8, so that every bit of a byte has its turn.
const OF_FILES: Share = Share { short: 1, long: 11 };
const OF_VALUES: Share = Share { short: 11, long: 61 };
/// Flips of the database file as it lies on the disk.
const RAW: u64 = 400;
const PAGE: usize = 4096;
const THREADS: usize = 2;

/// Two organisations with some of everything in north's directory: events and records, a body, an erased one, heads with
/// cosignatures, a handover, a replica, and what its witness remembers. Nobody runs.
struct Ground {
    pair: Pair,
}

fn ground() -> Ground {
    let mut pair = pair(Transport::Tcp);
    let (mut north, mut south) = (
        pair.north.client(&pair.north_node),
        pair.south.client(&pair.south_node),
    );
    let question = ask(&pair.south, &mut south, "Which mouth care?");
    hears(&mut north, question, "Which mouth care?");
    erase_one(&pair.north, &mut north);
    drop((north, south));
    pair.north_node.end().unwrap();
    hand_over_north(&pair.north);
    pair.north_node = pair.north.run();
    let mut north = pair.north.client(&pair.north_node);
    for organisation in [pair.north.home.organisation, pair.south.home.organisation] {
        until("the log is witnessed whole, and has seen the other", || {
            let log = north.log(organisation)?;
            let list = json!({ "query": "log", "organisation": organisation, "limit": 100 });
            let entries = north.ask(&list).unwrap()["entries"].clone();
            let seen = entries
                .as_array()?
                .iter()
                .any(|entry| entry["kind"] == "heads.seen");
            (seen && log["witnessed"] == "witnessed" && log["offered"] == log["size"]).then_some(())
        });
    }
    drop(north);
    pair.south_node.end().unwrap();
    pair.north_node.end().unwrap();
    Ground { pair }
}

fn erase_one(member: &Member, client: &mut hearth_tests::fleet::Client) {
    let (reference, body) = Body::of("About Mrs. Smith");
    let asked = Payload::new(now(), Interaction::QueryAsked(QueryAsked::default()));
    let id = client.submit_one(member.sign(&asked.with_body(reference.clone())), vec![body]);
    let erasure = Care::ErasureCarriedOut(ErasureCarriedOut {
        ground: "patient-data".parse().unwrap(),
        hashes: vec![reference.hash],
    });
    client.submit_one(member.sign(&Payload::new(now(), erasure).about(id)), vec![]);
}

fn hand_over_north(north: &Member) {
    let next = secret_file::read(&north.directory.next_key()).unwrap();
    let after = secret_file::generate().unwrap().public().hash();
    let store = Store::open(north.directory.path()).unwrap();
    hand_over(&store, &north.directory.signer(), next, after, false).unwrap();
}

impl Ground {
    fn directory(&self) -> &Path {
        self.pair.north.directory.path()
    }

    fn database(&self) -> PathBuf {
        self.directory().join("hearth.redb")
    }

    /// The bytes of the database, as a store leaves them that was closed in good order.
    fn bytes(&self) -> Vec<u8> {
        drop(Store::open(self.directory()).unwrap());
        fs::read(self.database()).unwrap()
    }
}

impl Share {
    /// The bits to be flipped of something of that many bytes.
    fn of(self, length: usize, seed: u64, name: &str) -> impl Iterator<Item = usize> + use<> {
        let all = std::env::var("HEARTH_FLIPS").is_ok_and(|flips| flips == "all");
        let step = match length {
            _ if all => 1,
            0..=SHORT => self.short,
            _ => self.long,
        };
        let first = random(seed, name) as usize % step;
        (first..length * 8).step_by(step)
    }
}

/// A number that depends on nothing but these.
fn random(seed: u64, name: &str) -> u64 {
    let hash = Hash::of(format!("{seed} {name}").as_bytes());
    u64::from_be_bytes(hash.as_bytes()[..8].try_into().unwrap())
}

fn seed() -> u64 {
    let given = std::env::var("HEARTH_FLIPS_SEED");
    let seed = given
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(|| now().as_millis());
    println!("HEARTH_FLIPS_SEED={seed}");
    seed
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    bytes
}

/// Does some work on every one of these, on a few threads, each with a tool of its own.
fn on_threads<T: Send, W>(work: Vec<T>, tool: impl Fn(usize) -> W + Sync, each: impl Fn(&W, T) + Sync) {
    let (count, began) = (work.len(), Instant::now());
    let work = Mutex::new(work);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (work, tool, each) = (&work, &tool, &each);
            scope.spawn(move || {
                let tool = tool(thread);
                loop {
                    let Some(next) = work.lock().unwrap().pop() else {
                        return;
                    };
                    each(&tool, next);
                }
            });
        }
    });
    println!("{count} flips in {:?}", began.elapsed());
}

/// A place for files that need not survive, which is faster where the system has one in memory.
fn in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for path in files(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&path, &target).unwrap();
    }
}

#[test]
fn every_flipped_bit_of_a_published_log_is_found() {
    let (ground, seed) = (ground(), seed());
    let place = in_memory();
    let site = place.path().join("site");
    let mut publish = hearth();
    publish
        .args(["publish", site.to_str().unwrap(), "--entries", "--data"])
        .arg(ground.directory());
    succeed(&mut publish);
    assert_eq!(faults_of_published(&site), Ok(vec![]));
    let mut work = Vec::new();
    let names: Vec<PathBuf> = files(&site)
        .iter()
        .map(|path| path.strip_prefix(&site).unwrap().to_owned())
        .collect();
    assert!(names.contains(&"handover/0".into()), "{names:?}");
    for name in names {
        let length = fs::metadata(site.join(&name)).unwrap().len() as usize;
        let flips = OF_FILES.of(length, seed, &name.display().to_string());
        work.extend(flips.map(|bit| (name.clone(), bit)));
    }
    let tool = |thread: usize| {
        let copied = place.path().join(thread.to_string());
        copy(&site, &copied);
        copied
    };
    on_threads(work, tool, |site, (name, bit)| {
        let path = site.join(&name);
        let pristine = fs::read(&path).unwrap();
        fs::write(&path, flipped(&pristine, bit)).unwrap();
        assert_ne!(
            faults_of_published(site),
            Ok(vec![]),
            "bit {bit} of {} is not found",
            name.display()
        );
        fs::write(&path, pristine).unwrap();
    });
}

#[test]
fn every_flipped_bit_of_a_stored_value_is_found() {
    let (ground, seed) = (ground(), seed());
    let pristine = ground.bytes();
    let values = values::values(&Memory::of(&pristine));
    for table in [
        "entries",
        "tiles",
        "frontiers",
        "heads",
        "cosigned",
        "handovers",
        "bodies",
        "chunks",
        "witnessed",
    ] {
        assert!(
            values.iter().any(|value| value.table == table),
            "{table} is empty"
        );
    }
    let directory = ground.directory();
    let content = values::content(&Memory::of(&pristine).store().unwrap());
    assert_eq!(
        faults_of_store(directory, &Memory::of(&pristine).store().unwrap()),
        Vec::<String>::new()
    );
    let mut work = Vec::new();
    for (number, value) in values.iter().enumerate() {
        let flips = OF_VALUES.of(value.bytes.len(), seed, &format!("{} {number}", value.table));
        work.extend(flips.map(|bit| (number, bit)));
    }
    let unread = Mutex::new(0);
    on_threads(
        work,
        |_| (),
        |(), (number, bit)| {
            let value = &values[number];
            let memory = Memory::of(&pristine);
            value.replace(&memory, &flipped(&value.bytes, bit));
            // What cannot be opened is found.
            let Ok(store) = memory.store() else { return };
            if faults_of_store(directory, &store).is_empty() {
                // Fields of a row of ours can be written in more ways than one; who reads it reads the same.
                let same = values::content(&store) == content;
                assert!(
                    same,
                    "bit {bit} of row {number}, of {}, is not found",
                    value.table
                );
                *unread.lock().unwrap() += 1;
            }
        },
    );
    println!("{} of them read the same", unread.into_inner().unwrap());
}

#[test]
fn a_flipped_bit_of_the_database_file_is_found_or_was_in_unused_space() {
    let (ground, seed) = (ground(), seed());
    let pristine = ground.bytes();
    let everything = values::everything(&Memory::of(&pristine));
    let place = in_memory();
    let tool = |thread: usize| {
        let copied = place.path().join(thread.to_string());
        copy(ground.directory(), &copied);
        assert_eq!(faults_of_data(&copied), Ok(vec![]));
        copied
    };
    // Most of a young file is empty: half of the flips are in pages where something is written, and the first is the header.
    let written: Vec<usize> = (0..pristine.len() / PAGE)
        .filter(|page| pristine[page * PAGE..][..PAGE].iter().any(|byte| *byte != 0))
        .collect();
    let work: Vec<usize> = (0..RAW)
        .map(|flip| {
            let place = random(seed, &format!("raw {flip}")) as usize;
            match flip % 4 {
                0 => place % (512 * 8),
                1 | 2 => written[place % written.len()] * PAGE * 8 + (place >> 16) % (PAGE * 8),
                _ => place % (pristine.len() * 8),
            }
        })
        .collect();
    let (found, unused) = (Mutex::new(0), Mutex::new(0));
    on_threads(work, tool, |directory, bit| {
        let file = directory.join("hearth.redb");
        fs::write(&file, flipped(&pristine, bit)).unwrap();
        if faults_of_data(directory) == Ok(vec![]) {
            let now = fs::read(&file).unwrap();
            let same = values::everything(&Memory::of(&now)) == everything;
            assert!(same, "bit {bit} changes what is read, unnoticed");
            *unused.lock().unwrap() += 1;
        } else {
            *found.lock().unwrap() += 1;
        }
    });
    let (found, unused) = (found.into_inner().unwrap(), unused.into_inner().unwrap());
    println!("{found} found, {unused} in unused space");
    assert!(found > 0 && unused > 0);
}
