//! Playing the scenario on the stage, step by step: the clock, the members' entries, and the wait until all have them and
//! others bear their time out.

use super::player::{Player, Written};
use super::scenario::Scenario;
use super::stage::Stage;
use super::survey;
use crate::context::Context;
use crate::exit::Failure;
use crate::remote::{Body, Submission};
use hearth_protocol::id::Id;
use hearth_protocol::time::Span;
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::ops::Range;

/// Longest stretch of the story told before others bear it out. Their times reach six hours back, and some pass while all
/// wait for each other.
pub(crate) const STRETCH: Span = Span::hours(5);

/// The house that is to miss the last step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Withheld<'a> {
    pub(crate) from: &'a str,
}

/// What is done at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// These happenings are told. Then all wait until they have them, and at the end of a stretch until others bear it out.
    Tell {
        happenings: Range<usize>,
        ends_stretch: bool,
    },
    /// The scene of that number is performed.
    Perform(usize),
}

/// Tells the whole story.
pub(crate) fn play(
    stage: &mut Stage,
    scenario: &Scenario,
    player: &mut Player<'_>,
    withheld: Option<Withheld<'_>>,
    bar: &ProgressBar,
    context: &Context,
) -> Result<(), Failure> {
    let steps = steps(scenario);
    bar.set_length(scenario.happenings.len() as u64);
    let mut told = BTreeMap::new();
    for (number, step) in steps.iter().enumerate() {
        match step {
            Step::Perform(scene) => {
                let scene = &scenario.scenes[*scene];
                stage.advance_to(scene.at)?;
                survey::perform(stage, scenario, player, &scene.action, context)?;
            }
            Step::Tell {
                happenings,
                ends_stretch,
            } => {
                if number + 1 == steps.len()
                    && let Some(Withheld { from }) = withheld
                {
                    let Stage { ground, houses, .. } = stage;
                    houses
                        .iter_mut()
                        .filter(|house| house.slug == from)
                        .try_for_each(|house| house.isolate(ground))?;
                    return tell(stage, scenario, player, happenings, &mut told);
                }
                tell(stage, scenario, player, happenings, &mut told)?;
                if *ends_stretch {
                    stage.await_witnesses(&told)?;
                    told.clear();
                } else {
                    stage.await_delivery(&told)?;
                }
                bar.set_position(happenings.end as u64);
            }
        }
    }
    bar.finish_and_clear();
    Ok(())
}

/// Hands in one step at its time, and notes per log the size that holds it.
fn tell(
    stage: &mut Stage,
    scenario: &Scenario,
    player: &mut Player<'_>,
    happenings: &Range<usize>,
    told: &mut BTreeMap<Id, u64>,
) -> Result<(), Failure> {
    stage.advance_to(scenario.happenings[happenings.end - 1].at)?;
    if scenario.happenings[happenings.start].deed.pins {
        player.set_cut(stage.cut(scenario.house_of(happenings.start))?);
    }
    let mut submissions: BTreeMap<usize, Submission> = BTreeMap::new();
    for _ in happenings.clone() {
        let Some(Written { house, entry, bodies }) = player.next() else {
            break;
        };
        let bodies = bodies.into_iter().map(|(salt, bytes)| Body::salted(salt, bytes));
        submissions.entry(house).or_default().push(entry, bodies);
    }
    for (house, submission) in submissions {
        let house = &mut stage.houses[house];
        told.insert(house.made.home.organisation, house.submit(&submission)?);
    }
    Ok(())
}

/// The steps of a story: no stretch longer than [`STRETCH`], no step in which somebody refers to what another house said
/// within it or pins what all hold later than at its beginning, and none across a scene.
pub(crate) fn steps(scenario: &Scenario) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut scenes = scenario.scenes.iter().enumerate().peekable();
    let mut began = scenario.begins;
    let mut admitted: BTreeMap<usize, usize> = BTreeMap::new();
    for index in 0..=scenario.happenings.len() {
        while let Some((number, _)) = scenes.next_if(|(_, scene)| scene.after == index) {
            steps.push(Step::Perform(number));
        }
        let Some(happening) = scenario.happenings.get(index) else {
            break;
        };
        let begins_stretch =
            happening.at.since(began) > STRETCH || !matches!(steps.last(), Some(Step::Tell { .. }));
        if begins_stretch {
            began = happening.at;
        }
        let people = happening
            .deed
            .people()
            .filter_map(|member| admitted.get(&member).copied());
        let house = scenario.house_of(index);
        let mut foreign = happening
            .deed
            .earlier()
            .chain(people)
            .filter(|earlier| scenario.house_of(*earlier) != house);
        match steps.last_mut() {
            Some(Step::Tell {
                happenings,
                ends_stretch,
            }) if !begins_stretch => {
                if happening.deed.pins || foreign.any(|earlier| happenings.contains(&earlier)) {
                    *ends_stretch = false;
                    steps.push(told(index));
                } else {
                    happenings.end = index + 1;
                }
            }
            _ => steps.push(told(index)),
        }
        if let Some(super::scenario::Change::Admits(newcomer)) = happening.deed.change {
            admitted.insert(newcomer, index);
        }
    }
    steps
}

fn told(index: usize) -> Step {
    Step::Tell {
        happenings: index..index + 1,
        ends_stretch: true,
    }
}
