#![allow(clippy::wildcard_enum_match_arm, reason = "ciborium::Value is not exhaustive")]

use ciborium::Value;
use proptest::prelude::*;

use super::*;
use crate::limits;

fn refused(bytes: &[u8]) -> (usize, MalformedReason) {
    let malformed = check(bytes, Shape::Item).unwrap_err();
    (malformed.at, malformed.reason)
}

#[test]
fn each_departure_has_its_reason_and_place() {
    use MalformedReason::*;
    let cases: &[(&[u8], usize, MalformedReason)] = &[
        (&[], 0, Truncated),
        (&[0x18], 1, Truncated),
        (&[0x19, 0x01], 2, Truncated),
        (&[0x82, 0x00, 0x18], 3, Truncated),
        (&[0x82, 0x00], 0, LengthBeyondInput(2)),
        (&[0xa1, 0x61, 0x61], 3, Truncated),
        (&[0x62, 0x61], 0, LengthBeyondInput(2)),
        (
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            0,
            LengthBeyondInput(u64::MAX),
        ),
        (
            &[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            0,
            LengthBeyondInput(u64::MAX),
        ),
        (
            &[0xbb, 0x80, 0, 0, 0, 0, 0, 0, 0x01, 0, 0],
            0,
            LengthBeyondInput((1 << 63) + 1),
        ),
        (&[0x00, 0x00], 1, TrailingBytes),
        (&[0x80, 0xf6], 1, TrailingBytes),
        (&[0x18, 0x17], 0, OverlongHead),
        (&[0x19, 0x00, 0xff], 0, OverlongHead),
        (&[0x1a, 0x00, 0x00, 0xff, 0xff], 0, OverlongHead),
        (&[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff], 0, OverlongHead),
        (&[0x38, 0x10], 0, OverlongHead),
        (&[0x78, 0x01, 0x61], 0, OverlongHead),
        (&[0x98, 0x00], 0, OverlongHead),
        (&[0x81, 0xb8, 0x00], 1, OverlongHead),
        (&[0x1c], 0, ReservedHead),
        (&[0x1f], 0, ReservedHead),
        (&[0xfd], 0, ReservedHead),
        (&[0x5f, 0x41, 0x00, 0xff], 0, IndefiniteLength),
        (&[0x7f, 0xff], 0, IndefiniteLength),
        (&[0x9f, 0xff], 0, IndefiniteLength),
        (&[0xbf, 0xff], 0, IndefiniteLength),
        (&[0x81, 0xff], 1, Break),
        (
            &[0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x80],
            8,
            TooDeep,
        ),
        (&[0x3b, 0x80, 0, 0, 0, 0, 0, 0, 0], 0, NegativeTooLow),
        (&[0x62, 0x61, 0xff], 2, BadUtf8),
        (&[0x63, 0xed, 0xa0, 0x80], 1, BadUtf8),
        (&[0xa1, 0x61, 0x80, 0x00], 2, BadUtf8),
        (&[0xf9, 0x3c, 0x00], 0, Float),
        (&[0xfa, 0, 0, 0, 0], 0, Float),
        (&[0xfb, 0, 0, 0, 0, 0, 0, 0, 0], 0, Float),
        (&[0xf6], 0, Null),
        (&[0xf7], 0, Undefined),
        (&[0xf0], 0, Simple),
        (&[0xf8, 0xff], 0, Simple),
        (&[0xd2, 0x80], 0, Tag(18)),
        (&[0x81, 0xc0, 0x60], 1, Tag(0)),
        (&[0xc2, 0x41, 0x01], 0, Tag(2)),
        (&[0xa1, 0x01, 0x01], 1, KeyType),
        (&[0xa1, 0x41, 0x61, 0x01], 1, KeyType),
        (&[0xa2, 0x61, 0x62, 0x00, 0x61, 0x61, 0x00], 4, UnsortedKey),
        (&[0xa2, 0x62, 0x61, 0x61, 0x00, 0x61, 0x62, 0x00], 5, UnsortedKey),
        (&[0xa2, 0x61, 0x61, 0x00, 0x61, 0x61, 0x00], 4, DuplicateKey),
    ];
    for (bytes, at, reason) in cases {
        assert_eq!(refused(bytes), (*at, reason.clone()), "{bytes:02x?}");
    }
}

#[test]
fn keys_of_23_bytes_are_the_longest() {
    let map = |length: u8| {
        let head: &[u8] = if length < 24 {
            &[0xa1, 0x60 + length]
        } else {
            &[0xa1, 0x78, length]
        };
        [head, &vec![b'k'; length.into()], &[0x00]].concat()
    };
    assert_eq!(check(&map(23), Shape::Item), Ok(()));
    assert_eq!(refused(&map(24)), (1, MalformedReason::KeyTooLong(24)));
}

#[test]
fn eight_levels_are_allowed_and_siblings_do_not_add_up() {
    assert_eq!(
        check(&[0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x80], Shape::Item),
        Ok(())
    );
    assert_eq!(check(&[0x83, 0x80, 0xa0, 0x81, 0x80], Shape::Item), Ok(()));
}

#[test]
fn the_lowest_negative_is_minus_two_to_the_63() {
    assert_eq!(
        check(
            &[0x3b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            Shape::Item
        ),
        Ok(())
    );
}

#[test]
fn only_an_envelope_has_a_tag_and_only_a_protected_header_integer_keys() {
    assert_eq!(check(&[0xd2, 0x80], Shape::Envelope), Ok(()));
    assert_eq!(
        check(&[0x80], Shape::Envelope),
        Err(Malformed::new(0, MalformedReason::NotAnEntry))
    );
    assert_eq!(
        check(&[0xd1, 0x80], Shape::Envelope),
        Err(Malformed::new(0, MalformedReason::NotAnEntry))
    );
    assert_eq!(
        check(&[0xd2, 0xd2, 0x80], Shape::Envelope),
        Err(Malformed::new(1, MalformedReason::Tag(18)))
    );
    assert_eq!(check(&[0xa2, 0x01, 0x27, 0x04, 0x40], Shape::Protected), Ok(()));
    let swapped = check(&[0xa2, 0x04, 0x40, 0x01, 0x27], Shape::Protected);
    assert_eq!(swapped, Err(Malformed::new(3, MalformedReason::UnsortedKey)));
    let text = check(&[0xa1, 0x61, 0x61, 0x00], Shape::Protected);
    assert_eq!(text, Err(Malformed::new(1, MalformedReason::KeyType)));
}

#[test]
fn a_value_is_read_from_its_own_encoding_only() {
    assert_eq!(decode::<(u64, u64)>(&[0x82, 0x01, 0x02]), Ok((1, 2)));
    let from_bytes = decode::<(u64, u64)>(&[0x42, 0x01, 0x02]).unwrap_err();
    assert_eq!(from_bytes.reason, MalformedReason::Redundant);
}

#[test]
#[should_panic(expected = "encodes canonically")]
fn fields_declared_out_of_order_are_our_bug() {
    #[derive(serde::Serialize)]
    struct Unsorted {
        longer: bool,
        short: bool,
    }
    encode(&Unsorted {
        longer: true,
        short: true,
    });
}

/// What `check` should say, told by decoding with ciborium, judging the value and encoding it anew.
fn model(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    let Ok(value) = ciborium::from_reader::<Value, _>(&mut rest) else {
        return false;
    };
    rest.is_empty() && allowed(&value, limits::DEPTH) && canonical(&value) == bytes
}

fn allowed(value: &Value, depth: usize) -> bool {
    match value {
        Value::Integer(integer) => i128::from(*integer) >= i128::from(i64::MIN),
        Value::Bytes(_) | Value::Text(_) | Value::Bool(_) => true,
        Value::Array(items) => depth > 0 && items.iter().all(|item| allowed(item, depth - 1)),
        Value::Map(pairs) => {
            let key = |key: &Value| matches!(key, Value::Text(text) if text.len() <= limits::KEY);
            depth > 0 && pairs.iter().all(|(k, v)| key(k) && allowed(v, depth - 1))
        }
        _ => false,
    }
}

/// The value with every map sorted and without its duplicates.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        Value::Map(pairs) => {
            let by_key: std::collections::BTreeMap<Vec<u8>, (Value, Value)> = pairs
                .iter()
                .map(|(k, v)| (canonical(k), (k.clone(), sorted(v))))
                .collect();
            Value::Map(by_key.into_values().collect())
        }
        other => other.clone(),
    }
}

fn canonical(value: &Value) -> Vec<u8> {
    written(&sorted(value))
}

fn written(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

/// Values near the rules: mostly allowed, some not.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => any::<u64>().prop_map(Value::from),
        4 => (0_u64..70_000).prop_map(Value::from),
        4 => any::<i64>().prop_map(Value::from),
        4 => any::<bool>().prop_map(Value::from),
        4 => proptest::collection::vec(any::<u8>(), 0..30).prop_map(Value::from),
        4 => "\\PC{0,12}".prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<f64>().prop_map(Value::from),
        1 => Just(Value::Tag(18, Box::new(Value::Bool(true)))),
    ];
    leaf.prop_recursive(9, 40, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            proptest::collection::vec(("[a-c]{0,3}|[a-z]{22,25}".prop_map(Value::from), inner), 0..4)
                .prop_map(Value::Map),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn check_accepts_what_the_model_accepts(value in values()) {
        let value = sorted(&value);
        let bytes = written(&value);
        prop_assert_eq!(check(&bytes, Shape::Item).is_ok(), model(&bytes), "{:02x?}", bytes);
        prop_assert_eq!(check(&bytes, Shape::Item).is_ok(), allowed(&value, limits::DEPTH));
    }

    #[test]
    fn check_agrees_with_the_model_on_unsorted_maps(value in values()) {
        let bytes = written(&value);
        prop_assert_eq!(check(&bytes, Shape::Item).is_ok(), model(&bytes), "{:02x?}", bytes);
    }

    #[test]
    fn check_agrees_with_the_model_on_damaged_bytes(
        value in values(), at: prop::sample::Index, byte: u8, damage in 0..3,
    ) {
        let mut bytes = canonical(&value);
        let at = at.index(bytes.len());
        match damage {
            0 => bytes[at] = byte,
            1 => bytes.insert(at, byte),
            _ => { bytes.remove(at); }
        }
        prop_assert_eq!(check(&bytes, Shape::Item).is_ok(), model(&bytes), "{:02x?}", bytes);
    }

    #[test]
    fn check_agrees_with_the_model_on_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..12)) {
        let verdict = check(&bytes, Shape::Item);
        prop_assert_eq!(verdict.is_ok(), model(&bytes), "{:02x?}", bytes);
        if let Err(malformed) = verdict {
            prop_assert!(malformed.at <= bytes.len());
        }
    }

    #[test]
    fn what_is_encoded_is_decoded(value in values()) {
        let bytes = canonical(&value);
        if let Ok(decoded) = decode::<Value>(&bytes) {
            prop_assert_eq!(encode(&decoded), bytes);
        } else {
            prop_assert!(!allowed(&sorted(&value), limits::DEPTH));
        }
    }

    #[test]
    fn any_bytes_are_judged_in_every_shape(bytes: Vec<u8>) {
        for shape in [Shape::Item, Shape::Envelope, Shape::Protected] {
            let _ = check(&bytes, shape);
        }
    }
}
