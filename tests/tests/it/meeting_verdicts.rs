//! Verdicts on meetings, corrections, hiding and what replaces what.

use hearth_protocol::community::{Standing, VoidReason};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    Care, ContentHidden, ContentReported, Interaction, Learning, MeetingAttended, MeetingEvaluated,
    MeetingHeld, MeetingScheduled, Meetings, MentoringStarted, Mentorship, Topics,
};

use crate::story::{Story, steward};
use crate::verdicts::{answered, asked, everything, resource, said, three, time};

fn scheduled() -> Meetings {
    Meetings::MeetingScheduled(MeetingScheduled {
        at: time(24),
        mode: "online".parse().unwrap(),
        topics: Topics::default(),
        minutes: 60,
        purpose: None,
    })
}

fn attended(persons: &[Id]) -> Meetings {
    let mut persons = persons.to_vec();
    persons.sort();
    Meetings::MeetingAttended(MeetingAttended { persons })
}

fn evaluated() -> Meetings {
    Meetings::MeetingEvaluated(MeetingEvaluated {
        scores: vec![("useful".parse().unwrap(), 4)],
    })
}

fn assert_standings(story: &Story, expected: &[(Id, Result<(), VoidReason>)]) {
    let view = everything(story);
    for (id, standing) in expected {
        let standing = standing.map_or_else(Standing::Void, |()| Standing::Counts);
        let name = story.names().iter().find(|(_, known)| *known == id).unwrap().0;
        assert_eq!(view.find(*id).unwrap().standing, standing, "{name}");
    }
}

#[test]
fn a_sheet_is_countersigned_by_whom_it_names_and_who_was_there_evaluates() {
    let mut story = three();
    let [ann, ben, _] = ["ann", "ben", "cat"].map(|name| story.id(name));
    let meeting = story.say("meeting", "ann", said(1, scheduled(), &[], 1));
    let other = story.say("other", "ann", said(2, scheduled(), &[], 1));
    let held = Meetings::MeetingHeld(MeetingHeld::default());
    let held = story.say("held", "cat", said(26, held, &[meeting], 0));
    let sheet = story.say("sheet", "ann", said(26, attended(&[ann, ben]), &[meeting], 0));
    let signed = story.say("signed", "ben", said(27, attended(&[]), &[meeting, sheet], 0));
    let unlisted = story.say("unlisted", "cat", said(27, attended(&[]), &[meeting, sheet], 0));
    let elsewhere = story.say("elsewhere", "ben", said(27, attended(&[]), &[other, sheet], 0));
    let own = story.say("own", "cat", said(27, attended(&[]), &[meeting], 0));
    let not_held = story.say("about held", "cat", said(27, attended(&[]), &[held], 0));

    let judge = |story: &mut Story, name: &str, by: &str, re: &[Id]| {
        story.say(name, by, said(28, evaluated(), re, 0))
    };
    let by_signer = judge(&mut story, "by signer", "ben", &[meeting, signed]);
    let by_own = judge(&mut story, "by own", "cat", &[meeting, own]);
    let absent = judge(&mut story, "absent", "ann", &[meeting]);
    let by_sheet = judge(&mut story, "by sheet", "ann", &[meeting, sheet]);
    let of_another = judge(&mut story, "of another", "ann", &[meeting, own]);
    let other_meeting = judge(&mut story, "other meeting", "cat", &[other, own]);
    assert_standings(
        &story,
        &[
            (held, Ok(())),
            (sheet, Ok(())),
            (signed, Ok(())),
            (unlisted, Err(VoidReason::NotPermitted)),
            (elsewhere, Err(VoidReason::WrongSubject)),
            (own, Ok(())),
            (not_held, Err(VoidReason::WrongSubject)),
            (by_signer, Ok(())),
            (by_own, Ok(())),
            (absent, Err(VoidReason::NotPermitted)),
            (by_sheet, Err(VoidReason::NotPermitted)),
            (of_another, Err(VoidReason::NotPermitted)),
            (other_meeting, Err(VoidReason::WrongSubject)),
        ],
    );
}

#[test]
fn authors_correct_and_the_steward_of_their_log_hides() {
    let mut story = three();
    let query = story.say("query", "ann", said(1, asked(), &[], 1));
    let answer = story.say("answer", "ben", said(2, answered(), &[query], 1));
    let page = story.say("page", "ann", said(2, resource(), &[], 1));
    let corrected = || Interaction::ContentCorrected;
    let own = story.say("own", "ann", said(3, corrected(), &[query], 1));
    let foreign = story.say("foreign", "ben", said(3, corrected(), &[query], 1));
    let of_page = story.say("of page", "ann", said(3, corrected(), &[page], 1));
    let ground = || "patient-data".parse().unwrap();
    let reported = Care::ContentReported(ContentReported { ground: ground() });
    let reported = story.say("reported", "cat", said(4, reported, &[query, answer], 0));
    let hidden = || Care::ContentHidden(ContentHidden { ground: ground() });
    let at_home = story.say("at home", &steward("oak"), said(5, hidden(), &[query, own], 0));
    let abroad = story.say("abroad", &steward("oak"), said(5, hidden(), &[query, answer], 0));
    let member = story.say("member", "ann", said(5, hidden(), &[query], 0));
    assert_standings(
        &story,
        &[
            (own, Ok(())),
            (foreign, Err(VoidReason::NotPermitted)),
            (of_page, Err(VoidReason::WrongSubject)),
            (reported, Ok(())),
            (at_home, Ok(())),
            (abroad, Err(VoidReason::NotPermitted)),
            (member, Err(VoidReason::NotPermitted)),
        ],
    );
}

#[test]
fn what_is_learned_and_who_learns_with_whom_is_about_what_there_is() {
    let mut story = three();
    let [ann, ben] = ["ann", "ben"].map(|name| story.id(name));
    let query = story.say("query", "ann", said(1, asked(), &[], 1));
    let answer = story.say("answer", "ben", said(2, answered(), &[query], 1));
    let old = story.say("old", "ann", said(2, resource(), &[], 1));
    let later = story.say("later", "ann", said(3, resource(), &[old], 1));
    let new = story.say("new", "ann", said(3, resource(), &[], 1));
    let learn = |story: &mut Story, name: &str, by: &str, act: Learning, re: &[Id], words| {
        story.say(name, by, said(5, act, re, words))
    };
    let superseded = || Learning::ResourceSuperseded;
    let replaced = learn(&mut story, "replaced", "ann", superseded(), &[old, new], 0);
    let by_other = learn(&mut story, "by other", "ben", superseded(), &[old, new], 0);
    let of_later = learn(&mut story, "of later", "ann", superseded(), &[later, new], 0);
    let applied = learn(
        &mut story,
        "applied",
        "cat",
        Learning::ResourceApplied,
        &[later],
        0,
    );
    let faq = learn(
        &mut story,
        "faq",
        "cat",
        Learning::FaqPublished,
        &[answer, query],
        1,
    );
    let of_person = learn(
        &mut story,
        "faq of a person",
        "cat",
        Learning::FaqPublished,
        &[answer, ann],
        1,
    );
    let endorsed = learn(&mut story, "endorsed", "ben", Learning::FaqEndorsed, &[faq], 0);
    let not_faq = learn(
        &mut story,
        "not a faq",
        "ben",
        Learning::FaqEndorsed,
        &[answer],
        0,
    );
    let reflection = learn(
        &mut story,
        "reflection",
        "ann",
        Learning::ReflectionLogged,
        &[],
        1,
    );
    let introduced = learn(
        &mut story,
        "introduced",
        "cat",
        Learning::IntroductionMade,
        &[ann, ben],
        0,
    );
    let not_people = learn(
        &mut story,
        "not people",
        "cat",
        Learning::IntroductionMade,
        &[ann, faq],
        0,
    );
    let part = Learning::MentoringStarted(MentoringStarted {
        part: Mentorship::Mentor,
    });
    let mentor = learn(&mut story, "mentor", "ann", part, &[ben], 0);
    assert_standings(
        &story,
        &[
            (replaced, Ok(())),
            (by_other, Err(VoidReason::NotPermitted)),
            (of_later, Err(VoidReason::WrongSubject)),
            (applied, Ok(())),
            (faq, Ok(())),
            (of_person, Err(VoidReason::WrongSubject)),
            (endorsed, Ok(())),
            (not_faq, Err(VoidReason::WrongSubject)),
            (reflection, Ok(())),
            (introduced, Ok(())),
            (not_people, Err(VoidReason::WrongSubject)),
            (mentor, Ok(())),
        ],
    );
}
