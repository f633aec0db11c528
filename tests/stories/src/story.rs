//! A small community told step by step: real signed entries with deterministic keys, no node and no network.

use std::collections::BTreeMap;

use hearth_protocol::community::{Community, Cut, Row, Signature, check};
use hearth_protocol::entry::{BodyRef, Entry, Event, Home, Payload, Record, Source};
use hearth_protocol::id::{Id, KeyHash, Pseudonym, Root};
use hearth_protocol::kind::{
    self, Act, Admission, Admitted, Chartered, Clock, Electorate, Founded, Head, HeadsSeen, Motion, Node,
    People, Policy, Proposed, Slug,
};
use hearth_protocol::log::{Frontier, Origin, TreeHead};
use hearth_protocol::sign::{PublicKey, SecretKey};
use hearth_protocol::time::{Span, Timestamp};
use sha2::{Digest as _, Sha256};

/// A community under construction.
pub struct Story {
    pub community: Id,
    organisations: Vec<Organisation>,
    names: BTreeMap<String, Id>,
    homes: BTreeMap<String, usize>,
    counter: u64,
}

struct Organisation {
    slug: String,
    id: Id,
    entries: Vec<Vec<u8>>,
    /// Over all of its entries.
    frontier: Frontier,
}

/// What follows on every entry: its author's time, and what it is about.
pub struct Said<'a> {
    pub at: Timestamp,
    pub act: Act,
    pub re: &'a [Id],
    /// Length of its body; none for none.
    pub words: Option<usize>,
}

/// The policy of every story that says no other: nobody lies, six hours of tolerance.
pub fn policy(liars: &[(u64, u64)]) -> Policy {
    Policy {
        liars: liars.to_vec(),
        ruleset: 1,
        admission: Admission {
            quorum: 1,
            electorate: Electorate::Founder,
        },
        tolerance: Span::hours(6),
    }
}

/// The key of that name, the same in every story.
pub fn key(name: &str) -> SecretKey {
    SecretKey::from_seed(digest(name))
}

/// The pseudonym of a person of imported history.
pub fn pseudonym(name: &str) -> Pseudonym {
    Pseudonym::from_bytes(digest(name))
}

fn digest(name: &str) -> [u8; 32] {
    Sha256::digest(format!("hearth/story/{name}")).into()
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn body(length: usize) -> BodyRef {
    BodyRef::to(&[0; 32], &vec![b'x'; length], "text/markdown")
}

/// The key that signs as steward for an organisation.
pub fn steward(organisation: &str) -> String {
    format!("{organisation} steward")
}

/// Those who sign as stewards: one, or two of an organisation called `two-…`.
fn stewards(organisation: &str) -> Vec<PublicKey> {
    let second = format!("second {organisation} steward");
    let second = organisation.starts_with("two-").then_some(second);
    let names = std::iter::once(steward(organisation)).chain(second);
    names.map(|name| key(&name).public()).collect()
}

/// The charter of an organisation.
pub fn charter(organisation: &str) -> Chartered {
    let log = key(&format!("{organisation} log")).public();
    Chartered {
        key: log,
        next: KeyHash::from_bytes(digest(&format!("{organisation} next"))),
        slug: slug(organisation),
        nodes: vec![Node {
            id: vec![1],
            addresses: vec![],
        }],
        origin: Origin::of(organisation, &log).unwrap(),
        witness: key(&format!("{organisation} witness")).public(),
        stewards: stewards(organisation),
    }
}

impl Story {
    /// A community that the first organisation founds and to which it admits the others at once.
    pub fn of(slugs: &[&str], at: Timestamp, policy: Policy) -> Story {
        let founder = charter(slugs[0]);
        let founded = Founded {
            key: founder.key,
            next: founder.next,
            clock: Clock::Simulated,
            domain: slug("care"),
            origin: founder.origin,
            policy,
        };
        let founded = Payload::new(at, Act::from(kind::Community::Founded(founded))).with_body(body(1));
        let founded = Event::sign(&founded, &key(&steward(slugs[0])), &Home::NONE);
        let community = Entry::id_of(&founded);
        let mut story = Story {
            community,
            organisations: Vec::new(),
            names: BTreeMap::new(),
            homes: BTreeMap::new(),
            counter: 0,
        };
        for slug in slugs {
            story.charter(slug, at);
        }
        let founder = &mut story.organisations[0];
        founder.entries.insert(0, founded);
        founder.frontier = frontier(&founder.entries);
        for slug in &slugs[1..] {
            story.admit_organisation(slug, at);
        }
        story
    }

    /// Opens the log of an organisation that is not admitted yet.
    pub fn charter(&mut self, slug: &str, at: Timestamp) {
        let payload =
            Payload::new(at, Act::from(kind::Community::Chartered(charter(slug)))).with_body(body(1));
        let entry = Event::sign(&payload, &key(&steward(slug)), &Home::of_charter(self.community));
        let id = Entry::id_of(&entry);
        self.names.insert(slug.to_owned(), id);
        self.homes.insert(steward(slug), self.organisations.len());
        self.homes.insert(slug.to_owned(), self.organisations.len());
        self.organisations.push(Organisation {
            slug: slug.to_owned(),
            id,
            frontier: frontier(std::slice::from_ref(&entry)),
            entries: vec![entry],
        });
    }

    /// The founder admits an organisation, following on the last outcome.
    pub fn admit_organisation(&mut self, slug: &str, at: Timestamp) -> Id {
        let charter = self.organisations[self.homes[slug]].entries[0].clone();
        self.decide(Motion::Admit { charter }, at)
    }

    /// What is done about an organisation, of whose log all that was told so far counts.
    pub fn motion(&self, act: &str, slug: &str) -> Motion {
        let head = self.head(slug);
        match act {
            "remove" => Motion::Remove(head),
            "suspend" => Motion::Suspend { head, evidence: None },
            "restore" => Motion::Restore {
                organisation: head.organisation,
            },
            other => panic!("nothing is done by {other}"),
        }
    }

    /// The founder's steward proposes, following on the last proposal made so.
    pub fn decide(&mut self, motion: Motion, at: Timestamp) -> Id {
        let outcome = self.names.get("outcome").copied().unwrap_or(self.community);
        let act = Act::from(kind::Community::Proposed(Proposed { motion }));
        let founder = steward(&self.organisations[0].slug);
        self.say(
            "outcome",
            &founder,
            Said {
                at,
                act,
                re: &[outcome],
                words: None,
            },
        )
    }

    /// A steward admits a person, whose key has their name.
    pub fn admit(&mut self, organisation: &str, person: &str, at: Timestamp) -> Id {
        self.homes.insert(person.to_owned(), self.homes[organisation]);
        self.admit_key(organisation, person, person, at)
    }

    /// A steward admits the holder of a key, in an entry of another name.
    pub fn admit_key(&mut self, organisation: &str, name: &str, holder: &str, at: Timestamp) -> Id {
        let admitted = Admitted::new(key(holder).public());
        self.admit_as(organisation, name, &steward(organisation), admitted, at)
    }

    /// A steward admits somebody in these words.
    pub fn admit_as(
        &mut self,
        organisation: &str,
        name: &str,
        steward: &str,
        admitted: Admitted,
        at: Timestamp,
    ) -> Id {
        self.homes.insert(name.to_owned(), self.homes[organisation]);
        self.homes.insert(steward.to_owned(), self.homes[organisation]);
        let said = Said {
            at,
            act: Act::from(People::MemberAdmitted(admitted)),
            re: &[],
            words: None,
        };
        self.say(name, steward, said)
    }

    /// An event by the key of that name, in the log of its organisation.
    pub fn say(&mut self, name: &str, by: &str, said: Said<'_>) -> Id {
        let home = self.homes[by];
        let entry = Event::sign(&payload(said), &key(by), &self.home(home));
        self.put(name, home, entry)
    }

    /// The same in a circle.
    pub fn say_inside(&mut self, circle: Id, name: &str, by: &str, said: Said<'_>) -> Id {
        let home = self.homes[by];
        let payload = Payload {
            circle: Some(circle),
            ..payload(said)
        };
        let entry = Event::sign(&payload, &key(by), &self.home(home));
        self.put(name, home, entry)
    }

    /// The same in the log of another organisation than the key's own.
    pub fn say_in(&mut self, organisation: &str, name: &str, by: &str, said: Said<'_>) -> Id {
        let home = self.homes[organisation];
        let entry = Event::sign(&payload(said), &key(by), &self.home(home));
        self.put(name, home, entry)
    }

    /// A record of imported history.
    pub fn record(&mut self, name: &str, organisation: &str, source: Source, said: Said<'_>) -> Id {
        let home = self.homes[organisation];
        let record = Record {
            payload: payload(said),
            home: self.home(home),
            source,
        };
        self.put(name, home, record.encode())
    }

    /// An organisation logs what it sees of these others, as they stand.
    pub fn sees(&mut self, organisation: &str, of: &[&str], at: Timestamp) -> Id {
        let heads = of.iter().map(|slug| self.head(slug)).collect();
        self.claims_to_see(organisation, heads, at)
    }

    /// An organisation logs these heads, true or not.
    pub fn claims_to_see(&mut self, organisation: &str, mut heads: Vec<Head>, at: Timestamp) -> Id {
        heads.sort_unstable();
        self.counter += 1;
        let source = Source {
            id: self.counter.to_string(),
            kind: "heads.seen".to_owned(),
            site: charter(organisation).origin.to_string(),
            person: None,
            automaton: false,
        };
        let act = Act::from(kind::Community::HeadsSeen(HeadsSeen { heads }));
        let name = format!("seen {}", self.counter);
        self.record(
            &name,
            organisation,
            source,
            Said {
                at,
                act,
                re: &[],
                words: None,
            },
        )
    }

    /// Bytes as they are, as the next entry of a log.
    pub fn put(&mut self, name: &str, home: usize, entry: Vec<u8>) -> Id {
        let id = Entry::id_of(&entry);
        let organisation = &mut self.organisations[home];
        organisation.entries.push(entry);
        organisation.frontier.extend([id.into()]);
        self.names.insert(name.to_owned(), id);
        id
    }

    /// The entry, person or organisation of that name.
    pub fn id(&self, name: &str) -> Id {
        *self
            .names
            .get(name)
            .unwrap_or_else(|| panic!("the story knows no `{name}`"))
    }

    /// Every name given.
    pub fn names(&self) -> &BTreeMap<String, Id> {
        &self.names
    }

    /// The number of an organisation, for [`Story::put`] and [`Story::entries`].
    pub fn number(&self, organisation: &str) -> usize {
        self.homes[organisation]
    }

    /// The short names of the organisations.
    pub fn slugs(&self) -> impl Iterator<Item = &str> {
        self.organisations
            .iter()
            .map(|organisation| organisation.slug.as_str())
    }

    /// How many organisations there are, admitted or not.
    pub fn organisations(&self) -> usize {
        self.organisations.len()
    }

    /// A log's bytes.
    pub fn entries(&self, number: usize) -> &[Vec<u8>] {
        &self.organisations[number].entries
    }

    /// Where a log's entries belong.
    pub fn home(&self, number: usize) -> Home {
        Home {
            community: self.community,
            organisation: self.organisations[number].id,
        }
    }

    /// Size and root of a log.
    pub fn head(&self, slug: &str) -> Head {
        let number = self.homes[slug];
        let TreeHead { size, root } = self.tree_head(number, self.organisations[number].entries.len());
        Head {
            organisation: self.organisations[number].id,
            size,
            root,
        }
    }

    /// The tree over the first entries of a log.
    pub fn tree_head(&self, number: usize, size: usize) -> TreeHead {
        let organisation = &self.organisations[number];
        if size == organisation.entries.len() {
            organisation.frontier.head()
        } else {
            frontier(&organisation.entries[..size]).head()
        }
    }

    /// Everything ingested, log after log.
    pub fn community(&self) -> Community {
        let mut community = Community::new(self.community);
        for number in 0..self.organisations.len() {
            for _ in 0..self.organisations[number].entries.len() {
                self.ingest_next(&mut community, number);
            }
        }
        community
    }

    /// Ingests the next entry of a log, if there is one.
    pub fn ingest_next(&self, community: &mut Community, number: usize) -> bool {
        let Organisation { id, entries, .. } = &self.organisations[number];
        let index = community.size_of(*id);
        let Some(entry) = usize::try_from(index).ok().and_then(|index| entries.get(index)) else {
            return false;
        };
        community.ingest(*id, index, check(entry, &self.home(number), Signature::Unknown));
        true
    }

    /// A cut at these sizes; everything where none is given.
    pub fn cut(&self, sizes: &BTreeMap<String, usize>) -> Cut {
        let rows = self
            .organisations
            .iter()
            .enumerate()
            .map(|(number, organisation)| {
                let size = sizes
                    .get(&organisation.slug)
                    .copied()
                    .unwrap_or(organisation.entries.len());
                let TreeHead { size, root } = self.tree_head(number, size);
                Row(organisation.id, size, root)
            });
        Cut::new(rows.collect()).unwrap()
    }
}

fn frontier(entries: &[Vec<u8>]) -> Frontier {
    let mut frontier = Frontier::new();
    frontier.extend(entries.iter().map(|entry| Entry::id_of(entry).into()));
    frontier
}

fn payload(said: Said<'_>) -> Payload {
    let mut payload = Payload::new(said.at, said.act);
    payload.re = said.re.to_vec();
    payload.body = said.words.map(body);
    payload
}

/// A head with a root that is not the log's.
pub fn wrong(head: Head) -> Head {
    Head {
        root: Root::from_bytes([0xee; 32]),
        ..head
    }
}
