//! Talking to the organisation's node over its HTTP API: a session by signed challenge, questions, submissions, bodies.

#[cfg(test)]
pub(crate) mod fake;
mod session;
mod submission;

pub(crate) use submission::{Acknowledged, Body, Outcome, Submission};

use crate::exit::Failure;
use hearth_node::queries::Query;
use hearth_protocol::entry::Home;
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::pulse::Receipt;
use hearth_protocol::sign::SecretKey;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::OnceCell;
use std::io::Read;
use std::time::Duration;
use ureq::Agent;

const CONNECT: Duration = Duration::from_secs(5);
/// Longest silence of a node, in either direction. One that acknowledges a large batch syncs it to its disk first.
const SILENCE: Duration = Duration::from_secs(120);
/// Largest answer that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// A member's connection to one node. The session is opened by the first request and held for this process.
pub(crate) struct Remote {
    base: String,
    agent: Agent,
    home: Home,
    key: SecretKey,
    token: OnceCell<String>,
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoteError {
    #[error("no node answers at {url}: {source}")]
    Unreachable { url: String, source: ureq::Error },
    #[error("{message}")]
    Refused {
        status: u16,
        code: String,
        message: String,
    },
    #[error("{url} does not answer like a Hearthlog node: {reason}")]
    Garbled { url: String, reason: String },
    #[error(
        "the node at {url} is of {}, and your home of {}; name your own node with --node URL, \
         or move this home to that one with `hearth init --node {url}`",
        named(&.homes.0, &.homes.1), named(&.homes.1, &.homes.0)
    )]
    OtherHome {
        url: String,
        /// The node's, and the member's.
        homes: Box<(Home, Home)>,
    },
}

/// The organisation of a home, and its community where the other is of another one.
fn named(home: &Home, other: &Home) -> String {
    let organisation = home.organisation.short();
    if home.community == other.community {
        format!("organisation {organisation}")
    } else {
        format!(
            "organisation {organisation} in community {}",
            home.community.short()
        )
    }
}

impl RemoteError {
    /// Whether the node says that what was asked for is not there.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(
            self,
            RemoteError::Refused {
                status: 404 | 410,
                ..
            }
        )
    }

    /// Whether no node answered.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, RemoteError::Unreachable { .. })
    }

    /// Whether it may pass by itself: no node answered, something between spoke in its stead, its answer was cut off, or
    /// it was not well or too busy.
    pub(crate) fn is_for_now(&self) -> bool {
        match self {
            RemoteError::Unreachable { .. } | RemoteError::Garbled { .. } => true,
            RemoteError::Refused { status, .. } => matches!(status, 408 | 425 | 429 | 500..),
            RemoteError::OtherHome { .. } => false,
        }
    }

    /// Whether the same request may succeed later: the node was not there, did not know the member yet, or was not well.
    pub(crate) fn may_pass(&self) -> bool {
        match self {
            RemoteError::Unreachable { .. } | RemoteError::Garbled { .. } | RemoteError::OtherHome { .. } => {
                true
            }
            RemoteError::Refused { status, .. } => !matches!(status, 400 | 404 | 409 | 410 | 413 | 415 | 422),
        }
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        match error {
            RemoteError::Unreachable { .. } => Failure::unreachable(error)
                .advise("Start it with `hearth run --data DIR`, or name another with --node URL."),
            RemoteError::Refused { .. } | RemoteError::Garbled { .. } | RemoteError::OtherHome { .. } => {
                Failure::new(error)
            }
        }
    }
}

/// The form of every refusal.
#[derive(Deserialize)]
struct Refusal {
    error: Refused,
}

#[derive(Deserialize)]
struct Refused {
    code: String,
    message: String,
}

impl Remote {
    /// Prepares to talk to the node at `base` as the holder of `key`, in the log of `home`. Nothing is sent yet.
    pub(crate) fn new(base: &str, home: Home, key: SecretKey) -> Self {
        Self::patient(base, home, key, SILENCE)
    }

    /// The same with a patience of one's own.
    fn patient(base: &str, home: Home, key: SecretKey, silence: Duration) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
            agent: agent(silence),
            home,
            key,
            token: OnceCell::new(),
        }
    }

    /// Which community and organisation the node at `base` says it is of: what a home without one is told.
    pub(crate) fn home_at(base: &str, key: &SecretKey) -> Result<Home, RemoteError> {
        session::home(&Self::new(base, Home::NONE, key.clone()))
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    pub(crate) fn home(&self) -> &Home {
        &self.home
    }

    pub(crate) fn key(&self) -> &SecretKey {
        &self.key
    }

    /// Asks one question of the read API.
    pub(crate) fn query(&self, query: &Query) -> Result<Value, RemoteError> {
        self.post(
            "/v1/query",
            &serde_json::to_value(query).expect("a question is JSON"),
        )
    }

    /// The ids of the records made from sources of `site`, in the order asked; none where there is no record.
    pub(crate) fn sources(&self, site: &str, keys: &[(&str, u64)]) -> Result<Vec<Option<Id>>, RemoteError> {
        let sources = keys
            .iter()
            .map(|(kind, id)| (kind.to_string(), id.to_string()))
            .collect();
        let answer = self.query(&Query::Sources {
            site: site.to_owned(),
            sources,
        })?;
        serde_json::from_value(answer["ids"].clone()).map_err(|error| RemoteError::Garbled {
            url: self.base.clone(),
            reason: error.to_string(),
        })
    }

    /// The answer to a question, byte for byte.
    pub(crate) fn query_bytes(&self, query: &Query) -> Result<Vec<u8>, RemoteError> {
        let url = self.url("/v1/query");
        let request = self.agent.post(&url).header("Authorization", self.bearer()?);
        self.read_bytes(&url, request.send_json(query))
    }

    /// Hands entries to the node. Each has its own outcome, in the order given.
    pub(crate) fn submit(&self, submission: &[u8]) -> Result<Vec<Outcome>, RemoteError> {
        let url = self.url("/v1/entries");
        let request = self.agent.post(&url).header("Content-Type", "application/cbor");
        let answer: submission::Answer = self.read(
            &url,
            request.header("Authorization", self.bearer()?).send(submission),
        )?;
        Ok(answer.results)
    }

    /// Streams one large body to the node, ahead of the entry of its log that commits to it.
    pub(crate) fn put_body(
        &self,
        hash: &BodyHash,
        salt: &[u8; 32],
        bytes: &mut dyn Read,
    ) -> Result<(), RemoteError> {
        let url = self.url_of_body(self.home().organisation, hash);
        let request = self.agent.put(&url).header("Hearth-Salt", hex::encode(salt));
        let body = ureq::SendBody::from_reader(bytes);
        self.check(&url, request.header("Authorization", self.bearer()?).send(body))
            .map(drop)
    }

    /// The bytes of a body that the node holds of one log.
    pub(crate) fn body(&self, organisation: Id, hash: &BodyHash) -> Result<Vec<u8>, RemoteError> {
        let url = self.url_of_body(organisation, hash);
        let sent = self
            .agent
            .get(&url)
            .header("Authorization", self.bearer()?)
            .call();
        bytes_of(&url, &mut self.check(&url, sent)?)
    }

    /// Hands an anonymous answer to the node at `base`: on a connection of its own, and without a session.
    pub(crate) fn hand_in(base: &str, entry: &[u8]) -> Result<Receipt, RemoteError> {
        #[derive(Deserialize)]
        struct Taken {
            receipt: Receipt,
        }
        let nobody = SecretKey::from_seed([0; 32]);
        let remote = Self::new(base, Home::NONE, nobody);
        let url = remote.url("/v1/pulses/answers");
        let request = remote.agent.post(&url).header("Content-Type", "application/cbor");
        let taken: Taken = remote.read(&url, request.send(entry))?;
        Ok(taken.receipt)
    }

    /// Salt and bytes of a body of one log; none where the node does not hold it.
    pub(crate) fn salted_body(
        &self,
        organisation: Id,
        hash: &BodyHash,
    ) -> Result<Option<Salted>, RemoteError> {
        let url = self.url_of_body(organisation, hash);
        let sent = self
            .agent
            .get(&url)
            .header("Authorization", self.bearer()?)
            .call();
        let mut response = match self.check(&url, sent) {
            Err(error) if error.is_absent() => return Ok(None),
            response => response?,
        };
        let mut salt = [0; 32];
        let header = response
            .headers()
            .get("Hearth-Salt")
            .and_then(|salt| salt.to_str().ok())
            .unwrap_or_default();
        hex::decode_to_slice(header, &mut salt).map_err(|error| RemoteError::Garbled {
            url: url.clone(),
            reason: format!("the salt: {error}"),
        })?;
        Ok(Some((salt, bytes_of(&url, &mut response)?)))
    }

    /// A request with a JSON body and a JSON answer, in a session.
    pub(crate) fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, RemoteError> {
        let url = self.url(path);
        let request = self.agent.post(&url).header("Authorization", self.bearer()?);
        self.read(&url, request.send_json(body))
    }

    fn bearer(&self) -> Result<String, RemoteError> {
        if let Some(token) = self.token.get() {
            return Ok(format!("Bearer {token}"));
        }
        let token = session::open(self)?;
        Ok(format!("Bearer {}", self.token.get_or_init(|| token)))
    }

    fn url_of_body(&self, organisation: Id, hash: &BodyHash) -> String {
        self.url(&format!("/v1/bodies/{organisation}/{hash}"))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn read<T: DeserializeOwned>(&self, url: &str, sent: Sent) -> Result<T, RemoteError> {
        serde_json::from_slice(&self.read_bytes(url, sent)?).map_err(|error| RemoteError::Garbled {
            url: url.to_owned(),
            reason: error.to_string(),
        })
    }

    fn read_bytes(&self, url: &str, sent: Sent) -> Result<Vec<u8>, RemoteError> {
        let mut response = self.check(url, sent)?;
        let bytes = response.body_mut().with_config().limit(LARGEST).read_to_vec();
        bytes.map_err(|source| RemoteError::Unreachable {
            url: url.to_owned(),
            source,
        })
    }

    /// An answer with a good status, or the refusal it holds.
    fn check(&self, url: &str, sent: Sent) -> Result<Response, RemoteError> {
        let mut response = sent.map_err(|source| RemoteError::Unreachable {
            url: self.base.clone(),
            source,
        })?;
        let status = response.status().as_u16();
        if (200..300).contains(&status) {
            return Ok(response);
        }
        let text = response.body_mut().read_to_string().unwrap_or_default();
        match serde_json::from_str::<Refusal>(&text) {
            Ok(Refusal { error }) => Err(RemoteError::Refused {
                status,
                code: error.code,
                message: error.message,
            }),
            Err(_) => Err(RemoteError::Garbled {
                url: url.to_owned(),
                reason: format!("status {status}"),
            }),
        }
    }
}

fn bytes_of(url: &str, response: &mut Response) -> Result<Vec<u8>, RemoteError> {
    let read = response.body_mut().with_config().limit(LARGEST).read_to_vec();
    read.map_err(|source| RemoteError::Unreachable {
        url: url.to_owned(),
        source,
    })
}

/// The salt and the bytes of a body.
pub(crate) type Salted = ([u8; 32], Vec<u8>);

type Response = ureq::http::Response<ureq::Body>;
type Sent = Result<Response, ureq::Error>;

/// An agent that goes straight to the node: proxies of the environment are for the world outside. However much there is
/// to send or receive, it takes no longer than it takes while something moves.
fn agent(silence: Duration) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(silence))
        .timeout_per_read(Some(silence))
        .timeout_per_write(Some(silence))
        .build()
        .into()
}

#[cfg(test)]
mod tests {
    use super::fake::{Answer, FakeNode};
    use super::*;

    fn impatient(node: &FakeNode) -> Remote {
        let key = SecretKey::from_seed([1; 32]);
        Remote::patient(node.base(), Home::NONE, key, Duration::from_millis(300))
    }

    #[test]
    fn a_node_that_falls_silent_is_given_up() {
        let deaf = FakeNode::answering(|path| path.starts_with("/v1/bodies/").then(Answer::silence));
        let hash = BodyHash::from_bytes([1; 32]);
        let mut large = std::io::repeat(7).take(32 << 20);
        let ended = impatient(&deaf).put_body(&hash, &[0; 32], &mut large);
        assert!(
            matches!(ended, Err(RemoteError::Unreachable { .. })),
            "while sending"
        );

        let stalling = FakeNode::answering(|path| path.starts_with("/v1/bodies/").then(Answer::stalling));
        let ended = impatient(&stalling).body(Home::NONE.organisation, &hash);
        assert!(
            matches!(ended, Err(RemoteError::Unreachable { .. })),
            "while receiving"
        );
    }
}
