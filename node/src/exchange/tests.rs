use hearth_protocol::entry::commit;
use hearth_protocol::id::KeyHash;
use hearth_protocol::log::{Origin, TreeHead};
use hearth_protocol::sign::SecretKey;

use super::*;
use crate::store::{NewEntry, NewLog};

const FROM: Id = Id::from_bytes([1; 32]);

fn store(organisations: u8, entries: usize) -> Store {
    let store = Store::in_memory();
    let fill = |batch: &mut crate::store::Batch| -> Result<(), crate::store::AppendError> {
        for number in 1..=organisations {
            let key = SecretKey::from_seed([number; 32]).public();
            let log = batch.hold_log(NewLog {
                organisation: Id::from_bytes([number; 32]),
                origin: Origin::of("north", &key).unwrap(),
                key,
                next: KeyHash::from_bytes([0; 32]),
                witness: key,
                own: number == 1,
            })?;
            let entries = (0..entries).map(|index| NewEntry::received(vec![index as u8; 100]));
            batch.append_own(log, &entries.collect::<Vec<_>>())?;
        }
        Ok(())
    };
    store.write(fill).unwrap();
    store
}

fn ask(store: &Store, request: Request) -> Reply {
    serve(store, &Peer(vec![1]), FROM, request).reply
}

fn range(from: u64, size: u64, count: u64, limit: u64) -> Request {
    Request::Range {
        from,
        size,
        count,
        limit,
        organisation: FROM,
    }
}

#[test]
fn whoever_is_not_admitted_gets_nothing() {
    let store = store(1, 3);
    for request in [range(0, 3, 3, 1000), Request::Heads { have: Vec::new() }] {
        let reply = serve(&store, &Peer(vec![1]), Id::from_bytes([9; 32]), request).reply;
        assert!(matches!(reply, Reply::Refused { .. }));
    }
}

#[test]
fn a_range_holds_no_more_than_was_asked_for_and_proves_itself() {
    let store = store(1, 10);
    let snapshot = store.read().unwrap();
    let log = snapshot.log(&FROM).unwrap().unwrap().number;
    let tree_head = snapshot.tree_head(log).unwrap();
    for (from, count, limit, expected) in [(0, 3, 1000, 3), (7, 9, 1000, 3), (2, 9, 250, 2), (2, 9, 0, 1)] {
        let Reply::Range {
            from: begins,
            proof,
            entries,
        } = ask(&store, range(from, 10, count, limit))
        else {
            panic!("refused")
        };
        assert_eq!((begins, entries.len()), (from, expected));
        let size = from + expected as u64;
        let root = prove(&snapshot, &FROM, size, 10).unwrap().unwrap().0;
        hearth_protocol::log::proof::verify_consistency(&TreeHead { size, root }, &tree_head, &proof)
            .unwrap();
    }
}

#[test]
fn what_is_not_held_is_refused() {
    let store = store(1, 10);
    let unknown = Id::from_bytes([9; 32]);
    for request in [
        range(0, 11, 1, 1000),
        range(10, 10, 1, 1000),
        range(7, 5, 1, 1000),
        range(u64::MAX, u64::MAX, u64::MAX, u64::MAX),
        range(0, 10, 0, 1000),
        Request::Range {
            from: 0,
            size: 1,
            count: 1,
            limit: 1000,
            organisation: unknown,
        },
        Request::Consistency {
            from: 3,
            size: 11,
            organisation: FROM,
        },
        Request::Consistency {
            from: 4,
            size: 3,
            organisation: FROM,
        },
        Request::Consistency {
            from: 0,
            size: 1,
            organisation: unknown,
        },
    ] {
        assert!(
            matches!(ask(&store, request.clone()), Reply::Refused { .. }),
            "{request:?}"
        );
    }
}

#[test]
fn heads_that_do_not_fit_are_said_to_be_more_and_come_when_asked_for_again() {
    let store = store(40, 1);
    let notes: Vec<Vec<u8>> = (1..=40).map(|number| vec![number; limits::NOTE]).collect();
    store
        .write(|batch| {
            for (note, number) in notes.iter().zip(1..) {
                let log = batch.log(&Id::from_bytes([number; 32]))?.expect("held").number;
                batch.keep_head(log, note)?;
            }
            Ok::<(), StoreError>(())
        })
        .unwrap();
    let (mut have, mut pages) = (Vec::new(), 0);
    loop {
        let reply = ask(&store, Request::Heads { have: have.clone() });
        assert!(hearth_protocol::codec::encode(&reply).len() < limits::FRAME);
        let Reply::Heads { more, heads } = reply else {
            panic!("refused")
        };
        have.extend(heads.iter().map(|head| (head.organisation, Hash::of(&head.note))));
        pages += 1;
        if !more {
            break;
        }
    }
    assert!(have.len() == 40 && (2..40).contains(&pages), "{pages}");
    let digest = sync::digest(&have);
    assert_eq!(ask(&store, Request::Digest { digest }), Reply::Same {});
}

fn piece(hash: BodyHash, offset: u64, organisation: Id) -> Request {
    Request::Body {
        hash,
        offset,
        organisation,
    }
}

#[test]
fn a_body_comes_in_pieces_and_an_erased_one_as_its_tombstone() {
    let store = store(1, 1);
    let log = store.read().unwrap().log(&FROM).unwrap().unwrap().number;
    let (salt, bytes) = ([7; 32], vec![3; limits::PIECE + 5]);
    let hash = commit(&salt, &bytes);
    assert_eq!(ask(&store, piece(hash, 0, FROM)), Reply::Missing {});
    store
        .write(|batch| batch.put_body(log, &hash, &salt, &bytes))
        .unwrap();
    let mut got = Vec::new();
    while got.len() < bytes.len() {
        let offset = got.len() as u64;
        let Reply::Body {
            salt: with,
            size,
            bytes: piece,
            offset: at,
        } = ask(&store, piece(hash, offset, FROM))
        else {
            panic!("refused")
        };
        assert_eq!((with, size, at), (salt, bytes.len() as u64, offset));
        got.extend_from_slice(&piece);
    }
    assert_eq!(got, bytes);
    let beyond = piece(hash, bytes.len() as u64 + 1, FROM);
    assert!(matches!(ask(&store, beyond), Reply::Refused { .. }));
    let by = Id::from_bytes([8; 32]);
    store.write(|batch| batch.erase_body(log, &hash, &by)).unwrap();
    assert_eq!(ask(&store, piece(hash, 0, FROM)), Reply::Erased { by });
}

#[test]
fn a_body_is_given_under_its_own_log_alone() {
    let store = store(2, 1);
    let other = Id::from_bytes([2; 32]);
    let log = store.read().unwrap().log(&FROM).unwrap().unwrap().number;
    let others = store.read().unwrap().log(&other).unwrap().unwrap().number;
    let (salt, bytes) = ([7; 32], b"words".to_vec());
    let hash = commit(&salt, &bytes);
    let by = Id::from_bytes([8; 32]);
    store
        .write(|batch| batch.put_body(log, &hash, &salt, &bytes))
        .unwrap();
    assert_eq!(ask(&store, piece(hash, 0, other)), Reply::Missing {});
    store.write(|batch| batch.erase_body(others, &hash, &by)).unwrap();
    assert_eq!(ask(&store, piece(hash, 0, other)), Reply::Erased { by });
    assert!(matches!(ask(&store, piece(hash, 0, FROM)), Reply::Body { .. }));
    let nobodys = ask(&store, piece(hash, 0, Id::from_bytes([9; 32])));
    assert!(matches!(nobodys, Reply::Refused { .. }));
}
