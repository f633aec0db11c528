use hearth_protocol::entry::{Entry, Record, Source};
use hearth_protocol::kind::{Community, Head, HeadsSeen};
use hearth_protocol::log::{Frontier, Origin, leaf_hash};

use super::*;
use crate::store::NewLog;

/// Another organisation's log, grown by whatever is put in it.
struct Other {
    organisation: Id,
    frontier: Frontier,
}

impl Other {
    fn hold(store: &Store, seed: u8) -> Other {
        let key = SecretKey::from_seed([seed; 32]).public();
        let organisation = Id::from_bytes([seed; 32]);
        let log = NewLog {
            organisation,
            origin: Origin::of("south", &key).unwrap(),
            key,
            next: key.hash(),
            witness: key,
            own: false,
        };
        store.write(|batch| batch.hold_log(log)).unwrap();
        Other {
            organisation,
            frontier: Frontier::new(),
        }
    }

    fn grow(&mut self, store: &Store, entry: Vec<u8>) {
        let from = self.frontier.size();
        self.frontier.append(leaf_hash(&entry));
        let root = self.frontier.root();
        store
            .write(|batch| batch.append_replica(&self.organisation, from, vec![entry], root))
            .unwrap();
    }

    fn heads_seen(&self, house: &House) -> Vec<u8> {
        let head = Head {
            organisation: house.organisation(),
            size: 1,
            root: Frontier::new().root(),
        };
        let act = Act::from(Community::HeadsSeen(HeadsSeen { heads: vec![head] }));
        let source = Source {
            id: self.frontier.size().to_string(),
            kind: "heads.seen".to_owned(),
            site: "hearth/south".to_owned(),
            person: None,
            automaton: false,
        };
        let home = Home {
            organisation: self.organisation,
            ..house.home
        };
        Record {
            payload: Payload::new(Timestamp::from_millis(NOON), act),
            home,
            source,
        }
        .encode()
    }
}

/// The heads the own log's newest entry lists, if it is a `heads.seen`.
fn newest(running: &Running) -> Option<Vec<Head>> {
    let (_, bytes) = running
        .store
        .read()
        .unwrap()
        .latest(running.log.number)
        .unwrap()
        .unwrap();
    let entry = Entry::parse(&bytes).unwrap();
    let Act::Community(Community::HeadsSeen(seen)) = &entry.payload().act else {
        return None;
    };
    Some(seen.heads.clone())
}

fn tick(running: &Running) -> u64 {
    running.ledger.tick();
    running.settle();
    running.head().size
}

#[test]
fn heads_are_logged_when_others_have_news_and_at_most_every_ten_seconds() {
    let house = House::found();
    let running = house.start_alone();
    assert_eq!(tick(&running), 3, "nobody else is here");
    let mut other = Other::hold(&running.store, 7);
    assert_eq!(tick(&running), 3, "an empty log is no news");
    other.grow(&running.store, b"anything new".to_vec());
    assert_eq!(tick(&running), 4);
    let head = Head {
        organisation: other.organisation,
        size: 1,
        root: other.frontier.root(),
    };
    assert_eq!(newest(&running), Some(vec![head]));
    assert_eq!(house.signed(), running.head(), "it is signed like any other");

    other.grow(&running.store, b"newer".to_vec());
    house.set_clock(NOON + 9_999);
    assert_eq!(tick(&running), 4, "too soon");
    house.set_clock(NOON + 10_000);
    assert_eq!(tick(&running), 5);
    house.set_clock(NOON + 60_000);
    assert_eq!(tick(&running), 5, "nothing new");
}

#[test]
fn heads_seen_by_others_are_no_news_so_that_quiet_nodes_stay_quiet() {
    let house = House::found();
    let running = house.start_alone();
    let mut other = Other::hold(&running.store, 7);
    let seen = other.heads_seen(&house);
    other.grow(&running.store, seen);
    assert_eq!(tick(&running), 3);
    other.grow(&running.store, b"but this is".to_vec());
    assert_eq!(tick(&running), 4);
    assert_eq!(newest(&running).unwrap()[0].size, 2);
}

#[test]
fn the_last_heads_seen_are_remembered_across_a_restart() {
    let house = House::found();
    let running = house.start_alone();
    let mut other = Other::hold(&running.store, 7);
    other.grow(&running.store, b"new".to_vec());
    assert_eq!(tick(&running), 4);
    running.stop();
    house.set_clock(NOON + 60_000);
    let running = house.start_alone();
    assert_eq!(tick(&running), 4, "they were logged before");
    other.grow(&running.store, b"newer".to_vec());
    assert_eq!(
        tick(&running),
        5,
        "its source is unique, so it is not taken for the first"
    );
    assert_eq!(newest(&running).unwrap()[0].size, 2);
}

#[test]
fn clients_cannot_write_heads_seen() {
    let house = House::found();
    let running = house.start_alone();
    let other = Other::hold(&running.store, 7);
    let entry = Other {
        organisation: house.organisation(),
        ..other
    }
    .heads_seen(&house);
    let refused = running
        .submit_one(Submission {
            entries: vec![entry],
            bodies: Vec::new(),
        })
        .unwrap_err();
    assert!(matches!(refused, Refused::Reserved("heads.seen")));
}
