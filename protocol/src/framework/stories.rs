//! I2: "COP members have a shared understanding of the value they add."

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evidence::{Counted, Evidence};
use super::figure::Figure;
use super::indicator::{Definition, Extent, Ground, Measured, Method};
use super::rating::{self, Rating};
use super::scope::{Reach, Scope};
use super::section::Section;
use super::statement::Statement;
use super::survey;
use crate::community::{Houses, Item};
use crate::governance::Adopted;
use crate::kind::{Act, Choice, Cycle, Deed, Impact};

/// How it is computed.
pub(super) static METHOD: Method = Method {
    section: Section::Statement(Statement::I2),
    definitions: &[
        &VALUE_STATEMENT,
        &VALUE_DISSENT,
        &CORROBORATED_STORIES,
        &STORIES_BY_CYCLE,
        survey::MATCHES.agreement,
        survey::MATCHES.turnout,
    ],
    rated: "*Developing* with a value statement in force; without one *emerging* if there is a corroborated story. *Established* also needs `i2.stories` corroborated stories and `matches_my_experience` of at least `i2.matches` per cent, and enough answers for that to be rated so high.",
    not_computed: &[],
    measure,
};

/// What a community may set of I2, in the order of their canonical encoding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct I2 {
    /// Per cent of the answers by members whose experience it matches, for *established*.
    pub matches: u64,
    /// Corroborated stories from which it is *established*.
    pub stories: u64,
}

impl Default for I2 {
    fn default() -> I2 {
        I2 {
            matches: 60,
            stories: 3,
        }
    }
}

static VALUE_STATEMENT: Definition = Definition {
    name: "value_statement",
    formula: "a value statement is in force at T by a decision that carried",
    ground: Ground::Attested,
    of_people: false,
    rates: true,
    window: Extent::AsOf,
    parameters: &[],
    raised: "agreeing on what the community is worth",
    gamed: "a statement that leaders write for the others",
    countered: "it takes a decision, and the ballots against it are shown",
};

static VALUE_DISSENT: Definition = Definition {
    name: "value_dissent",
    formula: "ballots against in the decision that adopted the value statement in force at T; none without one",
    ground: Ground::Attested,
    of_people: true,
    rates: false,
    window: Extent::AsOf,
    parameters: &[],
    raised: "dissent, which is no fault by itself",
    gamed: "asking only those who agree",
    countered: "the electorate is pinned by a cut",
};

static CORROBORATED_STORIES: Definition = Definition {
    name: "corroborated_stories",
    formula: "of the stories told in [T − W, T), those that another person, of an organisation that never admitted the teller, corroborated before T, agreeing to be named / all of them",
    ground: Ground::Measured,
    of_people: false,
    rates: true,
    window: Extent::Window,
    parameters: &["window", "i2.stories"],
    raised: "members of other organisations who were there and say so",
    gamed: "stories that leaders write",
    countered: "somebody of another organisation signs for each that counts",
};

static STORIES_BY_CYCLE: Definition = Definition {
    name: "stories_by_cycle",
    formula: "the stories counted in `corroborated_stories` by the value they tell of: immediate, potential, applied, realised, reframing",
    ground: Ground::Measured,
    of_people: false,
    rates: false,
    window: Extent::Window,
    parameters: &["window"],
    raised: "as for corroborated_stories",
    gamed: "calling what was pleasant a change of practice",
    countered: "whoever corroborates a story has read what it is called",
};

fn measure(scope: Scope<'_>) -> (Option<Rating>, Vec<Measured>) {
    let stated = scope.decisions.in_force(Deed::ValueStated);
    let (stories, cycles) = stories(scope);
    let corroborated = stories.counted.len() as u64;
    let surveyed = survey::measured(scope, &survey::MATCHES);
    let parameters = scope.parameters;
    let matches = rating::is_met(surveyed[0].signed.ratio(), parameters.i2.matches, parameters.few);
    let rating = match (stated.is_some(), corroborated) {
        (true, _) => Rating::Established.capped(matches && corroborated >= parameters.i2.stories),
        (false, 0) => Rating::None,
        (false, _) => Rating::Emerging,
    };
    let by_cycle = Evidence {
        counted: stories.counted.clone(),
        ..Evidence::default()
    };
    let mut indicators = vec![
        Measured::signed_only(&VALUE_STATEMENT, statement(stated.as_ref())),
        Measured::signed_only(&VALUE_DISSENT, dissent(stated.as_ref())),
        Measured::signed_only(&CORROBORATED_STORIES, Figure::share("stories", stories)),
        Measured::signed_only(&STORIES_BY_CYCLE, Figure::parts(cycles, by_cycle)),
    ];
    indicators.extend(surveyed);
    (Some(rating), indicators)
}

fn statement(stated: Option<&Adopted<'_, '_>>) -> Figure {
    let behind = stated.map(|stated| [stated.item, stated.decision.proposal]);
    let counted = behind.into_iter().flatten().map(Counted::from).collect();
    Figure::flag(
        stated.is_some(),
        Evidence {
            counted,
            ..Evidence::default()
        },
    )
}

fn dissent(stated: Option<&Adopted<'_, '_>>) -> Figure {
    let Some(stated) = stated else {
        return Figure::number(None, Evidence::default());
    };
    let ballots = stated.decision.ballots.values();
    let against = ballots.filter(|(choice, _)| *choice == Choice::Against);
    Figure::count(Evidence {
        counted: against.map(|(_, ballot)| Counted::from(*ballot)).collect(),
        ..Evidence::default()
    })
}

/// The stories of the window by whether they are borne out, and how many of those tell of what.
fn stories(scope: Scope<'_>) -> (Evidence, BTreeMap<String, u64>) {
    let mut borne_out: BTreeSet<usize> = BTreeSet::new();
    let houses = scope.view.houses_at(scope.as_of);
    for item in scope.view.done(Deed::StoryCorroborated) {
        let subject = scope
            .view
            .subject(item)
            .filter(|_| scope.is_visible(item, Reach::Signed));
        if let Some(story) = subject.filter(|story| bears_out(&houses, item, story)) {
            borne_out.insert(scope.view.position(story));
        }
    }
    let since = scope.since(scope.parameters.window);
    let (mut evidence, mut cycles) = (Evidence::default(), BTreeMap::new());
    for story in scope.view.done(Deed::StoryTold) {
        let Some(Act::Impact(Impact::StoryTold(says))) = story.act() else {
            continue;
        };
        if story.effective < since || !scope.is_visible(story, Reach::Signed) {
            continue;
        }
        let counts = borne_out.contains(&scope.view.position(story));
        evidence.sort_in(counts, story.into());
        if counts {
            *cycles.entry(name(says.cycle).to_owned()).or_default() += 1;
        }
    }
    (evidence, cycles)
}

/// Another person of another organisation, who agrees to be named.
fn bears_out(houses: &Houses, item: &Item, story: &Item) -> bool {
    let consents = matches!(item.act(), Some(Act::Impact(Impact::StoryCorroborated(says))) if says.consent);
    let elsewhere = !houses.behind(story).contains(&item.organisation);
    consents && elsewhere && item.author.is_another_than(story.author)
}

fn name(cycle: Cycle) -> &'static str {
    match cycle {
        Cycle::Immediate => "immediate",
        Cycle::Potential => "potential",
        Cycle::Applied => "applied",
        Cycle::Realised => "realised",
        Cycle::Reframing => "reframing",
    }
}
