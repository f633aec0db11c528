//! Short code words. Headers are for ever, so they hold codes and never words about people.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::limits;

/// A code word: 1 to 40 of `a`–`z`, `0`–`9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// Text that is no slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no slug (1 to 40 of a-z, 0-9 and -)")]
pub struct BadSlug(String);

impl Slug {
    /// The code word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Slug {
    type Error = BadSlug;

    fn try_from(text: String) -> Result<Slug, BadSlug> {
        let fits = (1..=limits::SLUG).contains(&text.len())
            && text
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        if fits { Ok(Slug(text)) } else { Err(BadSlug(text)) }
    }
}

impl FromStr for Slug {
    type Err = BadSlug;

    fn from_str(text: &str) -> Result<Slug, BadSlug> {
        Slug::try_from(text.to_owned())
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> String {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// At most eight topics. An empty list is left out, never written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Slug>", into = "Vec<Slug>")]
pub struct Topics(Vec<Slug>);

/// More topics than [`limits::TOPICS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} topics are too many (at most 8)")]
pub struct TooManyTopics(usize);

impl Topics {
    /// The topics, in the author's order.
    pub fn as_slice(&self) -> &[Slug] {
        &self.0
    }

    /// True if there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<Slug>> for Topics {
    type Error = TooManyTopics;

    fn try_from(topics: Vec<Slug>) -> Result<Topics, TooManyTopics> {
        if topics.len() > limits::TOPICS {
            return Err(TooManyTopics(topics.len()));
        }
        Ok(Topics(topics))
    }
}

impl From<Topics> for Vec<Slug> {
    fn from(topics: Topics) -> Vec<Slug> {
        topics.0
    }
}
