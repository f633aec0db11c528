//! Pulses: `POST /v1/pulses/answers` takes an anonymous answer, the bytes of its entry, from whoever brings it and without a
//! session, which would say who it is; `POST /v1/pulses/close` ends a pulse before its time.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use hearth_protocol::id::Id;
use hearth_protocol::pulse::Receipt;
use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::{Api, Caller, JsonBody, blocking, has_type};
use crate::pulse::Declined;

/// `{"receipt"}`, from the collector, whose node this one asks where it is another.
pub(super) async fn answer(
    State(api): State<Api>,
    headers: HeaderMap,
    entry: Bytes,
) -> Result<Json<Taken>, ApiError> {
    if !has_type(&headers, "application/cbor") {
        let message = "send the entry with `Content-Type: application/cbor`";
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_cbor",
            message,
        ));
    }
    let (desk, own) = (api.shared.rooms.desk.clone(), api.shared.rooms.home.organisation);
    let looked_at = entry.clone();
    let collector = blocking(move || desk.collector_of(&looked_at)).await??;
    let receipt = if collector == own {
        let desk = api.shared.rooms.desk.clone();
        blocking(move || desk.take(&entry)).await??
    } else {
        api.shared.rooms.carrier.carry(collector, entry.to_vec()).await?
    };
    Ok(Json(Taken { receipt }))
}

/// What whoever answered takes away.
#[derive(Serialize)]
pub(super) struct Taken {
    receipt: Receipt,
}

/// Which pulse.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    pulse: Id,
}

/// `{pulse}` → `{"closed": pulse}`. For stewards of the organisation that collects.
pub(super) async fn close(
    State(api): State<Api>,
    caller: Caller,
    JsonBody(Which { pulse }): JsonBody<Which>,
) -> Result<Json<serde_json::Value>, ApiError> {
    if !caller.role.steward {
        let message = "only a steward of the organisation that collects closes a pulse";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "not_permitted", message));
    }
    api.shared.rooms.desk.close(pulse).await?;
    Ok(Json(serde_json::json!({ "closed": pulse })))
}

impl From<Declined> for ApiError {
    fn from(declined: Declined) -> ApiError {
        let (status, code) = match &declined {
            Declined::NoAnswer | Declined::Void(_) => (StatusCode::UNPROCESSABLE_ENTITY, "no_answer"),
            Declined::Unknown => (StatusCode::NOT_FOUND, "unknown_pulse"),
            Declined::NotCollected => (StatusCode::CONFLICT, "not_collected"),
            Declined::Closed => (StatusCode::CONFLICT, "closed"),
            Declined::Answered => (StatusCode::CONFLICT, "answered"),
            Declined::NotYet => (StatusCode::SERVICE_UNAVAILABLE, "not_yet"),
            Declined::Busy => (StatusCode::TOO_MANY_REQUESTS, "busy"),
            Declined::Unreachable => (StatusCode::SERVICE_UNAVAILABLE, "unreachable"),
            Declined::Elsewhere { code, .. } => match code.as_str() {
                "busy" => (StatusCode::TOO_MANY_REQUESTS, "busy"),
                "not_yet" => (StatusCode::SERVICE_UNAVAILABLE, "not_yet"),
                "answered" => (StatusCode::CONFLICT, "answered"),
                "closed" => (StatusCode::CONFLICT, "closed"),
                _ => (StatusCode::UNPROCESSABLE_ENTITY, "declined"),
            },
            Declined::Disk(_) | Declined::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        ApiError::new(status, code, declined.to_string())
    }
}
