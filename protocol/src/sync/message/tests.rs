//! Every message, frozen under `tests/vectors/exchange/`: an unsigned-varint length and canonical CBOR.

#![allow(clippy::wildcard_enum_match_arm, reason = "ciborium::Value is not exhaustive")]

use ciborium::Value as Cbor;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::*;
use crate::codec;
use crate::vectors;

fn id(byte: u8) -> Id {
    Id::from_bytes([byte; 32])
}

fn hash(byte: u8) -> Hash {
    Hash::from_bytes([byte; 32])
}

fn blob(text: &str) -> ByteBuf {
    ByteBuf::from(text.as_bytes())
}

fn requests() -> Vec<Request> {
    vec![
        Request::Digest { digest: hash(1) },
        Request::Heads { have: Vec::new() },
        Request::Heads {
            have: vec![(id(2), hash(3)), (id(4), hash(0))],
        },
        Request::Range {
            from: 7,
            size: 300,
            count: 2048,
            limit: 1_048_576,
            organisation: id(2),
        },
        Request::Consistency {
            from: 7,
            size: 300,
            organisation: id(2),
        },
        Request::Body {
            hash: BodyHash::from_bytes([5; 32]),
            offset: 1_048_576,
            organisation: id(2),
        },
        Request::Evidence(Evidence {
            note: [blob("a note"), blob("another")],
            proof: vec![hash(6), hash(7)],
        }),
    ]
}

fn a_head() -> OfferedHead {
    OfferedHead {
        note: b"a note".to_vec(),
        handovers: vec![blob("a handover")],
        organisation: id(2),
    }
}

fn replies() -> Vec<Reply> {
    vec![
        Reply::Same {},
        Reply::Differs {},
        Reply::Heads {
            more: false,
            heads: Vec::new(),
        },
        Reply::Heads {
            more: true,
            heads: vec![a_head()],
        },
        Reply::Range {
            from: 7,
            proof: vec![hash(8)],
            entries: vec![blob("an entry"), blob("")],
        },
        Reply::Consistency {
            root: Root::from_bytes([9; 32]),
            proof: vec![hash(8)],
        },
        Reply::Body {
            salt: [10; 32],
            size: 24,
            bytes: blob("bytes"),
            offset: 24,
        },
        Reply::Erased { by: id(11) },
        Reply::Missing {},
        Reply::Noted {},
        Reply::Refused {
            reason: "not held".into(),
        },
    ]
}

/// Named exhaustively, so that a message without a vector does not compile or is found missing.
fn is_frozen(requests: &[Request], replies: &[Reply]) -> bool {
    let request = |request: &Request| match request {
        Request::Digest { .. } => 0,
        Request::Heads { .. } => 1,
        Request::Range { .. } => 2,
        Request::Consistency { .. } => 3,
        Request::Body { .. } => 4,
        Request::Evidence(_) => 5,
    };
    let reply = |reply: &Reply| match reply {
        Reply::Same {} => 0,
        Reply::Differs {} => 1,
        Reply::Heads { .. } => 2,
        Reply::Range { .. } => 3,
        Reply::Consistency { .. } => 4,
        Reply::Body { .. } => 5,
        Reply::Erased { .. } => 6,
        Reply::Missing {} => 7,
        Reply::Noted {} => 8,
        Reply::Refused { .. } => 9,
    };
    (0..6).all(|kind| requests.iter().any(|given| request(given) == kind))
        && (0..10).all(|kind| replies.iter().any(|given| reply(given) == kind))
}

#[test]
fn every_message_has_its_frozen_frame() {
    let (requests, replies) = (requests(), replies());
    assert!(is_frozen(&requests, &replies));
    vectors::assert_frozen(
        "exchange/sync.json",
        &json!({
            "protocol": "/hearth/sync/2",
            "requests": frames(&requests),
            "replies": frames(&replies),
        }),
    );
    vectors::assert_frozen(
        "exchange/witness.json",
        &json!({
            "protocol": "/hearth/witness/1",
            "requests": frames(&[
                WitnessRequest::Add { body: b"old 0\n\na checkpoint".to_vec() },
                WitnessRequest::Latest { organisation: id(2) },
            ]),
            "replies": frames(&[
                WitnessReply::Added { body: b"409's body\n".to_vec(), status: 409 },
                WitnessReply::Added { body: Vec::new(), status: 200 },
                WitnessReply::Latest { head: a_head() },
                WitnessReply::Never {},
            ]),
        }),
    );
    vectors::assert_frozen(
        "exchange/join.json",
        &json!({
            "protocol": "/hearth/join/1",
            "requests": frames(&[
                JoinRequest::Apply { token: [1; 32], charter: b"a charter".to_vec() },
                JoinRequest::Poll { token: [1; 32], organisation: id(2) },
            ]),
            "replies": frames(&[
                JoinReply::Pending {},
                JoinReply::Admitted { charters: vec![(id(2), blob("a charter"))] },
                JoinReply::Refused { reason: "unknown token".into() },
            ]),
        }),
    );
    vectors::assert_frozen(
        "exchange/peers.json",
        &json!({
            "protocol": "/hearth/peers/1",
            "requests": frames(&[PeersRequest::Where {}]),
            "replies": frames(&[
                PeersReply::There { nodes: vec![(blob("a node id"), vec!["/ip4/192.0.2.1/tcp/4001".to_owned()])] },
            ]),
        }),
    );
    let witness = crate::sign::SecretKey::from_seed([5; 32]);
    let receipt = Receipt::sign(id(1), id(2), id(3), id(4), &witness);
    let (code, reason) = ("closed".to_owned(), "the pulse is closed".to_owned());
    vectors::assert_frozen(
        "exchange/pulse.json",
        &json!({
            "protocol": "/hearth/pulse/1",
            "requests": frames(&[PulseRequest::Answer { entry: b"an answer".to_vec() }]),
            "replies": frames(&[PulseReply::Taken { receipt }, PulseReply::Refused { code, reason }]),
        }),
    );
    vectors::assert_frozen(
        "exchange/heads.json",
        &json!({
            "topic": format!("/hearth/{}/heads/1", id(1)),
            "messages": [message(&HeadsHint { note: b"a note".to_vec(), organisation: id(2) })],
        }),
    );
    let names = [
        "sync.json",
        "witness.json",
        "join.json",
        "peers.json",
        "pulse.json",
        "heads.json",
    ]
    .map(String::from);
    vectors::assert_holds("exchange", &names);
}

#[test]
fn a_message_with_more_or_less_than_its_fields_is_none() {
    let digest = codec::encode(&Request::Digest { digest: hash(1) });
    assert!(codec::decode::<Request>(&digest).is_ok());
    for wrong in [
        "a1667369676e6564a0", // {"signed": {}}
        "a164736d616c6ca0",   // {"small": {}}
        "a16673616d65a0",     // a reply
        "66646967657374",     // "digest"
        "a166646967657374a0", // {"digest": {}}
        "a2647361 6d65a066646967657374a0",
        "f6",
        "",
    ] {
        let bytes = hex::decode(wrong.replace(' ', "")).unwrap();
        assert!(codec::decode::<Request>(&bytes).is_err(), "{wrong}");
    }
    assert!(codec::decode::<Reply>(&hex::decode("a16473616d65a16161 00".replace(' ', "")).unwrap()).is_err());
}

fn frames<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(messages: &[T]) -> Vec<Value> {
    messages.iter().map(message).collect()
}

fn message<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(given: &T) -> Value {
    let bytes = codec::encode(given);
    assert_eq!(codec::decode::<T>(&bytes).as_ref(), Ok(given));
    let shown: Cbor = ciborium::from_reader(bytes.as_slice()).unwrap();
    let frame = [varint(bytes.len()), bytes].concat();
    json!({ "message": readable(&shown), "frame": hex::encode(frame) })
}

/// Byte strings as hexadecimal.
fn readable(value: &Cbor) -> Value {
    match value {
        Cbor::Bytes(bytes) => hex::encode(bytes).into(),
        Cbor::Text(text) => text.as_str().into(),
        Cbor::Bool(flag) => (*flag).into(),
        Cbor::Array(items) => items.iter().map(readable).collect(),
        Cbor::Map(fields) => fields
            .iter()
            .map(|(key, value)| (key.as_text().unwrap().to_owned(), readable(value)))
            .collect(),
        number => u64::try_from(number.as_integer().unwrap()).unwrap().into(),
    }
}

fn varint(mut length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while length >= 0x80 {
        bytes.push(length as u8 | 0x80);
        length >>= 7;
    }
    bytes.push(length as u8);
    bytes
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        let _ = codec::decode::<Request>(&bytes);
        let _ = codec::decode::<Reply>(&bytes);
    }
}
