//! What a report is made of: the framework now and at the last report, its course over a year, who helps whom, and the ids
//! behind the figures.

use super::{page, sheet};
use crate::exit::Failure;
use crate::source::Source;
use hearth_node::queries::{At, Query};
use hearth_protocol::community::Cut;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a report says of itself, kept until the next one says what has changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Report {
    pub(crate) community: String,
    pub(crate) as_of: String,
    pub(crate) external: bool,
    /// The framework's own answer.
    pub(crate) framework: Value,
}

/// Everything the page shows.
#[derive(Debug)]
pub(crate) struct Findings {
    /// The framework now.
    pub(super) framework: Value,
    /// The last report of this community for the same audience.
    pub(super) last: Option<Report>,
    /// Members and contributors month by month, the last first.
    pub(super) trend: Value,
    pub(super) ties: Value,
    /// What the membership was to grow by.
    pub(super) bands: Value,
    /// Each section opened; none for outsiders.
    pub(super) opened: Vec<Value>,
    /// `{"name", "organisations": [{"slug", "name"?} …]}`.
    pub(super) community: Value,
    pub(super) external: bool,
    /// Of what all of it is, pinned.
    pub(super) at: At,
}

impl Findings {
    /// Asks for all of it, of one cut and one instant.
    pub(crate) fn gather(source: &Source, at: &At, kept: &[Report]) -> Result<Findings, Failure> {
        let cut = match &at.cut {
            Some(cut) => cut.clone(),
            None => {
                let present = source.ask(&Query::Cut {})?;
                serde_json::from_value(present["cut"].clone()).map_err(Failure::new)?
            }
        };
        let mut at = At {
            cut: Some(cut),
            ..at.clone()
        };
        let framework = source.ask(&Query::Framework(at.clone()))?;
        at.as_of = framework["as_of"].as_str().map(str::to_owned);
        let mut opened = Vec::new();
        if !at.external {
            for section in framework["statements"].as_array().into_iter().flatten() {
                let statement = section["id"].as_str().unwrap_or_default().to_owned();
                opened.push(source.ask(&Query::Explain {
                    statement,
                    at: at.clone(),
                })?);
            }
        }
        Ok(Findings {
            trend: source.ask(&Query::Trend {
                at: at.clone(),
                points: 13,
            })?,
            ties: source.ask(&Query::Ties(at.clone()))?,
            bands: source.ask(&Query::Bands(at.clone()))?,
            community: source.ask(&Query::Organisations {})?,
            external: at.external,
            last: Report::last_before(kept, &framework, at.external),
            framework,
            opened,
            at,
        })
    }

    /// What the next report will be held against.
    pub(crate) fn report(&self) -> Report {
        let word = |field: &str| self.framework[field].as_str().unwrap_or_default().to_owned();
        Report {
            community: word("community"),
            as_of: word("as_of"),
            external: self.external,
            framework: self.framework.clone(),
        }
    }

    /// The page.
    pub(crate) fn html(&self) -> String {
        page::render(self)
    }

    /// A row per figure.
    pub(crate) fn csv(&self) -> Result<String, Failure> {
        sheet::rows(self)
    }

    /// All of it for a program.
    pub(crate) fn json(&self) -> Value {
        json!({
            "framework": self.framework,
            "changed": self.changed(),
            "since": self.last.as_ref().map(|last| &last.as_of),
            "trend": self.trend,
            "ties": self.ties["ties"],
            "bands": self.bands["bands"],
            "external": self.external,
            "cut": self.at.cut,
        })
    }

    /// The options by which the same numbers come back.
    pub(super) fn flags(&self) -> String {
        let flags = [
            ("as-of", self.at.as_of.clone()),
            ("window", self.at.window.clone()),
            ("cut", self.at.cut.as_ref().map(Cut::to_string)),
        ];
        let said = |(name, value): (&str, Option<String>)| Some(format!(" --{name} {}", value?));
        flags.into_iter().filter_map(said).collect()
    }

    /// Statements rated otherwise than in the last report: `{"id", "before", "now"}`.
    pub(super) fn changed(&self) -> Vec<Value> {
        let Some(last) = &self.last else {
            return Vec::new();
        };
        sections(&self.framework)
            .filter_map(|section| {
                let before = sections(&last.framework).find(|before| before["id"] == section["id"])?;
                (before["rating"] != section["rating"]).then(
                    || json!({ "id": section["id"], "before": before["rating"], "now": section["rating"] }),
                )
            })
            .collect()
    }

    /// The figure of an indicator in the last report, in its column.
    pub(super) fn before(&self, section: &Value, indicator: &Value) -> Option<&Value> {
        let last = self.last.as_ref()?;
        let before = sections(&last.framework).find(|before| before["id"] == section["id"])?;
        let of = before["indicators"].as_array()?.iter();
        of.clone()
            .find(|before| before["name"] == indicator["name"])
            .map(|found| &found["signed"])
    }

    /// A section opened, where its ids may be shown.
    pub(super) fn opened(&self, id: &Value) -> Option<&Value> {
        self.opened.iter().find(|opened| &opened["id"] == id)
    }
}

impl Report {
    /// The last report before this answer, of its community and for the same readers.
    fn last_before(kept: &[Report], framework: &Value, external: bool) -> Option<Report> {
        let before = kept
            .iter()
            .filter(|report| report.external == external && report.is_before(framework));
        before.max_by(|a, b| a.as_of.cmp(&b.as_of)).cloned()
    }

    /// Whether it says the same of the same community to the same readers, at the same instant.
    pub(crate) fn is_again(&self, other: &Report) -> bool {
        self.community == other.community && self.external == other.external && self.as_of == other.as_of
    }

    fn is_before(&self, framework: &Value) -> bool {
        framework["community"] == self.community.as_str()
            && framework["as_of"]
                .as_str()
                .is_some_and(|as_of| self.as_of.as_str() < as_of)
    }
}

/// The sections of an answer.
pub(super) fn sections(framework: &Value) -> impl Iterator<Item = &Value> {
    framework["statements"].as_array().into_iter().flatten()
}
