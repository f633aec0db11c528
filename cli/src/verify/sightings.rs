//! What the logs record of each other, compared with the logs themselves once all of them are read.

use super::examination::Examination;
use super::report::LogReport;
use hearth_protocol::audit::Sighting;
use hearth_protocol::audit::sighting::Judged;
use hearth_protocol::id::{Id, Root};
use std::collections::BTreeMap;

/// A log that was read, and what it says of others.
pub(super) struct Read {
    pub(super) organisation: Id,
    pub(super) report: LogReport,
    pub(super) sightings: Vec<Sighting>,
    /// The size at which it first changed its key.
    pub(super) handed_over: Option<u64>,
}

impl Read {
    /// A log of which there was nothing to read, and why its report says.
    pub(super) fn nothing(organisation: Id, report: LogReport) -> Read {
        Read {
            organisation,
            report,
            sightings: Vec::new(),
            handed_over: None,
        }
    }

    /// A log that was read through.
    pub(super) fn through(organisation: Id, examination: Examination<'_>) -> Read {
        Read {
            organisation,
            sightings: examination.said.sightings().to_vec(),
            handed_over: examination.handed_over(),
            report: examination.report,
        }
    }
}

/// Compares every row about a log that was read with that log's own tree, and gives the reports. `root` gives a log's
/// root at a size; none where it is not that long here, or its tree cannot be read.
pub(super) fn compare<E>(
    mut logs: Vec<Read>,
    mut root: impl FnMut(&Id, u64) -> Result<Option<Root>, E>,
) -> Result<Vec<LogReport>, E> {
    let seen: BTreeMap<Id, (String, Option<u64>)> = logs
        .iter()
        .map(|log| (log.organisation, (log.report.name.clone(), log.handed_over)))
        .collect();
    let mut roots: BTreeMap<(Id, u64), Option<Root>> = BTreeMap::new();
    for log in &mut logs {
        let mut beyond: BTreeMap<(&str, u64), u64> = BTreeMap::new();
        for sighting in &log.sightings {
            let Some((name, handed_over)) = seen.get(&sighting.organisation) else {
                continue;
            };
            let place = (sighting.organisation, sighting.head.size);
            let found = match roots.get(&place) {
                Some(found) => *found,
                None => {
                    let found = root(&sighting.organisation, sighting.head.size)?;
                    roots.insert(place, found);
                    found
                }
            };
            match found.map(|found| sighting.judge(name, found, *handed_over)) {
                None | Some(Judged::True) => {}
                Some(Judged::Beyond) => {
                    *beyond.entry((name, handed_over.unwrap_or(0))).or_default() += 1;
                }
                Some(Judged::False(finding)) => log.report.findings.push(finding),
            }
        }
        let unchecked = beyond
            .into_iter()
            .map(|((name, size), rows)| not_borne_out(name, size, rows));
        log.report.not_checked.extend(unchecked);
    }
    Ok(logs.into_iter().map(|log| log.report).collect())
}

fn not_borne_out(name: &str, handed_over: u64, rows: u64) -> String {
    let rows = match rows {
        1 => "1 row".to_owned(),
        more => format!("{more} rows"),
    };
    format!(
        "{rows} of heads.seen about {name}: it has another root there, and changed its key at size {handed_over}, after which entries \
         beyond it may have been lost"
    )
}
