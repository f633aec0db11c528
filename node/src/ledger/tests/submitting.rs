use hearth_protocol::community::VoidReason;
use hearth_protocol::entry::{Entry, Record, Source};
use hearth_protocol::kind::{Community, HeadsSeen, QueryAsked};
use hearth_protocol::limits;

use super::*;
use crate::store::BodyState;

#[test]
fn an_acknowledged_entry_is_stored_with_its_body_and_under_a_signed_checkpoint() {
    let house = House::found();
    let running = house.start_alone();
    let submission = house.question(1);
    let (entry, hash) = (submission.entries[0].clone(), submission.bodies[0].hash());
    let accepted = running.submit_one(submission).unwrap();
    assert_eq!(
        (accepted.index, accepted.duplicate, accepted.organisation),
        (3, false, house.organisation())
    );
    assert_eq!(accepted.head, running.head());
    assert_eq!(
        house.signed(),
        running.head(),
        "the signer file was synced before the acknowledgement"
    );
    let snapshot = running.store.read().unwrap();
    assert_eq!(snapshot.entry(running.log.number, 3).unwrap().unwrap(), entry);
    assert!(matches!(snapshot.body(&hash).unwrap(), BodyState::Held { .. }));
    assert_eq!(*running.ledger.committed().borrow(), running.head());
    running.settle();
    let note = running.ledger.offered().borrow().clone().unwrap();
    let (checkpoint, _) = snapshot
        .key_chain(&running.log)
        .unwrap()
        .open(&note.to_bytes())
        .unwrap();
    assert_eq!(checkpoint.head, running.head());
}

#[test]
fn an_entry_handed_in_twice_is_in_the_log_once() {
    let house = House::found();
    let running = house.start_alone();
    let first = running.submit_one(house.question(1)).unwrap();
    let again = running.submit_one(house.question(1)).unwrap();
    assert_eq!(
        (again.index, again.id, again.duplicate),
        (first.index, first.id, true)
    );
    let mut twice = house.question(2);
    twice.entries.push(twice.entries[0].clone());
    let results = running.submit(twice);
    let indices: Vec<_> = results
        .iter()
        .map(|result| result.as_ref().unwrap())
        .map(|a| (a.index, a.duplicate))
        .collect();
    assert_eq!(indices, [(4, false), (4, true)]);
    running.stop();
    let running = house.start_alone();
    assert!(
        running.submit_one(house.question(1)).unwrap().duplicate,
        "also after a restart"
    );
    assert_eq!(running.head().size, 5);
}

fn imported(house: &House, id: &str, at: u64) -> Vec<u8> {
    let (payload, _) = question_payload(at);
    let payload = Payload {
        body: None,
        ..payload
    };
    let source = Source {
        id: id.to_owned(),
        kind: "question".to_owned(),
        site: "french".to_owned(),
        person: None,
        automaton: false,
    };
    // The body is what `query.asked` requires; one stands for all here.
    let body = SubmittedBody {
        salt: [0; 32],
        bytes: b"# Imported".to_vec(),
    };
    let payload = payload.with_body(BodyRef::to(&body.salt, &body.bytes, "text/markdown"));
    Record {
        payload,
        home: house.home,
        source,
    }
    .encode()
}

#[test]
fn a_source_imported_twice_is_in_the_log_once() {
    let house = House::found();
    let running = house.start_alone();
    let body = SubmittedBody {
        salt: [0; 32],
        bytes: b"# Imported".to_vec(),
    };
    let import = |id: &str, at| {
        running
            .submit_one(Submission {
                entries: vec![imported(&house, id, at)],
                bodies: vec![body.clone()],
            })
            .unwrap()
    };
    let first = import("1", 1);
    let changed = import("1", 2);
    assert_ne!(changed.id, first.id, "another text of the same item");
    assert_eq!((changed.index, changed.duplicate), (first.index, true));
    assert!(!import("2", 1).duplicate);
}

#[test]
fn every_refusal_says_what_is_wrong_and_nothing_is_stored() {
    let house = House::found();
    let running = house.start_alone();
    let size = running.head().size;
    let only = |entry: Vec<u8>| Submission {
        entries: vec![entry],
        bodies: Vec::new(),
    };
    let refused = |submission| running.submit_one(submission).unwrap_err();
    let (payload, body) = question_payload(1);
    let good = house.sign(&payload);

    assert!(matches!(
        refused(only(good[..90].to_vec())),
        Refused::Malformed(_)
    ));
    assert!(matches!(
        refused(only(vec![0; limits::ENTRY + 1])),
        Refused::Oversize { .. }
    ));
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert!(matches!(
        refused(only(forged)),
        Refused::Void(VoidReason::BadSignature)
    ));
    let stranger = Event::sign(&payload, &SecretKey::from_seed([9; 32]), &house.home);
    let stranger = Submission {
        entries: vec![stranger],
        bodies: vec![body.clone()],
    };
    assert!(matches!(
        refused(stranger),
        Refused::Void(VoidReason::UnknownAuthor)
    ));
    let homeless = Event::sign(&payload, &house.steward, &Home::NONE);
    assert!(matches!(
        refused(only(homeless)),
        Refused::WrongHome { organisation: None }
    ));
    let far = Payload {
        at: Timestamp::from_millis(NOON + 5 * 60_000 + 1),
        ..payload.clone()
    };
    let far = Submission {
        entries: vec![house.sign(&far)],
        bodies: vec![body.clone()],
    };
    assert!(matches!(refused(far), Refused::Future { .. }));
    let about =
        Payload::new(payload.at, Act::from(Interaction::QueryAccepted)).about(Id::from_bytes([3; 32]));
    assert!(matches!(
        refused(only(house.sign(&about))),
        Refused::MissingReference(_)
    ));
    assert!(matches!(refused(only(good.clone())), Refused::MissingBody { .. }));
    let mut lying = payload.clone();
    lying.body.as_mut().unwrap().size += 1;
    let lying = Submission {
        entries: vec![house.sign(&lying)],
        bodies: vec![body.clone()],
    };
    assert!(matches!(
        refused(lying),
        Refused::BodySize {
            stated: 13,
            size: 12,
            ..
        }
    ));
    let seen = Payload::new(
        payload.at,
        Act::from(Community::HeadsSeen(HeadsSeen { heads: Vec::new() })),
    );
    let unknown = Payload {
        act: Act::Unknown {
            kind: "pulse.opened".into(),
            data: vec![0xa0],
        },
        body: None,
        ..payload
    };
    assert!(matches!(
        refused(only(house.sign(&unknown))),
        Refused::Void(VoidReason::UnknownKind)
    ));
    assert!(Entry::parse(&house.sign(&seen)).is_ok());

    assert_eq!(running.head().size, size);
    assert_eq!(
        running.store.read().unwrap().body(&body.hash()).unwrap(),
        BodyState::Missing
    );
    let mixed = Submission {
        entries: vec![vec![0], good],
        bodies: vec![body],
    };
    let results = running.submit(mixed);
    assert!(
        results[0].is_err() && results[1].is_ok(),
        "one bad entry does not stop the others"
    );
}

#[test]
fn an_entry_for_another_organisation_is_told_where_it_belongs() {
    let house = House::found();
    let other = Id::from_bytes([4; 32]);
    let (payload, _) = question_payload(1);
    let elsewhere = Home {
        organisation: other,
        ..house.home
    };
    let entry = Event::sign(&payload, &house.steward, &elsewhere);
    let refused = super::super::prepare::prepare_entry(entry, house.home, || vec![other])
        .err()
        .unwrap();
    assert!(
        matches!(refused, Refused::WrongHome { organisation: Some(organisation) } if organisation == other)
    );
    assert!(refused.to_string().contains(&other.to_string()));
    let record = imported(
        &House {
            home: elsewhere,
            ..House::found()
        },
        "1",
        1,
    );
    let refused = super::super::prepare::prepare_entry(record, house.home, Vec::new)
        .err()
        .unwrap();
    assert!(matches!(
        refused,
        Refused::WrongHome {
            organisation: Some(_)
        }
    ));
}

#[test]
fn many_submitters_at_once_each_get_their_own_answers() {
    let house = House::found();
    let running = house.start_alone();
    let ids: Vec<_> = std::thread::scope(|scope| {
        let submitters: Vec<_> = (0..8_u64)
            .map(|lane| {
                let (house, running) = (&house, &running);
                scope.spawn(move || {
                    let submissions = (0..5).map(|turn| house.question(lane * 10 + turn));
                    submissions
                        .map(|submission| {
                            let id = Entry::id_of(&submission.entries[0]);
                            let accepted = running.submit_one(submission).unwrap();
                            assert_eq!(accepted.id, id);
                            (accepted.index, id)
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        submitters
            .into_iter()
            .flat_map(|submitter| submitter.join().unwrap())
            .collect()
    });
    let snapshot = running.store.read().unwrap();
    assert_eq!(snapshot.size(running.log.number).unwrap(), 43);
    for (index, id) in ids {
        assert_eq!(
            Entry::id_of(&snapshot.entry(running.log.number, index).unwrap().unwrap()),
            id
        );
    }
}

#[test]
fn an_erasure_takes_the_body_with_the_commit() {
    use hearth_protocol::kind::{Care, ErasureCarriedOut};
    let house = House::found();
    let running = house.start_alone();
    let submission = house.question(1);
    let hash = submission.bodies[0].hash();
    let question = running.submit_one(submission).unwrap();
    let act = Care::ErasureCarriedOut(ErasureCarriedOut {
        ground: "asked".parse().unwrap(),
        hashes: vec![hash],
    });
    let erasure = Payload::new(Timestamp::from_millis(NOON), Act::from(act)).about(question.id);
    let erased = running
        .submit_one(Submission {
            entries: vec![house.sign(&erasure)],
            bodies: Vec::new(),
        })
        .unwrap();
    assert_eq!(
        running.store.read().unwrap().body(&hash).unwrap(),
        BodyState::Erased { by: erased.id }
    );
    let (payload, body) = question_payload(1);
    let again = Payload {
        at: Timestamp::from_millis(NOON + 9),
        act: Act::from(Interaction::QueryAsked(QueryAsked::default())),
        ..payload
    };
    let again = running.submit_one(Submission {
        entries: vec![house.sign(&again)],
        bodies: vec![body],
    });
    assert!(matches!(again.unwrap_err(), Refused::ErasedBody { .. }));
}
