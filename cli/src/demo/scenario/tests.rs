//! Rules of the story itself, whatever it tells.

use super::*;
use std::collections::BTreeSet;

/// What happens, without what is only known when it does.
fn told(story: &Scenario) -> Vec<(Timestamp, usize, Vec<About>, Option<Words>)> {
    let told = story.happenings.iter();
    told.map(|happening| {
        let deed = &happening.deed;
        (happening.at, happening.by, deed.about.clone(), deed.words.clone())
    })
    .collect()
}

#[test]
fn a_seed_tells_one_story() {
    let tell = |seed| told(&Scenario::generate(seed, 2, 3, None));
    assert_eq!(tell(4), tell(4));
    assert_ne!(tell(4), tell(5));
}

#[test]
fn time_never_runs_back_and_nobody_speaks_of_what_comes() {
    for seed in 0..8 {
        let story = Scenario::generate(seed, 18, 6, None);
        assert!(story.happenings.is_sorted_by_key(|happening| happening.at));
        assert!(story.scenes.is_sorted_by_key(|scene| (scene.after, scene.at)));
        for (index, happening) in story.happenings.iter().enumerate() {
            assert!((story.begins..story.ends).contains(&happening.at));
            let mut earlier = happening.deed.earlier();
            assert!(earlier.all(|earlier| earlier < index && story.happenings[earlier].at <= happening.at));
        }
    }
}

#[test]
fn only_those_act_who_belong() {
    for (seed, months, houses) in (0..8).map(|seed| (seed, 18, 6)).chain([(1, 2, 3), (2, 6, 4)]) {
        let story = Scenario::generate(seed, months, houses, None);
        let mut inside: BTreeSet<usize> = (0..houses).collect();
        for happening in &story.happenings {
            assert!(inside.contains(&happening.by), "seed {seed}: {}", happening.by);
            match happening.deed.change {
                Some(Change::Admits(newcomer)) => assert!(inside.insert(newcomer)),
                Some(Change::Leaves(member)) => assert!(inside.remove(&member)),
                Some(Change::NextKey) | None => {}
            }
        }
    }
}

#[test]
fn one_house_goes_before_the_end_of_a_long_story() {
    let story = Scenario::generate(1, 18, 6, None);
    let mut last = story
        .happenings
        .iter()
        .enumerate()
        .filter(|(index, _)| story.house_of(*index) == 5);
    let (_, last) = last.next_back().unwrap();
    assert_eq!(last.deed.change, Some(Change::Leaves(5)));
    assert!(last.at.plus(hearth_protocol::time::Span::days(14)) < story.ends);
}

#[test]
fn a_silent_house_is_silent() {
    let story = Scenario::generate(1, 3, 3, Some(0));
    assert!(story.happenings.len() > 150);
    assert!((0..story.happenings.len()).all(|index| story.house_of(index) != 0));
}

/// A clock of the story jumps over days on which nobody writes, and with it over deadlines.
#[test]
fn surveys_are_asked_answered_and_closed_by_their_deadlines() {
    for seed in 1..8 {
        let story = Scenario::generate(seed, 18, 6, None);
        let mut answered = 0;
        for scene in &story.scenes {
            let after =
                |pulse: Earlier| Calendar::day_of(scene.at) - Calendar::day_of(story.happenings[pulse].at);
            match &scene.action {
                Action::AskForTokens { pulse, .. } => assert!(after(*pulse) < 7, "seed {seed}"),
                Action::Answer { pulse, answers } => {
                    answered += answers.len();
                    assert!(after(*pulse) < 20, "seed {seed}");
                }
                Action::Close { pulse } => assert!(after(*pulse) > 20, "seed {seed}"),
            }
        }
        assert!(answered > 30, "seed {seed}: {answered}");
    }
}
