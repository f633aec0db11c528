use hearth_protocol::entry::{Entry, Record, Source};
use hearth_protocol::kind::{Learning, ResourcePublished};
use hearth_protocol::limits;
use hearth_protocol::time::Span;

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
    assert!(matches!(
        snapshot.body(running.log.number, &hash).unwrap(),
        BodyState::Held { .. }
    ));
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
fn bytes_that_are_no_entry_of_this_log_are_refused() {
    let house = House::found();
    let (payload, body) = question_payload(1);
    let good = house.sign(&payload);
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let unknown = Act::Unknown {
        kind: "no.such_kind".into(),
        data: vec![0xa0],
    };
    let refused = [
        ("malformed", good[..90].to_vec()),
        ("oversize", vec![0; limits::ENTRY + 1]),
        ("bad_signature", forged),
        (
            "unknown_author",
            Event::sign(&payload, &SecretKey::from_seed([9; 32]), &house.home),
        ),
        ("wrong_home", Event::sign(&payload, &house.steward, &Home::NONE)),
        ("unknown_kind", house.sign(&Payload::new(payload.at, unknown))),
    ];
    house.refuses(refused.map(|(code, entry)| (code, entry, vec![body.clone()])));
}

#[test]
fn entries_that_do_not_fit_time_references_or_bodies_are_refused() {
    let house = House::found();
    let (payload, body) = question_payload(1);
    let limit = Timestamp::from_millis(NOON + 5 * 60_000);
    let later = Payload {
        at: limit.plus(Span::from_millis(1)),
        ..payload.clone()
    };
    let about =
        Payload::new(payload.at, Act::from(Interaction::QueryAccepted)).about(Id::from_bytes([3; 32]));
    let mut lying = payload.clone();
    lying.body.as_mut().unwrap().size += 1;
    house.refuses([
        ("future", house.sign(&later), vec![body.clone()]),
        ("missing_reference", house.sign(&about), Vec::new()),
        ("missing_body", house.sign(&payload), Vec::new()),
        ("body_size", house.sign(&lying), vec![body.clone()]),
        (
            "missing_body",
            house.sign(&with_a_file(&payload)),
            vec![body.clone()],
        ),
    ]);
    let running = house.start_alone();
    let just = house.sign(&Payload { at: limit, ..payload });
    running
        .submit_one(Submission {
            entries: vec![just],
            bodies: vec![body],
        })
        .unwrap();
}

/// A resource whose words are those of a question and whose file is handed in by nobody.
fn with_a_file(question: &Payload) -> Payload {
    let file = BodyRef::to(&[9; 32], b"a file", "application/pdf");
    let resource = ResourcePublished {
        file: Some(file),
        ..ResourcePublished::default()
    };
    Payload {
        act: Learning::ResourcePublished(resource).into(),
        ..question.clone()
    }
}

impl House {
    /// Each entry is refused under its code, nothing of it is stored, and a good entry beside it is taken.
    fn refuses<const N: usize>(&self, refused: [(&str, Vec<u8>, Vec<SubmittedBody>); N]) {
        let running = self.start_alone();
        for ((code, entry, bodies), number) in refused.into_iter().zip(100..) {
            let mut submission = self.question(number);
            submission.entries.insert(0, entry);
            submission.bodies.extend(bodies.clone());
            let size = running.head().size;
            let results = running.submit(submission);
            let refused = results[0].as_ref().unwrap_err();
            assert_eq!(refused.code(), code, "{refused}");
            assert_eq!(
                results[1].as_ref().unwrap().index,
                size,
                "one bad entry does not stop the others: {code}"
            );
            let snapshot = running.store.read().unwrap();
            for body in bodies {
                assert_eq!(
                    snapshot.body(running.log.number, &body.hash()).unwrap(),
                    BodyState::Missing,
                    "{code}"
                );
            }
        }
        running.stop();
    }
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
fn an_erasure_takes_only_bodies_of_the_entries_it_names() {
    use hearth_protocol::kind::{Care, ErasureCarriedOut};
    let house = House::found();
    let running = house.start_alone();
    let (named, other) = (house.question(1), house.question(2));
    let others_body = other.bodies[0].hash();
    let named = running.submit_one(named).unwrap();
    running.submit_one(other).unwrap();
    let act = Care::ErasureCarriedOut(ErasureCarriedOut {
        ground: "asked".parse().unwrap(),
        hashes: vec![others_body],
    });
    let erasure = Payload::new(Timestamp::from_millis(NOON), Act::from(act)).about(named.id);
    let refused = running.submit_one(Submission {
        entries: vec![house.sign(&erasure)],
        bodies: Vec::new(),
    });
    assert!(matches!(refused, Err(Refused::NotItsBody { hash }) if hash == others_body));
    assert!(matches!(
        running
            .store
            .read()
            .unwrap()
            .body(running.log.number, &others_body)
            .unwrap(),
        BodyState::Held { .. }
    ));
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
        running
            .store
            .read()
            .unwrap()
            .body(running.log.number, &hash)
            .unwrap(),
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
