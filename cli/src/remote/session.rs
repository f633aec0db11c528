//! Opening a session: the node sends a challenge, the member's key signs it (docs/protocol.md §5.1).

use super::{Remote, RemoteError};
use hearth_protocol::entry::Home;
use hearth_protocol::id::Id;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Challenge {
    challenge: String,
    community: Option<Id>,
    organisation: Option<Id>,
}

impl Challenge {
    /// Which community and organisation the node is of; none where it does not say.
    fn home(&self) -> Option<Home> {
        Some(Home {
            community: self.community?,
            organisation: self.organisation?,
        })
    }
}

#[derive(Deserialize)]
struct Session {
    token: String,
}

/// Which community and organisation a node says it is of.
pub(super) fn home(remote: &Remote) -> Result<Home, RemoteError> {
    challenge(remote)?.home().ok_or_else(|| RemoteError::Garbled {
        url: remote.base.clone(),
        reason: "it does not say which community and organisation it is of".to_owned(),
    })
}

fn challenge(remote: &Remote) -> Result<Challenge, RemoteError> {
    let url = remote.url("/v1/challenge");
    let key = remote.key.public().bytes();
    let asked = remote.agent.post(&url).send_json(json!({ "key": key }));
    remote.read(&url, asked)
}

/// A token for requests in this member's name.
pub(super) fn open(remote: &Remote) -> Result<String, RemoteError> {
    let key = remote.key.public().bytes();
    let asked = challenge(remote)?;
    if let Some(theirs) = asked.home().filter(|theirs| *theirs != remote.home) {
        return Err(RemoteError::OtherHome {
            url: remote.base.clone(),
            homes: Box::new((theirs, remote.home)),
        });
    }
    let challenge = asked.challenge;
    let mut bytes = [0; 32];
    hex::decode_to_slice(&challenge, &mut bytes).map_err(|error| RemoteError::Garbled {
        url: remote.base.clone(),
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
