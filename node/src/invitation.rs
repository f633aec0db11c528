//! An invitation as it is handed from one person to another: `hearth1…` (docs/protocol.md §5).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hearth_protocol::codec;
use hearth_protocol::id::{Hash, Id};
use hearth_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};

const PREFIX: &str = "hearth1";
/// Longest text that is read.
const LONGEST: usize = 8 * 1024;

/// What an applicant needs: whom to call, what to show, which community it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// The secret that opens the door once.
    pub token: Token,
    /// When it stops working.
    pub expires: Timestamp,
    /// Where the inviter listens, each ending in `/p2p/…`.
    pub addresses: Vec<String>,
    /// The community one is invited to.
    pub community: Id,
}

/// The secret of an invitation. The inviter keeps its hash alone.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(Hash);

/// Text that is not an invitation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not an invitation ({reason}); one begins with {PREFIX} and is copied whole")]
pub struct NotAnInvitation {
    /// What is wrong.
    pub reason: String,
}

impl Token {
    /// Wraps the bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Hash::from_bytes(bytes))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// Says nothing of the secret.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl fmt::Display for Invitation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(codec::encode(self)))
    }
}

impl FromStr for Invitation {
    type Err = NotAnInvitation;

    fn from_str(text: &str) -> Result<Self, NotAnInvitation> {
        let bad = |reason: String| NotAnInvitation { reason };
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(bad(format!("it has {} characters", text.len())));
        }
        let coded = text
            .strip_prefix(PREFIX)
            .ok_or_else(|| bad(format!("it does not begin with {PREFIX}")))?;
        let bytes = URL_SAFE_NO_PAD.decode(coded).map_err(|e| bad(e.to_string()))?;
        codec::decode(&bytes).map_err(|e| bad(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_survives_being_copied_and_a_damaged_one_is_refused() {
        let invitation = Invitation {
            token: Token::from_bytes([3; 32]),
            expires: Timestamp::from_millis(7),
            addresses: vec!["/ip4/127.0.0.1/tcp/1/p2p/x".into()],
            community: Id::from_bytes([1; 32]),
        };
        let text = invitation.to_string();
        assert_eq!(format!(" {text}\n").parse(), Ok(invitation));
        assert!(text[..text.len() - 1].parse::<Invitation>().is_err());
        assert!("hearth2AAAA".parse::<Invitation>().is_err());
        assert!("x".repeat(LONGEST + 1).parse::<Invitation>().is_err());
    }
}
