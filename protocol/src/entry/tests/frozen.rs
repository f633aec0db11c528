//! One file per kind under `tests/vectors/entries/`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::chapters;
use crate::entry::{Entry, Home};
use crate::id::Id;
use crate::kind::{AsRecord, Kind};
use crate::vectors;

#[test]
fn every_kind_is_frozen_byte_for_byte() {
    let mut by_kind: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for example in chapters::examples() {
        by_kind
            .entry(example.kind.clone())
            .or_default()
            .push(example.to_json());
    }
    let kinds: Vec<&str> = by_kind.keys().map(String::as_str).collect();
    let mut known: Vec<&str> = Kind::all().map(|kind| kind.name).collect();
    known.sort_unstable();
    assert_eq!(kinds, known);

    for (kind, examples) in &by_kind {
        vectors::assert_frozen(
            &format!("entries/{kind}.json"),
            &json!({ "kind": kind, "examples": examples }),
        );
    }
    let names: Vec<String> = by_kind.keys().map(|kind| format!("{kind}.json")).collect();
    vectors::assert_holds("entries", &names);
}

#[test]
fn frozen_entries_are_read_verified_and_written_again() {
    for kind in Kind::all() {
        let file = vectors::read(&format!("entries/{}.json", kind.name));
        let examples = file["examples"].as_array().unwrap();
        let forms: Vec<&str> = examples.iter().map(|e| e["form"].as_str().unwrap()).collect();
        assert_eq!(
            forms.contains(&"event"),
            kind.record != AsRecord::Only,
            "{}",
            kind.name
        );
        assert_eq!(
            forms.contains(&"record"),
            kind.record != AsRecord::Never,
            "{}",
            kind.name
        );
        examples.iter().for_each(assert_example);
    }
}

fn assert_example(example: &Value) {
    let id = |field: &str| example[field].as_str().unwrap().parse::<Id>().unwrap();
    let bytes = vectors::bytes(example, "bytes");
    let home = Home {
        community: id("community"),
        organisation: id("organisation"),
    };
    assert_eq!(Entry::id_of(&bytes), id("id"));
    match Entry::parse(&bytes).unwrap() {
        Entry::Event(event) => {
            assert_eq!(event.verify(&home), Ok(()));
            let elsewhere = Home {
                organisation: Id::from_bytes([0xee; 32]),
                ..home
            };
            assert!(event.verify(&elsewhere).is_err());
            let elsewhere = Home {
                community: Id::from_bytes([0xee; 32]),
                ..home
            };
            assert!(event.verify(&elsewhere).is_err());
            assert_eq!(json!(event.payload()), example["fields"]);
        }
        Entry::Record(record) => {
            assert_eq!(record.home, home);
            assert_eq!(record.encode(), bytes);
            assert_eq!(json!(record), example["fields"]);
        }
    }
    if let Some(body) = example.get("body") {
        let salt = vectors::bytes(body, "salt").try_into().unwrap();
        let hash = crate::entry::commit(&salt, &vectors::bytes(body, "bytes"));
        assert_eq!(json!(hash), body["hash"]);
        assert_eq!(json!(hash), example["fields"]["body"]["hash"]);
    }
}
