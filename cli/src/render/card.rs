//! An entry as a person reads it.

use crate::render::time::{ago, local};
use crate::render::words::{excerpt, first_line, harmless, plain};
use hearth_protocol::time::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Longest headline in a list, in characters.
pub(crate) const HEADLINE: usize = 60;

/// An entry as the node shows it; what is not rendered is not read.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Card {
    pub(crate) id: String,
    pub(crate) organisation: String,
    pub(crate) index: u64,
    pub(crate) kind: String,
    pub(crate) at: String,
    pub(crate) effective: String,
    pub(crate) standing: String,
    pub(crate) reason: Option<String>,
    pub(crate) column: String,
    pub(crate) author: Byline,
    #[serde(default)]
    pub(crate) re: Vec<String>,
    #[serde(default)]
    pub(crate) data: Value,
    /// Who said that its words are not shown.
    pub(crate) hidden: Option<Hidden>,
    /// Its words before each correction, the first ones first.
    #[serde(default)]
    pub(crate) history: Vec<Former>,
    pub(crate) title: Option<String>,
    pub(crate) body: Option<Body>,
    pub(crate) file: Option<Body>,
}

/// Words that were corrected.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Former {
    pub(crate) corrected: String,
    body: Option<Body>,
}

/// That words are not shown.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Hidden {
    ground: String,
    by: Byline,
    organisation: String,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Byline {
    kind: String,
    person: Option<String>,
    name: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Body {
    pub(crate) hash: String,
    pub(crate) size: u64,
    #[serde(rename = "type")]
    pub(crate) media_type: String,
    pub(crate) state: String,
    text: Option<String>,
    /// The text is the beginning of the words, not all of them.
    #[serde(default)]
    cut: bool,
}

impl Card {
    /// The first 12 digits of the id: enough to name it again.
    pub(crate) fn short(&self) -> String {
        short(&self.id)
    }

    /// One line that says what it is about.
    pub(crate) fn headline(&self, most: usize) -> String {
        match &self.title {
            Some(title) => {
                let media_type = self.body.as_ref().map_or("", |body| body.media_type.as_str());
                first_line(&excerpt(title, media_type), most)
            }
            None => first_line(&self.words().unwrap_or_default(), most),
        }
    }

    /// Its words, or what became of them.
    pub(crate) fn words(&self) -> Option<String> {
        if let Some(hidden) = &self.hidden {
            return Some(hidden.said());
        }
        self.read(self.body.as_ref()?)
    }

    /// `corrected on 2026-03-04 14:02`, by its newest correction.
    pub(crate) fn corrected(&self) -> Option<String> {
        let newest = self.history.last()?;
        Some(format!("corrected on {}", when(&newest.corrected)))
    }

    /// Its former words, each with a line that says when they were corrected.
    pub(crate) fn former(&self) -> Vec<(String, String)> {
        let told = |former: &Former| {
            let words = former.body.as_ref().and_then(|body| self.read(body));
            let until = when(&former.corrected);
            (format!("Until {until} it read:"), words.unwrap_or_default())
        };
        self.history.iter().map(told).collect()
    }

    fn read(&self, body: &Body) -> Option<String> {
        Some(match (&body.text, body.state.as_str()) {
            (Some(text), _) if body.cut => {
                let begun = plain(text.as_bytes(), &body.media_type);
                let (size, id) = (body.size, self.short());
                format!(
                    "{begun}…\n(cut off here: it has {size} bytes; `hearth show {id} --save FILE` gives them)"
                )
            }
            (Some(text), _) => plain(text.as_bytes(), &body.media_type),
            (None, "erased") => "(erased)".to_owned(),
            (None, "hidden") => "(hidden)".to_owned(),
            (None, "held") => format!("({} bytes of {})", body.size, body.media_type),
            (None, _) => "(not here yet)".to_owned(),
        })
    }

    /// Who did it and where.
    pub(crate) fn author(&self) -> String {
        if self.is_the_nodes() {
            return format!("the node ({})", self.organisation);
        }
        self.author.named(&self.organisation)
    }

    /// Whose word it is: a signature, the organisation's for imported history, or the node's for what it saw.
    pub(crate) fn voucher(&self) -> &str {
        if self.is_the_nodes() {
            "the node"
        } else {
            &self.column
        }
    }

    fn is_the_nodes(&self) -> bool {
        self.kind == "heads.seen"
    }

    /// When it happened, by the time that counts.
    pub(crate) fn when(&self) -> String {
        when(&self.effective)
    }

    /// How long ago, by the time that counts.
    pub(crate) fn ago(&self, now: Timestamp) -> String {
        self.effective
            .parse::<Timestamp>()
            .map_or_else(|_| self.effective.clone(), |at| ago(at, now))
    }

    /// Why it does not count, where it does not.
    pub(crate) fn caveat(&self) -> Option<String> {
        match (self.standing.as_str(), &self.reason) {
            ("counts", _) => None,
            (standing, Some(reason)) => Some(format!("{standing}: {reason}")),
            (standing, None) => Some(standing.to_owned()),
        }
    }
}

impl Hidden {
    /// `(hidden by Ada (north): patient-data)`.
    pub(crate) fn said(&self) -> String {
        let by = self.by.named(&self.organisation);
        format!("(hidden by {by}: {})", harmless(&self.ground))
    }
}

impl Byline {
    pub(crate) fn named(&self, organisation: &str) -> String {
        let who = match (self.kind.as_str(), &self.name, &self.person) {
            ("member", Some(name), _) => harmless(name),
            ("member", None, Some(person)) => format!("member {}", short(person)),
            ("imported", _, Some(person)) => return format!("imported {}", short(person)),
            ("pseudonym", ..) => "under a pseudonym".to_owned(),
            (kind, ..) => kind.to_owned(),
        };
        format!("{who} ({organisation})")
    }
}

/// The first 12 characters of an id.
pub(crate) fn short(id: &str) -> String {
    id.chars().take(12).collect()
}

/// A time from an answer in the reader's calendar; as it is where it cannot be read.
pub(crate) fn when(text: &str) -> String {
    text.parse::<Timestamp>().map_or_else(|_| text.to_owned(), local)
}
