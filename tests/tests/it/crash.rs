//! Kill -9 of a loaded node, again and again: nothing acknowledged is missing, the log does not shrink, and the witness
//! that stays up never sees two histories.
//!
//! `HEARTH_CRASH_ROUNDS` sets how often (200 by hand), `HEARTH_CRASH_SEED` the moments.

use super::process::{NodeProcess, hearth, said};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hearth_protocol::entry::{Entry, Payload};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Interaction, QueryAsked};
use hearth_tests::fleet::{Body, Client, Member, Transport, now};
use hearth_tests::wait::until;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const SUBMITTERS: usize = 4;
/// The node is killed at most this long after it began to take entries.
const LONGEST: u64 = 700;

/// What a node has promised to keep.
#[derive(Debug, Clone, Copy)]
struct Promise {
    id: Id,
    index: u64,
    /// Size of the log under the signature that made the promise.
    size: u64,
}

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// A moment in milliseconds, for one round of one seed.
fn moment(seed: u64, round: u64) -> u64 {
    let mut bytes = seed.to_be_bytes().to_vec();
    bytes.extend(round.to_be_bytes());
    let hash = *hearth_protocol::id::Hash::of(&bytes).as_bytes();
    u64::from(u16::from_be_bytes([hash[0], hash[1]])) % LONGEST
}

#[test]
fn nothing_acknowledged_is_lost_when_a_loaded_node_is_killed() {
    let rounds = setting("HEARTH_CRASH_ROUNDS", 12);
    let seed = setting("HEARTH_CRASH_SEED", now().as_millis());
    println!("HEARTH_CRASH_SEED={seed}");

    let parent = tempfile::tempdir().unwrap();
    let loaded = Member::founds(parent.path(), "loaded", Transport::Tcp);
    let directory = loaded.directory.path().to_owned();
    let mut process = start(&directory);
    let mut steward = Client::open(&process.url(), loaded.home, loaded.steward.clone()).unwrap();
    let watching = Member::invited(parent.path(), "watching", Transport::Tcp, &mut steward);
    let witness = watching.run();
    steward.admit_all(&loaded);
    let mut watcher = watching.client(&witness);
    until("the witness follows the log", || {
        watcher.log(loaded.home.organisation)
    });

    let mut promises = Vec::new();
    for round in 0..rounds {
        promises.extend(load_and_kill(
            &mut process,
            &loaded,
            Duration::from_millis(moment(seed, round)),
            round,
        ));
        process = start(&directory);
        keeps(&process, &loaded, &promises);
    }
    assert!(
        !promises.is_empty(),
        "the node was always killed before it had promised anything"
    );
    println!("{} entries acknowledged in {rounds} rounds", promises.len());

    let mut client = Client::open(&process.url(), loaded.home, loaded.steward.clone()).unwrap();
    until("witness and log agree, and the checkpoint is cosigned", || {
        let (own, seen) = (
            client.log(loaded.home.organisation)?,
            watcher.log(loaded.home.organisation)?,
        );
        assert_eq!(seen["evidence"], 0, "the witness has seen a fork");
        assert_eq!(own["evidence"], 0);
        let agree = own["size"] == seen["size"] && root(&mut client, &loaded) == root(&mut watcher, &loaded);
        (agree && own["offered"] == own["size"] && own["witnessed"] == "witnessed").then_some(())
    });
    process.kill();
    let verified = hearth()
        .args(["verify", "--data"])
        .arg(&directory)
        .output()
        .unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
}

fn start(directory: &Path) -> NodeProcess {
    NodeProcess::start(directory, &mut hearth())
}

/// Several members submit as fast as they are answered, until the node is killed; gives what it had promised.
fn load_and_kill(process: &mut NodeProcess, member: &Member, after: Duration, round: u64) -> Vec<Promise> {
    let (promises, killed) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let url = process.url();
    // The moment counts from the first promise: before it the node asks its witness whether it may sign.
    let open = || Client::open(&url, member.home, member.steward.clone()).unwrap();
    promises
        .lock()
        .unwrap()
        .extend(submit(&mut open(), member, &format!("{round} first"), 1));
    let clients: Vec<Client> = (0..SUBMITTERS).map(|_| open()).collect();
    std::thread::scope(|scope| {
        for (submitter, mut client) in clients.into_iter().enumerate() {
            let (promises, killed) = (&promises, &killed);
            scope.spawn(move || {
                for number in 0.. {
                    let name = format!("{round} {submitter} {number}");
                    let kept = submit(&mut client, member, &name, 1 + number % 5);
                    if kept.is_empty() {
                        assert!(
                            killed.load(Ordering::SeqCst),
                            "the node refused entries while it lived"
                        );
                        return;
                    }
                    promises.lock().unwrap().extend(kept);
                }
            });
        }
        std::thread::sleep(after);
        killed.store(true, Ordering::SeqCst);
        process.kill();
    });
    promises.into_inner().unwrap()
}

/// Hands in some entries with their words; gives those that were acknowledged.
fn submit(client: &mut Client, member: &Member, name: &str, count: usize) -> Vec<Promise> {
    let (mut entries, mut bodies) = (Vec::new(), Vec::new());
    for number in 0..count {
        let (reference, body) = Body::of(&format!("# Question {name} {number}"));
        let payload =
            Payload::new(now(), Interaction::QueryAsked(QueryAsked::default())).with_body(reference);
        entries.push(member.sign(&payload));
        bodies.push(body);
    }
    let results = client.try_submit(entries, bodies).unwrap_or_default();
    results
        .iter()
        .filter(|result| result["error"].is_null())
        .map(promise)
        .collect()
}

fn promise(result: &Value) -> Promise {
    let number = |name: &str| result[name].as_u64().unwrap();
    Promise {
        id: result["id"].as_str().unwrap().parse().unwrap(),
        index: number("index"),
        size: number("size"),
    }
}

/// Every promise is kept: the log is as large as it was, and each entry stands where it was said to stand.
fn keeps(process: &NodeProcess, member: &Member, promises: &[Promise]) {
    let mut client = Client::open(&process.url(), member.home, member.steward.clone()).unwrap();
    let ids = ids(&mut client, member);
    let largest = promises.iter().map(|promise| promise.size).max().unwrap_or(0);
    assert!(
        ids.len() as u64 >= largest,
        "the log shrank from {largest} to {} entries",
        ids.len()
    );
    for promise in promises {
        assert_eq!(
            ids.get(promise.index as usize),
            Some(&promise.id),
            "{promise:?} was broken"
        );
    }
}

/// The ids of all entries of the own log, in order.
fn ids(client: &mut Client, member: &Member) -> Vec<Id> {
    let mut ids = Vec::new();
    loop {
        let query = json!({ "query": "raw", "organisation": member.home.organisation, "from": ids.len() });
        let answer = client.ask(&query).unwrap();
        let entries = answer["entries"].as_array().unwrap();
        if entries.is_empty() {
            return ids;
        }
        ids.extend(
            entries
                .iter()
                .map(|entry| Entry::id_of(&STANDARD.decode(entry.as_str().unwrap()).unwrap())),
        );
    }
}

fn root(client: &mut Client, member: &Member) -> Value {
    client
        .ask(&json!({ "query": "checkpoint", "organisation": member.home.organisation }))
        .unwrap()["root"]
        .clone()
}
