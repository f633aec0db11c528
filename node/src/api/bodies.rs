//! Bodies in and out, in pieces, so that none lies in memory whole.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, TryStreamExt, stream};
use hearth_protocol::id::BodyHash;
use hearth_protocol::limits;

use super::error::ApiError;
use super::session::Secret;
use super::{Api, Caller, blocking, secret};
use crate::store::{BodyError, BodyState, Store, StoreError};

/// The header that carries a body's salt, in hexadecimal.
const SALT: &str = "Hearth-Salt";

/// Takes a body ahead of the entry that refers to it.
pub(super) async fn keep(
    State(api): State<Api>,
    _: Caller,
    Path(hash): Path<BodyHash>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, ApiError> {
    let salt = headers
        .get(SALT)
        .and_then(|salt| salt.to_str().ok())
        .and_then(secret);
    let salt =
        salt.ok_or_else(|| ApiError::bad_request("no_salt", "name the salt in the header Hearth-Salt"))?;
    let store = api.shared.rooms.reader.store().clone();
    if let BodyState::Held { .. } = state(&store, hash).await? {
        // Read all the same: a client that is still sending would hear of a broken connection, not of success.
        let unread = body
            .into_data_stream()
            .take_while(|piece| std::future::ready(piece.is_ok()));
        unread.for_each(|_| std::future::ready(())).await;
        return Ok(StatusCode::OK);
    }
    write(&store, move |batch| Ok(batch.drop_pieces(&hash)?)).await?;
    if let Err(error) = keep_pieces(&store, hash, salt, body).await {
        write(&store, move |batch| Ok(batch.drop_pieces(&hash)?)).await?;
        return Err(error);
    }
    Ok(StatusCode::CREATED)
}

async fn keep_pieces(store: &Store, hash: BodyHash, salt: Secret, body: Body) -> Result<(), ApiError> {
    let (mut offset, mut piece) = (0, Vec::new());
    let mut incoming = body.into_data_stream();
    while let Some(bytes) = incoming.next().await {
        let bytes = bytes.map_err(|error| ApiError::bad_request("broken_off", error.to_string()))?;
        piece.extend_from_slice(&bytes);
        if piece.len() >= limits::PIECE {
            offset = keep_piece(store, hash, salt, offset, std::mem::take(&mut piece)).await?;
        }
    }
    keep_piece(store, hash, salt, offset, piece).await?;
    write(store, move |batch| batch.complete_body(&hash)).await
}

async fn keep_piece(
    store: &Store,
    hash: BodyHash,
    salt: Secret,
    offset: u64,
    piece: Vec<u8>,
) -> Result<u64, ApiError> {
    let end = offset + piece.len() as u64;
    write(store, move |batch| batch.keep_piece(&hash, &salt, offset, &piece)).await?;
    Ok(end)
}

async fn write(
    store: &Store,
    work: impl FnOnce(&mut crate::store::Batch) -> Result<(), BodyError> + Send + 'static,
) -> Result<(), ApiError> {
    let store = store.clone();
    Ok(blocking(move || store.write(work)).await??)
}

async fn state(store: &Store, hash: BodyHash) -> Result<BodyState, ApiError> {
    let store = store.clone();
    Ok(blocking(move || store.read()?.body(&hash)).await??)
}

/// Gives a body's bytes.
pub(super) async fn give(
    State(api): State<Api>,
    _: Caller,
    Path(hash): Path<BodyHash>,
) -> Result<Response, ApiError> {
    let store = api.shared.rooms.reader.store().clone();
    let (salt, size) = match state(&store, hash).await? {
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
        let store = store.clone();
        async move {
            let read = move || -> Result<Vec<u8>, StoreError> {
                store.read()?.body_bytes(&hash, offset, limits::PIECE)
            };
            let piece = tokio::task::spawn_blocking(read)
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
