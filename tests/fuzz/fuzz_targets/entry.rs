//! Any bytes are read without panic; a record that is read is written again as the same bytes.
#![no_main]

use hearth_protocol::entry::{Entry, Home};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| match Entry::parse(bytes) {
    Ok(Entry::Event(event)) => {
        let _ = event.verify(&Home::NONE);
        let payload = event.payload().encode();
        assert!(bytes.windows(payload.len()).any(|window| window == payload));
    }
    Ok(Entry::Record(record)) => assert_eq!(record.encode(), bytes),
    Err(malformed) => assert!(malformed.at <= bytes.len()),
});
