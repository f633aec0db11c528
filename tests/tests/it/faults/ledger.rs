//! The power goes at any write of a working ledger: what it acknowledged is there, under a tree its key has not left.

use std::sync::Arc;
use std::time::Duration;

use hearth_node::ledger::{Ledger, News, Standing};
use hearth_node::signer::Signer;
use hearth_node::store::{DATABASE_FILE, Store};
use hearth_protocol::id::Id;
use hearth_protocol::log::{Frontier, TiledHashes};
use hearth_tests::house::House;

use super::disk::{Disk, Fault};

const QUESTIONS: u64 = 2;

fn disk_of(house: &House) -> Disk {
    Disk::holding(std::fs::read(house.directory().path().join(DATABASE_FILE)).unwrap())
}

/// Hands in questions until one is not acknowledged; the acknowledged ids and indices.
fn work(house: &House, ledger: &Ledger) -> Vec<(Id, u64)> {
    let results = (0..QUESTIONS).map(|number| ledger.submit_blocking(house.question(number)).remove(0));
    results
        .map_while(Result::ok)
        .map(|accepted| (accepted.id, accepted.index))
        .collect()
}

fn over(disk: &Disk) -> Option<Store> {
    let disk = Arc::new(disk.clone());
    Store::with_backend(move || Disk::clone(&disk)).ok()
}

/// Runs on a fresh house with the power going at one write. False once there are no more writes to go at.
fn crash_at(at: u64) -> bool {
    let house = House::found();
    let disk = disk_of(&house);
    disk.fault(at, Fault::Crash);
    let mut acknowledged = Vec::new();
    if let Some(store) = over(&disk)
        && let Ok(ledger) = house.start(&store)
    {
        ledger.hear(News::NobodyToAsk);
        acknowledged = work(&house, &ledger);
        ledger.stop();
    }
    for kept in [0, u64::MAX, 0x5555_5555_5555_5555 ^ at] {
        // The signer file survives as it is: it was synced before anything was acknowledged.
        let signed = Signer::open(&house.signer()).unwrap().held();
        let store = over(&disk.after_crash(kept)).unwrap();
        let snapshot = store.read().unwrap();
        let log = snapshot.own_log().unwrap().unwrap().number;
        for (id, index) in &acknowledged {
            assert_eq!(
                snapshot.find_in(log, id).unwrap(),
                Some(*index),
                "crash at {at}, kept {kept:x}"
            );
        }
        let size = snapshot.size(log).unwrap();
        assert!(
            size >= signed.size,
            "crash at {at}: signed {} of {size}",
            signed.size
        );
        let tiles = snapshot.tiles(log).unwrap();
        let root = Frontier::read(&TiledHashes::new(&tiles, size), signed.size)
            .unwrap()
            .root();
        assert_eq!(
            root, signed.root,
            "crash at {at}: the store continues what was signed"
        );
        drop(snapshot);
        let ledger = house.start(&store).unwrap();
        assert_eq!(*ledger.standing().borrow(), Standing::Asking, "crash at {at}");
        ledger.stop();
    }
    disk.has_struck()
}

#[test]
fn the_power_goes_at_any_write_and_nothing_acknowledged_is_lost_or_forked() {
    let tried = (1..).take_while(|at| crash_at(*at)).count();
    assert!(tried > 20, "only {tried} moments were tried");
}

#[test]
fn a_ledger_on_a_full_disk_refuses_stays_readable_and_goes_on_when_there_is_room() {
    let house = House::found();
    let disk = disk_of(&house);
    let store = over(&disk).unwrap();
    let ledger = house.start(&store).unwrap();
    ledger.hear(News::NobodyToAsk);
    let before = work(&house, &ledger);
    assert_eq!(before.len(), QUESTIONS as usize);
    disk.fault(1, Fault::Full);
    let mut number = 100;
    let refused = loop {
        number += 1;
        if let Err(refused) = ledger.submit_blocking(house.question(number)).remove(0) {
            break refused;
        }
    };
    assert_eq!(refused.code(), "disk_full", "{refused}");
    assert!(refused.is_temporary());
    let snapshot = store.read().unwrap();
    let log = snapshot.own_log().unwrap().unwrap().number;
    for (id, index) in before {
        assert_eq!(snapshot.find_in(log, &id).unwrap(), Some(index));
        assert!(snapshot.entry(log, index).unwrap().is_some());
    }
    drop(snapshot);
    disk.free();
    let accepted = ledger.submit_blocking(house.question(number)).remove(0).unwrap();
    assert!(!accepted.duplicate, "nothing of a refused batch was stored");
    assert_eq!(accepted.head, Signer::open(&house.signer()).unwrap().held());
    ledger.stop();
}

#[test]
fn a_copy_in_a_batch_that_fails_is_not_acknowledged_and_the_community_stays_known() {
    let house = House::found();
    let disk = disk_of(&house);
    let store = over(&disk).unwrap();
    let projector = house.projector(&store).unwrap();
    let ledger = house.start_with(&store, &projector, Duration::ZERO).unwrap();
    // Both wait for the witnesses, and so come into one batch.
    let handed_in: Vec<_> = (0..2)
        .map(|_| {
            let (ledger, question) = (ledger.clone(), house.question(1));
            std::thread::spawn(move || ledger.submit_blocking(question).remove(0))
        })
        .collect();
    std::thread::sleep(Duration::from_millis(200));
    disk.fault(1, Fault::Full);
    ledger.hear(News::NobodyToAsk);
    for result in handed_in {
        let result = result.join().unwrap();
        assert!(result.is_err(), "nothing is stored: {result:?}");
    }
    assert!(disk.has_struck());
    let known = projector.read().organisations().len();
    assert_eq!(known, 1, "a failed write makes nobody a stranger");
    disk.free();
    let accepted = ledger.submit_blocking(house.question(1)).remove(0).unwrap();
    assert!(!accepted.duplicate);
    ledger.stop();
}
