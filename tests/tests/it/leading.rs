//! Verdicts on leaders' work: who may say that a task was done, and who else must sign for it.

use hearth_protocol::community::{Standing, VoidReason};
use hearth_protocol::kind::{Interaction, Leadership, LeadershipAsked, TaskOffered};

use crate::story::steward;
use crate::verdicts::{asked, everything, said, three};

const COUNTS: Standing = Standing::Counts;
const NOT_PERMITTED: Standing = Standing::Void(VoidReason::NotPermitted);
const WRONG_SUBJECT: Standing = Standing::Void(VoidReason::WrongSubject);

#[test]
fn a_task_is_done_by_who_took_it_on_and_confirmed_by_another() {
    use Leadership::{TaskAccepted, TaskConfirmed, TaskDone};
    let mut story = three();
    let task = Leadership::TaskOffered(TaskOffered::default());
    let task = story.say("task", "ann", said(1, task, &[], 1));
    let mut say = |name: &str, by: &str, act: Leadership, re| story.say(name, by, said(2, act, &[re], 0));
    let taken = say("taken", "ben", TaskAccepted, task);
    let done_untaken = say("done untaken", "ben", TaskDone, task);
    let done_by_another = say("done by another", "cat", TaskDone, taken);
    let done = say("done", "ben", TaskDone, taken);
    let own = say("own", "ben", TaskConfirmed, done);
    let by_steward = say("by steward", &steward("oak"), TaskConfirmed, done);
    let by_another = say("by another", "ann", TaskConfirmed, done);
    let too_early = say("too early", "ann", TaskConfirmed, taken);

    let view = everything(&story);
    let expected = [
        (task, COUNTS),
        (taken, COUNTS),
        (done_untaken, WRONG_SUBJECT),
        (done_by_another, NOT_PERMITTED),
        (done, COUNTS),
        (own, NOT_PERMITTED),
        (by_steward, NOT_PERMITTED),
        (by_another, COUNTS),
        (too_early, WRONG_SUBJECT),
    ];
    for (id, standing) in expected {
        assert_eq!(view.find(id).unwrap().standing, standing, "{id}");
    }
}

#[test]
fn members_ask_the_leadership_answer_and_refer() {
    let mut story = three();
    let request = Leadership::LeadershipAsked(LeadershipAsked::default());
    let by_steward = story.say("by steward", &steward("oak"), said(1, request.clone(), &[], 1));
    let request = story.say("request", "ann", said(1, request, &[], 1));
    let answered = Leadership::LeadershipAnswered;
    let answer = story.say("answer", "ben", said(2, answered.clone(), &[request], 1));
    let query = story.say("query", "ann", said(3, asked(), &[], 1));
    let of_a_query = story.say("of a query", "ben", said(4, answered, &[query], 1));
    let referred = Interaction::QueryReferred;
    let referral = story.say("referral", "cat", said(5, referred.clone(), &[query], 0));
    let of_a_request = story.say("of a request", "cat", said(5, referred, &[request], 0));

    let view = everything(&story);
    let expected = [
        (by_steward, NOT_PERMITTED),
        (request, COUNTS),
        (answer, COUNTS),
        (of_a_query, WRONG_SUBJECT),
        (referral, COUNTS),
        (of_a_request, WRONG_SUBJECT),
    ];
    for (id, standing) in expected {
        assert_eq!(view.find(id).unwrap().standing, standing, "{id}");
    }
}
