//! One of the organisations: its data directory, its steward, its node, and the questions the demonstration asks it.

use super::ground::Ground;
use super::process::NodeProcess;
use crate::exit::Failure;
use crate::home::{MemberHome, Settings};
use crate::remote::{Outcome, Remote, RemoteError, Submission};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hearth_node::directory::DataDirectory;
use hearth_node::found::Made;
use hearth_node::network::Identity;
use hearth_node::queries::Query;
use hearth_protocol::entry::Entry;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Community};
use hearth_protocol::log::VerifierKey;
use hearth_protocol::sign::SecretKey;
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;

/// A house whose directory is made. Its node runs, or does not.
pub(crate) struct House {
    pub(crate) slug: &'static str,
    pub(crate) made: Made,
    steward: SecretKey,
    node: Option<Running>,
    /// Index up to which the own log has been searched for `heads.seen`.
    searched: u64,
}

struct Running {
    process: NodeProcess,
    steward: Remote,
}

/// How a node stands with one log.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct LogStatus {
    pub(crate) organisation: Id,
    pub(crate) slug: String,
    pub(crate) own: bool,
    pub(crate) size: u64,
    pub(crate) offered: Option<u64>,
    pub(crate) witnessed: String,
    pub(crate) evidence: u64,
}

/// How a node stands with all of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Status {
    #[serde(default)]
    pub(crate) admitted: Option<bool>,
    pub(crate) logs: Vec<LogStatus>,
    pub(crate) missing_bodies: u64,
}

impl House {
    pub(crate) fn new(slug: &'static str, made: Made, steward: SecretKey) -> Self {
        Self {
            slug,
            made,
            steward,
            node: None,
            searched: 0,
        }
    }

    /// Starts the node, and lets the steward's home know where it is.
    pub(crate) fn start(&mut self, ground: &Ground) -> Result<(), Failure> {
        let process = NodeProcess::start(ground, self.slug)?;
        let api = process.announced().api.clone();
        let steward = Remote::new(&api, self.made.home, self.steward.clone());
        self.node = Some(Running { process, steward });
        self.make_home(&ground.member_home(self.slug), &self.steward)
    }

    /// Makes the home of one of this house's members, or lets the one there is know where the node is.
    pub(crate) fn make_home(&self, path: &Path, key: &SecretKey) -> Result<(), Failure> {
        let home = MemberHome::at(path.to_owned());
        let settings = Settings {
            node: Some(self.remote()?.base().to_owned()),
            data: None,
            community: Some(self.made.home.community),
            organisation: Some(self.made.home.organisation),
        };
        home.create()
            .map_err(|error| Failure::new(format!("{}: {error}", home.path().display())))?;
        if !home.has_key() {
            home.keep_key(key).map_err(Failure::new)?;
        }
        home.keep_settings(&settings).map_err(Failure::new)
    }

    /// Lets the node end.
    pub(crate) fn stop(&mut self) {
        if let Some(mut running) = self.node.take() {
            running.process.stop();
        }
    }

    /// Starts the node again as somebody whom the others do not know, so that it hears nothing more.
    pub(crate) fn isolate(&mut self, ground: &Ground) -> Result<(), Failure> {
        self.stop();
        let identity = DataDirectory::at(ground.data(self.slug)).identity();
        std::fs::remove_file(&identity).map_err(Failure::new)?;
        Identity::create(&identity).map_err(Failure::new)?;
        self.start(ground)
    }

    /// The connection of the steward.
    pub(crate) fn remote(&self) -> Result<&Remote, Failure> {
        let running = self.node.as_ref().map(|running| &running.steward);
        running.ok_or_else(|| Failure::unreachable(format!("the node of {} does not run", self.slug)))
    }

    /// What `demo.json` says of this house.
    pub(crate) fn summary(&self, ground: &Ground) -> Value {
        let announced = self.node.as_ref().map(|running| running.process.announced());
        json!({
            "slug": self.slug,
            "id": self.made.home.organisation,
            "origin": self.made.origin,
            "vkey": self.made.verifier.to_string(),
            "witness": self.witness(ground).map(|key| key.to_string()),
            "data": ground.data(self.slug),
            "home": ground.member_home(self.slug),
            "api": announced.map(|announced| &announced.api),
            "addresses": announced.map(|announced| &announced.addresses),
        })
    }

    /// The key with which this house cosigns the others' checkpoints.
    fn witness(&self, ground: &Ground) -> Option<VerifierKey> {
        let secret =
            hearth_node::secret_file::read(&DataDirectory::at(ground.data(self.slug)).witness_key()).ok()?;
        Some(VerifierKey::witness(
            self.made.origin.witness_name(),
            secret.public(),
        ))
    }

    pub(crate) fn status(&self) -> Result<Status, Failure> {
        let answer = self.ask(&Query::Status {})?;
        serde_json::from_value(answer).map_err(|error| self.garbled(&error))
    }

    pub(crate) fn ask(&self, query: &Query) -> Result<Value, Failure> {
        self.remote()?.query(query).map_err(|error| self.failed(&error))
    }

    /// The bytes of an answer, as they came.
    pub(crate) fn ask_bytes(&self, query: &Query) -> Result<Vec<u8>, Failure> {
        self.remote()?
            .query_bytes(query)
            .map_err(|error| self.failed(&error))
    }

    /// Hands in entries of this house's members; every one must be taken. Gives the size of the log that holds them.
    pub(crate) fn submit(&self, submission: &Submission) -> Result<u64, Failure> {
        let outcomes = self
            .remote()?
            .submit(&submission.encode())
            .map_err(|error| self.failed(&error))?;
        let mut size = 0;
        for outcome in outcomes {
            match outcome {
                Outcome::Acknowledged(acknowledged) => size = size.max(acknowledged.index + 1),
                Outcome::Refused { error } => {
                    let what = format!(
                        "the node of {} refuses an entry: {} ({})",
                        self.slug, error.message, error.code
                    );
                    return Err(Failure::new(what));
                }
            }
        }
        Ok(size)
    }

    /// The sizes that this house has newly recorded of the others' logs, per organisation.
    pub(crate) fn newly_seen(&mut self) -> Result<Vec<(Id, u64)>, Failure> {
        #[derive(Deserialize)]
        struct Raw {
            entries: Vec<String>,
        }
        let mut seen = Vec::new();
        loop {
            let organisation = self.made.home.organisation.to_string();
            let query = Query::Raw {
                organisation,
                from: self.searched,
                limit: 1 << 20,
            };
            let Raw { entries } =
                serde_json::from_value(self.ask(&query)?).map_err(|error| self.garbled(&error))?;
            if entries.is_empty() {
                return Ok(seen);
            }
            self.searched += entries.len() as u64;
            for entry in entries {
                let bytes = STANDARD.decode(entry).map_err(|error| self.garbled(&error))?;
                let Ok(entry) = Entry::parse(&bytes) else { continue };
                if let Act::Community(Community::HeadsSeen(record)) = &entry.payload().act {
                    seen.extend(record.heads.iter().map(|head| (head.organisation, head.size)));
                }
            }
        }
    }

    /// The person of the steward: the first member.
    pub(crate) fn steward_person(&self) -> Result<Id, Failure> {
        let members = self.ask(&Query::Members { organisation: None })?;
        serde_json::from_value(members["members"][0]["person"].clone()).map_err(|error| self.garbled(&error))
    }

    fn failed(&self, error: &RemoteError) -> Failure {
        Failure::new(format!("the node of {}: {error}", self.slug))
    }

    fn garbled(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure::new(format!(
            "the node of {} answers in another form: {error}",
            self.slug
        ))
    }
}

/// A port of loopback that is free now. Charters name it, so it must be known before the node runs.
pub(crate) fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Forgets everything a node has computed: what remains is what it has received.
pub(crate) fn forget_projections(data: &Path) -> std::io::Result<()> {
    std::fs::remove_file(data.join("views.redb"))
}
