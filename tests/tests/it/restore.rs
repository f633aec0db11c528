//! A node whose disk was set back to an older state: nothing it has promised is lost, and its log never forks.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hearth_node::ledger::hand_over;
use hearth_node::secret_file;
use hearth_node::store::{NewEntry, Store};
use hearth_protocol::entry::Entry;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Community};
use hearth_tests::fleet::{Client, Member, Transport};
use hearth_tests::wait::until;
use serde_json::{Value, json};

use super::network::{Pair, ask, hears, pair};
use super::process::{hearth, succeed};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// South has asked a question after a copy of its directory was made. Its node is down, north's is up and holds all.
struct SetBack {
    pair: Pair,
    copy: tempfile::TempDir,
    question: Id,
    size: serde_json::Value,
}

const WORDS: &str = "Asked after the copy was made";

fn set_back() -> SetBack {
    let mut pair = pair(Transport::Tcp);
    witnessed(&pair);
    pair.south_node.end().unwrap();
    let copied = tempfile::tempdir().unwrap();
    copy(pair.south.directory.path(), copied.path());
    pair.south_node = pair.south.run();
    let question = ask(&pair.south, &mut pair.south.client(&pair.south_node), WORDS);
    let mut north = pair.north.client(&pair.north_node);
    hears(&mut north, question, WORDS);
    witnessed(&pair);
    pair.south_node.end().unwrap();
    let size = until("north holds all of it", || {
        north
            .log(pair.south.home.organisation)
            .filter(|log| log["lag"] == 0)
            .map(|log| log["size"].clone())
    });
    SetBack {
        pair,
        copy: copied,
        question,
        size,
    }
}

/// Waits until north has cosigned all of south's log.
fn witnessed(pair: &Pair) {
    let mut south = pair.south.client(&pair.south_node);
    until("south's log is witnessed", || {
        let log = south.log(pair.south.home.organisation)?;
        (log["witnessed"] == "witnessed" && log["offered"] == log["size"]).then_some(())
    });
}

fn whole_again(south: &Member, client: &mut Client, size: &serde_json::Value) {
    until("its log is whole again", || {
        client
            .log(south.home.organisation)
            .filter(|log| &log["size"] == size)
    });
}

#[test]
fn a_restored_copy_follows_its_own_log_and_signs_nothing() {
    let SetBack {
        mut pair,
        copy: copied,
        question,
        size,
    } = set_back();
    let south = &pair.south;
    fs::remove_dir_all(south.directory.path()).unwrap();
    copy(copied.path(), south.directory.path());
    pair.south_node = south.run();
    let mut client = south.client(&pair.south_node);
    until("it knows that it is an old copy", || {
        (client.status()["node"]["restored"] == true).then_some(())
    });
    whole_again(south, &mut client, &size);
    hears(&mut client, question, WORDS);
    let payload = hearth_protocol::entry::Payload::new(
        hearth_tests::fleet::now(),
        hearth_protocol::kind::Interaction::QueryAsked(hearth_protocol::kind::QueryAsked::default()),
    );
    let (reference, body) = hearth_tests::fleet::Body::of("Not now");
    let refused = client.submit(vec![south.sign(&payload.with_body(reference))], vec![body]);
    assert_eq!(refused[0]["error"]["code"], "not_signing", "{refused:?}");
    let evidence = pair
        .north
        .client(&pair.north_node)
        .log(south.home.organisation)
        .unwrap()["evidence"]
        .clone();
    assert_eq!(evidence, json!(0), "an honest restore convicts nobody");
}

#[test]
fn a_store_set_back_behind_its_signer_is_fetched_from_peers_and_goes_on() {
    let SetBack {
        mut pair,
        copy: copied,
        question,
        size,
    } = set_back();
    let south = &pair.south;
    for file in ["hearth.redb", "views.redb"] {
        fs::copy(copied.path().join(file), south.directory.path().join(file)).unwrap();
    }
    pair.south_node = south.run();
    let mut client = south.client(&pair.south_node);
    whole_again(south, &mut client, &size);
    hears(&mut client, question, WORDS);
    let next = ask(south, &mut client, "And on it goes");
    hears(&mut pair.north.client(&pair.north_node), next, "And on it goes");
}

/// It could not know better: nobody who had seen more was there. Once they are, they convict it and it stops.
#[test]
fn an_old_copy_that_signs_while_nobody_is_there_is_convicted_and_stops() {
    let SetBack {
        mut pair,
        copy: copied,
        ..
    } = set_back();
    pair.north_node.end().unwrap();
    let south = &pair.south;
    fs::remove_dir_all(south.directory.path()).unwrap();
    copy(copied.path(), south.directory.path());
    pair.south_node = south.run();
    let mut client = south.client(&pair.south_node);
    ask(south, &mut client, "Asked instead");
    until("it says so", || {
        (client.status()["node"]["unconfirmed"] == true).then_some(())
    });
    let kept = north_keeps(&pair);
    pair.north_node = pair.north.run();
    let mut north = pair.north.client(&pair.north_node);
    let convicted = |client: &mut Client| {
        until("the log is convicted and paused", || {
            let status = client.status();
            let log = client.log(south.home.organisation)?;
            let paused = &status["node"]["paused"];
            let is_paused = paused[0] == json!([south.home.organisation, "it has signed two histories"]);
            (log["evidence"] != 0 && is_paused).then_some(status)
        })
    };
    convicted(&mut north);
    let status = convicted(&mut client);
    until("it no longer signs", || {
        (client.status()["node"]["signs"] == false).then_some(())
    });
    assert_eq!(status["node"]["restored"], false);
    pair.south_node.end().unwrap();
    pair.south_node = south.run();
    let status = south.client(&pair.south_node).status();
    let ledger = status["node"]["ledger"].as_str().unwrap().to_owned();
    assert!(ledger.starts_with("convicted: "), "{ledger}");
    pair.north_node.end().unwrap();
    assert_eq!(north_keeps(&pair), kept, "north goes on holding what it held");
}

/// South's log as north's directory holds it.
fn north_keeps(pair: &Pair) -> Vec<(u64, Vec<u8>)> {
    let store = hearth_node::store::Store::open(pair.north.directory.path()).unwrap();
    let snapshot = store.read().unwrap();
    let log = snapshot.log(&pair.south.home.organisation).unwrap().unwrap();
    snapshot.range(log.number, 0, usize::MAX).unwrap()
}

/// South has lost its last entries and its key, and goes on under the next one; its node runs. North held those entries: it
/// drops them when it starts again, and follows. Gives the size at which south changed its key.
fn goes_on_under_the_next_key(pair: &mut Pair, copied: &Path, question: Id) -> u64 {
    let south = &pair.south;
    for file in ["hearth.redb", "views.redb"] {
        fs::copy(copied.join(file), south.directory.path().join(file)).unwrap();
    }
    let next = secret_file::read(&south.directory.next_key()).unwrap();
    let after = secret_file::generate().unwrap().public().hash();
    let store = Store::open(south.directory.path()).unwrap();
    let head = hand_over(&store, &south.directory.signer(), next, after, true).unwrap();
    drop(store);
    pair.south_node = south.run();
    let words = "Asked under the next key";
    let asked = ask(south, &mut south.client(&pair.south_node), words);

    let mut north = pair.north.client(&pair.north_node);
    until("north has stopped following", || {
        let paused = north.status()["node"]["paused"][0].clone();
        let why = paused[1].as_str()?;
        why.starts_with("it no longer stands by entries held of it")
            .then_some(())
    });
    let held = north.log(south.home.organisation).unwrap();
    assert_eq!(held["evidence"], 0, "a loss convicts nobody");
    assert!(held["size"].as_u64() > Some(head.size));
    pair.north_node.end().unwrap();
    pair.north_node = pair.north.run();
    let mut north = pair.north.client(&pair.north_node);
    hears(&mut north, asked, words);
    assert_eq!(north.status()["node"]["paused"], json!([]));
    let gone = north.ask(&json!({ "query": "thread", "id": question }));
    assert!(gone.is_err(), "{gone:?}");
    head.size
}

#[test]
fn entries_that_a_log_no_longer_stands_by_are_dropped_and_its_own_are_fetched() {
    let SetBack {
        mut pair,
        copy: copied,
        question,
        ..
    } = set_back();
    goes_on_under_the_next_key(&mut pair, copied.path(), question);
}

/// What north remembers and has recorded of the entries lost is true, and blames nobody; and south publishes on, although
/// north cosigns its log no more.
#[test]
fn a_log_that_lost_entries_verifies_with_all_that_was_said_of_them_and_is_published() {
    let SetBack {
        mut pair,
        copy: copied,
        question,
        size,
    } = set_back();
    let lost = size.as_u64().unwrap();
    recorded(&pair, question);
    let handover = goes_on_under_the_next_key(&mut pair, copied.path(), question);
    let (mut north, mut south) = (
        pair.north.client(&pair.north_node),
        pair.south.client(&pair.south_node),
    );
    for words in ["Two?", "Three?", "Four?"] {
        let asked = ask(&pair.south, &mut south, words);
        hears(&mut north, asked, words);
    }
    until("all of south's log is offered", || {
        let log = south.log(pair.south.home.organisation)?;
        (log["offered"] == log["size"] && log["size"].as_u64() > Some(lost)).then_some(())
    });
    drop((north, south));
    pair.south_node.end().unwrap();
    pair.north_node.end().unwrap();

    for member in [&pair.north, &pair.south] {
        let data = member.directory.path().to_str().unwrap();
        let verified = succeed(hearth().args(["verify", "--data", data, "--json"]));
        let verified: Value = serde_json::from_str(&verified).unwrap();
        let unchecked = verified["logs"].to_string();
        assert!(
            unchecked.contains("1 row of heads.seen about hearth/south/"),
            "{unchecked}"
        );
        let remembers = unchecked.contains("the witness memory: it stands at size");
        assert_eq!(remembers, std::ptr::eq(member, &pair.north), "{unchecked}");
    }

    let published = published(&pair.south);
    assert!(published["size"].as_u64() > Some(handover), "{published}");
    assert_eq!(published["witnessed"], false);
}

/// Publishes a log at rest and verifies that, by its charter and by the key that was told.
fn published(member: &Member) -> Value {
    let site = tempfile::tempdir().unwrap();
    let site = site.path().join("log");
    let publish = ["publish", site.to_str().unwrap(), "--entries", "--json", "--data"];
    let published = succeed(hearth().args(publish).arg(member.directory.path()));
    let published: Value = serde_json::from_str(&published).unwrap();
    let key = published["verifier"].as_str().unwrap();
    for given in [&[][..], &["--vkey", key]] {
        succeed(hearth().arg("verify").arg(&site).args(given));
    }
    published
}

#[test]
fn a_handover_beyond_every_checkpoint_is_not_published_yet() {
    let mut pair = pair(Transport::Tcp);
    witnessed(&pair);
    pair.south_node.end().unwrap();
    let store = Store::open(pair.south.directory.path()).unwrap();
    let log = store.read().unwrap().own_log().unwrap().unwrap().number;
    let size = store.read().unwrap().size(log).unwrap();
    let entry = NewEntry::received(b"not offered yet".to_vec());
    store.write(|batch| batch.append_own(log, &[entry])).unwrap();
    let next = secret_file::read(&pair.south.directory.next_key()).unwrap();
    let after = secret_file::generate().unwrap().public().hash();
    let head = hand_over(&store, &pair.south.directory.signer(), next, after, false).unwrap();
    drop(store);
    assert_eq!(head.size, size + 1);
    let published = published(&pair.south);
    let [size, to_come] = ["size", "to_come"].map(|field| published[field].as_u64().unwrap());
    assert!(to_come > 0 && size + to_come == head.size, "{published}");
}

/// Waits until north's own log says that it has seen south's with this entry in it.
fn recorded(pair: &Pair, entry: Id) {
    let mut north = pair.north.client(&pair.north_node);
    let shown = north.ask(&json!({ "query": "entry", "id": entry })).unwrap();
    let index = shown["entry"]["index"].as_u64().unwrap();
    let all = json!({ "query": "raw", "organisation": pair.north.home.organisation });
    until("north has recorded what it saw", || {
        let raw = north.ask(&all).unwrap();
        let entries = raw["entries"].as_array()?;
        entries.iter().rev().find_map(|entry| {
            let bytes = STANDARD.decode(entry.as_str()?).ok()?;
            let entry = Entry::parse(&bytes).ok()?;
            let Act::Community(Community::HeadsSeen(seen)) = &entry.payload().act else {
                return None;
            };
            let south = pair.south.home.organisation;
            let mut rows = seen.heads.iter();
            rows.any(|row| row.organisation == south && row.size > index)
                .then_some(())
        })
    });
}

/// South's directory was put back as it was, and its signer file is gone. What it had promised since is still with north.
#[test]
fn a_copy_without_a_signer_fetches_its_log_before_the_key_is_handed_over() {
    let SetBack {
        mut pair,
        copy: copied,
        question,
        size,
    } = set_back();
    let south = &pair.south;
    fs::remove_dir_all(south.directory.path()).unwrap();
    copy(copied.path(), south.directory.path());
    fs::remove_file(south.directory.signer()).unwrap();
    pair.south_node = south.run();
    let mut client = south.client(&pair.south_node);
    whole_again(south, &mut client, &size);
    hears(&mut client, question, WORDS);
    assert_eq!(client.status()["node"]["signs"], false);
    pair.south_node.end().unwrap();

    let next = secret_file::read(&south.directory.next_key()).unwrap();
    let after = secret_file::generate().unwrap().public().hash();
    let store = Store::open(south.directory.path()).unwrap();
    let signer = south.directory.signer();
    assert!(hand_over(&store, &signer, next.clone(), after, false).is_err());
    let head = hand_over(&store, &signer, next, after, true).unwrap();
    assert_eq!(json!(head.size), size, "nothing is given up");
    drop(store);
    pair.south_node = south.run();
    let words = "Asked under the next key";
    let asked = ask(south, &mut south.client(&pair.south_node), words);
    for _ in 0..2 {
        let mut north = pair.north.client(&pair.north_node);
        hears(&mut north, asked, words);
        hears(&mut north, question, WORDS);
        let log = north.log(south.home.organisation).unwrap();
        assert_eq!(log["evidence"], 0, "{log}");
        pair.north_node.end().unwrap();
        pair.north_node = pair.north.run();
    }
}
