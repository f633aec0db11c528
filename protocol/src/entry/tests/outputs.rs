//! The chapters of works, stories and claims.

use super::story::{Story, key};
use crate::entry::BodyRef;
use crate::id::{Hash, Id, Root};
use crate::kind::*;
use crate::time::Span;

const AUTHOR: u8 = 0x05;
const OTHER: u8 = 0x06;

/// Works, their versions and what is said of them.
pub(super) fn make(story: &mut Story) {
    let persons = persons();
    let plain = Works::WorkProposed(WorkProposed {
        due: None,
        plan: None,
        sort: ResourceType::Other,
        authors: persons[..1].to_vec(),
    });
    story.tell("nothing but an author", AUTHOR, plain, &[], Some("# A film"));
    let asked = Interaction::QueryAsked(QueryAsked::default());
    let query = story.beside("2026-02-19").tell(
        "the question it began with",
        OTHER,
        asked,
        &[],
        Some("# Mouth care?"),
    );
    let full = Works::WorkProposed(WorkProposed {
        due: Some("2026-09-01".parse().unwrap()),
        plan: Some("mouth-care-guide".parse().unwrap()),
        sort: ResourceType::Guidance,
        authors: persons.to_vec(),
    });
    let work = story.tell(
        "every field, grown out of a question",
        AUTHOR,
        full,
        &[query],
        Some("# A guide"),
    );
    story.tell("by the second author", OTHER, Works::WorkJoined, &[work], None);
    let plain = Works::WorkReleased(WorkReleased {
        file: None,
        sort: ResourceType::Guidance,
        licence: None,
        version: 1,
    });
    let first = story.tell(
        "nothing but words",
        AUTHOR,
        plain,
        &[work],
        Some("# A guide\n\nOften."),
    );
    let full = Works::WorkReleased(WorkReleased {
        file: Some(BodyRef::to(&[0x78; 32], b"%PDF-1.7", "application/pdf")),
        sort: ResourceType::Guidance,
        licence: Some("cc-by-4-0".parse().unwrap()),
        version: 2,
    });
    let second = story.tell(
        "every field, after an earlier version",
        OTHER,
        full,
        &[work, first],
        Some("# A guide"),
    );
    let words = "# Let us agree on the guide";
    let decision = decided(story, Works::WorkAgreed, &[second], words);
    story.tell("as decided", OTHER, Works::WorkAgreed, &[decision, second], None);
    let evaluated = Works::WorkEvaluated(Evaluated {
        result: Finding::Partly,
    });
    story.tell(
        "in part",
        OTHER,
        evaluated,
        &[second],
        Some("Good by day, silent on nights."),
    );
}

/// Stories and who was there.
pub(super) fn tell(story: &mut Story) {
    for (name, review) in [
        ("nothing but its version", None),
        ("to be looked at again", Some("2027-02-01".parse().unwrap())),
    ] {
        let stated = Impact::ValueStated(ValueStated { review, version: 1 });
        let decision = decided(story, stated.clone(), &[], "# We share what works");
        story.tell(name, AUTHOR, stated, &[decision], None);
    }
    let told = |cycle, consent| Impact::StoryTold(StoryTold { cycle, consent });
    story.tell(
        "nothing but its cycle",
        AUTHOR,
        told(Cycle::Potential, false),
        &[],
        Some("I learned how."),
    );
    let applied = story.tell(
        "to be passed on",
        AUTHOR,
        told(Cycle::Applied, true),
        &[],
        Some("We do it now."),
    );
    let corroborated = |consent| Impact::StoryCorroborated(StoryCorroborated { consent });
    story.tell("unnamed", OTHER, corroborated(false), &[applied], None);
    story.tell(
        "by name, with words",
        OTHER,
        corroborated(true),
        &[applied],
        Some("I saw it."),
    );
}

/// Impact claims up the ladder, and down.
pub(super) fn claim(story: &mut Story) {
    let persons = persons();
    let head = |organisation: Id, size| Head {
        organisation,
        size,
        root: Root::from_bytes([0x44; 32]),
    };
    let measured = ClaimDrafted {
        cut: vec![head(story.home.organisation, 40)],
        as_of: "2026-02-01".parse().unwrap(),
        value: Amount::Whole(-3),
        effect: Effect::Better,
        method: "before-after".parse().unwrap(),
        window: None,
        measure: Some("sore-mouths-a-week".parse().unwrap()),
        ruleset: 1,
        indicator: None,
        objective: "mouth-care".parse().unwrap(),
        parameters: None,
        contributors: persons[..1].to_vec(),
    };
    let mut rows = vec![head(story.home.organisation, 40), head(story.home.community, 7)];
    rows.sort_unstable();
    let computed = ClaimDrafted {
        cut: rows,
        value: Amount::Ratio(3, 5),
        effect: Effect::None,
        window: Some(Span::days(30)),
        measure: None,
        indicator: Some("responded-in-time".parse().unwrap()),
        parameters: Some(Hash::from_bytes([0x55; 32])),
        contributors: persons.to_vec(),
        ..measured.clone()
    };
    let words = "# Sore mouths\n\nThree fewer a week. The season may have helped.";
    let claim = story.tell(
        "of a measure of its own",
        AUTHOR,
        Impact::ClaimDrafted(measured),
        &[],
        Some(words),
    );
    let null = story.tell(
        "of an indicator, a null result",
        AUTHOR,
        Impact::ClaimDrafted(computed),
        &[],
        Some("# Nothing"),
    );
    let plain = Impact::ClaimEvidenced(ClaimEvidenced::default());
    story.tell("an entry", AUTHOR, plain, &[claim, null], None);
    let files = Impact::ClaimEvidenced(ClaimEvidenced {
        files: vec![Hash::of(b"ward,sore\nnorth,2\n")],
    });
    story.tell(
        "a file, with words",
        AUTHOR,
        files,
        &[claim],
        Some("The ward's own count."),
    );
    story.tell(
        "by a contributor",
        AUTHOR,
        Impact::ClaimAcknowledged,
        &[claim],
        None,
    );
    story.tell(
        "with words",
        OTHER,
        Impact::ClaimCorroborated,
        &[claim],
        Some("We saw the same."),
    );
    let evaluated = Impact::ClaimEvaluated(Evaluated {
        result: Finding::Supported,
    });
    story.tell("borne out", OTHER, evaluated, &[claim], Some("The counts agree."));
    let attested = |value, result| Impact::AuditAttested(AuditAttested { value, result });
    story.tell(
        "the same",
        OTHER,
        attested(Some(Amount::Ratio(3, 5)), Comparison::Equal),
        &[null],
        None,
    );
    let unknown = attested(None, Comparison::Unknown);
    story.tell(
        "not to be recomputed",
        OTHER,
        unknown,
        &[claim],
        Some("A measure of its own."),
    );
    story.tell(
        "with the reason",
        OTHER,
        Impact::ClaimContested,
        &[claim],
        Some("Two wards were left out."),
    );
    story.tell(
        "with a reason",
        AUTHOR,
        Impact::ClaimWithdrawn,
        &[claim],
        Some("Counted anew."),
    );
}

fn persons() -> Vec<Id> {
    let person = |seed| Id::from_bytes(*Hash::of(key(seed).public().bytes().as_bytes()).as_bytes());
    let mut persons = vec![person(AUTHOR), person(OTHER)];
    persons.sort_unstable();
    persons
}

/// The decision that lets it be, told elsewhere.
fn decided(story: &Story, act: impl Into<Act>, about: &[Id], words: &str) -> Id {
    let proposed = DecisionProposed {
        cut: vec![Head {
            organisation: story.home.organisation,
            size: 6,
            root: Root::from_bytes([0x5a; 32]),
        }],
        rule: Rule::Members,
        adopts: Some(Adoption::try_from(act.into()).unwrap()),
        closes: "2026-02-20".parse().unwrap(),
        quorum: 50,
    };
    let proposed = Decisions::DecisionProposed(proposed);
    story
        .beside("2026-02-13")
        .tell("a decision", AUTHOR, proposed, about, Some(words))
}
