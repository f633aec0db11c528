//! The governance chain: organisations that are put out and let in again, and what becomes of their logs.

use std::collections::BTreeMap;

use hearth_protocol::community::{Refusal, Signature, Standing, View, VoidReason, check};
use hearth_protocol::entry::{Event, Payload};
use hearth_protocol::framework::compute;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{self, Head, Motion, Proposed};

use crate::story::{Story, key, steward, wrong};
use crate::verdicts::{answered, asked, everything, said, three, time};

fn void(reason: VoidReason) -> Standing {
    Standing::Void(reason)
}

fn of(view: &View, id: Id) -> Standing {
    view.find(id).unwrap().standing
}

/// The founder's steward proposes, following on the last proposal.
fn decide(story: &mut Story, at: u64, motion: Motion) -> Id {
    story.decide(motion, time(at))
}

/// Somebody proposes, following on that entry; what comes later does not follow on it.
fn attempt(story: &mut Story, by: &str, motion: Motion, about: Id) -> Id {
    let act = kind::Community::Proposed(Proposed { motion });
    story.say("attempt", &steward(by), said(50, act, &[about], 0))
}

/// The members of a moment, by name.
fn members(view: &View, story: &Story, hours: u64) -> Vec<&'static str> {
    let is_one = |name: &&str| {
        let spells = view.spells().iter();
        spells
            .filter(|spell| spell.member == story.id(name))
            .any(|spell| spell.holds_at(time(hours)))
    };
    ["ann", "ben", "cat"].into_iter().filter(is_one).collect()
}

#[test]
fn what_a_removed_organisation_said_before_counts_and_nothing_after() {
    let mut story = three();
    let asks = story.say("asks", "ben", said(10, asked(), &[], 1));
    let before = story.say("before", "cat", said(11, answered(), &[asks], 1));
    let head = story.head("elm");
    let late = story.say("late", "ben", said(20, asked(), &[], 1));
    let about_late = story.say("about late", "cat", said(21, answered(), &[late], 1));
    let further = story.say(
        "further",
        "ann",
        said(22, kind::Interaction::ThreadReplied, &[about_late], 1),
    );
    assert_eq!(of(&everything(&story), further), Standing::Counts);

    let removed = decide(&mut story, 30, Motion::Remove(head));
    let ever_after = story.say("ever after", "ben", said(40, asked(), &[], 1));
    let view = everything(&story);
    assert_eq!(of(&view, removed), Standing::Counts);
    assert_eq!([asks, before].map(|id| of(&view, id)), [Standing::Counts; 2]);
    for id in [late, ever_after] {
        assert_eq!(of(&view, id), void(VoidReason::Removed));
    }
    for id in [about_late, further] {
        assert_eq!(
            of(&view, id),
            void(VoidReason::WrongSubject),
            "what rests on it falls with it"
        );
    }
    assert_eq!(members(&view, &story, 30), ["ann", "ben", "cat"]);
    assert_eq!(members(&view, &story, 31), ["ann", "cat"]);
    let elm = view.organisations().iter().find(|o| o.slug == "elm").unwrap();
    assert!(elm.holds_at(time(30)) && !elm.holds_at(time(31)));
    assert_eq!(elm.limit.map(|limit| limit.size), Some(head.size));

    // A smaller cut knows nothing of it; a larger one undoes nothing.
    let founding = story.head("oak").size - 1;
    let earlier = story.cut(&BTreeMap::from([("oak".to_owned(), founding as usize)]));
    let earlier = story.community().view(&earlier).unwrap();
    assert_eq!(of(&earlier, ever_after), Standing::Counts);
}

#[test]
fn what_a_removed_organisation_saw_afterwards_bears_out_nothing() {
    let mut story = three();
    let head = story.head("elm");
    let query = story.say("query", "ann", said(100, asked(), &[], 1));
    story.sees("elm", &["oak"], time(50));
    assert_eq!(everything(&story).find(query).unwrap().effective, time(50));
    decide(&mut story, 101, Motion::Remove(head));
    assert_eq!(everything(&story).find(query).unwrap().effective, time(100));
}

#[test]
fn a_suspension_ends_when_it_is_lifted_and_all_of_the_log_counts_again() {
    let mut story = three();
    let head = story.head("elm");
    let asks = story.say("asks", "ben", said(10, asked(), &[], 1));
    let motion = Motion::Suspend { head, evidence: None };
    decide(&mut story, 20, motion.clone());
    let view = everything(&story);
    assert_eq!(of(&view, asks), void(VoidReason::Suspended));
    assert_eq!(members(&view, &story, 30), ["ann", "cat"]);

    let outcome = story.id("outcome");
    let again = attempt(&mut story, "oak", motion, outcome);
    assert_eq!(of(&everything(&story), again), void(VoidReason::WrongSubject));
    let elm = story.id("elm");
    decide(&mut story, 40, Motion::Restore { organisation: elm });
    let view = everything(&story);
    assert_eq!(of(&view, asks), Standing::Counts);
    assert_eq!(members(&view, &story, 30), ["ann", "cat"], "it was out meanwhile");
    assert_eq!(members(&view, &story, 60), ["ann", "ben", "cat"]);
    assert_eq!(
        view.organisations().iter().filter(|o| o.limit.is_some()).count(),
        0
    );
}

#[test]
fn only_the_founder_puts_out_only_others_and_nobody_twice() {
    let mut story = three();
    let (oak, elm, ash) = (story.head("oak"), story.head("elm"), story.head("ash"));
    let outcome = story.id("outcome");
    let founder = attempt(&mut story, "oak", Motion::Remove(oak), outcome);
    let foreign = attempt(&mut story, "ash", Motion::Remove(elm), outcome);
    let lifts_nothing = Motion::Restore {
        organisation: elm.organisation,
    };
    let lifted = attempt(&mut story, "oak", lifts_nothing, outcome);
    let removed = decide(&mut story, 60, Motion::Remove(elm));
    let stale = attempt(&mut story, "oak", Motion::Remove(ash), outcome);
    let twice = attempt(&mut story, "oak", Motion::Remove(elm), removed);
    let back = Motion::Restore {
        organisation: elm.organisation,
    };
    let back = attempt(&mut story, "oak", back, removed);
    let view = everything(&story);
    assert_eq!(of(&view, foreign), void(VoidReason::NotPermitted));
    assert_eq!(of(&view, stale), void(VoidReason::Stale));
    for id in [founder, lifted, twice, back] {
        assert_eq!(of(&view, id), void(VoidReason::WrongSubject));
    }
}

#[test]
fn of_another_log_than_the_one_that_was_meant_nothing_counts() {
    let mut story = three();
    let asks = story.say("asks", "ben", said(10, asked(), &[], 1));
    let meant = wrong(story.head("elm"));
    let size = meant.size as usize;
    decide(&mut story, 20, Motion::Remove(meant));
    assert_eq!(of(&everything(&story), asks), void(VoidReason::Removed));
    let shorter = story.cut(&BTreeMap::from([("elm".to_owned(), size - 1)]));
    let view = story.community().view(&shorter).unwrap();
    let chartered = view.item_at(story.id("elm"), 0).unwrap();
    assert_eq!(
        chartered.standing,
        Standing::Counts,
        "as far as it goes it may be the one"
    );
}

#[test]
fn nobody_submits_to_a_log_that_was_cut_off_or_about_what_was() {
    let mut story = three();
    let head = story.head("elm");
    let late = story.say("late", "ben", said(20, asked(), &[], 1));
    let on_it = story.say("on it", "cat", said(21, answered(), &[late], 1));
    decide(&mut story, 30, Motion::Remove(head));
    let community = story.community();
    let try_it = |slug: &str, by: &str, payload: Payload| {
        let home = story.home(story.number(slug));
        let bytes = Event::sign(&payload, &key(by), &home);
        community.may_submit(
            home.organisation,
            &check(&bytes, &home, Signature::Unknown),
            time(60),
        )
    };
    let ask = said_payload(asked());
    assert_eq!(try_it("ash", "cat", ask.clone()), Ok(()));
    let removed = Err(Refusal::Void(VoidReason::Removed));
    assert_eq!(try_it("elm", "ben", ask), removed);
    for lost in [late, on_it] {
        let reply = said_payload(kind::Interaction::ThreadReplied).about(lost);
        let refused = Err(Refusal::Void(VoidReason::WrongSubject));
        assert_eq!(try_it("ash", "cat", reply), refused);
    }
}

fn said_payload(act: impl Into<kind::Act>) -> Payload {
    Payload::new(time(31), act).with_body(crate::verdicts::story_body())
}

#[test]
fn an_organisation_that_is_out_has_no_say_in_what_is_pinned_later() {
    let mut story = three();
    let head = story.head("elm");
    let pin = |story: &Story| -> Vec<Head> {
        let mut heads: Vec<Head> = ["oak", "elm", "ash"]
            .iter()
            .map(|slug| story.head(slug))
            .collect();
        heads.sort_unstable();
        heads
    };
    let before = pin(&story);
    decide(&mut story, 20, Motion::Remove(head));
    let after = pin(&story);
    let propose = |story: &mut Story, name: &str, cut: Vec<Head>| {
        let act = kind::Decisions::DecisionProposed(kind::DecisionProposed {
            cut,
            rule: kind::Rule::Members,
            adopts: None,
            closes: time(90),
            quorum: 1,
        });
        story.say(name, "ann", said(30, act, &[], 1))
    };
    let (old, new) = (
        propose(&mut story, "old", before),
        propose(&mut story, "new", after),
    );
    let view = everything(&story);
    let electorate = |id: Id| view.members_of_pin(view.find(id).unwrap()).count();
    assert_eq!((electorate(old), electorate(new)), (3, 2));
}

#[test]
fn figures_go_on_without_the_organisation_and_keep_what_it_said() {
    let mut story = three();
    story.say("asks", "ben", said(10, asked(), &[], 1));
    let head = story.head("elm");
    story.say("late", "ben", said(20, asked(), &[], 1));
    decide(&mut story, 30, Motion::Remove(head));
    let view = everything(&story);
    let answer = compute(&view, time(60), None);
    let shown = serde_json::to_string(&answer).unwrap();
    assert!(shown.contains("\"removed\":1"), "{shown}");
}
