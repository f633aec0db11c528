//! What a community does with words that should not stand, and with what was said before there was a log.

use super::super::Earlier;
use super::super::deed::{Deed, Known, Past, slug};
use super::super::rhythm::{DAY, HOUR};
use super::Plot;
use hearth_protocol::id::Pseudonym;
use hearth_protocol::kind::{
    Care, ContentHidden, ContentReported, ErasureCarriedOut, HistoryLinked, ImportMade, Interaction, People,
    QueryAsked,
};
use hearth_protocol::time::{Span, Timestamp};
use sha2::{Digest, Sha256};

/// The mailing list that one house brings in.
const SITE: &str = "list.harbour.example";
/// Which house.
const ARCHIVIST: usize = 1;

/// The old list: who wrote, after how many hours, an answer to the one before or a new question, and what.
const LETTERS: &[(u64, u64, bool, &str)] = &[
    (
        1,
        0,
        false,
        "How do you keep the linen cupboard from becoming an office?",
    ),
    (2, 5, true, "We took the chair out."),
    (3, 30, true, "And the telephone."),
    (1, 400, false, "Does anybody have a spare hoist in March?"),
    (4, 420, true, "Yes, for three weeks. You drive."),
    (5, 900, false, "Who writes to families after a year?"),
    (
        2,
        960,
        true,
        "The same nurse, by hand. It takes her a morning a month.",
    ),
    (4, 1400, false, "Our garden floods. Whom do you call?"),
];

impl Plot {
    pub(super) fn foresee_care(&mut self) {
        if self.cast.houses > ARCHIVIST && self.cast.silent.is_none() {
            self.on(26, Plot::bring_in_letters);
        }
        for day in [48, 205, 370] {
            let day = day + self.dice.below(30);
            self.on(day, Plot::report_something);
        }
        for day in [90, 300] {
            let day = day + self.dice.below(40);
            self.on(day, Plot::erase_something);
        }
    }

    /// One house brings in its old mailing list; one who wrote there says so, and is believed.
    fn bring_in_letters(&mut self) {
        let steward = ARCHIVIST;
        let salt: [u8; 32] = Sha256::new()
            .chain_update(b"hearth/demo/list/v1\0")
            .chain_update(self.seed.to_be_bytes())
            .finalize()
            .into();
        let made = ImportMade {
            site: SITE.to_owned(),
            format: slug("mailing-list"),
        };
        self.tell(steward, Deed::of(Care::ImportMade(made)).salted(salt));
        let began = self.now.minus(Span::days(400));
        self.between(HOUR, 2 * HOUR, move |plot| {
            let mut question: Option<Earlier> = None;
            for (number, (person, hours, answers, text)) in LETTERS.iter().enumerate() {
                let past = Past {
                    at: letter_at(began, *hours),
                    site: SITE,
                    kind: "letter",
                    id: number as u64 + 1,
                    person: pseudonym(&salt, *person),
                };
                let act = match (answers, question) {
                    (true, Some(_)) => Deed::of(Interaction::QueryAnswered).about_all(question),
                    _ => Deed::of(Interaction::QueryAsked(QueryAsked::default())),
                };
                let told = plot.tell(steward, act.saying(*text).of_the_past(past));
                if !answers {
                    question = Some(told);
                }
            }
        });
        self.between(4 * DAY, 12 * DAY, move |plot| {
            plot.claim_history(pseudonym(&salt, 2));
        });
    }

    fn claim_history(&mut self, person: Pseudonym) {
        let houses = self.homes();
        let writer = self.anybody(|member| member != ARCHIVIST && houses[member] == ARCHIVIST);
        let Some(writer) = writer else { return };
        let linked = People::HistoryLinked(HistoryLinked { person });
        let claim = self.tell(writer, Deed::of(linked));
        self.between(DAY, 5 * DAY, move |plot| {
            plot.if_present(ARCHIVIST, Deed::of(People::HistoryConfirmed).about(claim));
        });
    }

    /// Somebody finds that a reply says too much; a steward of the house it came from hides it.
    fn report_something(&mut self) {
        let replies = self
            .talk
            .threads
            .iter()
            .flat_map(|thread| &thread.replies)
            .copied();
        let replies: Vec<Earlier> = replies.collect();
        if replies.is_empty() {
            return;
        }
        let reply = self.pick(&replies);
        let author = self.author(reply);
        let Some(reader) = self.anybody(|member| member != author) else {
            return;
        };
        let ground = slug(self.pick(&["patient-data", "unkind", "off-topic"]));
        let reported = Care::ContentReported(ContentReported {
            ground: ground.clone(),
        });
        self.tell(
            reader,
            Deed::of(reported)
                .about(reply)
                .saying("One could guess who is meant."),
        );
        self.between(2 * HOUR, 3 * DAY, move |plot| {
            let hidden = Care::ContentHidden(ContentHidden { ground });
            let steward = plot.steward_of(author);
            let deed = Deed::of(hidden)
                .about(reply)
                .saying("Hidden until its author has changed it.");
            plot.if_present(steward, deed);
        });
    }

    /// Somebody wants their own words to be gone.
    fn erase_something(&mut self) {
        let answers: Vec<Earlier> = self
            .talk
            .queries
            .iter()
            .flat_map(|query| query.answers.iter().copied())
            .collect();
        if answers.is_empty() {
            return;
        }
        let answer = self.pick(&answers);
        let author = self.author(answer);
        let ground = slug(self.pick(&["request", "mistake"]));
        let deed = Deed::made(move |known: &dyn Known| {
            let hashes = known.bodies(answer);
            Care::ErasureCarriedOut(ErasureCarriedOut {
                ground: ground.clone(),
                hashes,
            })
            .into()
        });
        self.if_present(author, deed.about(answer));
    }
}

fn letter_at(began: Timestamp, hours: u64) -> Timestamp {
    began.plus(Span::hours(hours))
}

/// docs/protocol.md §2.3.
fn pseudonym(salt: &[u8; 32], person: u64) -> Pseudonym {
    let mut hash = Sha256::new_with_prefix(b"hearth/person/v1\0");
    hash.update(salt);
    hash.update(SITE.as_bytes());
    hash.update([0]);
    hash.update(person.to_string().as_bytes());
    Pseudonym::from_bytes(hash.finalize().into())
}
