use std::collections::BTreeMap;

use hearth_protocol::entry::{Home, Payload, Record, Source, commit};
use hearth_protocol::id::{BodyHash, Hash, Id, KeyHash};
use hearth_protocol::kind::{Act, Interaction, QueryAsked};
use hearth_protocol::log::{MemoryTree, TiledHashes, TreeHead, leaf_hash, proof};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;
use proptest::prelude::*;

use super::*;

fn log_of(seed: u8, own: bool) -> NewLog {
    let key = SecretKey::from_seed([seed; 32]).public();
    NewLog {
        organisation: Id::from_bytes([seed; 32]),
        origin: hearth_protocol::log::Origin::of("north", &key).unwrap(),
        key,
        next: KeyHash::from_bytes([0; 32]),
        witness: key,
        own,
    }
}

fn hold(store: &Store, seed: u8, own: bool) -> LogNumber {
    store.write(|batch| batch.hold_log(log_of(seed, own))).unwrap()
}

fn entry(text: &str) -> NewEntry {
    NewEntry::received(text.as_bytes().to_vec())
}

fn append(store: &Store, log: LogNumber, texts: &[String]) -> Appended {
    let entries: Vec<NewEntry> = texts.iter().map(|text| entry(text)).collect();
    store.write(|batch| batch.append_own(log, &entries)).unwrap()
}

fn texts(from: usize, count: usize) -> Vec<String> {
    (from..from + count)
        .map(|index| format!("entry {index}"))
        .collect()
}

fn oracle(texts: &[String]) -> MemoryTree {
    texts.iter().map(|text| leaf_hash(text.as_bytes())).collect()
}

#[test]
fn what_is_appended_is_read_by_index_by_id_in_ranges_and_as_the_latest() {
    let store = Store::in_memory();
    let log = hold(&store, 1, true);
    append(&store, log, &texts(0, 300));
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.entry(log, 299).unwrap().unwrap(), b"entry 299");
    assert_eq!(snapshot.entry(log, 300).unwrap(), None);
    assert_eq!(
        snapshot.latest(log).unwrap().unwrap(),
        (299, b"entry 299".to_vec())
    );
    assert_eq!(
        snapshot.find(&entry("entry 17").id).unwrap(),
        [Place { log, index: 17 }]
    );
    assert_eq!(snapshot.find(&entry("none").id).unwrap(), []);
    let range = snapshot.range(log, 298, usize::MAX).unwrap();
    assert_eq!(
        range,
        [(298, b"entry 298".to_vec()), (299, b"entry 299".to_vec())]
    );
    assert_eq!(
        snapshot.range(log, 0, 20).unwrap().len(),
        2,
        "7 + 7 bytes fit into 20, 21 do not"
    );
    assert_eq!(
        snapshot.range(log, 0, 1).unwrap().len(),
        1,
        "never nothing where there is something"
    );
}

#[test]
fn a_snapshot_sees_one_moment() {
    let store = Store::in_memory();
    let log = hold(&store, 1, true);
    append(&store, log, &texts(0, 3));
    let before = store.read().unwrap();
    append(&store, log, &texts(3, 3));
    assert_eq!(before.size(log).unwrap(), 3);
    assert_eq!(before.entry(log, 3).unwrap(), None);
    assert_eq!(before.find(&entry("entry 4").id).unwrap(), []);
    assert_eq!(
        store.read().unwrap().find(&entry("entry 4").id).unwrap(),
        [Place { log, index: 4 }]
    );
}

#[test]
fn a_failed_batch_leaves_nothing() {
    let store = Store::in_memory();
    let log = hold(&store, 1, true);
    let failed: Result<(), AppendError> = store.write(|batch| {
        batch.append_own(log, &[entry("lost")])?;
        batch.set_meta("name", b"value")?;
        Err(AppendError::Gap { size: 0, from: 0 })
    });
    failed.unwrap_err();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.size(log).unwrap(), 0);
    assert_eq!(snapshot.find(&entry("lost").id).unwrap(), []);
    assert_eq!(snapshot.meta("name").unwrap(), None);
}

#[test]
fn a_replica_takes_only_what_leads_to_the_root_that_was_verified() {
    let store = Store::in_memory();
    let log = hold(&store, 2, false);
    let organisation = log_of(2, false).organisation;
    let entries = |from, count| {
        texts(from, count)
            .into_iter()
            .map(String::into_bytes)
            .collect::<Vec<_>>()
    };
    let replicate =
        |from, entries, root| store.write(|batch| batch.append_replica(&organisation, from, entries, root));
    let root = |size| {
        let tree = oracle(&texts(0, size));
        hearth_protocol::log::Frontier::read(&tree, size as u64)
            .unwrap()
            .root()
    };

    replicate(0, entries(0, 10), root(10)).unwrap();
    let wrong = replicate(10, entries(10, 5), root(14)).unwrap_err();
    assert!(matches!(wrong, AppendError::Root { size: 15, .. }), "{wrong}");
    let gap = replicate(11, entries(11, 5), root(16)).unwrap_err();
    assert!(matches!(gap, AppendError::Gap { size: 10, from: 11 }), "{gap}");
    let nobody = Id::from_bytes([9; 32]);
    let unknown = store
        .write(|batch| batch.append_replica(&nobody, 0, entries(0, 1), root(1)))
        .unwrap_err();
    assert!(
        matches!(unknown, AppendError::UnknownOrganisation { .. }),
        "{unknown}"
    );
    assert_eq!(
        store.read().unwrap().size(log).unwrap(),
        10,
        "nothing of a refused range stays"
    );
    assert_eq!(store.read().unwrap().find(&entry("entry 12").id).unwrap(), []);
    replicate(10, entries(10, 5), root(15)).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However the entries come in batches, the tiles hold the tree of RFC 6962.
    #[test]
    fn the_tiles_are_the_tree(batches in prop::collection::vec(1_usize..700, 1..5), at in any::<prop::sample::Index>()) {
        let store = Store::in_memory();
        let log = hold(&store, 1, true);
        let mut all = Vec::new();
        for count in batches {
            let next = texts(all.len(), count);
            append(&store, log, &next);
            all.extend(next);
        }
        let tree = oracle(&all);
        let size = all.len() as u64;
        let snapshot = store.read().unwrap();
        let tiles = snapshot.tiles(log).unwrap();
        let stored = TiledHashes::new(&tiles, size);
        let index = at.index(all.len()) as u64;
        let theirs = proof::inclusion(&tree, index, size).unwrap();
        prop_assert_eq!(proof::inclusion(&stored, index, size).unwrap(), theirs);
        let from = index + 1;
        prop_assert_eq!(proof::consistency(&stored, from, size).unwrap(), proof::consistency(&tree, from, size).unwrap());
        let frontier = hearth_protocol::log::Frontier::read(&tree, size).unwrap();
        prop_assert_eq!(snapshot.frontier(log).unwrap(), frontier);
        let leaves: Vec<Hash> = all.iter().skip(index as usize).map(|text| leaf_hash(text.as_bytes())).collect();
        prop_assert_eq!(snapshot.leaves(log, index).unwrap(), leaves);
    }
}

#[test]
fn an_id_is_found_before_in_and_after_its_run_and_counts_at_its_lowest_index() {
    let store = Store::in_memory();
    let (one, two) = (hold(&store, 1, true), hold(&store, 2, false));
    append(&store, one, &texts(0, 9000));
    append(&store, two, &texts(5, 3));
    append(&store, one, &["entry 7".to_owned()]);
    let places = [Place { log: one, index: 7 }, Place { log: two, index: 2 }];
    let id = entry("entry 7").id;
    assert_eq!(store.read().unwrap().find(&id).unwrap(), places);
    store.index_ids().unwrap();
    assert_eq!(store.inner.recent.places(&id), [], "the run is written");
    assert_eq!(store.read().unwrap().find(&id).unwrap(), places);
    append(&store, one, &["entry 7".to_owned()]);
    assert_eq!(
        store.read().unwrap().find(&id).unwrap(),
        places,
        "a later copy does not count"
    );
    assert_eq!(store.read().unwrap().find_in(two, &id).unwrap(), Some(2));
}

#[test]
fn ids_and_everything_else_survive_opening_again() {
    let directory = tempfile::tempdir().unwrap();
    let log = {
        let store = Store::open(directory.path()).unwrap();
        let log = hold(&store, 1, true);
        append(&store, log, &texts(0, 9000));
        store.index_ids().unwrap();
        append(&store, log, &texts(9000, 10));
        log
    };
    let store = Store::open(directory.path()).unwrap();
    let snapshot = store.read().unwrap();
    for index in [0, 8191, 8999, 9000, 9009] {
        let id = entry(&format!("entry {index}")).id;
        assert_eq!(snapshot.find_in(log, &id).unwrap(), Some(index), "{index}");
    }
    assert_eq!(
        store.inner.recent.places(&entry("entry 5").id),
        [],
        "only the tail is read at start"
    );
    assert_eq!(
        snapshot.own_log().unwrap().unwrap(),
        Log {
            number: log,
            charter: log_of(1, true)
        }
    );
}

#[test]
fn a_directory_serves_one_process_and_says_which() {
    let directory = tempfile::tempdir().unwrap();
    let _store = Store::open(directory.path()).unwrap();
    let error = Store::open(directory.path()).err().unwrap();
    assert!(
        matches!(error, OpenError::Locked { pid: Some(pid), .. } if pid == std::process::id()),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains(&format!("process {}", std::process::id()))
    );
}

#[test]
fn a_source_of_the_own_log_is_found() {
    let store = Store::in_memory();
    let log = hold(&store, 1, true);
    let record = |id: &str| Record {
        payload: Payload::new(
            Timestamp::from_millis(1),
            Act::from(Interaction::QueryAsked(QueryAsked::default())),
        ),
        home: Home::NONE,
        source: Source {
            id: id.to_owned(),
            kind: "question".to_owned(),
            site: "french".to_owned(),
            person: None,
            automaton: false,
        },
    };
    let entries = ["1", "2"].map(|id| NewEntry::received(record(id).encode()));
    assert!(entries.iter().all(|entry| entry.source.is_some()));
    store.write(|batch| batch.append_own(log, &entries)).unwrap();
    let find = |id: &str| {
        store
            .read()
            .unwrap()
            .find_source(&SourceKey::of("french", "question", id))
            .unwrap()
    };
    assert_eq!((find("1"), find("2"), find("3")), (Some(0), Some(1), None));
    assert_ne!(SourceKey::of("ab", "c", "d"), SourceKey::of("a", "bc", "d"));
}

fn body(seed: u8, size: usize) -> (BodyHash, [u8; 32], Vec<u8>) {
    let (salt, bytes) = ([seed; 32], vec![seed; size]);
    (commit(&salt, &bytes), salt, bytes)
}

#[test]
fn a_body_is_read_back_at_any_offset() {
    let store = Store::in_memory();
    let log = hold(&store, 1, true);
    let salt = [3; 32];
    let bytes: Vec<u8> = (0..600_000_u32).map(|at| (at % 251) as u8).collect();
    let hash = commit(&salt, &bytes);
    store
        .write(|batch| batch.put_body(log, &hash, &salt, &bytes))
        .unwrap();
    store
        .write(|batch| batch.put_body(log, &hash, &salt, &bytes))
        .unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(
        snapshot.body(log, &hash).unwrap(),
        BodyState::Held { salt, size: 600_000 }
    );
    for (offset, limit) in [
        (0, 600_000),
        (262_143, 3),
        (262_144, 300_000),
        (599_999, 10),
        (600_000, 10),
        (700_000, 1),
    ] {
        let end = (offset + limit).min(bytes.len());
        let expected = bytes.get(offset..end).unwrap_or_default();
        assert_eq!(
            snapshot.body_bytes(log, &hash, offset as u64, limit).unwrap(),
            expected,
            "{offset} {limit}"
        );
    }
}

#[test]
fn pieces_come_in_order_and_must_be_the_body() {
    let store = Store::in_memory();
    let log = hold(&store, 1, true);
    let (hash, salt, bytes) = body(1, 1000);
    let piece = |offset: usize, end: usize| {
        store.write(|batch| batch.keep_piece(log, &hash, &salt, offset as u64, &bytes[offset..end]))
    };
    piece(0, 400).unwrap();
    assert!(matches!(
        piece(500, 600).unwrap_err(),
        BodyError::Gap {
            held: 400,
            offset: 500,
            ..
        }
    ));
    piece(0, 400).unwrap();
    assert_eq!(
        store.read().unwrap().body(log, &hash).unwrap(),
        BodyState::Partial { held: 400 }
    );
    let early = store.write(|batch| batch.complete_body(log, &hash)).unwrap_err();
    assert!(matches!(early, BodyError::Mismatch { .. }));
    piece(400, 1000).unwrap();
    store.write(|batch| batch.complete_body(log, &hash)).unwrap();
    assert_eq!(
        store.read().unwrap().body(log, &hash).unwrap(),
        BodyState::Held { salt, size: 1000 }
    );
    store.write(|batch| batch.drop_pieces(log, &hash)).unwrap();
    assert!(
        matches!(
            store.read().unwrap().body(log, &hash).unwrap(),
            BodyState::Held { .. }
        ),
        "only pieces are dropped"
    );

    let (other, ..) = body(2, 10);
    let lie = store
        .write(|batch| batch.put_body(log, &other, &salt, &bytes))
        .unwrap_err();
    assert!(matches!(lie, BodyError::Mismatch { .. }));
    assert_eq!(
        store.read().unwrap().body(log, &other).unwrap(),
        BodyState::Missing
    );
}

#[test]
fn an_erased_body_is_gone_and_does_not_come_back() {
    let store = Store::in_memory();
    let log = hold(&store, 1, true);
    let (hash, salt, bytes) = body(1, 300_000);
    let by = Id::from_bytes([5; 32]);
    let wanted = WantedBody {
        log,
        hash,
        size: 300_000,
        index: 4,
    };
    store.write(|batch| batch.want_body(&wanted)).unwrap();
    assert_eq!(store.read().unwrap().wanted_bodies().unwrap(), [wanted]);
    store
        .write(|batch| batch.put_body(log, &hash, &salt, &bytes))
        .unwrap();
    assert_eq!(store.read().unwrap().wanted_bodies().unwrap(), []);
    store.write(|batch| batch.erase_body(log, &hash, &by)).unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.body(log, &hash).unwrap(), BodyState::Erased { by });
    assert_eq!(snapshot.body_bytes(log, &hash, 0, 10).unwrap(), b"");
    let again = store
        .write(|batch| batch.put_body(log, &hash, &salt, &bytes))
        .unwrap_err();
    assert!(matches!(again, BodyError::Erased { .. }));
    store.write(|batch| batch.want_body(&wanted)).unwrap();
    assert_eq!(store.read().unwrap().wanted_bodies().unwrap(), []);
}

#[test]
fn a_log_keeps_wants_and_erases_its_own_bodies_alone() {
    let store = Store::in_memory();
    let (ours, theirs) = (hold(&store, 1, true), hold(&store, 2, false));
    let (hash, salt, bytes) = body(1, 300_000);
    let by = Id::from_bytes([5; 32]);
    let wanted = |log| WantedBody {
        log,
        hash,
        size: 300_000,
        index: 4,
    };
    store
        .write(|batch| {
            batch.want_body(&wanted(ours))?;
            batch.want_body(&wanted(theirs))
        })
        .map_err(|error: StoreError| error)
        .unwrap();
    store
        .write(|batch| batch.put_body(ours, &hash, &salt, &bytes))
        .unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.wanted_bodies().unwrap(), [wanted(theirs)]);
    assert_eq!(snapshot.body(theirs, &hash).unwrap(), BodyState::Missing);
    assert_eq!(snapshot.body_bytes(theirs, &hash, 0, 10).unwrap(), b"");
    drop(snapshot);

    store.write(|batch| batch.erase_body(theirs, &hash, &by)).unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.body(theirs, &hash).unwrap(), BodyState::Erased { by });
    assert_eq!(
        snapshot.body(ours, &hash).unwrap(),
        BodyState::Held { salt, size: 300_000 }
    );
    assert_eq!(snapshot.body_bytes(ours, &hash, 0, usize::MAX).unwrap(), bytes);
    drop(snapshot);

    store.write(|batch| batch.erase_body(ours, &hash, &by)).unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.body(ours, &hash).unwrap(), BodyState::Erased { by });
}

#[test]
fn an_invitation_works_once_in_its_time() {
    let store = Store::in_memory();
    let at = Timestamp::from_millis;
    let (token, other) = (TokenHash::of(&[1; 32]), TokenHash::of(&[2; 32]));
    store
        .write(|batch| {
            batch
                .invite(&token, at(100))
                .and_then(|()| batch.invite(&other, at(100)))
        })
        .unwrap();
    let application = |organisation: u8, token| Application {
        organisation: Id::from_bytes([organisation; 32]),
        charter: vec![organisation],
        token,
        at: 50,
    };
    let redeem =
        |application: &Application, now| store.write(|batch| batch.redeem(application, at(now))).unwrap();
    assert_eq!(
        redeem(&application(1, TokenHash::of(&[9; 32])), 50),
        Redeemed::Unknown
    );
    assert_eq!(redeem(&application(1, token), 99), Redeemed::Accepted);
    assert_eq!(
        redeem(&application(1, token), 200),
        Redeemed::Accepted,
        "the same applicant may ask again"
    );
    assert_eq!(redeem(&application(2, token), 99), Redeemed::Used);
    assert_eq!(redeem(&application(2, other), 100), Redeemed::Expired);
    assert_eq!(
        store.read().unwrap().applications().unwrap(),
        [application(1, token)]
    );
}

#[test]
fn notes_are_kept_per_log() {
    let store = Store::in_memory();
    let (one, two) = (hold(&store, 1, true), hold(&store, 2, false));
    store
        .write(|batch| {
            batch.keep_head(one, b"head")?;
            batch.keep_aim(two, b"aim")?;
            batch.keep_handovers(two, &[b"first".to_vec(), b"second".to_vec()])?;
            batch.keep_evidence(two, b"evidence")?;
            batch.keep_evidence(two, b"evidence")
        })
        .unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.head(one).unwrap().unwrap(), b"head");
    assert_eq!(snapshot.head(two).unwrap(), None);
    assert_eq!(snapshot.aim(two).unwrap().unwrap(), b"aim");
    assert_eq!(snapshot.handovers(one).unwrap(), Vec::<Vec<u8>>::new());
    assert_eq!(
        snapshot.handovers(two).unwrap(),
        [b"first".to_vec(), b"second".to_vec()]
    );
    assert_eq!(snapshot.evidence(two).unwrap(), [b"evidence".to_vec()]);
}

#[test]
fn what_was_witnessed_is_remembered_with_its_note() {
    let store = Store::in_memory();
    let tree = TreeHead {
        size: 5,
        root: Hash::of(b"root").into(),
    };
    store
        .write(|batch| batch.keep_witnessed("origin", tree, b"note"))
        .unwrap();
    let snapshot = store.read().unwrap();
    assert_eq!(snapshot.witnessed("origin").unwrap(), Some(tree));
    assert_eq!(snapshot.witnessed_note("origin").unwrap().unwrap(), b"note");
    assert_eq!(snapshot.witnessed("other").unwrap(), None);
}

#[test]
fn an_intact_file_passes_its_check_and_a_flipped_bit_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(directory.path()).unwrap();
    let log = hold(&store, 1, true);
    append(&store, log, &texts(0, 100));
    assert!(store.check_integrity().unwrap());
    drop(store);
    drop(Store::open_checked(directory.path()).unwrap());

    let path = directory.path().join(DATABASE_FILE);
    let mut bytes = std::fs::read(&path).unwrap();
    let needle = b"entry 42";
    let places: BTreeMap<usize, ()> = bytes
        .windows(needle.len())
        .enumerate()
        .filter(|(_, window)| window == needle)
        .map(|(at, _)| (at, ()))
        .collect();
    for at in places.into_keys() {
        bytes[at] ^= 1;
    }
    std::fs::write(&path, bytes).unwrap();
    let error = Store::open_checked(directory.path()).err().unwrap();
    assert!(
        matches!(
            error,
            OpenError::Store {
                source: StoreError::Corrupt(_),
                ..
            }
        ),
        "{error}"
    );
}
