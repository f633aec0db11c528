//! Views of cuts: which cuts there are, when entries were in them, and that nothing outside a cut or of the order of
//! arrival shows.

use std::collections::BTreeMap;

use hearth_protocol::community::{
    Community, Cut, Person, Refusal, Signature, Standing, View, ViewError, check,
};
use hearth_protocol::framework::compute;
use hearth_protocol::id::Id;
use hearth_protocol::kind::{Act, Interaction, Learning, Motion, People};
use hearth_protocol::time::{Span, Timestamp};
use proptest::prelude::*;

use crate::story::{Said, Story, policy, steward, wrong};
use crate::verdicts::{answered, asked, everything, reaction, resource, said, source, three, time};

/// Rows of heads are most bytes of a log, and what they bear out stands with each entry.
#[test]
fn what_was_seen_is_kept_once() {
    let mut story = three();
    let seen = story.sees("elm", &["oak"], time(5));
    let view = everything(&story);
    let item = view.find(seen).unwrap();
    assert_eq!((item.standing, item.act()), (Standing::Counts, None));
    let ann = view.find(story.id("ann")).unwrap();
    assert!(!ann.is_unwitnessed());
}

/// What is asked about now is asked of what people signed.
#[test]
fn a_record_of_the_far_future_is_not_now() {
    let mut story = three();
    story.say("query", "ann", said(5, asked(), &[], 1));
    let far = Said {
        at: "9999-01-01".parse().unwrap(),
        ..said(0, asked(), &[], 1)
    };
    story.record("post", "elm", source("1", Some("u1")), far);
    assert_eq!(everything(&story).latest(), time(5).plus(Span::from_millis(1)));
}

/// Of one source, imported by all three: whoever was admitted first is believed, whatever the records say of themselves.
#[test]
fn an_import_dated_before_another_does_not_take_its_place() {
    let from_one_post = |times: [u64; 3]| {
        let mut story = three();
        let mut import = |slug: &str, at: u64, words: usize| {
            let said = said(at, asked(), &[], words);
            story.record(&format!("post in {slug}"), slug, source("1", Some("u1")), said)
        };
        let [oak, elm, ash] = times;
        let records = [
            import("ash", ash, 3),
            import("elm", elm, 2),
            import("oak", oak, 1),
        ];
        (story, records)
    };
    for times in [[9, 5, 0], [0, 5, 9], [5, 0, 9]] {
        let (mut story, [in_ash, in_elm, in_oak]) = from_one_post(times);
        let reply = story.say("reply", "cat", said(20, answered(), &[in_ash], 1));
        let view = everything(&story);
        let counting: Vec<Id> = view.counting().map(|item| item.id).collect();
        let counts = |id: Id| counting.contains(&id);
        assert_eq!(
            [in_oak, in_elm, in_ash].map(counts),
            [true, false, false],
            "{times:?}"
        );
        let subject = view.subject(view.find(reply).unwrap()).unwrap();
        assert_eq!(
            subject.id, in_oak,
            "what refers to a twin refers to the one that counts"
        );
        let before_oak = story.cut(&BTreeMap::from([("oak".to_owned(), 5)]));
        let view = story.community().view(&before_oak).unwrap();
        let counts = |id: Id| view.counting().any(|item| item.id == id);
        assert_eq!([in_elm, in_ash].map(counts), [true, false], "of those in the cut");
    }
}

#[test]
fn a_cut_is_of_the_organisations_admitted_within_it() {
    let mut story = three();
    story.charter("fir", time(1));
    let community = story.community();
    let with_fir = story.cut(&BTreeMap::new());
    assert_eq!(
        community.view(&with_fir).unwrap_err(),
        ViewError::NotAdmitted(story.id("fir"))
    );
    story.admit_organisation("fir", time(2));
    let community = story.community();
    let full = story.cut(&BTreeMap::new());
    assert_eq!(community.present(), Some(full.clone()));
    assert!(community.view(&full).is_ok());
    let rows = full
        .rows()
        .iter()
        .copied()
        .filter(|row| row.organisation() != story.id("fir"));
    let without = Cut::new(rows.collect()).unwrap();
    assert_eq!(
        community.view(&without).unwrap_err(),
        ViewError::RowMissing(story.id("fir"))
    );
    let ahead = three_with_more(&story);
    assert!(matches!(
        community.view(&ahead).unwrap_err(),
        ViewError::Beyond {
            held: 2,
            wanted: 3,
            ..
        }
    ));
    let none = BTreeMap::from([("oak".to_owned(), 1)]);
    assert_eq!(
        community.view(&story.cut(&none)).unwrap_err(),
        ViewError::NotFounded
    );
    let mut rows = full.rows().to_vec();
    rows[0].2 = wrong(story.head("oak")).root;
    let forked = Cut::new(rows).unwrap();
    assert!(matches!(
        community.view(&forked).unwrap_err(),
        ViewError::OtherRoot { .. }
    ));
}

fn three_with_more(story: &Story) -> Cut {
    let cut = story.cut(&BTreeMap::new());
    let rows = cut.rows().iter().copied().map(|mut row| {
        row.1 += u64::from(row.organisation() == story.id("ash"));
        row
    });
    Cut::new(rows.collect()).unwrap()
}

#[test]
fn a_policy_says_how_many_may_lie_about_time() {
    for (liars, existed) in [
        (vec![], 2),
        (vec![(4, 1)], 5),
        (vec![(5, 1)], 2),
        (vec![(2, 1), (4, 2)], 9),
    ] {
        let mut story = Story::of(&["oak", "elm", "ash", "fir"], time(0), policy(&liars));
        story.admit("oak", "ann", time(0));
        let query = story.say("query", "ann", said(100, asked(), &[], 1));
        for (organisation, at) in [("elm", 5), ("ash", 2), ("fir", 9), ("elm", 7)] {
            story.sees(organisation, &["oak"], time(at));
        }
        assert_eq!(
            everything(&story).find(query).unwrap().effective,
            time(existed),
            "{liars:?}"
        );
    }
}

#[test]
fn a_row_with_a_wrong_root_about_oneself_or_beyond_the_cut_bears_out_nothing() {
    let mut story = three();
    let query = story.say("query", "ann", said(100, asked(), &[], 1));
    let head = story.head("oak");
    story.claims_to_see("elm", vec![wrong(head)], time(1));
    story.claims_to_see("oak", vec![head], time(1));
    assert_eq!(everything(&story).find(query).unwrap().effective, time(100));

    story.sees("ash", &["oak"], time(50));
    assert_eq!(everything(&story).find(query).unwrap().effective, time(50));
    // The row of ash is about a size of oak that this cut does not reach.
    let cut = story.cut(&BTreeMap::from([("oak".to_owned(), 6)]));
    let view = story.community().view(&cut).unwrap();
    assert_eq!(view.find(query).unwrap().effective, time(100));
}

#[test]
fn state_takes_effect_no_earlier_than_the_state_before_it() {
    let mut story = three();
    story.admit("oak", "dan", time(20));
    let dan = story.id("dan");
    story.say("left", &steward("oak"), said(10, People::MemberLeft, &[dan], 0));
    let view = everything(&story);
    let spell = view
        .spells()
        .iter()
        .find(|s| view.person(s.person) == Person::Member(dan));
    let spell = spell.unwrap();
    assert_eq!((spell.from, spell.until), (time(20), Some(time(20))));
}

fn just_after(instant: Timestamp) -> Timestamp {
    instant.plus(Span::from_millis(1))
}

#[test]
fn the_default_instant_is_of_the_heads_seen_and_else_of_all() {
    let mut story = three();
    story.say("query", "ann", said(80, asked(), &[], 1));
    assert_eq!(everything(&story).default_as_of(), just_after(time(80)));
    story.sees("elm", &["oak"], time(30));
    story.sees("ash", &["oak"], time(20));
    assert_eq!(everything(&story).default_as_of(), just_after(time(30)));
}

/// A busy community: members of three organisations asking, answering, accepting, validating and looking at each other.
fn busy(steps: &[(u8, u8, u8)]) -> Story {
    let mut story = Story::of(&["oak", "elm", "ash"], time(0), policy(&[(3, 1)]));
    let slugs = ["oak", "elm", "ash"];
    let people = ["ann", "ben", "cat"];
    for (organisation, person) in slugs.iter().zip(people) {
        story.admit(organisation, person, time(0));
    }
    let mut made: Vec<Id> = vec![Id::from_bytes([3; 32])];
    let mut out = [false; 3];
    for (n, &(what, who, to)) in steps.iter().enumerate() {
        let (n, who) = (n as u64, usize::from(who) % 3);
        let target = [made[usize::from(to) % made.len()]];
        let name = format!("step {n}");
        let said = |act: Act, re: &'static [Id], words| Said {
            at: time(n),
            act,
            re,
            words,
        };
        let about = |act: Act, words| Said {
            at: time(n),
            act,
            re: &target,
            words,
        };
        let id = match what % 10 {
            0 => story.say(&name, people[who], said(asked(), &[], Some(1))),
            1 => story.say(&name, people[who], about(answered(), Some(1))),
            2 => story.say(&name, people[who], about(Interaction::QueryAccepted.into(), None)),
            3 => story.say(&name, people[who], about(reaction().into(), None)),
            4 => story.say(&name, people[who], said(resource().into(), &[], Some(1))),
            5 => story.say(
                &name,
                people[who],
                about(Learning::ResourceValidated.into(), None),
            ),
            6 => story.sees(slugs[who], &[slugs[(who + 1) % 3], slugs[(who + 2) % 3]], time(n)),
            7 => story.say(
                &name,
                people[who],
                about(Interaction::ThreadReplied.into(), Some(1)),
            ),
            8 => {
                let other = 1 + usize::from(to) % 2;
                let head = story.head(slugs[other]);
                let evidence = None;
                let motion = match (out[other], to % 8) {
                    (true, 0..6) => Motion::Restore {
                        organisation: head.organisation,
                    },
                    (false, 0..6) => Motion::Suspend { head, evidence },
                    _ => Motion::Remove(head),
                };
                out[other] = !out[other];
                story.decide(motion, time(n))
            }
            _ => {
                let source = source(&(to % 5).to_string(), Some("u1"));
                story.record(&name, slugs[who], source, said(asked(), &[], Some(1)))
            }
        };
        made.push(id);
    }
    story
}

/// Twins are of one source, whatever their kind: three logs can claim two sources so that each entry is about the other.
#[test]
fn a_circle_of_twins_has_no_root_and_is_walked_once() {
    let mut story = three();
    let post = |id: &str| source(id, Some("u1"));
    let reply = || Interaction::ThreadReplied;
    let ask = story.record("ask", "oak", post("q"), said(1, asked(), &[], 1));
    let one = story.record("one", "ash", post("a"), said(10, reply(), &[ask], 1));
    let two = story.record("two", "ash", post("b"), said(10, reply(), &[ask], 1));
    let whole = everything(&story);
    let root = |view: &View, id: Id| view.root(view.find(id).unwrap()).map(|root| root.id);
    assert_eq!((root(&whole, one), root(&whole, two)), (Some(ask), Some(ask)));

    let first = story.record("first", "oak", post("a"), said(20, reply(), &[two], 1));
    let second = story.record("second", "elm", post("b"), said(20, reply(), &[one], 1));
    let view = everything(&story);
    let counted = |id: Id| view.counted(view.find(id).unwrap()).id;
    assert_eq!((counted(one), counted(two)), (first, second), "the circle");
    for id in [one, two, first, second] {
        assert_eq!(root(&view, id), None);
    }
    assert_eq!(root(&view, ask), Some(ask), "others stand as before");
}

fn facts(view: &View) -> String {
    let figures = compute(view, time(10_000), None);
    format!(
        "{:?}\n{:?}\n{}",
        view.items(),
        (view.persons(), view.spells(), view.organisations()),
        serde_json::to_string(&figures).unwrap()
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn logs_may_arrive_in_any_order(
        steps in proptest::collection::vec(any::<(u8, u8, u8)>(), 1..60),
        order in proptest::collection::vec(0_usize..3, 200),
    ) {
        let story = busy(&steps);
        let mut shuffled = Community::new(story.community);
        for number in order {
            story.ingest_next(&mut shuffled, number);
        }
        for number in 0..story.organisations() {
            while story.ingest_next(&mut shuffled, number) {}
        }
        let cut = story.cut(&BTreeMap::new());
        prop_assert_eq!(shuffled.present(), Some(cut.clone()));
        prop_assert_eq!(facts(&shuffled.view(&cut).unwrap()), facts(&everything(&story)));
    }

    #[test]
    fn what_lies_beyond_a_cut_changes_nothing_in_it(
        steps in proptest::collection::vec(any::<(u8, u8, u8)>(), 1..60),
        parts in [0_usize..100, 0..100, 0..100],
    ) {
        let story = busy(&steps);
        let mut sizes = BTreeMap::new();
        let mut small = Community::new(story.community);
        for (number, (slug, part)) in ["oak", "elm", "ash"].iter().zip(parts).enumerate() {
            let least = if number == 0 { 4 } else { 0 };
            let size = least + (story.entries(number).len() - least) * part / 99;
            sizes.insert((*slug).to_owned(), size);
            for _ in 0..size {
                story.ingest_next(&mut small, number);
            }
        }
        let cut = story.cut(&sizes);
        let then = small.view(&cut).unwrap();
        let now = story.community().view(&cut).unwrap();
        prop_assert_eq!(facts(&then), facts(&now));
    }

    #[test]
    fn what_may_be_submitted_counts_and_nothing_else_does(steps in proptest::collection::vec(any::<(u8, u8, u8)>(), 1..40)) {
        let story = busy(&steps);
        let mut community = Community::new(story.community);
        let mut expected = Vec::new();
        for number in 0..story.organisations() {
            let home = story.home(number);
            for (index, entry) in (0_u64..).zip(story.entries(number)) {
                let checked = check(entry, &home, Signature::Unknown);
                let may = community.may_submit(home.organisation, &checked, time(10_000));
                community.ingest(home.organisation, index, checked);
                expected.push((home.organisation, index, may));
            }
        }
        let view = community.view(&community.present().unwrap()).unwrap();
        for (organisation, index, may) in expected {
            let standing = view.item_at(organisation, index).unwrap().standing;
            match may {
                Ok(()) => prop_assert_eq!(standing, Standing::Counts),
                Err(Refusal::Void(reason)) => prop_assert_eq!(standing, Standing::Void(reason)),
                // It may have arrived since.
                Err(Refusal::Missing(_)) => {}
                Err(Refusal::Future { .. }) => prop_assert!(false, "nothing here is of the future"),
            }
        }
    }
}
