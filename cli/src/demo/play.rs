//! Playing the scenario on the stage, step by step: the clock, the members' entries, and the wait until all have them and
//! somebody else bears their time out.

use super::player::{Player, Written};
use super::scenario::Scenario;
use super::stage::Stage;
use crate::exit::Failure;
use crate::remote::{Body, Submission};
use hearth_protocol::id::Id;
use hearth_protocol::time::Span;
use indicatif::ProgressBar;
use std::collections::BTreeMap;
use std::ops::Range;

/// Longest stretch of the story told at once. The times of others bear out a claim up to six hours back, and some pass
/// while all wait for each other.
const STEP: Span = Span::hours(5);

/// The house that is to miss the last step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Withheld<'a> {
    pub(crate) from: &'a str,
}

/// Tells the whole story.
pub(crate) fn play(
    stage: &mut Stage,
    scenario: &Scenario,
    player: &mut Player<'_>,
    withheld: Option<Withheld<'_>>,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let steps = steps(scenario);
    bar.set_length(scenario.happenings.len() as u64);
    for (number, step) in steps.iter().enumerate() {
        let last = number + 1 == steps.len();
        if last && let Some(Withheld { from }) = withheld {
            let Stage { ground, houses, .. } = stage;
            houses
                .iter_mut()
                .filter(|house| house.slug == from)
                .try_for_each(|house| house.isolate(ground))?;
            return tell(stage, scenario, player, step).map(drop);
        }
        let told = tell(stage, scenario, player, step)?;
        stage.await_witnesses(&told)?;
        bar.set_position(step.end as u64);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Hands in one step at its time; gives per log the size that holds it.
fn tell(
    stage: &mut Stage,
    scenario: &Scenario,
    player: &mut Player<'_>,
    step: &Range<usize>,
) -> Result<BTreeMap<Id, u64>, Failure> {
    stage.advance_to(scenario.happenings[step.end - 1].at)?;
    let mut submissions: BTreeMap<usize, Submission> = BTreeMap::new();
    for _ in step.clone() {
        let Some(Written { house, entry, bodies }) = player.next() else {
            break;
        };
        let bodies = bodies.into_iter().map(|(salt, bytes)| Body::salted(salt, bytes));
        submissions.entry(house).or_default().push(entry, bodies);
    }
    let mut told = BTreeMap::new();
    for (house, submission) in submissions {
        let house = &mut stage.houses[house];
        told.insert(house.made.home.organisation, house.submit(&submission)?);
    }
    Ok(told)
}

/// The stretches in which the story is told: none longer than [`STEP`], none in which somebody refers to what another
/// house said within it.
fn steps(scenario: &Scenario) -> Vec<Range<usize>> {
    let mut steps: Vec<Range<usize>> = Vec::new();
    let house = |index: usize| scenario.members[scenario.happenings[index].by].house;
    for (index, happening) in scenario.happenings.iter().enumerate() {
        let fits = steps.last().is_some_and(|step| {
            let too_long = happening.at.since(scenario.happenings[step.start].at) > STEP;
            let refers = happening
                .deed
                .about()
                .is_some_and(|about| step.contains(&about) && house(about) != house(index));
            !too_long && !refers
        });
        match steps.last_mut() {
            Some(step) if fits => step.end = index + 1,
            _ => steps.push(index..index + 1),
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_cover_the_story_and_keep_within_what_others_bear_out() {
        for seed in 0..4 {
            let scenario = Scenario::generate(seed, 6, None);
            let steps = steps(&scenario);
            assert_eq!(
                steps.iter().map(ExactSizeIterator::len).sum::<usize>(),
                scenario.happenings.len()
            );
            assert!(steps.is_sorted_by(|a, b| a.end == b.start));
            for step in &steps {
                let (first, last) = (
                    &scenario.happenings[step.start],
                    &scenario.happenings[step.end - 1],
                );
                assert!(last.at.since(first.at) <= STEP);
            }
            assert!(
                steps.len() < 330,
                "{} steps are too many for a demonstration",
                steps.len()
            );
        }
    }
}
