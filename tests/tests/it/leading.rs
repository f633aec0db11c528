//! Verdicts on leaders' work: who may say that a task was done and who else must sign for it; who grants,
//! takes and gives up a role, and who confirms the time for it.

use hearth_protocol::community::{Standing, VoidReason};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    Act, Adoption, DecisionProposed, Decisions, Head, Interaction, Leadership, LeadershipAsked, Provider,
    RoleGranted, Rule, TaskOffered, TimeConfirmed, TimePledged,
};

use crate::story::{Story, steward};
use crate::verdicts::{asked, everything, said, three, time};

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

fn granted(story: &Story, holder: &str) -> RoleGranted {
    RoleGranted {
        from: time(0),
        role: "leader".parse().unwrap(),
        until: time(9_000),
        holder: story.id(holder),
        provided_by: Provider::Members,
    }
}

/// A decision that lets ann lead.
fn decision(story: &mut Story) -> Id {
    let mut cut: Vec<Head> = ["oak", "elm", "ash"].map(|slug| story.head(slug)).to_vec();
    cut.sort();
    let act = Act::from(Leadership::RoleGranted(granted(story, "ann")));
    let proposed = Decisions::DecisionProposed(DecisionProposed {
        cut,
        rule: Rule::Members,
        adopts: Some(Adoption::try_from(act).unwrap()),
        closes: time(5),
        quorum: 1,
    });
    story.say("decision", "ben", said(1, proposed, &[], 1))
}

#[test]
fn a_role_is_granted_as_decided_and_its_holder_alone_takes_it_gives_it_up_and_pledges_time() {
    use Leadership::{RoleAccepted, RoleEnded};
    let mut story = three();
    let decision = decision(&mut story);
    let (to_ann, to_ben) = (granted(&story, "ann"), granted(&story, "ben"));
    let shorter = RoleGranted {
        until: time(8_999),
        ..to_ann.clone()
    };
    let pledged = Leadership::TimePledged(TimePledged {
        month: "2026-02".parse().unwrap(),
        minutes: 60,
    });
    let confirmed = Leadership::TimeConfirmed(TimeConfirmed {
        month: "2026-02".parse().unwrap(),
        minutes: 60,
    });
    let mut say = |name: &str, by: &str, act: Leadership, re| story.say(name, by, said(6, act, &[re], 0));
    let to_another = say("to another", "cat", Leadership::RoleGranted(to_ben), decision);
    let otherwise = say("otherwise", "cat", Leadership::RoleGranted(shorter), decision);
    let grant = say("grant", "cat", Leadership::RoleGranted(to_ann), decision);
    let for_her = say("for her", "ben", RoleAccepted, grant);
    let accepted = say("accepted", "ann", RoleAccepted, grant);
    let pledge_for_her = say("pledge for her", "ben", pledged.clone(), grant);
    let pledge = say("pledge", "ann", pledged, grant);
    let by_herself = say("by herself", "ann", confirmed.clone(), pledge);
    let by_another_employer = say("another employer", &steward("elm"), confirmed.clone(), pledge);
    let by_employer = say("employer", &steward("oak"), confirmed, pledge);
    let ended_for_her = say("ended for her", &steward("oak"), RoleEnded, grant);
    let ended = say("ended", "ann", RoleEnded, grant);

    let view = everything(&story);
    let expected = [
        (to_another, WRONG_SUBJECT),
        (otherwise, WRONG_SUBJECT),
        (grant, COUNTS),
        (for_her, NOT_PERMITTED),
        (accepted, COUNTS),
        (pledge_for_her, NOT_PERMITTED),
        (pledge, COUNTS),
        (by_herself, NOT_PERMITTED),
        (by_another_employer, NOT_PERMITTED),
        (by_employer, COUNTS),
        (ended_for_her, NOT_PERMITTED),
        (ended, COUNTS),
    ];
    for (id, standing) in expected {
        assert_eq!(view.find(id).unwrap().standing, standing, "{id}");
    }
}

/// The founding steward's key is often a member's, too.
#[test]
fn a_steward_who_holds_the_role_does_not_confirm_their_own_time() {
    let mut story = three();
    let own = story.admit_key("oak", "steward as member", &steward("oak"), time(0));
    let mut cut: Vec<Head> = ["oak", "elm", "ash"].map(|slug| story.head(slug)).to_vec();
    cut.sort();
    let to_steward = RoleGranted {
        holder: own,
        ..granted(&story, "ann")
    };
    let act = Act::from(Leadership::RoleGranted(to_steward.clone()));
    let proposed = Decisions::DecisionProposed(DecisionProposed {
        cut,
        rule: Rule::Members,
        adopts: Some(Adoption::try_from(act).unwrap()),
        closes: time(5),
        quorum: 1,
    });
    let decision = story.say("decision", "ben", said(1, proposed, &[], 1));
    let grant = Leadership::RoleGranted(to_steward);
    let grant = story.say("grant", "ben", said(6, grant, &[decision], 0));
    let month = "2026-02".parse().unwrap();
    let pledged = Leadership::TimePledged(TimePledged { month, minutes: 60 });
    let pledge = story.say("pledge", &steward("oak"), said(7, pledged, &[grant], 0));
    let confirmed = Leadership::TimeConfirmed(TimeConfirmed { month, minutes: 60 });
    let confirmation = story.say(
        "confirmed",
        &steward("oak"),
        said(8, confirmed.clone(), &[pledge], 0),
    );
    story.say(
        "gone",
        &steward("oak"),
        said(9, hearth_protocol::kind::People::MemberLeft, &[own], 0),
    );
    let once_gone = story.say("once gone", &steward("oak"), said(10, confirmed, &[pledge], 0));
    let view = everything(&story);
    assert_eq!(view.find(pledge).unwrap().standing, COUNTS);
    assert_eq!(view.find(confirmation).unwrap().standing, NOT_PERMITTED);
    assert_eq!(
        view.find(once_gone).unwrap().standing,
        NOT_PERMITTED,
        "the key is still theirs"
    );
}
