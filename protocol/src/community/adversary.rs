//! What a dishonest organisation may write into its own log, and that it changes nothing for the others.

use super::*;
use crate::entry::{BodyRef, Entry, Event, Home, Payload, Record, Source};
use crate::id::{KeyHash, Pseudonym};
use crate::kind::{
    self, Admission, Admitted, Electorate, Interaction, Motion, Node, People, Proposed, QueryAsked, Slug,
};
use crate::log::Origin;
use crate::sign::SecretKey;
use crate::time::Span;

const POLICY: [(u64, u64); 1] = [(0, 0)];

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed([seed; 32])
}

fn at(minute: u64) -> Timestamp {
    Timestamp::from_millis(minute * 60_000)
}

fn words() -> BodyRef {
    BodyRef::to(&[7; 32], b"words", "text/markdown")
}

fn charter(slug: &str, log: u8, steward: u8, community: Id) -> (Id, Vec<u8>) {
    let slug: Slug = slug.parse().unwrap();
    let says = Chartered {
        key: key(log).public(),
        next: KeyHash::of(&key(log + 1).public().bytes()),
        origin: Origin::of(slug.as_str(), &key(log).public()).unwrap(),
        slug,
        nodes: vec![Node {
            id: vec![log],
            addresses: Vec::new(),
        }],
        witness: key(log + 2).public(),
        stewards: vec![key(steward).public()],
    };
    let payload = Payload::new(at(1), kind::Community::Chartered(says)).with_body(words());
    let bytes = Event::sign(&payload, &key(steward), &Home::of_charter(community));
    (Entry::id_of(&bytes), bytes)
}

/// A founder with one member (seed 1), and an organisation it admitted (steward seed 2).
struct Town {
    community: Id,
    founder: (Id, Vec<Vec<u8>>),
    admitted: (Id, Vec<Vec<u8>>),
}

impl Town {
    fn new() -> Town {
        let founded = kind::Founded {
            key: key(10).public(),
            next: KeyHash::of(&key(11).public().bytes()),
            clock: Clock::Real,
            domain: "care".parse().unwrap(),
            origin: Origin::of("elm", &key(10).public()).unwrap(),
            policy: Policy {
                liars: POLICY.to_vec(),
                ruleset: 1,
                admission: Admission {
                    quorum: 1,
                    electorate: Electorate::Founder,
                },
                tolerance: Span::hours(6),
            },
        };
        let payload = Payload::new(at(0), kind::Community::Founded(founded)).with_body(words());
        let founding = Event::sign(&payload, &key(1), &Home::NONE);
        let community = Entry::id_of(&founding);
        let (founder, own_charter) = charter("elm", 10, 1, community);
        let (admitted, other_charter) = charter("oak", 20, 2, community);
        let proposed = kind::Community::Proposed(Proposed {
            motion: Motion::Admit {
                charter: other_charter.clone(),
            },
        });
        let mut town = Town {
            community,
            founder: (founder, vec![founding, own_charter]),
            admitted: (admitted, vec![other_charter]),
        };
        let first = Admitted::new(key(1).public());
        town.signed(1, Payload::new(at(2), People::MemberAdmitted(first)));
        town.signed(1, Payload::new(at(3), proposed).about(community));
        town
    }

    fn home(&self, seed: u8) -> Home {
        let organisation = if seed == 1 {
            self.founder.0
        } else {
            self.admitted.0
        };
        Home {
            community: self.community,
            organisation,
        }
    }

    fn log(&mut self, seed: u8) -> &mut Vec<Vec<u8>> {
        if seed == 1 {
            &mut self.founder.1
        } else {
            &mut self.admitted.1
        }
    }

    fn signed(&mut self, seed: u8, payload: Payload) -> Id {
        let bytes = Event::sign(&payload, &key(seed), &self.home(seed));
        self.append(seed, bytes)
    }

    fn imported(&mut self, seed: u8, id: &str, person: Option<u8>, payload: Payload) -> Id {
        let source = Source {
            id: id.to_owned(),
            kind: payload.act.kind().to_owned(),
            site: "old.example".to_owned(),
            person: person.map(|seed| Pseudonym::from_bytes([seed; 32])),
            automaton: false,
        };
        let home = self.home(seed);
        let bytes = Record {
            payload,
            home,
            source,
        }
        .encode();
        self.append(seed, bytes)
    }

    fn append(&mut self, seed: u8, bytes: Vec<u8>) -> Id {
        let id = Entry::id_of(&bytes);
        self.log(seed).push(bytes);
        id
    }

    /// Both logs as they stand, the founder's first or last.
    fn known(&self, founder_first: bool) -> Community {
        let mut community = Community::new(self.community);
        let mut logs = [&self.founder, &self.admitted];
        if !founder_first {
            logs.reverse();
        }
        for (organisation, entries) in logs {
            let home = Home {
                community: self.community,
                organisation: *organisation,
            };
            for (index, bytes) in (0..).zip(entries) {
                community.ingest(*organisation, index, check(bytes, &home, Signature::Unknown));
            }
        }
        community
    }

    /// Every standing, by organisation and index: the same in either order of arrival.
    fn standings(&self) -> BTreeMap<(Id, u64), Standing> {
        let of = |founder_first: bool| -> Vec<Item> {
            let known = self.known(founder_first);
            let view = known.view(&known.present().unwrap()).unwrap();
            view.items().to_vec()
        };
        assert_eq!(of(true), of(false), "the order of arrival leaves no trace");
        let known = self.known(true);
        let view = known.view(&known.present().unwrap()).unwrap();
        let organisation = |item: &Item| view.organisation(item.organisation).id;
        let items = view.items().iter();
        items
            .map(|item| ((organisation(item), item.index), item.standing))
            .collect()
    }

    fn standing(&self, id: Id) -> Standing {
        let known = self.known(true);
        let view = known.view(&known.present().unwrap()).unwrap();
        let standing = view.find(id).unwrap().standing;
        self.standings();
        standing
    }
}

fn asked() -> Payload {
    let query = Interaction::QueryAsked(QueryAsked::default());
    Payload::new(at(10), query).with_body(words())
}

#[test]
fn the_founding_entry_in_another_log_is_misplaced_there() {
    let mut town = Town::new();
    let (founder, admitted) = (town.founder.0, town.admitted.0);
    town.admitted.1 = vec![town.founder.1[0].clone()];
    for founder_first in [true, false] {
        assert_eq!(town.known(founder_first).founder(), Some(founder));
    }
    let standings = town.standings();
    assert_eq!(standings[&(founder, 0)], Standing::Counts);
    assert_eq!(
        standings[&(founder, 3)],
        Standing::Counts,
        "the admission after it"
    );
    assert_eq!(standings[&(admitted, 0)], Standing::Void(VoidReason::Misplaced));
}

#[test]
fn records_accept_and_withdraw_only_what_their_own_log_imported() {
    let mut town = Town::new();
    let query = town.imported(1, "1", Some(9), asked());
    let answered = Payload::new(at(11), Interaction::QueryAnswered)
        .about(query)
        .with_body(words());
    let answer = town.imported(1, "2", Some(8), answered);
    let accepted = Payload::new(at(12), Interaction::QueryAccepted).about(answer);
    let withdrawn = Payload::new(at(12), Interaction::QueryWithdrawn).about(query);

    for payload in [accepted.clone(), withdrawn] {
        let elsewhere = town.imported(2, "3", Some(9), payload.clone());
        assert_eq!(town.standing(elsewhere), Standing::Void(VoidReason::NotPermitted));
        let nameless = town.imported(1, "4", None, payload);
        assert_eq!(
            town.standing(nameless),
            Standing::Void(VoidReason::NotPermitted),
            "the asker is known"
        );
    }
    let own = town.imported(1, "5", Some(9), accepted);
    assert_eq!(town.standing(own), Standing::Counts);

    let nobodys = town.imported(1, "6", None, asked());
    let withdrawn = Payload::new(at(12), Interaction::QueryWithdrawn).about(nobodys);
    let own = town.imported(1, "7", None, withdrawn.clone());
    assert_eq!(town.standing(own), Standing::Counts);
    let elsewhere = town.imported(2, "8", None, withdrawn);
    assert_eq!(town.standing(elsewhere), Standing::Void(VoidReason::NotPermitted));
}
