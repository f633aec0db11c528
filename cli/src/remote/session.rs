//! Opening a session: the node sends a challenge, the member's key signs it (docs/protocol.md §5.1).

use super::{Remote, RemoteError};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Challenge {
    challenge: String,
}

#[derive(Deserialize)]
struct Session {
    token: String,
}

/// A token for requests in this member's name.
pub(super) fn open(remote: &Remote) -> Result<String, RemoteError> {
    let key = remote.key.public().bytes();
    let url = remote.url("/v1/challenge");
    let asked = remote.agent.post(&url).send_json(json!({ "key": key }));
    let Challenge { challenge } = remote.read(&url, asked)?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(&challenge, &mut bytes).map_err(|error| RemoteError::Garbled {
        url,
        reason: format!("the challenge is not 32 bytes in hex: {error}"),
    })?;

    let mut message = b"hearth/session/v1\0".to_vec();
    message.extend_from_slice(remote.home.community.as_bytes());
    message.extend_from_slice(remote.home.organisation.as_bytes());
    message.extend_from_slice(&bytes);
    let signature = hex::encode(remote.key.sign(&message).as_bytes());

    let url = remote.url("/v1/session");
    let signed = json!({ "key": key, "challenge": challenge, "signature": signature });
    let Session { token } = remote.read(&url, remote.agent.post(&url).send_json(signed))?;
    Ok(token)
}
