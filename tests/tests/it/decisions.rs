//! Decisions as everybody recomputes them: who votes, what counts, what it comes to, what is in force by it.

use std::collections::BTreeMap;

use hearth_protocol::community::{Standing, View, VoidReason};
use hearth_protocol::framework::{Parameters, compute};
use hearth_protocol::governance::{Decisions, Ignored, State};
use hearth_protocol::id::Id;
use hearth_protocol::kind::{
    Act, Adoption, BallotCast, Choice, DecisionClosed, DecisionProposed, Decisions as Deciding, Deed, Head,
    Outcome, Rule,
};

use crate::story::{Said, Story, policy, wrong};
use crate::verdicts::{everything, said, time};

pub(crate) const CLOSES: u64 = 100;

/// Three organisations: oak with ann, amy and abe, elm with ben and bea, ash with cat.
pub(crate) fn six() -> Story {
    let mut story = Story::of(&["oak", "elm", "ash"], time(0), policy(&[]));
    for (organisation, person) in [
        ("oak", "ann"),
        ("oak", "amy"),
        ("oak", "abe"),
        ("elm", "ben"),
        ("elm", "bea"),
        ("ash", "cat"),
    ] {
        story.admit(organisation, person, time(0));
    }
    story
}

pub(crate) fn heads(story: &Story) -> Vec<Head> {
    let mut heads = ["oak", "elm", "ash"].map(|slug| story.head(slug)).to_vec();
    heads.sort();
    heads
}

pub(crate) fn proposal(story: &Story, rule: Rule, quorum: u64) -> DecisionProposed {
    DecisionProposed {
        cut: heads(story),
        rule,
        adopts: None,
        closes: time(CLOSES),
        quorum,
    }
}

pub(crate) fn propose(story: &mut Story, says: DecisionProposed) -> Id {
    story.say(
        "proposal",
        "ann",
        said(1, Deciding::DecisionProposed(says), &[], 1),
    )
}

pub(crate) fn vote(story: &mut Story, who: &str, at: u64, choice: Choice) {
    let about = story.id("proposal");
    story.say(
        &format!("{who}'s at {at}"),
        who,
        Said {
            at: time(at),
            act: Deciding::BallotCast(BallotCast { choice }).into(),
            re: &[about],
            words: None,
        },
    );
}

pub(crate) fn state(view: &View, at: u64) -> State {
    Decisions::at(view, time(at)).all()[0].state
}

/// What a decision comes to with these ballots, each cast in time.
fn outcome(rule: Rule, quorum: u64, ballots: &[(&str, Choice)]) -> State {
    let mut story = six();
    let says = proposal(&story, rule, quorum);
    propose(&mut story, says);
    for (who, choice) in ballots {
        vote(&mut story, who, 10, *choice);
    }
    state(&everything(&story), CLOSES + 1)
}

#[test]
fn members_decide_by_more_for_than_against_if_enough_of_them_vote() {
    use Choice::{Abstain, Against, For};
    for (quorum, ballots, expected) in [
        (
            50,
            vec![("ann", For), ("ben", For), ("cat", Against)],
            State::Carried,
        ),
        (
            51,
            vec![("ann", For), ("ben", For), ("cat", Against)],
            State::Failed,
        ),
        (
            50,
            vec![("ann", For), ("ben", Abstain), ("cat", Abstain)],
            State::Carried,
        ),
        (1, vec![("ann", For), ("cat", Against)], State::Failed),
        (1, vec![], State::Failed),
        (1, vec![("ann", Abstain)], State::Failed),
        (1, vec![("ann", For)], State::Carried),
    ] {
        assert_eq!(
            outcome(Rule::Members, quorum, &ballots),
            expected,
            "{quorum} {ballots:?}"
        );
    }
}

#[test]
fn an_organisation_has_one_vote_and_goes_with_more_of_its_ballots() {
    use Choice::{Abstain, Against, For};
    for (quorum, ballots, expected) in [
        // Oak's three are one vote, against two.
        (
            1,
            vec![
                ("ann", For),
                ("amy", For),
                ("abe", For),
                ("ben", Against),
                ("cat", Against),
            ],
            State::Failed,
        ),
        (
            1,
            vec![
                ("ann", Against),
                ("amy", Against),
                ("abe", Against),
                ("ben", For),
                ("cat", For),
            ],
            State::Carried,
        ),
        // Elm is even: it abstains, and is there for the quorum.
        (
            100,
            vec![("ann", For), ("ben", For), ("bea", Against), ("cat", Abstain)],
            State::Carried,
        ),
        (
            100,
            vec![("ann", For), ("ben", For), ("bea", Against)],
            State::Failed,
        ),
        (
            66,
            vec![("ann", For), ("ben", For), ("bea", Against)],
            State::Carried,
        ),
        (
            67,
            vec![("ann", For), ("ben", For), ("bea", Against)],
            State::Failed,
        ),
    ] {
        assert_eq!(
            outcome(Rule::Organisations, quorum, &ballots),
            expected,
            "{quorum} {ballots:?}"
        );
    }
}

#[test]
fn consent_is_that_somebody_is_for_it_and_nobody_against() {
    use Choice::{Abstain, Against, For};
    for (quorum, ballots, expected) in [
        (1, vec![], State::Failed),
        (1, vec![("ann", Abstain)], State::Failed),
        (50, vec![("ann", For), ("ben", Abstain)], State::Failed),
        (33, vec![("ann", For), ("ben", Abstain)], State::Carried),
        (
            1,
            vec![("ann", For), ("amy", For), ("ben", Against)],
            State::Failed,
        ),
    ] {
        assert_eq!(
            outcome(Rule::Consent, quorum, &ballots),
            expected,
            "{quorum} {ballots:?}"
        );
    }
}

#[test]
fn the_last_ballot_in_time_of_each_of_the_electorate_counts() {
    let mut story = six();
    let says = proposal(&story, Rule::Members, 1);
    propose(&mut story, says);
    story.admit("ash", "new", time(2));
    vote(&mut story, "ann", 10, Choice::Against);
    vote(&mut story, "ann", 11, Choice::For);
    vote(&mut story, "ben", CLOSES, Choice::For);
    vote(&mut story, "bea", CLOSES + 1, Choice::Against);
    vote(&mut story, "ben", CLOSES + 1, Choice::Against);
    vote(&mut story, "new", 12, Choice::Against);
    let view = everything(&story);
    let decisions = Decisions::at(&view, time(CLOSES + 2));
    let decision = &decisions.all()[0];
    assert_eq!(decision.electorate.len(), 6);
    assert_eq!((decision.tally().favour, decision.tally().against), (2, 0));
    assert_eq!(decision.state, State::Carried);
    let ignored: BTreeMap<Id, Ignored> = decision
        .ignored
        .iter()
        .map(|(item, why)| (item.id, *why))
        .collect();
    for (name, why) in [
        ("ann's at 10", Ignored::Replaced),
        ("bea's at 101", Ignored::Late),
        ("ben's at 101", Ignored::Late),
        ("new's at 12", Ignored::NotInTheElectorate),
    ] {
        assert_eq!(ignored.get(&story.id(name)), Some(&why), "{name}");
    }
    assert_eq!(ignored.len(), 4);
}

#[test]
fn nothing_is_decided_before_the_deadline_is_over() {
    let mut story = six();
    let says = proposal(&story, Rule::Members, 1);
    propose(&mut story, says);
    vote(&mut story, "ann", 10, Choice::For);
    let view = everything(&story);
    for (at, expected) in [
        (2, State::Open),
        (CLOSES, State::Open),
        (CLOSES + 1, State::Carried),
    ] {
        assert_eq!(state(&view, at), expected, "at {at}");
    }
    assert!(
        Decisions::at(&view, time(1)).all().is_empty(),
        "a proposal at T is not before it"
    );
}

#[test]
fn who_has_left_before_the_pinned_cut_does_not_vote_and_who_leaves_after_it_does() {
    let mut story = six();
    let [ann, bea] = ["ann", "bea"].map(|name| story.id(name));
    let leaves = |person| said(1, hearth_protocol::kind::People::MemberLeft, &[person], 0).act;
    let gone = leaves(bea);
    story.say(
        "bea goes",
        "bea",
        Said {
            at: time(1),
            act: gone,
            re: &[bea],
            words: None,
        },
    );
    let says = proposal(&story, Rule::Members, 1);
    propose(&mut story, says);
    vote(&mut story, "ann", 5, Choice::For);
    let gone = leaves(ann);
    story.say(
        "ann goes",
        "ann",
        Said {
            at: time(6),
            act: gone,
            re: &[ann],
            words: None,
        },
    );
    let view = everything(&story);
    let decisions = Decisions::at(&view, time(CLOSES + 1));
    assert_eq!(decisions.all()[0].electorate.len(), 5);
    assert_eq!(decisions.all()[0].tally().favour, 1);
}

#[test]
fn a_pin_beyond_the_cut_or_of_no_cut_at_all_has_no_electorate() {
    let story = six();
    let all = heads(&story);
    let without = |slug: &str| {
        let gone = story.head(slug).organisation;
        all.iter()
            .copied()
            .filter(|head| head.organisation != gone)
            .collect::<Vec<_>>()
    };
    let with_wrong = |slug: &str| {
        let gone = story.head(slug).organisation;
        let lie = |head: &Head| {
            if head.organisation == gone {
                wrong(*head)
            } else {
                *head
            }
        };
        all.iter().map(lie).collect::<Vec<_>>()
    };
    let beyond = {
        let cat = story.head("ash").organisation;
        let more = |head: &Head| Head {
            size: head.size + u64::from(head.organisation == cat) * 9,
            ..*head
        };
        all.iter().map(more).collect::<Vec<_>>()
    };
    for (cut, expected) in [
        (all.clone(), State::Failed),
        (without("elm"), State::NoElectorate),
        (without("oak"), State::NoElectorate),
        (with_wrong("oak"), State::NoElectorate),
        (with_wrong("ash"), State::NoElectorate),
        (beyond, State::Beyond),
    ] {
        let mut story = six();
        let says = DecisionProposed {
            cut,
            ..proposal(&story, Rule::Members, 1)
        };
        propose(&mut story, says);
        assert_eq!(state(&everything(&story), CLOSES + 1), expected);
    }
}

#[test]
fn an_outcome_is_declared_by_the_first_who_does_so_after_the_deadline() {
    let mut story = six();
    let says = proposal(&story, Rule::Members, 1);
    let about = propose(&mut story, says);
    vote(&mut story, "ann", 10, Choice::For);
    for (name, at, outcome) in [
        ("early", CLOSES, Outcome::Failed),
        ("second", CLOSES + 9, Outcome::Failed),
        ("first", CLOSES + 2, Outcome::Carried),
    ] {
        let act = Deciding::DecisionClosed(DecisionClosed { outcome }).into();
        story.say(
            name,
            "cat",
            Said {
                at: time(at),
                act,
                re: &[about],
                words: None,
            },
        );
    }
    let view = everything(&story);
    let decisions = Decisions::at(&view, time(CLOSES + 10));
    let (item, outcome) = decisions.all()[0].closed.unwrap();
    assert_eq!((item.id, outcome), (story.id("first"), Outcome::Carried));
    assert_eq!(decisions.all()[0].outcome(), Some(Outcome::Carried));
}

pub(crate) fn parameters(version: u64) -> Parameters {
    Parameters {
        version,
        ..Parameters::default()
    }
}

pub(crate) fn adopting(story: &Story, parameters: &Parameters) -> DecisionProposed {
    let act = Act::from(Deciding::ParametersAdopted(parameters.clone()));
    DecisionProposed {
        adopts: Some(Adoption::try_from(act).unwrap()),
        ..proposal(story, Rule::Members, 1)
    }
}

pub(crate) fn adopt(story: &mut Story, name: &str, at: u64, re: &[Id], parameters: Parameters) {
    let act = Deciding::ParametersAdopted(parameters).into();
    story.say(
        name,
        "cat",
        Said {
            at: time(at),
            act,
            re,
            words: None,
        },
    );
}

#[test]
fn parameters_are_in_force_from_their_adoption_after_a_decision_that_carried() {
    let mut story = six();
    let says = adopting(&story, &parameters(2));
    let about = propose(&mut story, says);
    vote(&mut story, "ann", 10, Choice::For);
    adopt(&mut story, "early", CLOSES, &[about], parameters(2));
    adopt(&mut story, "right", CLOSES + 5, &[about], parameters(2));
    let view = everything(&story);
    let hash_at = |at: u64| compute(&view, time(at), None).basis.parameters;
    assert_eq!(hash_at(CLOSES + 5), Parameters::default().hash());
    assert_eq!(hash_at(CLOSES + 6), parameters(2).hash());

    let decisions = Decisions::at(&view, time(1_000));
    let adopted: Vec<Id> = decisions
        .adopted(Deed::ParametersAdopted)
        .iter()
        .map(|a| a.item.id)
        .collect();
    assert_eq!(adopted, [story.id("right")]);
}

#[test]
fn a_decision_that_failed_brings_nothing_into_force() {
    let mut story = six();
    let says = adopting(&story, &parameters(2));
    let about = propose(&mut story, says);
    adopt(&mut story, "adopted", CLOSES + 5, &[about], parameters(2));
    let view = everything(&story);
    assert_eq!(
        compute(&view, time(1_000), None).basis.parameters,
        Parameters::default().hash()
    );
}

#[test]
fn a_decision_lets_just_one_thing_happen_and_only_once() {
    let mut story = six();
    let says = adopting(&story, &parameters(2));
    let about = propose(&mut story, says);
    vote(&mut story, "ann", 10, Choice::For);
    let plain = proposal(&story, Rule::Members, 1);
    let other = story.say("other", "ann", said(3, Deciding::DecisionProposed(plain), &[], 1));
    adopt(&mut story, "another", CLOSES + 5, &[about], parameters(3));
    adopt(
        &mut story,
        "by another decision",
        CLOSES + 5,
        &[other],
        parameters(2),
    );
    adopt(
        &mut story,
        "about more",
        CLOSES + 5,
        &[about, other],
        parameters(2),
    );
    adopt(&mut story, "first", CLOSES + 6, &[about], parameters(2));
    adopt(&mut story, "again", CLOSES + 7, &[about], parameters(2));
    let view = everything(&story);
    for name in ["another", "by another decision", "about more"] {
        let standing = view.find(story.id(name)).unwrap().standing;
        assert_eq!(standing, Standing::Void(VoidReason::WrongSubject), "{name}");
    }
    let decisions = Decisions::at(&view, time(1_000));
    let adopted: Vec<Id> = decisions
        .adopted(Deed::ParametersAdopted)
        .iter()
        .map(|a| a.item.id)
        .collect();
    assert_eq!(adopted, [story.id("first")]);
}
