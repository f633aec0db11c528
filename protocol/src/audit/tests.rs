//! One log with everything in it; then one bit flipped anywhere, and the audit must say so.

use std::collections::BTreeMap;

use super::body::{self, Kept};
use super::entry::Said;
use super::statement::{self, Witnesses};
use super::*;
use crate::entry::{BodyRef, Entry, Event, Home, Payload, Record, Source, commit};
use crate::id::{BodyHash, Hash, Id};
use crate::kind::{
    Admission, Care, Chartered, Clock, Community, Electorate, ErasureCarriedOut, Founded, Interaction, Node,
    Policy, QueryAsked,
};
use crate::log::witness::{AddCheckpoint, Watched};
use crate::log::{
    Checkpoint, Cosigner, Frontier, KeyChain, Origin, TileEdge, TileId, TreeHead, VerifierKey, leaf_hash,
};
use crate::sign::SecretKey;
use crate::time::{Span, Timestamp};

/// A log as a keeper has it, in memory.
#[derive(Clone)]
struct Image {
    entries: Vec<Vec<u8>>,
    tiles: BTreeMap<TileId, Vec<u8>>,
    note: Vec<u8>,
    bodies: BTreeMap<BodyHash, ([u8; 32], Vec<u8>)>,
    erased: Vec<BodyHash>,
    witness: VerifierKey,
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn body(number: u8, words: &str) -> (BodyRef, ([u8; 32], Vec<u8>)) {
    (
        BodyRef::to(&[number; 32], words.as_bytes(), "text/markdown"),
        ([number; 32], words.as_bytes().to_vec()),
    )
}

fn founding(bodies: &mut BTreeMap<BodyHash, ([u8; 32], Vec<u8>)>) -> (Vec<Vec<u8>>, Home) {
    let slug = "north".parse().unwrap();
    let origin = Origin::of("north", &key(1).public()).unwrap();
    let policy = Policy {
        liars: vec![(4, 1)],
        ruleset: 1,
        admission: Admission {
            quorum: 1,
            electorate: Electorate::Founder,
        },
        tolerance: Span::hours(6),
    };
    let founded = Community::Founded(Founded {
        key: key(1).public(),
        next: key(2).public().hash(),
        clock: Clock::Real,
        domain: "hospice-care".parse().unwrap(),
        origin: origin.clone(),
        policy,
    });
    let chartered = Community::Chartered(Chartered {
        key: key(1).public(),
        next: key(2).public().hash(),
        slug,
        nodes: vec![Node {
            id: vec![1],
            addresses: vec![],
        }],
        origin,
        witness: key(3).public(),
        stewards: vec![key(4).public()],
    });
    let mut write = |act: Community, number: u8, home: &Home| {
        let (reference, kept) = body(number, "A name");
        bodies.insert(reference.hash, kept);
        Event::sign(&Payload::new(at(1), act).with_body(reference), &key(4), home)
    };
    let first = write(founded, 1, &Home::NONE);
    let community = Entry::id_of(&first);
    let second = write(chartered, 2, &Home::of_charter(community));
    let organisation = Entry::id_of(&second);
    (
        vec![first, second],
        Home {
            community,
            organisation,
        },
    )
}

/// A founding log of 300 entries: events, records, a body, an erased body.
fn image() -> Image {
    let mut bodies = BTreeMap::new();
    let (mut entries, home) = founding(&mut bodies);
    let (gone, _) = body(9, "erased");
    for (words, keep) in [(body(8, "kept"), true), (body(9, "erased"), false)] {
        let payload =
            Payload::new(at(2), Interaction::QueryAsked(QueryAsked::default())).with_body(words.0.clone());
        entries.push(Event::sign(&payload, &key(5), &home));
        if keep {
            bodies.insert(words.0.hash, words.1);
        }
    }
    let erasure = ErasureCarriedOut {
        ground: "request".parse().unwrap(),
        hashes: vec![gone.hash],
    };
    let about = Entry::id_of(&entries[3]);
    entries.push(Event::sign(
        &Payload::new(at(3), Care::ErasureCarriedOut(erasure)).about(about),
        &key(4),
        &home,
    ));
    while entries.len() < 300 {
        let source = Source {
            id: entries.len().to_string(),
            kind: "x".into(),
            site: "s".into(),
            person: None,
            automaton: false,
        };
        let payload = Payload::new(at(4), Interaction::QueryAccepted).about(about);
        entries.push(
            Record {
                payload,
                home,
                source,
            }
            .encode(),
        );
    }
    let (tiles, head) = tree(&entries);
    let charter = Charter::open(&entries[0], Some(&entries[1]), None).unwrap();
    let witness = Cosigner::new("hearth/west/0/witness".parse().unwrap(), key(6));
    let note = cosigned(&charter.chain, head, &witness);
    Image {
        entries,
        tiles,
        note,
        bodies,
        erased: vec![gone.hash],
        witness: witness.verifier().clone(),
    }
}

fn tree(entries: &[Vec<u8>]) -> (BTreeMap<TileId, Vec<u8>>, TreeHead) {
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let tiles = TileEdge::new()
        .append(&leaves)
        .into_iter()
        .map(|grown| (grown.tile, grown.bytes))
        .collect();
    let mut frontier = Frontier::new();
    leaves.into_iter().for_each(|leaf| frontier.append(leaf));
    (tiles, frontier.head())
}

fn cosigned(chain: &KeyChain, head: TreeHead, witness: &Cosigner) -> Vec<u8> {
    let note = Checkpoint {
        origin: chain.origin().clone(),
        head,
    }
    .sign(&key(1));
    let watched = Watched {
        chain,
        latest: TreeHead::empty(),
    };
    let accepted = AddCheckpoint::new(0, vec![], note.clone())
        .unwrap()
        .decide(Some(watched))
        .unwrap();
    let persisted = accepted.persist(|_| Ok::<(), ()>(())).unwrap();
    let line = persisted.cosign(witness, at(5_000));
    format!("{note}{line}").into_bytes()
}

/// What a keeper of logs does with the rooms of this module.
fn audit(image: &Image) -> Vec<Finding> {
    let mut findings = Vec::new();
    let charter = match Charter::open(&image.entries[0], Some(&image.entries[1]), None) {
        Ok(charter) => charter,
        Err(error) => {
            return vec![Finding {
                place: Place::Log,
                fault: Fault::Unreadable(error.to_string()),
            }];
        }
    };
    let witnesses = Witnesses::All(vec![image.witness.clone()]);
    let signed = statement::open(&image.note, &Trust::Chain(charter.chain.clone()), &witnesses);
    let Some(checkpoint) = signed.checkpoint else {
        return signed.findings;
    };
    findings.extend(signed.findings);

    let mut recount = Recount::new([checkpoint.head.size]);
    let mut said = Said::default();
    let kept = |recount: &mut Recount, grown: Vec<crate::log::edge::GrownTile>| {
        for grown in grown {
            recount.compare(&grown, image.tiles.get(&grown.tile).map(Vec::as_slice));
        }
    };
    for (index, entry) in (0..).zip(&image.entries) {
        said.entry(&charter.home, index, entry);
        let grown = recount.append(&[leaf_hash(entry)]);
        kept(&mut recount, grown);
    }
    let partial = recount.partial();
    kept(&mut recount, partial);
    let root = statement::compare(Place::Checkpoint, &checkpoint.head, &recount);
    findings.extend(recount.findings(root.is_none()));
    findings.extend(root);
    for claim in said.bodies() {
        let name = claim.body.hash;
        let held = match image.bodies.get(&name) {
            Some((salt, bytes)) => Kept::Whole {
                hash: commit(salt, bytes),
                size: bytes.len() as u64,
            },
            None if image.erased.contains(&name) => Kept::Erased,
            None => Kept::Absent,
        };
        findings.extend(body::judge(claim, held, &said));
    }
    findings
}

/// Flips bits spread over the bytes, each by itself, and wants each to be found.
fn every_flip_is_found(image: &Image, what: &str, bytes_of: impl Fn(&mut Image) -> &mut [u8]) {
    let length = bytes_of(&mut image.clone()).len();
    assert!(length > 0, "{what} has bytes");
    for byte in (0..length).step_by((length / 10).max(1)) {
        let mut flipped = image.clone();
        bytes_of(&mut flipped)[byte] ^= 1 << (byte % 8);
        assert!(
            !audit(&flipped).is_empty(),
            "bit {} of byte {byte} of {what}",
            byte % 8
        );
    }
}

#[test]
fn a_sound_log_is_found_sound() {
    assert_eq!(audit(&image()), []);
}

#[test]
fn one_flipped_bit_anywhere_is_found() {
    let image = image();
    for index in [0, 1, 2, 3, 4, 5, 255, 256, 299] {
        every_flip_is_found(&image, &format!("entry {index}"), |image| {
            &mut image.entries[index]
        });
    }
    for tile in image.tiles.keys() {
        every_flip_is_found(&image, &tile.to_string(), |image| {
            image.tiles.get_mut(tile).unwrap()
        });
    }
    for hash in image.bodies.keys() {
        every_flip_is_found(&image, "a salt", |image| {
            &mut image.bodies.get_mut(hash).unwrap().0
        });
        every_flip_is_found(&image, "a body", |image| {
            &mut image.bodies.get_mut(hash).unwrap().1
        });
    }
}

#[test]
fn one_flipped_bit_of_a_signed_head_is_found() {
    let Image {
        entries,
        note,
        witness,
        ..
    } = image();
    let trust = Trust::Chain(Charter::open(&entries[0], Some(&entries[1]), None).unwrap().chain);
    let witnesses = Witnesses::All(vec![witness]);
    for (byte, bit) in (0..note.len()).flat_map(|byte| (0..8).map(move |bit| (byte, bit))) {
        let mut flipped = note.clone();
        flipped[byte] ^= 1 << bit;
        assert!(
            !statement::open(&flipped, &trust, &witnesses).findings.is_empty(),
            "bit {bit} of byte {byte}"
        );
    }
}

#[test]
fn the_place_is_named() {
    let places = |image: &Image| {
        audit(image)
            .into_iter()
            .map(|finding| finding.place)
            .collect::<Vec<_>>()
    };
    let sound = image();
    let mut image = sound.clone();
    let last = image.entries[257].len() - 1;
    image.entries[257][last] ^= 1;
    assert_eq!(places(&image)[0], Place::Entry(257));
    let mut image = sound;
    let tile = *image.tiles.keys().next().unwrap();
    image.tiles.get_mut(&tile).unwrap()[70] ^= 1;
    assert_eq!(
        audit(&image),
        [Finding {
            place: Place::Tile(tile),
            fault: Fault::OtherHash { at: 2 }
        }]
    );
}

#[test]
fn what_is_cut_off_or_taken_away_is_found() {
    let sound = image();
    let faults = |image: &Image| {
        audit(image)
            .into_iter()
            .map(|finding| finding.fault)
            .collect::<Vec<_>>()
    };
    let mut image = sound.clone();
    image.entries.pop();
    assert!(faults(&image).contains(&Fault::Ahead { size: 300, held: 299 }));
    let mut image = sound.clone();
    image.entries.swap(260, 261);
    assert!(faults(&image).contains(&Fault::OtherEntry));
    let mut image = sound.clone();
    let tile = *image.tiles.keys().next().unwrap();
    image.tiles.remove(&tile);
    assert_eq!(faults(&image), [Fault::Missing]);
    let mut image = sound.clone();
    image.bodies.remove(&body(8, "kept").0.hash);
    assert_eq!(faults(&image), [Fault::Withheld]);
    let mut image = sound.clone();
    let (gone, kept) = body(9, "erased");
    image.bodies.insert(gone.hash, kept);
    assert!(matches!(faults(&image)[..], [Fault::NotErased { .. }]));
    let mut image = sound;
    image.bodies.remove(&body(8, "kept").0.hash);
    image.erased.push(body(8, "kept").0.hash);
    assert_eq!(faults(&image), [Fault::NoTombstone]);
}

#[test]
fn a_tombstone_that_does_not_count_is_passed_over() {
    let image = image();
    let charter = Charter::open(&image.entries[0], Some(&image.entries[1]), None).unwrap();
    let mut said = Said::default();
    for (index, entry) in (0..).zip(&image.entries) {
        assert_eq!(said.entry(&charter.home, index, entry), None);
    }
    let gone = body(9, "erased").0.hash;
    let tombstone = said.tombstone(&gone).unwrap();
    assert_eq!(tombstone, Entry::id_of(&image.entries[4]));
    assert_eq!(said.entry(&charter.home, 300, &image.entries[4]), None);
    said.disregard(300);
    let left = said.tombstone(&gone);
    assert_eq!(
        left,
        Some(tombstone),
        "the same entry again is void, the first is not"
    );
    said.disregard(4);
    assert_eq!(said.tombstone(&gone), None);
}

#[test]
fn a_tombstone_is_of_bodies_of_the_entries_it_names_alone() {
    let image = image();
    let charter = Charter::open(&image.entries[0], Some(&image.entries[1]), None).unwrap();
    let mut said = Said::default();
    for (index, entry) in (0..).zip(&image.entries[..4]) {
        assert_eq!(said.entry(&charter.home, index, entry), None);
    }
    let gone = body(9, "erased").0.hash;
    let erases = |of: usize| {
        let ground = "request".parse().unwrap();
        let hashes = vec![gone];
        let act = Care::ErasureCarriedOut(ErasureCarriedOut { ground, hashes });
        let payload = Payload::new(at(3), act).about(Entry::id_of(&image.entries[of]));
        Event::sign(&payload, &key(4), &charter.home)
    };
    assert_eq!(said.entry(&charter.home, 4, &erases(2)), None);
    assert_eq!(said.tombstone(&gone), None, "entry 2 has another body");
    assert_eq!(said.entry(&charter.home, 5, &erases(3)), None);
    assert_eq!(said.tombstone(&gone), Some(Entry::id_of(&erases(3))));
}

#[test]
fn an_erasure_may_be_about_a_void_entry_that_refers_to_the_body() {
    let image = image();
    let charter = Charter::open(&image.entries[0], Some(&image.entries[1]), None).unwrap();
    let (shared, _) = body(8, "kept");
    let asked = Payload::new(at(2), Interaction::QueryAsked(QueryAsked::default())).with_body(shared.clone());
    let mut unsigned = Event::sign(&asked, &key(7), &charter.home);
    *unsigned.last_mut().unwrap() ^= 1;
    let act = Care::ErasureCarriedOut(ErasureCarriedOut {
        ground: "request".parse().unwrap(),
        hashes: vec![shared.hash],
    });
    let payload = Payload::new(at(3), act).about(Entry::id_of(&unsigned));
    let erasure = Event::sign(&payload, &key(4), &charter.home);
    let mut said = Said::default();
    for (index, entry) in (0..).zip(&image.entries[..3]) {
        assert_eq!(said.entry(&charter.home, index, entry), None);
    }
    let bad = Some(crate::community::VoidReason::BadSignature);
    assert_eq!(said.entry(&charter.home, 3, &unsigned), bad);
    assert_eq!(said.entry(&charter.home, 4, &erasure), None);
    assert_eq!(said.tombstone(&shared.hash), Some(Entry::id_of(&erasure)));
    let claim = said
        .bodies()
        .find(|claim| claim.body.hash == shared.hash)
        .unwrap();
    assert_eq!(claim.index, 2, "what the void entry says of it does not count");
    assert_eq!(body::judge(claim, Kept::Erased, &said), None);
}

#[test]
fn a_void_entry_is_no_fault() {
    let image = image();
    let charter = Charter::open(&image.entries[0], Some(&image.entries[1]), None).unwrap();
    let foreign = Home {
        community: charter.home.community,
        organisation: Id::from_bytes([1; 32]),
    };
    let asked = Payload::new(at(2), Interaction::QueryAsked(QueryAsked::default())).with_body(body(7, "x").0);
    let mut said = Said::default();
    let voids = [
        (b"no entry".to_vec(), crate::community::VoidReason::Malformed),
        (
            Event::sign(&asked, &key(5), &foreign),
            crate::community::VoidReason::BadSignature,
        ),
    ];
    for (bytes, reason) in voids {
        assert_eq!(said.entry(&charter.home, 5, &bytes), Some(reason));
    }
    assert_eq!(
        said.bodies().count(),
        0,
        "what a void entry says of bodies does not count"
    );
}

#[test]
fn a_key_known_from_elsewhere_is_enough() {
    let image = image();
    let charter = Charter::open(&image.entries[0], Some(&image.entries[1]), None).unwrap();
    let name = charter.chain.origin().key_name().clone();
    let right = Trust::Key(VerifierKey::log(name.clone(), key(1).public()));
    let known = Witnesses::Known(vec![]);
    let signed = statement::open(&image.note, &right, &known);
    assert!(signed.checkpoint.is_some() && signed.findings.is_empty());
    assert_eq!(signed.unchecked.len(), 1, "the witness's key is not known here");
    let wrong = Trust::Key(VerifierKey::log(name, key(2).public()));
    assert!(statement::open(&image.note, &wrong, &known).checkpoint.is_none());
}
