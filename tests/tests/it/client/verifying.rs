//! One flipped bit anywhere is found, or was in space that nobody uses.

use super::publishing::publish;
use super::{House, text};
use hearth_node::signer::Signer;
use hearth_node::store::{NewEntry, Store};
use hearth_protocol::entry::{Home, Payload, Record, Source};
use hearth_protocol::id::{Id, Root};
use hearth_protocol::kind::{Community, Head, HeadsSeen};
use hearth_protocol::log::{Frontier, TiledHashes, TreeHead};
use hearth_protocol::sign::SecretKey;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// A house with some of everything, its node stopped.
fn house() -> House {
    let mut house = House::running();
    let question = house.write(["ask", "Which mouth care?", "Foam swabs are refused."]);
    let answer = house.write(["answer", &question, "Soft baby brushes."]);
    house.write(["accept", &answer]);
    let erased = house.write(["ask", "About Mrs. Smith"]);
    house.write(["erase", &erased, "--ground", "patient-data"]);
    publish(&house, &house.path().join("site"), 8, &["--entries"]);
    let mut peer = house.hearth(["verify", "--node", &house.node.as_ref().unwrap().url()]);
    let said = crate::process::succeed(peer.env_remove("HEARTH_DATA"));
    assert!(
        said.contains("8 entries, signed for 8") && said.contains("1 erased, 0 withheld"),
        "{said}"
    );
    assert!(!said.contains("not checked"), "{said}");
    house.kill();
    house.start();
    house.kill();
    house
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for path in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

fn flip(path: &Path, byte: usize, bit: u32) {
    let mut bytes = fs::read(path).unwrap();
    bytes[byte] ^= 1 << bit;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_flipped_bit_of_a_published_log_is_found() {
    let house = house();
    let site = house.path().join("site");
    house.ends(0, ["verify", site.to_str().unwrap()]);
    for path in files(&site) {
        let length = fs::metadata(&path).unwrap().len() as usize;
        for byte in (0..length).step_by((length / 12).max(1)) {
            flip(&path, byte, byte as u32 % 8);
            let said = house.ends(4, ["verify", site.to_str().unwrap()]);
            assert!(
                said.contains("WRONG"),
                "byte {byte} of {}: {said}",
                path.display()
            );
            flip(&path, byte, byte as u32 % 8);
        }
    }
    house.ends(0, ["verify", site.to_str().unwrap()]);
}

#[test]
fn a_missing_or_surplus_file_of_a_published_log_is_found() {
    let house = house();
    let site = house.path().join("site");
    // Narrower tiles of earlier sizes are no longer needed; those of this size are.
    for path in files(&site).into_iter().filter(|path| path.ends_with("8")) {
        let aside = path.with_extension("aside");
        fs::rename(&path, &aside).unwrap();
        house.ends(4, ["verify", site.to_str().unwrap()]);
        fs::rename(&aside, &path).unwrap();
    }
    fs::write(site.join("tile/0/001"), vec![0; 256 * 32]).unwrap();
    assert!(
        house
            .ends(4, ["verify", site.to_str().unwrap()])
            .contains("beyond the signed size")
    );
}

/// What the log says, independent of how its bytes lie in the file.
fn content(house: &House) -> Option<(Value, Value)> {
    let ask = |verb: &str| {
        let output = house.hearth([verb, "--json"]).output().unwrap();
        output
            .status
            .success()
            .then(|| serde_json::from_slice(&output.stdout).unwrap())
    };
    Some((ask("log")?, ask("threads")?))
}

#[test]
fn a_flipped_bit_of_the_database_is_found_or_was_in_unused_space() {
    let house = house();
    let said = house.ends(0, ["verify"]);
    assert!(said.contains("1 erased, 0 withheld"), "{said}");
    let content_before = content(&house).unwrap();
    let (data, pristine) = (house.data(), house.path().join("pristine"));
    copy(&data, &pristine);
    let file = data.join("hearth.redb");
    let length = fs::metadata(&file).unwrap().len() as usize;
    let (mut found, mut unused) = (0, 0);
    // Spread over the whole file, and denser at its beginning, where the header lies.
    let places = (0..length).step_by(length / 70).chain((0..4096).step_by(512));
    for byte in places {
        flip(&file, byte, byte as u32 % 8);
        match house.hearth(["verify"]).output().unwrap().status.code() {
            Some(4) => found += 1,
            Some(0) => {
                assert_eq!(
                    content(&house).as_ref(),
                    Some(&content_before),
                    "byte {byte} changes what is said, unnoticed"
                );
                unused += 1;
            }
            code => panic!("byte {byte}: ended with {code:?}"),
        }
        fs::remove_dir_all(&data).unwrap();
        copy(&pristine, &data);
    }
    assert!(found > 0, "{found} found, {unused} in unused space");
}

#[test]
fn a_flipped_bit_of_a_key_file_is_found() {
    let house = house();
    for name in ["witness.key", "identity"] {
        let file = house.data().join(name);
        let length = fs::metadata(&file).unwrap().len() as usize;
        for byte in (0..length - 1).step_by((length / 8).max(1)) {
            flip(&file, byte, 1);
            assert!(house.ends(4, ["verify"]).contains(name), "byte {byte} of {name}");
            flip(&file, byte, 1);
        }
    }
    house.ends(0, ["verify"]);
}

/// The signer file has a header and two slots, each at the beginning of a page; the rest of the pages is nobody's.
#[test]
fn a_flipped_bit_of_the_signer_is_found() {
    let house = house();
    let file = house.data().join("signer");
    for (page, length) in [(0, 112), (1, 80), (2, 80)] {
        for byte in (0..length).step_by(5).map(|byte| page * 4096 + byte) {
            flip(&file, byte, byte as u32 % 8);
            assert!(house.ends(4, ["verify"]).contains("signer"), "byte {byte}");
            flip(&file, byte, byte as u32 % 8);
        }
    }
    house.ends(0, ["verify"]);
}

/// Appends an entry behind the signer's back: what a crash between commit and signature leaves. Gives the tree after it.
fn commit_unsigned(house: &House, entry: &[u8]) -> TreeHead {
    let store = Store::open(&house.data()).unwrap();
    let log = store.read().unwrap().own_log().unwrap().unwrap();
    let entry = NewEntry::received(entry.to_vec());
    let appended = store.write(|batch| batch.append_own(log.number, &[entry]));
    appended.unwrap().head
}

#[test]
fn entries_that_a_crash_left_unsigned_are_no_fault() {
    let mut house = house();
    let signer = || Signer::open(&house.data().join("signer")).unwrap();
    let signed = signer().held();
    assert!(!house.ends(0, ["verify"]).contains("not signed yet"));
    let head = commit_unsigned(&house, b"one");
    assert!(house.ends(0, ["verify"]).contains("1 entry is not signed yet"));
    commit_unsigned(&house, b"two");
    assert!(house.ends(0, ["verify"]).contains("2 entries are not signed yet"));

    // The key must have signed a beginning of this very log.
    let secret = signed_by(&house);
    let next = signer().next();
    let pristine = fs::read(house.data().join("signer")).unwrap();
    let stands = |size: u64, root: Root| {
        let tree = TreeHead { size, root };
        Signer::replace(&house.data().join("signer"), secret.clone(), next, tree).unwrap();
    };
    stands(head.size, Root::from_bytes([7; 32]));
    assert!(house.ends(4, ["verify"]).contains("root signed at size 9"));
    // A key file set back behind a checkpoint that is signed.
    stands(signed.size - 1, signed.root);
    assert!(house.ends(4, ["verify"]).contains("the file was set back"));
    // And a key that has signed what the log does not have.
    stands(head.size + 2, Root::from_bytes([7; 32]));
    assert!(
        house
            .ends(4, ["verify"])
            .contains("it has signed size 11, the log has 10")
    );

    fs::write(house.data().join("signer"), pristine).unwrap();
    house.start();
    house.write(["ask", "And now?"]);
    let log = house.ends(0, ["log"]);
    assert!(
        log.contains("counts") && log.contains("void: malformed") && !log.contains("signed"),
        "{log}"
    );
    let status = house.ends(0, ["status"]);
    assert!(
        status.contains("peers: there is no other organisation yet") && status.contains("none"),
        "{status}"
    );
    house.kill();
    assert!(!house.ends(0, ["verify"]).contains("not signed yet"));
}

/// What the own log records of itself bears out nothing, but has to be true all the same.
#[test]
fn a_wrong_root_in_heads_seen_is_found_at_rest_and_over_the_api() {
    let mut house = house();
    let organisation: Id = text(&house.json(["status"])["organisation"]).parse().unwrap();
    let community: Id = text(&house.json(["status"])["community"]).parse().unwrap();
    let root_at = |size: u64| {
        let store = Store::open(&house.data()).unwrap();
        let snapshot = store.read().unwrap();
        let log = snapshot.own_log().unwrap().unwrap();
        let tiles = snapshot.tiles(log.number).unwrap();
        let held = snapshot.size(log.number).unwrap();
        Frontier::read(&TiledHashes::new(&tiles, held), size)
            .unwrap()
            .root()
    };
    let origin = text(&house.json(["log"])["origin"]);
    let record = |index: u64, size: u64, root: Root| {
        let heads = vec![Head {
            organisation,
            size,
            root,
        }];
        let (site, kind) = (origin.clone(), "heads.seen".to_owned());
        Record {
            payload: Payload::new(
                hearth_tests::fleet::now(),
                Community::HeadsSeen(HeadsSeen { heads }),
            ),
            home: Home {
                community,
                organisation,
            },
            source: Source {
                id: index.to_string(),
                kind,
                site,
                person: None,
                automaton: false,
            },
        }
    };
    let (right, wrong) = (root_at(3), Root::from_bytes([7; 32]));
    commit_unsigned(&house, &record(8, 3, right).encode());
    commit_unsigned(&house, &record(9, 300, wrong).encode());
    house.ends(0, ["verify"]);
    commit_unsigned(&house, &record(10, 3, wrong).encode());
    let names_it = |said: &str| {
        let row = format!("entry 10: it says that {origin} had root {wrong} at size 3");
        assert!(said.contains(&row) && said.contains(&right.to_string()), "{said}");
        assert_eq!(said.matches("WRONG").count(), 1, "{said}");
    };
    names_it(&house.ends(4, ["verify"]));
    house.start();
    let url = house.node.as_ref().unwrap().url();
    let mut peer = house.hearth(["verify", "--node", &url]);
    let output = peer.env_remove("HEARTH_DATA").output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    names_it(&crate::process::said(&output));
}

/// The secret of the log, as the first page of its file has it.
fn signed_by(house: &House) -> SecretKey {
    let file = fs::read(house.data().join("signer")).unwrap();
    SecretKey::from_seed(file[16..48].try_into().unwrap())
}

#[test]
fn json_names_each_fault() {
    let house = house();
    let site = house.path().join("site");
    let bundle = files(&site.join("tile/entries")).pop().unwrap();
    let last = fs::metadata(&bundle).unwrap().len() as usize - 1;
    flip(&bundle, last, 0);
    let output = house
        .hearth(["verify", site.to_str().unwrap(), "--json"])
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["sound"], false);
    let findings = report["logs"][0]["findings"].as_array().unwrap();
    assert!(
        findings
            .iter()
            .any(|finding| text(&finding["place"]) == "entry 7"),
        "{report:#}"
    );
}
