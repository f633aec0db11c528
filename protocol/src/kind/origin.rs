//! The name of a log: `hearth/<slug>/<16 hexadecimal digits>`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::slug::Slug;
use crate::id::{KeyBytes, KeyHash};

/// A log's origin line and key name (C2SP tlog-checkpoint). The digits are the first 8 bytes of SHA-256 of the log's
/// first key, so a name cannot be taken by another key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

/// Text that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no origin (hearth/<slug>/<16 hexadecimal digits>)")]
pub struct BadOrigin(String);

const PREFIX: &str = "hearth/";

impl Origin {
    /// The origin of the log of `slug` whose first key is `key`.
    pub fn of(slug: &Slug, key: &KeyBytes) -> Origin {
        Origin(format!("{PREFIX}{slug}/{}", key_digits(key)))
    }

    /// The origin as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True if the digits are those of `key`.
    pub fn is_of(&self, key: &KeyBytes) -> bool {
        self.0.ends_with(&key_digits(key))
    }
}

fn key_digits(key: &KeyBytes) -> String {
    hex::encode(&KeyHash::of(key).as_bytes()[..8])
}

impl TryFrom<String> for Origin {
    type Error = BadOrigin;

    fn try_from(text: String) -> Result<Origin, BadOrigin> {
        let is_origin = text
            .strip_prefix(PREFIX)
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(slug, digits)| {
                slug.parse::<Slug>().is_ok()
                    && digits.len() == 16
                    && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            });
        if is_origin {
            Ok(Origin(text))
        } else {
            Err(BadOrigin(text))
        }
    }
}

impl FromStr for Origin {
    type Err = BadOrigin;

    fn from_str(text: &str) -> Result<Origin, BadOrigin> {
        Origin::try_from(text.to_owned())
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> String {
        origin.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
