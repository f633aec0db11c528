//! The ledger over real files: a founded directory, started, stopped and tampered with.

mod heads;
mod recovery;
mod submitting;

use std::path::PathBuf;
use std::time::Duration;

use hearth_protocol::entry::{BodyRef, Event, Home, Payload};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{self, Act, Interaction, QueryAsked};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::clock;
use crate::config::Config;
use crate::directory::DataDirectory;
use crate::found::{Organisation, Purpose, found};
use crate::projector::Projector;

const NOON: u64 = 1_700_000_000_000;

/// An organisation that has founded a community and is alone in it.
struct House {
    parent: TempDir,
    directory: DataDirectory,
    steward: SecretKey,
    home: Home,
}

/// Its node, running.
struct Running {
    store: Store,
    ledger: Ledger,
    log: crate::store::Log,
}

impl House {
    fn found() -> House {
        let parent = tempfile::tempdir().unwrap();
        let directory = DataDirectory::at(parent.path().join("north"));
        let steward = SecretKey::from_seed([1; 32]);
        let organisation = Organisation {
            slug: "north".parse().unwrap(),
            name: "North Hospice".to_owned(),
            steward: &steward,
            steward_name: None,
            addresses: Vec::new(),
            config: Config::default(),
        };
        let purpose = Purpose {
            domain: "care".parse().unwrap(),
            name: "Care".to_owned(),
            words: String::new(),
            clock: kind::Clock::Simulated,
        };
        let made = found(&directory, &organisation, &purpose, Timestamp::from_millis(NOON)).unwrap();
        let house = House {
            home: made.home,
            steward,
            directory,
            parent,
        };
        house.set_clock(NOON);
        house
    }

    fn clock(&self) -> PathBuf {
        self.parent.path().join("clock")
    }

    fn set_clock(&self, millis: u64) {
        clock::set(&self.clock(), Timestamp::from_millis(millis)).unwrap();
    }

    /// Starts the ledger; it asks whether anybody knows more.
    fn start(&self) -> Running {
        let store = Store::open(self.directory.path()).unwrap();
        let projector = Projector::open(store.clone(), self.home.community, None).unwrap();
        let setup = Setup {
            store: store.clone(),
            signer: self.directory.signer(),
            clock: Clock::file(&self.clock()).unwrap(),
            home: self.home,
            community: projector.shared(),
            catch_up: projector.catch_up(),
            offer_every: Duration::ZERO,
        };
        let log = store.read().unwrap().own_log().unwrap().unwrap();
        Running {
            ledger: Ledger::start(setup).unwrap(),
            store,
            log,
        }
    }

    /// Starts the ledger with nobody to ask.
    fn start_alone(&self) -> Running {
        let running = self.start();
        running.ledger.hear(News::NobodyToAsk);
        running
    }

    fn sign(&self, payload: &Payload) -> Vec<u8> {
        Event::sign(payload, &self.steward, &self.home)
    }

    /// A question with its body.
    fn question(&self, number: u64) -> Submission {
        let (payload, body) = question_payload(number);
        Submission {
            entries: vec![self.sign(&payload)],
            bodies: vec![body],
        }
    }
}

fn question_payload(number: u64) -> (Payload, SubmittedBody) {
    let bytes = format!("# Question {number}").into_bytes();
    let body = SubmittedBody {
        salt: [number as u8; 32],
        bytes,
    };
    let reference = BodyRef::to(&body.salt, &body.bytes, "text/markdown");
    let payload = Payload::new(Timestamp::from_millis(NOON + number), asked()).with_body(reference);
    (payload, body)
}

fn asked() -> Act {
    Interaction::QueryAsked(QueryAsked::default()).into()
}

impl Running {
    fn submit(&self, submission: Submission) -> Vec<Result<Accepted, Refused>> {
        self.ledger.submit_blocking(submission)
    }

    fn submit_one(&self, submission: Submission) -> Result<Accepted, Refused> {
        let mut results = self.submit(submission);
        assert_eq!(results.len(), 1);
        results.remove(0)
    }

    /// Returns once the ledger has done everything it was told before.
    fn settle(&self) {
        assert!(self.submit(Submission::default()).is_empty());
    }

    fn head(&self) -> TreeHead {
        self.store.read().unwrap().tree_head(self.log.number).unwrap()
    }

    fn standing(&self) -> Standing {
        *self.ledger.standing().borrow()
    }

    fn stop(self) {
        self.ledger.stop();
    }
}

impl House {
    fn signed(&self) -> TreeHead {
        Signer::open(&self.directory.signer()).unwrap().held()
    }

    fn organisation(&self) -> Id {
        self.home.organisation
    }
}
