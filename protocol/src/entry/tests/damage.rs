//! Damaged and arbitrary bytes: never a panic, never taken for what they are not.

use proptest::prelude::*;

use super::{arbitrary, chapters, story};
use crate::entry::{Entry, Event, Home, Payload};
use crate::id::Id;

/// Whether these bytes are an entry whose signature, if it needs one, holds.
fn holds(bytes: &[u8], home: &Home) -> bool {
    match Entry::parse(bytes) {
        Ok(Entry::Event(event)) => event.verify(home).is_ok(),
        Ok(Entry::Record(_)) => true,
        Err(_) => false,
    }
}

#[test]
fn every_flipped_bit_of_an_event_is_found() {
    let home = Home {
        community: Id::from_bytes([1; 32]),
        organisation: Id::from_bytes([2; 32]),
    };
    let payload =
        Payload::parse(&hex::decode("a262617401626 46f63782e79".replace(' ', "")).unwrap()).unwrap();
    let bytes = Event::sign(&payload, &story::key(5), &home);
    assert!(holds(&bytes, &home));
    for bit in 0..bytes.len() * 8 {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(!holds(&damaged, &home), "bit {bit}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let _ = Entry::parse(&bytes);
        let _ = Payload::parse(&bytes);
    }

    #[test]
    fn any_bytes_behind_a_tag_or_a_map_head_are_read_without_panic(
        head in prop_oneof![Just(vec![0xd2, 0x84, 0x58, 0x26]), Just(vec![0xa2]), Just(vec![0xa4, 0x62, 0x61, 0x74])],
        bytes: Vec<u8>,
    ) {
        let _ = Entry::parse(&[head, bytes].concat());
    }

    #[test]
    fn damaged_entries_are_read_without_panic(
        example: prop::sample::Index, at: prop::sample::Index, byte: u8, damage in 0..3,
    ) {
        let examples = chapters::examples();
        let mut bytes = example.get(&examples).bytes.clone();
        let at = at.index(bytes.len());
        match damage {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => bytes.truncate(at),
        }
        if let Ok(entry) = Entry::parse(&bytes) {
            // What is read is written again as the same bytes, so no two byte strings mean the same payload.
            match entry {
                Entry::Event(event) => prop_assert!(contains(&bytes, &event.payload().encode())),
                Entry::Record(record) => prop_assert_eq!(record.encode(), bytes),
            }
        }
    }

    #[test]
    fn a_payload_is_read_as_it_was_written(payload in arbitrary::payloads()) {
        prop_assert_eq!(Payload::parse(&payload.encode()), Ok(payload));
    }

    #[test]
    fn a_signature_holds_for_its_own_home_only(payload in arbitrary::payloads(), home: [[u8; 32]; 2], other: [[u8; 32]; 2]) {
        let home_of = |[community, organisation]: [[u8; 32]; 2]| Home {
            community: Id::from_bytes(community),
            organisation: Id::from_bytes(organisation),
        };
        let (home, other) = (home_of(home), home_of(other));
        prop_assume!(home != other);
        let event = Event::parse(&Event::sign(&payload, &story::key(5), &home)).unwrap();
        prop_assert!(event.verify(&home).is_ok());
        prop_assert!(event.verify(&other).is_err());
        prop_assert!(event.verify_by(&story::key(6).public(), &home).is_err());
        prop_assert_eq!(event.payload(), &payload);
    }
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
