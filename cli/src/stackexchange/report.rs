//! What an import did, row by row accounted for.

use super::draft::What;
use super::rows::Malformed;
use crate::render::table::Table;
use crate::screen::Screen;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Malformed rows told one by one; more are counted.
const TOLD: usize = 50;

/// Every row read is in exactly one of: made, there before, skipped, malformed. Acceptances are beside the rows, since
/// a question row says that there is one and a vote row when.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: BTreeMap<&'static str, u64>,
    made: BTreeMap<What, u64>,
    there: BTreeMap<What, u64>,
    skipped: BTreeMap<String, u64>,
    malformed: Vec<(&'static str, Malformed)>,
    malformed_count: u64,
    undated: u64,
}

impl Report {
    pub(crate) fn row(&mut self, file: &'static str) {
        *self.rows.entry(file).or_default() += 1;
    }

    pub(crate) fn made(&mut self, what: What) {
        *self.made.entry(what).or_default() += 1;
    }

    pub(crate) fn there(&mut self, what: What) {
        *self.there.entry(what).or_default() += 1;
    }

    pub(crate) fn skipped(&mut self, reason: impl Into<String>) {
        *self.skipped.entry(reason.into()).or_default() += 1;
    }

    /// An acceptance that no vote dates.
    pub(crate) fn undated(&mut self) {
        self.undated += 1;
    }

    /// Keeps a malformed row; true if it should be told now, since not many were before.
    pub(crate) fn malformed(&mut self, file: &'static str, row: Malformed) -> bool {
        self.malformed_count += 1;
        let tell = self.malformed.len() < TOLD;
        if tell {
            self.malformed.push((file, row));
        }
        tell
    }

    pub(crate) fn to_json(&self) -> Value {
        let counts = |counts: &BTreeMap<What, u64>| -> Map<String, Value> {
            counts
                .iter()
                .map(|(what, count)| (what.plural().replace(' ', "_"), json!(count)))
                .collect()
        };
        let told = |(file, row): &(&'static str, Malformed)| {
            let Malformed { position, reason } = row;
            json!({ "file": file, "line": position.line, "byte": position.byte, "reason": reason.to_string() })
        };
        json!({
            "rows": self.rows,
            "made": counts(&self.made),
            "there_before": counts(&self.there),
            "skipped": self.skipped,
            "malformed": { "count": self.malformed_count, "first": self.malformed.iter().map(told).collect::<Vec<_>>() },
            "acceptances_without_a_vote": self.undated,
        })
    }

    pub(crate) fn to_text(&self, screen: &Screen) -> String {
        let mut table = Table::new(["", "rows"]);
        let mut row = |name: String, count: u64| table.row([name, count.to_string()]);
        self.rows
            .iter()
            .for_each(|(file, count)| row(format!("read in {file}"), *count));
        self.made
            .iter()
            .for_each(|(what, count)| row(format!("made: {}", what.plural()), *count));
        self.there
            .iter()
            .for_each(|(what, count)| row(format!("there before: {}", what.plural()), *count));
        self.skipped
            .iter()
            .for_each(|(reason, count)| row(format!("skipped: {reason}"), *count));
        if self.malformed_count > 0 {
            row("malformed".to_owned(), self.malformed_count);
        }
        let mut text = table.render(screen);
        if self.undated > 0 {
            let of = if self.undated == 1 {
                "1 acceptance has"
            } else {
                &format!("{} acceptances have", self.undated)
            };
            text.push_str(&format!(
                "\n{of} no vote that dates it; each is dated by the newest row of the dump, when it is known to have been given."
            ));
        }
        text
    }
}
