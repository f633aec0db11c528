//! Entries that are well formed and yet say nothing this version can count: they are kept, and void.

use ciborium::Value;
use serde_json::json;

use super::story;
use crate::codec;
use crate::entry::{Entry, Event, Home};
use crate::kind::Act;
use crate::vectors;

/// Name, `do`, `data`, ids in `re`, whether there is a body, and what is wrong (none: the kind is unknown).
type Case = (
    &'static str,
    &'static str,
    Option<serde_json::Value>,
    usize,
    bool,
    Option<&'static str>,
);

#[rustfmt::skip]
fn cases() -> Vec<Case> {
    let key = format!("0x{}", story::key(5).public());
    let zeros = format!("0x{}", "00".repeat(32));
    let small_order = format!("0x01{}", "00".repeat(31));
    vec![
        ("kind-unknown", "dance.danced", Some(json!({ "steps": 8 })), 0, false, None),
        ("kind-in-capitals", "Query.Asked", None, 0, true, None),
        ("data-unwanted", "query.accepted", Some(json!({ "why": true })), 1, false, Some("unknown field `why`")),
        ("data-missing", "reaction.given", None, 1, false, Some("missing field `reaction`")),
        ("data-field-unknown", "thread.opened", Some(json!({ "mood": "x" })), 0, true, Some("unknown field `mood`")),
        ("data-field-of-wrong-type", "query.asked", Some(json!({ "topics": "x" })), 0, true, Some("expected array")),
        ("data-false", "query.asked", Some(json!({ "pseudonymous": false })), 0, true, Some("not the one encoding")),
        ("topics-empty", "query.asked", Some(json!({ "topics": [] })), 0, true, Some("not the one encoding")),
        ("topics-nine", "query.asked", Some(json!({ "topics": vec!["t"; 9] })), 0, true, Some("9 topics are too many")),
        ("slug-in-capitals", "reaction.given", Some(json!({ "reaction": "Thanks" })), 1, false, Some("is no slug")),
        ("slug-empty", "reaction.given", Some(json!({ "reaction": "" })), 1, false, Some("is no slug")),
        ("slug-of-41", "reaction.given", Some(json!({ "reaction": "a".repeat(41) })), 1, false, Some("is no slug")),
        ("type-unknown", "resource.published", Some(json!({ "type": "song" })), 0, true, Some("unknown variant `song`")),
        ("key-of-small-order", "member.admitted", Some(json!({ "key": small_order })), 0, false, Some("small order")),
        ("re-missing", "query.answered", None, 0, true, Some("0 ids in `re` (allowed: 1 to 1)")),
        ("re-of-two", "query.answered", None, 2, true, Some("2 ids in `re` (allowed: 1 to 1)")),
        ("re-unwanted", "query.asked", None, 1, true, Some("1 ids in `re` (allowed: 0 to 0)")),
        ("body-missing", "query.asked", None, 0, false, Some("the body is missing")),
        ("body-unwanted", "member.left", None, 1, true, Some("a body where there is none to be")),
        ("inviter-not-an-id", "member.admitted", Some(json!({ "key": key, "inviter": "x" })), 0, false, Some("expected")),
        ("hashes-none", "erasure.carried_out", Some(json!({ "ground": "g", "hashes": [] })), 1, false, Some("0 hashes")),
        ("heads-none", "heads.seen", Some(json!({ "heads": [] })), 0, false, Some("0 heads")),
        ("motion-without-its-size", "governance.proposed", Some(json!({ "act": "remove", "root": zeros, "organisation": zeros })), 1, false, Some("missing field `size`")),
        ("motion-with-anothers-field", "governance.proposed", Some(json!({ "act": "restore", "size": 4, "organisation": zeros })), 1, false, Some("a field that this act does not have")),
        ("motion-unknown", "governance.proposed", Some(json!({ "act": "expel" })), 1, false, Some("unknown variant `expel`")),
    ]
}

#[test]
fn what_does_not_fit_is_a_value_with_its_reason() {
    for (name, kind, data, references, body, reason) in cases() {
        let payload = payload(kind, data, references, body);
        let bytes = Event::seal(&payload, &story::key(5), &Home::NONE);
        let Entry::Event(event) = Entry::parse(&bytes).expect(name) else {
            panic!("{name}: an event")
        };
        assert_eq!(event.verify(&Home::NONE), Ok(()), "{name}");
        let (void, detail) = match &event.payload().act {
            Act::Unknown { .. } => ("unknown_kind", None),
            Act::Bad { reason, .. } => ("bad_data", Some(reason.clone())),
            act => panic!("{name}: {act:?}"),
        };
        assert_eq!(detail.is_some(), reason.is_some(), "{name}");
        if let (Some(detail), Some(reason)) = (&detail, reason) {
            assert!(detail.contains(reason), "{name}: {detail}");
        }
        assert_eq!(event.payload().encode(), payload, "{name}");
        let vector = json!({ "bytes": hex::encode(&bytes), "void": void, "reason": detail });
        vectors::assert_frozen(&format!("unfit/{name}.json"), &vector);
    }
    let names: Vec<String> = cases().iter().map(|case| format!("{}.json", case.0)).collect();
    vectors::assert_holds("unfit", &names);
}

fn payload(kind: &str, data: Option<serde_json::Value>, references: usize, body: bool) -> Vec<u8> {
    let mut fields = json!({ "at": 1, "do": kind });
    if references > 0 {
        fields["re"] = json!(vec![format!("0x{}", "ab".repeat(32)); references]);
    }
    if body {
        fields["body"] =
            json!({ "hash": format!("0x{}", "cd".repeat(32)), "size": 1, "type": "text/markdown" });
    }
    if let Some(data) = data {
        fields["data"] = data;
    }
    codec::encode(&cbor(&fields))
}

/// JSON as canonical CBOR; text that begins with `0x` stands for bytes.
fn cbor(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Bool(bool) => Value::from(*bool),
        serde_json::Value::Number(number) => Value::from(number.as_u64().unwrap()),
        serde_json::Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => Value::Bytes(hex::decode(digits).unwrap()),
            None => Value::from(text.as_str()),
        },
        serde_json::Value::Array(items) => Value::Array(items.iter().map(cbor).collect()),
        serde_json::Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| (key.len(), *key));
            Value::Map(
                fields
                    .into_iter()
                    .map(|(key, value)| (Value::from(key.as_str()), cbor(value)))
                    .collect(),
            )
        }
        serde_json::Value::Null => panic!("null has no place in an entry"),
    }
}
