#![allow(clippy::wildcard_enum_match_arm, reason = "tests name what they look for")]

use proptest::prelude::*;
use serde_bytes::ByteBuf;

use super::super::fixture::{Author, Bench};
use super::super::message::OfferedHead;
use super::super::message::{Reply, Request, WitnessReply, WitnessRequest};
use super::super::port::{Answer, Failed, Question};
use super::*;
use crate::id::Hash;
use crate::limits;
use crate::log::witness::{AddCheckpoint, Watched};
use crate::log::{Checkpoint, Handover, TreeHead};
use crate::time::Span;

#[test]
fn a_log_is_pulled_and_its_head_kept_with_the_last_entries() {
    let author = Author::new(1, 25);
    let mut bench = Bench::following(&[&author]);
    bench.connect("peer", author.organisation);
    bench.served_by(&author);
    assert_eq!(
        bench.held(author.organisation),
        (author.entries.clone(), author.frontier(25).head())
    );
    let heads: Vec<bool> = entries_kept(&bench).map(|(_, is_head)| is_head).collect();
    assert_eq!(heads.iter().filter(|is_head| **is_head).count(), 1);
    assert_eq!(heads.last(), Some(&true));
    assert!(bench.said.contains(&Output::Gossip {
        organisation: author.organisation,
        note: author.note(25)
    }));
}

#[test]
fn several_ranges_are_in_flight_and_from_different_peers() {
    let author = Author::new(1, 40);
    let mut bench = Bench::following(&[&author]);
    bench.connect("one", author.organisation);
    bench.connect("two", Id::from_bytes([9; 32]));
    while bench.asked.iter().any(|(_, _, question)| !is_range(question)) {
        let at = bench
            .asked
            .iter()
            .position(|(_, _, question)| !is_range(question))
            .unwrap();
        let (_, ticket, question) = bench.asked.remove(at);
        let Question::Sync(request) = question else {
            panic!("no witness is asked by who has no log")
        };
        bench.tell(Input::Replied {
            ticket,
            answer: Ok(Answer::Sync(author.serve(&request))),
        });
    }
    let asked = |peer: &str| {
        bench
            .asked
            .iter()
            .filter(|(of, _, _)| of.0 == peer.as_bytes())
            .count()
    };
    assert_eq!((asked("one"), asked("two")), (4, 4));
    // The last asked is answered first.
    bench.asked.reverse();
    bench.served_by(&author);
    assert_eq!(bench.held(author.organisation).0, author.entries);
}

#[test]
fn an_entry_larger_than_any_stops_its_log_before_it() {
    let mut author = Author::new(1, 5);
    author.entries.push(vec![0; limits::ENTRY_KEPT + 1]);
    author.entries.push(b"after".to_vec());
    let mut bench = Bench::following(&[&author]);
    bench.connect("peer", author.organisation);
    bench.served_by(&author);
    assert_eq!(
        bench.held(author.organisation),
        (author.entries[..5].to_vec(), author.frontier(5).head())
    );
    let (index, size) = (5, limits::ENTRY_KEPT + 1);
    let paused = Output::Paused {
        organisation: author.organisation,
        why: Pause::Oversize { index, size },
    };
    assert!(bench.said.contains(&paused));
    bench.wait(Span::HOUR);
    assert!(bench.asked.iter().all(|(_, _, question)| !is_range(question)));
}

#[test]
fn an_entry_as_large_as_may_be_kept_is_kept() {
    let mut author = Author::new(1, 1);
    author.entries.push(vec![0; limits::ENTRY_KEPT]);
    let mut bench = Bench::following(&[&author]);
    bench.connect("peer", author.organisation);
    bench.served_by(&author);
    assert_eq!(bench.held(author.organisation).0, author.entries);
}

#[test]
fn a_head_beyond_a_handover_needs_it() {
    let author = Author::new(1, 6);
    let handover = Handover {
        origin: author.origin(),
        head: author.frontier(4).head(),
        key: author.next.public(),
        next: author.key.public().hash(),
    };
    let handover = handover.sign(&author.next).to_bytes();
    let offer = |note: Vec<u8>, handovers: Vec<ByteBuf>| {
        let heads = vec![OfferedHead {
            note,
            handovers,
            organisation: author.organisation,
        }];
        Answer::Sync(Reply::Heads { more: false, heads })
    };
    let serve = |offer: Answer| {
        let author = &author;
        move |_: &Peer, question: &Question| match question {
            Question::Sync(Request::Heads { .. }) => offer.clone(),
            Question::Sync(request) => Answer::Sync(author.serve(request)),
            Question::Witness(_) => panic!("no witness is asked"),
        }
    };

    let mut bench = Bench::following(&[&author]);
    bench.connect("peer", author.organisation);
    bench.answer_all(serve(offer(author.note_by(&author.next, 6), Vec::new())));
    assert_eq!(
        bench.held(author.organisation).0.len(),
        0,
        "the new key is not the log's without the handover"
    );

    let mut bench = Bench::following(&[&author]);
    bench.connect("peer", author.organisation);
    bench.answer_all(serve(offer(
        author.note_by(&author.next, 6),
        vec![handover.clone().into()],
    )));
    assert_eq!(bench.held(author.organisation).0, author.entries);
    let (organisation, handovers) = (author.organisation, vec![handover.clone()]);
    assert!(bench.kept.contains(&Keep::Handovers {
        organisation,
        handovers
    }));

    let mut bench = Bench::following(&[&author]);
    bench.connect("peer", author.organisation);
    bench.answer_all(serve(offer(author.note(6), vec![handover.into()])));
    assert_eq!(
        bench.held(author.organisation).0.len(),
        0,
        "the old key is not the log's beyond the handover"
    );
}

#[test]
fn heads_that_do_not_fit_into_one_reply_are_asked_for_in_several() {
    let authors = [Author::new(1, 30), Author::new(2, 30), Author::new(3, 30)];
    let mut bench = Bench::following(&authors.each_ref());
    bench.connect("peer", authors[0].organisation);
    let mut pages = 0;
    bench.answer_all(|_, question| match question {
        Question::Sync(Request::Heads { have }) => {
            pages += 1;
            let had = |author: &&Author| have.contains(&(author.organisation, Hash::of(&author.note(30))));
            let missing: Vec<&Author> = authors.iter().filter(|author| !had(author)).collect();
            let heads = missing.iter().take(1).map(|author| author.offer(30)).collect();
            Answer::Sync(Reply::Heads {
                more: missing.len() > 1,
                heads,
            })
        }
        Question::Sync(Request::Range { organisation, .. }) => {
            let author = authors
                .iter()
                .find(|author| author.organisation == *organisation)
                .unwrap();
            let Question::Sync(request) = question else {
                unreachable!()
            };
            Answer::Sync(author.serve(request))
        }
        Question::Sync(_) => Answer::Sync(Reply::Differs {}),
        Question::Witness(_) => panic!("no witness is asked"),
    });
    assert_eq!(pages, 3);
    assert!(
        authors
            .iter()
            .all(|author| bench.held(author.organisation).0 == author.entries)
    );
}

#[test]
fn what_was_proven_into_an_aim_is_not_proven_again_after_a_restart() {
    let author = Author::new(1, 20);
    let aim = Followed {
        frontier: author.frontier(11),
        aim: Some(author.note(20)),
        ..author.followed()
    };
    let mut bench = Bench::holding(vec![aim]);
    bench.connect("peer", author.organisation);
    bench.served_by(&author);
    let first = entries_kept(&bench).map(|(from, _)| from).next();
    assert_eq!(first, Some(11));
}

/// The witness of the author, that cosigned `latest` last.
fn witness(own: &Author, witness: &Author, latest: &mut TreeHead, body: &[u8]) -> WitnessReply {
    let chain = own.keys();
    let request = AddCheckpoint::parse(body).unwrap();
    let decision = request.decide(Some(Watched {
        chain: &chain,
        latest: *latest,
    }));
    let reply = match decision {
        Ok(accepted) => {
            *latest = accepted.head();
            let persisted = accepted.persist(|_| Ok::<(), ()>(())).unwrap();
            persisted
                .cosign(&witness.cosigner(), Timestamp::from_millis(1_000_000))
                .into()
        }
        Err(refusal) => crate::log::witness::Reply::from(refusal),
    };
    WitnessReply::Added {
        body: reply.body.into_bytes(),
        status: u64::from(reply.status),
    }
}

#[test]
fn a_witness_that_knows_another_size_is_given_the_proof_from_there() {
    let (own, other) = (Author::new(1, 9), Author::new(2, 0));
    let mut bench = Bench::holding(vec![own.owned(), other.followed()]);
    bench.connect("witness", other.organisation);
    let mut latest = own.frontier(4).head();
    let mut asked = 0;
    while let Some((_, ticket, question)) = bench.asked.pop() {
        let answer = match question {
            Question::Witness(WitnessRequest::Add { body }) => {
                asked += 1;
                Answer::Witness(witness(&own, &other, &mut latest, &body))
            }
            Question::Witness(WitnessRequest::Latest { .. }) => panic!("nothing was claimed"),
            Question::Sync(_) => Answer::Sync(Reply::Same {}),
        };
        bench.tell(Input::Replied {
            ticket,
            answer: Ok(answer),
        });
        for said in std::mem::take(&mut bench.said) {
            if let Output::NeedProof {
                organisation,
                from,
                size,
            } = &said
            {
                let proof = crate::log::proof::consistency(&own.tree(), *from, *size).unwrap();
                let (organisation, proof) = (*organisation, Some((own.root(*from), proof)));
                bench.tell(Input::Proof {
                    organisation,
                    from: *from,
                    size: *size,
                    proof,
                });
            }
            bench.said.push(said);
        }
    }
    assert_eq!(asked, 2, "once to learn the size, once with the proof");
    let Some(Keep::Head { note, .. }) = bench.kept.last() else {
        panic!("{:?}", bench.kept)
    };
    let held = crate::log::HeldNote::open(note, &own.keys(), &[other.followed().witness]).unwrap();
    assert!(held.has(&other.followed().witness));
    assert!(
        bench
            .said
            .iter()
            .any(|said| matches!(said, Output::Confirmed { .. }))
    );
}

#[test]
fn a_witness_that_never_agrees_is_asked_less_and_less() {
    let (own, other) = (Author::new(1, 9), Author::new(2, 0));
    let mut bench = Bench::holding(vec![own.owned(), other.followed()]);
    bench.connect("witness", other.organisation);
    let mut asked = 0;
    for _ in 0..3600 {
        bench.answer_all(|_, question| match question {
            Question::Witness(_) => {
                asked += 1;
                Answer::Witness(WitnessReply::Added {
                    body: b"0\n".to_vec(),
                    status: 409,
                })
            }
            Question::Sync(_) => Answer::Sync(Reply::Same {}),
        });
        bench.wait(Span::SECOND);
    }
    assert!((5..40).contains(&asked), "{asked}");
}

#[test]
fn our_own_log_with_two_roots_is_convicted_like_any_other() {
    let (own, other) = (Author::new(1, 9), Author::new(2, 0));
    let mut bench = Bench::holding(vec![own.owned(), other.followed()]);
    bench.connect("peer", other.organisation);
    let mut forked = Author::new(1, 9);
    forked.entries[3] = b"another".to_vec();
    bench.served_by(&forked);
    let paused = Output::Paused {
        organisation: own.organisation,
        why: Pause::Forked,
    };
    assert!(bench.said.contains(&paused));
}

#[test]
fn what_the_store_holds_against_a_log_pauses_it_from_the_start() {
    let (author, mut forked) = (Author::new(1, 9), Author::new(1, 9));
    forked.entries[3] = b"another".to_vec();
    let notes = [author.note(9), forked.note(9)].map(|note| crate::log::Note::parse(&note).unwrap());
    let [first, second] = notes;
    let convicted = Followed {
        evidence: Some(ForkEvidence::new(first, second, Vec::new())),
        ..author.owned()
    };
    let mut bench = Bench::holding(vec![convicted]);
    let (organisation, why) = (author.organisation, Pause::Forked);
    assert!(bench.said.contains(&Output::Paused { organisation, why }));
    bench.connect("peer", Id::from_bytes([2; 32]));
    let told = |question: &Question| matches!(question, Question::Sync(Request::Evidence(_)));
    assert!(
        bench.asked.iter().any(|(_, _, question)| told(question)),
        "peers are told again"
    );
}

#[test]
fn what_our_own_witness_finds_pauses_the_log_and_is_told_to_everybody_at_once() {
    let (author, mut forked) = (Author::new(1, 9), Author::new(1, 9));
    forked.entries[3] = b"another".to_vec();
    let notes = [author.note(9), forked.note(9)].map(|note| crate::log::Note::parse(&note).unwrap());
    let [first, second] = notes;
    let evidence = ForkEvidence::new(first.clone(), second, Vec::new());
    let mut bench = Bench::following(&[&author]);
    bench.connect("peer", author.organisation);
    let innocent = ForkEvidence::new(first.clone(), first, Vec::new());
    bench.tell(Input::Found { evidence: innocent });
    assert!(bench.kept.is_empty());
    bench.tell(Input::Found {
        evidence: evidence.clone(),
    });
    let (organisation, why) = (author.organisation, Pause::Forked);
    assert!(bench.said.contains(&Output::Paused { organisation, why }));
    assert!(bench.kept.contains(&Keep::Evidence {
        organisation,
        evidence: Box::new(evidence)
    }));
    let told = |question: &Question| matches!(question, Question::Sync(Request::Evidence(_)));
    assert!(bench.asked.iter().any(|(_, _, question)| told(question)));
}

#[test]
fn a_smaller_head_of_another_history_convicts() {
    let author = Author::new(1, 9);
    let mut forked = Author::new(1, 4);
    forked.entries[2] = b"another".to_vec();
    let held = Followed {
        own: false,
        ..author.owned()
    };
    let mut bench = Bench::holding(vec![held]);
    bench.connect("peer", author.organisation);
    bench.answer_all(|_, question| match question {
        Question::Sync(request) => Answer::Sync(forked.serve(request)),
        Question::Witness(_) => panic!("no witness is asked"),
    });
    let need = Output::NeedProof {
        organisation: author.organisation,
        from: 4,
        size: 9,
    };
    assert!(bench.said.contains(&need));
    let proof = crate::log::proof::consistency(&author.tree(), 4, 9).unwrap();
    let (organisation, proof) = (author.organisation, Some((author.root(4), proof)));
    bench.tell(Input::Proof {
        organisation,
        from: 4,
        size: 9,
        proof,
    });
    let Some(Keep::Evidence { evidence, .. }) = bench.kept.last() else {
        panic!("{:?}", bench.kept)
    };
    assert!(evidence.verify(&author.keys()).is_ok());
}

#[test]
fn an_unsigned_accusation_convicts_nobody() {
    let (author, stranger) = (Author::new(1, 9), Author::new(3, 9));
    let mut bench = Bench::following(&[&author]);
    let peer = bench.connect("peer", author.organisation);
    let head = TreeHead {
        size: 9,
        ..TreeHead::empty()
    };
    let forged = Checkpoint {
        origin: author.origin(),
        head,
    }
    .sign(&stranger.key)
    .to_bytes();
    for note in [
        [author.note(9), forged],
        [author.note(9), author.note(9)],
        [Vec::new(), Vec::new()],
    ] {
        let evidence = Evidence {
            note: note.map(ByteBuf::from),
            proof: Vec::new(),
        };
        bench.tell(Input::Accused {
            peer: peer.clone(),
            evidence,
        });
    }
    assert!(bench.kept.is_empty());
}

fn is_range(question: &Question) -> bool {
    matches!(question, Question::Sync(Request::Range { .. }))
}

fn entries_kept(bench: &Bench) -> impl Iterator<Item = (u64, bool)> {
    bench.kept.iter().filter_map(|keep| match keep {
        Keep::Entries { from, is_head, .. } => Some((*from, *is_head)),
        _ => None,
    })
}

/// What a broken or lying peer does to an honest answer.
#[derive(Debug, Clone)]
enum Harm {
    None,
    NoAnswer,
    Malformed,
    Other(Reply),
    FlipEntry(usize),
    DropEntry,
    FlipProof(usize),
    NoProof,
    WrongFrom,
}

fn harm() -> impl Strategy<Value = Harm> {
    let other = prop_oneof![
        Just(Reply::Same {}),
        Just(Reply::Differs {}),
        Just(Reply::Noted {}),
        Just(Reply::Missing {}),
        Just(Reply::Heads {
            more: true,
            heads: Vec::new()
        }),
        Just(Reply::Refused {
            reason: String::new()
        }),
        (any::<u64>(), any::<Vec<u8>>()).prop_map(|(from, entry)| {
            Reply::Range {
                from,
                proof: Vec::new(),
                entries: vec![ByteBuf::from(entry)],
            }
        }),
    ];
    prop_oneof![
        3 => Just(Harm::None),
        1 => Just(Harm::NoAnswer),
        1 => Just(Harm::Malformed),
        2 => other.prop_map(Harm::Other),
        1 => any::<usize>().prop_map(Harm::FlipEntry),
        1 => Just(Harm::DropEntry),
        1 => any::<usize>().prop_map(Harm::FlipProof),
        1 => Just(Harm::NoProof),
        1 => Just(Harm::WrongFrom),
    ]
}

impl Harm {
    fn done_to(self, honest: Reply) -> Result<Answer, Failed> {
        let reply = match (self, honest) {
            (Harm::NoAnswer, _) => return Err(Failed::Unreachable),
            (Harm::Malformed, _) => return Err(Failed::Malformed),
            (Harm::Other(reply), _) => reply,
            (
                harm,
                Reply::Range {
                    mut from,
                    mut proof,
                    mut entries,
                },
            ) => {
                match harm {
                    Harm::FlipEntry(at) => {
                        let at = at % entries.len();
                        entries[at].push(1);
                    }
                    Harm::DropEntry => drop(entries.pop()),
                    Harm::FlipProof(at) if !proof.is_empty() => {
                        let at = at % proof.len();
                        proof[at] = Hash::of(b"wrong");
                    }
                    Harm::NoProof => proof.clear(),
                    Harm::WrongFrom => from += 1,
                    _ => {}
                }
                Reply::Range { from, proof, entries }
            }
            (_, honest) => honest,
        };
        Ok(Answer::Sync(reply))
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One of two peers may do anything: only true entries are ever kept, and in the end all of them.
    #[test]
    fn any_answers_are_survived_and_only_true_entries_kept(harms in proptest::collection::vec(harm(), 1..60)) {
        let author = Author::new(1, 23);
        let mut bench = Bench::following(&[&author]);
        bench.connect("liar", author.organisation);
        let mut harms = harms.into_iter();
        for turn in 0..4000 {
            if turn == 50 {
                bench.connect("honest", author.organisation);
            }
            let answered = bench.asked.len();
            for _ in 0..answered {
                let (peer, ticket, question) = bench.asked.remove(0);
                let Question::Sync(request) = question else { panic!("no witness is asked") };
                let honest = author.serve(&request);
                let answer = match harms.next() {
                    Some(harm) if peer.0 == b"liar" => harm.done_to(honest),
                    _ => Ok(Answer::Sync(honest)),
                };
                bench.tell(Input::Replied { ticket, answer });
            }
            bench.wait(Span::SECOND);
            let (held, head) = bench.held(author.organisation);
            prop_assert_eq!(&held[..], &author.entries[..held.len()]);
            prop_assert_eq!(head, author.frontier(held.len() as u64).head());
            if held.len() == author.entries.len() {
                return Ok(());
            }
        }
        prop_assert!(false, "never caught up: {:?}", bench.asked);
    }
}
