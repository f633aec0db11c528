//! V2: "The COP makes use of varying forms of interaction and communication with each other."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::attendance::attended_meeting;
use super::evidence::{Counted, Evidence};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use crate::community::{Item, OrganisationNumber, PersonNumber};
use crate::kind::{Act, Deed, Meetings};
use crate::time::{Span, Timestamp};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::V2),
    definitions: &[&INTERACTION_FORMS, &FORM_MEMBERS, &ACTIVE_WEEKS],
    rated: "Rated by `interaction_forms`: *established* from `v2.established`, *developing* from `v2.developing`, *emerging* from one. A number, no sample. Described, not \"more is better\": no further form raises it.",
    not_computed: &[],
    measure,
};

/// What a community may set of V2, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct V2 {
    /// A form is in use from this many members.
    pub members: u64,
    /// Forms from which it is *developing*.
    pub developing: u64,
    /// Forms from which it is *established*.
    pub established: u64,
    /// A form is in use from members of this many organisations.
    pub organisations: u64,
}

impl Default for V2 {
    fn default() -> V2 {
        V2 {
            members: 5,
            developing: 2,
            established: 3,
            organisations: 2,
        }
    }
}

/// The closed list: each form, and the kinds by which it is used. A circle is
/// also used by what is contributed in it. A meeting is a form by its mode, and used by who signs
/// that they were there.
const FORMS: [(&str, &[Deed]); 5] = [
    ("circle", &[Deed::CircleOpened, Deed::CircleJoined]),
    ("decision", &[Deed::DecisionProposed, Deed::BallotCast]),
    ("query", &[Deed::QueryAsked, Deed::QueryAnswered]),
    (
        "resource",
        &[
            Deed::ResourcePublished,
            Deed::ResourceValidated,
            Deed::ResourceDisputed,
            Deed::ResourceApplied,
            Deed::FaqPublished,
            Deed::FaqEndorsed,
        ],
    ),
    ("thread", &[Deed::ThreadOpened, Deed::ThreadReplied]),
];

/// Weeks are counted back from the instant.
const WEEK: Span = Span::days(7);

static INTERACTION_FORMS: Definition = Definition {
    name: "interaction_forms",
    formula: "forms of interaction that at least 5 members at T, of at least 2 organisations, used in [T − W, T); signed entries alone. The list is closed: query (asked, answered), thread (opened, replied), resource (published, validated, disputed, applied, faq.published, faq.endorsed), circle (opened, joined, or any contribution in one), decision (proposed, ballot.cast), and meeting by mode (meeting.attended of one's own: each mode is a form)",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &[
        "window",
        "v2.members",
        "v2.organisations",
        "v2.developing",
        "v2.established",
    ],
    raised: "people of several organisations using one more form",
    gamed: "token events of many sorts",
    countered: "a form counts only with so many members of so many organisations, and each mode of meeting only by those who signed that they were there",
};

static FORM_MEMBERS: Definition = Definition {
    name: "form_members",
    formula: "by form, how many members at T used it in [T − W, T), also where too few for `interaction_forms`",
    ground: Ground::Measured,
    of_people: true,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "more members using a form",
    gamed: "as for interaction_forms",
    countered: "people are counted, not items",
};

static ACTIVE_WEEKS: Definition = Definition {
    name: "active_weeks",
    formula: "weeks with at least one use of any form by a member at T / whole weeks of [T − W, T), counted back from T: [T − 7 d, T), [T − 14 d, T − 7 d) and so on; named by the day each begins on",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "meeting each other regularly",
    gamed: "a burst before a report",
    countered: "weeks are counted, not items",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let uses = Uses::of(scope);
    let forms = uses.forms();
    let parameters = &scope.parameters.v2;
    let rating = rating::of_count(
        forms.number_or_zero(),
        Some(parameters.developing),
        parameters.established,
    );
    let indicators = vec![
        Measured::signed_only(&INTERACTION_FORMS, forms),
        Measured::signed_only(&FORM_MEMBERS, uses.members_by_form()),
        Measured::signed_only(&ACTIVE_WEEKS, uses.weeks()),
    ];
    (Some(rating), indicators)
}

/// What members did in a form within the window.
#[derive(Default)]
struct Form<'a> {
    items: Vec<&'a Item>,
    members: BTreeSet<PersonNumber>,
    organisations: BTreeSet<OrganisationNumber>,
}

struct Uses<'a> {
    scope: Scope<'a>,
    /// With the organisations each belongs to.
    members: BTreeMap<PersonNumber, BTreeSet<OrganisationNumber>>,
    forms: BTreeMap<String, Form<'a>>,
}

impl<'a> Uses<'a> {
    fn of(scope: Scope<'a>) -> Uses<'a> {
        let mut uses = Uses {
            scope,
            members: scope.organisations_of_members(),
            forms: BTreeMap::new(),
        };
        let since = scope.since(scope.parameters.window);
        let recent = |item: &&Item| scope.is_visible(item, Reach::Signed) && item.effective >= since;
        for (form, deeds) in FORMS {
            let deeds = deeds.iter().copied();
            for item in deeds.flat_map(|deed| scope.view.done(deed)).filter(recent) {
                uses.add(form.to_owned(), item);
            }
        }
        let contributions = Deed::all().filter(|deed| deed.is_contribution());
        for item in contributions
            .flat_map(|deed| scope.view.done(deed))
            .filter(recent)
        {
            if scope.view.circle(item).is_some() {
                uses.add("circle".to_owned(), item);
            }
        }
        for item in scope.view.done(Deed::MeetingAttended).filter(recent) {
            let meeting = attended_meeting(scope, item);
            if let Some(Act::Meetings(Meetings::MeetingScheduled(meeting))) = meeting.and_then(Item::act) {
                uses.add(format!("meeting-{}", meeting.mode), item);
            }
        }
        uses
    }

    fn add(&mut self, form: String, item: &'a Item) {
        let Some(person) = item
            .author
            .person()
            .filter(|person| self.members.contains_key(person))
        else {
            return;
        };
        let form = self.forms.entry(form).or_default();
        form.items.push(item);
        form.members.insert(person);
        form.organisations.extend(&self.members[&person]);
    }

    /// How many are in use; counted are the entries of those.
    fn forms(&self) -> Figure {
        let parameters = &self.scope.parameters.v2;
        let (mut evidence, mut used) = (Evidence::default(), 0);
        for form in self.forms.values() {
            let in_use = form.members.len() as u64 >= parameters.members
                && form.organisations.len() as u64 >= parameters.organisations;
            used += u64::from(in_use);
            for item in &form.items {
                evidence.sort_in(in_use, Counted::from(*item));
            }
        }
        Figure::number(Some(used), evidence)
    }

    fn members_by_form(&self) -> Figure {
        let parts = self.forms.iter();
        let parts = parts.map(|(name, form)| (name.clone(), form.members.len() as u64));
        let active: BTreeSet<PersonNumber> = self
            .forms
            .values()
            .flat_map(|form| form.members.iter().copied())
            .collect();
        let mut evidence = Evidence::default();
        for number in self.members.keys() {
            evidence.sort_in(active.contains(number), self.scope.view.person(*number).into());
        }
        Figure::parts(parts.collect(), evidence)
    }

    fn weeks(&self) -> Figure {
        let (until, since) = (self.scope.as_of, self.scope.since(self.scope.parameters.window));
        let whole = until.since(since).as_millis() / WEEK.as_millis();
        // The week [until − 7 d · (n + 1), until − 7 d · n) is number n.
        let week_of = |at: Timestamp| (until.since(at).as_millis() - 1) / WEEK.as_millis();
        let items = self.forms.values().flat_map(|form| &form.items);
        let active: BTreeSet<u64> = items.map(|item| week_of(item.effective)).collect();
        let mut evidence = Evidence::default();
        for week in 0..whole {
            let begins = until.minus(WEEK.times(week + 1));
            evidence.sort_in(active.contains(&week), Counted::Day(begins.start_of_day()));
        }
        Figure::census("weeks", evidence)
    }
}
