//! What the check accepts, ciborium decodes and writes again as the same bytes.
#![no_main]

use hearth_protocol::codec::{Shape, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = check(bytes, Shape::Envelope);
    let _ = check(bytes, Shape::Protected);
    if check(bytes, Shape::Item).is_ok() {
        let value: ciborium::Value = ciborium::from_reader(bytes).expect("what is canonical is CBOR");
        let mut again = Vec::new();
        ciborium::into_writer(&value, &mut again).expect("a Vec takes every byte");
        assert_eq!(again, bytes);
    }
});
