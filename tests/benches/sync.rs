//! What it costs to catch up over a real network, and to be up to date: one run, one table (docs/performance.md).
//!
//! `cargo bench -p hearth-tests --bench sync`; a largest size in entries may follow (`-- 10000`), 100,000 otherwise.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its table and fails by panicking"
)]

use std::thread;
use std::time::{Duration, Instant};

use hearth_protocol::entry::Payload;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Interaction, QueryAsked, ReactionGiven};
use hearth_tests::fleet::{Body, Client, Member, Transport, now};
use hearth_tests::wait::until;

/// Entries in one submission.
const BATCH: usize = 500;
/// How long two nodes that are up to date are listened to.
const QUIET: Duration = Duration::from_secs(30);

fn main() {
    let largest = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(100_000);
    println!("| caught up | entries | a second | bytes on the wire an entry | of which its own |");
    println!("|---|--:|--:|--:|--:|");
    let mut quiet = 0.0;
    for size in [1_000, 10_000, 100_000]
        .into_iter()
        .filter(|size| *size <= largest)
    {
        quiet = catch_up(size);
    }
    println!(
        "\nTwo nodes that are up to date: {quiet:.0} bytes a minute, both directions and headers together."
    );
}

/// Lets a node of an empty log fetch a full one; gives the bytes a minute that both need afterwards.
fn catch_up(size: usize) -> f64 {
    let parent = tempfile::tempdir().unwrap();
    let north = Member::founds(parent.path(), "north", Transport::Tcp);
    let north_node = north.run();
    let mut client = north.client(&north_node);
    let south = Member::invited(parent.path(), "south", Transport::Tcp, &mut client);
    let mut south_node = south.run();
    client.admit_all(&north);
    let mut there = south.client(&south_node);
    until("south is in", || {
        (there.status()["admitted"] == true).then_some(())
    });
    south_node.end().unwrap();

    let (reference, body) = Body::of("A question many react to");
    let question = Payload::new(now(), Interaction::QueryAsked(QueryAsked::default()));
    let question = client.submit_one(north.sign(&question.with_body(reference)), vec![body]);
    let entries = react(&north, question, size);
    let own = entries.iter().map(Vec::len).sum::<usize>() / size;
    for batch in entries.chunks(BATCH) {
        let results = client.submit(batch.to_vec(), Vec::new());
        assert!(results.iter().all(|result| result["error"].is_null()));
    }
    let organisation = north.home.organisation;
    let whole = until("the whole log is offered", || {
        let log = client.log(organisation)?;
        (log["offered"] == log["size"]).then(|| log["size"].as_u64())?
    });

    let (began, before) = (Instant::now(), on_loopback());
    let south_node = south.run();
    let mut there = south.client(&south_node);
    // It may have grown by a `heads.seen` meanwhile.
    let lacks = |client: &mut Client| {
        let log = client.log(organisation);
        log.is_none_or(|log| log["size"].as_u64() < Some(whole))
    };
    while lacks(&mut there) {
        thread::sleep(Duration::from_millis(20));
    }
    let (took, bytes) = (began.elapsed(), on_loopback() - before);
    println!(
        "| over TCP, Noise and Yamux, proven into the signed head and stored | {size} | {:.0} | {} | {own} |",
        size as f64 / took.as_secs_f64(),
        bytes / size as u64
    );
    // The heads seen and the cosignatures of the last moments.
    thread::sleep(Duration::from_secs(15));
    let before = on_loopback();
    thread::sleep(QUIET);
    (on_loopback() - before) as f64 * 60.0 / QUIET.as_secs_f64()
}

/// Reactions to a question, signed on two threads.
fn react(north: &Member, to: Id, count: usize) -> Vec<Vec<u8>> {
    let from = now();
    let sign = |number: usize| {
        let act = Interaction::ReactionGiven(ReactionGiven {
            reaction: "thanks".parse().unwrap(),
        });
        let at = hearth_protocol::time::Timestamp::from_millis(from.as_millis() - number as u64);
        north.sign(&Payload::new(at, act).about(to))
    };
    thread::scope(|scope| {
        let halves = [0..count / 2, count / 2..count];
        let signing = halves.map(|half| scope.spawn(move || half.map(sign).collect::<Vec<_>>()));
        signing
            .into_iter()
            .flat_map(|half| half.join().unwrap())
            .collect()
    })
}

/// Bytes received on the loopback interface so far: all of this machine's, so nothing else may use it meanwhile.
fn on_loopback() -> u64 {
    let table = std::fs::read_to_string("/proc/net/dev").unwrap();
    let line = table.lines().find_map(|line| line.trim().strip_prefix("lo:"));
    line.unwrap().split_whitespace().next().unwrap().parse().unwrap()
}
