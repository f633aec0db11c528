//! Handing in entries: `POST /v1/entries`, canonical CBOR `{bodies: [{salt, bytes} …], entries: [bytes …]}`.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use hearth_protocol::codec::{self, blob};
use hearth_protocol::entry::Entry;
use hearth_protocol::id::Hash;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::error::{ApiError, refused};
use super::{Api, Caller, body_of, has_type};
use crate::ledger::{Accepted, Submission, SubmittedBody};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    bodies: Vec<WireBody>,
    entries: Vec<WireEntry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireBody {
    salt: Hash,
    #[serde(with = "blob")]
    bytes: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct WireEntry(#[serde(with = "blob")] Vec<u8>);

/// A submission read from a request.
pub(super) struct Handed(Submission);

impl FromRequest<Api> for Handed {
    type Rejection = ApiError;

    async fn from_request(request: Request, api: &Api) -> Result<Self, ApiError> {
        if !has_type(request.headers(), "application/cbor") {
            let message = "send canonical CBOR with `Content-Type: application/cbor`";
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_cbor",
                message,
            ));
        }
        parse(&body_of(request, api).await?).map(Handed)
    }
}

fn parse(bytes: &Bytes) -> Result<Submission, ApiError> {
    let malformed = |error: codec::Malformed| ApiError::bad_request("malformed", error.to_string());
    let wire: Wire = codec::decode(bytes).map_err(malformed)?;
    let body = |body: WireBody| SubmittedBody {
        salt: *body.salt.as_bytes(),
        bytes: body.bytes,
    };
    Ok(Submission {
        entries: wire.entries.into_iter().map(|entry| entry.0).collect(),
        bodies: wire.bodies.into_iter().map(body).collect(),
    })
}

/// Answers `{results: [{id, index, size, duplicate} | {error} …]}`, once the accepted entries are durable and signed.
/// Records are the organisation's word, so only a steward hands them in.
///
/// # Errors
/// `not_permitted`.
pub(super) async fn submit(
    State(api): State<Api>,
    caller: Caller,
    Handed(submission): Handed,
) -> Result<Json<Value>, ApiError> {
    let is_record = |bytes: &Vec<u8>| matches!(Entry::parse(bytes), Ok(Entry::Record(_)));
    if !caller.role.steward && submission.entries.iter().any(is_record) {
        let message = "records are the organisation's own word: only a steward hands them in";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "not_permitted", message));
    }
    let results = api.shared.rooms.ledger.submit(submission).await;
    let results: Vec<Value> = results
        .iter()
        .map(|result| match result {
            Ok(Accepted {
                id,
                index,
                head,
                duplicate,
                ..
            }) => {
                json!({ "id": id, "index": index, "size": head.size, "duplicate": duplicate })
            }
            Err(error) => refused(error),
        })
        .collect();
    Ok(Json(json!({ "results": results })))
}
