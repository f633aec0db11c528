//! A pulse told step by step in a story: of its organisations the first two issue and the third collects.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use hearth_protocol::entry::Source;
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::kind::{
    Act, Blob, Deadlines, Pulse, PulseAnswered, PulseIssued, PulseKeyed, PulseOpened, PulseRequested,
};
use hearth_protocol::pulse::blinding::{Blinded, Draw};
use hearth_protocol::pulse::{IssuerKey, Token, statement};
use hearth_protocol::time::{Span, Timestamp};
use rsa::hazmat::rsa_decrypt;
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, PrivateKey};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::story::{Said, Story, charter, key, policy, steward};

/// When a pulse opens in the tests of pulses.
pub const OPENED: &str = "2026-04-01T09:00:00Z";
/// The scale of every item; 4 and 5 agree.
pub const SCALE: u64 = 5;

/// An instant.
pub fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The secret key of an issuer, frozen: making one takes its time.
pub struct IssuerSecret {
    secret: PrivateKey,
    key: IssuerKey,
}

/// Those of the two issuers, in their order.
pub fn secrets() -> &'static [IssuerSecret; 2] {
    static SECRETS: OnceLock<[IssuerSecret; 2]> = OnceLock::new();
    SECRETS.get_or_init(|| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/pulse/issuers.json");
        let frozen: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        [0, 1].map(|place: usize| IssuerSecret::of(&frozen[place]))
    })
}

impl IssuerSecret {
    fn of(primes: &Value) -> IssuerSecret {
        let prime = |name: &str| number(&hex::decode(primes[name].as_str().unwrap()).unwrap());
        let secret = PrivateKey::from_p_q(prime("p"), prime("q"), BoxedUint::from(65_537_u32)).unwrap();
        IssuerSecret {
            key: IssuerKey::from_bytes(&secret.n().to_be_bytes()).unwrap(),
            secret,
        }
    }

    /// The public half.
    pub fn key(&self) -> &IssuerKey {
        &self.key
    }

    /// Signs a blinded message, whatever it says.
    pub fn sign(&self, blinded: &[u8]) -> Vec<u8> {
        let signed = rsa_decrypt(None::<&mut NoRandomness>, &self.secret, &number(blinded)).unwrap();
        signed.to_be_bytes().into_vec()
    }
}

/// Signing could mask its arithmetic with random numbers, and comes to the same without.
enum NoRandomness {}

impl TryRng for NoRandomness {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        match *self {}
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        match *self {}
    }

    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        match *self {}
    }
}

impl TryCryptoRng for NoRandomness {}

fn number(bytes: &[u8]) -> BoxedUint {
    BoxedUint::from_be_slice(bytes, u32::try_from(bytes.len() * 8).unwrap()).unwrap()
}

/// Three organisations with members at the beginning of the year, who are named as in `members`.
pub fn community(members: &[(&str, &str)]) -> Story {
    let start = time("2026-01-01T00:00:00Z");
    let mut story = Story::of(&["oak", "elm", "ash"], start, policy(&[]));
    for (organisation, person) in members {
        story.admit(organisation, person, start);
    }
    story
}

/// A pulse in the making.
pub struct Survey {
    /// Everything told.
    pub story: Story,
    /// The pulse.
    pub pulse: Id,
    /// The keys that the issuers showed.
    pub keys: [Id; 2],
    /// When everything about it happens, but for its close.
    at: Timestamp,
    /// The two that issue.
    issuers: [String; 2],
    collector: String,
    /// The once-key's name, the blinded statements and the request, by person.
    asked: BTreeMap<String, (String, [Blinded; 2], Id)>,
}

/// The source of the organisation's own word about an entry.
pub fn own(organisation: &str, kind: &str, about: Id) -> Source {
    Source {
        id: about.to_string(),
        kind: kind.to_owned(),
        site: charter(organisation).origin.to_string(),
        person: None,
        automaton: false,
    }
}

/// An act when a pulse opens, in the tests of pulses.
pub fn said(act: impl Into<Act>, re: &[Id]) -> Said<'_> {
    said_at(time(OPENED), act, re)
}

fn said_at(at: Timestamp, act: impl Into<Act>, re: &[Id]) -> Said<'_> {
    Said {
        at,
        act: act.into(),
        re,
        words: None,
    }
}

/// What a pulse over all members says, opened at an instant.
pub fn opening(story: &Story, at: Timestamp, n: u64, items: &[&str]) -> PulseOpened {
    let slugs: Vec<&str> = story.slugs().collect();
    let mut electorate: Vec<_> = slugs.iter().map(|slug| story.head(slug)).collect();
    electorate.sort();
    PulseOpened {
        n,
        items: items.iter().map(|item| item.parse().unwrap()).collect(),
        scale: SCALE,
        until: Deadlines {
            keys: at.plus(Span::days(1)),
            answers: at.plus(Span::days(14)),
            requests: at.plus(Span::days(9)),
        },
        issuers: (story.id(slugs[0]), story.id(slugs[1])),
        collector: story.id(slugs[2]),
        electorate,
    }
}

impl Survey {
    /// Opens a pulse by the steward of its first issuer, and shows both keys.
    pub fn of(mut story: Story, name: &str, at: Timestamp, opened: PulseOpened) -> Survey {
        let mut slugs = story.slugs().map(str::to_owned);
        let mut next = || slugs.next().expect("two organisations issue, a third collects");
        let (issuers, collector) = ([next(), next()], next());
        drop(slugs);
        let act = Pulse::PulseOpened(opened);
        let pulse = story.say(name, &steward(&issuers[0]), said_at(at, act, &[]));
        let keys = [0, 1].map(|place: usize| {
            let key = secrets()[place].key().clone();
            let (act, issuer) = (Pulse::PulseKeyed(PulseKeyed { key }), &issuers[place]);
            let keyed = said_at(at, act, std::slice::from_ref(&pulse));
            let source = own(issuer, "pulse.keyed", pulse);
            story.record(&format!("{issuer} key"), issuer, source, keyed)
        });
        Survey {
            story,
            pulse,
            keys,
            at,
            issuers,
            collector,
            asked: BTreeMap::new(),
        }
    }

    /// What answers and requests are about.
    pub fn re(&self) -> [Id; 3] {
        [self.pulse, self.keys[0], self.keys[1]]
    }

    /// What a token for a once-key states.
    pub fn statement(&self, once: KeyBytes) -> Vec<u8> {
        statement(self.story.community, self.pulse, once)
    }

    /// A person asks for tokens for a once-key of that name.
    pub fn ask(&mut self, person: &str, once: &str) -> Id {
        let statement = self.statement(key(once).public().bytes());
        let blinded = [0, 1].map(|place| {
            let draw = draw(&format!("{once} {place}"));
            secrets()[place].key().blind(&statement, &draw).unwrap()
        });
        let messages = blinded.each_ref().map(|blinded| Blob(blinded.message.clone()));
        let act = Pulse::PulseRequested(PulseRequested {
            blinded: messages.into(),
        });
        let re = self.re();
        let request = self
            .story
            .say(&format!("{person} asks"), person, said_at(self.at, act, &re));
        self.asked
            .insert(person.to_owned(), (once.to_owned(), blinded, request));
        request
    }

    /// What an issuer logs about a request.
    pub fn issue_of(&self, place: usize, person: &str) -> PulseIssued {
        let (_, blinded, _) = &self.asked[person];
        PulseIssued {
            key: secrets()[place].key().clone(),
            blinded: blinded[place].message.clone(),
            signature: secrets()[place].sign(&blinded[place].message),
        }
    }

    /// Both issuers answer a person's request.
    pub fn issue(&mut self, person: &str) -> [Id; 2] {
        [0, 1].map(|place| self.issue_by(place, person))
    }

    /// One issuer answers a person's request.
    pub fn issue_by(&mut self, place: usize, person: &str) -> Id {
        let (issuer, request) = (self.issuers[place].as_str(), self.asked[person].2);
        let re = [request, self.keys[place]];
        let act = Pulse::PulseIssued(self.issue_of(place, person));
        let act = said_at(self.at, act, &re);
        let name = format!("{issuer} issues to {person}");
        self.story
            .record(&name, issuer, own(issuer, "pulse.issued", request), act)
    }

    /// The tokens a person can make of what was issued.
    pub fn tokens(&self, person: &str) -> (Token, Token) {
        let (once, blinded, _) = &self.asked[person];
        let statement = self.statement(key(once).public().bytes());
        [0, 1]
            .map(|place: usize| {
                let signature = secrets()[place].sign(&blinded[place].message);
                secrets()[place]
                    .key()
                    .finalize(&statement, &blinded[place], &signature)
                    .unwrap()
            })
            .into()
    }

    /// Tokens that the issuers gave nobody: both collude.
    pub fn minted(&self, once: &str) -> (Token, Token) {
        let statement = self.statement(key(once).public().bytes());
        [0, 1]
            .map(|place: usize| {
                let issuer = &secrets()[place];
                let draw = draw(&format!("minted {once} {place}"));
                let blinded = issuer.key().blind(&statement, &draw).unwrap();
                let signature = issuer.sign(&blinded.message);
                issuer.key().finalize(&statement, &blinded, &signature).unwrap()
            })
            .into()
    }

    /// The collector publishes an answer under a once-key.
    pub fn answer(&mut self, once: &str, tokens: (Token, Token), choices: &[u64]) -> Id {
        let act = Pulse::PulseAnswered(PulseAnswered {
            tokens,
            choices: choices.to_vec(),
        });
        let re = self.re();
        let answer = said_at(self.at, act, &re);
        self.story
            .say_in(&self.collector, &format!("{once} answers"), once, answer)
    }

    /// A person asks, gets tokens, and answers.
    pub fn take_part(&mut self, person: &str, choices: &[u64]) -> Id {
        let once = format!("{person} once");
        self.ask(person, &once);
        self.issue(person);
        let tokens = self.tokens(person);
        self.answer(&once, tokens, choices)
    }

    /// The collector closes.
    pub fn close(&mut self, at: Timestamp) -> Id {
        let closed = said_at(at, Pulse::PulseClosed, std::slice::from_ref(&self.pulse));
        let source = own(&self.collector, "pulse.closed", self.pulse);
        self.story.record("closed", &self.collector, source, closed)
    }
}

fn draw(name: &str) -> Draw {
    let bytes = |part: &str| -> [u8; 32] { Sha256::digest(format!("{name}/{part}")).into() };
    let mut salt = [0; 48];
    salt[..32].copy_from_slice(&bytes("salt"));
    let mut factor: Vec<u8> = (0..8).flat_map(|part| bytes(&part.to_string())).collect();
    factor[0] &= 0x7f;
    Draw {
        prefix: bytes("prefix"),
        salt,
        factor,
    }
}
