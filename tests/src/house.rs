//! One organisation alone: a founded data directory, its steward, and what it signs.

use std::path::PathBuf;
use std::time::Duration;

use hearth_node::clock::Clock;
use hearth_node::config::Config;
use hearth_node::directory::DataDirectory;
use hearth_node::found::{Organisation, Purpose, found};
use hearth_node::ledger::{Ledger, News, Setup, StartError, Submission, SubmittedBody};
use hearth_node::projector::Projector;
use hearth_node::store::{Store, StoreError};
use hearth_protocol::entry::{BodyRef, Entry, Event, Home, Payload};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{self, Interaction, QueryAsked, ReactionGiven};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;
use tempfile::TempDir;

/// When everything here is said to happen, in ms UTC.
const WHEN: u64 = 1_700_000_000_000;

/// An organisation that has founded a community and is alone in it. Its directory goes with it.
pub struct House {
    parent: TempDir,
    steward: SecretKey,
    home: Home,
}

impl House {
    /// Founds one in a fresh temporary directory.
    ///
    /// # Panics
    /// If the machine has no room for it.
    pub fn found() -> House {
        let parent = tempfile::tempdir().expect("a temporary directory can be made");
        let steward = SecretKey::from_seed([1; 32]);
        let organisation = Organisation {
            slug: "north".parse().expect("a slug"),
            name: "North Hospice".to_owned(),
            steward: &steward,
            steward_name: None,
            addresses: Vec::new(),
            config: Config::default(),
        };
        let purpose = Purpose {
            domain: "care".parse().expect("a slug"),
            name: "Care".to_owned(),
            words: String::new(),
            clock: kind::Clock::Real,
        };
        let directory = DataDirectory::at(parent.path().join("north"));
        let made =
            found(&directory, &organisation, &purpose, Clock::System.now()).expect("a house can be founded");
        House {
            home: made.home,
            steward,
            parent,
        }
    }

    /// The same house in another place, as it stands. Not to be kept apart: only one of both may go on.
    ///
    /// # Panics
    /// If the directory cannot be copied.
    #[must_use]
    pub fn copy(&self) -> House {
        let parent = tempfile::tempdir().expect("a temporary directory can be made");
        let copy = House {
            parent,
            steward: self.steward.clone(),
            home: self.home,
        };
        std::fs::create_dir(copy.directory().path()).expect("a directory can be made");
        for file in std::fs::read_dir(self.directory().path()).expect("a founded directory can be read") {
            let file = file.expect("a founded directory can be read");
            let to = copy.directory().path().join(file.file_name());
            std::fs::copy(file.path(), to).expect("a file can be copied");
        }
        copy
    }

    /// The community and the organisation.
    pub fn home(&self) -> Home {
        self.home
    }

    /// Its data directory.
    pub fn directory(&self) -> DataDirectory {
        DataDirectory::at(self.parent.path().join("north"))
    }

    /// Its signer file.
    pub fn signer(&self) -> PathBuf {
        self.directory().signer()
    }

    /// Starts its ledger over a store; offers every checkpoint. It asks for news of witnesses.
    ///
    /// # Errors
    /// [`StartError`], also for a store that cannot be read.
    pub fn start(&self, store: &Store) -> Result<Ledger, StartError> {
        self.start_with(store, &self.projector(store)?, Duration::ZERO)
    }

    /// Starts its ledger with nobody to ask, offering now and then, as a running node does.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start_alone(&self, store: &Store) -> Result<Ledger, StartError> {
        let ledger = self.start_with(store, &self.projector(store)?, Duration::from_secs(10))?;
        ledger.hear(News::NobodyToAsk);
        Ok(ledger)
    }

    /// What its node knows of the community.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn projector(&self, store: &Store) -> Result<Projector, StoreError> {
        Projector::open(store.clone(), self.home.community, None)
    }

    /// Starts its ledger beside a projector.
    ///
    /// # Errors
    /// [`StartError`].
    pub fn start_with(
        &self,
        store: &Store,
        projector: &Projector,
        offer_every: Duration,
    ) -> Result<Ledger, StartError> {
        Ledger::start(Setup {
            store: store.clone(),
            signer: self.signer(),
            clock: Clock::System,
            home: self.home,
            community: projector.shared(),
            catch_up: projector.catch_up(),
            offer_every,
        })
    }

    /// A question with its body. Another number is another question.
    pub fn question(&self, number: u64) -> Submission {
        let bytes = format!("# Question {number}").into_bytes();
        let body = SubmittedBody {
            salt: [number as u8; 32],
            bytes,
        };
        let reference = BodyRef::to(&body.salt, &body.bytes, "text/markdown");
        let payload =
            Payload::new(at(number), Interaction::QueryAsked(QueryAsked::default())).with_body(reference);
        Submission {
            entries: vec![self.sign(&payload)],
            bodies: vec![body],
        }
    }

    /// The id of a question.
    pub fn question_id(&self, number: u64) -> Id {
        Entry::id_of(&self.question(number).entries[0])
    }

    /// A reaction to an entry: the smallest event a member signs. Another number is another reaction.
    ///
    /// # Panics
    /// Never.
    pub fn reaction(&self, to: Id, number: u64) -> Vec<u8> {
        let reaction = ReactionGiven {
            reaction: "thanks".parse().expect("a slug"),
        };
        self.sign(&Payload::new(at(number), Interaction::ReactionGiven(reaction)).about(to))
    }

    fn sign(&self, payload: &Payload) -> Vec<u8> {
        Event::sign(payload, &self.steward, &self.home)
    }
}

fn at(number: u64) -> Timestamp {
    Timestamp::from_millis(WHEN + number)
}
