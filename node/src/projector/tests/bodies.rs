//! Which erasures are carried out, when, and how far they reach.

use hearth_protocol::entry::{BodyRef, Entry, Event, Payload};
use hearth_protocol::id::BodyHash;
use hearth_protocol::kind::{
    Act, Care, Community as Deeds, ErasureCarriedOut, Interaction, Motion, Proposed, QueryAsked,
};
use hearth_protocol::log::{Frontier, leaf_hash};

use super::*;
use crate::found::join;
use crate::invitation::{Invitation, Token};
use crate::store::{BodyState, NewLog};

/// Another organisation as its log says: chartered, its steward the first member, both with a name.
struct South {
    steward: SecretKey,
    home: Home,
    log: NewLog,
    entries: Vec<Vec<u8>>,
    /// Salt and bytes of the steward's name.
    name: ([u8; 32], Vec<u8>),
}

const NOW: Timestamp = Timestamp::from_millis(2);

fn south(community: Id) -> South {
    let parent = tempfile::tempdir().unwrap();
    let directory = DataDirectory::at(parent.path().join("south"));
    let steward = secret_file::generate().unwrap();
    let organisation = Organisation {
        slug: "south".parse().unwrap(),
        name: "South".into(),
        steward: &steward,
        steward_name: Some("Ada".into()),
        addresses: vec!["/ip4/127.0.0.1/tcp/1".into()],
        config: Config::default(),
    };
    let invitation = Invitation {
        token: Token::from_bytes([1; 32]),
        expires: NOW,
        addresses: vec![],
        community,
    };
    let made = join(&directory, &organisation, &invitation, NOW).unwrap();
    let store = Store::open(directory.path()).unwrap();
    let snapshot = store.read().unwrap();
    let log = snapshot.own_log().unwrap().unwrap();
    let entries = snapshot.range(log.number, 0, usize::MAX).unwrap();
    let entries: Vec<Vec<u8>> = entries.into_iter().map(|(_, entry)| entry).collect();
    let name = body_of(&entries[1]).hash;
    let BodyState::Held { salt, .. } = snapshot.body(log.number, &name).unwrap() else {
        panic!("the name is in the store")
    };
    South {
        home: made.home,
        name: (
            salt,
            snapshot.body_bytes(log.number, &name, 0, usize::MAX).unwrap(),
        ),
        log: NewLog {
            own: false,
            ..log.charter
        },
        entries,
        steward: steward.clone(),
    }
}

fn body_of(entry: &[u8]) -> BodyRef {
    Entry::parse(entry)
        .unwrap()
        .payload()
        .bodies()
        .next()
        .unwrap()
        .clone()
}

impl South {
    fn name(&self) -> BodyHash {
        body_of(&self.entries[1]).hash
    }

    /// Writes an entry; gives its id.
    fn writes(&mut self, payload: &Payload) -> Id {
        let steward = self.steward.clone();
        self.writes_as(&steward, payload)
    }

    fn writes_as(&mut self, by: &SecretKey, payload: &Payload) -> Id {
        self.entries.push(Event::sign(payload, by, &self.home));
        Entry::id_of(self.entries.last().unwrap())
    }

    /// Its log is replicated here as far as it goes, with the steward's name.
    fn arrives(&self, store: &Store) {
        let log = store.write(|batch| batch.hold_log(self.log.clone())).unwrap();
        let held = store.read().unwrap().size(log).unwrap() as usize;
        let mut frontier = Frontier::new();
        for entry in &self.entries {
            frontier.append(leaf_hash(entry));
        }
        let (new, root) = (self.entries[held..].to_vec(), frontier.root());
        store
            .write(|batch| batch.append_replica(&self.home.organisation, held as u64, new, root))
            .unwrap();
        let (salt, bytes) = &self.name;
        store
            .write(|batch| batch.put_body(log, &self.name(), salt, bytes))
            .unwrap();
    }

    /// Where a body of its log stands here.
    fn state(&self, store: &Store, hash: BodyHash) -> BodyState {
        let snapshot = store.read().unwrap();
        let log = snapshot.log(&self.home.organisation).unwrap().unwrap();
        snapshot.body(log.number, &hash).unwrap()
    }

    fn has_its_name(&self, store: &Store) -> bool {
        matches!(self.state(store, self.name()), BodyState::Held { .. })
    }
}

fn erases(hash: BodyHash, of: Id) -> Payload {
    let (ground, hashes) = ("request".parse().unwrap(), vec![hash]);
    let act = Care::ErasureCarriedOut(ErasureCarriedOut { ground, hashes });
    Payload::new(NOW, Act::from(act)).about(of)
}

/// North's log says that south is admitted.
fn admit(founded: &Founded, store: &Store, south: &South) {
    let act = Deeds::Proposed(Proposed {
        motion: Motion::Admit {
            charter: south.entries[0].clone(),
        },
    });
    let payload = Payload::new(NOW, Act::from(act)).about(founded.made.home.community);
    append(
        store,
        &Event::sign(&payload, &founded.steward, &founded.made.home),
    );
}

/// Takes in what is new; says whether anything was noted of bodies.
fn read_on(projector: &Projector) -> bool {
    projector.follow().unwrap();
    projector.note_bodies().unwrap()
}

#[test]
fn an_erasure_is_carried_out_once_its_log_is_admitted_also_after_a_restart() {
    for restarts in [false, true] {
        let founded = founded();
        let mut south = south(founded.made.home.community);
        let (name, member) = (south.name(), Entry::id_of(&south.entries[1]));
        let by = south.writes(&erases(name, member));
        let (mut store, mut projector) = open(&founded);
        south.arrives(&store);
        assert!(read_on(&projector));
        assert!(!read_on(&projector), "it waits");
        assert!(south.has_its_name(&store));
        if restarts {
            drop((store, projector));
            (store, projector) = open(&founded);
            assert!(!read_on(&projector), "it waits still");
            assert!(south.has_its_name(&store));
        }
        admit(&founded, &store, &south);
        assert!(read_on(&projector));
        assert_eq!(south.state(&store, name), BodyState::Erased { by });
        assert!(!read_on(&projector), "once");
    }
}

#[test]
fn what_is_void_or_about_other_entries_erases_nothing() {
    let founded = founded();
    let (mut store, mut projector) = open(&founded);
    let mut south = south(founded.made.home.community);
    let (name, charter) = (south.name(), Entry::id_of(&south.entries[0]));
    let member = Entry::id_of(&south.entries[1]);
    let elsewhere = founded.made.home.organisation;
    let stranger = secret_file::generate().unwrap();
    south.writes_as(&stranger, &erases(name, member));
    south.writes(&erases(name, elsewhere));
    south.writes(&erases(name, charter));
    admit(&founded, &store, &south);
    south.arrives(&store);
    read_on(&projector);
    let view = projector.view(None).unwrap();
    let standing = |index| view.item_at(south.home.organisation, index).unwrap().standing;
    assert!(matches!(standing(2), Standing::Void(_)), "nobody's");
    assert!(matches!(standing(3), Standing::Void(_)), "about another log");
    assert_eq!(
        standing(4),
        Standing::Counts,
        "it only names a body that is not there"
    );
    assert!(south.has_its_name(&store));
    drop((view, store, projector));

    (store, projector) = open(&founded);
    read_on(&projector);
    assert!(south.has_its_name(&store));
    let by = south.writes(&erases(name, member));
    south.arrives(&store);
    read_on(&projector);
    assert_eq!(south.state(&store, name), BodyState::Erased { by });
}

#[test]
fn an_erasure_of_a_copied_commitment_leaves_the_original() {
    let founded = founded();
    let (store, projector) = open(&founded);
    let ours = store.read().unwrap().own_log().unwrap().unwrap().number;
    let original = body_of(&store.read().unwrap().entry(ours, 0).unwrap().unwrap());
    let mut south = south(founded.made.home.community);
    let asked = Interaction::QueryAsked(QueryAsked::default());
    let copy = south.writes(&Payload::new(NOW, Act::from(asked)).with_body(original.clone()));
    let by = south.writes(&erases(original.hash, copy));
    admit(&founded, &store, &south);
    south.arrives(&store);
    read_on(&projector);
    assert_eq!(south.state(&store, original.hash), BodyState::Erased { by });
    let state = store.read().unwrap().body(ours, &original.hash).unwrap();
    assert!(matches!(state, BodyState::Held { .. }), "{state:?}");
}
