//! Coming in: challenges, sessions, and invitations for others.

use std::sync::{PoisonError, RwLock};
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use hearth_protocol::id::{Hash, Id, KeyBytes};
use hearth_protocol::sign::{PublicKey, Signature};
use hearth_protocol::sync::Peer;
use hearth_protocol::time::Span;
use serde::{Deserialize, Serialize};

use super::error::ApiError;
use super::session::{Denied, SESSION, Secret};
use super::{Api, Caller, JsonBody, blocking};
use crate::invitation::{Invitation, Token};
use crate::queries::Reader;
use crate::store::{StoreError, TokenHash};

/// How long an invitation works where nobody says otherwise.
const USUAL: Span = Span::days(7);
/// How long it may work.
const LONGEST: Span = Span::days(90);
/// Addresses in an invitation.
const ADDRESSES: usize = 8;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ask {
    key: KeyBytes,
}

#[derive(Serialize)]
pub(super) struct Challenge {
    challenge: Hash,
    community: Id,
    organisation: Id,
}

/// `{key}` → `{challenge, community, organisation}`. Any key gets one, so that nobody learns here which keys are known.
/// Both ids are in every signature and no secret; a client compares them with its own before it signs.
pub(super) async fn challenge(
    State(api): State<Api>,
    JsonBody(Ask { key }): JsonBody<Ask>,
) -> Result<Json<Challenge>, ApiError> {
    let challenge = random()?;
    api.sessions().challenge(key, challenge, Instant::now());
    let home = &api.shared.rooms.home;
    Ok(Json(Challenge {
        challenge: Hash::from_bytes(challenge),
        community: home.community,
        organisation: home.organisation,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signed {
    key: PublicKey,
    challenge: Hash,
    signature: String,
}

#[derive(Serialize)]
pub(super) struct Session {
    token: Hash,
    /// Seconds from now.
    expires: u64,
}

/// `{key, challenge, signature}` → `{token, expires}`.
pub(super) async fn open(
    State(api): State<Api>,
    JsonBody(signed): JsonBody<Signed>,
) -> Result<Json<Session>, ApiError> {
    let denied = |code, message: &str| ApiError::new(StatusCode::UNAUTHORIZED, code, message);
    let mut signature = [0; 64];
    hex::decode_to_slice(&signed.signature, &mut signature).map_err(|_| {
        ApiError::bad_request("bad_signature", "the signature is not 64 bytes in hexadecimal")
    })?;
    let signature = Signature::from_bytes(signature);
    let challenge = signed.challenge.as_bytes();
    let answered = api
        .sessions()
        .answer(&signed.key, challenge, &signature, Instant::now());
    answered.map_err(|why| match why {
        Denied::Challenge => denied(
            "bad_challenge",
            "the challenge was not given to this key, was used, or is too old",
        ),
        Denied::Signature => denied(
            "bad_signature",
            "the signature does not hold for this community, organisation and challenge",
        ),
    })?;
    let role = api.role(signed.key.bytes()).await?;
    if !role.steward && role.member.is_none() {
        let message = "this key is no member's and no steward's of this organisation; a steward can admit it (hearth member admit)";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "unknown_key", message));
    }
    let token = random()?;
    api.sessions().open(signed.key.bytes(), &token, Instant::now());
    Ok(Json(Session {
        token: Hash::from_bytes(token),
        expires: SESSION.as_secs(),
    }))
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Invite {
    /// How long it is to work, like `7d`.
    expires_in: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Invited {
    invitation: String,
    expires: String,
}

/// `{expires_in?}` → `{invitation, expires}`. For stewards.
pub(super) async fn invite(
    State(api): State<Api>,
    caller: Caller,
    JsonBody(invite): JsonBody<Invite>,
) -> Result<Json<Invited>, ApiError> {
    if !caller.role.steward {
        let message = "only a steward invites organisations";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "not_permitted", message));
    }
    let rooms = &api.shared.rooms;
    // Applications are kept where the invitation came from, and only the founder's stewards can decide (docs/protocol.md §6).
    if rooms.reader.projector().read().founder() != Some(rooms.home.organisation) {
        let message = "only the founding organisation admits others, so only its stewards invite";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "not_founder", message));
    }
    let span: Span = match invite.expires_in {
        Some(text) => text.parse().map_err(|error: hearth_protocol::time::BadSpan| {
            ApiError::bad_request("bad_span", error.to_string())
        })?,
        None => USUAL,
    };
    if span == Span::ZERO {
        return Err(ApiError::bad_request(
            "bad_span",
            "an invitation works for some time, such as 7d",
        ));
    }
    let (reader, own, listening) = (
        rooms.reader.clone(),
        rooms.home.organisation,
        rooms.addresses.clone(),
    );
    let addresses = blocking(move || addresses(&reader, own, &listening)).await?;
    if addresses.is_empty() {
        let message = "this node listens nowhere, so nobody could follow an invitation";
        return Err(ApiError::new(StatusCode::CONFLICT, "no_address", message));
    }
    let invitation = Invitation {
        token: Token::from_bytes(random()?),
        expires: rooms.clock.now().plus(span.min(LONGEST)),
        addresses,
        community: rooms.home.community,
    };
    let (token, expires) = (TokenHash::of(invitation.token.as_bytes()), invitation.expires);
    let store = rooms.reader.store().clone();
    blocking(move || store.write(|batch| -> Result<(), StoreError> { batch.invite(&token, expires) }))
        .await??;
    Ok(Json(Invited {
        invitation: invitation.to_string(),
        expires: expires.to_string(),
    }))
}

/// Where an applicant may call: what the charter names first, which was chosen to be reached from outside, then where the
/// node listens.
fn addresses(reader: &Reader, own: Id, listening: &RwLock<Vec<String>>) -> Vec<String> {
    let organisations = reader.projector().read().organisations();
    let charter = organisations
        .into_iter()
        .filter(|organisation| organisation.id == own)
        .flat_map(|organisation| organisation.charter.nodes)
        .flat_map(|node| {
            let name = crate::network::name_of(&Peer(node.id));
            let whole = move |address: String| match address.contains("/p2p/") {
                true => address,
                false => format!("{address}/p2p/{name}"),
            };
            node.addresses.into_iter().map(whole)
        });
    let listening = listening.read().unwrap_or_else(PoisonError::into_inner).clone();
    let mut addresses: Vec<String> = Vec::new();
    for address in charter.chain(listening) {
        if addresses.len() < ADDRESSES && !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

fn random() -> Result<Secret, ApiError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| ApiError::lost())?;
    Ok(bytes)
}
