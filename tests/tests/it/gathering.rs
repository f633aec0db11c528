//! Circles and gaps: who may end them, and which circle an entry happens in.

use hearth_protocol::community::{Standing, VoidReason};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    CircleKind, CircleOpened, Circles, Coverage, GapRaised, Interaction, ThreadOpened,
};

use crate::story::Story;
use crate::verdicts::{everything, said, three};

fn opened() -> Circles {
    Circles::CircleOpened(CircleOpened {
        kind: CircleKind::Topic,
        mode: None,
        basis: None,
        other: None,
        topic: "night".parse().unwrap(),
        until: None,
        structure: None,
    })
}

fn thread() -> Interaction {
    Interaction::ThreadOpened(ThreadOpened::default())
}

fn standing(story: &Story, id: Id) -> Standing {
    everything(story).find(id).unwrap().standing
}

#[test]
fn a_circle_is_joined_by_members_and_closed_by_who_opened_it_alone() {
    let mut story = three();
    let circle = story.say("circle", "ann", said(1, opened(), &[], 1));
    let joined = story.say("joined", "ben", said(2, Circles::CircleJoined, &[circle], 0));
    let by_ben = story.say("by ben", "ben", said(3, Circles::CircleClosed, &[circle], 0));
    let by_ann = story.say("by ann", "ann", said(4, Circles::CircleClosed, &[circle], 1));
    let no_circle = story.say("no circle", "ben", said(5, Circles::CircleJoined, &[joined], 0));
    assert_eq!(standing(&story, joined), Standing::Counts);
    assert_eq!(standing(&story, by_ben), Standing::Void(VoidReason::NotPermitted));
    assert_eq!(standing(&story, by_ann), Standing::Counts);
    assert_eq!(
        standing(&story, no_circle),
        Standing::Void(VoidReason::WrongSubject)
    );
}

#[test]
fn a_gap_is_closed_by_who_raised_it_or_by_an_owner_about_their_ownership() {
    let mut story = three();
    let raised = Coverage::GapRaised(GapRaised::default());
    let gap = story.say("gap", "ann", said(1, raised, &[], 1));
    let owned = story.say("owned", "ben", said(2, Coverage::GapOwned, &[gap], 0));
    let wrong = [("ben", gap), ("cat", gap), ("cat", owned), ("ann", owned)];
    for (number, (by, about)) in (0_u64..).zip(wrong) {
        let closed = story.say("closed", by, said(3 + number, Coverage::GapClosed, &[about], 0));
        assert_eq!(
            standing(&story, closed),
            Standing::Void(VoidReason::NotPermitted),
            "{by}"
        );
    }
    for (number, (by, about)) in (0_u64..).zip([("ann", gap), ("ben", owned)]) {
        let closed = story.say("closed", by, said(9 + number, Coverage::GapClosed, &[about], 0));
        assert_eq!(standing(&story, closed), Standing::Counts, "{by}");
    }
}

/// What `in` names is not judged: where it is no circle, the entry counts all the same, in none.
#[test]
fn an_entry_is_in_the_circle_it_names_or_in_that_of_its_thread() {
    let mut story = three();
    let circle = story.say("circle", "ann", said(1, opened(), &[], 1));
    let other = story.say("other", "cat", said(1, opened(), &[], 1));
    let inside = story.say_inside(circle, "inside", "ben", said(2, thread(), &[], 1));
    let reply = story.say("reply", "cat", said(3, Interaction::ThreadReplied, &[inside], 1));
    let about = [reply];
    let elsewhere = said(4, Interaction::ThreadReplied, &about, 1);
    let elsewhere = story.say_inside(other, "elsewhere", "cat", elsewhere);
    let follows = story.say(
        "follows",
        "ann",
        said(5, Interaction::ThreadReplied, &[elsewhere], 1),
    );
    let nowhere = story.say_inside(reply, "nowhere", "ann", said(6, thread(), &[], 1));
    let unknown = story.say_inside(
        Id::from_bytes([7; 32]),
        "unknown",
        "ann",
        said(7, thread(), &[], 1),
    );
    let view = everything(&story);
    let circle_of = |id| view.circle(view.find(id).unwrap()).map(|circle| circle.id);
    assert_eq!(circle_of(inside), Some(circle));
    assert_eq!(circle_of(reply), Some(circle));
    assert_eq!(circle_of(elsewhere), Some(other));
    assert_eq!(
        circle_of(follows),
        Some(circle),
        "the thread's, not that of what it follows"
    );
    for id in [nowhere, unknown] {
        assert_eq!(circle_of(id), None);
        assert_eq!(view.find(id).unwrap().standing, Standing::Counts);
    }
}
