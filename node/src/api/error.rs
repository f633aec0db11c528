//! Every refusal has one form: `{"error": {"code", "message"}}` with the status that fits it.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::ledger::Refused;
use crate::queries::QueryError;
use crate::store::{BodyError, StoreError};

/// A refusal.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub(super) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// The task that worked on a request is gone: it panicked, or the node is stopping.
    pub(super) fn lost() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "the node failed; its log says more",
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        if self.status.is_server_error() {
            tracing::warn!(code = self.code, message = %self.message, "a request failed");
        }
        let body = json!({ "error": { "code": self.code, "message": self.message } });
        (self.status, Json(body)).into_response()
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let (status, code) = match &error {
            StoreError::Full => (StatusCode::INSUFFICIENT_STORAGE, "disk_full"),
            StoreError::Disk(_) | StoreError::Corrupt(_) | StoreError::Database(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "store_failed")
            }
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> Self {
        let (status, code) = match error {
            BodyError::Store(error) => return error.into(),
            BodyError::Mismatch { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "body_mismatch"),
            BodyError::Erased { .. } => (StatusCode::GONE, "erased_body"),
            BodyError::Gap { .. } => (StatusCode::CONFLICT, "body_gap"),
            BodyError::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "body_too_large"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<QueryError> for ApiError {
    fn from(error: QueryError) -> Self {
        let status = match &error {
            QueryError::NoSuchEntry { .. }
            | QueryError::NoSuchOrganisation { .. }
            | QueryError::TooLarge { .. } => StatusCode::NOT_FOUND,
            QueryError::Ambiguous { .. } | QueryError::View(_) => StatusCode::CONFLICT,
            QueryError::NotAnId { .. }
            | QueryError::NoSuchKind { .. }
            | QueryError::Expression(_)
            | QueryError::NotADiscussion { .. }
            | QueryError::NotOfThatKind { .. }
            | QueryError::NotForOutsiders { .. }
            | QueryError::Statement(_)
            | QueryError::Time(_)
            | QueryError::Span(_) => StatusCode::BAD_REQUEST,
            QueryError::NoMember => StatusCode::FORBIDDEN,
            QueryError::NotComputed { .. } => StatusCode::NOT_IMPLEMENTED,
            QueryError::Search(_) | QueryError::Store(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.code(), error.to_string())
    }
}

/// What is said of one entry that was not taken.
pub(super) fn refused(refused: &Refused) -> serde_json::Value {
    json!({ "error": {
        "code": refused.code(), "message": refused.to_string(), "temporary": refused.is_temporary(),
    } })
}
