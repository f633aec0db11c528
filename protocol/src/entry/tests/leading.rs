//! Leaders' work and those who help with it, told beside the rest.

use super::story::Story;
use crate::id::Id;
use crate::kind::*;

const STEWARD: u8 = 0x01;
const MEMBER: u8 = 0x05;
const OTHER_MEMBER: u8 = 0x06;

/// Every kind of it.
pub(super) fn chapter(story: &mut Story) {
    ask(story);
    help(story);
    refer(story);
    lead(story);
}

/// By a decision that is told elsewhere.
fn lead(story: &mut Story) {
    let granted = |provided_by| {
        Leadership::RoleGranted(RoleGranted {
            from: "2026-03-01".parse().unwrap(),
            role: "leader".parse().unwrap(),
            until: "2027-03-01".parse().unwrap(),
            holder: Id::from_bytes([0x05; 32]),
            provided_by,
        })
    };
    let (decision, topic) = (Id::from_bytes([0xdc; 32]), Id::from_bytes([0x70; 32]));
    let by_members = granted(Provider::Members);
    story.tell(
        "by the members",
        OTHER_MEMBER,
        by_members,
        &[decision, topic],
        None,
    );
    let by_host = granted(Provider::Host);
    let grant = story.tell("by the host", OTHER_MEMBER, by_host, &[decision], None);
    story.tell("without a note", MEMBER, Leadership::RoleAccepted, &[grant], None);
    let pledged = TimePledged {
        month: "2026-03".parse().unwrap(),
        minutes: 960,
    };
    let pledged = Leadership::TimePledged(pledged);
    let pledge = story.tell("two days a month", MEMBER, pledged, &[grant], None);
    for (name, minutes, note) in [("all of it", 960, None), ("none", 0, Some("On leave."))] {
        let month = "2026-12".parse().unwrap();
        let confirmed = Leadership::TimeConfirmed(TimeConfirmed { month, minutes });
        story.tell(name, STEWARD, confirmed, &[pledge], note);
    }
    let reason = Some("Another should have a turn.");
    story.tell("with a reason", MEMBER, Leadership::RoleEnded, &[grant], reason);
}

fn ask(story: &mut Story) {
    let plain = Leadership::LeadershipAsked(LeadershipAsked::default());
    story.tell("nothing but words", MEMBER, plain, &[], Some("# A room for us?"));
    let full = Leadership::LeadershipAsked(LeadershipAsked {
        topics: topics(&["night", "training"]),
    });
    let request = story.tell("every field", MEMBER, full, &[], Some("# Who trains us?"));
    let answer = Leadership::LeadershipAnswered;
    story.tell(
        "an answer",
        OTHER_MEMBER,
        answer,
        &[request],
        Some("We do, in May."),
    );
}

fn help(story: &mut Story) {
    let plain = Leadership::TaskOffered(TaskOffered::default());
    story.tell("nothing but words", OTHER_MEMBER, plain, &[], Some("# Minutes"));
    let full = Leadership::TaskOffered(TaskOffered {
        due: Some("2026-03-01".parse().unwrap()),
        topics: topics(&["training"]),
    });
    let task = story.tell("every field", OTHER_MEMBER, full, &[], Some("# A programme"));
    let taken = story.tell("without a note", MEMBER, Leadership::TaskAccepted, &[task], None);
    let done = story.tell("without a note", MEMBER, Leadership::TaskDone, &[taken], None);
    let confirmed = Leadership::TaskConfirmed;
    story.tell("without a note", OTHER_MEMBER, confirmed, &[done], None);

    let taken = Leadership::TaskAccepted;
    let taken = story.tell("with a note", MEMBER, taken, &[task], Some("By Friday."));
    let done = Leadership::TaskDone;
    let done = story.tell(
        "with a note",
        MEMBER,
        done,
        &[taken],
        Some("It is in the folder."),
    );
    let confirmed = Leadership::TaskConfirmed;
    story.tell(
        "with a note",
        OTHER_MEMBER,
        confirmed,
        &[done],
        Some("Read it, good."),
    );
}

/// Of a question, or of a discussion: entries that are told elsewhere.
fn refer(story: &mut Story) {
    let query = Id::from_bytes([0x71; 32]);
    story.tell(
        "a question",
        OTHER_MEMBER,
        Interaction::QueryReferred,
        &[query],
        None,
    );
}

fn topics(names: &[&str]) -> Topics {
    let topics: Vec<Slug> = names.iter().map(|name| name.parse().unwrap()).collect();
    Topics::try_from(topics).unwrap()
}
