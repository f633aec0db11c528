//! Proposals, ballots, outcomes, and what is adopted by them.

use super::chapters::{MEMBER, OTHER_MEMBER};
use super::story::Story;
use crate::framework::Parameters;
use crate::id::Root;
use crate::kind::*;

pub(super) fn chapter(story: &mut Story) {
    let electorate = vec![Head {
        organisation: story.home.organisation,
        size: 6,
        root: Root::from_bytes([0x5a; 32]),
    }];
    let plain = DecisionProposed {
        cut: electorate,
        rule: Rule::Consent,
        adopts: None,
        closes: "2026-02-01T00:00:00Z".parse().unwrap(),
        quorum: 1,
    };
    let parameters = Parameters {
        version: 2,
        ..Parameters::default()
    };
    let adopting = DecisionProposed {
        rule: Rule::Organisations,
        adopts: Some(
            Adoption::try_from(Act::from(Decisions::ParametersAdopted(parameters.clone()))).unwrap(),
        ),
        quorum: 50,
        ..plain.clone()
    };
    let first = story.tell(
        "nothing but words",
        MEMBER,
        Decisions::DecisionProposed(plain),
        &[],
        Some("# We meet on Fridays"),
    );
    let second = story.tell(
        "about something, and adopting parameters",
        OTHER_MEMBER,
        Decisions::DecisionProposed(adopting),
        &[first],
        Some("# Count again"),
    );
    for (name, choice, reason) in [
        ("for", Choice::For, None),
        ("against, with a reason", Choice::Against, Some("Not on Fridays.")),
        ("abstaining", Choice::Abstain, None),
    ] {
        story.tell(
            name,
            MEMBER,
            Decisions::BallotCast(BallotCast { choice }),
            &[second],
            reason,
        );
    }
    for (name, outcome) in [("carried", Outcome::Carried), ("failed", Outcome::Failed)] {
        story.tell(
            name,
            MEMBER,
            Decisions::DecisionClosed(DecisionClosed { outcome }),
            &[second],
            None,
        );
    }
    story.tell(
        "as decided",
        OTHER_MEMBER,
        Decisions::ParametersAdopted(parameters),
        &[second],
        None,
    );
}
