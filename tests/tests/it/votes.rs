//! Votes that somebody tries to win beside the others: in no time, by nobody, with an electorate of one's own choice, by
//! who is who as it was said afterwards, by an adoption long overdue.

use hearth_protocol::community::{Standing, VoidReason};
use hearth_protocol::governance::{Decisions, State};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    Act, Adoption, BallotCast, Choice, DecisionProposed, Decisions as Deciding, Deed, Head, Leadership,
    People, Provider, RoleGranted, Rule,
};
use hearth_protocol::limits::NOTICE;
use hearth_protocol::time::{Span, Timestamp};

use crate::decisions::{CLOSES, adopt, adopting, heads, parameters, proposal, propose, six, state, vote};
use crate::story::{Said, Story, wrong};
use crate::verdicts::{asked, everything, said, time};

/// What comes of a proposal of ann's at 10 that she alone votes for, at an instant of her choice.
fn hasty(closes: Timestamp, votes: Timestamp, seen: Option<u64>) -> State {
    let mut story = six();
    let says = DecisionProposed {
        closes,
        ..proposal(&story, Rule::Consent, 1)
    };
    let about = story.say(
        "proposal",
        "ann",
        said(10, Deciding::DecisionProposed(says), &[], 1),
    );
    let act = Deciding::BallotCast(BallotCast { choice: Choice::For }).into();
    story.say(
        "ballot",
        "ann",
        Said {
            at: votes,
            act,
            re: &[about],
            words: None,
        },
    );
    if let Some(seen) = seen {
        story.sees("elm", &["oak"], time(seen));
    }
    state(&everything(&story), 1_000)
}

#[test]
fn a_vote_that_leaves_others_no_time_comes_to_nothing() {
    let moment = Span::from_millis(1);
    assert_eq!(
        hasty(time(5), time(5), None),
        State::NoNotice,
        "over before it was proposed"
    );
    assert_eq!(
        hasty(time(10).plus(NOTICE).minus(moment), time(10), None),
        State::NoNotice
    );
    assert_eq!(hasty(time(10).plus(NOTICE), time(10), None), State::Carried);
    // Within the tolerance a date of one's own stands; time to vote begins when others know.
    assert_eq!(hasty(time(12), time(11), Some(15)), State::NoNotice);
    assert_eq!(hasty(time(15).plus(NOTICE), time(11), Some(15)), State::Carried);
}

#[test]
fn what_had_no_notice_brings_nothing_into_force() {
    let mut story = six();
    let says = DecisionProposed {
        closes: time(1),
        ..adopting(&story, &parameters(2))
    };
    let about = propose(&mut story, says);
    vote(&mut story, "ann", 1, Choice::For);
    adopt(&mut story, "adopted", 5, &[about], parameters(2));
    let view = everything(&story);
    assert!(
        Decisions::at(&view, time(10))
            .in_force(Deed::ParametersAdopted)
            .is_none()
    );
}

#[test]
fn a_quorum_is_one_per_cent_at_least() {
    for (quorum, standing) in [
        (0, Standing::Void(VoidReason::BadData)),
        (1, Standing::Counts),
        (100, Standing::Counts),
        (101, Standing::Void(VoidReason::BadData)),
    ] {
        let mut story = six();
        let says = proposal(&story, Rule::Members, quorum);
        let id = propose(&mut story, says);
        assert_eq!(
            everything(&story).find(id).unwrap().standing,
            standing,
            "{quorum}"
        );
    }
}

/// How the vote stands whose electorate is this cut, proposed by ann of oak.
fn by_cut(mut story: Story, cut: Vec<Head>) -> State {
    let says = DecisionProposed {
        cut,
        ..proposal(&story, Rule::Members, 1)
    };
    propose(&mut story, says);
    vote(&mut story, "ann", 10, Choice::For);
    state(&everything(&story), CLOSES + 1)
}

fn with(story: &Story, older: Head) -> Vec<Head> {
    let mut cut = heads(story);
    for head in &mut cut {
        if head.organisation == older.organisation {
            *head = older;
        }
    }
    cut
}

#[test]
fn who_proposes_leaves_out_nobody_whom_their_own_log_had_shown() {
    let mut story = six();
    let (oak, elm) = (story.head("oak"), story.head("elm"));
    story.admit("oak", "ada", time(0));
    let cut = with(&story, oak);
    assert_eq!(
        by_cut(story, cut),
        State::OutdatedElectorate,
        "before one's own log"
    );

    let mut story = six();
    story.admit("elm", "bob", time(0));
    let cut = with(&story, elm);
    assert_eq!(
        by_cut(story, cut),
        State::Carried,
        "nothing shows that oak knew of bob"
    );

    let mut story = six();
    story.admit("elm", "bob", time(0));
    let lie = wrong(story.head("elm"));
    story.claims_to_see("oak", vec![lie], time(0));
    let cut = with(&story, elm);
    assert_eq!(
        by_cut(story, cut),
        State::Carried,
        "what was never so shows nothing"
    );

    let mut story = six();
    story.admit("elm", "bob", time(0));
    story.sees("ash", &["elm"], time(0));
    story.sees("oak", &["elm"], time(0));
    let cut = with(&story, elm);
    assert_eq!(by_cut(story, cut), State::OutdatedElectorate, "oak had seen bob");
}

#[test]
fn what_makes_or_unmakes_no_member_outdates_no_electorate() {
    let mut story = six();
    let (oak, elm) = (story.head("oak"), story.head("elm"));
    story.say("a query", "ben", said(0, asked(), &[], 1));
    story.sees("oak", &["elm"], time(0));
    let mut cut = with(&story, elm);
    cut.retain(|head| head.organisation != oak.organisation);
    cut.push(oak);
    cut.sort();
    assert_eq!(by_cut(story, cut), State::Carried);
}

#[test]
fn who_has_left_by_ones_own_log_does_not_vote() {
    let mut story = six();
    let (bea, elm) = (story.id("bea"), story.head("elm"));
    story.say("bea goes", "bea", said(0, People::MemberLeft, &[bea], 0));
    story.sees("oak", &["elm"], time(0));
    let cut = with(&story, elm);
    assert_eq!(by_cut(story, cut), State::OutdatedElectorate);
}

/// Ann and bea say that they are one, bea at this instant: how many vote, how many for, and how it ends.
fn one_of_two(says: u64) -> (usize, u64, State) {
    let mut story = six();
    let [ann, bea] = ["ann", "bea"].map(|name| story.id(name));
    let proposed = proposal(&story, Rule::Members, 50);
    propose(&mut story, proposed);
    story.say("ann says", "ann", said(2, People::MemberAffiliated, &[bea], 0));
    for who in ["ann", "bea", "cat"] {
        vote(&mut story, who, 10, Choice::For);
    }
    story.say("bea says", "bea", said(says, People::MemberAffiliated, &[ann], 0));
    let view = everything(&story);
    let decisions = Decisions::at(&view, time(1_000));
    let decision = &decisions.all()[0];
    (decision.electorate.len(), decision.tally().favour, decision.state)
}

#[test]
fn who_is_who_is_settled_when_the_vote_ends() {
    assert_eq!(one_of_two(CLOSES), (5, 2, State::Failed));
    assert_eq!(one_of_two(CLOSES + 1), (6, 3, State::Carried));
}

/// Within the pinned cut its time does not matter.
#[test]
fn who_is_who_before_the_proposal_is_one_voter() {
    let mut story = six();
    let [ann, bea] = ["ann", "bea"].map(|name| story.id(name));
    story.say("ann says", "ann", said(0, People::MemberAffiliated, &[bea], 0));
    story.say(
        "bea says",
        "bea",
        said(CLOSES + 1, People::MemberAffiliated, &[ann], 0),
    );
    let says = proposal(&story, Rule::Members, 1);
    propose(&mut story, says);
    vote(&mut story, "bea", 10, Choice::Against);
    vote(&mut story, "ann", 11, Choice::For);
    let view = everything(&story);
    let decisions = Decisions::at(&view, time(1_000));
    let decision = &decisions.all()[0];
    assert_eq!((decision.electorate.len(), decision.tally().voted()), (5, 1));
    assert_eq!(decision.state, State::Carried);
    for member in [ann, bea] {
        assert!(decision.voter_of(&view, member).is_some());
    }
    let stranger = story.id("proposal");
    assert!(decision.voter_of(&view, stranger).is_none());
}

/// A decision of ann's by her own ballot.
fn carried(story: &mut Story, says: DecisionProposed) -> Id {
    let about = propose(story, says);
    vote(story, "ann", 10, Choice::For);
    about
}

#[test]
fn an_adoption_long_overdue_replaces_nothing_decided_since() {
    let mut story = six();
    let first = adopting(&story, &parameters(2));
    let second = DecisionProposed {
        closes: time(CLOSES + 50),
        ..adopting(&story, &parameters(3))
    };
    let first = carried(&mut story, first);
    let second = carried(&mut story, second);
    adopt(&mut story, "second", CLOSES + 60, &[second], parameters(3));
    adopt(&mut story, "first", CLOSES + 70, &[first], parameters(2));
    let view = everything(&story);
    let decisions = Decisions::at(&view, time(1_000));
    let adopted = decisions.adopted(Deed::ParametersAdopted);
    let adopted: Vec<Id> = adopted.iter().map(|adopted| adopted.item.id).collect();
    assert_eq!(adopted, [story.id("second")]);
}

#[test]
fn roles_stand_beside_each_other_in_the_order_of_their_decisions() {
    let mut story = six();
    let holder = story.id("cat");
    let granted = |until| RoleGranted {
        from: time(0),
        role: "leader".parse().unwrap(),
        until: time(until),
        holder,
        provided_by: Provider::Members,
    };
    let decision = |story: &Story, closes, until| DecisionProposed {
        closes: time(closes),
        adopts: Some(Adoption::try_from(Act::from(Leadership::RoleGranted(granted(until)))).unwrap()),
        ..proposal(story, Rule::Members, 1)
    };
    let short = decision(&story, CLOSES, 8_000);
    let long = decision(&story, CLOSES + 50, 9_000);
    let short = carried(&mut story, short);
    let long = carried(&mut story, long);
    story.say(
        "long",
        "cat",
        said(CLOSES + 60, Leadership::RoleGranted(granted(9_000)), &[long], 0),
    );
    story.say(
        "short",
        "cat",
        said(CLOSES + 70, Leadership::RoleGranted(granted(8_000)), &[short], 0),
    );
    let view = everything(&story);
    let decisions = Decisions::at(&view, time(1_000));
    let adopted = decisions.adopted(Deed::RoleGranted);
    let adopted: Vec<Id> = adopted.iter().map(|adopted| adopted.item.id).collect();
    assert_eq!(adopted, [story.id("short"), story.id("long")]);
}

#[test]
fn what_is_adopted_is_about_all_that_was_decided_about() {
    let mut story = six();
    let [one, other] = [2, 3].map(|words| story.say("query", "ben", said(0, asked(), &[], words)));
    let says = adopting(&story, &parameters(2));
    let about = story.say(
        "proposal",
        "ann",
        said(1, Deciding::DecisionProposed(says), &[one, other], 1),
    );
    vote(&mut story, "ann", 10, Choice::For);
    adopt(&mut story, "bare", CLOSES + 1, &[about], parameters(2));
    adopt(&mut story, "half", CLOSES + 2, &[about, other], parameters(2));
    adopt(
        &mut story,
        "whole",
        CLOSES + 3,
        &[about, other, one],
        parameters(2),
    );
    let view = everything(&story);
    for (name, standing) in [
        ("bare", Standing::Void(VoidReason::WrongSubject)),
        ("half", Standing::Void(VoidReason::WrongSubject)),
        ("whole", Standing::Counts),
    ] {
        assert_eq!(view.find(story.id(name)).unwrap().standing, standing, "{name}");
    }
    let decisions = Decisions::at(&view, time(1_000));
    let in_force = decisions
        .in_force(Deed::ParametersAdopted)
        .map(|adopted| adopted.item.id);
    assert_eq!(in_force, Some(story.id("whole")));
}

/// Both are dated ahead, so both count as of when elm saw them; what they are called is no matter.
#[test]
fn of_two_ballots_at_one_time_the_later_in_the_log_counts() {
    for words in 1..8 {
        let mut story = six();
        let says = proposal(&story, Rule::Members, 1);
        let about = propose(&mut story, says);
        for (choice, words) in [(Choice::Against, Some(words)), (Choice::For, None)] {
            let act = Deciding::BallotCast(BallotCast { choice }).into();
            let cast = Said {
                at: time(30),
                act,
                re: &[about],
                words,
            };
            story.say("ballot", "ann", cast);
        }
        story.sees("elm", &["oak"], time(20));
        assert_eq!(state(&everything(&story), 1_000), State::Carried, "{words}");
    }
}
