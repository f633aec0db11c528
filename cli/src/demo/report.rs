//! What the demonstration says at its end.

use super::outcome::Outcome;
use super::scenario::Scenario;
use super::stage::Stage;
use crate::exit::Failure;
use crate::render::figures;
use crate::reply::Reply;
use crate::screen::Screen;
use serde_json::Value;
use std::time::Duration;

/// The results as JSON, or a table of each and a line about them, which names their directory if that stays.
pub(crate) fn reply(
    outcome: &Outcome,
    stage: &Stage,
    scenario: &Scenario,
    took: Duration,
    stays: bool,
    screen: &Screen,
) -> Result<Reply, Failure> {
    let documents = outcome.documents()?;
    let mut text = String::new();
    for ((slug, _), document) in outcome.answers.iter().zip(&documents) {
        text += &format!("{slug}\n{}\n\n", figures::framework(document, screen));
    }
    let verdict = if outcome.agrees() {
        format!(
            "The {} answers are the same bytes.",
            in_words(outcome.answers.len())
        )
    } else {
        format!(
            "The answers differ: {} says something else than {}.",
            outcome.dissenters().join(", "),
            outcome.answers[0].0
        )
    };
    text += &format!(
        "{verdict} {} months of {} members in {} s, on a simulated clock{}",
        scenario.ends.since(scenario.begins).as_millis() / (30 * 86_400_000),
        scenario.members.len(),
        took.as_secs(),
        if stays {
            format!("; {}", stage.ground.path().display())
        } else {
            String::new()
        },
    );
    Ok(Reply::done(Value::Array(documents), text))
}

/// How many, as one says it.
fn in_words(count: usize) -> String {
    match count {
        3 => "three".to_owned(),
        4 => "four".to_owned(),
        5 => "five".to_owned(),
        6 => "six".to_owned(),
        count => count.to_string(),
    }
}
