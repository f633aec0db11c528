//! The member's pen: composes an entry, signs it with the member's key, and sees to it that it reaches the node, now or
//! later, once.

mod courier;

use crate::context::Context;
use crate::exit::Failure;
use crate::remote::{Body, Remote, RemoteError, Submission};
use crate::reply::Reply;
pub(crate) use courier::Flushed;
use courier::{Courier, Delivered};
use hearth_node::queries::{self, Query};
use hearth_protocol::entry::{BodyRef, Entry, Event, Payload};
use hearth_protocol::id::Id;
use hearth_protocol::kind::Act;
use serde_json::{Value, json};

/// Bodies up to this many bytes travel with their entry; larger ones are streamed ahead of it.
const WITH_ENTRY: usize = 256 << 10;

/// A member about to write.
pub(crate) struct Pen<'a> {
    context: &'a Context,
    remote: Remote,
}

/// Something to be said: the payload in the making, and its bodies.
pub(crate) struct Draft {
    payload: Payload,
    bodies: Vec<Body>,
    /// A large file, sent ahead.
    large: Option<(BodyRef, Body)>,
}

/// What an entry that is being written about is.
pub(crate) struct Subject {
    pub(crate) id: Id,
    pub(crate) kind: String,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(context: &'a Context) -> Result<Self, Failure> {
        Ok(Self {
            context,
            remote: context.remote()?,
        })
    }

    pub(crate) fn remote(&self) -> &Remote {
        &self.remote
    }

    /// Begins something that happens now.
    pub(crate) fn draft(&self, act: impl Into<Act>) -> Draft {
        Draft {
            payload: Payload::new(self.context.now(), act),
            bodies: Vec::new(),
            large: None,
        }
    }

    /// The id that a person wrote, perhaps shortened. A whole id needs no node.
    pub(crate) fn resolve(&self, text: &str) -> Result<Id, Failure> {
        match text.parse() {
            Ok(id) => Ok(id),
            Err(_) => match self.remote.query(&Query::Entry { id: text.to_owned() }) {
                Ok(answer) => Ok(subject_of(&answer)?.id),
                Err(error) if error.is_unreachable() => self.recall(text, error),
                Err(error) => Err(error.into()),
            },
        }
    }

    /// The id that a person shortened, without the node: from its data directory where that is here, else from what this
    /// home was shown.
    fn recall(&self, text: &str, away: RemoteError) -> Result<Id, Failure> {
        if let Some(directory) = &self.context.globals.data
            && let Ok(reader) = queries::open(directory)
        {
            let answer = reader.answer(&Query::Entry { id: text.to_owned() });
            return Ok(subject_of(&answer.map_err(Failure::new)?)?.id);
        }
        let found = self.context.home.recall_ids(&text.to_ascii_lowercase());
        let advice = match found.as_slice() {
            [id] => return id.parse().map_err(Failure::new),
            [] => format!(
                "This home has not been shown {text} yet. Without the node write the whole id (64 digits): \
                 where you read it, --json shows it."
            ),
            _ => format!("This home was shown several ids that begin with {text}: give more digits."),
        };
        Err(Failure::unreachable(away).advise(advice))
    }

    /// What an id stands for, asked of the node.
    pub(crate) fn subject(&self, text: &str) -> Result<Subject, Failure> {
        let answer = self
            .remote
            .query(&Query::Entry { id: text.to_owned() })
            .map_err(|error| {
                if error.is_unreachable() {
                    let advice = "Only the node knows what this is: do it when it runs.";
                    return Failure::unreachable(error).advise(advice);
                }
                error.into()
            })?;
        subject_of(&answer)
    }

    /// Signs and sends. Where the node cannot be reached the entry is kept and goes with a later command. `said` is what
    /// the person is told, such as `Asked`.
    pub(crate) fn send(&self, said: &str, draft: Draft) -> Result<Reply, Failure> {
        let entry = Event::sign(&draft.payload, self.remote.key(), self.remote.home());
        let id = Entry::id_of(&entry);
        let mut submission = Submission::default();
        submission.push(entry, draft.bodies);
        let courier = Courier::new(&self.remote, self.context)?;
        match courier.deliver(&submission.encode(), draft.large.map(|(_, body)| body))? {
            Delivered::Now { index } => {
                let json = json!({ "id": id, "index": index, "state": "acknowledged" });
                Ok(Reply::done(
                    json,
                    format!("{said}: {} (entry {index})", id.short()),
                ))
            }
            Delivered::Later { why } => {
                let json = json!({ "id": id, "state": "queued", "reason": why });
                let text = format!(
                    "{said}, not sent yet: {}\n{why}.\nIt waits in the outbox and goes with your next command.",
                    id.short()
                );
                Ok(Reply::done(json, text))
            }
        }
    }
}

/// The entry that an answer shows.
fn subject_of(answer: &Value) -> Result<Subject, Failure> {
    let entry = &answer["entry"];
    let id = entry["id"].as_str().and_then(|id| id.parse().ok());
    let kind = entry["kind"].as_str().map(str::to_owned);
    let (Some(id), Some(kind)) = (id, kind) else {
        return Err(Failure::new("the answer names no entry"));
    };
    Ok(Subject { id, kind })
}

impl Draft {
    /// About an entry.
    #[must_use]
    pub(crate) fn about(mut self, subject: Id) -> Self {
        self.payload = self.payload.about(subject);
        self
    }

    /// About several entries.
    #[must_use]
    pub(crate) fn about_all(mut self, subjects: impl IntoIterator<Item = Id>) -> Self {
        self.payload.re.extend(subjects);
        self
    }

    /// In a circle, where one is named.
    #[must_use]
    pub(crate) fn inside(mut self, circle: Option<Id>) -> Self {
        self.payload.circle = circle;
        self
    }

    /// With words, in Markdown.
    pub(crate) fn saying(self, words: Option<String>) -> Result<Self, Failure> {
        match words {
            Some(words) => self.with_body(words.into_bytes(), "text/markdown"),
            None => Ok(self),
        }
    }

    /// With a body that is no words.
    pub(crate) fn with_body(mut self, bytes: Vec<u8>, media_type: &str) -> Result<Self, Failure> {
        let (reference, body) = Body::new(bytes, media_type).map_err(Failure::new)?;
        self.payload = self.payload.with_body(reference);
        self.bodies.push(body);
        Ok(self)
    }

    /// With a file; what is done says which.
    pub(crate) fn carrying(
        mut self,
        bytes: Vec<u8>,
        media_type: &str,
        act: impl FnOnce(BodyRef) -> Act,
    ) -> Result<Self, Failure> {
        let is_large = bytes.len() > WITH_ENTRY;
        let (reference, body) = Body::new(bytes, media_type).map_err(Failure::new)?;
        self.payload.act = act(reference.clone());
        if is_large {
            self.large = Some((reference, body));
        } else {
            self.bodies.push(body);
        }
        Ok(self)
    }
}

/// Sends what waits in the outbox. Says what was refused.
pub(crate) fn flush(remote: &Remote, context: &Context) -> Result<Flushed, Failure> {
    Courier::new(remote, context)?.flush()
}
