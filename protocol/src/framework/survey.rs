//! What members say in anonymous surveys: the surveyed column (S) of a statement. Of the pulses that asked about an item the
//! one closed last within the window counts, alone: pulses are never added up.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::{Evidence, Excluded};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured};
use super::scope::{Reach, Scope};
use crate::community::{Item, View};
use crate::id::Id;
use crate::kind::{Act, Deed, Pulse, PulseAnswered, PulseOpened};

/// A statement that members are asked about, with its two indicators.
pub(super) struct Asked {
    /// As in `items` of `pulse.opened`.
    pub(super) item: &'static str,
    pub(super) agreement: &'static Definition,
    pub(super) turnout: &'static Definition,
}

/// Declares a statement with its two indicators: its name, item, indicator, words, window and parameters.
macro_rules! asked {
    ($name:ident, $item:literal, $indicator:literal, $words:literal, $window:ident: $over:literal, $parameters:expr) => {
        #[doc = $words]
        pub(super) static $name: Asked = Asked {
            item: $item,
            agreement: &agreement(
                $indicator,
                concat!(
                    "answers above the middle of the scale to “",
                    $words,
                    "” / answers to it, in the pulse that asked and was closed last in [T − ",
                    $over,
                    ", T); void where there are more answers than tokens logged by either issuer"
                ),
                Extent::$window,
                $parameters,
            ),
            turnout: &turnout(concat!($indicator, "_turnout"), Extent::$window),
        };
    };
}

asked!(SAFE_TO_ASK, "safe-to-ask", "safe_to_ask", "It is safe to ask for help here", Year: "365 d", YEAR);
asked!(MATTERS, "matters-to-my-work", "matters_to_my_work", "It matters to my work", Window: "W", WINDOW);
asked!(CONFIDENCE, "confidence-in-leadership", "confidence_in_leadership", "I have confidence in its leadership", Window: "W", WINDOW);
asked!(WHOM_TO_ASK, "know-whom-to-ask", "know_whom_to_ask", "I know whom to ask", Window: "W", WINDOW);
asked!(AMBITIOUS, "ambitious", "ambitious", "We are ambitious for its growth", Year: "365 d", YEAR);
asked!(MATCHES, "matches-my-experience", "matches_my_experience", "What is said of its value matches my experience", Window: "W", &["window", "i2.matches", "few"]);
asked!(EXPLAIN, "explain-its-value", "explain_its_value", "I could explain its value to others", Window: "W", &["window", "p2.explains", "few"]);
asked!(LEARNED, "learned-something", "learned_something", "I learned something I will use", Window: "W", &["window", "k1.learned", "few"]);

/// How many agree.
const fn agreement(
    name: &'static str,
    formula: &'static str,
    window: Extent,
    parameters: &'static [&'static str],
) -> Definition {
    Definition {
        name,
        formula,
        ground: Ground::Surveyed,
        of_people: true,
        // Whatever has a threshold beside its window.
        rates: parameters.len() > 1,
        window,
        parameters,
        raised: "members who agree, in the next pulse",
        gamed: "asking at a good moment; two issuers who answer for those who did not; urging people to show their answers",
        countered: "the response rate stands beside it; more answers than an issuer logged tokens void the pulse; receipts show a dropped answer; the last pulse counts, not the best",
    }
}

/// How many were asked, and how many answered.
const fn turnout(name: &'static str, window: Extent) -> Definition {
    Definition {
        name,
        formula: "of that pulse: members of its electorate as counted in the logs, those who asked for tokens, tokens issued (the fewer of the two issuers), answers published; of these, those who chose on this statement, and those who agree",
        ground: Ground::Surveyed,
        of_people: true,
        rates: false,
        window,
        parameters: match window {
            Extent::AsOf => &[],
            Extent::Window => WINDOW,
            Extent::Year => YEAR,
        },
        raised: "members whose client talks to its node while tokens are given, and who answer",
        gamed: "opening when few are there",
        countered: "the electorate is pinned by a cut, and recounted",
    }
}

/// Of an indicator of the window that rates nothing.
const WINDOW: &[&str] = &["window"];
/// Of one of the year.
const YEAR: &[&str] = &["year"];

/// Both indicators of a statement.
pub(super) fn measured(scope: Scope<'_>, asked: &Asked) -> [Measured; 2] {
    let outcome = Outcome::of(scope, asked);
    let (share, parts) = outcome.map_or_else(
        || (Evidence::default(), (BTreeMap::new(), Evidence::default())),
        |outcome| (outcome.share(), outcome.parts()),
    );
    [
        Measured::signed_only(asked.agreement, Figure::share("answers", share)),
        Measured::signed_only(asked.turnout, Figure::parts(parts.0, parts.1)),
    ]
}

/// How the pulse in question came out.
struct Outcome<'a> {
    view: &'a View,
    opened: &'a Item,
    says: &'a PulseOpened,
    /// The place of the statement among the items.
    place: usize,
    answers: Vec<(&'a Item, &'a PulseAnswered)>,
    requests: BTreeSet<Id>,
    issued: [u64; 2],
}

impl<'a> Outcome<'a> {
    fn of(scope: Scope<'a>, asked: &Asked) -> Option<Outcome<'a>> {
        let view = scope.view;
        let since = scope.since(match asked.agreement.window {
            Extent::Year => scope.parameters.year,
            Extent::Window | Extent::AsOf => scope.parameters.window,
        });
        // The close is a record, and so is what is issued: the organisation's own word, imported from nowhere.
        let closed = view
            .done(Deed::PulseClosed)
            .filter(|closed| scope.is_visible(closed, Reach::All) && closed.effective >= since);
        let pulses = closed.filter_map(|closed| {
            let opened = view.subject(closed)?;
            let Some(Act::Pulse(Pulse::PulseOpened(says))) = opened.act() else {
                return None;
            };
            let place = says.items.iter().position(|item| item.as_str() == asked.item)?;
            Some((closed.moment(), opened, says, place))
        });
        let (_, opened, says, place) = pulses.max_by_key(|(moment, ..)| *moment)?;
        Some(Outcome::count(view, opened, says, place))
    }

    fn count(view: &'a View, opened: &'a Item, says: &'a PulseOpened, place: usize) -> Outcome<'a> {
        let is_of_it = |item: &&Item| view.subject(item).is_some_and(|about| about.id == opened.id);
        let answers = view.done(Deed::PulseAnswered).filter(is_of_it);
        let answers = answers
            .filter_map(|item| match item.act() {
                Some(Act::Pulse(Pulse::PulseAnswered(answer))) => Some((item, answer)),
                _ => None,
            })
            .collect();
        let requests = view.done(Deed::PulseRequested).filter(is_of_it);
        let requests: BTreeSet<Id> = requests.map(|request| request.id).collect();
        let mut issued = [0; 2];
        for issue in view.done(Deed::PulseIssued) {
            let about = view
                .subject(issue)
                .is_some_and(|request| requests.contains(&request.id));
            let issuer = says.issuer(view.organisation(issue.organisation).id);
            if let (true, Some(issuer)) = (about, issuer) {
                issued[issuer] += 1;
            }
        }
        Outcome {
            view,
            opened,
            says,
            place,
            answers,
            requests,
            issued,
        }
    }

    /// More answers than either issuer logged tokens: the pulse says nothing.
    fn is_flagged(&self) -> bool {
        self.issued
            .iter()
            .any(|issued| *issued < self.answers.len() as u64)
    }

    fn share(&self) -> Evidence {
        let mut evidence = Evidence::default();
        for (item, answer) in &self.answers {
            let choice = answer.choices[self.place];
            if self.is_flagged() {
                evidence.exclude((*item).into(), Excluded::Unissued);
            } else if choice > 0 {
                evidence.sort_in(self.says.agrees(choice), (*item).into());
            }
        }
        evidence
    }

    fn parts(&self) -> (BTreeMap<String, u64>, Evidence) {
        let share = self.share();
        let parts = [
            ("agreeing", share.counted.len() as u64),
            ("answering", (share.counted.len() + share.uncounted.len()) as u64),
            ("answers", self.answers.len() as u64),
            ("electorate", self.electorate()),
            ("issued", self.issued[0].min(self.issued[1])),
            ("requested", self.requests.len() as u64),
        ];
        let parts = parts.map(|(name, count)| (name.to_owned(), count));
        let evidence = Evidence {
            counted: vec![self.opened.into()],
            ..Evidence::default()
        };
        (
            parts.into_iter().filter(|(_, count)| *count > 0).collect(),
            evidence,
        )
    }

    /// The members of each log at the size the pulse pins, counted anew: what the opening says is the opener's word.
    fn electorate(&self) -> u64 {
        let spells = self.view.spells().iter();
        let members: BTreeSet<_> = spells
            .filter(|spell| {
                let organisation = self.view.organisation(spell.organisation).id;
                let size = self.says.electorate_of(organisation);
                size.is_some_and(|size| spell.holds_within(size))
            })
            .map(|spell| spell.person)
            .collect();
        members.len() as u64
    }
}
