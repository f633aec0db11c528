//! Organisations with their nodes in this process: real files, real libp2p, real HTTP, on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_errors_doc,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "a test fails by panicking"
)]

use std::net::{TcpListener, UdpSocket};
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread::JoinHandle;

use crate::wait::until;
use hearth_node::config::Config;
use hearth_node::directory::DataDirectory;
use hearth_node::found::{Organisation, Purpose, found, join};
use hearth_node::run::{self, NodeFile, Options, RunError};
use hearth_node::secret_file;
use hearth_protocol::codec::{self, blob};
use hearth_protocol::entry::{BodyRef, Event, Home, Payload};
use hearth_protocol::id::{Hash, Id};
use hearth_protocol::kind::{Act, Clock, Community, Motion, Proposed};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use ureq::Agent;

/// How its node is reached.
#[derive(Debug, Clone, Copy)]
pub enum Transport {
    Tcp,
    Quic,
}

/// An organisation with its data directory, whether its node runs or not.
pub struct Member {
    pub steward: SecretKey,
    pub directory: DataDirectory,
    pub home: Home,
    pub config: Config,
}

/// The present time.
pub fn now() -> Timestamp {
    hearth_node::clock::Clock::System.now()
}

/// A port nobody listens on, below those the system hands out by itself: one of these could be taken by any connection
/// before the node that is to listen on it starts.
fn free_port(is_free: impl Fn(u16) -> bool) -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(std::process::id() % 20).unwrap() * 1_000;
    (0..1_000)
        .map(|_| first + NEXT.fetch_add(1, Ordering::Relaxed) % 1_000)
        .find(|port| is_free(*port))
        .expect("a port is free")
}

fn config(transport: Transport) -> Config {
    let listen = match transport {
        Transport::Tcp => {
            let port = free_port(|port| TcpListener::bind(("127.0.0.1", port)).is_ok());
            format!("/ip4/127.0.0.1/tcp/{port}")
        }
        Transport::Quic => {
            let port = free_port(|port| UdpSocket::bind(("127.0.0.1", port)).is_ok());
            format!("/ip4/127.0.0.1/udp/{port}/quic-v1")
        }
    };
    let api = "127.0.0.1:0".parse().unwrap();
    Config {
        listen: vec![listen],
        api,
        offer_every_ms: 100,
        ..Config::default()
    }
}

fn organisation<'a>(slug: &str, steward: &'a SecretKey, config: &Config) -> Organisation<'a> {
    Organisation {
        slug: slug.parse().unwrap(),
        name: format!("Organisation {slug}"),
        steward,
        steward_name: Some(format!("Steward of {slug}")),
        addresses: config.listen.clone(),
        config: config.clone(),
    }
}

impl Member {
    /// Founds a community.
    pub fn founds(parent: &Path, slug: &str, transport: Transport) -> Member {
        let (steward, config) = (secret_file::generate().unwrap(), config(transport));
        let directory = DataDirectory::at(parent.join(slug));
        let (domain, name) = ("care".parse().unwrap(), "Care".into());
        let purpose = Purpose {
            domain,
            name,
            words: String::new(),
            clock: Clock::Real,
        };
        let made = found(
            &directory,
            &organisation(slug, &steward, &config),
            &purpose,
            now(),
        )
        .unwrap();
        Member {
            steward,
            directory,
            home: made.home,
            config,
        }
    }

    /// Makes ready to join the community of a running node.
    pub fn invited(parent: &Path, slug: &str, transport: Transport, by: &mut Client) -> Member {
        let invitation = by.post("/v1/invitations", &json!({})).unwrap();
        Member::with_invitation(
            parent,
            slug,
            transport,
            invitation["invitation"].as_str().unwrap(),
        )
    }

    /// Makes ready to join with an invitation that was given.
    pub fn with_invitation(parent: &Path, slug: &str, transport: Transport, invitation: &str) -> Member {
        let invitation = invitation.parse().unwrap();
        let (steward, config) = (secret_file::generate().unwrap(), config(transport));
        let directory = DataDirectory::at(parent.join(slug));
        let made = join(
            &directory,
            &organisation(slug, &steward, &config),
            &invitation,
            now(),
        )
        .unwrap();
        Member {
            steward,
            directory,
            home: made.home,
            config,
        }
    }

    pub fn options(&self) -> Options {
        Options {
            directory: self.directory.clone(),
            config: self.config.clone(),
            clock: None,
        }
    }

    /// Runs its node until that is stopped or dropped.
    pub fn run(&self) -> Running {
        let (stop, stops) = oneshot::channel::<()>();
        let options = self.options();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(run::serve(options, async { drop(stops.await) }))
        });
        let mut running = Running {
            stop: Some(stop),
            thread: Some(thread),
            file: None,
        };
        let path = self.directory.node();
        let file = until("the node listens", || {
            if running.thread.as_ref().is_some_and(JoinHandle::is_finished) {
                panic!("the node ended: {:?}", running.end());
            }
            NodeFile::read(&path).filter(|file| !file.addresses.is_empty())
        });
        running.file = Some(file);
        running
    }

    /// Runs its node where it is not expected to run for long.
    pub fn run_to_the_end(&self) -> Result<(), RunError> {
        self.run_with(self.options())
    }

    /// The same, in another way than it is meant to run.
    pub fn run_with(&self, options: Options) -> Result<(), RunError> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let patience = async { tokio::time::sleep(crate::wait::PATIENCE).await };
        runtime.block_on(run::serve(options, patience))
    }

    /// Its steward, in a session with its running node.
    pub fn client(&self, node: &Running) -> Client {
        Client::open(&node.file().api, self.home, self.steward.clone()).unwrap()
    }

    /// Signs an act as its steward.
    pub fn sign(&self, payload: &Payload) -> Vec<u8> {
        Event::sign(payload, &self.steward, &self.home)
    }
}

/// A running node.
pub struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), RunError>>>,
    file: Option<NodeFile>,
}

impl Running {
    pub fn file(&self) -> &NodeFile {
        self.file.as_ref().unwrap()
    }

    /// Stops it and waits until it has stopped.
    pub fn end(&mut self) -> Result<(), RunError> {
        drop(self.stop.take());
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What it says in the end is of interest only to a test that asks.
        drop(self.end());
    }
}

/// A member's connection to a node.
pub struct Client {
    base: String,
    agent: Agent,
    token: String,
}

/// Status and body of a refusal.
pub type Refused = (u16, Value);

pub fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .build()
        .into()
}

impl Client {
    /// Opens a session.
    pub fn open(base: &str, home: Home, key: SecretKey) -> Result<Client, Refused> {
        let mut client = Client {
            base: base.to_owned(),
            agent: agent(),
            token: String::new(),
        };
        let challenge = client.post("/v1/challenge", &json!({ "key": key.public() }))?["challenge"].clone();
        let mut message = b"hearth/session/v1\0".to_vec();
        message.extend(home.community.as_bytes());
        message.extend(home.organisation.as_bytes());
        message.extend(hex::decode(challenge.as_str().unwrap()).unwrap());
        let signature = hex::encode(key.sign(&message).as_bytes());
        let signed = json!({ "key": key.public(), "challenge": challenge, "signature": signature });
        client.token = client.post("/v1/session", &signed)?["token"]
            .as_str()
            .unwrap()
            .to_owned();
        Ok(client)
    }

    pub fn post(&mut self, path: &str, body: &Value) -> Result<Value, Refused> {
        let request = self.agent.post(format!("{}{path}", self.base));
        let bearer = format!("Bearer {}", self.token);
        let mut response = request.header("Authorization", bearer).send_json(body).unwrap();
        let status = response.status().as_u16();
        let answer: Value = response.body_mut().read_json().unwrap();
        if status < 300 {
            Ok(answer)
        } else {
            Err((status, answer))
        }
    }

    pub fn ask(&mut self, query: &Value) -> Result<Value, Refused> {
        self.post("/v1/query", query)
    }

    pub fn status(&mut self) -> Value {
        self.ask(&json!({ "query": "status" })).unwrap()
    }

    /// Its row of the status about one organisation's log.
    pub fn log(&mut self, organisation: Id) -> Option<Value> {
        let status = self.status();
        let logs = status["logs"].as_array().unwrap();
        logs.iter()
            .find(|log| log["organisation"] == json!(organisation))
            .cloned()
    }

    /// Hands in entries with small bodies; gives each result.
    pub fn submit(&mut self, entries: Vec<Vec<u8>>, bodies: Vec<Body>) -> Vec<Value> {
        self.try_submit(entries, bodies).unwrap()
    }

    /// The same, to a node that may die before it answers.
    pub fn try_submit(
        &mut self,
        entries: Vec<Vec<u8>>,
        bodies: Vec<Body>,
    ) -> Result<Vec<Value>, ureq::Error> {
        let answer = self.post_entries(entries, bodies)?;
        let results = answer["results"].as_array();
        Ok(results.unwrap_or_else(|| panic!("{answer}")).clone())
    }

    /// The same; gives the answer as it is.
    pub fn post_entries(&mut self, entries: Vec<Vec<u8>>, bodies: Vec<Body>) -> Result<Value, ureq::Error> {
        let wire = Wire {
            bodies,
            entries: entries.into_iter().map(Bytes).collect(),
        };
        let request = self.agent.post(format!("{}/v1/entries", self.base));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let request = request.header("Content-Type", "application/cbor");
        let mut response = request.send(&codec::encode(&wire)[..])?;
        response.body_mut().read_json()
    }

    /// Hands in one entry that must be taken; gives its id.
    #[track_caller]
    pub fn submit_one(&mut self, entry: Vec<u8>, bodies: Vec<Body>) -> Id {
        let result = self.submit(vec![entry], bodies).remove(0);
        assert!(result["error"].is_null(), "{result}");
        result["id"].as_str().unwrap().parse().unwrap()
    }

    /// Hands in a body of a log ahead of its entry; gives the status.
    pub fn put_body(&mut self, home: &Home, reference: &BodyRef, salt: &[u8; 32], bytes: &[u8]) -> u16 {
        let request = self.agent.put(self.url_of_body(home, reference));
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        request
            .header("Hearth-Salt", hex::encode(salt))
            .send(bytes)
            .unwrap()
            .status()
            .as_u16()
    }

    /// The bytes of a body of a log, if it is there. One that is erased while it is read is cut off, and asked for again.
    pub fn body(&mut self, home: &Home, reference: &BodyRef) -> Option<Vec<u8>> {
        for _ in 0..3 {
            if let Ok(body) = self.try_body(home, reference) {
                return body;
            }
        }
        panic!("the body was cut off three times")
    }

    fn try_body(&mut self, home: &Home, reference: &BodyRef) -> Result<Option<Vec<u8>>, ureq::Error> {
        let request = self.agent.get(self.url_of_body(home, reference));
        let mut response = request
            .header("Authorization", format!("Bearer {}", self.token))
            .call()
            .unwrap();
        let good = response.status().as_u16() == 200;
        let body = good.then(|| response.body_mut().with_config().limit(1 << 30).read_to_vec());
        body.transpose()
    }

    fn url_of_body(&self, home: &Home, reference: &BodyRef) -> String {
        format!("{}/v1/bodies/{}/{}", self.base, home.organisation, reference.hash)
    }

    /// Admits everybody who has applied, as the steward of the founder; waits until somebody has.
    pub fn admit_all(&mut self, founder: &Member) {
        let applications = until("somebody applies", || {
            let answer = self.ask(&json!({ "query": "applications" })).unwrap();
            (!answer["applications"].as_array().unwrap().is_empty()).then_some(answer)
        });
        for application in applications["applications"].as_array().unwrap() {
            let now_preceding = self.ask(&json!({ "query": "applications" })).unwrap()["preceding"].clone();
            let preceding: Id = now_preceding.as_str().unwrap().parse().unwrap();
            let charter = hex::decode(application["charter"].as_str().unwrap()).unwrap();
            let act: Act = Community::Proposed(Proposed {
                motion: Motion::Admit { charter },
            })
            .into();
            let payload = Payload::new(now(), act).about(preceding);
            self.submit_one(founder.sign(&payload), vec![]);
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Wire {
    bodies: Vec<Body>,
    entries: Vec<Bytes>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Bytes(#[serde(with = "blob")] Vec<u8>);

/// A body as it is handed in.
#[derive(Clone, Serialize, Deserialize)]
pub struct Body {
    salt: Hash,
    #[serde(with = "blob")]
    bytes: Vec<u8>,
}

impl Body {
    /// Words under a fresh salt, and what an entry says of them.
    pub fn of(words: &str) -> (BodyRef, Body) {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt).unwrap();
        let bytes = words.as_bytes().to_vec();
        (
            BodyRef::to(&salt, &bytes, "text/markdown"),
            Body {
                salt: Hash::from_bytes(salt),
                bytes,
            },
        )
    }
}
