//! Making a data directory: an organisation that founds a community, or one that applies to join one.

use std::path::{Path, PathBuf};
use std::{fs, io};

use hearth_protocol::entry::{BodyRef, Entry, Event, Home, Payload};
use hearth_protocol::id::{Id, KeyHash};
use hearth_protocol::kind::{
    Act, Admission, Admitted, Chartered, Clock, Community, Electorate, Founded, Node, People, Policy, Slug,
};
use hearth_protocol::log::{Origin, TreeHead, VerifierKey};
use hearth_protocol::sign::{PublicKey, SecretKey};
use hearth_protocol::time::{Span, Timestamp};

use crate::config::{Config, ConfigError};
use crate::directory::DataDirectory;
use crate::invitation::Invitation;
use crate::network::{BadAddress, Identity, IdentityError, check_address};
use crate::secret_file::{self, SecretFileError};
use crate::signer::{Signer, SignerError};
use crate::store::{AppendError, BodyError, NewEntry, NewLog, OpenError, Store, StoreError};

/// What an organisation says of itself.
pub struct Organisation<'a> {
    /// Its short name.
    pub slug: Slug,
    /// Its name.
    pub name: String,
    /// The key of its first steward, who signs the charter and is its first member.
    pub steward: &'a SecretKey,
    /// The steward's name, if it is to be known.
    pub steward_name: Option<String>,
    /// Where other organisations' nodes can call this one (multiaddresses). May be empty: then it does the calling.
    pub addresses: Vec<String>,
    /// How the node runs.
    pub config: Config,
}

/// What a community says of itself.
pub struct Purpose {
    /// What it is about, as a short name.
    pub domain: Slug,
    /// Its name.
    pub name: String,
    /// What it is for, in its own words; may be empty.
    pub words: String,
    /// Whose time it runs on.
    pub clock: Clock,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The community and the organisation.
    pub home: Home,
    /// The log's name.
    pub origin: Origin,
    /// The key that verifies the log's checkpoints.
    pub verifier: VerifierKey,
    /// Where the log's next key lies. It belongs off this disk.
    pub next_key: PathBuf,
}

/// Why a data directory was not made.
#[derive(Debug, thiserror::Error)]
pub enum FoundError {
    /// Something lives there already.
    #[error("{directory} is not empty; name a new directory", directory = directory.display())]
    Exists {
        /// The directory.
        directory: PathBuf,
    },
    /// Its next key lies there already.
    #[error("{path} holds a key already; move it away first", path = path.display())]
    NextKeyExists {
        /// The file.
        path: PathBuf,
    },
    /// The directory cannot be made.
    #[error("{path}: {source}", path = path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An address nobody can call.
    #[error(transparent)]
    Address(#[from] BadAddress),
    /// A key cannot be made or kept.
    #[error(transparent)]
    Secret(#[from] SecretFileError),
    /// The node's identity cannot be made or kept.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The signer file cannot be made.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The settings cannot be kept.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first entries cannot be kept.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The first bodies cannot be kept.
    #[error(transparent)]
    Body(#[from] BodyError),
}

/// Makes the directory of an organisation that founds a community.
pub fn found(
    directory: &DataDirectory,
    organisation: &Organisation,
    purpose: &Purpose,
    now: Timestamp,
) -> Result<Made, FoundError> {
    let keys = Keys::generate()?;
    let mut opening = Opening::default();
    let words = format!("# {}\n\n{}", purpose.name, purpose.words);
    let founded = Founded {
        key: keys.log.public(),
        next: keys.next.public().hash(),
        clock: purpose.clock,
        domain: purpose.domain.clone(),
        origin: origin_of(organisation, keys.log.public()),
        policy: first_policy(),
    };
    let payload = Payload::new(now, Community::Founded(founded)).with_body(opening.body(words.trim_end())?);
    let community = opening.sign(&payload, organisation.steward, &Home::NONE);
    make(directory, organisation, &keys, opening, community, now, None)
}

/// Makes the directory of an organisation that applies to join the community it was invited to. A node that runs on it
/// applies and waits.
pub fn join(
    directory: &DataDirectory,
    organisation: &Organisation,
    invitation: &Invitation,
    now: Timestamp,
) -> Result<Made, FoundError> {
    let keys = Keys::generate()?;
    make(
        directory,
        organisation,
        &keys,
        Opening::default(),
        invitation.community,
        now,
        Some(invitation),
    )
}

/// Everybody may have one liar from four organisations on, two from eight; the founder admits (docs/protocol.md §6).
fn first_policy() -> Policy {
    Policy {
        liars: vec![(4, 1), (8, 2)],
        ruleset: 1,
        admission: Admission {
            quorum: 1,
            electorate: Electorate::Founder,
        },
        tolerance: Span::hours(6),
    }
}

struct Keys {
    log: SecretKey,
    next: SecretKey,
    witness: SecretKey,
}

impl Keys {
    fn generate() -> Result<Self, SecretFileError> {
        let generate = secret_file::generate;
        Ok(Self {
            log: generate()?,
            next: generate()?,
            witness: generate()?,
        })
    }
}

/// The first entries of a log and their bodies.
#[derive(Default)]
struct Opening {
    entries: Vec<Vec<u8>>,
    bodies: Vec<(BodyRef, [u8; 32], Vec<u8>)>,
}

impl Opening {
    fn body(&mut self, words: &str) -> Result<BodyRef, SecretFileError> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).map_err(SecretFileError::Randomness)?;
        let reference = BodyRef::to(&salt, words.as_bytes(), "text/markdown");
        self.bodies
            .push((reference.clone(), salt, words.as_bytes().to_vec()));
        Ok(reference)
    }

    fn sign(&mut self, payload: &Payload, key: &SecretKey, home: &Home) -> Id {
        let entry = Event::sign(payload, key, home);
        let id = Entry::id_of(&entry);
        self.entries.push(entry);
        id
    }
}

/// Signs charter and first member, and makes the directory beside its place, so that it is there whole or not at all.
fn make(
    directory: &DataDirectory,
    organisation: &Organisation,
    keys: &Keys,
    mut opening: Opening,
    community: Id,
    now: Timestamp,
    invitation: Option<&Invitation>,
) -> Result<Made, FoundError> {
    organisation
        .addresses
        .iter()
        .try_for_each(|address| check_address(address))?;
    let next_key = directory.next_key();
    if fs::read_dir(directory.path()).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(FoundError::Exists {
            directory: directory.path().into(),
        });
    }
    if next_key.exists() {
        return Err(FoundError::NextKeyExists { path: next_key });
    }
    let fresh = fresh_beside(directory)?;
    let identity = Identity::create(&fresh.identity())?;
    let log = charter(&mut opening, organisation, keys, &identity, community, now)?;
    let home = Home {
        community,
        organisation: log.organisation,
    };
    admit_steward(&mut opening, organisation, &home, now)?;

    secret_file::write_new(&fresh.witness_key(), &keys.witness)?;
    // Where the inviter was found stays known: its charter need not name an address that can be reached from here.
    let mut config = organisation.config.clone();
    config.peers.extend(
        invitation
            .iter()
            .flat_map(|invitation| invitation.addresses.clone()),
    );
    config.write(&fresh.config())?;
    fill_store(&fresh, &log, opening, community, invitation)?;
    drop(Signer::create(
        &fresh.signer(),
        keys.log.clone(),
        log.next,
        TreeHead::empty(),
    )?);
    secret_file::write_new(&next_key, &keys.next)?;
    fs::rename(fresh.path(), directory.path()).map_err(|source| at(directory.path(), source))?;
    let verifier = VerifierKey::log(log.origin.key_name().clone(), keys.log.public());
    Ok(Made {
        home,
        origin: log.origin,
        verifier,
        next_key,
    })
}

/// Signs the charter; says what holding the log needs.
fn charter(
    opening: &mut Opening,
    organisation: &Organisation,
    keys: &Keys,
    identity: &Identity,
    community: Id,
    now: Timestamp,
) -> Result<NewLog, FoundError> {
    let key = keys.log.public();
    let origin = origin_of(organisation, key);
    let next: KeyHash = keys.next.public().hash();
    let witness = keys.witness.public();
    let chartered = Chartered {
        key,
        next,
        slug: organisation.slug.clone(),
        nodes: vec![Node {
            id: identity.peer().0,
            addresses: organisation.addresses.clone(),
        }],
        origin: origin.clone(),
        witness,
        stewards: vec![organisation.steward.public()],
    };
    let name = opening.body(&format!("# {}", organisation.name))?;
    let payload = Payload::new(now, Community::Chartered(chartered)).with_body(name);
    let id = opening.sign(&payload, organisation.steward, &Home::of_charter(community));
    Ok(NewLog {
        organisation: id,
        origin,
        key,
        next,
        witness,
        own: true,
    })
}

fn origin_of(organisation: &Organisation, key: PublicKey) -> Origin {
    Origin::of(organisation.slug.as_str(), &key).expect("a slug can be part of a key's name")
}

/// The steward who signs the charter is the first member, so that the organisation's people can begin.
fn admit_steward(
    opening: &mut Opening,
    organisation: &Organisation,
    home: &Home,
    now: Timestamp,
) -> Result<(), FoundError> {
    let admitted = Admitted {
        applied: true,
        ..Admitted::new(organisation.steward.public())
    };
    let act: Act = People::MemberAdmitted(admitted).into();
    let mut payload = Payload::new(now, act);
    if let Some(name) = &organisation.steward_name {
        payload = payload.with_body(opening.body(&format!("# {name}"))?);
    }
    opening.sign(&payload, organisation.steward, home);
    Ok(())
}

fn fill_store(
    directory: &DataDirectory,
    log: &NewLog,
    opening: Opening,
    community: Id,
    invitation: Option<&Invitation>,
) -> Result<(), FoundError> {
    let store = Store::open(directory.path())?;
    store.write(|batch| -> Result<(), FoundError> {
        batch.set_community(&community)?;
        let number = batch.hold_log(log.clone())?;
        let entries: Vec<NewEntry> = opening.entries.into_iter().map(NewEntry::received).collect();
        batch.append_own(number, &entries)?;
        for (reference, salt, bytes) in &opening.bodies {
            batch.put_body(number, &reference.hash, salt, bytes)?;
        }
        if let Some(invitation) = invitation {
            batch.set_meta(crate::join::INVITATION, invitation.to_string().as_bytes())?;
        }
        Ok(())
    })
}

/// An empty directory (mode 0700) next to the place where the finished one goes. What a failed attempt left is removed.
fn fresh_beside(directory: &DataDirectory) -> Result<DataDirectory, FoundError> {
    let mut name = directory.path().file_name().unwrap_or_default().to_owned();
    name.push(".making");
    let path = directory.path().with_file_name(name);
    match fs::remove_dir_all(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(&path, error)),
        Ok(()) | Err(_) => {}
    }
    let mut builder = fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .recursive(true)
        .create(&path)
        .map_err(|source| at(&path, source))?;
    Ok(DataDirectory::at(path))
}

fn at(path: &Path, source: io::Error) -> FoundError {
    FoundError::Directory {
        path: path.into(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation<'a>(steward: &'a SecretKey, addresses: &[&str]) -> Organisation<'a> {
        Organisation {
            slug: "north".parse().unwrap(),
            name: "North Hospice".into(),
            steward,
            steward_name: Some("Ada".into()),
            addresses: addresses.iter().map(ToString::to_string).collect(),
            config: Config::default(),
        }
    }

    fn purpose() -> Purpose {
        let (domain, name) = ("palliative".parse().unwrap(), "Palliative Care".into());
        Purpose {
            domain,
            name,
            words: String::new(),
            clock: Clock::Real,
        }
    }

    #[test]
    fn a_founding_log_has_its_three_entries_bodies_and_keys() {
        let parent = tempfile::tempdir().unwrap();
        let directory = DataDirectory::at(parent.path().join("north"));
        let steward = secret_file::generate().unwrap();
        let now = Timestamp::from_millis(1_000);
        let made = found(
            &directory,
            &organisation(&steward, &["/ip4/127.0.0.1/tcp/1"]),
            &purpose(),
            now,
        )
        .unwrap();

        let store = Store::open(directory.path()).unwrap();
        let snapshot = store.read().unwrap();
        assert_eq!(snapshot.community().unwrap(), Some(made.home.community));
        let log = snapshot.own_log().unwrap().unwrap();
        assert_eq!(log.charter.organisation, made.home.organisation);
        let entries = snapshot.range(log.number, 0, 1 << 20).unwrap();
        let homes = [Home::NONE, Home::of_charter(made.home.community), made.home];
        assert_eq!(entries.len(), homes.len());
        for ((_, bytes), home) in entries.iter().zip(homes) {
            let Ok(Entry::Event(event)) = Entry::parse(bytes) else {
                panic!("an event")
            };
            event.verify(&home).unwrap();
            for body in event.payload().bodies() {
                let state = snapshot.body(log.number, &body.hash).unwrap();
                assert!(matches!(state, crate::store::BodyState::Held { size, .. } if size == body.size));
            }
        }
        let next = secret_file::read(&made.next_key).unwrap();
        assert_eq!(next.public().hash(), log.charter.next);
        assert!(Identity::open(&directory.identity()).is_ok());
        assert_eq!(
            secret_file::read(&directory.witness_key()).unwrap().public(),
            log.charter.witness
        );
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_half_made_is_left() {
        let parent = tempfile::tempdir().unwrap();
        let directory = DataDirectory::at(parent.path().join("north"));
        let steward = secret_file::generate().unwrap();
        let now = Timestamp::from_millis(1_000);
        let bad = found(&directory, &organisation(&steward, &["nowhere"]), &purpose(), now);
        assert!(matches!(bad, Err(FoundError::Address(_))));
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
        found(&directory, &organisation(&steward, &[]), &purpose(), now).unwrap();
        let again = found(&directory, &organisation(&steward, &[]), &purpose(), now);
        assert!(matches!(again, Err(FoundError::Exists { .. })));
        let elsewhere = DataDirectory::at(parent.path().join("south"));
        fs::rename(directory.next_key(), elsewhere.next_key()).unwrap();
        let spent = found(&elsewhere, &organisation(&steward, &[]), &purpose(), now);
        assert!(matches!(spent, Err(FoundError::NextKeyExists { .. })));
    }
}
