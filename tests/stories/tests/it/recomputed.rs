//! The figures of every story, recomputed by the independent program from nothing but the logs, published as files.

use std::collections::BTreeMap;

use hearth_stories::expected::Asked;
use hearth_stories::independent::{differences, publish};
use hearth_stories::told::{Ask, Told, stories};

#[test]
fn an_independent_program_has_the_figures_of_every_story() {
    let stories = stories();
    // Its signatures take long in Python.
    let half = stories.len().div_ceil(2);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let halves = stories.chunks(half).map(|some| {
            scope.spawn(move || {
                some.iter()
                    .flat_map(|(file, told)| wrong(file, told))
                    .collect::<Vec<_>>()
            })
        });
        let halves: Vec<_> = halves.collect();
        halves.into_iter().flat_map(|half| half.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What it computes otherwise of one story.
fn wrong(file: &str, told: &Told) -> Vec<String> {
    let asked = Asked::of(told);
    let mut by_cut: BTreeMap<&BTreeMap<String, usize>, Vec<&Ask>> = BTreeMap::new();
    for ask in &told.asks {
        by_cut.entry(&ask.cut).or_default().push(ask);
    }
    let different = by_cut.into_iter().filter_map(|(cut, asks)| {
        let ground = tempfile::tempdir().unwrap();
        let logs = publish(&asked.story, cut, ground.path());
        let answers: Vec<_> = asks.iter().map(|ask| asked.answer(ask)).collect();
        differences(ground.path(), &answers, &logs).map(|said| format!("{file}:\n{said}"))
    });
    different.collect()
}
