//! Bodies in and out, in pieces, so that none lies in memory whole.

use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, TryStreamExt, stream};
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::limits;

use super::error::ApiError;
use super::session::Secret;
use super::{Api, Caller, blocking, secret};
use crate::store::{Batch, BodyError, BodyState, Log, LogNumber, Store, StoreError};

/// The header that carries a body's salt, in hexadecimal.
const SALT: &str = "Hearth-Salt";

/// A body's place in the store.
#[derive(Clone)]
struct Place {
    store: Store,
    log: LogNumber,
    hash: BodyHash,
}

/// Takes a body ahead of the entry of our own log that refers to it.
pub(super) async fn keep(
    State(api): State<Api>,
    _: Caller,
    Path((organisation, hash)): Path<(Id, BodyHash)>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, ApiError> {
    let salt = headers
        .get(SALT)
        .and_then(|salt| salt.to_str().ok())
        .and_then(secret);
    let salt =
        salt.ok_or_else(|| ApiError::bad_request("no_salt", "name the salt in the header Hearth-Salt"))?;
    let (place, log) = Place::find(&api, organisation, hash).await?;
    if !log.charter.own {
        let message = "bodies are handed in to the node of the organisation whose entry refers to them";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "not_our_log", message));
    }
    let mut incoming = body.into_data_stream();
    let taken = place.take(salt, &mut incoming).await;
    // Read to its end whatever came of it: a client still sending would hear of a broken connection, not of the answer.
    let mut unread = 0;
    while unread <= limits::BODY
        && let Some(Ok(bytes)) = incoming.next().await
    {
        unread += bytes.len() as u64;
    }
    taken
}

impl Place {
    /// The place of a body, and the log it belongs to.
    async fn find(api: &Api, organisation: Id, hash: BodyHash) -> Result<(Place, Log), ApiError> {
        let store = api.shared.rooms.reader.store().clone();
        let held = store.clone();
        let log = blocking(move || held.read()?.log(&organisation)).await??;
        let unknown = || ApiError::new(StatusCode::NOT_FOUND, "unknown_log", "no such log is held here");
        let log = log.ok_or_else(unknown)?;
        let number = log.number;
        Ok((
            Place {
                store,
                log: number,
                hash,
            },
            log,
        ))
    }

    /// Keeps a body that is not held yet; of one that does not come whole nothing stays.
    async fn take(&self, salt: Secret, incoming: &mut BodyDataStream) -> Result<StatusCode, ApiError> {
        if let BodyState::Held { .. } = self.state().await? {
            return Ok(StatusCode::OK);
        }
        self.drop_pieces().await?;
        let kept = self.keep(salt, incoming).await;
        if kept.is_err()
            && let Err(error) = self.drop_pieces().await
        {
            tracing::warn!(?error, "pieces of a body stay until it is handed in again");
        }
        kept.map(|()| StatusCode::CREATED)
    }

    async fn keep(&self, salt: Secret, incoming: &mut BodyDataStream) -> Result<(), ApiError> {
        let (mut offset, mut piece) = (0, Vec::new());
        while let Some(bytes) = incoming.next().await {
            let bytes = bytes.map_err(|error| ApiError::bad_request("broken_off", error.to_string()))?;
            piece.extend_from_slice(&bytes);
            if piece.len() >= limits::PIECE {
                offset = self.keep_piece(salt, offset, std::mem::take(&mut piece)).await?;
            }
        }
        self.keep_piece(salt, offset, piece).await?;
        let (log, hash) = (self.log, self.hash);
        self.write(move |batch| batch.complete_body(log, &hash)).await
    }

    async fn keep_piece(&self, salt: Secret, offset: u64, piece: Vec<u8>) -> Result<u64, ApiError> {
        let end = offset + piece.len() as u64;
        let (log, hash) = (self.log, self.hash);
        self.write(move |batch| batch.keep_piece(log, &hash, &salt, offset, &piece))
            .await?;
        Ok(end)
    }

    async fn drop_pieces(&self) -> Result<(), ApiError> {
        let (log, hash) = (self.log, self.hash);
        self.write(move |batch| Ok(batch.drop_pieces(log, &hash)?)).await
    }

    async fn write(
        &self,
        work: impl FnOnce(&mut Batch) -> Result<(), BodyError> + Send + 'static,
    ) -> Result<(), ApiError> {
        let store = self.store.clone();
        Ok(blocking(move || store.write(work)).await??)
    }

    async fn state(&self) -> Result<BodyState, ApiError> {
        let Place { store, log, hash } = self.clone();
        Ok(blocking(move || store.read()?.body(log, &hash)).await??)
    }

    fn bytes(&self, offset: u64) -> Result<Vec<u8>, StoreError> {
        self.store
            .read()?
            .body_bytes(self.log, &self.hash, offset, limits::PIECE)
    }
}

/// Gives the bytes of a body of one log.
pub(super) async fn give(
    State(api): State<Api>,
    _: Caller,
    Path((organisation, hash)): Path<(Id, BodyHash)>,
) -> Result<Response, ApiError> {
    let (place, _) = Place::find(&api, organisation, hash).await?;
    let (salt, size) = match place.state().await? {
        BodyState::Held { salt, size } => (salt, size),
        BodyState::Erased { by } => {
            let message = format!("the body was erased by entry {by}");
            return Err(ApiError::new(StatusCode::GONE, "erased_body", message));
        }
        BodyState::Partial { .. } | BodyState::Missing => {
            return Err(ApiError::new(
                StatusCode::NOT_FOUND,
                "missing_body",
                "the body is not here (yet)",
            ));
        }
    };
    let pieces = stream::try_unfold(0, move |offset| {
        let place = place.clone();
        async move {
            let piece = tokio::task::spawn_blocking(move || place.bytes(offset))
                .await
                .map_err(std::io::Error::other)?;
            let piece = piece.map_err(std::io::Error::other)?;
            let next = offset + piece.len() as u64;
            Ok::<_, std::io::Error>((!piece.is_empty()).then_some((piece, next)))
        }
    });
    let headers = [
        (
            header::CONTENT_TYPE.as_str(),
            "application/octet-stream".to_owned(),
        ),
        (header::CONTENT_LENGTH.as_str(), size.to_string()),
        (header::X_CONTENT_TYPE_OPTIONS.as_str(), "nosniff".to_owned()),
        (SALT, hex::encode(salt)),
    ];
    Ok((headers, Body::from_stream(pieces.into_stream())).into_response())
}
