//! Verdicts over whole logs: each void reason, who may do what to what, and what may be submitted.

use std::collections::BTreeMap;

use hearth_protocol::community::{Checked, Refusal, Signature, Standing, View, VoidReason, check};
use hearth_protocol::entry::{Event, Home, Payload, Source};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    self, Act, Care, ErasureCarriedOut, ImportMade, Interaction, Learning, NamedKey, People, QueryAsked,
    ReactionGiven, ResourcePublished,
};
use hearth_protocol::time::{Span, Timestamp};

use crate::story::{Said, Story, charter, key, policy, pseudonym, steward};

pub(crate) fn time(hours: u64) -> Timestamp {
    "2026-01-01"
        .parse::<Timestamp>()
        .unwrap()
        .plus(Span::hours(hours))
}

pub(crate) fn asked() -> Act {
    Interaction::QueryAsked(QueryAsked::default()).into()
}

pub(crate) fn answered() -> Act {
    Interaction::QueryAnswered.into()
}

pub(crate) fn said(at: u64, act: impl Into<Act>, re: &[Id], words: usize) -> Said<'_> {
    Said {
        at: time(at),
        act: act.into(),
        re,
        words: (words > 0).then_some(words),
    }
}

pub(crate) fn three() -> Story {
    let mut story = Story::of(&["oak", "elm", "ash"], time(0), policy(&[]));
    story.admit("oak", "ann", time(0));
    story.admit("elm", "ben", time(0));
    story.admit("ash", "cat", time(0));
    story
}

pub(crate) fn everything(story: &Story) -> View {
    story.community().view(&story.cut(&BTreeMap::new())).unwrap()
}

fn standing(story: &Story, id: Id) -> Standing {
    everything(story)
        .find(id)
        .expect("the entry is in the cut")
        .standing
}

fn void(reason: VoidReason) -> Standing {
    Standing::Void(reason)
}

pub(crate) fn source(id: &str, person: Option<&str>) -> Source {
    Source {
        id: id.to_owned(),
        kind: "post".to_owned(),
        site: "elsewhere".to_owned(),
        person: person.map(pseudonym),
        automaton: false,
    }
}

#[test]
fn bytes_that_are_no_entry_of_the_log_are_void_with_their_reason() {
    let mut story = three();
    let oak = story.number("oak");
    let home = story.home(oak);
    let ask = Payload {
        act: asked(),
        ..Payload::new(time(1), People::MemberLeft)
    };
    let ask = Payload {
        body: Some(story_body()),
        ..ask
    };

    let malformed = story.put("malformed", oak, vec![0xff; 9]);
    let mut large = ask.clone();
    large.act = Act::Unknown {
        kind: "x".to_owned(),
        data: vec![0xa0],
    };
    let unknown = story.put("unknown", oak, Event::sign(&large, &key("ann"), &home));
    let elsewhere = Home {
        community: Id::ZERO,
        ..home
    };
    let wrong_community = story.put("community", oak, Event::sign(&ask, &key("ann"), &elsewhere));
    let elsewhere = story.home(story.number("elm"));
    let wrong_organisation = story.put("organisation", oak, Event::sign(&ask, &key("ann"), &elsewhere));
    let copied = story.entries(oak)[1].clone();
    let founding_again = story.put("again", oak, copied);

    assert_eq!(standing(&story, malformed), void(VoidReason::Malformed));
    assert_eq!(standing(&story, unknown), void(VoidReason::UnknownKind));
    assert_eq!(standing(&story, wrong_community), void(VoidReason::BadSignature));
    assert_eq!(
        standing(&story, wrong_organisation),
        void(VoidReason::BadSignature)
    );
    let view = everything(&story);
    let last = view
        .items()
        .iter()
        .filter(|item| item.id == founding_again)
        .map(|item| item.standing);
    assert!(
        last.eq([Standing::Counts, void(VoidReason::Misplaced)]),
        "a charter counts at its index alone"
    );
}

pub(crate) fn story_body() -> hearth_protocol::entry::BodyRef {
    hearth_protocol::entry::BodyRef::to(&[0; 32], b"x", "text/markdown")
}

#[test]
fn an_entry_over_sixty_kibibytes_is_void() {
    let mut story = three();
    let hashes = vec![hearth_protocol::id::BodyHash::from_bytes([1; 32]); 256];
    let subject = story.id("ann");
    let erased = Care::ErasureCarriedOut(ErasureCarriedOut {
        ground: "asked".parse().unwrap(),
        hashes,
    });
    let fits = story.say("fits", &steward("oak"), said(1, erased, &[subject], 0));
    assert_eq!(standing(&story, fits), Standing::Counts);

    // An unknown kind may carry any header; size is judged before kind.
    let blob = [&[0xa1, 0x61, b'x', 0x59, 0xf0, 0x00][..], &vec![0; 0xf000]].concat();
    let act = Act::Unknown {
        kind: "x".to_owned(),
        data: blob,
    };
    let large = story.say("large", "ann", said(1, act, &[], 0));
    assert_eq!(standing(&story, large), void(VoidReason::Oversize));
}

#[test]
fn an_author_needs_a_valid_key_at_that_index() {
    let mut story = three();
    let home = story.number("oak");
    let ask = |story: &mut Story, name: &str, at| story.say_in("oak", name, "dan", said(at, asked(), &[], 1));
    let early = ask(&mut story, "early", 1);
    let dan = story.admit("oak", "dan", time(2));
    let admitted = ask(&mut story, "admitted", 3);
    let by_steward = story.say("by steward", &steward("oak"), said(3, asked(), &[], 1));
    let left = story.say("left", "dan", said(4, People::MemberLeft, &[dan], 0));
    let gone = ask(&mut story, "gone", 5);
    let back = story.admit_key("oak", "back", "dan", time(6));
    let again = ask(&mut story, "again", 7);
    let revoked = People::KeyRevoked(NamedKey {
        key: key("dan").public(),
    });
    let revocation = story.say("revocation", &steward("oak"), said(8, revoked, &[dan], 0));
    let after = ask(&mut story, "after", 9);
    let repeated = story.entries(home)[5].clone();
    assert_eq!(hearth_protocol::entry::Entry::id_of(&repeated), early);
    story.put("repeated", home, repeated);

    assert_eq!(standing(&story, admitted), Standing::Counts);
    assert_eq!(
        standing(&story, by_steward),
        void(VoidReason::NotPermitted),
        "a steward is no member"
    );
    for id in [left, back, again, revocation] {
        assert_eq!(standing(&story, id), Standing::Counts);
    }
    assert_eq!(standing(&story, gone), void(VoidReason::NotPermitted));
    assert_eq!(standing(&story, after), void(VoidReason::RevokedKey));
    let view = everything(&story);
    let both: Vec<_> = view
        .items()
        .iter()
        .filter(|item| item.id == early)
        .map(|item| item.standing)
        .collect();
    assert_eq!(
        both,
        [void(VoidReason::UnknownAuthor), void(VoidReason::RevokedKey)],
        "judged at each index by itself"
    );
    let persons: Vec<_> = [admitted, again]
        .iter()
        .map(|id| view.find(*id).unwrap().author)
        .collect();
    assert_eq!(persons[0], persons[1], "who comes back is the same person");
}

#[test]
fn a_second_key_acts_for_the_same_person_and_keys_have_one_holder() {
    let mut story = three();
    let ann = story.id("ann");
    let named = |name: &str| NamedKey {
        key: key(name).public(),
    };
    let added = story.say(
        "added",
        "ann",
        said(1, People::KeyAdded(named("phone")), &[ann], 0),
    );
    let by_phone = story.say_in("oak", "by phone", "phone", said(2, asked(), &[], 1));
    let again = story.say(
        "again",
        "ann",
        said(2, People::KeyAdded(named("phone")), &[ann], 0),
    );
    let not_hers = story.say(
        "not hers",
        "ann",
        said(2, People::KeyRevoked(named("elm steward")), &[ann], 0),
    );
    let for_another = story.admit("oak", "dan", time(2));
    let wrong_person = story.say(
        "wrong",
        "ann",
        said(3, People::KeyAdded(named("tablet")), &[for_another], 0),
    );
    let lost = story.say(
        "lost",
        "ann",
        said(4, People::KeyRevoked(named("phone")), &[ann], 0),
    );
    let by_lost = story.say_in("oak", "by lost", "phone", said(5, asked(), &[], 1));
    let readmitted = story.admit_key("oak", "readmitted", "phone", time(6));

    let view = everything(&story);
    let of = |id: Id| view.find(id).unwrap();
    assert_eq!(of(added).standing, Standing::Counts);
    assert_eq!(of(by_phone).standing, Standing::Counts);
    assert_eq!(of(by_phone).author, of(added).author);
    assert_eq!(of(again).standing, void(VoidReason::WrongSubject));
    assert_eq!(of(not_hers).standing, void(VoidReason::WrongSubject));
    assert_eq!(of(wrong_person).standing, void(VoidReason::NotPermitted));
    assert_eq!(of(lost).standing, Standing::Counts);
    assert_eq!(of(by_lost).standing, void(VoidReason::RevokedKey));
    assert_eq!(
        of(readmitted).standing,
        void(VoidReason::WrongSubject),
        "a revoked key never comes back"
    );
}

#[test]
fn records_are_for_history_and_for_what_was_seen() {
    let mut story = three();
    let oak = story.number("oak");
    let ask = story.record("asked", "oak", source("1", Some("u1")), said(1, asked(), &[], 1));
    let twice = story.record("twice", "oak", source("1", Some("u1")), said(2, asked(), &[], 1));
    let left = story.record(
        "left",
        "oak",
        source("2", None),
        said(1, People::MemberLeft, &[ask], 0),
    );
    let mut elsewhere = source("3", None);
    elsewhere.kind = "other".to_owned();
    let other_kind = story.record(
        "kind",
        "oak",
        Source {
            id: "1".to_owned(),
            ..elsewhere
        },
        said(1, asked(), &[], 1),
    );
    let seen = story.sees("oak", &["elm"], time(3));
    let heads = kind::Community::HeadsSeen(kind::HeadsSeen {
        heads: vec![story.head("elm")],
    });
    let signed = story.say("signed", &steward("oak"), said(3, heads.clone(), &[], 0));
    let site = charter("elm").origin.to_string();
    let of_another = Source {
        id: "9".to_owned(),
        kind: "heads.seen".to_owned(),
        site,
        ..source("9", None)
    };
    let other_site = story.record("site", "oak", of_another, said(3, heads, &[], 0));
    let elm = story.number("elm");
    let copied = story.entries(oak)[5].clone();
    let copied = story.put("copied", elm, copied);
    assert_eq!(copied, ask);

    assert_eq!(standing(&story, ask), Standing::Counts);
    assert_eq!(standing(&story, twice), void(VoidReason::DuplicateSource));
    assert_eq!(standing(&story, other_kind), Standing::Counts);
    assert_eq!(standing(&story, left), void(VoidReason::Misplaced));
    assert_eq!(standing(&story, seen), Standing::Counts);
    assert_eq!(standing(&story, signed), void(VoidReason::Misplaced));
    assert_eq!(standing(&story, other_site), void(VoidReason::BadData));
    let view = everything(&story);
    let copy = view
        .items()
        .iter()
        .find(|item| item.id == copied && item.index == 2)
        .unwrap();
    assert_eq!(
        copy.standing,
        void(VoidReason::BadSignature),
        "a record is bound to its home"
    );
}

#[test]
fn an_entry_counts_once_at_its_lowest_index() {
    let mut story = three();
    let query = story.say("query", "ann", said(1, asked(), &[], 1));
    let oak = story.number("oak");
    let bytes = story.entries(oak).last().unwrap().clone();
    story.put("again", oak, bytes);
    let answer = story.say("answer", "ben", said(2, answered(), &[query], 1));
    let view = everything(&story);
    let standings: Vec<_> = view
        .items()
        .iter()
        .filter(|item| item.id == query)
        .map(|item| item.standing)
        .collect();
    assert_eq!(standings, [Standing::Counts, void(VoidReason::Duplicate)]);
    assert_eq!(standing(&story, answer), Standing::Counts);
}

#[test]
fn what_is_about_a_void_entry_is_void_and_so_on_along_the_chain() {
    let mut story = three();
    let query = story.say("query", &steward("oak"), said(1, asked(), &[], 1));
    let answer = story.say("answer", "ben", said(2, answered(), &[query], 1));
    let reply = story.say("reply", "cat", said(3, Interaction::ThreadReplied, &[answer], 1));
    assert_eq!(standing(&story, query), void(VoidReason::NotPermitted));
    assert_eq!(standing(&story, answer), void(VoidReason::WrongSubject));
    assert_eq!(standing(&story, reply), void(VoidReason::WrongSubject));
}

#[test]
fn who_may_do_it_to_what_is_judged_across_logs() {
    let mut story = three();
    let query = story.say("query", "ann", said(1, asked(), &[], 1));
    let answer = story.say("answer", "ben", said(2, answered(), &[query], 1));
    let not_the_asker = story.say(
        "not the asker",
        "cat",
        said(3, Interaction::QueryAccepted, &[answer], 0),
    );
    let accepted = story.say(
        "accepted",
        "ann",
        said(3, Interaction::QueryAccepted, &[answer], 0),
    );
    let of_a_query = story.say(
        "of a query",
        "ann",
        said(3, Interaction::QueryAccepted, &[query], 0),
    );
    let on_void = story.say("on void", "ben", said(4, reaction(), &[not_the_asker], 0));
    let on_answer = story.say("on answer", "ben", said(4, reaction(), &[answer], 0));
    let first = story.say("first", "ann", said(5, resource(), &[], 1));
    let second = story.say("second", "ann", said(6, resource(), &[first], 1));
    let third = story.say("third", "ann", said(7, resource(), &[second], 1));
    let foreign = story.say("foreign", "ben", said(7, resource(), &[first], 1));
    let validated = story.say(
        "validated",
        "cat",
        said(8, Learning::ResourceValidated, &[second], 0),
    );
    let withdrawn_by_other = story.say("other", "ben", said(9, Learning::ResourceWithdrawn, &[first], 0));
    let withdrawn = story.say(
        "withdrawn",
        "ann",
        said(9, Learning::ResourceWithdrawn, &[first], 0),
    );

    let view = everything(&story);
    let expected = [
        (not_the_asker, void(VoidReason::NotPermitted)),
        (accepted, Standing::Counts),
        (of_a_query, void(VoidReason::WrongSubject)),
        (on_void, void(VoidReason::WrongSubject)),
        (on_answer, Standing::Counts),
        (second, Standing::Counts),
        (third, void(VoidReason::WrongSubject)),
        (foreign, void(VoidReason::NotPermitted)),
        (validated, Standing::Counts),
        (withdrawn_by_other, void(VoidReason::NotPermitted)),
        (withdrawn, Standing::Counts),
    ];
    for (id, standing) in expected {
        assert_eq!(view.find(id).unwrap().standing, standing, "{id}");
    }
}

pub(crate) fn reaction() -> Interaction {
    Interaction::ReactionGiven(ReactionGiven {
        reaction: "thanks".parse().unwrap(),
    })
}

pub(crate) fn resource() -> Learning {
    Learning::ResourcePublished(ResourcePublished::default())
}

#[test]
fn bodies_are_erased_by_a_steward_of_the_log_or_by_their_author() {
    let mut story = three();
    let query = story.say("query", "ann", said(1, asked(), &[], 1));
    let by_steward = story.say("by steward", &steward("oak"), said(1, asked(), &[], 1));
    let foreign = story.say("foreign", "ben", said(1, answered(), &[query], 1));
    let erased = || {
        let hashes = vec![hearth_protocol::id::BodyHash::from_bytes([1; 32])];
        Care::ErasureCarriedOut(ErasureCarriedOut {
            ground: "asked".parse().unwrap(),
            hashes,
        })
    };
    let own = story.say("own", "ann", said(2, erased(), &[query], 0));
    let void_one = story.say(
        "void one",
        &steward("oak"),
        said(2, erased(), &[by_steward, query], 0),
    );
    let not_hers = story.say("not hers", "ann", said(2, erased(), &[query, by_steward], 0));
    let elsewhere = story.say("elsewhere", &steward("oak"), said(2, erased(), &[foreign], 0));
    assert_eq!(standing(&story, own), Standing::Counts);
    assert_eq!(
        standing(&story, void_one),
        Standing::Counts,
        "of void entries too"
    );
    assert_eq!(standing(&story, not_hers), void(VoidReason::NotPermitted));
    assert_eq!(standing(&story, elsewhere), void(VoidReason::WrongSubject));
}

#[test]
fn a_proposal_follows_on_the_last_outcome_in_the_founding_log_alone() {
    let mut story = three();
    story.charter("fir", time(1));
    let bytes = story.entries(story.number("fir"))[0].clone();
    let outcome = story.id("outcome");
    let propose = |charter: &[u8]| {
        kind::Community::Proposed(kind::Proposed {
            motion: kind::Motion::Admit {
                charter: charter.to_vec(),
            },
        })
    };
    let community = story.community;
    let stale = story.say(
        "stale",
        &steward("oak"),
        said(2, propose(&bytes), &[community], 0),
    );
    let outside = story.say(
        "outside",
        &steward("elm"),
        said(2, propose(&bytes), &[outcome], 0),
    );
    let member = story.say("member", "ann", said(2, propose(&bytes), &[outcome], 0));
    let mut broken = bytes.clone();
    *broken.last_mut().unwrap() ^= 1;
    let forged = story.say(
        "forged",
        &steward("oak"),
        said(2, propose(&broken), &[outcome], 0),
    );
    let before = story.community();
    assert_eq!(before.organisations().len(), 3);
    let admitted = story.say(
        "admitted",
        &steward("oak"),
        said(2, propose(&bytes), &[outcome], 0),
    );
    let twice = story.say("twice", &steward("oak"), said(3, propose(&bytes), &[admitted], 0));

    let view = everything(&story);
    let of = |id: Id| view.find(id).unwrap().standing;
    assert_eq!(of(stale), void(VoidReason::Stale));
    assert_eq!(of(outside), void(VoidReason::NotPermitted));
    assert_eq!(of(member), void(VoidReason::NotPermitted));
    assert_eq!(of(forged), void(VoidReason::BadData));
    assert_eq!(of(admitted), Standing::Counts);
    assert_eq!(of(twice), void(VoidReason::WrongSubject));
    let community = story.community();
    assert_eq!(community.organisations().len(), 4);
    assert_eq!(community.last_outcome(), Some(admitted));
    assert_eq!(community.founder(), Some(story.id("oak")));
    let address_book = community.organisations();
    let fir = address_book.iter().find(|o| o.id == story.id("fir")).unwrap();
    assert_eq!((&fir.charter, &fir.entry), (&charter("fir"), &bytes));
}

#[test]
fn what_may_be_submitted_is_what_will_count() {
    let story = three();
    let community = story.community();
    let oak = story.id("oak");
    let home = story.home(story.number("oak"));
    let try_it = |by: &str, payload: &Payload, now: u64| {
        let bytes = Event::sign(payload, &key(by), &home);
        community.may_submit(oak, &check(&bytes, &home, Signature::Unknown), time(now))
    };
    let ask = |at: Timestamp| Payload::new(at, asked()).with_body(story_body());
    assert_eq!(try_it("ann", &ask(time(1)), 1), Ok(()));
    assert_eq!(
        try_it("ann", &ask(time(1).plus(Span::MINUTE.times(5))), 1),
        Ok(())
    );
    let ahead = time(1).plus(Span::MINUTE.times(5)).plus(Span::from_millis(1));
    assert_eq!(
        try_it("ann", &ask(ahead), 1),
        Err(Refusal::Future {
            at: ahead,
            now: time(1)
        })
    );
    assert_eq!(
        try_it("eve", &ask(time(1)), 1),
        Err(Refusal::Void(VoidReason::UnknownAuthor))
    );
    let unknown = Id::from_bytes([7; 32]);
    let answer = Payload::new(time(1), answered())
        .about(unknown)
        .with_body(story_body());
    assert_eq!(try_it("ann", &answer, 1), Err(Refusal::Missing(unknown)));
    let answer = Payload::new(time(1), answered())
        .about(story.id("ann"))
        .with_body(story_body());
    assert_eq!(
        try_it("ann", &answer, 1),
        Err(Refusal::Void(VoidReason::WrongSubject))
    );
    let made = ImportMade {
        site: "elsewhere".to_owned(),
        format: "x".parse().unwrap(),
    };
    let made = Payload::new(time(1), Act::from(Care::ImportMade(made))).with_body(story_body());
    assert_eq!(
        try_it("ann", &made, 1),
        Err(Refusal::Void(VoidReason::NotPermitted))
    );
    assert_eq!(try_it(&steward("oak"), &made, 1), Ok(()));
    assert!(community.role(oak, &key("oak steward").public().bytes()).steward);
    assert_eq!(
        community.role(oak, &key("ann").public().bytes()).member,
        Some(story.id("ann"))
    );
    assert_eq!(
        community.role(oak, &key("ben").public().bytes()),
        Default::default()
    );
}

#[test]
fn a_known_signature_is_not_verified_again() {
    let story = three();
    let elm = story.number("elm");
    let bytes = story.entries(story.number("oak")).last().unwrap();
    let home = story.home(elm);
    let holds = |signature| Checked::signature_holds(&check(bytes, &home, signature));
    assert!(!holds(Signature::Unknown));
    assert!(holds(Signature::Known(true)));
    assert!(!holds(Signature::Known(false)));
}
