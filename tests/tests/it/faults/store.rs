//! Every write × {failed, failed but persisted, no room, power off}: nothing that was acknowledged is lost, nothing is
//! half there, and the store goes on.

use hearth_node::store::{LogNumber, NewEntry, NewLog, Store, StoreError};
use hearth_protocol::entry::commit;
use hearth_protocol::id::{BodyHash, Hash, Id, KeyHash};
use hearth_protocol::log::{Frontier, MemoryTree, Origin, leaf_hash};
use hearth_protocol::sign::SecretKey;

use super::disk::{Disk, Fault};

const BATCHES: u64 = 4;
const BATCH: u64 = 30;

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index} {}", "of some length ".repeat(9)).into_bytes()
}

fn body(batch: u64) -> (BodyHash, [u8; 32], Vec<u8>) {
    let (salt, bytes) = ([batch as u8; 32], vec![batch as u8; 9000]);
    (commit(&salt, &bytes), salt, bytes)
}

fn open(disk: &Disk) -> Result<Store, StoreError> {
    let disk = disk.clone();
    Store::with_backend(move || disk.clone())
}

fn new_log() -> NewLog {
    let key = SecretKey::from_seed([1; 32]).public();
    NewLog {
        organisation: Id::from_bytes([1; 32]),
        origin: Origin::of("north", &key).unwrap(),
        key,
        next: KeyHash::from_bytes([0; 32]),
        witness: key,
        own: true,
    }
}

/// Appends one batch with its body; true if it was acknowledged.
fn append(store: &Store, batch: u64) -> Result<LogNumber, Box<dyn std::error::Error>> {
    let written = store.write(|transaction| -> Result<LogNumber, Box<dyn std::error::Error>> {
        let log = transaction.hold_log(new_log())?;
        let entries: Vec<_> = (batch * BATCH..(batch + 1) * BATCH)
            .map(|index| NewEntry::received(entry(index)))
            .collect();
        transaction.append_own(log, &entries)?;
        let (hash, salt, bytes) = body(batch);
        transaction.put_body(log, &hash, &salt, &bytes)?;
        Ok(log)
    });
    if written.is_ok() {
        let _ = store.index_ids();
    }
    written
}

/// The store holds exactly the first `batches` batches: entries, tree, ids and bodies agree.
fn assert_holds(store: &Store, batches: u64, context: &str) {
    let snapshot = store.read().unwrap();
    let size = batches * BATCH;
    let Some(log) = snapshot.own_log().unwrap() else {
        assert_eq!(batches, 0, "{context}");
        return;
    };
    let tree: MemoryTree = (0..size).map(|index| leaf_hash(&entry(index))).collect();
    let expected = Frontier::read(&tree, size).unwrap();
    assert_eq!(snapshot.frontier(log.number).unwrap(), expected, "{context}");
    let leaves: Vec<Hash> = (0..size).map(|index| leaf_hash(&entry(index))).collect();
    assert_eq!(snapshot.leaves(log.number, 0).unwrap(), leaves, "{context}");
    for index in (0..size).step_by(7) {
        assert_eq!(
            snapshot.entry(log.number, index).unwrap().unwrap(),
            entry(index),
            "{context}"
        );
        let id = NewEntry::received(entry(index)).id;
        assert_eq!(
            snapshot.find_in(log.number, &id).unwrap(),
            Some(index),
            "{context}"
        );
    }
    assert_eq!(snapshot.entry(log.number, size).unwrap(), None, "{context}");
    for batch in 0..BATCHES {
        let (hash, _, bytes) = body(batch);
        let held = snapshot.body_bytes(log.number, &hash, 0, usize::MAX).unwrap();
        assert_eq!(
            held,
            if batch < batches { bytes } else { Vec::new() },
            "{context}"
        );
    }
}

fn batches_held(store: &Store) -> u64 {
    let snapshot = store.read().unwrap();
    let log = snapshot.own_log().unwrap();
    log.map_or(0, |log| snapshot.size(log.number).unwrap() / BATCH)
}

/// Runs `story` for a fault at operation 1, 2, 3 … until it no longer strikes.
fn at_every_operation(fault: Fault, story: impl Fn(&Disk, u64)) -> u64 {
    for at in 1.. {
        let disk = Disk::default();
        drop(open(&disk).unwrap());
        disk.fault(at, fault);
        story(&disk, at);
        if !disk.has_struck() {
            return at;
        }
    }
    unreachable!("a story has an end")
}

#[test]
fn a_crash_at_any_write_keeps_what_was_acknowledged_and_halves_nothing() {
    let operations = at_every_operation(Fault::Crash, |disk, at| {
        let mut acknowledged = 0;
        if let Ok(store) = open(disk) {
            while acknowledged < BATCHES && append(&store, acknowledged).is_ok() {
                acknowledged += 1;
            }
        }
        for kept in [
            0,
            u64::MAX,
            0x5555_5555_5555_5555,
            0xaaaa_aaaa_aaaa_aaaa,
            0x0f0f_3c3c_9999_1248 ^ at,
        ] {
            let store = open(&disk.after_crash(kept)).unwrap();
            let held = batches_held(&store);
            let context = format!("crash at {at}, kept {kept:x}");
            assert!(
                held == acknowledged || held == acknowledged + 1,
                "{context}: {held} of {acknowledged}"
            );
            assert_holds(&store, held, &context);
            append(&store, held).unwrap();
            assert_holds(&store, held + 1, &context);
        }
    });
    assert!(operations > 30, "only {operations} operations were tried");
}

#[test]
fn a_write_that_fails_is_said_and_the_store_goes_on() {
    for fault in [Fault::Fails, Fault::FailsButPersists] {
        at_every_operation(fault, |disk, at| {
            let context = format!("{fault:?} at {at}");
            let store = open(disk).or_else(|_| open(disk)).unwrap();
            let mut failures = 0;
            let mut held = 0;
            while held < BATCHES {
                let before = held;
                if append(&store, held).is_err() {
                    failures += 1;
                }
                held = batches_held(&store);
                assert!(held == before || held == before + 1, "{context}");
                assert_holds(&store, held, &context);
                assert!(failures <= 1, "{context}: it failed again");
            }
            drop(store);
            let again = open(disk).or_else(|_| open(disk)).unwrap();
            assert_holds(&again, BATCHES, &context);
        });
    }
}

#[test]
fn a_full_disk_is_named_and_what_is_stored_stays_readable() {
    let operations = at_every_operation(Fault::Full, |disk, at| {
        let context = format!("full at {at}");
        let Ok(store) = open(disk) else { return };
        let mut acknowledged = 0;
        let mut refused = None;
        for _ in 0..BATCHES {
            match append(&store, acknowledged) {
                Ok(_) => acknowledged += 1,
                Err(error) => refused = Some(error.to_string()),
            }
            let held = batches_held(&store);
            assert!(held >= acknowledged, "{context}");
            assert_holds(&store, held, &context);
            acknowledged = held;
        }
        if let Some(said) = refused {
            assert!(said.contains("the disk is full"), "{context}: {said}");
        }
        disk.free();
        while acknowledged < BATCHES {
            append(&store, acknowledged).unwrap();
            acknowledged += 1;
        }
        assert_holds(&store, BATCHES, &context);
    });
    assert!(operations > 10, "only {operations} operations were tried");
}
