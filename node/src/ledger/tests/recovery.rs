//! Every recovery case of the protocol (crash order), on real files.

use std::os::unix::fs::FileExt;

use hearth_protocol::id::KeyHash;

use super::*;
use crate::secret_file;
use crate::store::{DATABASE_FILE, NewEntry};

impl House {
    fn database(&self) -> PathBuf {
        self.directory.path().join(DATABASE_FILE)
    }

    /// Appends behind the signer's back: what a crash between commit and signer file leaves.
    fn commit_unsigned(&self, number: u64) -> TreeHead {
        let store = Store::open(self.directory.path()).unwrap();
        let log = store.read().unwrap().own_log().unwrap().unwrap();
        let entry = NewEntry::received(self.question(number).entries.remove(0));
        store
            .write(|batch| batch.append_own(log.number, &[entry]))
            .unwrap()
            .head
    }

    fn entries(&self) -> Vec<Vec<u8>> {
        let store = Store::open(self.directory.path()).unwrap();
        let snapshot = store.read().unwrap();
        let log = snapshot.own_log().unwrap().unwrap();
        snapshot
            .range(log.number, 0, usize::MAX)
            .unwrap()
            .into_iter()
            .map(|(_, bytes)| bytes)
            .collect()
    }
}

#[test]
fn equal_goes_on_once_nobody_knows_more() {
    let house = House::found();
    let running = house.start_alone();
    running.submit_one(house.question(1)).unwrap();
    running.stop();
    let running = house.start();
    assert_eq!(running.standing(), Standing::Asking);
    running.ledger.hear(News::NobodyKnowsMore);
    assert_eq!(running.submit_one(house.question(2)).unwrap().index, 4);
}

#[test]
fn submissions_wait_for_the_witnesses_and_are_then_taken() {
    let house = House::found();
    let running = house.start();
    let before = house.signed();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| running.submit_one(house.question(1)));
        running.ledger.tick();
        assert_eq!(
            house.signed(),
            before,
            "nothing is signed while the witnesses are asked"
        );
        running.ledger.hear(News::NoAnswer);
        assert_eq!(waiting.join().unwrap().unwrap().index, 3);
    });
    assert_eq!(running.standing(), Standing::Unconfirmed);
}

#[test]
fn a_crash_between_commit_and_signer_leaves_the_ledger_ahead_and_it_signs_its_head() {
    let house = House::found();
    house.start_alone().stop();
    let head = house.commit_unsigned(1);
    assert!(house.signed().size < head.size);
    let running = house.start_alone();
    running.settle();
    assert_eq!(house.signed(), head);
    assert_eq!(*running.ledger.committed().borrow(), head);
    let again = running.submit_one(house.question(1)).unwrap();
    assert!(again.duplicate, "what was never acknowledged is not doubled");
}

#[test]
fn a_torn_signer_slot_is_a_ledger_ahead() {
    let house = House::found();
    let running = house.start_alone();
    for number in 1..3 {
        running.submit_one(house.question(number)).unwrap();
    }
    let head = running.head();
    running.stop();
    let file = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(house.directory.signer())
        .unwrap();
    let slots: Vec<u64> = [4096, 8192]
        .into_iter()
        .filter(|at| {
            let mut size = [0; 8];
            file.read_exact_at(&mut size, at + 8).unwrap();
            u64::from_be_bytes(size) == head.size
        })
        .collect();
    assert_eq!(slots.len(), 1);
    file.write_all_at(b"torn", slots[0] + 20).unwrap();
    assert_eq!(house.signed().size, head.size - 1);
    let running = house.start_alone();
    running.settle();
    assert_eq!(house.signed(), head);
}

#[test]
fn a_crash_after_the_signer_and_before_the_answer_loses_nothing_and_doubles_nothing() {
    let house = House::found();
    house.start_alone().stop();
    let head = house.commit_unsigned(1);
    Signer::open(&house.directory.signer())
        .unwrap()
        .advance(head)
        .unwrap();
    let running = house.start_alone();
    let again = running.submit_one(house.question(1)).unwrap();
    assert_eq!((again.duplicate, again.head), (true, head));
}

#[test]
fn a_store_behind_its_signer_fetches_what_was_signed_before_it_signs() {
    let house = House::found();
    let running = house.start_alone();
    running.submit_one(house.question(1)).unwrap();
    running.stop();
    let old = std::fs::read(house.database()).unwrap();
    let running = house.start_alone();
    running.submit_one(house.question(2)).unwrap();
    let signed = running.submit_one(house.question(3)).unwrap().head;
    running.stop();
    let entries = house.entries();
    std::fs::write(house.database(), old).unwrap();

    let running = house.start();
    assert_eq!(running.standing(), Standing::Behind { signed });
    running.ledger.hear(News::NobodyToAsk);
    let refused = running.submit_one(house.question(4)).unwrap_err();
    assert!(
        matches!(refused, Refused::NotSigning(Standing::Behind { .. })),
        "{refused}"
    );
    assert!(refused.is_temporary());
    let fetch = |upto: usize| {
        let from = running.head().size;
        let missing = entries[from as usize..upto].to_vec();
        let mut frontier = running
            .store
            .read()
            .unwrap()
            .frontier(running.log.number)
            .unwrap();
        frontier.extend(missing.iter().map(|entry| hearth_protocol::log::leaf_hash(entry)));
        let organisation = house.organisation();
        running
            .store
            .write(|batch| batch.append_replica(&organisation, from, missing, frontier.root()))
            .unwrap();
        running.ledger.notice_replicas();
    };
    fetch(5);
    assert!(
        running.submit_one(house.question(4)).is_err(),
        "still one entry short of what was signed"
    );
    assert_eq!(house.signed(), signed);
    fetch(6);
    running.ledger.tick();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| running.submit_one(house.question(4)));
        while running.standing() != Standing::Asking {
            std::thread::yield_now();
        }
        running.ledger.hear(News::NobodyToAsk);
        assert_eq!(waiting.join().unwrap().unwrap().index, 6);
    });
    let doubled = running.submit_one(house.question(3)).unwrap();
    assert!(doubled.duplicate);
}

#[test]
fn evidence_against_the_own_log_ends_signing_at_once_and_for_good() {
    let house = House::found();
    let running = house.start_alone();
    let signed = running.submit_one(house.question(1)).unwrap().head;
    running.ledger.hear(News::Convicted);
    let refused = running.submit_one(house.question(2)).unwrap_err();
    assert!(
        matches!(refused, Refused::NotSigning(Standing::Convicted)),
        "{refused}"
    );
    running.stop();
    assert_eq!(house.signed(), signed);

    let store = Store::open(house.directory.path()).unwrap();
    let log = store.read().unwrap().own_log().unwrap().unwrap();
    store
        .write(|batch| batch.keep_evidence(log.number, b"two notes"))
        .unwrap();
    drop(store);
    let running = house.start_alone();
    assert_eq!(
        running.standing(),
        Standing::Convicted,
        "what the store holds is not forgotten"
    );
    assert!(running.submit_one(house.question(2)).is_err());
}

#[test]
fn a_store_that_contradicts_its_signer_never_signs() {
    let house = House::found();
    house.start_alone().stop();
    let old = std::fs::read(house.database()).unwrap();
    let running = house.start_alone();
    let signed = running.submit_one(house.question(1)).unwrap().head;
    running.stop();
    std::fs::write(house.database(), old).unwrap();
    house.commit_unsigned(2);
    let running = house.start_alone();
    let reason = HandOverReason::Contradiction { size: signed.size };
    assert_eq!(running.standing(), Standing::MustHandOver(reason));
    assert!(running.submit_one(house.question(3)).is_err());
    assert_eq!(house.signed(), signed);
}

#[test]
fn a_restored_old_copy_follows_and_signs_nothing() {
    let house = House::found();
    let running = house.start_alone();
    running.submit_one(house.question(1)).unwrap();
    running.stop();
    let paths = [house.database(), house.directory.signer()];
    let copies = paths.clone().map(|path| std::fs::read(path).unwrap());
    let running = house.start_alone();
    let head = running.submit_one(house.question(2)).unwrap().head;
    running.stop();
    for (path, copy) in paths.iter().zip(copies) {
        std::fs::write(path, copy).unwrap();
    }
    let old = house.signed();
    assert!(old.size < head.size);

    let running = house.start();
    assert_eq!(running.standing(), Standing::Asking);
    running.ledger.hear(News::KnownLarger { size: head.size });
    running.ledger.hear(News::NoAnswer);
    let refused = running.submit_one(house.question(3)).unwrap_err();
    assert!(
        matches!(refused, Refused::NotSigning(Standing::Restored { known }) if known == head.size),
        "{refused}"
    );
    running.ledger.tick();
    running.settle();
    assert_eq!((house.signed(), running.head()), (old, old));
}

#[test]
fn an_unconfirmed_node_stops_the_moment_somebody_knows_more() {
    let house = House::found();
    let running = house.start();
    running.ledger.hear(News::NoAnswer);
    let accepted = running.submit_one(house.question(1)).unwrap();
    running.ledger.hear(News::KnownLarger { size: 99 });
    assert!(matches!(
        running.submit_one(house.question(2)),
        Err(Refused::NotSigning(_))
    ));
    assert_eq!(house.signed(), accepted.head);
}

#[test]
fn a_missing_signer_is_not_made_again_and_the_log_goes_on_under_its_next_key() {
    let house = House::found();
    let running = house.start_alone();
    let last = running.submit_one(house.question(1)).unwrap();
    running.stop();
    std::fs::remove_file(house.directory.signer()).unwrap();
    let running = house.start_alone();
    assert_eq!(
        running.standing(),
        Standing::MustHandOver(HandOverReason::SignerMissing)
    );
    assert!(running.submit_one(house.question(2)).is_err());
    assert!(!house.directory.signer().exists());
    running.stop();

    let next = secret_file::read(&house.directory.next_key()).unwrap();
    let after = KeyHash::from_bytes([5; 32]);
    let store = Store::open(house.directory.path()).unwrap();
    let wrong = hand_over(
        &store,
        &house.directory.signer(),
        SecretKey::from_seed([6; 32]),
        after,
        false,
    )
    .unwrap_err();
    assert!(matches!(wrong, HandOverError::WrongKey));
    let signer = house.directory.signer();
    let unknown = hand_over(&store, &signer, next.clone(), after, false).unwrap_err();
    assert!(
        matches!(unknown, HandOverError::SignedUnknown { stored } if stored == last.head.size),
        "{unknown}"
    );
    assert_eq!(
        hand_over(&store, &signer, next.clone(), after, true).unwrap(),
        last.head
    );
    drop(store);
    let running = house.start_alone();
    let accepted = running.submit_one(house.question(2)).unwrap();
    running.settle();
    let snapshot = running.store.read().unwrap();
    let chain = snapshot.key_chain(&running.log).unwrap();
    assert_eq!((*chain.current(), chain.next()), (next.public(), after));
    let note = snapshot.head(running.log.number).unwrap().unwrap();
    assert_eq!(chain.open(&note).unwrap().0.head, accepted.head);
}

#[test]
fn a_handover_that_stopped_half_way_is_ended_with_the_same_statement() {
    let house = House::found();
    house.start_alone().stop();
    let next = secret_file::read(&house.directory.next_key()).unwrap();
    let after = KeyHash::from_bytes([5; 32]);
    let signer = house.directory.signer();
    let before = std::fs::read(&signer).unwrap();
    let statements = |store: &Store| {
        let snapshot = store.read().unwrap();
        snapshot
            .handovers(snapshot.own_log().unwrap().unwrap().number)
            .unwrap()
    };
    let store = Store::open(house.directory.path()).unwrap();
    hand_over(&store, &signer, next.clone(), after, false).unwrap();
    let stated = statements(&store);
    drop(store);
    std::fs::write(&signer, before).unwrap();

    let running = house.start_alone();
    let unusable = Standing::MustHandOver(HandOverReason::SignerUnusable);
    assert_eq!(running.standing(), unusable, "the old key signs no more");
    running.stop();
    let store = Store::open(house.directory.path()).unwrap();
    let other = hand_over(&store, &signer, next.clone(), KeyHash::from_bytes([6; 32]), false).unwrap_err();
    assert!(matches!(other, HandOverError::OtherCommitment { stated } if stated == after));
    hand_over(&store, &signer, next.clone(), after, false).unwrap();
    assert_eq!(statements(&store), stated);
    assert_eq!(Signer::open(&signer).unwrap().key(), next.public());
}

#[test]
fn signed_entries_that_are_not_here_are_given_up_only_on_purpose() {
    let house = House::found();
    let database = house.directory.path().join(crate::store::DATABASE_FILE);
    house.start_alone().stop();
    let before = std::fs::read(&database).unwrap();
    let running = house.start_alone();
    let signed = running.submit_one(house.question(1)).unwrap().head.size;
    running.stop();
    std::fs::write(&database, before).unwrap();

    let next = secret_file::read(&house.directory.next_key()).unwrap();
    let (signer, after) = (house.directory.signer(), KeyHash::from_bytes([5; 32]));
    let store = Store::open(house.directory.path()).unwrap();
    let same = hand_over(&store, &signer, next.clone(), next.public().hash(), true).unwrap_err();
    assert!(matches!(same, HandOverError::SameKey), "{same}");
    let behind = hand_over(&store, &signer, next.clone(), after, false).unwrap_err();
    assert!(
        matches!(behind, HandOverError::Behind { signed: most, stored } if most == signed && stored < most),
        "{behind}"
    );
    assert_eq!(
        Signer::open(&signer).unwrap().held().size,
        signed,
        "nothing was written"
    );
    let stated = hand_over(&store, &signer, next, after, true).unwrap();
    assert!(stated.size < signed);
}

#[test]
fn a_damaged_signer_is_as_good_as_missing() {
    let house = House::found();
    house.start_alone().stop();
    std::fs::write(house.directory.signer(), b"").unwrap();
    let running = house.start_alone();
    assert_eq!(
        running.standing(),
        Standing::MustHandOver(HandOverReason::SignerUnusable)
    );
    assert!(running.submit_one(house.question(1)).is_err());
}
