//! The names of logs and of the keys that sign notes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::sign::PublicKey;

/// The name of a note's signing key (C2SP signed-note): not empty, no Unicode space, no `+`, no control character.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KeyName(String);

/// Text that cannot name a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no key name: it is empty or has a space, a plus or a control character")]
pub struct BadName {
    /// The text as given.
    pub text: String,
}

impl KeyName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyName {
    type Err = BadName;

    fn from_str(text: &str) -> Result<KeyName, BadName> {
        let unfit = |c: char| c.is_whitespace() || c == '+' || c < '\u{20}';
        if text.is_empty() || text.contains(unfit) {
            Err(BadName {
                text: text.to_owned(),
            })
        } else {
            Ok(KeyName(text.to_owned()))
        }
    }
}

impl TryFrom<String> for KeyName {
    type Error = BadName;

    fn try_from(text: String) -> Result<KeyName, BadName> {
        text.parse()
    }
}

impl From<KeyName> for String {
    fn from(name: KeyName) -> String {
        name.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The identity of a log: first line of its checkpoints, and the name of its key. C2SP lets any text be an origin;
/// one that cannot name a key is taken for a log nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(KeyName);

impl Origin {
    /// The origin of a log of ours: `hearth/<slug>/<first 8 bytes of SHA-256(first log key), hex>`. Fails where the
    /// slug could not be part of a name.
    pub fn of(slug: &str, first_key: &PublicKey) -> Result<Origin, BadName> {
        format!("hearth/{slug}/{}", Self::suffix(first_key)).parse()
    }

    /// Whether the origin is one that [`Origin::of`] gives for this key, whatever the slug: nobody can squat the
    /// origin of another's log.
    pub fn belongs_to(&self, first_key: &PublicKey) -> bool {
        let slug_and_suffix = self
            .as_str()
            .strip_prefix("hearth/")
            .and_then(|rest| rest.split_once('/'));
        slug_and_suffix.is_some_and(|(slug, suffix)| !slug.is_empty() && suffix == Self::suffix(first_key))
    }

    /// The origin as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name under which the log signs.
    pub fn key_name(&self) -> &KeyName {
        &self.0
    }

    /// The name under which the organisation of this log cosigns the logs of others.
    pub fn witness_name(&self) -> KeyName {
        KeyName(format!("{}/witness", self.0))
    }

    fn suffix(first_key: &PublicKey) -> String {
        hex::encode(&first_key.hash().as_bytes()[..8])
    }
}

impl FromStr for Origin {
    type Err = BadName;

    fn from_str(text: &str) -> Result<Origin, BadName> {
        text.parse().map(Origin)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::SecretKey;

    #[test]
    fn names_hold_no_space_plus_or_control() {
        for good in ["example.com/foo", "é/—", "\u{7f}"] {
            assert_eq!(good.parse::<KeyName>().unwrap().as_str(), good);
        }
        for bad in [
            "",
            " ",
            "a b",
            "a\u{a0}b",
            "a\u{2003}",
            "a+b",
            "a\tb",
            "a\nb",
            "\u{1}",
            "\u{85}",
        ] {
            assert!(bad.parse::<KeyName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_origin_belongs_to_one_key() {
        let (ours, other) = (
            SecretKey::from_seed([1; 32]).public(),
            SecretKey::from_seed([2; 32]).public(),
        );
        let origin = Origin::of("elm-house", &ours).unwrap();
        assert!(origin.belongs_to(&ours));
        assert!(!origin.belongs_to(&other));
        assert_eq!(origin.witness_name().as_str(), format!("{origin}/witness"));
        assert!(Origin::of("elm house", &ours).is_err());
        let suffix = &origin.as_str()["hearth/elm-house/".len()..];
        for foreign in [
            format!("hearth//{suffix}"),
            format!("hearth/a/b/{suffix}"),
            format!("x/a/{suffix}"),
        ] {
            assert!(!foreign.parse::<Origin>().unwrap().belongs_to(&ours), "{foreign}");
        }
    }
}
