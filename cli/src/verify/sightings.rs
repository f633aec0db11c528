//! What the logs record of each other, compared with the logs themselves once all of them are read.

use super::report::LogReport;
use hearth_protocol::audit::Sighting;
use hearth_protocol::id::{Id, Root};
use std::collections::BTreeMap;

/// A log that was read, and what it says of others.
pub(super) struct Read {
    pub(super) organisation: Id,
    pub(super) report: LogReport,
    pub(super) sightings: Vec<Sighting>,
}

/// Compares every row about a log that was read with that log's own tree, and gives the reports. `root` gives a log's
/// root at a size; none where it is not that long here, or its tree cannot be read.
pub(super) fn compare<E>(
    mut logs: Vec<Read>,
    mut root: impl FnMut(&Id, u64) -> Result<Option<Root>, E>,
) -> Result<Vec<LogReport>, E> {
    let names: BTreeMap<Id, String> = logs
        .iter()
        .map(|log| (log.organisation, log.report.name.clone()))
        .collect();
    let mut roots: BTreeMap<(Id, u64), Option<Root>> = BTreeMap::new();
    for log in &mut logs {
        for sighting in &log.sightings {
            let Some(name) = names.get(&sighting.organisation) else {
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
            let wrong = found.and_then(|found| sighting.judge(name, found));
            log.report.findings.extend(wrong);
        }
    }
    Ok(logs.into_iter().map(|log| log.report).collect())
}
