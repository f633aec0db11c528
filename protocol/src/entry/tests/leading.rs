//! Leaders' work and those who help with it, told beside the rest.

use super::story::Story;
use crate::id::Id;
use crate::kind::*;

const MEMBER: u8 = 0x05;
const OTHER_MEMBER: u8 = 0x06;

/// Every kind of it.
pub(super) fn chapter(story: &mut Story) {
    ask(story);
    help(story);
    refer(story);
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
