//! An anonymous survey from opening to close: three organisations, whole processes on all sides.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hearth_node::pulse::IssuerSecret;
use hearth_node::secret_file;
use hearth_protocol::codec;
use hearth_protocol::entry::{Entry, Event, Home, Payload};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Pulse, PulseAnswered};
use hearth_protocol::pulse::blinding::Draw;
use hearth_protocol::pulse::{Token, statement};
use hearth_protocol::sign::SecretKey;
use hearth_protocol::time::Timestamp;
use hearth_tests::fleet::agent;
use hearth_tests::wait::until;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::joining::{Joiner, north};
use super::{House, succeed_json, text};
use crate::process::{hearth, said, succeed};
use crate::tokens::openssl_accepts;

/// A member with a home, at the node of their organisation.
struct Member {
    home: PathBuf,
    url: String,
}

impl Member {
    /// Somebody new, admitted by a steward's command.
    fn admitted(ground: &TempDir, name: &str, url: String, admit: impl FnOnce(&str)) -> Member {
        let home = ground.path().join(name);
        let member = Member { home, url };
        let made = succeed_json(&mut member.hearth(&["init"]));
        admit(&text(&made["key"]));
        member
    }

    fn hearth(&self, arguments: &[&str]) -> Command {
        let mut command = hearth();
        command
            .env("HEARTH_HOME", &self.home)
            .env("HEARTH_NODE", &self.url)
            .args(arguments);
        command
    }

    /// What their home keeps of a pulse.
    fn part(&self, pulse: &str) -> Value {
        let file = self.home.join("pulses").join(format!("{pulse}.json"));
        serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
    }
}

struct Community {
    north: House,
    south: Joiner,
    west: Joiner,
    members: Vec<Member>,
    _ground: TempDir,
}

/// North collects, south and west issue; five people in three organisations.
fn community() -> Community {
    let north = north();
    let (south, west) = (Joiner::joins(&north, "south"), Joiner::joins(&north, "west"));
    let ground = tempfile::tempdir().unwrap();
    let at_south = south.node.url();
    let members = vec![
        Member {
            home: north.path().join("ada"),
            url: north.url(),
        },
        Member::admitted(&ground, "cy", north.url(), |key| {
            north.json(["member", "admit", key]);
        }),
        Member {
            home: south.data().with_file_name("bea"),
            url: at_south.clone(),
        },
        Member::admitted(&ground, "di", at_south, |key| {
            succeed_json(&mut south.hearth(&["member", "admit", key]));
        }),
        Member {
            home: west.data().with_file_name("bea"),
            url: west.node.url(),
        },
    ];
    until("north sees the members of all", || {
        let count = |slug: &str| {
            let members = north.json(["member", "list", slug]);
            members["members"].as_array().map_or(0, Vec::len)
        };
        (count("south") == 2 && count("west") == 1).then_some(())
    });
    Community {
        north,
        south,
        west,
        members,
        _ground: ground,
    }
}

impl Community {
    fn open(&self) -> String {
        let offices = ["--issuer", "south", "--issuer", "west", "--collector", "north"];
        let items = ["--item", "safe-to-ask", "--item", "matters-to-my-work"];
        let mut command = self.north.hearth(["pulse", "open"]);
        let opened = succeed_json(command.args(items).args(offices));
        assert_eq!(opened["state"], "acknowledged", "{opened}");
        text(&opened["id"])
    }

    /// Everybody's client asks and is given, by commands that are about something else.
    fn everybody_has_tokens(&self, pulse: &str) {
        for member in &self.members {
            until("tokens are there", || {
                // What is looked after once a minute is looked after now.
                let _ = fs::remove_file(member.home.join("pulses/looked"));
                succeed(&mut member.hearth(&["threads"]));
                let file = member.home.join("pulses").join(format!("{pulse}.json"));
                file.exists()
                    .then(|| member.part(pulse))
                    .filter(|part| part["tokens"].is_array())
                    .map(|_| ())
            });
        }
    }

    fn shown(&self, pulse: &str) -> Value {
        self.north.json(["pulse", "show", pulse])
    }

    /// Every entry of north's log, read from what north publishes.
    fn published(&self) -> Vec<Vec<u8>> {
        let site = self.north.path().join("site");
        let folder = site.to_str().unwrap().to_owned();
        succeed(&mut self.north.hearth(["publish", &folder, "--entries"]));
        let mut bundles = Vec::new();
        bundles_under(&site.join("tile/entries"), &mut bundles);
        bundles.sort();
        let bytes = fs::read(bundles.pop().expect("a log of one bundle")).unwrap();
        let (mut entries, mut rest) = (Vec::new(), bytes.as_slice());
        while let Some((length, after)) = rest.split_first_chunk::<2>() {
            let (entry, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
            entries.push(entry.to_vec());
            rest = after;
        }
        entries
    }
}

fn bundles_under(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if path.is_dir() {
            bundles_under(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn id(text: &str) -> Id {
    text.parse().unwrap()
}

/// An answer as anybody could make it, for the collector's log.
fn answered(
    shown: &Value,
    once: &SecretKey,
    tokens: (Token, Token),
    choices: &[u64],
    home: &Home,
) -> Vec<u8> {
    let act = Pulse::PulseAnswered(PulseAnswered {
        tokens,
        choices: choices.to_vec(),
    });
    let at: Timestamp = shown["at"].as_str().unwrap().parse().unwrap();
    let mut payload = Payload::new(at, act);
    let key = |place: usize| id(shown["issuers"][place]["entry"].as_str().unwrap());
    payload.re = vec![id(shown["id"].as_str().unwrap()), key(0), key(1)];
    Event::sign(&payload, once, home)
}

/// Hands an answer in, without a session; the status and what was said.
fn hand_in(url: &str, entry: &[u8]) -> (u16, Value) {
    let mut response = agent()
        .post(format!("{url}/v1/pulses/answers"))
        .header("Content-Type", "application/cbor")
        .send(entry)
        .unwrap();
    let said = response.body_mut().read_to_string().unwrap();
    (
        response.status().as_u16(),
        serde_json::from_str(&said).unwrap_or_default(),
    )
}

fn collector_home(entries: &[Vec<u8>]) -> Home {
    let ids: Vec<Id> = entries.iter().take(2).map(|entry| Entry::id_of(entry)).collect();
    Home {
        community: ids[0],
        organisation: ids[1],
    }
}

#[test]
fn five_members_of_three_organisations_answer_and_nobody_learns_who_said_what() {
    let community = community();
    let pulse = community.open();
    community.everybody_has_tokens(&pulse);
    for (number, member) in community.members.iter().enumerate() {
        let choice = ["safe-to-ask=5", "safe-to-ask=2"][usize::from(number > 2)];
        let mut arguments = vec!["pulse", "answer", choice];
        if number == 0 {
            arguments.push("matters-to-my-work=4");
        }
        let answered = succeed_json(&mut member.hearth(&arguments));
        assert_eq!(answered["receipt"]["pulse"], pulse, "{answered}");
        let again = succeed_json(&mut member.hearth(&arguments));
        assert_eq!(again["receipt"], answered["receipt"], "the same answer again");
        let mut other = member.hearth(&["pulse", "answer", "safe-to-ask=1"]);
        let other = other.output().unwrap();
        assert_eq!(other.status.code(), Some(1), "{}", said(&other));
        assert!(said(&other).contains("cannot be changed"), "{}", said(&other));
    }
    let empty = community.members[0]
        .hearth(&["pulse", "close", ""])
        .output()
        .unwrap();
    assert_eq!(empty.status.code(), Some(2), "{}", said(&empty));

    let shown = community.shown(&pulse);
    assert_eq!(shown["answers"], json!([]), "nothing is published before the end");
    let before = community.published();
    let home = collector_home(&before);
    let part = community.members[0].part(&pulse);
    let token = |place: usize| -> Token {
        codec::decode(&hex::decode(part["tokens"][place].as_str().unwrap()).unwrap()).unwrap()
    };
    let mut seed = [0; 32];
    hex::decode_to_slice(part["once"].as_str().unwrap(), &mut seed).unwrap();
    let once = SecretKey::from_seed(seed);
    let double = answered(&shown, &once, (token(0), token(1)), &[1, 1], &home);
    assert_eq!(hand_in(&community.north.url(), &double).0, 409, "a double answer");
    assert_eq!(
        hand_in(&community.south.node.url(), &double).0,
        409,
        "by another node"
    );
    let mut forged = token(1);
    forged.signature[40] ^= 1;
    let forged = answered(&shown, &once, (token(0), forged), &[1, 1], &home);
    assert_eq!(hand_in(&community.north.url(), &forged).0, 422, "a forged token");
    assert_eq!(hand_in(&community.north.url(), b"no entry").0, 422);
    let handed = community
        .north
        .hearth(["ask", "Is this public?"])
        .output()
        .unwrap();
    assert!(handed.status.success());

    succeed(&mut community.north.hearth(["pulse", "close", &pulse]));
    until("the close is seen", || {
        (!community.shown(&pulse)["closed"].is_null()).then_some(())
    });
    let shown = community.shown(&pulse);
    let results = json!([
        { "item": "safe-to-ask", "agreeing": 3, "answering": 5 },
        { "item": "matters-to-my-work", "agreeing": 1, "answering": 1 },
    ]);
    assert_eq!(shown["results"], results, "{shown}");
    assert_eq!(
        (&shown["n"], &shown["flagged"]),
        (&json!(5), &json!(false)),
        "{shown}"
    );
    until("what was collected is gone", || {
        let left = community.north.data().join("pulses/answers").join(&pulse);
        (!left.exists()).then_some(())
    });
    until("the issuers' keys are gone", || {
        let key = |house: &Joiner| house.data().join("pulses").join(format!("{pulse}.key")).exists();
        (!key(&community.south) && !key(&community.west)).then_some(())
    });

    assert_published_sorted_and_sound(&community.published(), id(&pulse));
    for member in &community.members {
        until("the close has reached everybody", || {
            let checked = member
                .hearth(&["pulse", "verify-receipt", "--json"])
                .output()
                .unwrap();
            let said: Value = serde_json::from_slice(&checked.stdout).ok()?;
            (said["published"] == true && said["signed"] == true).then_some(())
        });
    }
}

/// The answers stand together before the close, in the order of their ids, and OpenSSL takes their tokens.
fn assert_published_sorted_and_sound(entries: &[Vec<u8>], pulse: Id) {
    let home = collector_home(entries);
    let mut answers = Vec::new();
    let mut closed = None;
    for (index, bytes) in entries.iter().enumerate() {
        let entry = Entry::parse(bytes).unwrap();
        match (&entry, &entry.payload().act) {
            (Entry::Event(event), Act::Pulse(Pulse::PulseAnswered(answer))) => {
                let stated = statement(home.community, pulse, event.kid());
                for token in [&answer.tokens.0, &answer.tokens.1] {
                    assert_ne!(
                        openssl_accepts(token, &stated),
                        Some(false),
                        "OpenSSL refuses a token"
                    );
                }
                answers.push((index, Entry::id_of(bytes)));
            }
            (_, Act::Pulse(Pulse::PulseClosed)) => closed = Some(index),
            _ => {}
        }
    }
    assert_eq!(answers.len(), 5);
    let (first, closed) = (answers[0].0, closed.expect("it is closed"));
    let places: Vec<usize> = answers.iter().map(|(index, _)| *index).collect();
    assert_eq!(places, (first..first + 5).collect::<Vec<_>>());
    assert_eq!(closed, first + 5);
    assert!(answers.is_sorted_by_key(|(_, id)| *id));
}

#[test]
fn issuers_who_give_away_tokens_beside_their_logs_are_flagged() {
    let community = community();
    let pulse = community.open();
    community.everybody_has_tokens(&pulse);
    let shown = community.shown(&pulse);
    let home = collector_home(&community.published());
    let secrets = [&community.south, &community.west].map(|issuer| {
        IssuerSecret::read(&issuer.data().join("pulses").join(format!("{pulse}.key"))).unwrap()
    });
    let mut ids = BTreeSet::new();
    for number in 0..6 {
        let once = secret_file::generate().unwrap();
        let stated = statement(home.community, id(&pulse), once.public().bytes());
        let mint = |secret: &IssuerSecret| {
            let draw = Draw {
                prefix: [number; 32],
                salt: [number; 48],
                factor: [&[1], &[number + 1; 255][..]].concat(),
            };
            let blinded = secret.key().blind(&stated, &draw).unwrap();
            let signature = secret.sign(&blinded.message).unwrap();
            secret.key().finalize(&stated, &blinded, &signature).unwrap()
        };
        let tokens = (mint(&secrets[0]), mint(&secrets[1]));
        let entry = answered(&shown, &once, tokens, &[5, 5], &home);
        ids.insert(Entry::id_of(&entry));
        let (status, said) = hand_in(&community.west.node.url(), &entry);
        assert_eq!(status, 200, "{said}");
    }
    succeed(&mut community.north.hearth(["pulse", "close", &pulse]));
    let shown = until("it is closed", || {
        let shown = community.shown(&pulse);
        (!shown["closed"].is_null()).then_some(shown)
    });
    assert_eq!(shown["flagged"], true, "{shown}");
    assert_eq!(shown["issuers"][0]["issued"], 5, "{shown}");
    assert_eq!(shown["answers"].as_array().unwrap().len(), 6);
    assert!(
        ids.iter()
            .all(|id| shown["answers"].as_array().unwrap().contains(&json!(id)))
    );
}
