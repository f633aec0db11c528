//! Any bytes are read without panic as every message between nodes; what is read is written again as the same bytes.
#![no_main]

use hearth_protocol::codec;
use hearth_protocol::sync::{
    HeadsHint, JoinReply, JoinRequest, PeersReply, PeersRequest, Reply, Request, WitnessReply, WitnessRequest,
};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn reads<T: Serialize + DeserializeOwned>(bytes: &[u8]) {
    if let Ok(message) = codec::decode::<T>(bytes) {
        assert_eq!(codec::encode(&message), bytes);
    }
}

fuzz_target!(|bytes: &[u8]| {
    reads::<Request>(bytes);
    reads::<Reply>(bytes);
    reads::<WitnessRequest>(bytes);
    reads::<WitnessReply>(bytes);
    reads::<JoinRequest>(bytes);
    reads::<JoinReply>(bytes);
    reads::<PeersRequest>(bytes);
    reads::<PeersReply>(bytes);
    reads::<HeadsHint>(bytes);
});
