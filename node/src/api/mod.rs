//! The HTTP API for the organisation's own people: the only room that knows axum. Everything but opening a session, being
//! a witness and taking anonymous answers needs a session.

mod bodies;
mod door;
mod entries;
mod error;
mod host;
mod pulses;
mod session;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Instant;

use axum::extract::{DefaultBodyLimit, FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::serve::ListenerExt;
use axum::{Json, Router, middleware};
use hearth_protocol::community::Role;
use hearth_protocol::entry::Home;
use hearth_protocol::id::KeyBytes;
use hearth_protocol::limits;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::pulse::{ANSWER, Carrier, Desk};
use crate::queries::{Query, Reader};
use crate::witness::Witness;
use error::ApiError;
use session::Sessions;

/// Longest question, in bytes.
const QUESTION: usize = 256 << 10;
/// Largest submission, small bodies included, in bytes.
const SUBMISSION: usize = 32 << 20;
/// Largest add-checkpoint request: a note, and a proof of short lines.
const CHECKPOINT: usize = limits::NOTE + 8 * 1024;

/// What the API works with.
pub struct Rooms {
    /// The community and the organisation.
    pub home: Home,
    /// Where entries go.
    pub ledger: Ledger,
    /// Where answers come from.
    pub reader: Reader,
    /// Who cosigns the others' checkpoints.
    pub witness: Witness,
    /// The node's part in pulses.
    pub desk: Desk,
    /// Carries answers to the organisations that collect them.
    pub carrier: Carrier,
    /// The time invitations go by.
    pub clock: Clock,
    /// Where other nodes reach this one, each ending in `/p2p/…`; filled in as the node begins to listen.
    pub addresses: Arc<RwLock<Vec<String>>>,
    /// Names besides addresses and `localhost` that the API may be asked under.
    pub hosts: Vec<String>,
}

/// The API of one node. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    shared: Arc<Shared>,
}

struct Shared {
    rooms: Rooms,
    sessions: Mutex<Sessions>,
}

/// Why the API does not start.
#[derive(Debug, thiserror::Error)]
pub enum ApiStartError {
    /// Something else listens there.
    #[error(
        "port {port} is in use ({address}): another node may be running; stop it, or choose another with --api"
    )]
    PortInUse {
        /// The port.
        port: u16,
        /// The address asked for.
        address: SocketAddr,
    },
    /// The system refuses.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What it said.
        source: std::io::Error,
    },
}

/// Takes the address the API is to listen on.
///
/// # Errors
/// [`ApiStartError`].
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ApiStartError> {
    TcpListener::bind(address).await.map_err(|source| {
        if source.kind() == std::io::ErrorKind::AddrInUse {
            return ApiStartError::PortInUse {
                port: address.port(),
                address,
            };
        }
        ApiStartError::Listen { address, source }
    })
}

impl Api {
    /// The API over these rooms.
    pub fn new(rooms: Rooms) -> Api {
        let sessions = Mutex::new(Sessions::new(rooms.home));
        Api {
            shared: Arc::new(Shared { rooms, sessions }),
        }
    }

    /// Serves until `stop` is done and the requests under way are answered.
    ///
    /// # Errors
    /// What the system says of the listener.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        // The end of a body is not to wait until the client has confirmed its beginning.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "answers may be slow");
            }
        });
        axum::serve(listener, self.router())
            .with_graceful_shutdown(stop)
            .await
    }

    fn router(self) -> Router {
        let limit = DefaultBodyLimit::max;
        Router::new()
            .route("/v1/challenge", post(door::challenge).layer(limit(QUESTION)))
            .route("/v1/session", post(door::open).layer(limit(QUESTION)))
            .route("/v1/invitations", post(door::invite).layer(limit(QUESTION)))
            .route("/v1/query", post(query).layer(limit(QUESTION)))
            .route("/v1/entries", post(entries::submit).layer(limit(SUBMISSION)))
            .route(
                "/v1/bodies/{organisation}/{hash}",
                put(bodies::keep)
                    .get(bodies::give)
                    .layer(DefaultBodyLimit::disable()),
            )
            .route("/v1/pulses/answers", post(pulses::answer).layer(limit(ANSWER)))
            .route("/v1/pulses/close", post(pulses::close).layer(limit(QUESTION)))
            .route(
                "/witness/add-checkpoint",
                post(add_checkpoint).layer(limit(CHECKPOINT)),
            )
            .fallback(|| async { ApiError::new(StatusCode::NOT_FOUND, "not_found", "there is nothing here") })
            .method_not_allowed_fallback(|| async {
                let message = "this is done with another method";
                ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
            })
            .layer(middleware::from_fn_with_state(self.clone(), host::check))
            .with_state(self)
    }

    fn sessions(&self) -> std::sync::MutexGuard<'_, Sessions> {
        self.shared
            .sessions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// What a key may do in this organisation now. The ledger may be at work on the community meanwhile.
    async fn role(&self, key: KeyBytes) -> Result<Role, ApiError> {
        let api = self.clone();
        blocking(move || {
            let rooms = &api.shared.rooms;
            rooms
                .reader
                .projector()
                .read()
                .role(rooms.home.organisation, &key)
        })
        .await
    }
}

/// Whoever asks, in a session, with what they may do at this moment.
struct Caller {
    key: KeyBytes,
    role: Role,
}

impl FromRequestParts<Api> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, ApiError> {
        let denied = |message| ApiError::new(StatusCode::UNAUTHORIZED, "no_session", message);
        let header = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let token = header.and_then(|value| value.strip_prefix("Bearer "));
        let token = token.ok_or_else(|| denied("open a session first (POST /v1/challenge, /v1/session)"))?;
        let token = secret(token).ok_or_else(|| denied("the token is not one of ours"))?;
        let key = api.sessions().holder(&token, Instant::now());
        let key = key.ok_or_else(|| denied("the session is over; open another"))?;
        let role = api.role(key).await?;
        if !role.steward && role.member.is_none() {
            let message = "the key of this session is no longer valid in this organisation";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "revoked_key", message));
        }
        Ok(Caller { key, role })
    }
}

/// 32 bytes written as 64 hexadecimal digits.
fn secret(text: &str) -> Option<session::Secret> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}

async fn query(
    State(api): State<Api>,
    caller: Caller,
    JsonBody(question): JsonBody<Query>,
) -> Result<Json<Value>, ApiError> {
    if let Some(key) = question.key()
        && *key != caller.key
        && (caller.role.member.is_none() || api.role(*key).await?.member != caller.role.member)
    {
        let message =
            "the key in this question is somebody else's: what is for a member is told to that member alone";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "not_yours", message));
    }
    let answer = blocking(move || api.shared.rooms.reader.answer(&question)).await?;
    Ok(Json(answer?))
}

async fn add_checkpoint(State(api): State<Api>, body: axum::body::Bytes) -> Result<Response, ApiError> {
    let reply = blocking(move || api.shared.rooms.witness.add_checkpoint(&body)).await??;
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok((status, [(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response())
}

/// Runs what reads or writes the store where it does not hold up others.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| ApiError::lost())
}

/// A JSON body, refused in our own form. Browsers send `application/json` across sites only where they are allowed to,
/// and nobody is.
struct JsonBody<T>(T);

impl<T: DeserializeOwned> axum::extract::FromRequest<Api> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: axum::extract::Request, api: &Api) -> Result<Self, ApiError> {
        if !has_type(request.headers(), "application/json") {
            let message = "send JSON with `Content-Type: application/json`";
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                message,
            ));
        }
        let bytes = body_of(request, api).await?;
        let parsed = serde_json::from_slice(&bytes);
        parsed
            .map(JsonBody)
            .map_err(|error| ApiError::bad_request("bad_json", error.to_string()))
    }
}

async fn body_of(request: axum::extract::Request, api: &Api) -> Result<axum::body::Bytes, ApiError> {
    use axum::extract::FromRequest;
    let bytes = axum::body::Bytes::from_request(request, api).await;
    bytes.map_err(|rejection| ApiError::new(rejection.status(), "bad_body", rejection.body_text()))
}

fn has_type(headers: &HeaderMap, wanted: &str) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    value.is_some_and(|value| {
        value
            .split(';')
            .next()
            .is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
    })
}
