//! The chapter of meeting, learning and saying it better, told on a clock of its own.

use super::chapters::{slug, topics};
use super::story::Story;
use crate::id::Id;
use crate::kind::*;

/// What this chapter tells only to have something to speak of.
const ELSEWHERE: [&str; 3] = ["query.asked", "query.answered", "resource.published"];
const WITH_SOURCES: &str = "with what it came from";
const STEWARD: u8 = 0x01;
const MEMBER: u8 = 0x05;
const OTHER_MEMBER: u8 = 0x06;

pub(super) fn tell(story: &mut Story) {
    let [person, other] = [[0xa5; 32], [0x5a; 32]].map(Id::from_bytes);
    meet(story, person, other);
    let thread = collect(story);
    replace(story);
    relate(story, person, other);
    tend(story, thread);
    story
        .examples
        .retain(|example| example.name == WITH_SOURCES || !ELSEWHERE.contains(&example.kind.as_str()));
}

fn meet(story: &mut Story, person: Id, other: Id) {
    let scheduled = MeetingScheduled {
        at: "2026-02-10T14:00:00Z".parse().unwrap(),
        mode: slug("phone"),
        topics: Topics::default(),
        minutes: 30,
        purpose: None,
    };
    let words = Some("# A call about night shifts");
    story.tell(
        "no more than it needs",
        MEMBER,
        Meetings::MeetingScheduled(scheduled.clone()),
        &[],
        words,
    );
    let full = MeetingScheduled {
        mode: slug("in-person"),
        topics: topics(&["network", "volunteers"]),
        minutes: 90,
        purpose: Some(slug("future")),
        ..scheduled
    };
    let words = Some("# In five years\n\nBring a question.");
    let meeting = story.tell(
        "every field",
        MEMBER,
        Meetings::MeetingScheduled(full),
        &[],
        words,
    );
    let held = Meetings::MeetingHeld(MeetingHeld::default());
    story.tell("as arranged", OTHER_MEMBER, held, &[meeting], None);
    let held = Meetings::MeetingHeld(MeetingHeld { minutes: Some(75) });
    story.tell(
        "shorter, with what came of it",
        MEMBER,
        held,
        &[meeting],
        Some("We go on."),
    );
    let own = || Meetings::MeetingAttended(MeetingAttended::default());
    let attendance = story.tell("one's own word", OTHER_MEMBER, own(), &[meeting], None);
    let mut persons = vec![person, other];
    persons.sort();
    let sheet = Meetings::MeetingAttended(MeetingAttended { persons });
    let sheet = story.tell("a sheet", OTHER_MEMBER, sheet, &[meeting], None);
    story.tell("a sheet countersigned", MEMBER, own(), &[meeting, sheet], None);
    let scores = vec![(slug("new-to-me"), 2), (slug("useful"), 5)];
    let evaluated = Meetings::MeetingEvaluated(MeetingEvaluated { scores });
    let why = Some("The second hour dragged.");
    story.tell(
        "two scores and why",
        OTHER_MEMBER,
        evaluated,
        &[meeting, attendance],
        why,
    );
}

fn collect(story: &mut Story) -> Id {
    let asked = Interaction::QueryAsked(QueryAsked::default());
    let query = story.tell("asked often", MEMBER, asked, &[], Some("# How often?"));
    let answer = story.tell(
        "for all",
        OTHER_MEMBER,
        Interaction::QueryAnswered,
        &[query],
        Some("Daily."),
    );
    let words = Some("# How often?\n\nDaily.");
    let faq = story.tell(
        "from two sources",
        MEMBER,
        Learning::FaqPublished,
        &[answer, query],
        words,
    );
    story.tell(
        "without a reason",
        OTHER_MEMBER,
        Learning::FaqEndorsed,
        &[faq],
        None,
    );
    let words = Some("I ask earlier now.");
    story.tell(
        "from an answer",
        MEMBER,
        Learning::ReflectionLogged,
        &[answer],
        words,
    );
    story.tell(
        "from life",
        MEMBER,
        Learning::ReflectionLogged,
        &[],
        Some("Listening is work."),
    );
    query
}

fn replace(story: &mut Story) {
    let page = || Learning::ResourcePublished(ResourcePublished::default());
    let mut from = vec![Id::from_bytes([0x5a; 32]), Id::from_bytes([0xa5; 32])];
    from.sort();
    let made = ResourcePublished {
        from,
        ..ResourcePublished::default()
    };
    let made = Learning::ResourcePublished(made);
    story.tell(WITH_SOURCES, MEMBER, made, &[], Some("# From what we said"));
    let old = story.tell("to be replaced", MEMBER, page(), &[], Some("# Old"));
    let new = story.tell("in its place", MEMBER, page(), &[], Some("# New"));
    story.tell(
        "by another",
        MEMBER,
        Learning::ResourceSuperseded,
        &[old, new],
        Some("One page now."),
    );
    story.tell(
        "with how",
        OTHER_MEMBER,
        Learning::ResourceApplied,
        &[new],
        Some("On all wards."),
    );
}

fn relate(story: &mut Story, person: Id, other: Id) {
    let words = Some("You both train volunteers.");
    story.tell(
        "two people",
        OTHER_MEMBER,
        Learning::IntroductionMade,
        &[person, other],
        words,
    );
    let part = |part| Learning::MentoringStarted(MentoringStarted { part });
    story.tell(
        "as mentee",
        OTHER_MEMBER,
        part(Mentorship::Mentee),
        &[person],
        Some("Bereavement work."),
    );
    story.tell("as mentor", MEMBER, part(Mentorship::Mentor), &[other], None);
}

fn tend(story: &mut Story, query: Id) {
    let corrected = Interaction::ContentCorrected;
    story.tell(
        "other words",
        MEMBER,
        corrected,
        &[query],
        Some("# How often, by day?"),
    );
    let ground = || slug("patient-data");
    let reported = Care::ContentReported(ContentReported { ground: ground() });
    story.tell(
        "with why",
        OTHER_MEMBER,
        reported,
        &[query],
        Some("A date of birth."),
    );
    let hidden = Care::ContentHidden(ContentHidden { ground: ground() });
    story.tell("without why", STEWARD, hidden, &[query], None);
}
