//! Terms, plans, targets and arrangements, told beside the rest.

use super::chapters::{MEMBER, OTHER_MEMBER};
use super::story::Story;
use crate::id::{Id, Root};
use crate::kind::*;
use crate::time::Timestamp;

/// Every kind of it.
pub(super) fn chapter(story: &mut Story) {
    agree_on_terms(story);
    plan(story);
    aim(story);
    arrange(story);
}

/// As decided: the proposal is told first, as one of the examples of its kind.
fn adopt(story: &mut Story, name: &'static str, act: Purpose) -> Id {
    let act = Act::from(act);
    let proposal = DecisionProposed {
        cut: vec![Head {
            organisation: story.home.organisation,
            size: 6,
            root: Root::from_bytes([0x5a; 32]),
        }],
        rule: Rule::Members,
        adopts: Some(Adoption::try_from(act.clone()).unwrap()),
        closes: time("2026-02-20"),
        quorum: 25,
    };
    let decision = story.tell(
        act_name(&act, name),
        MEMBER,
        Decisions::DecisionProposed(proposal),
        &[],
        Some("# Let it be so"),
    );
    story.tell(name, OTHER_MEMBER, act, &[decision], None)
}

/// Names of examples are unique in their file.
fn act_name(act: &Act, name: &'static str) -> &'static str {
    match (act.kind(), name) {
        ("terms.adopted", "every field") => "of full terms",
        ("terms.adopted", _) => "of short terms",
        ("plan.adopted", "every field") => "of a full plan",
        ("plan.adopted", _) => "of a short plan",
        ("plan.rebaselined", _) => "of a new baseline",
        ("target.set", "an objective") => "of a target",
        ("target.set", _) => "of a target for the membership",
        _ => "of arrangements",
    }
}

fn agree_on_terms(story: &mut Story) {
    let short = TermsAdopted {
        term: false,
        review: None,
        purpose: true,
        version: 1,
        measurable: false,
        membership: false,
        objectives: Vec::new(),
    };
    adopt(story, "a purpose alone", Purpose::TermsAdopted(short.clone()));
    let full = TermsAdopted {
        term: true,
        review: Some(time("2027-01-01")),
        version: 2,
        measurable: true,
        membership: true,
        objectives: ["answer-each-other", "shared-guidance"].map(slug).to_vec(),
        ..short
    };
    let terms = adopt(story, "every field", Purpose::TermsAdopted(full));
    let seen = Purpose::TermsAcknowledged(TermsAcknowledged { version: 2 });
    story.tell("as adopted", MEMBER, seen, &[terms], None);
}

fn plan(story: &mut Story) {
    let short = Plan {
        from: time("2026-01-01"),
        until: time("2027-01-01"),
        outputs: Vec::new(),
        version: 1,
        milestones: Vec::new(),
    };
    adopt(
        story,
        "a time and nothing else",
        Purpose::PlanAdopted(short.clone()),
    );
    let full = Plan {
        outputs: vec![PlannedOutput {
            slug: slug("mouth-care-guide"),
            sort: ResourceType::Guidance,
            due: time("2026-09-01"),
        }],
        version: 2,
        milestones: vec![
            milestone("first-meeting", "2026-03-01"),
            milestone("ten-members", "2026-06-01"),
        ],
        ..short
    };
    let agreed = adopt(story, "every field", Purpose::PlanAdopted(full.clone()));
    let later = Plan {
        version: 3,
        milestones: vec![
            milestone("first-meeting", "2026-03-01"),
            milestone("ten-members", "2026-08-01"),
        ],
        ..full
    };
    let moved = adopt(story, "other dates", Purpose::PlanRebaselined(later));
    let met = |code| {
        Purpose::MilestoneMet(MilestoneMet {
            milestone: slug(code),
        })
    };
    story.tell("without a note", MEMBER, met("first-meeting"), &[agreed], None);
    let note = Some("Eleven of us.");
    story.tell(
        "of a new baseline, with a note",
        MEMBER,
        met("ten-members"),
        &[moved],
        note,
    );
}

fn aim(story: &mut Story) {
    let target = |objective, low, high| {
        Purpose::TargetSet(TargetSet {
            low,
            from: time("2026-04-01"),
            high,
            until: time("2026-07-01"),
            objective: slug(objective),
        })
    };
    adopt(story, "an objective", target("answer-each-other", 80, 100));
    adopt(story, "membership, which may shrink", target("membership", -2, 5));
}

fn arrange(story: &mut Story) {
    let arrangements = ArrangementsAdopted {
        level: slug("community"),
        model: slug("core-group"),
        review: time("2027-01-01"),
    };
    adopt(story, "every field", Purpose::ArrangementsAdopted(arrangements));
}

fn milestone(code: &str, due: &str) -> Milestone {
    Milestone {
        slug: slug(code),
        due: time(due),
    }
}

fn slug(text: &str) -> Slug {
    text.parse().unwrap()
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}
