//! Invitations given and applications received: what `/hearth/join/1` needs to remember.

use hearth_protocol::id::{Hash, Id};
use hearth_protocol::time::Timestamp;
use redb::ReadableTable;
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::tables::{APPLICATIONS, INVITATIONS};
use super::{Batch, Snapshot, rows};

/// SHA-256 of an invitation's token. The token itself is nowhere on this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TokenHash(Hash);

impl TokenHash {
    /// The hash of a token.
    pub fn of(token: &[u8; 32]) -> TokenHash {
        TokenHash(Hash::of(token))
    }
}

/// An invitation that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Until when it may be used.
    pub expires: u64,
    /// The organisation that used it.
    pub used: Option<Id>,
}

/// An organisation that wants to join.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// The organisation: the id of its charter.
    pub organisation: Id,
    /// Its whole `organisation.chartered` entry.
    #[serde(with = "serde_bytes")]
    pub charter: Vec<u8>,
    /// The invitation it came with.
    pub token: TokenHash,
    /// When it came, in ms UTC.
    pub at: u64,
}

/// What became of a token that somebody presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redeemed {
    /// It was good and is used up now, or this same organisation had used it before.
    Accepted,
    /// No such invitation was given.
    Unknown,
    /// Its time is over.
    Expired,
    /// Another organisation has used it.
    Used,
}

impl Snapshot<'_> {
    /// Every application, ascending by organisation.
    pub fn applications(&self) -> Result<Vec<Application>, StoreError> {
        let table = self.transaction().open_table(APPLICATIONS)?;
        table
            .iter()?
            .map(|row| rows::decode(row?.1.value(), "applications"))
            .collect()
    }

    /// One organisation's application.
    pub fn application(&self, organisation: &Id) -> Result<Option<Application>, StoreError> {
        self.bytes(APPLICATIONS, organisation.as_bytes())?
            .map(|row| rows::decode(&row, "applications"))
            .transpose()
    }

    /// An invitation by its token's hash.
    pub fn invitation(&self, token: &TokenHash) -> Result<Option<Invitation>, StoreError> {
        self.bytes(INVITATIONS, token.0.as_bytes())?
            .map(|row| rows::decode(&row, "invitations"))
            .transpose()
    }
}

impl Batch {
    /// Notes that an invitation was given.
    pub fn invite(&mut self, token: &TokenHash, expires: Timestamp) -> Result<(), StoreError> {
        let row = Invitation {
            expires: expires.as_millis(),
            used: None,
        };
        self.put(INVITATIONS, token.0.as_bytes(), &rows::encode(&row))
    }

    /// Uses up an invitation and keeps the application that came with it, both or neither.
    pub fn redeem(&mut self, application: &Application, now: Timestamp) -> Result<Redeemed, StoreError> {
        let token = application.token.0;
        let Some(row) = self.bytes(INVITATIONS, token.as_bytes())? else {
            return Ok(Redeemed::Unknown);
        };
        let invitation: Invitation = rows::decode(&row, "invitations")?;
        match invitation.used {
            Some(user) if user == application.organisation => return Ok(Redeemed::Accepted),
            Some(_) => return Ok(Redeemed::Used),
            None if invitation.expires <= now.as_millis() => return Ok(Redeemed::Expired),
            None => {}
        }
        let used = Invitation {
            used: Some(application.organisation),
            ..invitation
        };
        self.put(INVITATIONS, token.as_bytes(), &rows::encode(&used))?;
        self.put(
            APPLICATIONS,
            application.organisation.as_bytes(),
            &rows::encode(application),
        )?;
        Ok(Redeemed::Accepted)
    }
}
