//! Joining: the inviter's door and what an applicant knows (docs/protocol.md §5, `/hearth/join/1`).

use std::collections::BTreeMap;

use hearth_protocol::codec;
use hearth_protocol::community::{Community as Facts, VoidReason};
use hearth_protocol::entry::{Entry, Home};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Chartered, Community};
use hearth_protocol::sync::{JoinReply, JoinRequest};
use hearth_protocol::time::Timestamp;
use serde_bytes::ByteBuf;

use crate::invitation::Invitation;
use crate::projector::Projector;
use crate::store::{Application, Batch, NewLog, Redeemed, Snapshot, Store, StoreError, TokenHash};

/// Where an applicant's store keeps the invitation until it has seen its own admission.
pub(crate) const INVITATION: &str = "invitation";
/// Where it keeps the charters it was given, which are its address book until it has the founding log.
const CHARTERS: &str = "charters";

/// A charter that is whole and rightly signed by one of its own stewards.
#[derive(Debug, Clone)]
pub struct Charter {
    /// The organisation.
    pub id: Id,
    /// What it says.
    pub says: Chartered,
}

impl Charter {
    /// Reads and checks a charter of this community.
    pub fn read(bytes: &[u8], community: Id) -> Option<Charter> {
        let Ok(Entry::Event(event)) = Entry::parse(bytes) else {
            return None;
        };
        let Act::Community(Community::Chartered(says)) = &event.payload().act else {
            return None;
        };
        let own = says.stewards.iter().any(|steward| steward.bytes() == event.kid());
        let holds = event.verify(&Home::of_charter(community)).is_ok();
        (own && holds).then(|| Charter {
            id: Entry::id_of(bytes),
            says: says.clone(),
        })
    }

    /// What holding its log needs.
    pub fn log(&self, own: bool) -> NewLog {
        NewLog {
            organisation: self.id,
            origin: self.says.origin.clone(),
            key: self.says.key,
            next: self.says.next,
            witness: self.says.witness,
            own,
        }
    }
}

/// Answers a knock. A token opens the door once, for one organisation; a steward then lets it in, or does not.
///
/// # Errors
/// [`StoreError`].
pub fn answer_knock(
    store: &Store,
    projector: &Projector,
    now: Timestamp,
    request: JoinRequest,
) -> Result<JoinReply, StoreError> {
    let refused = |reason: &str| {
        Ok(JoinReply::Refused {
            reason: reason.to_owned(),
        })
    };
    let (JoinRequest::Apply { token, .. } | JoinRequest::Poll { token, .. }) = &request;
    let token = TokenHash::of(token);
    // Strangers without an invitation cost one look-up.
    let Some(invitation) = store.read()?.invitation(&token)? else {
        return refused("no such invitation was given");
    };
    let organisation = match request {
        JoinRequest::Poll { organisation, .. } if invitation.used == Some(organisation) => organisation,
        JoinRequest::Poll { .. } => return refused("no application came with this invitation"),
        JoinRequest::Apply { charter, .. } if invitation.used == Some(Entry::id_of(&charter)) => {
            Entry::id_of(&charter)
        }
        JoinRequest::Apply { charter, .. } => {
            let Some(read) = Charter::read(&charter, projector.read().id()) else {
                return refused(
                    "the charter is not a well-formed one of this community, signed by its steward",
                );
            };
            let (organisation, at) = (read.id, now.as_millis());
            let application = Application {
                organisation,
                charter,
                token,
                at,
            };
            match store.write(|batch| batch.redeem(&application, now))? {
                Redeemed::Accepted => organisation,
                Redeemed::Unknown => return refused("no such invitation was given"),
                Redeemed::Expired => return refused("the invitation has expired"),
                Redeemed::Used => return refused("the invitation has been used by another organisation"),
            }
        }
    };
    let facts = projector.read();
    let mut removed = facts
        .organisations()
        .into_iter()
        .filter_map(|o| Some((o.id, o.limit?)));
    if removed.any(|(id, limit)| id == organisation && limit.reason == VoidReason::Removed) {
        return refused("the organisation was removed from the community");
    }
    Ok(match charters(&facts, organisation) {
        Some(charters) => JoinReply::Admitted { charters },
        None => JoinReply::Pending {},
    })
}

/// Everybody's charters, if `organisation` is admitted.
fn charters(facts: &Facts, organisation: Id) -> Option<Vec<(Id, ByteBuf)>> {
    let organisations = facts.organisations();
    let admitted = organisations.iter().any(|admitted| admitted.id == organisation);
    let charter =
        |admitted: hearth_protocol::community::Organisation| (admitted.id, ByteBuf::from(admitted.entry));
    admitted.then(|| organisations.into_iter().map(charter).collect())
}

/// What an applicant has to show, if this node is one.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// The invitation it came with.
    pub invitation: Invitation,
    /// Its own charter.
    pub charter: Vec<u8>,
    /// Its own id.
    pub organisation: Id,
}

impl Applicant {
    /// The applicant in a store; none where the node founded its community or has seen its admission.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn of(snapshot: &Snapshot<'_>) -> Result<Option<Applicant>, StoreError> {
        let (Some(text), Some(own)) = (snapshot.meta(INVITATION)?, snapshot.own_log()?) else {
            return Ok(None);
        };
        let corrupt = || StoreError::Corrupt("the invitation kept".into());
        let text = String::from_utf8(text).map_err(|_| corrupt())?;
        let invitation = text.parse().map_err(|_| corrupt())?;
        let charter = snapshot.entry(own.number, 0)?.ok_or_else(corrupt)?;
        Ok(Some(Applicant {
            invitation,
            charter,
            organisation: own.charter.organisation,
        }))
    }

    /// The next knock: handing in the charter, which may be done any number of times.
    pub fn knock(&self) -> JoinRequest {
        JoinRequest::Apply {
            token: *self.invitation.token.as_bytes(),
            charter: self.charter.clone(),
        }
    }

    /// Takes the charters that admission brings: begins to hold their logs, and keeps them as address book until the
    /// founding log is here. Those that are not of this community are passed over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn admitted(&self, store: &Store, charters: &[(Id, ByteBuf)]) -> Result<(), StoreError> {
        let community = self.invitation.community;
        let sound: BTreeMap<Id, Charter> = charters
            .iter()
            .filter_map(|(id, bytes)| Charter::read(bytes, community).filter(|charter| charter.id == *id))
            .map(|charter| (charter.id, charter))
            .collect();
        let kept: Vec<&(Id, ByteBuf)> = charters.iter().filter(|(id, _)| sound.contains_key(id)).collect();
        store.write(|batch| {
            for charter in sound.values().filter(|charter| charter.id != self.organisation) {
                batch.hold_log(charter.log(false))?;
            }
            batch.set_meta(CHARTERS, &codec::encode(&kept))
        })
    }
}

/// The charters an applicant was given; none where it needs them no more.
///
/// # Errors
/// [`StoreError`].
pub fn given_charters(snapshot: &Snapshot<'_>) -> Result<Vec<Charter>, StoreError> {
    let (Some(kept), Some(community)) = (snapshot.meta(CHARTERS)?, snapshot.community()?) else {
        return Ok(Vec::new());
    };
    let charters: Vec<(Id, ByteBuf)> =
        codec::decode(&kept).map_err(|_| StoreError::Corrupt("the charters kept".into()))?;
    Ok(charters
        .iter()
        .filter_map(|(_, bytes)| Charter::read(bytes, community))
        .collect())
}

/// Forgets what joining needed: the founding log says now who is who.
///
/// # Errors
/// [`StoreError`].
pub fn finish(batch: &mut Batch) -> Result<(), StoreError> {
    batch.clear_meta(INVITATION)?;
    batch.clear_meta(CHARTERS)
}

#[cfg(test)]
mod tests {
    use hearth_protocol::kind::Clock;
    use hearth_protocol::sign::SecretKey;

    use super::*;
    use crate::config::Config;
    use crate::directory::DataDirectory;
    use crate::found::{self, Organisation, Purpose};
    use crate::invitation::Token;
    use crate::secret_file;

    const NOW: Timestamp = Timestamp::from_millis(1_000);

    struct Inviter {
        parent: tempfile::TempDir,
        store: Store,
        projector: Projector,
    }

    fn organisation<'a>(slug: &str, steward: &'a SecretKey) -> Organisation<'a> {
        let (name, config) = (slug.to_owned(), Config::default());
        Organisation {
            slug: slug.parse().unwrap(),
            name,
            steward,
            steward_name: None,
            addresses: vec![],
            config,
        }
    }

    fn inviter() -> Inviter {
        let parent = tempfile::tempdir().unwrap();
        let directory = DataDirectory::at(parent.path().join("north"));
        let purpose = Purpose {
            domain: "care".parse().unwrap(),
            name: "Care".into(),
            words: String::new(),
            clock: Clock::Real,
        };
        let steward = secret_file::generate().unwrap();
        let made = found::found(&directory, &organisation("north", &steward), &purpose, NOW).unwrap();
        let store = Store::open(directory.path()).unwrap();
        let projector = Projector::open(store.clone(), made.home.community, None).unwrap();
        Inviter {
            parent,
            store,
            projector,
        }
    }

    impl Inviter {
        fn invite(&self, token: u8, expires: u64) {
            let token = TokenHash::of(&[token; 32]);
            let expires = Timestamp::from_millis(expires);
            self.store
                .write(|batch| -> Result<(), StoreError> { batch.invite(&token, expires) })
                .unwrap();
        }

        /// The charter of an applicant to a community.
        fn charter(&self, slug: &str, community: Id) -> Vec<u8> {
            let directory = DataDirectory::at(self.parent.path().join(slug));
            let steward = secret_file::generate().unwrap();
            let (token, addresses) = (Token::from_bytes([0; 32]), vec![]);
            let invitation = Invitation {
                token,
                expires: NOW,
                addresses,
                community,
            };
            found::join(&directory, &organisation(slug, &steward), &invitation, NOW).unwrap();
            let store = Store::open(directory.path()).unwrap();
            let applicant = Applicant::of(&store.read().unwrap()).unwrap().unwrap();
            applicant.charter
        }

        fn knock(&self, request: JoinRequest) -> Result<JoinReply, String> {
            match answer_knock(&self.store, &self.projector, NOW, request).unwrap() {
                JoinReply::Refused { reason } => Err(reason),
                reply => Ok(reply),
            }
        }

        fn apply(&self, token: u8, charter: &[u8]) -> Result<JoinReply, String> {
            self.knock(JoinRequest::Apply {
                token: [token; 32],
                charter: charter.to_vec(),
            })
        }
    }

    #[test]
    fn the_door_opens_to_a_good_token_with_a_good_charter_once() {
        let inviter = inviter();
        let community = inviter.projector.read().id();
        let south = inviter.charter("south", community);
        let west = inviter.charter("west", community);
        inviter.invite(1, 2_000);
        inviter.invite(2, 1_000);
        assert_eq!(
            inviter.apply(9, &south),
            Err("no such invitation was given".into())
        );
        assert_eq!(inviter.apply(2, &south), Err("the invitation has expired".into()));
        assert_eq!(inviter.apply(1, &south), Ok(JoinReply::Pending {}));
        assert_eq!(
            inviter.apply(1, &south),
            Ok(JoinReply::Pending {}),
            "asking again is asking"
        );
        assert!(
            inviter
                .apply(1, &west)
                .is_err_and(|reason| reason.contains("used by another"))
        );
        let poll = |organisation| {
            inviter.knock(JoinRequest::Poll {
                token: [1; 32],
                organisation,
            })
        };
        assert_eq!(poll(Entry::id_of(&south)), Ok(JoinReply::Pending {}));
        assert!(poll(Entry::id_of(&west)).is_err());
        assert_eq!(inviter.store.read().unwrap().applications().unwrap().len(), 1);
    }

    #[test]
    fn a_bad_charter_does_not_spend_the_token() {
        let inviter = inviter();
        let community = inviter.projector.read().id();
        inviter.invite(1, 2_000);
        let elsewhere = inviter.charter("elsewhere", Id::from_bytes([7; 32]));
        let mut forged = inviter.charter("forged", community);
        *forged.last_mut().unwrap() ^= 1;
        for bad in [&elsewhere[..], &forged, b"no charter"] {
            assert!(
                inviter
                    .apply(1, bad)
                    .is_err_and(|reason| reason.contains("charter"))
            );
        }
        let good = inviter.charter("south", community);
        assert_eq!(inviter.apply(1, &good), Ok(JoinReply::Pending {}));
    }
}
