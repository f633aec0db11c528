//! What counts of a pulse, and why the rest does not.

use std::collections::BTreeMap;

use hearth_protocol::community::{Community, Standing, VoidReason};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{People, Pulse, PulseAnswered, PulseKeyed};
use hearth_stories::story::{Said, steward};
use hearth_stories::survey::{OPENED, Survey, community, opening, own, said, secrets, time};

fn survey() -> Survey {
    let members = [("oak", "ann"), ("oak", "bob"), ("elm", "cat"), ("ash", "dan")];
    let story = community(&members);
    let opened = opening(&story, time(OPENED), 4, &["safe-to-ask", "matters"]);
    Survey::of(story, "pulse", time(OPENED), opened)
}

fn standing(survey: &Survey, id: Id) -> Standing {
    let community = survey.story.community();
    let view = community.view(&survey.story.cut(&BTreeMap::new())).unwrap();
    view.find(id).unwrap().standing
}

fn assert_counts(survey: &Survey, ids: &[Id]) {
    for id in ids {
        assert_eq!(standing(survey, *id), Standing::Counts, "{id}");
    }
}

fn assert_void(survey: &Survey, id: Id, reason: VoidReason) {
    assert_eq!(standing(survey, id), Standing::Void(reason));
}

#[test]
fn a_pulse_runs_from_opening_to_close() {
    let mut survey = survey();
    let answers: Vec<Id> = ["ann", "cat", "dan"]
        .map(|person| survey.take_part(person, &[5, 0]))
        .to_vec();
    let closed = survey.close(time("2026-04-15T00:00:00Z"));
    assert_counts(&survey, &answers);
    assert_counts(&survey, &[survey.pulse, survey.keys[0], survey.keys[1], closed]);
    let state = survey.story.community().pulses(|_| true).remove(0);
    assert_eq!(state.id, survey.pulse);
    assert_eq!(state.requests.len(), 3);
    assert_eq!(state.issued.each_ref().map(BTreeMap::len), [3, 3]);
    let mut published: Vec<Id> = state.answers.into_keys().collect();
    let mut wanted = answers;
    published.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(published, wanted);
    assert_eq!(state.closed, Some(closed));
}

#[test]
fn a_person_asks_once_and_only_of_the_electorate() {
    let mut survey = survey();
    let late = survey.story.admit("oak", "eve", time("2026-04-01T10:00:00Z"));
    let first = survey.ask("ann", "one");
    let second = survey.ask("ann", "two");
    let newcomer = survey.ask("eve", "three");
    let gone = survey.story.id("bob");
    survey
        .story
        .say("bob left", "bob", said(People::MemberLeft, &[gone]));
    let departed = survey.ask("bob", "four");
    assert_counts(&survey, &[late, first]);
    assert_void(&survey, second, VoidReason::Duplicate);
    assert_void(&survey, newcomer, VoidReason::NotPermitted);
    assert_void(&survey, departed, VoidReason::NotPermitted);
}

#[test]
fn who_had_left_before_is_not_of_the_electorate_though_back() {
    let mut story = community(&[("oak", "ann"), ("elm", "cat")]);
    let ann = story.id("ann");
    story.say("left", "ann", said(People::MemberLeft, &[ann]));
    let opened = opening(&story, time(OPENED), 1, &["safe-to-ask"]);
    let mut survey = Survey::of(story, "pulse", time(OPENED), opened);
    survey
        .story
        .admit_key("oak", "back", "ann", time("2026-04-01T10:00:00Z"));
    let asked = survey.ask("ann", "one");
    assert_void(&survey, asked, VoidReason::NotPermitted);
}

#[test]
fn issues_are_of_issuers_and_sign_what_was_asked() {
    let mut survey = survey();
    let request = survey.ask("ann", "one");
    let other = survey.ask("cat", "two");
    let good = survey.issue("ann");
    let re = [request, survey.keys[0]];
    let again = survey.issue_by(0, "ann");
    let by_collector = said(Pulse::PulseIssued(survey.issue_of(0, "ann")), &re);
    let by_collector = survey.story.record(
        "ash issues",
        "ash",
        own("ash", "pulse.issued", request),
        by_collector,
    );
    let re = [other, survey.keys[0]];
    let of_another = said(Pulse::PulseIssued(survey.issue_of(0, "ann")), &re);
    let of_another = survey
        .story
        .record("other", "oak", own("oak", "pulse.issued", other), of_another);
    let mut garbage = survey.issue_of(1, "cat");
    garbage.signature[9] ^= 1;
    let re = [other, survey.keys[1]];
    let garbage = said(Pulse::PulseIssued(garbage), &re);
    let garbage = survey
        .story
        .record("garbage", "elm", own("elm", "pulse.issued", other), garbage);
    assert_counts(&survey, &good);
    assert_eq!(
        again, good[0],
        "the same record at the same time is the same entry"
    );
    assert_void(&survey, by_collector, VoidReason::WrongSubject);
    assert_void(&survey, of_another, VoidReason::BadData);
    assert_void(&survey, garbage, VoidReason::BadSignature);
}

#[test]
fn only_the_issuers_show_keys_and_each_but_one() {
    let mut survey = survey();
    let pulse = survey.pulse;
    let keyed = |place: usize| {
        Pulse::PulseKeyed(PulseKeyed {
            key: secrets()[place].key().clone(),
        })
    };
    let subject = [pulse];
    let second = said(keyed(1), &subject);
    let second = survey
        .story
        .record("second", "oak", own("oak", "pulse.keyed", pulse), second);
    let stranger = said(keyed(1), &subject);
    let stranger = survey
        .story
        .record("stranger", "ash", own("ash", "pulse.keyed", pulse), stranger);
    let elsewhere = said(keyed(0), &subject);
    let elsewhere = survey
        .story
        .record("site", "oak", own("elm", "pulse.keyed", pulse), elsewhere);
    assert_void(&survey, second, VoidReason::DuplicateSource);
    assert_void(&survey, stranger, VoidReason::NotPermitted);
    assert_void(&survey, elsewhere, VoidReason::BadData);
}

#[test]
fn answers_are_taken_once_in_the_collectors_log_until_it_closes() {
    let mut survey = survey();
    survey.ask("ann", "one");
    survey.issue("ann");
    let tokens = survey.tokens("ann");
    let first = survey.answer("one", tokens.clone(), &[5, 1]);
    let double = survey.answer("one", tokens, &[1, 1]);
    survey.ask("cat", "two");
    survey.issue("cat");
    let late_tokens = survey.tokens("cat");
    let re = survey.re();
    let answered = |tokens, choices: &[u64]| {
        Pulse::PulseAnswered(PulseAnswered {
            tokens,
            choices: choices.to_vec(),
        })
    };
    let act = said(answered(late_tokens.clone(), &[5, 1]), &re);
    let elsewhere = survey.story.say_in("oak", "elsewhere", "two", act);
    let closed = survey.close(time("2026-04-03T00:00:00Z"));
    let late = survey.answer("two", late_tokens, &[5, 2]);
    assert_counts(&survey, &[first, closed]);
    assert_void(&survey, double, VoidReason::Duplicate);
    assert_void(&survey, elsewhere, VoidReason::NotPermitted);
    assert_void(&survey, late, VoidReason::Stale);
}

#[test]
fn tokens_are_of_both_issuers_for_this_pulse_and_key() {
    let mut survey = survey();
    survey.ask("ann", "one");
    survey.issue("ann");
    let (oak, elm) = survey.tokens("ann");
    let swapped = survey.answer("one", (elm.clone(), oak.clone()), &[5, 1]);
    let one_twice = survey.answer("one", (oak.clone(), oak.clone()), &[5, 2]);
    let stolen = survey.answer("two", (oak.clone(), elm.clone()), &[5, 3]);
    let mut forged = elm;
    forged.signature[17] ^= 1;
    let forged = survey.answer("one", (oak, forged), &[5, 4]);
    let member = survey.answer("dan", survey.minted("dan"), &[5, 5]);
    assert_void(&survey, swapped, VoidReason::BadData);
    // What comes first under a once-key stands, also where it then does not count: whoever holds the key made it.
    assert_void(&survey, one_twice, VoidReason::Duplicate);
    assert_void(&survey, stolen, VoidReason::BadSignature);
    assert_void(&survey, forged, VoidReason::BadSignature);
    assert_void(&survey, member, VoidReason::NotPermitted);
}

#[test]
fn an_answer_says_the_time_of_the_opening_and_fits_its_items() {
    let mut survey = survey();
    for (once, choices, at) in [
        ("one", &[6, 1][..], "2026-04-01T09:00:00Z"),
        ("two", &[5], "2026-04-01T09:00:00Z"),
        ("three", &[5, 1, 1], "2026-04-01T09:00:00Z"),
        ("four", &[5, 1], "2026-04-01T09:00:01Z"),
    ] {
        let act = Pulse::PulseAnswered(PulseAnswered {
            tokens: survey.minted(once),
            choices: choices.to_vec(),
        });
        let re = survey.re();
        let answer = Said {
            at: time(at),
            ..said(act, &re)
        };
        let answer = survey.story.say_in("ash", once, once, answer);
        assert_void(&survey, answer, VoidReason::BadData);
    }
}

#[test]
fn only_the_collector_closes_and_only_stewards_open() {
    let mut survey = survey();
    let pulse = survey.pulse;
    let subject = [pulse];
    let by_issuer = said(Pulse::PulseClosed, &subject);
    let by_issuer = survey
        .story
        .record("by oak", "oak", own("oak", "pulse.closed", pulse), by_issuer);
    let opened = opening(&survey.story, time(OPENED), 4, &["safe-to-ask"]);
    let by_member = survey
        .story
        .say("by member", "ann", said(Pulse::PulseOpened(opened.clone()), &[]));
    let by_another = survey
        .story
        .say("by ash", &steward("ash"), said(Pulse::PulseOpened(opened), &[]));
    assert_void(&survey, by_issuer, VoidReason::NotPermitted);
    assert_void(&survey, by_member, VoidReason::NotPermitted);
    assert_counts(&survey, &[by_another]);
    let answer = survey.take_part("ann", &[1, 1]);
    assert_counts(&survey, &[answer]);
}

/// In whatever order the logs arrive, the same counts.
#[test]
fn the_order_of_arrival_does_not_matter() {
    let mut survey = survey();
    for person in ["ann", "cat", "dan"] {
        survey.take_part(person, &[4, 2]);
    }
    survey.answer("ann once", survey.minted("ann once"), &[1, 1]);
    survey.close(time("2026-04-15T00:00:00Z"));
    let cut = survey.story.cut(&BTreeMap::new());
    let standings = |community: &Community| -> Vec<Standing> {
        let view = community.view(&cut).unwrap();
        view.items().iter().map(|item| item.standing).collect()
    };
    let wanted = standings(&survey.story.community());
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut whole = Community::new(survey.story.community);
        for number in order {
            while survey.story.ingest_next(&mut whole, number) {}
        }
        assert_eq!(standings(&whole), wanted, "log after log: {order:?}");
        let mut mixed = Community::new(survey.story.community);
        loop {
            let grown = order.map(|number| survey.story.ingest_next(&mut mixed, number));
            if grown == [false; 3] {
                break;
            }
        }
        assert_eq!(standings(&mixed), wanted, "one of each in turn: {order:?}");
    }
}
