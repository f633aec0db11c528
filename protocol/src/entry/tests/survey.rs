//! The chapter of an anonymous survey.

use super::chapters::{MEMBER, STEWARD, founded, slug};
use super::story::{Story, key};
use crate::entry::Source;
use crate::id::{Id, Root};
use crate::kind::*;
use crate::pulse::tests::{Issuer, draw};

/// The key of one answer.
const ONCE: u8 = 0x09;

pub(super) fn survey(story: &mut Story) {
    let home = story.home;
    let other = Id::from_bytes([0xee; 32]);
    let row = |organisation, size| Head {
        organisation,
        size,
        root: Root::from_bytes([0x33; 32]),
    };
    let collector = Id::from_bytes([0xff; 32]);
    let mut electorate = vec![row(home.organisation, 30), row(other, 9), row(collector, 8)];
    electorate.sort();
    let opened = PulseOpened {
        n: 12,
        items: vec![slug("safe-to-ask"), slug("matters-to-my-work")],
        scale: 5,
        until: Deadlines {
            keys: "2026-04-02".parse().unwrap(),
            answers: "2026-04-15".parse().unwrap(),
            requests: "2026-04-10".parse().unwrap(),
        },
        issuers: (home.organisation, other),
        collector,
        electorate,
    };
    let words = Some("We ask twice a year.");
    let pulse = story.tell(
        "two items, with words",
        STEWARD,
        Pulse::PulseOpened(opened),
        &[],
        words,
    );
    let origin = founded().origin.to_string();
    let source = |kind: &str, about: Id| Source {
        id: about.to_string(),
        kind: kind.to_owned(),
        site: origin.clone(),
        person: None,
        automaton: false,
    };
    let issuer = Issuer::frozen();
    let keyed = Pulse::PulseKeyed(PulseKeyed { key: issuer.key() });
    let keyed = story.record(
        "a key of 2048 bits",
        keyed,
        &[pulse],
        None,
        source("pulse.keyed", pulse),
    );

    let once = key(ONCE).public().bytes();
    let statement = crate::pulse::statement(home.community, pulse, once);
    let blinded = [0x10, 0x20].map(|seed| issuer.key().blind(&statement, &draw(seed)).unwrap());
    let requested = PulseRequested {
        blinded: (Blob(blinded[0].message.clone()), Blob(blinded[1].message.clone())),
    };
    let re = [pulse, keyed, Id::from_bytes([0xdd; 32])];
    let request = story.tell(
        "of both issuers",
        MEMBER,
        Pulse::PulseRequested(requested),
        &re,
        None,
    );
    let signed = [0, 1].map(|place: usize| issuer.sign(&blinded[place].message));
    let issued = Pulse::PulseIssued(PulseIssued {
        key: issuer.key(),
        blinded: blinded[0].message.clone(),
        signature: signed[0].clone(),
    });
    story.record(
        "for the first issuer",
        issued,
        &[request, keyed],
        None,
        source("pulse.issued", request),
    );

    let token = |place: usize| {
        issuer
            .key()
            .finalize(&statement, &blinded[place], &signed[place])
            .unwrap()
    };
    let answered = Pulse::PulseAnswered(PulseAnswered {
        tokens: (token(0), token(1)),
        choices: vec![4, 0],
    });
    story.tell("one item left out", ONCE, answered, &re, None);
    story.record(
        "the end",
        Pulse::PulseClosed,
        &[pulse],
        None,
        source("pulse.closed", pulse),
    );
}
