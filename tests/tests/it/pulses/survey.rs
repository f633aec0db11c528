//! A pulse told step by step in a story: three organisations, of which oak and elm issue and ash collects.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use hearth_node::pulse::IssuerSecret;
use hearth_protocol::entry::Source;
use hearth_protocol::id::{Id, KeyBytes};
use hearth_protocol::kind::{
    Act, Blob, Deadlines, Pulse, PulseAnswered, PulseIssued, PulseKeyed, PulseOpened, PulseRequested,
};
use hearth_protocol::pulse::blinding::{Blinded, Draw};
use hearth_protocol::pulse::{Token, statement};
use hearth_protocol::time::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::story::{Said, Story, charter, key, policy, steward};

pub(crate) const OPENED: &str = "2026-04-01T09:00:00Z";
pub(crate) const ISSUERS: [&str; 2] = ["oak", "elm"];

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Keys of two issuers, made once for all tests: making them takes its time.
pub(crate) fn secrets() -> &'static [IssuerSecret; 2] {
    static SECRETS: OnceLock<[IssuerSecret; 2]> = OnceLock::new();
    SECRETS.get_or_init(|| [0, 1].map(|_: u8| IssuerSecret::generate().unwrap()))
}

/// Three organisations with members, who are named as in `members`.
pub(crate) fn community(members: &[(&str, &str)]) -> Story {
    let start = time("2026-01-01T00:00:00Z");
    let mut story = Story::of(&["oak", "elm", "ash"], start, policy(&[]));
    for (organisation, person) in members {
        story.admit(organisation, person, start);
    }
    story
}

/// A pulse in the making.
pub(crate) struct Survey {
    pub(crate) story: Story,
    pub(crate) pulse: Id,
    pub(crate) keys: [Id; 2],
    /// The once-key's name, the blinded statements and the request, by person.
    asked: BTreeMap<String, (String, [Blinded; 2], Id)>,
}

/// The source of the organisation's own word about an entry.
pub(crate) fn own(organisation: &str, kind: &str, about: Id) -> Source {
    Source {
        id: about.to_string(),
        kind: kind.to_owned(),
        site: charter(organisation).origin.to_string(),
        person: None,
        automaton: false,
    }
}

pub(crate) fn said(act: impl Into<Act>, re: &[Id]) -> Said<'_> {
    Said {
        at: time(OPENED),
        act: act.into(),
        re,
        words: None,
    }
}

/// What a pulse over all members says.
pub(crate) fn opening(story: &Story, n: u64, items: &[&str]) -> PulseOpened {
    let mut electorate: Vec<_> = ["oak", "elm", "ash"].map(|slug| story.head(slug)).to_vec();
    electorate.sort();
    PulseOpened {
        n,
        items: items.iter().map(|item| item.parse().unwrap()).collect(),
        scale: 5,
        until: Deadlines {
            keys: time("2026-04-02T00:00:00Z"),
            answers: time("2026-04-15T00:00:00Z"),
            requests: time("2026-04-10T00:00:00Z"),
        },
        issuers: (story.id("oak"), story.id("elm")),
        collector: story.id("ash"),
        electorate,
    }
}

impl Survey {
    /// Opens a pulse by oak's steward and shows both keys.
    pub(crate) fn of(mut story: Story, opened: PulseOpened) -> Survey {
        let pulse = story.say("pulse", &steward("oak"), said(Pulse::PulseOpened(opened), &[]));
        let keys = [0, 1].map(|place| {
            let key = secrets()[place].key().clone();
            let keyed = said(
                Pulse::PulseKeyed(PulseKeyed { key }),
                std::slice::from_ref(&pulse),
            );
            let issuer = ISSUERS[place];
            story.record(
                &format!("{issuer} key"),
                issuer,
                own(issuer, "pulse.keyed", pulse),
                keyed,
            )
        });
        Survey {
            story,
            pulse,
            keys,
            asked: BTreeMap::new(),
        }
    }

    pub(crate) fn re(&self) -> [Id; 3] {
        [self.pulse, self.keys[0], self.keys[1]]
    }

    pub(crate) fn statement(&self, once: KeyBytes) -> Vec<u8> {
        statement(self.story.community, self.pulse, once)
    }

    /// A person asks for tokens for a once-key of that name.
    pub(crate) fn ask(&mut self, person: &str, once: &str) -> Id {
        let statement = self.statement(key(once).public().bytes());
        let blinded = [0, 1].map(|place| {
            let draw = draw(&format!("{once} {place}"));
            secrets()[place].key().blind(&statement, &draw).unwrap()
        });
        let messages = blinded.each_ref().map(|blinded| Blob(blinded.message.clone()));
        let act = Pulse::PulseRequested(PulseRequested {
            blinded: messages.into(),
        });
        let request = self
            .story
            .say(&format!("{person} asks"), person, said(act, &self.re()));
        self.asked
            .insert(person.to_owned(), (once.to_owned(), blinded, request));
        request
    }

    /// What an issuer logs about a request.
    pub(crate) fn issue_of(&self, place: usize, person: &str) -> PulseIssued {
        let (_, blinded, _) = &self.asked[person];
        PulseIssued {
            key: secrets()[place].key().clone(),
            blinded: blinded[place].message.clone(),
            signature: secrets()[place].sign(&blinded[place].message).unwrap(),
        }
    }

    /// Both issuers answer a person's request.
    pub(crate) fn issue(&mut self, person: &str) -> [Id; 2] {
        [0, 1].map(|place| self.issue_by(place, person))
    }

    pub(crate) fn issue_by(&mut self, place: usize, person: &str) -> Id {
        let (issuer, request) = (ISSUERS[place], self.asked[person].2);
        let re = [request, self.keys[place]];
        let act = said(Pulse::PulseIssued(self.issue_of(place, person)), &re);
        let name = format!("{issuer} issues to {person}");
        self.story
            .record(&name, issuer, own(issuer, "pulse.issued", request), act)
    }

    /// The tokens a person can make of what was issued.
    pub(crate) fn tokens(&self, person: &str) -> (Token, Token) {
        let (once, blinded, _) = &self.asked[person];
        let statement = self.statement(key(once).public().bytes());
        [0, 1]
            .map(|place: usize| {
                let signature = secrets()[place].sign(&blinded[place].message).unwrap();
                secrets()[place]
                    .key()
                    .finalize(&statement, &blinded[place], &signature)
                    .unwrap()
            })
            .into()
    }

    /// Tokens that the issuers gave nobody: both collude.
    pub(crate) fn minted(&self, once: &str) -> (Token, Token) {
        let statement = self.statement(key(once).public().bytes());
        [0, 1]
            .map(|place: usize| {
                let issuer = &secrets()[place];
                let draw = draw(&format!("minted {once} {place}"));
                let blinded = issuer.key().blind(&statement, &draw).unwrap();
                let signature = issuer.sign(&blinded.message).unwrap();
                issuer.key().finalize(&statement, &blinded, &signature).unwrap()
            })
            .into()
    }

    /// The collector publishes an answer under a once-key.
    pub(crate) fn answer(&mut self, once: &str, tokens: (Token, Token), choices: &[u64]) -> Id {
        let act = Pulse::PulseAnswered(PulseAnswered {
            tokens,
            choices: choices.to_vec(),
        });
        let re = self.re();
        self.story
            .say_in("ash", &format!("{once} answers"), once, said(act, &re))
    }

    /// A person asks, gets tokens, and answers.
    pub(crate) fn take_part(&mut self, person: &str, choices: &[u64]) -> Id {
        let once = format!("{person} once");
        self.ask(person, &once);
        self.issue(person);
        let tokens = self.tokens(person);
        self.answer(&once, tokens, choices)
    }

    /// The collector closes.
    pub(crate) fn close(&mut self, at: &str) -> Id {
        let closed = Said {
            at: time(at),
            ..said(Pulse::PulseClosed, std::slice::from_ref(&self.pulse))
        };
        self.story
            .record("closed", "ash", own("ash", "pulse.closed", self.pulse), closed)
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
