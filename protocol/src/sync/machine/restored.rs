//! What makes a node believe that it is an old copy of itself: a head it has signed, never somebody's word.

#![allow(clippy::wildcard_enum_match_arm, reason = "tests name what they look for")]

use serde_bytes::ByteBuf;

use super::super::fixture::{Author, Bench};
use super::super::message::{OfferedHead, Reply, WitnessReply, WitnessRequest};
use super::super::port::{Answer, Question};
use super::*;
use crate::log::Handover;
use crate::sign::SecretKey;
use crate::time::Span;

/// Our log as we hold it, with 9 entries, and as it went on, to 12.
fn before_and_after() -> (Author, Author) {
    (Author::new(1, 9), Author::new(1, 12))
}

/// A node with one witness, which says it has cosigned size 12 and shows `shown`; everybody else says nothing of use.
fn told(own: &Author, shown: WitnessReply) -> (Bench, Peer) {
    let other = Author::new(2, 0);
    let mut bench = Bench::holding(vec![own.owned(), other.followed()]);
    let peer = bench.connect("witness", other.organisation);
    bench.answer_all(|_, question| claims(question, &shown));
    (bench, peer)
}

fn claims(question: &Question, shown: &WitnessReply) -> Answer {
    match question {
        Question::Witness(WitnessRequest::Add { .. }) => Answer::Witness(WitnessReply::Added {
            body: b"12\n".to_vec(),
            status: 409,
        }),
        Question::Witness(WitnessRequest::Latest { .. }) => Answer::Witness(shown.clone()),
        Question::Sync(_) => Answer::Sync(Reply::Same {}),
    }
}

fn latest(of: &Author, note: Vec<u8>, handovers: Vec<Vec<u8>>) -> WitnessReply {
    let head = OfferedHead {
        note,
        handovers: handovers.into_iter().map(ByteBuf::from).collect(),
        organisation: of.organisation,
    };
    WitnessReply::Latest { head }
}

fn is_restored(bench: &Bench) -> bool {
    bench
        .said
        .iter()
        .any(|said| matches!(said, Output::Restored { .. }))
}

fn asks_a_witness(bench: &Bench) -> bool {
    let to_witness = |(_, _, question): &(Peer, _, Question)| matches!(question, Question::Witness(_));
    bench.asked.iter().any(to_witness)
}

#[test]
fn a_larger_head_that_we_signed_tells_that_we_were_restored() {
    let (own, later) = before_and_after();
    let (mut bench, peer) = told(&own, latest(&later, later.note(12), Vec::new()));
    assert!(bench.said.contains(&Output::Restored { peer, size: 12 }));
    bench.tell(Input::OwnHead { note: own.note(9) });
    bench.wait(Span::HOUR);
    assert!(!asks_a_witness(&bench), "an old copy has nothing cosigned");
}

#[test]
fn a_larger_head_under_a_key_handed_over_to_tells_it_too() {
    let (own, later) = before_and_after();
    let handover = Handover {
        origin: own.origin(),
        head: later.frontier(10).head(),
        key: own.next.public(),
        next: own.witness.public().hash(),
    };
    let handover = handover.sign(&own.next).to_bytes();
    let (bench, _) = told(&own, latest(&later, later.note_by(&own.next, 12), vec![handover]));
    assert!(is_restored(&bench));
}

#[test]
fn a_claim_without_such_a_head_changes_nothing() {
    let (own, later) = before_and_after();
    let stranger = SecretKey::from_seed([77; 32]);
    let elsewhere = Author::new(2, 20);
    for (why, shown) in [
        ("nothing", WitnessReply::Never {}),
        (
            "another answer",
            WitnessReply::Added {
                body: Vec::new(),
                status: 200,
            },
        ),
        ("no note", latest(&later, b"12".to_vec(), Vec::new())),
        (
            "another's key",
            latest(&later, later.note_by(&stranger, 12), Vec::new()),
        ),
        (
            "a key never handed over to",
            latest(&later, later.note_by(&own.next, 12), Vec::new()),
        ),
        (
            "another's log",
            latest(&elsewhere, elsewhere.note(20), Vec::new()),
        ),
        (
            "another's log by the name of ours",
            latest(&own, elsewhere.note(20), Vec::new()),
        ),
        ("what we hold", latest(&own, own.note(9), Vec::new())),
        ("what we held", latest(&own, own.note(5), Vec::new())),
    ] {
        let (mut bench, peer) = told(&own, shown);
        assert!(!is_restored(&bench), "{why}");
        let said = bench.said.clone();
        assert!(
            said.contains(&Output::Claimed { peer, size: 12 }),
            "{why}: {said:?}"
        );
        let confirmed = |said: &Output| matches!(said, Output::Confirmed { .. });
        assert!(
            !said.iter().any(confirmed),
            "{why}: this witness bears out nothing"
        );
        bench.wait(Span::HOUR);
        assert!(asks_a_witness(&bench), "{why}: it is asked again, later");
    }
}

#[test]
fn everybody_is_asked_what_they_hold_after_a_claim() {
    let (own, later) = before_and_after();
    let (liar, holder) = (Author::new(2, 0), Author::new(3, 0));
    let mut bench = Bench::holding(vec![own.owned(), liar.followed(), holder.followed()]);
    bench.connect("liar", liar.organisation);
    let holder = bench.connect("holder", holder.organisation);
    let mut has_claimed = false;
    bench.answer_all(|peer, question| match question {
        Question::Witness(WitnessRequest::Add { .. }) if *peer == holder => Answer::Sync(Reply::Noted {}),
        Question::Witness(_) => {
            has_claimed = true;
            claims(question, &WitnessReply::Never {})
        }
        Question::Sync(request) if has_claimed && *peer == holder => Answer::Sync(later.serve(request)),
        Question::Sync(_) => Answer::Sync(Reply::Same {}),
    });
    assert!(
        bench.said.contains(&Output::Restored {
            peer: holder,
            size: 12
        }),
        "{:?}",
        bench.said
    );
}

#[test]
fn nobody_elses_word_confirms_us_while_a_claim_waits_to_be_shown() {
    let (own, later) = before_and_after();
    let witnesses = [Author::new(2, 0), Author::new(3, 0)];
    let is_confirmed = |bench: &Bench| {
        let confirmed = |said: &Output| matches!(said, Output::Confirmed { .. });
        bench.said.iter().any(confirmed)
    };
    for shown in [WitnessReply::Never {}, latest(&later, later.note(12), Vec::new())] {
        let mut bench = Bench::holding(vec![
            own.owned(),
            witnesses[0].followed(),
            witnesses[1].followed(),
        ]);
        let claimant = bench.connect("claimant", witnesses[0].organisation);
        bench.connect("other", witnesses[1].organisation);
        let mut waits = None;
        while !bench.asked.is_empty() {
            let (peer, ticket, question) = bench.asked.remove(0);
            let answer = match &question {
                Question::Witness(WitnessRequest::Latest { .. }) => {
                    waits = Some(ticket);
                    continue;
                }
                Question::Witness(WitnessRequest::Add { .. }) if peer != claimant => {
                    Answer::Witness(WitnessReply::Added {
                        body: b"9\n".to_vec(),
                        status: 409,
                    })
                }
                question => claims(question, &shown),
            };
            let answer = Ok(answer);
            bench.tell(Input::Replied { ticket, answer });
        }
        assert!(!is_confirmed(&bench), "{:?}", bench.said);
        let ticket = waits.unwrap();
        let is_true = matches!(shown, WitnessReply::Latest { .. });
        let answer = Ok(Answer::Witness(shown));
        bench.tell(Input::Replied { ticket, answer });
        assert_eq!((is_restored(&bench), is_confirmed(&bench)), (is_true, !is_true));
    }
}

#[test]
fn our_own_larger_head_is_believed_from_gossip() {
    let (own, later) = before_and_after();
    let mut bench = Bench::holding(vec![own.owned()]);
    let peer = bench.connect("peer", Id::from_bytes([2; 32]));
    let organisation = own.organisation;
    for note in [
        own.note(9),
        own.note(4),
        later.note_by(&SecretKey::from_seed([77; 32]), 12),
    ] {
        bench.tell(Input::Gossiped {
            peer: peer.clone(),
            organisation,
            note,
        });
    }
    assert!(!is_restored(&bench));
    let note = later.note(12);
    bench.tell(Input::Gossiped {
        peer,
        organisation,
        note,
    });
    assert!(is_restored(&bench));
}
