//! Plays the scenario: turns each deed into a signed entry with its bodies, as the member's own client would.

use super::scenario::{About, Change, Happening, Known, Scenario, Words};
use hearth_protocol::entry::{BodyRef, Entry, Event, Home, Payload, Record, Source};
use hearth_protocol::framework::Parameters;
use hearth_protocol::id::{BodyHash, Id};
use hearth_protocol::kind::{Act, Decisions, Head};
use hearth_protocol::limits;
use hearth_protocol::sign::{PublicKey, SecretKey};
use sha2::{Digest, Sha256};

/// A salt and the bytes it covers.
pub(crate) type Body = ([u8; limits::SALT], Vec<u8>);

/// What a member hands to their node.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// Whose log it goes to: index into the houses.
    pub(crate) house: usize,
    pub(crate) entry: Vec<u8>,
    pub(crate) bodies: Vec<Body>,
}

/// Holds the members' keys and remembers which entry each happening became.
pub(crate) struct Player<'a> {
    scenario: &'a Scenario,
    seed: u64,
    homes: Vec<Home>,
    /// What all held when this stretch of the story began.
    cut: Vec<Head>,
    /// Per member the key in use: the first or the second.
    generations: Vec<usize>,
    /// Per member the id of their admission, once they are in.
    persons: Vec<Option<Id>>,
    /// Per happening so far the id of its entry.
    ids: Vec<Id>,
    /// And its bodies.
    bodies: Vec<Vec<BodyHash>>,
}

impl<'a> Player<'a> {
    /// `stewards` are the persons of the first members, who were admitted when their house was set up.
    pub(crate) fn new(scenario: &'a Scenario, seed: u64, homes: Vec<Home>, stewards: Vec<Id>) -> Self {
        let mut persons = vec![None; scenario.members.len()];
        for (person, steward) in persons.iter_mut().zip(stewards) {
            *person = Some(steward);
        }
        Self {
            scenario,
            seed,
            homes,
            cut: Vec::new(),
            generations: vec![0; scenario.members.len()],
            persons,
            ids: Vec::new(),
            bodies: Vec::new(),
        }
    }

    /// What all hold now, for whoever pins it.
    pub(crate) fn set_cut(&mut self, cut: Vec<Head>) {
        self.cut = cut;
    }

    /// Writes the next happening of the scenario; nothing at its end.
    pub(crate) fn next(&mut self) -> Option<Written> {
        let number = self.ids.len();
        let happening = self.scenario.happenings.get(number)?;
        let mut pen = Pen {
            seed: self.seed,
            number: number as u64,
            bodies: Vec::new(),
        };
        let payload = self.payload(happening, &mut pen);
        let house = self.scenario.house_of(number);
        let entry = match &happening.deed.past {
            None => Event::sign(&payload, &self.key_of(happening.by), &self.homes[house]),
            Some(past) => Record {
                payload: Payload {
                    at: past.at,
                    ..payload
                },
                home: self.homes[house],
                source: Source {
                    id: past.id.to_string(),
                    kind: past.kind.to_owned(),
                    site: past.site.to_owned(),
                    person: Some(past.person),
                    automaton: false,
                },
            }
            .encode(),
        };
        let id = Entry::id_of(&entry);
        self.ids.push(id);
        self.bodies
            .push(pen.bodies.iter().map(|(reference, _)| reference.hash).collect());
        match happening.deed.change {
            Some(Change::Admits(newcomer)) => self.persons[newcomer] = Some(id),
            Some(Change::NextKey) => self.generations[happening.by] = 1,
            Some(Change::Leaves(_)) | None => {}
        }
        Some(Written {
            house,
            entry,
            bodies: pen.bodies.into_iter().map(|(_, body)| body).collect(),
        })
    }

    /// The entry that a happening became.
    pub(crate) fn id(&self, happening: usize) -> Id {
        self.ids[happening]
    }

    /// Which of their devices somebody uses, each with a key of its own.
    pub(crate) fn device(&self, member: usize) -> usize {
        self.generations[member]
    }

    /// The key somebody signs with now.
    pub(crate) fn key_of(&self, member: usize) -> SecretKey {
        self.secret(member, self.generations[member])
    }

    fn payload(&self, happening: &Happening, pen: &mut Pen) -> Payload {
        let deed = &happening.deed;
        let file = deed
            .file
            .as_ref()
            .map(|text| pen.write(text.as_bytes(), "text/plain"));
        let act = deed.act(&Moment { player: self, file });
        let mut payload = Payload::new(happening.at, act);
        payload.re = deed.about.iter().map(|about| self.subject(*about)).collect();
        payload.circle = deed.circle.map(|circle| self.ids[circle]);
        payload.body = deed.words.as_ref().map(|words| match words {
            Words::Said(text) => pen.write(text.as_bytes(), "text/markdown"),
            Words::Salt(salt) => pen.write(salt, "application/octet-stream"),
        });
        payload
    }

    fn subject(&self, about: About) -> Id {
        match about {
            About::Happening(earlier) => self.ids[earlier],
            About::Person(member) => self.person(member),
        }
    }

    fn person(&self, member: usize) -> Id {
        self.persons[member].expect("only members act and are acted upon")
    }

    fn secret(&self, member: usize, generation: usize) -> SecretKey {
        SecretKey::from_seed(self.scenario.members[member].keys[generation])
    }
}

/// What is known while a deed is written.
struct Moment<'a, 'b> {
    player: &'a Player<'b>,
    file: Option<BodyRef>,
}

impl Known for Moment<'_, '_> {
    fn id(&self, happening: usize) -> Id {
        self.player.ids[happening]
    }

    fn bodies(&self, happening: usize) -> Vec<BodyHash> {
        self.player.bodies[happening].clone()
    }

    fn person(&self, member: usize) -> Id {
        self.player.person(member)
    }

    fn key(&self, member: usize, generation: usize) -> PublicKey {
        self.player.secret(member, generation).public()
    }

    fn organisation(&self, house: usize) -> Id {
        self.player.homes[house].organisation
    }

    fn cut(&self) -> Vec<Head> {
        self.player.cut.clone()
    }

    fn file(&self) -> Option<BodyRef> {
        self.file.clone()
    }

    fn parameters(&self, place: &str, value: serde_json::Value) -> Act {
        let mut values = serde_json::to_value(Parameters::default()).expect("parameters are JSON");
        values["version"] = 2.into();
        *values
            .pointer_mut(place)
            .expect("the story knows the parameters by name") = value;
        let parameters: Parameters = serde_json::from_value(values).expect("the value is of the same form");
        Decisions::ParametersAdopted(parameters).into()
    }
}

/// Writes the bodies of one happening. Their salts follow from the seed: nobody is to be protected here, and one seed
/// gives one story to the byte.
struct Pen {
    seed: u64,
    number: u64,
    bodies: Vec<(BodyRef, Body)>,
}

impl Pen {
    fn write(&mut self, bytes: &[u8], media_type: &str) -> BodyRef {
        let salt: [u8; limits::SALT] = Sha256::new()
            .chain_update(b"hearth/demo/salt/v1\0")
            .chain_update(self.seed.to_be_bytes())
            .chain_update(self.number.to_be_bytes())
            .chain_update([self.bodies.len() as u8])
            .finalize()
            .into();
        let reference = BodyRef::to(&salt, bytes, media_type);
        self.bodies.push((reference.clone(), (salt, bytes.to_vec())));
        reference
    }
}
