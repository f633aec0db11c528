//! One file per departure under `tests/vectors/malformed/`: each is refused for its own reason, at its own place.

use ciborium::Value;
use serde_json::json;

use super::story;
use crate::codec::MalformedReason::{self, *};
use crate::entry::{Entry, Event, Home};
use crate::vectors;

struct Case {
    name: &'static str,
    bytes: Vec<u8>,
    reason: MalformedReason,
}

#[test]
fn every_malformed_entry_is_refused_for_its_own_reason() {
    let cases: Vec<Case> = [cbor(), payloads(), envelopes(), records()]
        .into_iter()
        .flatten()
        .collect();
    for case in &cases {
        let malformed = Entry::parse(&case.bytes).expect_err(case.name);
        if malformed.reason != case.reason {
            eprintln!(
                "XX {} got {:?} want {:?}",
                case.name, malformed.reason, case.reason
            );
        }
        let vector = json!({
            "bytes": hex::encode(&case.bytes),
            "void": "malformed",
            "at": malformed.at,
            "reason": malformed.reason.to_string(),
        });
        vectors::assert_frozen(&format!("malformed/{}.json", case.name), &vector);
    }
    let names: Vec<String> = cases.iter().map(|case| format!("{}.json", case.name)).collect();
    vectors::assert_holds("malformed", &names);
}

/// The entry all cases depart from: event, kind `x.y`.
#[test]
fn what_the_cases_depart_from_is_well_formed() {
    assert!(Entry::parse(&event("a2 626174 01 62646f 63782e79")).is_ok());
    assert!(Entry::parse(&envelope(&protected(), "a0", "48a262617401 62646f60", SIGNATURE)).is_err());
    assert!(Entry::parse(&envelope(&protected(), "a0", GOOD_PAYLOAD, SIGNATURE)).is_ok());
    assert!(Entry::parse(&record(&[])).is_ok());
}

fn case(name: &'static str, bytes: Vec<u8>, reason: MalformedReason) -> Case {
    Case { name, bytes, reason }
}

fn fields(text: &str) -> MalformedReason {
    Fields(text.to_owned())
}

/// An event whose payload is these hexadecimal bytes, truly signed.
fn event(payload: &str) -> Vec<u8> {
    Event::seal(&unhex(payload), &story::key(5), &Home::NONE)
}

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

/// Departures from canonical CBOR, in the payload of an event.
#[rustfmt::skip]
fn cbor() -> Vec<Case> {
    let long_key = format!("a2 626174 01 7818{}00", "6b".repeat(24));
    let deep = format!(
        "a3 626174 01 62646f 63782e79 6464617461 a1 6161{}00",
        "81".repeat(7)
    );
    vec![
        case("integer-overlong", event("a2 626174 1801 62646f 63782e79"), OverlongHead),
        case("length-overlong", event("a2 626174 01 62646f 7803782e79"), OverlongHead),
        case("head-reserved", event("a2 626174 1c 62646f 63782e79"), ReservedHead),
        case("map-indefinite", event("bf 626174 01 62646f 63782e79 ff"), IndefiniteLength),
        case("text-indefinite", event("a2 626174 01 62646f 7f63782e79ff"), IndefiniteLength),
        case("break-alone", event("a2 626174 ff 62646f 63782e79"), Break),
        case("keys-unsorted", event("a2 62646f 63782e79 626174 01"), UnsortedKey),
        case("keys-not-shortest-first", event("a3 626174 01 6464617461 a1616101 62646f 63782e79"), UnsortedKey),
        case("key-duplicate", event("a3 626174 01 626174 02 62646f 63782e79"), DuplicateKey),
        case("key-an-integer", event("a2 01 01 62646f 63782e79"), KeyType),
        case("key-bytes", event("a2 426174 01 62646f 63782e79"), KeyType),
        case("key-of-24-bytes", event(&long_key), KeyTooLong(24)),
        case("text-not-utf8", event("a2 626174 01 62646f 6378ff79"), BadUtf8),
        case("text-a-surrogate", event("a2 626174 01 62646f 63eda080"), BadUtf8),
        case("float", event("a2 626174 f93c00 62646f 63782e79"), Float),
        case("null", event("a3 626174 01 62646f 63782e79 64626f6479 f6"), Null),
        case("undefined", event("a3 626174 01 62646f 63782e79 64626f6479 f7"), Undefined),
        case("simple-value", event("a2 626174 f0 62646f 63782e79"), Simple),
        case("tag-inside", event("a2 626174 c101 62646f 63782e79"), Tag(1)),
        case("bignum", event("a2 626174 c24101 62646f 63782e79"), Tag(2)),
        case("negative-too-low", event("a2 626174 3b8000000000000000 62646f 63782e79"), NegativeTooLow),
        case("nested-nine-deep", event(&deep), TooDeep),
        case("payload-trailing-bytes", event("a2 626174 01 62646f 63782e79 00"), TrailingBytes),
        case("payload-ends-early", event("a3 626174 01 62646f 63782e79"), Truncated),
        case("payload-empty", event(""), Truncated),
        case("length-beyond-the-bytes", event("a2 626174 01 62646f 64782e79"), LengthBeyondInput(4)),
        case("count-beyond-the-bytes", event("bb7fffffffffffffff 626174 01"), LengthBeyondInput(i64::MAX as u64)),
    ]
}

/// Payloads of the wrong form.
#[rustfmt::skip]
fn payloads() -> Vec<Case> {
    let id = format!("5820{}", "ab".repeat(32));
    let with_re = |ids: &str| event(&format!("a3 626174 01 62646f 63782e79 627265 {ids}"));
    let with_body = |size: &str, kind: &str| {
        let body = format!("a3 6468617368 {id} 6473697a65 {size} 6474797065 {kind}");
        event(&format!("a3 626174 01 62646f 63782e79 64626f6479 {body}"))
    };
    let kind_of_65 = format!("a2 626174 01 62646f 7841{}", "61".repeat(65));
    let circle_of_31 = format!("a3 626174 01 62646f 63782e79 62696e 581f{}", "ab".repeat(31));
    let re_of_65 = format!("9841{}", id.repeat(65));
    let type_of_128 = format!("7880{}2f{}", "61".repeat(64), "61".repeat(63));
    vec![
        case("payload-not-a-map", event("80"), fields("invalid type: sequence, expected map")),
        case("at-missing", event("a1 62646f 63782e79"), fields("missing field `at`")),
        case("do-missing", event("a1 626174 01"), fields("missing field `do`")),
        case("field-unknown", event("a3 626174 01 62646f 63782e79 627878 01"), unknown("xx")),
        case("at-negative", event("a2 626174 20 62646f 63782e79"), fields("unexpected negative integer")),
        case("at-text", event("a2 626174 6131 62646f 63782e79"), fields("invalid type: string, expected integer")),
        case("do-empty", event("a2 626174 01 62646f 60"), fields("`do` is not of 1 to 64 bytes")),
        case("do-of-65-bytes", event(&kind_of_65), fields("`do` is not of 1 to 64 bytes")),
        case("do-bytes", event("a2 626174 01 62646f 43782e79"), fields("invalid type: bytes, expected string")),
        case("in-of-31-bytes", event(&circle_of_31), fields("invalid length 31, expected 32 bytes")),
        case("re-empty", with_re("80"), Redundant),
        case("re-of-65-ids", with_re(&re_of_65), fields("`re` holds more than 64 ids")),
        case("re-a-bare-id", with_re(&id), fields("invalid type: integer `171`, expected 32 bytes")),
        case("re-of-a-short-id", with_re("81 41ab"), fields("invalid length 1, expected 32 bytes")),
        case("body-too-large", with_body("1a04000001", "63612f62"), fields("a body of 67108865 bytes (at most 67108864)")),
        case("body-without-media-type", with_body("01", "6161"), fields("no media type of 3 to 127 bytes")),
        case("body-type-of-128-bytes", with_body("01", &type_of_128), fields("no media type of 3 to 127 bytes")),
        case("data-empty", event("a3 626174 01 62646f 63782e79 6464617461 a0"), fields("`data` is there but empty")),
        case("data-an-array", event("a3 626174 01 62646f 63782e79 6464617461 80"), fields("`data` is not a map")),
        case("home-in-an-event", event(&format!("a3 626174 01 62646f 63782e79 64686f6d65 82{id}{id}")), fields("`home` and `source` are a record's, not a payload's")),
    ]
}

fn unknown(field: &str) -> MalformedReason {
    fields(&format!(
        "unknown field `{field}`, expected one of `at`, `do`, `in`, `re`, `body`, `data`, `home`, `source`"
    ))
}

const GOOD_PAYLOAD: &str = "4ca2626174016264 6f63782e79";
const SIGNATURE: &str = "5840 0000000000000000000000000000000000000000000000000000000000000000 0000000000000000000000000000000000000000000000000000000000000000";

fn protected() -> String {
    format!("5826 a2 01 27 04 5820 {}", story::key(5).public())
}

fn envelope(protected: &str, unprotected: &str, payload: &str, signature: &str) -> Vec<u8> {
    unhex(&format!("d2 84 {protected} {unprotected} {payload} {signature}"))
}

/// Departures in and around an event's envelope. (Their signatures are zeros: form comes first.)
#[rustfmt::skip]
fn envelopes() -> Vec<Case> {
    let kid = story::key(5).public().to_string();
    let around = |protected: &str| envelope(protected, "a0", GOOD_PAYLOAD, SIGNATURE);
    let good = around(&protected());
    let head = |hex: &str, from: usize| [unhex(hex), good[from..].to_vec()].concat();
    let signature_of = |length: usize| format!("58{length:02x} {}", "00".repeat(length));
    vec![
        case("empty", Vec::new(), Truncated),
        case("not-an-entry", unhex("01"), NotAnEntry),
        case("event-untagged", good[1..].to_vec(), NotAnEntry),
        case("event-tag-17", head("d1", 1), NotAnEntry),
        case("event-tag-overlong", head("d812", 1), NotAnEntry),
        case("event-tagged-twice", head("d2d2", 1), Tag(18)),
        case("event-of-a-map", unhex("d2a0"), Envelope),
        case("event-of-three", unhex(&format!("d283 {} a0 {GOOD_PAYLOAD}", protected())), Envelope),
        case("event-array-overlong", head("d29804", 2), OverlongHead),
        case("event-array-indefinite", [head("d29f", 2), vec![0xff]].concat(), IndefiniteLength),
        case("event-trailing-bytes", [good.as_slice(), &[0]].concat(), TrailingBytes),
        case("event-ends-early", good[..good.len() - 1].to_vec(), LengthBeyondInput(64)),
        case("protected-a-map", around("a0"), Protected),
        case("protected-empty", around("40"), Truncated),
        case("protected-es256", around(&format!("5826 a2 01 26 04 5820 {kid}")), Protected),
        case("protected-without-algorithm", around(&format!("5824 a1 04 5820 {kid}")), Protected),
        case("protected-kid-of-31-bytes", around(&format!("5825 a2 01 27 04 581f {}", &kid[2..])), Protected),
        case("protected-kid-missing", around("43 a1 01 27"), Protected),
        case("protected-unsorted", around(&format!("5826 a2 04 5820 {kid} 01 27")), UnsortedKey),
        case("protected-overlong", around(&format!("5827 a2 01 3807 04 5820 {kid}")), OverlongHead),
        case("protected-text-key", around("44 a1 6161 27"), KeyType),
        case("protected-more-fields", around(&format!("5828 a3 01 27 04 5820 {kid} 05 00")), Protected),
        case("unprotected-filled", envelope(&protected(), "a1616101", GOOD_PAYLOAD, SIGNATURE), Unprotected),
        case("unprotected-an-array", envelope(&protected(), "80", GOOD_PAYLOAD, SIGNATURE), Unprotected),
        case("payload-detached", envelope(&protected(), "a0", "f6", SIGNATURE), Null),
        case("payload-text", envelope(&protected(), "a0", "6161", SIGNATURE), Payload),
        case("signature-of-63-bytes", envelope(&protected(), "a0", GOOD_PAYLOAD, &signature_of(63)), SignatureLength),
        case("signature-of-65-bytes", envelope(&protected(), "a0", GOOD_PAYLOAD, &signature_of(65)), SignatureLength),
        case("signature-text", envelope(&protected(), "a0", GOOD_PAYLOAD, "6161"), SignatureLength),
    ]
}

/// A record with some of its outer fields replaced, or left out where the value is null.
fn record(changes: &[(&str, Value)]) -> Vec<u8> {
    let id = Value::Bytes(vec![0xab; 32]);
    let mut fields = vec![
        ("at", Value::from(1)),
        ("do", Value::from("x.y")),
        ("home", Value::Array(vec![id.clone(), id])),
        ("source", source(&[])),
    ];
    replace(&mut fields, changes);
    written(fields)
}

fn source(changes: &[(&str, Value)]) -> Value {
    let mut fields = vec![
        ("id", Value::from("1")),
        ("kind", Value::from("question")),
        ("site", Value::from("example.org")),
    ];
    replace(&mut fields, changes);
    Value::Map(
        fields
            .into_iter()
            .map(|(key, value)| (Value::from(key), value))
            .collect(),
    )
}

fn replace<'a>(fields: &mut Vec<(&'a str, Value)>, changes: &[(&'a str, Value)]) {
    for (key, value) in changes {
        fields.retain(|(other, _)| other != key);
        if *value != Value::Null {
            fields.push((key, value.clone()));
        }
    }
    fields.sort_by_key(|(key, _)| (key.len(), *key));
}

fn written(fields: Vec<(&str, Value)>) -> Vec<u8> {
    let map = Value::Map(
        fields
            .into_iter()
            .map(|(key, value)| (Value::from(key), value))
            .collect(),
    );
    let mut bytes = Vec::new();
    ciborium::into_writer(&map, &mut bytes).unwrap();
    bytes
}

#[rustfmt::skip]
fn records() -> Vec<Case> {
    let id = || Value::Bytes(vec![0xab; 32]);
    let too_long = "a source text of 257 bytes (allowed: 1 to 256)";
    let with_source = |changes: &[(&str, Value)]| record(&[("source", source(changes))]);
    vec![
        case("record-without-home", record(&[("home", Value::Null)]), fields("missing field `home`")),
        case("record-without-source", record(&[("source", Value::Null)]), fields("missing field `source`")),
        case("record-home-of-one", record(&[("home", Value::Array(vec![id()]))]), fields("1 ids, not community and organisation")),
        case("record-home-of-three", record(&[("home", Value::Array(vec![id(), id(), id()]))]), fields("3 ids, not community and organisation")),
        case("record-tagged", [vec![0xd2], record(&[])].concat(), Envelope),
        case("record-trailing-bytes", [record(&[]), vec![0]].concat(), TrailingBytes),
        case("record-signed", record(&[("signature", Value::Bytes(vec![0; 64]))]), unknown("signature")),
        case("source-without-site", with_source(&[("site", Value::Null)]), fields("missing field `site`")),
        case("source-id-empty", with_source(&[("id", Value::from(""))]), fields("a source text of 0 bytes (allowed: 1 to 256)")),
        case("source-id-of-257-bytes", with_source(&[("id", Value::from("i".repeat(257)))]), fields(too_long)),
        case("source-id-a-number", with_source(&[("id", Value::from(1))]), fields("invalid type: integer `1`, expected string")),
        case("source-automaton-false", with_source(&[("automaton", Value::from(false))]), Redundant),
        case("source-person-short", with_source(&[("person", Value::Bytes(vec![1]))]), fields("invalid length 1, expected 32 bytes")),
    ]
}
