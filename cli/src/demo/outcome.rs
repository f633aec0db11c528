//! The end of the demonstration: all hold the same and have witnessed each other, and each computes the same framework.

use super::house::{LogStatus, Status, forget_projections};
use super::stage::Stage;
use crate::exit::Failure;
use hearth_node::queries::{At, Query};
use hearth_protocol::community::Cut;
use serde_json::Value;

/// The framework as each house's own process computed it, for one cut and one instant.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Slug and answer, byte for byte.
    pub(crate) answers: Vec<(&'static str, Vec<u8>)>,
}

impl Outcome {
    /// Whether all answers are the same bytes.
    pub(crate) fn agrees(&self) -> bool {
        self.answers
            .iter()
            .all(|(_, answer)| *answer == self.answers[0].1)
    }

    /// The houses whose answer differs from the first.
    pub(crate) fn dissenters(&self) -> Vec<&'static str> {
        self.answers
            .iter()
            .filter(|(_, answer)| *answer != self.answers[0].1)
            .map(|(slug, _)| *slug)
            .collect()
    }

    /// Whether the answers are of all that the logs hold now.
    pub(crate) fn is_of_present(&self, stage: &Stage) -> Result<bool, Failure> {
        let of = stage.houses[0].ask(&Query::Cut {})?;
        let cut: Cut = serde_json::from_value(of["cut"].clone())
            .map_err(|error| Failure::new(format!("no cut: {error}")))?;
        let answered = self.documents()?;
        Ok(answered
            .first()
            .is_some_and(|answer| answer["cut"] == cut.hash().to_string()))
    }

    /// The answers as JSON.
    pub(crate) fn documents(&self) -> Result<Vec<Value>, Failure> {
        let read = |(slug, answer): &(&str, Vec<u8>)| {
            serde_json::from_slice(answer)
                .map_err(|error| Failure::new(format!("the answer of {slug} is not JSON: {error}")))
        };
        self.answers.iter().map(read).collect()
    }
}

/// Waits until every house holds every log to the same size, every newest checkpoint is cosigned by a quorum, and nothing
/// more is coming.
pub(crate) fn converge(stage: &mut Stage) -> Result<(), Failure> {
    let mut before: Option<Vec<u64>> = None;
    stage.wait(|houses| {
        let statuses = houses
            .iter()
            .map(|house| Ok((house.slug, house.status()?)))
            .collect::<Result<Vec<_>, Failure>>()?;
        if let Some(missing) = missing(&statuses) {
            before = None;
            return Ok(Some(missing));
        }
        let sizes: Vec<u64> = statuses
            .iter()
            .flat_map(|(_, status)| &status.logs)
            .map(|log| log.size)
            .collect();
        let quiet = before.as_ref() == Some(&sizes);
        before = Some(sizes);
        Ok((!quiet).then(|| "the logs still grow".to_owned()))
    })
}

/// What keeps these houses from being of one mind: entries first, since all else follows from them.
fn missing(statuses: &[(&str, Status)]) -> Option<String> {
    let entries = statuses
        .iter()
        .find_map(|(slug, status)| missing_entries(slug, status, statuses));
    entries.or_else(|| {
        statuses
            .iter()
            .find_map(|(slug, status)| missing_trust(slug, status))
    })
}

fn missing_entries(slug: &str, status: &Status, all: &[(&str, Status)]) -> Option<String> {
    if status.logs.len() < all.len() {
        return Some(format!(
            "{slug} holds {} logs of {}",
            status.logs.len(),
            all.len()
        ));
    }
    let whole = |log: &LogStatus| {
        let own = all
            .iter()
            .flat_map(|(_, status)| &status.logs)
            .find(|own| own.own && own.organisation == log.organisation);
        own.map_or(0, |own| own.size)
    };
    let short = status.logs.iter().find(|log| log.size < whole(log));
    short.map(|log| format!("{slug} lacks {} entries of {}", whole(log) - log.size, log.slug))
}

fn missing_trust(slug: &str, status: &Status) -> Option<String> {
    for log in &status.logs {
        if log.evidence > 0 {
            return Some(format!("{slug} holds evidence against the log of {}", log.slug));
        }
        if log.offered != Some(log.size) {
            return Some(format!(
                "{slug} holds no checkpoint of all {} entries of {}",
                log.size, log.slug
            ));
        }
        if log.witnessed != "witnessed" {
            return Some(format!(
                "{slug} knows the log of {} as {} only",
                log.slug, log.witnessed
            ));
        }
    }
    (status.missing_bodies > 0).then(|| format!("{slug} lacks {} bodies", status.missing_bodies))
}

/// Asks each house, in its own process, for the framework of one cut and one instant; the last house forgets what it has
/// computed and begins anew before it answers.
pub(crate) fn ask(stage: &mut Stage) -> Result<Outcome, Failure> {
    let of = stage.houses[0].ask(&Query::Cut {})?;
    let cut = serde_json::from_value(of["cut"].clone())
        .map_err(|error| Failure::new(format!("no cut: {error}")))?;
    let as_of = of["as_of"].as_str().map(str::to_owned);
    let query = Query::Framework(At {
        as_of,
        cut: Some(cut),
        ..At::default()
    });
    let last = stage.houses.len() - 1;
    let before = stage.houses[last].ask_bytes(&query)?;
    begin_anew(stage, last)?;
    let mut answers = Vec::new();
    for house in &stage.houses {
        answers.push((house.slug, house.ask_bytes(&query)?));
    }
    // The same house before and after: its first answer must have been the same as well.
    if answers[last].1 == before {
        return Ok(Outcome { answers });
    }
    Err(Failure::new(format!(
        "{} answers differently after forgetting what it had computed",
        stage.houses[last].slug
    )))
}

fn begin_anew(stage: &mut Stage, index: usize) -> Result<(), Failure> {
    let data = stage.ground.data(stage.houses[index].slug);
    stage.houses[index].stop();
    forget_projections(&data)
        .map_err(|error| Failure::new(format!("{}: {error}", data.join("views.redb").display())))?;
    stage.houses[index].start(&stage.ground)
}
