//! Plays the scenario: turns each deed into a signed entry with its bodies, as the member's own client would.

use super::scenario::{Deed, HOUSES, Happening, Scenario};
use hearth_protocol::entry::{BodyRef, Entry, Event, Home, Payload};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    Act, Admitted, Interaction, Learning, NamedKey, People, QueryAsked, ReactionGiven, ResourcePublished,
    Slug, ThreadOpened, Topics,
};
use hearth_protocol::limits;
use hearth_protocol::sign::SecretKey;
use sha2::{Digest, Sha256};

/// A salt and the bytes it covers.
pub(crate) type Body = ([u8; limits::SALT], Vec<u8>);

/// What a member hands to their node.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    /// Whose log it goes to: index into [`HOUSES`].
    pub(crate) house: usize,
    pub(crate) entry: Vec<u8>,
    pub(crate) bodies: Vec<Body>,
}

/// Holds the members' keys and remembers which entry each happening became.
#[derive(Debug)]
pub(crate) struct Player<'a> {
    scenario: &'a Scenario,
    seed: u64,
    homes: [Home; HOUSES.len()],
    /// Per member the key in use: the first or the second.
    generations: Vec<usize>,
    /// Per member the id of their admission, once they are in.
    persons: Vec<Option<Id>>,
    /// Per happening so far the id of its entry.
    ids: Vec<Id>,
}

impl<'a> Player<'a> {
    /// `stewards` are the persons of the first three members, who were admitted when their house was set up.
    pub(crate) fn new(
        scenario: &'a Scenario,
        seed: u64,
        homes: [Home; HOUSES.len()],
        stewards: [Id; HOUSES.len()],
    ) -> Self {
        let mut persons = vec![None; scenario.members.len()];
        for (person, steward) in persons.iter_mut().zip(stewards) {
            *person = Some(steward);
        }
        Self {
            scenario,
            seed,
            homes,
            generations: vec![0; scenario.members.len()],
            persons,
            ids: Vec::new(),
        }
    }

    /// Writes the next happening of the scenario; nothing at its end.
    pub(crate) fn next(&mut self) -> Option<Written> {
        let happening = self.scenario.happenings.get(self.ids.len())?;
        let mut pen = Pen {
            seed: self.seed,
            number: self.ids.len() as u64,
            bodies: Vec::new(),
        };
        let payload = self.payload(happening, &mut pen);
        let house = self.scenario.members[happening.by].house;
        let entry = Event::sign(&payload, &self.key_of(happening.by), &self.homes[house]);
        let id = Entry::id_of(&entry);
        self.ids.push(id);
        if let Deed::Admit { newcomer, .. } = happening.deed {
            self.persons[newcomer] = Some(id);
        }
        if happening.deed == Deed::AddKey {
            self.generations[happening.by] = 1;
        }
        Some(Written {
            house,
            entry,
            bodies: pen.bodies,
        })
    }

    /// The key somebody signs with now.
    pub(crate) fn key_of(&self, member: usize) -> SecretKey {
        self.key(member, self.generations[member])
    }

    fn payload(&self, happening: &Happening, pen: &mut Pen) -> Payload {
        let mut payload = Payload::new(happening.at, self.act(happening, pen));
        if let Some(subject) = self.subject(happening) {
            payload = payload.about(subject);
        }
        if let Some(words) = self.words(&happening.deed) {
            payload = payload.with_body(pen.write(words, "text/markdown"));
        }
        payload
    }

    fn act(&self, happening: &Happening, pen: &mut Pen) -> Act {
        match &happening.deed {
            Deed::Admit { newcomer, inviter } => {
                let key = self.key_of(*newcomer).public();
                People::MemberAdmitted(Admitted {
                    applied: inviter.is_none(),
                    inviter: inviter.map(|inviter| self.person(inviter)),
                    ..Admitted::new(key)
                })
                .into()
            }
            Deed::Leave => People::MemberLeft.into(),
            Deed::AddKey => People::KeyAdded(NamedKey {
                key: self.key(happening.by, 1).public(),
            })
            .into(),
            Deed::RevokeKey { of } => People::KeyRevoked(NamedKey {
                key: self.key(*of, 0).public(),
            })
            .into(),
            Deed::Ask {
                topic, pseudonymous, ..
            } => Interaction::QueryAsked(QueryAsked {
                topics: topics(topic),
                pseudonymous: *pseudonymous,
            })
            .into(),
            Deed::Answer { .. } => Interaction::QueryAnswered.into(),
            Deed::Accept { .. } => Interaction::QueryAccepted.into(),
            Deed::Withdraw { .. } => Interaction::QueryWithdrawn.into(),
            Deed::Open { topic, .. } => Interaction::ThreadOpened(ThreadOpened {
                topics: topics(topic),
                purpose: None,
            })
            .into(),
            Deed::Reply { .. } => Interaction::ThreadReplied.into(),
            Deed::React { reaction, .. } => Interaction::ReactionGiven(ReactionGiven {
                reaction: slug(reaction),
            })
            .into(),
            Deed::Publish { form, file, .. } => {
                let file = file.as_deref().map(|file| pen.write(file, "text/plain"));
                let published = ResourcePublished {
                    file,
                    sort: Some(*form),
                    ..ResourcePublished::default()
                };
                Learning::ResourcePublished(published).into()
            }
            Deed::Validate { .. } => Learning::ResourceValidated.into(),
            Deed::Dispute { .. } => Learning::ResourceDisputed.into(),
        }
    }

    fn subject(&self, happening: &Happening) -> Option<Id> {
        if let Deed::RevokeKey { of } = happening.deed {
            return Some(self.person(of));
        }
        if matches!(happening.deed, Deed::Leave | Deed::AddKey) {
            return Some(self.person(happening.by));
        }
        happening.deed.about().map(|earlier| self.ids[earlier])
    }

    fn words<'w>(&'w self, deed: &'w Deed) -> Option<&'w str> {
        match deed {
            Deed::Admit { newcomer, .. } => Some(&self.scenario.members[*newcomer].name),
            Deed::Ask { text, .. } | Deed::Answer { text, .. } | Deed::Open { text, .. } => Some(text),
            Deed::Reply { text, .. } | Deed::Publish { text, .. } => Some(text),
            Deed::Withdraw { reason, .. } => Some(reason),
            Deed::Validate { rationale, .. } | Deed::Dispute { rationale, .. } => Some(rationale),
            Deed::RevokeKey { .. } => Some("The device with this key was lost."),
            Deed::Leave | Deed::AddKey | Deed::Accept { .. } | Deed::React { .. } => None,
        }
    }

    fn person(&self, member: usize) -> Id {
        self.persons[member].expect("only members act and are acted upon")
    }

    fn key(&self, member: usize, generation: usize) -> SecretKey {
        SecretKey::from_seed(self.scenario.members[member].keys[generation])
    }
}

/// Writes the bodies of one happening. Their salts follow from the seed: nobody is to be protected here, and one seed
/// gives one story to the byte.
struct Pen {
    seed: u64,
    number: u64,
    bodies: Vec<Body>,
}

impl Pen {
    fn write(&mut self, text: &str, media_type: &str) -> BodyRef {
        let salt: [u8; limits::SALT] = Sha256::new()
            .chain_update(b"hearth/demo/salt/v1\0")
            .chain_update(self.seed.to_be_bytes())
            .chain_update(self.number.to_be_bytes())
            .chain_update([self.bodies.len() as u8])
            .finalize()
            .into();
        let reference = BodyRef::to(&salt, text.as_bytes(), media_type);
        self.bodies.push((salt, text.as_bytes().to_vec()));
        reference
    }
}

fn topics(topic: &str) -> Topics {
    Topics::try_from(vec![slug(topic)]).expect("one topic is not too many")
}

fn slug(text: &str) -> Slug {
    text.parse().expect("the scenario's codes are slugs")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every deed becomes an entry that parses, fits its kind and is signed for its house.
    #[test]
    fn every_deed_is_written_as_its_kind_asks() {
        let scenario = Scenario::generate(3, 6, None);
        let home = |house: u8| Home {
            community: Id::from_bytes([1; 32]),
            organisation: Id::from_bytes([house; 32]),
        };
        let homes = [home(2), home(3), home(4)];
        let mut player = Player::new(&scenario, 3, homes, [Id::from_bytes([9; 32]); 3]);
        let mut written = 0;
        while let Some(Written { house, entry, bodies }) = player.next() {
            let Entry::Event(event) = Entry::parse(&entry).unwrap() else {
                panic!("not an event")
            };
            assert!(
                !matches!(event.payload().act, Act::Bad { .. } | Act::Unknown { .. }),
                "{:?}",
                event.payload()
            );
            event.verify(&homes[house]).unwrap();
            assert_eq!(event.payload().bodies().count(), bodies.len());
            written += 1;
        }
        assert_eq!(written, scenario.happenings.len());
    }
}
