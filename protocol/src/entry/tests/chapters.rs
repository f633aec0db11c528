//! A small made-up community, told once with every kind. Keys are made of one repeated byte, so anyone can make them.

use super::story::{Example, Story, key};
use super::{deciding, leading, learning, outputs, purposeful};
use crate::entry::{BodyRef, Entry, Home, Source, commit};
use crate::id::{BodyHash, Hash, Id, Pseudonym, Root};
use crate::kind::*;
use crate::log::Origin;
use crate::sign::PublicKey;
use crate::time::Span;

pub(super) const STEWARD: u8 = 0x01;
const LOG: u8 = 0x02;
const NEXT_LOG: u8 = 0x03;
const WITNESS: u8 = 0x04;
pub(super) const MEMBER: u8 = 0x05;
pub(super) const OTHER_MEMBER: u8 = 0x06;
const SECOND_KEY: u8 = 0x07;
const GUEST: u8 = 0x08;

/// Every example, in the order of the story.
pub(super) fn examples() -> Vec<Example> {
    let mut story = Story {
        examples: Vec::new(),
        home: Home::NONE,
        at: "2026-01-05T09:00:00Z".parse().unwrap(),
    };
    found(&mut story);
    let person = people(&mut story);
    talk(&mut story);
    pool(&mut story);
    import(&mut story);
    part(&mut story, person);
    for (day, chapter) in BESIDE {
        let mut beside = story.beside(day);
        chapter(&mut beside);
        story.examples.append(&mut beside.examples);
    }
    story.examples
}

type Chapter = fn(&mut Story);

/// Chapters that each have a day of their own, so that one more moves no other.
const BESIDE: &[(&str, Chapter)] = &[
    ("2026-02-02", present),
    ("2026-02-03", gather),
    ("2026-02-04", miss),
    ("2026-02-05", unite),
    ("2026-02-05", deciding::chapter),
    ("2026-02-06", purposeful::chapter),
    ("2026-02-10", leading::chapter),
    ("2026-02-20", learning::tell),
    ("2026-02-24", outputs::make),
    ("2026-02-25", outputs::tell),
    ("2026-02-26", outputs::claim),
    ("2026-03-02", govern),
    ("2026-04-01", super::survey::survey),
];

/// An organisation is put out, let in again, and put out for good.
fn govern(story: &mut Story) {
    let head = Head {
        organisation: Id::from_bytes([0x44; 32]),
        size: 412,
        root: Root::from_bytes([0x55; 32]),
    };
    let evidence = Some(Hash::from_bytes([0x66; 32]));
    let suspended = Motion::Suspend { head, evidence };
    let restored = Motion::Restore {
        organisation: head.organisation,
    };
    let mut preceding = Id::from_bytes([0x77; 32]);
    for (title, motion, why) in [
        (
            "suspends an organisation",
            suspended,
            Some("Their log was forked."),
        ),
        ("restores an organisation", restored, None),
        (
            "removes an organisation",
            Motion::Remove(head),
            Some("They have closed."),
        ),
    ] {
        let act = Community::Proposed(Proposed { motion });
        preceding = story.tell(title, STEWARD, act, &[preceding], why);
    }
}

pub(super) fn founded() -> Founded {
    Founded {
        key: public(LOG),
        next: public(NEXT_LOG).hash(),
        clock: Clock::Simulated,
        domain: slug("palliative-care"),
        origin: Origin::of("rosehill", &public(LOG)).unwrap(),
        policy: Policy {
            liars: vec![(4, 1), (8, 2)],
            ruleset: 1,
            admission: Admission {
                quorum: 1,
                electorate: Electorate::Founder,
            },
            tolerance: Span::hours(6),
        },
    }
}

fn chartered(name: &str, log: u8) -> Chartered {
    Chartered {
        key: public(log),
        next: public(NEXT_LOG).hash(),
        slug: slug(name),
        nodes: vec![Node {
            id: vec![0x12; 38],
            addresses: vec!["/ip4/192.0.2.7/tcp/4501".to_owned()],
        }],
        origin: Origin::of(name, &public(log)).unwrap(),
        witness: public(WITNESS),
        stewards: vec![public(STEWARD)],
    }
}

fn found(story: &mut Story) {
    let founding = Community::Founded(founded());
    let community = story.tell(
        "the first entry of all",
        STEWARD,
        founding,
        &[],
        Some("# Hospice network\n\nWe learn together."),
    );
    story.home = Home::of_charter(community);
    let charter = Community::Chartered(chartered("rosehill", LOG));
    let organisation = story.tell(
        "the founding organisation",
        STEWARD,
        charter,
        &[],
        Some("Rosehill Hospice"),
    );

    let mut other = Story {
        examples: Vec::new(),
        home: story.home,
        at: story.at,
    };
    let charter = Community::Chartered(chartered("larkfield", OTHER_MEMBER));
    let joining = other.tell(
        "another organisation",
        STEWARD,
        charter,
        &[],
        Some("Larkfield Hospice"),
    );
    let charter = other.examples.remove(0);

    story.home = Home {
        community,
        organisation,
    };
    let motion = Proposed {
        motion: Motion::Admit {
            charter: charter.bytes.clone(),
        },
    };
    story.tell(
        "admits an organisation",
        STEWARD,
        Community::Proposed(motion),
        &[community],
        Some("They asked."),
    );
    story.examples.push(charter);

    let mut heads = vec![
        Head {
            organisation,
            size: 3,
            root: Root::from_bytes([0x33; 32]),
        },
        Head {
            organisation: joining,
            size: 1,
            root: Root::from_bytes([0x11; 32]),
        },
    ];
    heads.sort();
    let source = Source {
        id: "0".to_owned(),
        kind: "heads.seen".to_owned(),
        site: founded().origin.to_string(),
        person: None,
        automaton: false,
    };
    story.record(
        "two logs",
        Community::HeadsSeen(HeadsSeen { heads }),
        &[],
        None,
        source,
    );
}

fn people(story: &mut Story) -> Id {
    let first = People::MemberAdmitted(Admitted::new(public(MEMBER)));
    let person = story.tell("without an inviter", STEWARD, first, &[], None);
    let second = People::MemberAdmitted(Admitted {
        inviter: Some(person),
        ..Admitted::new(public(OTHER_MEMBER))
    });
    story.tell("invited, with a name", STEWARD, second, &[], Some("Ada"));
    let key = People::KeyAdded(NamedKey {
        key: public(SECOND_KEY),
    });
    story.tell("a second key", MEMBER, key, &[person], None);
    let key = People::KeyRevoked(NamedKey {
        key: public(SECOND_KEY),
    });
    story.tell("the second key again", MEMBER, key.clone(), &[person], None);
    story.tell(
        "by a steward, with a reason",
        STEWARD,
        key,
        &[person],
        Some("The phone was lost."),
    );
    person
}

fn present(story: &mut Story) {
    let code = Hash::from_bytes([0xc0; 32]);
    let invited = People::MemberInvited(MemberInvited {
        code: invitation_code(&code),
    });
    story.tell("a code", MEMBER, invited, &[], None);
    let admitted = People::MemberAdmitted(Admitted {
        key: public(GUEST),
        code: Some(code),
        applied: true,
        inviter: Some(Id::from_bytes([0x1d; 32])),
    });
    story.tell("every field", STEWARD, admitted, &[], None);
    let interests = |names: &[&str]| {
        People::InterestDeclared(InterestDeclared {
            topics: topics(names),
        })
    };
    let both = interests(&["mouth-care", "night"]);
    story.tell("two topics", MEMBER, both, &[], None);
    story.tell("none", OTHER_MEMBER, interests(&[]), &[], None);
    let words = "# Ada\n\nNurse.\n\n## Strengths\n\nListens.";
    story.tell(
        "name, work and strengths",
        OTHER_MEMBER,
        People::ProfileWritten,
        &[],
        Some(words),
    );
    for (name, yes) in [("yes", true), ("no", false)] {
        let consent = People::ConsentSet(ConsentSet {
            yes,
            scope: slug("report-names"),
        });
        story.tell(name, MEMBER, consent, &[], None);
    }
}

/// Who is who.
fn unite(story: &mut Story) {
    let other = Id::from_bytes([0x0b; 32]);
    story.tell("one side of it", MEMBER, People::MemberAffiliated, &[other], None);
    let person = Pseudonym::from_bytes([0xaa; 32]);
    let linked = People::HistoryLinked(HistoryLinked { person });
    let claim = story.tell("a pseudonym", MEMBER, linked, &[], None);
    story.tell("by a steward", STEWARD, People::HistoryConfirmed, &[claim], None);
}

/// A circle, and what happens in it.
fn gather(story: &mut Story) {
    let plain = CircleOpened {
        kind: CircleKind::Topic,
        mode: None,
        basis: None,
        other: None,
        topic: slug("mouth-care"),
        until: None,
        structure: None,
    };
    let opened = Circles::CircleOpened(plain.clone());
    story.tell("open-ended", MEMBER, opened, &[], Some("# Mouth care"));
    let full = CircleOpened {
        kind: CircleKind::SpecialInterest,
        mode: Some(CircleMode::FaceToFace),
        basis: Some(CircleBasis::Knowledge),
        other: Some(slug("reading-group")),
        until: Some("2026-07-01".parse().unwrap()),
        structure: Some(CircleStructure::NonHierarchical),
        ..plain
    };
    let words = Some("# Night\n\nWhat helps at night.");
    let circle = story.tell("every field", MEMBER, Circles::CircleOpened(full), &[], words);
    story.tell("a member", OTHER_MEMBER, Circles::CircleJoined, &[circle], None);
    story.tell("a member", OTHER_MEMBER, Circles::CircleLeft, &[circle], None);
    let reason = Some("All is said.");
    story.tell("with a reason", MEMBER, Circles::CircleClosed, &[circle], reason);
}

/// Who is missing.
fn miss(story: &mut Story) {
    let raised = Coverage::GapRaised(GapRaised::default());
    story.tell("nothing but words", MEMBER, raised, &[], Some("# Chaplains"));
    let raised = Coverage::GapRaised(GapRaised {
        role: Some(slug("care-home")),
        region: Some(slug("north")),
    });
    let gap = story.tell("every field", MEMBER, raised, &[], Some("# Care homes"));
    let note = Some("I know some.");
    let owned = story.tell("with a note", OTHER_MEMBER, Coverage::GapOwned, &[gap], note);
    story.tell("by its owner", OTHER_MEMBER, Coverage::GapClosed, &[owned], None);
    let reason = Some("They came.");
    story.tell("by who raised it", MEMBER, Coverage::GapClosed, &[gap], reason);

    let potential = |name: &str, role: &str| Potential {
        role: slug(role),
        slug: slug(name),
        region: slug("north"),
    };
    let declared = CoverageDeclared {
        potential: vec![
            potential("larkfield", "hospice"),
            potential("meadow-court", "care-home"),
        ],
    };
    let names = Some("Larkfield Hospice, Meadow Court");
    let proposal = Id::from_bytes([0xde; 32]);
    story.tell(
        "two organisations",
        MEMBER,
        Coverage::CoverageDeclared(declared),
        &[proposal],
        names,
    );
}

fn talk(story: &mut Story) {
    let plain = Interaction::QueryAsked(QueryAsked::default());
    story.tell(
        "nothing but words",
        MEMBER,
        plain,
        &[],
        Some("# Who has a syringe driver policy?"),
    );
    let asked = QueryAsked {
        topics: topics(&["mouth-care", "night"]),
        pseudonymous: true,
    };
    let query = story.tell(
        "every field",
        MEMBER,
        Interaction::QueryAsked(asked),
        &[],
        Some("# Mouth care at night?"),
    );
    let answer = story.tell(
        "an answer",
        OTHER_MEMBER,
        Interaction::QueryAnswered,
        &[query],
        Some("Every two hours."),
    );
    story.tell(
        "by the asker",
        MEMBER,
        Interaction::QueryAccepted,
        &[answer],
        None,
    );
    story.tell(
        "without a reason",
        MEMBER,
        Interaction::QueryWithdrawn,
        &[query],
        None,
    );

    let plain = Interaction::ThreadOpened(ThreadOpened::default());
    story.tell("nothing but words", MEMBER, plain, &[], Some("# Volunteers"));
    let opened = ThreadOpened {
        topics: topics(&["network"]),
        purpose: Some(slug("future")),
    };
    let thread = story.tell(
        "every field",
        MEMBER,
        Interaction::ThreadOpened(opened),
        &[],
        Some("# In five years?"),
    );
    let reply = story.tell(
        "a reply",
        OTHER_MEMBER,
        Interaction::ThreadReplied,
        &[thread],
        Some("Twice as many."),
    );
    let thanks = Interaction::ReactionGiven(ReactionGiven {
        reaction: slug("thanks"),
    });
    story.tell("thanks", MEMBER, thanks, &[reply], None);
}

fn pool(story: &mut Story) {
    let plain = Learning::ResourcePublished(ResourcePublished::default());
    let first = story.tell(
        "nothing but words",
        MEMBER,
        plain,
        &[],
        Some("# Mouth care\n\nOften."),
    );
    let full = ResourcePublished {
        file: Some(BodyRef::to(&[0x77; 32], b"%PDF-1.7", "application/pdf")),
        from: Vec::new(),
        sort: Some(ResourceType::Guidance),
        review: Some("2027-01-01".parse().unwrap()),
        licence: Some(slug("cc-by-4-0")),
    };
    let second = Learning::ResourcePublished(full);
    let version = story.tell(
        "every field, a new version",
        MEMBER,
        second,
        &[first],
        Some("# Mouth care"),
    );
    story.tell(
        "without a rationale",
        OTHER_MEMBER,
        Learning::ResourceValidated,
        &[version],
        None,
    );
    story.tell(
        "with a rationale",
        OTHER_MEMBER,
        Learning::ResourceDisputed,
        &[version],
        Some("Out of date."),
    );
    story.tell(
        "with a reason",
        MEMBER,
        Learning::ResourceWithdrawn,
        &[first],
        Some("Replaced by another."),
    );
}

fn import(story: &mut Story) {
    let made = ImportMade {
        site: "meta.example.org".to_owned(),
        format: slug("stackexchange"),
    };
    let salt = story.salt();
    let pseudonyms_salt = Some((salt, vec![0x99; 32]));
    let act = Care::ImportMade(made).into();
    story.tell_with(
        "with the salt of its pseudonyms",
        STEWARD,
        act,
        &[],
        pseudonyms_salt,
        "application/octet-stream",
    );

    let source = |kind: &str, id: &str| Source {
        id: id.to_owned(),
        kind: kind.to_owned(),
        site: "meta.example.org".to_owned(),
        person: Some(Pseudonym::from_bytes([0xaa; 32])),
        automaton: false,
    };
    let asked = Interaction::QueryAsked(QueryAsked {
        topics: topics(&["discussion"]),
        pseudonymous: false,
    });
    let query = story.record(
        "imported",
        asked,
        &[],
        Some("# Which tags?"),
        source("question", "1"),
    );
    let unknown = Source {
        person: None,
        ..source("answer", "2")
    };
    let answer = story.record(
        "imported, author unknown",
        Interaction::QueryAnswered,
        &[query],
        Some("Few."),
        unknown,
    );
    story.record(
        "imported",
        Interaction::QueryAccepted,
        &[answer],
        None,
        source("acceptance", "1"),
    );
    story.record(
        "imported",
        Interaction::QueryWithdrawn,
        &[query],
        None,
        source("closure", "1"),
    );
    let opened = Interaction::ThreadOpened(ThreadOpened::default());
    story.record("imported", opened, &[], Some("# Hello"), source("topic", "7"));
    let system = Source {
        automaton: true,
        person: None,
        ..source("comment", "3")
    };
    story.record(
        "imported, by an automaton",
        Interaction::ThreadReplied,
        &[answer],
        Some("Moved."),
        system,
    );
    let liked = Interaction::ReactionGiven(ReactionGiven { reaction: slug("up") });
    let vote = Source {
        person: None,
        ..source("vote", "4")
    };
    story.record("imported", liked, &[answer], None, vote);
    let page = Learning::ResourcePublished(ResourcePublished {
        sort: Some(ResourceType::Education),
        ..ResourcePublished::default()
    });
    story.record(
        "imported",
        page,
        &[],
        Some("# A page"),
        source("page", "docs/index.md"),
    );
}

fn part(story: &mut Story, person: Id) {
    let erased: Vec<BodyHash> = story
        .examples
        .iter()
        .rev()
        .filter_map(|e| e.body.as_ref())
        .take(2)
        .map(|(s, b)| commit(s, b))
        .collect();
    let entries: Vec<Id> = story
        .examples
        .iter()
        .rev()
        .take(2)
        .map(|e| Entry::id_of(&e.bytes))
        .collect();
    let carried_out = ErasureCarriedOut {
        ground: slug("request"),
        hashes: erased,
    };
    story.tell(
        "two bodies",
        STEWARD,
        Care::ErasureCarriedOut(carried_out),
        &entries,
        None,
    );
    story.tell("by the person", MEMBER, People::MemberLeft, &[person], None);
}

fn public(seed: u8) -> PublicKey {
    key(seed).public()
}

pub(super) fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

pub(super) fn topics(names: &[&str]) -> Topics {
    Topics::try_from(names.iter().map(|name| slug(name)).collect::<Vec<_>>()).unwrap()
}
